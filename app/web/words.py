"""What engine and world say, in words of the person's language: values, sources, deadlines, offices, questions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.engine.deadlines import Due, state
from app.engine.definitions import Authority, Procedure
from app.engine.facts import NOT_YET, Key
from app.engine.life_events import LifeEvent
from app.engine.planner import Ask, Plan, PlannedProcedure
from app.engine.values import from_json
from app.engine.vocabulary import Item
from app.formats import deadline_text, full_date, money, phone, postcode, short_date
from app.i18n import current_tag, gettext
from app.i18n import gettext as _
from app.web import shell
from app.world.journeys import Journey
from app.world.ledger import PARTNER, Entry

LEVELS = {
    "ample": "calm",
    "not_open": "calm",
    "undated": "calm",
    "within_two_weeks": "fortnight",
    "this_week": "week",
    "overdue": "late",
}
PLACES = {
    "municipality": "市区町村",
    "health": "保健所",
    "police": "警察署・運転免許センター",
    "water": "水道局",
    "education_board": "教育委員会",
    "prefecture": "都道府県",
    "prefecture_office": "都道府県",
    "prefecture_health": "都道府県の保健所",
}


# --- subjects and offices -----------------------------------------------------------------------------------------------
def name_of(journey: Journey, subject: str | None) -> str:
    """A subject's name as it is registered: さん after a person's, nothing after a thing's. あなた for the applicant
    whose name is not known."""
    if subject is None:
        return ""
    name = journey.name_of(subject)
    kind = journey.facts.kinds.get(subject, "")
    if kind != "person":
        return name or _(journey.event.vocabulary.kinds[kind].label) if kind else ""
    if not name:
        return _("あなた") if subject == journey.facts.roles["applicant"] else _("もう1人")
    return _("{name}さん", name=name)


def who(journey: Journey, subject: str) -> str:
    """あなた for the applicant, else the name."""
    return _("あなた") if subject == journey.facts.roles.get("applicant") else name_of(journey, subject)


def office_name(authority: Authority | None, definition: Procedure) -> str:
    """The office's name, or what kind of office it will be while the address is not known."""
    if authority is not None:
        return _(authority.name)
    return office_there(shell.context().library.events[definition.event].definition, definition.authority)


def office_there(event: LifeEvent, name: str) -> str:
    """The kind of an office that an address decides, and whose address. ``name``: as in a definition, `new_municipality`."""
    side, _bar, kind = name.partition("_")
    place = event.places["old" if side == "old" else "new"]
    return gettext(place.office, office=_(PLACES.get(kind, "窓口")))


def channel_text(planned: PlannedProcedure) -> str:
    """How it is filed, in two or three words."""
    words = {
        "online": "オンラインで出す",
        "visit": "窓口へ行く",
        "mail": "郵便で送る",
        "automatic": "出さなくてよい（自動）",
    }
    return _(words[planned.channel[0]])


def procedure_title(journey: Journey, planned: PlannedProcedure) -> str:
    """The procedure's title, with the subject's name where it is for one of several."""
    title = gettext(planned.compiled.definition.title)
    if planned.subject is None:
        return title
    return _("{title}（{who}）", title=title, who=who(journey, planned.subject))


# --- values -------------------------------------------------------------------------------------------------------------
def lines(journey: Journey, key: Key, value: Any) -> list[str]:
    """A value as the lines people read. Never blank."""
    item = journey.plan.item(key)
    if value == NOT_YET:
        return [_("まだ分かりません")]
    if item is None or value is None or value == "" or value == ():
        return [_("ありません")]
    writer = _WRITERS.get(item.type)
    return writer(journey, item, value) if writer else [str(value)]


def entry_lines(journey: Journey, entry: Entry) -> list[str]:
    """A ledger row's value as lines."""
    item = journey.plan.item(entry.key)
    return lines(journey, entry.key, from_json(item, entry.value) if item else entry.value)


def address_lines(value: Mapping[str, str], municipalities: Mapping[str, str]) -> list[str]:
    """Postcode line, town line, building line."""
    city = municipalities.get(value["municipality"], "")
    first = postcode(value["postcode"]) if value.get("postcode") else ""
    return [
        line
        for line in (first, f"{city}{value.get('town', '')}{value.get('block', '')}", value.get("building", ""))
        if line
    ]


def municipality_names(journey: Journey) -> dict[str, str]:
    """Municipality code to name."""
    return {
        a.code: a.name
        for a in journey.context.library.authorities.values()
        if a.code and a.kind in ("municipality", "ward")
    }


def _date(journey: Journey, item: Item, value: date) -> list[str]:
    return [full_date(value, current_tag())]


def _address(journey: Journey, item: Item, value: Mapping[str, str]) -> list[str]:
    return address_lines(value, municipality_names(journey))


def _yes_no(journey: Journey, item: Item, value: bool) -> list[str]:
    return [gettext(item.yes if value else item.no)]


def _choice(journey: Journey, item: Item, value: str) -> list[str]:
    return [gettext(item.choices[value])]


def _choices(journey: Journey, item: Item, value: tuple[str, ...]) -> list[str]:
    return [gettext(item.choices[one]) for one in value] or [_("ありません")]


def _subject(journey: Journey, item: Item, value: str) -> list[str]:
    return [name_of(journey, value)]


def _subjects(journey: Journey, item: Item, value: tuple[str, ...]) -> list[str]:
    return [name_of(journey, one) for one in value] or [_("ありません")]


def _money(journey: Journey, item: Item, value: int) -> list[str]:
    return [money(value, current_tag())]


def _phone(journey: Journey, item: Item, value: str) -> list[str]:
    return [phone(value)]


def _document(journey: Journey, item: Item, value: Mapping[str, Any]) -> list[str]:
    return [str(value["name"])]


_WRITERS: dict[str, Any] = {
    "date": _date,
    "address": _address,
    "yes_no": _yes_no,
    "choice": _choice,
    "choices": _choices,
    "person": _subject,
    "subjects": _subjects,
    "money": _money,
    "phone": _phone,
    "document": _document,
}


# --- where it comes from ------------------------------------------------------------------------------------------------
def source(journey: Journey, entry: Entry) -> tuple[str, str | None]:
    """Kind and words of a source badge: 住民票から 3月15日, あなたの答え."""
    if entry.source.startswith("register:"):
        register = journey.event.vocabulary.registers[entry.source.removeprefix("register:")]
        return "register", _(
            "{register}から {date}", register=gettext(register.label), date=short_date(entry.at.date(), current_tag())
        )
    if entry.source.startswith(PARTNER):
        office = journey.context.library.authorities.get(entry.source.removeprefix(PARTNER))
        told, day = gettext(office.name) if office else "", short_date(entry.at.date(), current_tag())
        return "register", _("{register}から {date}", register=told, date=day)
    return ("noted" if entry.source == "citizen:differs" else "answer"), None


def titles(journey: Journey, ids: Any) -> list[str]:
    """Titles of procedures by id."""
    return [gettext(journey.event.by_id[id_].definition.title) for id_ in ids if id_ in journey.event.by_id]


# --- registers ----------------------------------------------------------------------------------------------------------
OUTCOMES = {
    "complete": "{n}項目 受け取りました",
    "partial": "{n}項目 受け取りました",
    "none": "登録がありません",
    "unsupported": "この市はまだ対応していません。質問で聞きます",
    "stale": "{n}項目 受け取りました。古いかもしれません。質問の画面で確かめてください",
    "mismatch": "台帳の氏名と一致しませんでした。質問で聞きます",
    "slow": "まだ返事がありません",
    "down": "返事がありません",
    "asked_instead": "自分で入力します（あとで台帳と照らします）",
}
MISSING = {"not_registered": "登録がない項目があります", "not_provided": "渡されなかった項目があります。質問で聞きます"}


def register_answer(journey: Journey, id_: str) -> dict[str, Any]:
    """What a register answered to this journey: {label, text, notes, as_of}, never blank."""
    told = journey.lookups.get(id_, {})
    status = told.get("status") or "slow"
    text = _(OUTCOMES[status], n=told.get("count", 0))
    if told.get("later") and status in ("down", "slow"):
        text = _("{outcome}。あとで問い合わせます", outcome=text)
    notes = (
        [_(MISSING[reason]) for reason in told.get("reasons", ()) if reason in MISSING] if status == "partial" else []
    )
    as_of = told.get("as_of")
    day = (
        short_date(date.fromisoformat(str(as_of)[:10]), current_tag())
        if as_of and status not in ("down", "slow")
        else _("まだ分かりません")
    )
    return {"label": gettext(journey.event.vocabulary.registers[id_].label), "text": text, "notes": notes, "as_of": day}


# --- deadlines ----------------------------------------------------------------------------------------------------------
DUE_KINDS = {"duty": "届出の義務", "window": "受け取れる期間", "prescription": "請求できる期限", "advice": "めやす"}


def due_chip(due: Due | None, today: date, counting: str = "") -> dict[str, Any] | None:
    """What the deadline chip macro takes; None where the law names no day."""
    if due is None or due.last is None:
        return None
    tag = current_tag()
    text = deadline_text(due.last, today, tag)
    day, weekday = day_parts(due.last)
    return {
        "iso": due.last.isoformat(),
        "day": day,
        "weekday": weekday,
        "left": text.left,
        "level": LEVELS[state(due, today).level],
        "kind": _(DUE_KINDS[due.kind]),
        "counting": gettext(counting) if counting else None,
    }


def day_parts(day: date) -> tuple[str, str]:
    """A day without its year, and its weekday apart, because the day is set as a figure."""
    head, _bracket, rest = short_date(day, current_tag()).replace("（", "(").partition("(")
    return head.strip(), rest.rstrip("）)")


def moment(when: datetime) -> str:
    """A day of the simulation, as lists show it."""
    return short_date(when.date(), current_tag())


def to_the_minute(when: datetime) -> str:
    """Day and time of the simulation."""
    day = full_date(when.date(), current_tag())
    return _("{day}　{hour}時{minute}分", day=day, hour=when.hour, minute=f"{when.minute:02}")


# --- questions ----------------------------------------------------------------------------------------------------------
def question(journey: Journey, ask: Ask, *, named: bool = True) -> str:
    """The question in the person's language, naming whom it is about; ``named=False`` for titles, which carry no names."""
    item, (subject, name) = ask.item, ask.key
    about = (who(journey, subject) if named else _("この人")) if ask.kind == "person" else ""
    if item.reuse == "confirm" and not ask.confirm:
        text = _("{label}を入力してください", label=gettext(item.label))
    else:
        text = gettext(item.question, who=about) if "{who}" in item.question else gettext(item.question)
        if "{who}" in item.question:
            return text
    kind = journey.event.vocabulary.kinds[ask.kind]
    own = kind.named_by is None or name == kind.named_by or subject == journey.facts.roles.get("applicant")
    title = name_of(journey, subject) if named and not own and journey.name_of(subject) else ""
    return _("{name}: {question}", name=title, question=text) if title else text


def questions_left(plan: Plan) -> str:
    """あと3問, or a range where the planner knows only bounds; empty when nothing is left."""
    least, most = plan.bounds
    if most == 0:
        return ""
    return _("あと{n}問", n=least) if least == most else _("あと{a}問から{b}問", a=least, b=most)
