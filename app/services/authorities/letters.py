"""The words an office writes to the citizen with each event: plain Japanese, one point a sentence.

They are the office's own letter and stay as they were written; the site says the same in its own words and languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from .allocating import Decision, Offer
from .catalogue import Authority, Procedure

_WEEKDAYS = "月火水木金土日"


def day_words(day: date) -> str:
    """`3月18日（木）`."""
    return f"{day.month}月{day.day}日（{_WEEKDAYS[day.weekday()]}）"


def received(authority: Authority, procedure: Procedure, number: str) -> str:
    """Arrival."""
    return f"「{procedure.title}」を{authority.name}が受け取りました。受付番号は {number} です。"


def review_started(authority: Authority, expected: date) -> str:
    """The office begins to look at it."""
    return f"{authority.name}が内容を確かめています。{day_words(expected)}までに終わる予定です。"


def visit_needed(authority: Authority, procedure: Procedure, opens: date, papers: Sequence[str] = ()) -> str:
    """What to do at the counter, from which day, and what to bring: the usual, and `papers`."""
    bring = "、".join((*procedure.documents, *papers))
    parts = [
        f"{authority.place}へ来てください。{day_words(opens)}から受け付けます。",
        f"開いている時間は{authority.hours}です。" if authority.hours else "",
        f"持ち物は、{bring}です。" if bring else "",
    ]
    return "".join(parts)


def visited(authority: Authority, procedure: Procedure) -> str:
    """Taken at the counter."""
    return f"{authority.place}で「{procedure.title}」を受け付けました。"


def correction_requested(label: str | None, reason: str | None, until: date) -> str:
    """Exactly what to mend, and by when."""
    what = f"「{label}」を直してください" if label else "内容を確かめて、直してください"
    return f"{reason or '内容に確かめたいことがあります'}。{what}。{day_words(until)}までに送ってください。"


def resubmitted(authority: Authority, signed: bool | None) -> str:
    """The correction has arrived. `signed`: with a signature, without one, or (None) nobody asks for one."""
    how = {True: "署名を確かめました。", False: "署名はありません。", None: ""}[signed]
    return f"訂正を{authority.name}が受け取りました。{how}もう一度、内容を確かめます。"


def approved(procedure: Procedure) -> str:
    """The decision."""
    return f"「{procedure.title}」を認めました。"


NO_PLACE = "年度の終わりまでに、あいている所がありませんでした"
APPLY_AGAIN = "次の年度も希望するときは、もう一度申し込んでください。"


def offered(procedure: Procedure, offer: Offer) -> str:
    """A place."""
    return f"「{procedure.title}」を認めました。{offer.number}番目に希望した{offer.name}を利用できます。"


def waiting(authority: Authority, procedure: Procedure, decision: Decision, again: date) -> str:
    """No place yet (保留通知書): where it stands, and when the office looks again."""
    lists = "、".join(f"{name}は{place}番目" for name, place in decision.wishes)
    return (
        f"「{procedure.title}」は保留です。希望した園に、いまはあいている所がありません。{decision.points}点で、順番は{lists}です。"
        f"{authority.name}は、毎月もう一度調べます。次は{day_words(again)}です。"
    )


def completed(procedure: Procedure) -> str:
    """What is true from now on."""
    return f"{procedure.done or f'「{procedure.title}」が終わりました'}。".replace("。。", "。")


def paid(procedure: Procedure, day: date, months: Sequence[int]) -> str:
    """The first payment, and when the next ones come."""
    often = "、".join(f"{month}月" for month in months)
    return f"「{procedure.title}」の最初の支払いを、{day_words(day)}に振り込みました。次からは、{often}に振り込みます。"


def rejected(authority: Authority, procedure: Procedure, reason: str | None, remedy: str | None = None) -> str:
    """The decision, its reason, and the remedy: 行政不服審査法 第18条 gives three months against an office's decision.

    `remedy`: the office's own words in place of the usual ones.
    """
    usual = (
        f"理由が分からないときは、{authority.name}（{authority.phone}）へ聞いてください。"
        if procedure.private
        else "この決定に納得できないときは、決定を知った日の次の日から3か月以内に、審査請求ができます。"
    )
    why = reason or "条件に合わないため"
    return f"「{procedure.title}」は認められませんでした。理由: {why}。{remedy or usual}".replace("。。", "。")


def expired(procedure: Procedure, until: date) -> str:
    """The correction did not come (行政手続法 第7条: what is not put right may be turned down)."""
    return f"{day_words(until)}までに訂正が届かなかったため、「{procedure.title}」を終わりにしました。要るときは、もう一度出してください。"


def withdrawn(procedure: Procedure) -> str:
    """Taken back by the citizen."""
    return f"「{procedure.title}」を取り下げました。何も変わっていません。"


def looking(authority: Authority) -> str:
    """A company looked at it."""
    return f"{authority.name}が内容を確かめました。"


def unread(authority: Authority) -> str:
    """The company could not read something in a notice."""
    return f"{authority.name}が読み取れないところがありました"


def held(authority: Authority, again: datetime | None) -> str:
    """The company does not answer: the office keeps the notice and sends it later."""
    when = f"{day_words(again.date())} {again:%H:%M}からもう一度送ります" if again else "つながるまで、くり返し送ります"
    return f"いま{authority.name}につながりません。届は窓口が預かっています。{when}。もう一度出す必要はありません。"
