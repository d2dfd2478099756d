"""Generated definitions and households for the property tests of the planner.

The vocabulary is fixed, small and has one of everything: registers with and without a meaning of silence, a derived list, a
fact to confirm, protected addresses. Procedures (conditions, needs, exceptions, papers, order) and households are drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from app.engine import documents
from app.engine.compiling import CompiledEvent, compile_event
from app.engine.definitions import Authority, Procedure
from app.engine.documents import Document, Problem
from app.engine.facts import NOT_YET, Fact, Facts, Key
from app.engine.life_events import LifeEvent
from app.engine.plan import Plan
from app.engine.planner import make_plan
from app.engine.reading import Reader
from app.engine.vocabulary import Vocabulary

TODAY = date(2027, 3, 15)

WORDS = """
kind: person
label: 人
items:
  birth: {label: 生年月日, type: date, register: resident, topic: people, question: q, why: w}
  address: {label: 住所, type: address, register: resident, withheld_when: any(m.protected for m in members), topic: people, question: q, why: w}
  protected: {label: 支援措置, type: yes_no, register: resident, reuse: never, topic: people, question: q, why: w, yes: y, no: n}
  licence: {label: 免許, type: yes_no, register: licence, absent: false, topic: people, question: q, why: w, yes: y, no: n}
  account: {label: 口座, type: text, register: account, reuse: confirm, topic: money, question: q, why: w}
  wish: {label: 希望, type: yes_no, topic: people, question: q, why: w, yes: y, no: n}
  phone: {label: 電話, type: phone, topic: people, page: contact, question: q, why: w}
  email: {label: メール, type: email, optional: true, topic: people, page: contact, question: q, why: w}
  age: {label: 年齢, type: number, derived: "age_on(self.birth, today)"}
---
kind: move
label: 引っ越し
items:
  where: {label: 引っ越し先, type: choice, topic: move, question: q, why: w, unknown: true, choices: {near: 市内, far: 市外, abroad: 海外}}
  who: {label: だれが, type: choice, topic: move, question: q, why: w, choices: {everyone: 全員, only_me: 自分だけ, some: 一部}}
  date: {label: 日, type: date, topic: move, question: q, why: w, unknown: true}
  chosen: {label: 選んだ人, type: subjects, of: person, topic: move, question: q, why: w}
  movers:
    label: 引っ越す人
    type: subjects
    of: person
    derived: "household.members if self.who == 'everyone' else [applicant] if self.who == 'only_me' else self.chosen"
  new_address: {label: 新しい住所, type: address, withheld_when: applicant.wish or any(m.protected for m in movers), topic: move, question: q, why: w}
  rent: {label: 家賃, type: money, topic: money, question: q, why: w}
---
kind: household
label: 世帯
items:
  members: {label: 世帯の人, type: subjects, of: person, register: resident, topic: people, question: q, why: w}
  head: {label: 世帯主, type: person, register: resident, topic: people, question: q, why: w}
  dogs: {label: 犬, type: subjects, of: dog, register: dogs, absent: [], topic: people, question: q, why: w}
---
kind: dog
label: 犬
items:
  chip: {label: チップ, type: yes_no, topic: people, question: q, why: w, yes: y, no: n}
  name: {label: 名前, type: text, register: dogs, topic: people, question: q, why: w}
---
topics: [{id: move, label: m}, {id: people, label: p}, {id: money, label: y}]
pages: {contact: 連絡先}
---
registers:
  - {id: resident, label: l, office: o, holds: h, basis: b}
  - {id: licence, label: l, office: o, holds: h, basis: b}
  - {id: account, label: l, office: o, holds: h, basis: b}
  - {id: dogs, label: l, office: o, holds: h, basis: b}
"""

EVENT = {
    "id": "moving", "title": "t", "summary": "s", "start_title": "s", "promise": "p", "prepare": ["c"],
    "roles": {
        "applicant": {"kind": "person"}, "move": {"kind": "move"}, "household": {"kind": "household"},
        "movers": {"kind": "person", "list": "move.movers"}, "members": {"kind": "person", "list": "household.members"},
        "dogs": {"kind": "dog", "list": "household.dogs"},
    },
    "places": {"old": {"item": "applicant.address"}, "new": {"item": "move.new_address", "outside_when": "move.where == 'abroad'"}},
    "triage": ["move.where", "move.date"],
    "stages": [{"id": "before", "label": "b"}, {"id": "after", "label": "a"}],
}  # fmt: skip

AUTHORITIES = {
    "west": Authority(id="west", name="w", kind="municipality", code="980013", prefecture="98"),
    "east": Authority(id="east", name="e", kind="municipality", code="970018", prefecture="97"),
    "company": Authority(id="company", name="c", kind="utility"),
}


def vocabulary() -> Vocabulary:
    """The fixed words."""
    problems: list[Problem] = []
    found = Reader(problems).vocabulary(list(documents.read("words.yaml", WORDS, problems)))
    assert problems == []
    return found


VOCABULARY = vocabulary()
DOC = Document("moving.yaml", {})
HOMES = {f"{kind.kind}.{name}": (DOC, ()) for kind in VOCABULARY.kinds.values() for name in kind.items}

# --- definitions ----------------------------------------------------------------------------------------------------------
ATOMS = (
    "move.where == 'near'", "move.where in ['far', 'abroad']", "move.where != 'abroad'", "move.who == 'everyone'",
    "move.date > today", "move.rent >= 100", "applicant.licence", "applicant.wish", "applicant.age >= 40",
    "household.head == applicant", "household.head.licence", "len(movers) > 1", "len(dogs) > 0",
    "any(m.licence for m in movers)", "all(m.wish for m in movers)", "any(m.age < 18 for m in members)",
    "municipality(applicant.address) == '980013'", "household.head in movers",
)  # fmt: skip
EACH_ATOMS = {
    "movers": ("each.licence", "each.wish", "each.age >= 18", "each == applicant", "each == household.head"),
    "dogs": ("each.chip", "each.name == 'pochi'"),
}
NEEDS = (
    "applicant.birth", "applicant.address", "applicant.account", "applicant.phone", "applicant.email", "move.new_address",
    "move.date", "move.rent", "household.head", "movers.birth", "movers.phone", "dogs.name", "dogs.chip",
)  # fmt: skip
EACH_NEEDS = {"movers": ("each.birth", "each.wish", "each.account", "each.phone"), "dogs": ("each.name", "each.chip")}


SHAPES = (
    "{}",
    "not {}",
    "({} and {})",
    "({} or {})",
    "({} if {} else {})",
    "(({} or not {}) and {})",
    "not ({} and ({} or {}))",
)


@cache
def expressions(atoms: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Conditions over some atoms."""
    atom = st.sampled_from(atoms)
    return st.builds(lambda shape, *parts: shape.format(*parts), st.sampled_from(SHAPES), atom, atom, atom)


@cache
def several(elements: tuple[str, ...], most: int) -> st.SearchStrategy[list[str]]:
    """Some of the elements, none twice."""
    return st.lists(st.sampled_from(elements), max_size=most, unique=True)


@st.composite
def procedures(draw: st.DrawFn, number: int) -> dict[str, Any]:
    """One procedure, as it would stand in a file."""
    for_each = draw(st.sampled_from([None, None, "movers", "dogs"]))
    atoms = ATOMS + EACH_ATOMS.get(for_each or "", ()) * 3
    texts = expressions(atoms)
    needs = draw(several(NEEDS + EACH_NEEDS.get(for_each or "", ()), 4))
    private = draw(st.booleans())
    found: dict[str, Any] = {
        "id": f"p{number}", "title": "t", "summary": "s", "event": "moving", "who": "w", "law": "l", "private": private,
        "stage": draw(st.sampled_from(["before", "after"])),
        "authority": "company" if private else draw(st.sampled_from(["old_municipality", "new_municipality", "west"])),
        "applies": [
            {"if": draw(texts), "because": f"because {number}.{n}", "otherwise": f"otherwise {number}.{n}"}
            for n in range(draw(st.integers(1, 3)))
        ],
        "due": {"kind": "duty", "from": "move.date", "days": 14, "lost": "l"},
        "channel": {"mode": "online", "unless": [{"when": w, "mode": "visit", "reason": w} for w in draw(st.lists(texts, max_size=2))]},
        "needs": [{"item": need, "when": draw(texts)} if draw(st.booleans()) else need for need in needs],
        "evidence": [{"document": w, "replaced_by": "fact", "when": w} for w in draw(st.lists(texts, max_size=1))],
        "after": draw(several(tuple(f"p{n}" for n in range(number)), 2)) if number else [],
        "lifecycle": {"days": [0, 1], "done": "d"},
        "paper": {"fields": number + 1, "documents": 1, "visits": 1, "minutes": 10},
        "sources": {"unverified": ["u"]},
        "valid": draw(st.sampled_from([{}, {}, {}, {"to": "2026-03-31"}])),
    }  # fmt: skip
    if for_each:
        found["for_each"] = for_each
    return found


@st.composite
def events(draw: st.DrawFn) -> CompiledEvent:
    """A compiled event of one to four procedures."""
    number = draw(st.integers(1, 4))
    parsed = [(Document(f"p{n}.yaml", {}), Procedure.model_validate(draw(procedures(n)))) for n in range(number)]
    problems: list[Problem] = []
    event = compile_event(
        DOC, LifeEvent.model_validate(EVENT), parsed, (), VOCABULARY, AUTHORITIES, {}, HOMES, problems
    )  # fmt: skip
    # Drawn conditions often rule each other out: an author is told so, the planner has to live with it.
    assert {problem.message for problem in problems} <= {
        "この分かれ道には、だれも来ません",
        "この手続は、どんな答えでも必要になりません",
    }
    return event


# --- households -----------------------------------------------------------------------------------------------------------
ROLES = {"applicant": "haruka", "move": "move", "household": "household"}


@dataclass(frozen=True)
class Household:
    """Everything that is true of a household, known or not."""

    kinds: Mapping[str, str]
    truth: Mapping[Key, Any]

    def fact(self, key: Key, refused: frozenset[str] = frozenset(), value: Any = None) -> Fact:
        """A key as it comes to be known: from its register, or as an answer."""
        item = VOCABULARY.kinds[self.kinds[key[0]]].items[key[1]]
        source = f"register:{item.held_by}" if item.held_by and item.held_by not in refused else "citizen"
        return Fact(*key, self.truth[key] if value is None else value, source, TODAY, item.reuse)

    def facts(self, *facts: Fact) -> Facts:
        """These facts about this household."""
        return Facts.of(ROLES, self.kinds, facts)


def address(code: str) -> dict[str, str]:
    """An address of which only the municipality matters."""
    return {"postcode": "", "municipality": code, "town": "", "block": "", "building": ""}


@cache
def values(name: str, kind: str, people: tuple[str, ...], dogs: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Values of an item."""
    item = VOCABULARY.kinds[kind].items[name]
    some_people = st.lists(st.sampled_from(people), min_size=1, unique=True).map(tuple)
    special: dict[str, st.SearchStrategy[Any]] = {
        "members": st.just(people), "dogs": st.just(dogs), "chosen": some_people, "head": st.sampled_from(people),
        "address": st.just(address("980013")), "new_address": st.sampled_from(["980013", "970018"]).map(address),
        "birth": st.dates(date(1950, 1, 1), date(2026, 12, 31)), "rent": st.integers(0, 200),
        "date": st.integers(-20, 40).map(lambda days: TODAY + timedelta(days=days)), "name": st.sampled_from(["pochi", "shiro"]),
    }  # fmt: skip
    if name in special:
        return special[name]
    if item.type == "yes_no":
        return st.booleans()
    return st.sampled_from(list(item.choices)) if item.type == "choice" else st.just("x")


@st.composite
def households(draw: st.DrawFn) -> Household:
    """One to three people and up to two dogs, with a true value for every item."""
    people = ("haruka", "ren", "mio")[: draw(st.integers(1, 3))]
    dogs = ("pochi", "shiro")[: draw(st.integers(0, 2))]
    kinds = {**dict.fromkeys(people, "person"), **dict.fromkeys(dogs, "dog"), "move": "move", "household": "household"}
    truth = {
        (subject, name): draw(values(name, kind, people, dogs))
        for subject, kind in kinds.items()
        for name, item in VOCABULARY.kinds[kind].items.items()
        if item.derived is None
    }
    return Household(kinds, truth)


class Situation:
    """A moment in a journey: definitions, a household, and what is known of it."""

    def __init__(self, event: CompiledEvent, household: Household, facts: Facts) -> None:
        self.event, self.household, self.facts = event, household, facts

    def __repr__(self) -> str:
        lines = [f"{'.'.join(key)} = {fact.value!r} ({fact.source})" for key, fact in self.facts.by_key.items()]
        return "\n".join(
            [*(str(one.definition.model_dump(exclude_defaults=True)) for one in self.event.procedures), *lines]
        )

    @property
    def plan(self) -> Plan:
        """The plan of this moment."""
        return make_plan(self.event, self.facts, TODAY)

    def but(self, facts: Facts) -> Situation:
        """The same with other facts."""
        return Situation(self.event, self.household, facts)

    @property
    def unknown_keys(self) -> list[Key]:
        """Keys without a fact."""
        return [key for key in self.household.truth if key not in self.facts.by_key]

    @property
    def answers(self) -> list[Key]:
        """Keys that the person answered."""
        return [key for key, fact in self.facts.by_key.items() if fact.register is None]


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Any part of the truth is known, from registers or from the person; some answers are 「まだ分からない」."""
    household = draw(households())
    refused = draw(st.frozensets(st.sampled_from(list(VOCABULARY.registers))))
    share, choose = draw(st.integers(0, 4)), draw(st.randoms(use_true_random=False))
    facts = []
    for key in household.truth:
        if choose.randrange(4) < share:
            item = VOCABULARY.kinds[household.kinds[key[0]]].items[key[1]]
            not_yet = item.unknown and choose.randrange(4) == 0
            facts.append(household.fact(key, refused, NOT_YET if not_yet else None))
    return Situation(draw(events()), household, household.facts(*facts))


def view(plan: Plan) -> dict[str, Any]:
    """Everything that can be seen of a plan."""
    return {
        "rows": {
            (one.id, one.subject): (
                one.word, one.reasons, one.open, one.due, one.authority, one.channel, one.after, one.needs, one.known,
                one.missing, one.sent, one.withheld, one.evidence,
            )
            for one in plan.procedures
        },
        "asks": plan.asks,
        "pages": plan.pages,
        "bounds": plan.bounds,
    }  # fmt: skip
