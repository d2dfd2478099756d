"""Faults in words, and the form that makes one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from flask import json

from app.gateway.simulation import Fault
from app.i18n import gettext
from app.i18n import gettext as _
from app.web import apidocs, shell

SERVICES = {
    "mynumber": ("本人の確認と台帳", "カードで本人だと示すこと、台帳への問い合わせ、署名をまねます。"),
    "account": ("公金受取口座", "国からのお金を受け取る口座の登録と、銀行の名前の確認をまねます。"),
    "phr": ("健康の記録", "健診、予防接種、薬、母子手帳の記録をまねます。"),
    "authorities": ("役所の窓口", "手続を受け取り、確かめ、結果を知らせる役所をまねます。"),
    "partners": ("電気やガスなどの会社", "電気、ガス、銀行、学校、勤め先などの会社と団体をまねます。"),
}
PLACES = {
    "*": "このサービスのすべて",
    "identity": "カードで示す画面",
    "token": "カードで示したあとのやりとり",
    "sign": "署名",
    "updates": "台帳の書きかえ",
    "crl": "使えなくなった電子証明書の一覧",
    "register": "1つの台帳",
    "authority": "1つの窓口",
    "procedure": "1つの手続",
    "events": "起きたことの一覧",
    "webhooks": "ほかのシステムへ送る知らせ",
    "fhir": "健康の記録を読むところ",
    "sign-in": "健康の記録に入る画面",
    "category": "健康の記録の1つの種類",
    "registration": "口座の登録",
    "bank": "銀行の名前の確認",
    "inquiries": "役所からの問い合わせ",
    "consents": "口座の登録への同意",
    "letters": "年金の口座のお知らせ",
    "history": "だれが見たかの記録",
    "partner": "1つの会社",
    "kind": "1つの種類の会社",
}
KINDS = {
    "down": ("返事をしない", "すぐに「いまは使えない」（503）と返します。"),
    "slow": ("返事が遅い", "決めた秒数だけ待ってから返します。"),
    "latency": ("返事の速さがばらつく", "決めた秒数の前後で、毎回ちがう長さだけ待ちます。"),
    "too_many": ("混んでいると断る", "「多すぎる」（429）と返します。"),
    "reset": ("つながりが切れる", "何もしないうちに、つながりを切ります。"),
    "truncated": ("返事が途中で切れる", "仕事はしますが、返事の後ろ半分がなくなります。"),
    "stale": ("古い情報を返す", "少し前の内容だと書いて返します。"),
    "partial": ("一部だけ返す", "いくつかの項目が足りません。"),
    "unsupported": ("対応していないと返す", "この市では使えない、などの返事になります。"),
    "mismatch": ("本人と合わないと返す", "台帳の人と同じかどうかが確かめられません。"),
    "refused": ("断る", "受け付けられないと返します。"),
    "consent_missing": ("同意がないと返す", "同意をやめた人と同じになります。"),
    "duplicate": ("同じ知らせを2回送る", "受け取る側が1回だけ数えるかを見ます。"),
    "out_of_order": ("知らせの順番を入れかえる", "後の知らせが先に届きます。"),
    "clock_skew": ("時計がずれている", "決めた秒数だけ、進んだ時刻で動きます。"),
}
MOST_SECONDS, MOST_TIMES = 30, 1_000_000
FEW = 60  # letters of what one place of several is called
_ONE_OF = re.compile(r"([\w-]+):<([^>]*)>")
_NAME = re.compile(rf"[A-Za-z0-9_.-]{{1,{FEW}}}")


# --- words ------------------------------------------------------------------------------------------------------------------
def service_title(name: str) -> str:
    """What the service stands for, with its name."""
    return _("{title}（{code}）", title=_(SERVICES[name][0]), code=name) if name in SERVICES else name


def place_text(target: str) -> str:
    """A place in words, with its code."""
    head, colon, one = target.partition(":")
    words = _one_of(head).get(one) if colon else None
    if words is None and not colon:
        words = _(PLACES[head]) if head in PLACES else None
    elif words is None and head in PLACES:
        words = _(PLACES[head])
    return _("{title}（{code}）", title=words, code=target) if words else target


def kind_text(kind: str) -> str:
    """A kind of fault in words."""
    return _(KINDS[kind][0]) if kind in KINDS else kind


def _one_of(head: str) -> dict[str, str]:
    """Ids and names of what a place of this sort can be; empty where only the service knows."""
    library = shell.context().library
    if head == "register":
        registers = library.vocabulary.registers.items()
        return {id_: _("{register}の台帳", register=gettext(one.label)) for id_, one in registers}
    if head == "authority":
        return {id_: gettext(one.name) for id_, one in library.authorities.items()}
    if head == "procedure":
        return {one.id: gettext(one.definition.title) for event in library.events.values() for one in event.procedures}
    return {}


def described(fault: Fault) -> list[str]:
    """What limits a fault, as sentences."""
    told = []
    if fault.seconds is not None:
        told.append(_("{seconds}秒です。", seconds=f"{fault.seconds:g}"))
    if fault.probability < 1:
        told.append(_("100回のうち、だいたい{percent}回で起こります。", percent=f"{fault.probability * 100:g}"))
    if fault.count is not None:
        left = fault.count - fault.hits
        told.append(_("あと{n}回で終わります。", n=left) if left > 0 else _("決めた回数が終わりました。"))
    told += [_("{who}のときだけ起こります。", who=who) for who in (fault.client, fault.citizen) if who]
    return told or [_("いつも起こります。")]


def key(fault: Fault) -> str:
    """A short name of what a fault says: equal faults have equal names."""
    said = [
        fault.target,
        fault.kind,
        fault.seconds,
        fault.client,
        fault.citizen,
        fault.probability,
        fault.count,
        fault.seed,
    ]
    return sha256(json.dumps(said).encode()).hexdigest()[:16]


# --- the form ---------------------------------------------------------------------------------------------------------------
class FaultForm:
    """The form of one service, made from its document and from what was typed. `errors`: (field id, sentence), in page order."""

    def __init__(self, document: Mapping[str, Any], typed: Mapping[str, str]) -> None:
        self._typed = {name: unicodedata.normalize("NFKC", value).strip() for name, value in typed.items()}
        self._places, self._kinds = apidocs.places(document), apidocs.kinds(document) or tuple(KINDS)
        self.errors: list[tuple[str, str]] = []

    def read(self) -> Fault | None:
        """The fault that was asked for; None where something is to be corrected."""
        self.errors = []
        target, kind = self._target(), self._typed.get("kind", "")
        if kind not in self._kinds:
            self._wrong("kind", _("どうこわすかを選んでください"))
        seconds = self._number(
            "seconds", 0, MOST_SECONDS, _("秒数は、0から{n}までの数字で書いてください", n=MOST_SECONDS)
        )
        percent = self._number("percent", 1, 100, _("起こる割合は、1から100までの数字で書いてください"), whole=True)
        count = self._number(
            "count", 1, MOST_TIMES, _("回数は、1から{n}までの数字で書いてください", n=MOST_TIMES), whole=True
        )
        if self.errors:
            return None
        probability = 1.0 if percent is None else percent / 100
        return Fault(target, kind, seconds, probability=probability, count=None if count is None else int(count))

    def _wrong(self, field: str, text: str) -> str:
        self.errors.append((field, text))
        return ""

    def _target(self) -> str:
        place = self._typed.get("place", "")
        if place not in self._places:
            return self._wrong("place", _("どこをこわすかを選んでください"))
        found = _ONE_OF.fullmatch(place)
        if found is None:
            return place
        name = f"which-{found[1]}"
        one, known = self._typed.get(name, ""), _one_of(found[1])
        if (known and one not in known) or not _NAME.fullmatch(one):
            return self._wrong(name, _("「{place}」のどれかを決めてください", place=_(PLACES.get(found[1], found[1]))))
        return f"{found[1]}:{one}"

    def _number(self, name: str, low: float, high: float, text: str, *, whole: bool = False) -> float | None:
        typed = self._typed.get(name, "")
        if not typed:
            return None
        if not re.fullmatch(r"\d{1,7}" if whole else r"\d{1,3}(\.\d{1,3})?", typed) or not low <= float(typed) <= high:
            self._wrong(name, text)
            return None
        return float(typed)

    def fields(self) -> dict[str, Any]:
        """What the macros draw."""
        told = dict(self.errors)

        def field(name: str, label: str, **more: Any) -> dict[str, Any]:
            errors = [told[name]] if name in told else []
            return {"name": name, "label": label, "value": self._typed.get(name), "errors": errors, **more}

        sorts = [found for place in self._places if (found := _ONE_OF.fullmatch(place))]
        which = [
            field(
                f"which-{found[1]}",
                _("「{place}」を選んだときは、どれですか", place=_(PLACES.get(found[1], found[1]))),
                choices=[("", _("選んでください")), *_one_of(found[1]).items()] if _one_of(found[1]) else None,
            )
            for found in sorts
        ]
        places = [(place, place_text(place)) for place in self._places]
        kinds = [(kind, *self._kind(kind)) for kind in self._kinds]
        return {
            "place": field("place", _("どこをこわしますか"), choices=places),
            "which": which,
            "kind": field("kind", _("どうこわしますか"), choices=kinds),
            "seconds": field("seconds", _("秒数"), optional=True),
            "percent": field("percent", _("起こる割合（%）"), optional=True),
            "count": field("count", _("回数"), optional=True),
        }

    def _kind(self, kind: str) -> tuple[Any, ...]:
        if kind not in KINDS:
            return (kind,)
        text, hint = KINDS[kind]
        return _("{title}（{code}）", title=_(text), code=kind), {"hint": _(hint)}
