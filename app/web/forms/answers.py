"""From an item of the vocabulary to a form field, and from the form to values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wtforms.form import BaseForm

from app import mynumber_guard
from app.engine.conditions import UNKNOWN
from app.engine.facts import NOT_YET, Key
from app.engine.planner import Ask
from app.engine.vocabulary import Item
from app.i18n import gettext
from app.i18n import gettext as _
from app.web import words
from app.web.forms import fields
from app.world.journeys import Journey

UNSURE = "unknown"
NONE = "none-of-these"
TEXTS: dict[str, type[fields.Answer]] = {
    "text": fields.Answer,
    "kana": fields.Kana,
    "phone": fields.Phone,
    "email": fields.Email,
    "number": fields.Whole,
    "money": fields.Money,
}


class AnswerForm:
    """The fields of one or several asks. ``data`` is what was posted, None to show what is known.

    ``fields`` are drawn in order by the macro `answer_fields`; each has ``ask``, ``hint`` and, for a register's value that
    has only to be confirmed, ``confirm`` (the radios) and ``told`` (lines and badge).
    """

    def __init__(self, journey: Journey, asks: Sequence[Ask], data: Any = None, *, unsure: bool = True) -> None:
        self.journey, self.asks = journey, list(asks)
        self.posted, self.single = data, len(asks) == 1
        self._confirms = {ask.key: f"{ask.key[1]}-confirm" for ask in asks if ask.confirm}
        self._unsure = {ask.key for ask in asks if unsure and ask.item.unknown}
        specs = {ask.key[1]: _field(journey, ask, with_unsure=ask.key in self._unsure) for ask in asks}
        specs |= {name: _confirm_field(ask) for ask in asks if (name := self._confirms.get(ask.key))}
        self.form = BaseForm(specs)
        self.form.process(data, data=None if data is not None else self._known())
        self.fields = [self._dressed(ask) for ask in asks]

    def _known(self) -> dict[str, Any]:
        """Standing answers in the shape of the form; a register's value to be confirmed is not put into its field."""
        known: dict[str, Any] = {}
        for ask in self.asks:
            fact = self.journey.facts.get(ask.key)
            if fact is not None and not ask.confirm:
                radio = ask.item.type in ("choice", "yes_no")
                known[ask.key[1]] = fact.value if fact.value != NOT_YET or radio else None
        return known

    def _dressed(self, ask: Ask) -> fields.Answer:
        field: fields.Answer = self.form[ask.key[1]]
        field.ask, field.hint = ask, gettext(ask.item.hint) if ask.item.hint else None
        name = self._confirms.get(ask.key)
        field.confirm = self.form[name] if name else None
        entry = self.journey.entry(ask.key)
        field.told = (
            (words.entry_lines(self.journey, entry), words.source(self.journey, entry)) if name and entry else None
        )
        # Choices carry 「まだ分からない」 as an option; other fields need a box of their own where they do not stand alone.
        field.unsure_box = ask.key in self._unsure and field.kind != "radios" and not self.single
        fact = self.journey.facts.get(ask.key)
        posted = self.posted is not None and bool(self.posted.get(f"{field.name}-unknown"))
        field.unsure = posted if self.posted is not None else fact is not None and fact.value == NOT_YET
        return field

    @property
    def unsure_button(self) -> bool:
        """Whether the page offers 「まだ分からない」 as one click."""
        return self.single and bool(self._unsure) and self.fields[0].kind != "radios"

    @property
    def multipart(self) -> bool:
        """Whether a file is asked for."""
        return any(field.kind == "file" for field in self.fields)

    @property
    def search(self) -> fields.Address | None:
        """The address field whose postcode search was pressed; the search has been done."""
        for field in self.fields:
            if (
                isinstance(field, fields.Address)
                and self.posted is not None
                and self.posted.get(f"{field.name}-search")
            ):
                self._guard()
                field.search()
                return field
        return None

    def validate(self) -> bool:
        """Whether everything can be used. Raises `RealNumber` when anything typed holds a legally valid My Number."""
        self._guard()
        valid = [self._valid(field) for field in self.fields]  # every field, so that all errors are said at once
        return all(valid)

    def _guard(self) -> None:
        if self.posted is None:
            return
        typed = [text for name in self.posted for text in self.posted.getlist(name)]
        mynumber_guard.refuse(text if isinstance(text, str) else str(text.filename) for text in typed if text)

    def _valid(self, field: fields.Answer) -> bool:
        if self._is_unsure(field):
            return True
        if field.confirm is not None:
            if not field.confirm.validate(self.form):
                return False
            if field.confirm.data == "use":
                return True
        return bool(field.validate(self.form))

    def _is_unsure(self, field: fields.Answer) -> bool:
        if field.ask.key not in self._unsure or self.posted is None:
            return False
        return (
            field.data == UNSURE
            if field.kind == "radios"
            else bool(field.unsure or (self.single and self.posted.get(UNSURE)))
        )

    def _answer(self, field: fields.Answer) -> Any:
        if self._is_unsure(field):
            return NOT_YET
        if field.confirm is not None and field.confirm.data == "use":
            return self.journey.facts.by_key[field.ask.key].value
        return field.answer if hasattr(field, "answer") else field.data

    def values(self) -> dict[Key, Any]:
        """Inside values by key. Only after `validate`."""
        return {field.ask.key: self._answer(field) for field in self.fields}

    def value(self) -> Any:
        """The inside value of the only field."""
        return self._answer(self.fields[0])

    def error_list(self) -> list[tuple[str, str]]:
        """(id of the input, text), in page order."""
        found = []
        for field in self.fields:
            for one in (field.confirm, field):
                if one is not None and one.errors:
                    found.append((one.target, str(one.errors[0])))
        return found


def answer_form(journey: Journey, key: Key, data: Any = None) -> AnswerForm:
    """A form for one item, whether it is asked now or not: no 「まだ分からない」, nothing to confirm."""
    return AnswerForm(journey, [ask_for(journey, key)], data, unsure=False)


def page_form(journey: Journey, asks: Sequence[Ask], data: Any = None) -> AnswerForm:
    """The form of a question page."""
    return AnswerForm(journey, asks, data)


def ask_for(journey: Journey, key: Key) -> Ask:
    """The open ask of a key, or one made for an item that is answered already. Raises KeyError without an item."""
    found = next((ask for ask in journey.plan.asks if ask.key == key), None)
    if found is not None:
        return found
    item = journey.plan.item(key)
    if item is None:
        raise KeyError(key)
    kind = journey.facts.kinds[key[0]]
    required = {planned.id for planned in journey.plan.by_verdict["required"]}
    uses = tuple(id_ for id_ in journey.event.uses.get(f"{kind}.{key[1]}", ()) if id_ in required)
    return Ask(key, item, kind, 0, uses, False)


# --- fields -------------------------------------------------------------------------------------------------------------
def _field(journey: Journey, ask: Ask, *, with_unsure: bool) -> Any:
    item = ask.item
    common: dict[str, Any] = {
        "label": words.question(journey, ask),
        "ask_for": _missing(journey, ask, with_unsure),
        "optional": item.optional,
    }
    if item.type in TEXTS:
        return TEXTS[item.type](**common)
    if item.type == "date":
        return fields.Date(past=item.past, **common)
    if item.type == "address":
        return fields.Address(municipalities=municipalities(journey), places=journey.context.library.places, **common)
    if item.type == "document":
        return fields.Document(**common)
    if item.type == "choices":
        return fields.Choices(choices=[*_options(item), (NONE, _("どれでもない"), {"or": True})], none=NONE, **common)
    if item.type == "subjects":
        found = [_candidate(journey, one) for one in candidates(journey, item)]
        nobody = [(NONE, _("だれもいない"), {"or": True})] if item.nobody else []
        return fields.Choices(choices=[*found, *nobody], none=NONE if nobody else "", **common)
    return _radios(journey, item, common, with_unsure)


def _radios(journey: Journey, item: Item, common: Mapping[str, Any], with_unsure: bool) -> Any:
    options: list[tuple[str, str, dict[str, Any]]]
    values: dict[str, Any] = {UNSURE: NOT_YET}
    if item.type == "yes_no":
        options = [("yes", gettext(item.yes), {}), ("no", gettext(item.no), {})]
        values |= {"yes": True, "no": False}
    elif item.type == "person":
        options = [_candidate(journey, one) for one in candidates(journey, item)]
    else:
        options = _options(item)
    if with_unsure:
        options.append((UNSURE, _("まだ分からない"), {"or": True}))
    return fields.Choice(choices=options, values=values, **common)


def _options(item: Item) -> list[tuple[str, str, dict[str, Any]]]:
    hints = item.choice_hints
    return [
        (value, gettext(text), {"hint": gettext(hints[value])} if value in hints else {})
        for value, text in item.choices.items()
    ]


def _confirm_field(ask: Ask) -> Any:
    item = ask.item
    use = gettext(item.yes) if item.yes else _("この内容のまま使う")
    other = gettext(item.no) if item.no else _("別の内容を入力する")
    return fields.Choice(
        label=gettext(item.question), choices=[("use", use, {}), ("other", other, {})],
        ask_for=_("「{use}」か「{other}」を選んでください", use=use, other=other),
    )  # fmt: skip


def _missing(journey: Journey, ask: Ask, with_unsure: bool) -> str:
    """The sentence that asks for an answer: the question itself where it is a request."""
    item, label = ask.item, gettext(ask.item.label)
    if item.type in ("choice", "choices", "yes_no", "person", "subjects"):
        if with_unsure:
            return _("「{label}」を選んでください。分からないときは「まだ分からない」を選びます", label=label)
        return _("「{label}」を選んでください", label=label)
    if item.type == "date":
        return _("「{label}」を、年・月・日で入力してください", label=label)
    if item.type == "document":
        return _("「{label}」のファイルを選んでください", label=label)
    return _("「{label}」を入力してください", label=label)


def candidates(journey: Journey, item: Item) -> list[str]:
    """Subjects from whom an item's value is chosen: its source list, else the household, else everybody of that kind."""
    kind = item.of or "person"
    for path in (item.source_list, "household.members" if kind == "person" else None):
        members = _list_at(journey, path) if path else None
        if members:
            return list(members)
    return [subject for subject, other in journey.facts.kinds.items() if other == kind]


def _list_at(journey: Journey, path: str) -> Iterable[str] | None:
    for role, (holder, name, _kind) in journey.event.scope.lists.items():
        if f"{holder}.{name}" == path:
            members, _reads = journey.plan.members(role)
            return None if members is UNKNOWN else members
    holder, _dot, name = path.partition(".")
    value = journey.value(holder, name)
    return value if value is not None and value != NOT_YET else None


def _candidate(journey: Journey, subject: str) -> tuple[str, str, dict[str, Any]]:
    """The option for one subject."""
    name = words.name_of(journey, subject)
    me = subject == journey.facts.roles["applicant"] and journey.name_of(subject)
    return subject, _("{name}（あなた）", name=name) if me else name, {}


def municipalities(journey: Journey) -> list[tuple[str, str]]:
    """Code and name of every municipality or ward that people live in: a designated city is named by its wards."""
    all_ = [a for a in journey.context.library.authorities.values() if a.code and a.kind in ("municipality", "ward")]
    wards = [a.name for a in all_ if a.kind == "ward"]
    return [
        (str(a.code), gettext(a.name))
        for a in all_
        if a.kind == "ward" or not any(ward.startswith(a.name) for ward in wards)
    ]
