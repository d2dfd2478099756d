"""What can stand in the way of signing in or signing: what happened, the way in real life, and what the simulator can do."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from app.i18n import gettext as _
from app.i18n import rich
from app.services.mynumber.cards import Use


@dataclass(frozen=True, slots=True)
class StopPage:
    """A page in the language of this request."""

    title: str
    body: tuple[Markup, ...]
    ways: tuple[Markup, ...]
    restorable: bool
    again: bool
    status: int
    reset: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """One such page, in Japanese source strings. `words`: the title, then a paragraph each; `ways`: what one does in real life.
    `restorable`: 「元に戻す」 helps; `again`: trying again may help; `reset`: a new PIN helps, as in real life."""

    words: tuple[str, ...]
    ways: tuple[str, ...] = ()
    restorable: bool = False
    again: bool = False
    status: int = 200
    reset: bool = False


_COUNTER = "住んでいる市の窓口で、暗証番号を設定し直します。カードと本人確認書類を持っていきます。"

STOPS: dict[str, Stop] = {
    "locked": Stop(
        (
            "暗証番号が使えなくなりました",
            "3回つづけてまちがえたため、この暗証番号は使えません。カードの中の情報は、なくなっていません。",
        ),
        (_COUNTER,),
        restorable=True,
        reset=True,
    ),
    "signing_locked": Stop(
        (
            "署名用の暗証番号が使えなくなりました",
            "5回つづけてまちがえたため、署名用の暗証番号は使えません。まだ何も提出していません。",
        ),
        ("コンビニの端末とスマートフォンのアプリで、設定し直すことができます。", _COUNTER),
        restorable=True,
        reset=True,
    ),
    "expired": Stop(
        ("カードの有効期限が切れています", "有効期限が切れたカードでは、本人だと示すことができません。"),
        ("住んでいる市の窓口で、新しいカードを申し込みます。新しいカードは、ふつう1か月ほどで受け取れます。",),
        restorable=True,
    ),
    "login_expired": Stop(
        (
            "利用者証明用の電子証明書の有効期限が切れています",
            "電子証明書は、発行から5回目の誕生日までです。カードそのものの有効期限は、まだ切れていません。",
        ),
        ("住んでいる市の窓口で、電子証明書を発行し直します。手数料はかかりません。",),
        restorable=True,
    ),
    "revoked": Stop(
        ("電子証明書が使えなくなっています", "このカードの利用者証明用の電子証明書は、失効しています。"),
        ("住んでいる市の窓口で、電子証明書を発行し直します。カードを持っていきます。",),
        restorable=True,
    ),
    "cancelled": Stop(
        ("このカードは利用が止められています", "カードをなくしたという連絡を受けて、利用を止めています。"),
        (
            "カードが見つかったときは、住んでいる市の窓口で利用の停止を解きます。",
            "見つからないときは、市の窓口で新しいカードを申し込みます。",
        ),
        restorable=True,
    ),
    "signing_expired": Stop(
        (
            "署名用の電子証明書の有効期限が切れています",
            "署名用の電子証明書は、発行から5回目の誕生日までです。まだ何も提出していません。",
        ),
        ("住んでいる市の窓口で、電子証明書を発行し直します。手数料はかかりません。",),
        restorable=True,
    ),
    "signing_revoked": Stop(
        (
            "署名用の電子証明書が使えません",
            "住所や氏名が変わる届けが処理されたため、前の署名は使えません。まだ何も提出していません。",
        ),
        ("新しい市の窓口で、署名用の電子証明書を発行し直します。カードを持っていきます。",),
        restorable=True,
    ),
    "no_signing": Stop(
        (
            "署名用の電子証明書がありません",
            "このカードには、署名用の電子証明書が入っていません。15歳未満の人には発行されません。",
        ),
        ("15歳以上の人は、住んでいる市の窓口で発行してもらえます。15歳未満の人の手続は、親などが出します。",),
    ),
    "no_card": Stop(
        (
            "カードがありません",
            "この人は、マイナンバーカードを持っていません。カードがないと、オンラインでは提出できません。",
        ),
        (
            "住んでいる市の窓口や郵便で、カードを申し込みます。受け取りまで、ふつう1か月ほどかかります。",
            "手続は、市の窓口で紙で出すことができます。",
        ),
    ),
    "reading_failure": Stop(
        (
            "カードを読み取れませんでした",
            "カードとスマートフォンが離れたか、間に金属があります。まちがえた回数には数えません。",
        ),
        ("スマートフォンの上のはしを、カードの真ん中に当てます。音がするまで、動かさずに待ちます。",),
        again=True,
    ),
    "service_down": Stop(
        (
            "いまは使えません",
            "認証のサービスから返事がありません。まだ何も提出していません。書いたことは、もとのサイトに残っています。",
        ),
        again=True,
        status=503,
    ),
    "real_number": Stop(
        (
            "この番号は入力できません",
            "本物のマイナンバーのように見えます。保存も記録もしていません。",
            "この練習では、画面にある暗証番号を使ってください。",
        ),
        again=True,
        status=422,
    ),
    "old_form": Stop(
        (
            "画面が古くなりました",
            "この画面を開いてから時間がたちました。まだ何もしていません。もう一度開いてください。",
        ),
        again=True,
        status=400,
    ),
    "gone": Stop(
        (
            "この画面はもう使えません",
            "時間が過ぎたか、もう済んでいます。もとのサイトに戻って、もう一度始めてください。",
        ),
        status=400,
    ),
}

_OUTCOMES: dict[Use, dict[str, str]] = {
    "pin": {
        "wrong_pin": "暗証番号をまちがえる",
        "locked": "暗証番号が使えなくなる",
        "expired": "カードの有効期限が切れている",
        "revoked": "電子証明書が失効している",
        "cancelled": "カードの利用が止められている",
        "no_card": "カードがない",
        "reading_failure": "カードを読み取れない",
    },
    "signing_pin": {
        "wrong_pin": "暗証番号をまちがえる",
        "signing_locked": "署名用の暗証番号が使えなくなる",
        "signing_expired": "署名用の電子証明書の有効期限が切れている",
        "signing_revoked": "署名用の電子証明書が失効している",
        "no_signing": "15歳未満で、署名用の電子証明書がない",
        "expired": "カードの有効期限が切れている",
        "cancelled": "カードの利用が止められている",
        "no_card": "カードがない",
        "reading_failure": "カードを読み取れない",
    },
}


def shape_error(use: Use) -> str:
    """What is wrong with a PIN that cannot be one."""
    if use == "pin":
        return _("暗証番号は4桁の数字です。数字を4つ入力してください。")
    return _("署名用の暗証番号は、6から16文字の英数字です。もう一度入力してください。")


def page(kind: str) -> StopPage:
    """The page of a kind, in the language of this request."""
    stop = STOPS[kind]
    title, *body = stop.words
    ways = tuple(map(rich, stop.ways))
    return StopPage(_(title), tuple(map(rich, body)), ways, stop.restorable, stop.again, stop.status, stop.reset)


def outcomes(use: Use) -> dict[str, str]:
    """Failures that a person can choose to see, with their labels."""
    return {kind: _(label) for kind, label in _OUTCOMES[use].items()}
