"""The words that stand on every official form. Forms of authorities are Japanese whatever language a person reads."""

from __future__ import annotations

from datetime import date

from app.formats import WEEKDAYS, full_date

HOW = {
    "online": "オンライン",
    "visit": "窓口",
    "mail": "郵便",
    "automatic": "届出は不要（自動で進みます）",
}
AUTHOR = "ひとまど（模擬）"
HEADER = "模擬: この書類に法的な効力はありません"
NUMBER, NO_NUMBER = "受付番号", "まだありません"
MODE = "出し方"
APPLICANT, EACH, REST = "届出をする人", "対象", "そのほか"
ACTING_FOR, CAPACITIES = (
    "代わりに届け出る相手と立場",
    {"parent": "親（保護者）", "kin": "亡くなった人の家族", "delegate": "代理人"},
)
NOTHING = "—"
NONE_LISTED = "ありません"
NOT_NAMED = "氏名は、この窓口に送っていません"
CORRECTED = {True: "訂正した内容（署名あり）", False: "訂正した内容（署名なし）", None: "訂正した内容"}
DOCUMENTS = "添える書類"
DOCUMENT_HEAD = ("書類", "扱い", "説明")
ATTACHED = "添えました"
SIGNATURE = "電子署名"
SIGNER, SIGNED_AT, SERIAL, ISSUER = "署名した人", "署名した日時", "証明書の番号", "証明書を出したところ"
CODE_BESIDE, CODE_SAID = "この手続のいまの状況", "この手続のページを開く二次元コード"


def footer(title: str, number: str) -> str:
    """What stands at the foot of each page."""
    return f"{title}（控え）　{NUMBER} {number}"


def law(text: str) -> str:
    """The ground on which the form stands."""
    return f"根拠 {text}"


def addressee(name: str, *, municipality: bool) -> str:
    """To whom it goes: the head of a city, or an office or company as such."""
    return f"（あて先）{name}長　様" if municipality else f"（あて先）{name}　御中"


def day_label(*, left: bool, signed: bool) -> str:
    """What the day on the form is: that of sending, of signing, or of making it."""
    return "提出した日" if left else "署名した日" if signed else "作った日"


def noted(lines: list[str]) -> str:
    """What a register holds where the person says something else."""
    return f"台帳の記録: {' '.join(lines)}"


AWAITED = "まだありません（本人の署名を待っています）"


def unsigned(*, automatic: bool, private: bool) -> str:
    """Why there is no signature."""
    if automatic:
        return "要りません（届出が不要な手続です）"
    return "要りません（民間の事業者への連絡です）" if private else "ありません（窓口で本人だと示します）"


def several(heading: str, count: int) -> str:
    """The heading of a table of several subjects."""
    return f"{heading}（{count}）"


def certifier(name: str) -> str:
    """Who issued a certificate."""
    return f"{name}（模擬）"


def day(on: date) -> str:
    """In both calendars, without its day of the week: 令和9年（2027年）3月28日."""
    return full_date(on, "ja").removesuffix(f"（{WEEKDAYS[on.weekday()]}）")
