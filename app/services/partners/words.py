"""What partners write to people: plain Japanese, one point a sentence. It is the partner's own letter and stays as it was written."""

from __future__ import annotations

from datetime import date

from app.services.partners.partners import Partner

_WEEKDAYS = "月火水木金土日"

FIELDS = {
    "customer_number": "お客様番号",
    "kana": "名前のカナ",
    "holder": "契約している人の名前",
    "start_date": "使い始める日",
    "old_address": "いまの住所",
    "visit_slot": "立会いの時間",
    "new_address": "新しい住所",
    "birth_date": "生年月日",
    "building_structure": "新しい家の造り",
    "line_permission": "回線の工事の許可",
    "commute_route": "新しい通勤の道のり",
    "deposit_account": "敷金を返してもらう口座",
}

REASONS = {
    "out_of_area": "新しい住所は、この会社の区域の外です",
    "unknown": "契約が見つかりません",
    "several": "あてはまる契約が2つ以上あります",
    "holder": "契約している人の名前が違います",
    "old_name": "契約の名前が、前の名字のままです",
    "kana": "名前のカナが、登録と違います",
    "full": "その時間は、もういっぱいです",
    "too_soon": "その日には間に合いません",
    "asked": "教えてもらいたいことがあります",
    "duplicate": "同じ届を、もう受け付けています",
    "retired": "退職した人のものは作れません",
    "not_employed": "この勤務先で働いている人の中に見つかりません",
    "ended": "契約は、もう終わっています",
    "expired": "返事がないまま、期限が過ぎました",
    "missed": "約束の時間に、立会いができませんでした",
    "forced": "担当の人が、そう決めました",
}

REMEDIES = {
    "out_of_area": "新しい住所の区域の会社に、使い始める申しこみをしてください",
    "duplicate": "何もしなくてよいです。前の届の結果を待ってください。直したいときは、前の届を取り下げてから出してください",
    "retired": "退職したことの証明は、退職証明書や離職票で示せます。市の窓口に聞いてください",
    "not_employed": "勤務先の名前を確かめてください。いま働いている勤務先に出してください",
}

STOPPED_ONLY = f"いまの家の分を止める日が決まりました。{REASONS['out_of_area']}。新しい家の分は、まだ決まっていません。{REMEDIES['out_of_area']}。"
"""The end of a notice to stop and start where the company serves the old home alone."""


def day_words(day: date) -> str:
    """`3月18日（木）`."""
    return f"{day.month}月{day.day}日（{_WEEKDAYS[day.weekday()]}）"


def choice_words(partner: Partner, choice: str) -> str:
    """A day, or a day and one of the partner's windows (`2027-03-28/morning`)."""
    day, _, window = choice.partition("/")
    told = day_words(date.fromisoformat(day))
    if not (window and partner.slots):
        return told
    begin, end = (_hour(text) for text in partner.slots.windows[window])
    return f"{told}の{begin}から{end.removeprefix(begin[:2])}"


def _hour(clock: str) -> str:
    hour = int(clock[:2])
    return f"午後{hour - 12}時" if hour > 12 else f"午前{hour}時" if hour < 12 else "12時"


def asked(partner: Partner, reason: str, field: str | None, until: date, choices: list[str] | None) -> str:
    """A question, by when, and what could be answered."""
    what = f"「{FIELDS.get(field or '', '内容')}」を確かめて、答えてください"
    given = f"選べるもの: {'、'.join(choice_words(partner, one) for one in choices)}。" if choices else ""
    return f"{reason}。{what}。{given}{day_words(until)}までに答えてください。"


def call_back(partner: Partner, reason: str, until: date) -> str:
    """Please call."""
    return (
        f"{reason}。電話で確かめます。{partner.name}（{partner.phone}）へ、{day_words(until)}までに電話をしてください。"
    )


def visit(partner: Partner, reason: str, until: date) -> str:
    """Please come, with what shows who one is."""
    where = partner.place or partner.name
    return f"{reason}。本人を確かめるため、{where}へ来てください。本人確認書類を持ってきてください。{day_words(until)}までです。"


def scheduled(day: date, begin: str, end: str) -> str:
    """Somebody comes."""
    return f"{day_words(day)}の{begin}から{end}に、係の人が新しい家へ行きます。だれかが立ち会ってください。"


def rejected(partner: Partner, reason: str, remedy: str | None) -> str:
    """Refused, why, and what one can do."""
    return (
        f"受け付けられませんでした。理由: {reason}。{remedy or f'{partner.name}（{partner.phone}）へ聞いてください'}。"
    )
