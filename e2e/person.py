"""Plays a household on the site as its people would: reads each page, types what is true, presses what leads on.

    person = Person(visit, site, "yamashina", consent="all")
    person.until_receipt()                     # home, card, first questions, registers, questions, review, signature
    person.until_done()                        # days go by, corrections, counters, until nothing is open

Everything is done with links, buttons and fields, so it holds with scripts and without. What a page asks is read from its
address and the names of its fields; subjects that the person adds by hand are matched to those of the household in order.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import FilePayload, Locator
from sqlalchemy import select

from app.engine.facts import NOT_YET
from app.engine.lifecycle import State
from app.engine.personas import Household
from app.engine.vocabulary import Item
from app.factory import Site
from app.store.models import World as WorldRow
from app.web import links
from app.world.journeys import Journey
from app.world.views import CaseView
from app.world.worlds import World
from e2e.browser import Watch
from tests.citizen import Guest
from tests.offered import first_offered

Consent = Literal["all", "none", "choose"]
SOMETHING: dict[str, Any] = {
    "text": "あり",
    "kana": "アリ",
    "phone": "000-8000-0201",
    "email": "someone@example.test",
    "number": 3,
    "money": 50000,
    "date": date(2027, 4, 1),
    "address": {
        "postcode": "000-0256",
        "municipality": "970018",
        "town": "南",
        "block": "1丁目2番3号",
        "building": "",
    },
    "yes_no": False,
    "choices": (),
    "subjects": (),
}
PICTURE: FilePayload = {"name": "shorui.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n"}
MOST_STEPS, MOST_DAYS = 400, 150
#: how often one address may come again: lists come back once for every member
MOST_VISITS = 9
PREFIX = re.compile(r"^/(ja-simple|en)(?=/|$)")
CONTROLS = """form => [...form.elements].filter(e => e.name && !e.disabled && e.type !== "hidden")
  .map(e => ({name: e.name, type: e.type, value: e.value}))"""


class Lost(AssertionError):
    """The journey does not go on; says where and why."""


class Person:
    """One household's visitor. ``persona``: the id of a file, or the household that will be made up. ``consent``: what is answered where
    registers may be asked. ``prefix``: the language, as in an address."""

    def __init__(
        self, visit: Watch, site: Site, persona: str | Household, *, consent: Consent = "all", prefix: str = ""
    ) -> None:
        self.visit, self.site, self.consent, self.prefix = visit, site, consent, prefix
        self.household = site.context.households[persona] if isinstance(persona, str) else persona
        self.vocabulary = site.context.library.events[self.household.persona.event].vocabulary
        self.card = self.household.persona.card
        self.world_id = ""
        #: subject on the site -> subject of the household
        self.alias: dict[str, str] = {}
        #: whom of the household the person is adding to a list
        self._coming: str | None = None
        #: what a letter offered to choose from, by subject on the site and item
        self.offered: dict[tuple[str, str], Any] = {}
        self._came: Counter[str] = Counter()

    # --- where we are ---------------------------------------------------------------------------------------------------
    @property
    def path(self) -> str:
        """The present address without its language."""
        return PREFIX.sub("", urlsplit(self.visit.page.url).path) or "/"

    @property
    def world(self) -> World:
        """This visitor's world as the site keeps it."""
        found = World.find(self.site.context, self.world_id)
        assert found is not None
        return found

    @property
    def journey(self) -> Journey:
        """The first journey of the world."""
        found = self.world.journey(1)
        assert found is not None
        return found

    def goto(self, path: str) -> None:
        """Opens a path in the person's language."""
        self.visit.goto(self.prefix + path)

    def main(self, selector: str) -> Locator:
        """Elements of the main part."""
        return self.visit.page.locator(f"main {selector}")

    def primary(self) -> None:
        """Presses the one button that leads on."""
        button = self.main(".button-primary")
        if not button.count():
            raise self.lost("no primary button")
        self.visit.click(button.first)

    def lost(self, why: str) -> Lost:
        """What to raise where nothing leads on."""
        text = " ".join(self.visit.page.locator("main").inner_text().split())
        problems = "\n".join(self.visit.problems[:5])
        return Lost(
            f"{self.household.persona.id} on {self.path}: {why}\n{self.visit.page.title()}\n{text[:600]}\n{problems}"
        )

    # --- from home to the receipt ----------------------------------------------------------------------------------------
    def until_receipt(self) -> None:
        """From the home page to the receipt."""
        self.goto("/")
        self.until(r"/journeys/\d+/receipt")

    def until(self, pattern: str) -> None:
        """Goes on, page by page, to the first whose address matches."""
        for _ in range(MOST_STEPS):
            if re.fullmatch(pattern, self.path):
                return
            self.step()
        raise self.lost(f"{MOST_STEPS} pages and not at {pattern}")

    def step(self) -> None:
        """Does what the present page asks for."""
        path = self.path
        self._came[path] += 1
        if self._came[path] > MOST_VISITS:
            raise self.lost("the same page again and again")
        before = self.visit.page.url
        for pattern, act in self._pages():
            if re.fullmatch(pattern, path):
                act()
                break
        else:
            raise self.lost("no way on is known for this page")
        summary = self.visit.page.locator(".error-summary")
        if summary.count() and self.visit.page.url == before:
            raise self.lost("not accepted")

    def _pages(self) -> tuple[tuple[str, Callable[[], None]], ...]:
        return (
            (r"/", self._begin),
            (r"/events/[\w-]+", self.primary),
            (r"/start", self.choose),
            (r"/start/sign-in", self._show_card),
            (r"/idp/.*card", self.pin),
            (r"/idp/.*signature", self.signing_pin),
            (r"/idp/.*(cancel|restore)", self.primary),
            (r"/start/return", self._without_card),
            (r"/journeys/\d+/triage/.*", self.answer),
            (r"/journeys/\d+/consent", self._consent),
            (r"/journeys/\d+/consent/choose", self._choose_registers),
            (r"/journeys/\d+/lookup", self._lookup),
            (r"/journeys/\d+(/plan|/review)", self.primary),
            (r"/journeys/\d+/questions/.*", self.answer),
            (r"/journeys/\d+/sign", self.primary),
            (r"/sign/return", self._unsigned),
            (r"/settings/session/ended", lambda: self.visit.click(self.main("a.button-primary"))),
        )

    def _begin(self) -> None:
        self.goto(f"/events/{self.household.persona.event}" if self.world_id else "/start")

    def choose(self) -> None:
        """Chooses whom to be, or to make up a household."""
        own = self.main(f'input[name=persona][value="{self.household.persona.id}"]')
        if own.count():
            own.check()
            self.primary()
        else:
            self.main("input[name=persona][value=others]").check()
            self.primary()
            self.visit.click(self.main(f'button[name=persona][value="{self.household.persona.id}"]'))
        if self.path != "/start/own":
            self.entered()

    def entered(self) -> None:
        """The newest world is this visitor's."""
        with self.site.context.database.read() as session:
            newest = select(WorldRow.id).order_by(WorldRow.made_at.desc()).limit(1)
            self.world_id = session.scalars(newest).one()

    @property
    def shows_card(self) -> bool:
        """Whether the card can show who this is."""
        return self.card.state in ("valid", "signing_expired")

    def _show_card(self) -> None:
        if self.shows_card:
            self.primary()
        else:
            self._without_card()

    def _without_card(self) -> None:
        self.visit.click(self.main('form[action$="/start/without-card"] button'))

    def pin(self) -> None:
        """Types the PIN of the card."""
        self.main("input[name=pin]").fill(self.card.pin)
        self.primary()

    def signing_pin(self) -> None:
        """Types the PIN of the signature."""
        self.main("input[name=pin]").fill(self.card.signing_pin)
        self.primary()

    def _unsigned(self) -> None:
        self.visit.click(self.main('form[action$="/sign/without"] button'))

    def _consent(self) -> None:
        wanted = self.consent if self.shows_card else "none"
        button = self.main(f'button[name=consent][value="{wanted}"]')
        if button.count():
            self.visit.click(button)
        else:
            self.primary()

    def _choose_registers(self) -> None:
        """Every second register is asked."""
        names = list(dict.fromkeys(c["name"] for c in self._controls() if c["type"] == "radio"))
        for place, name in enumerate(names):
            self.main(f'input[name="{name}"][value="{"no" if place % 2 else "yes"}"]').check()
        self.primary()

    def _lookup(self) -> None:
        for name in dict.fromkeys(c["name"] for c in self._controls() if c["type"] == "radio"):
            self.main(f'input[name="{name}"][value="type"]').check()
        self.primary()

    def _form(self) -> Locator:
        return self.main("form:has(.button-primary)").first

    def _controls(self) -> list[dict[str, str]]:
        form = self._form()
        return form.evaluate(CONTROLS) if form.count() else []

    # --- answering -------------------------------------------------------------------------------------------------------
    def answer(self) -> None:
        """Fills in the question page and goes on."""
        if not self.fill():
            self.primary()

    def fill(self) -> bool:
        """Types the answers of the present question page; True where a button of its own already gave the answer."""
        controls = self._controls()
        kind, subject = self._asked()
        if any(control["name"] == "more" for control in controls):
            self._more(kind, subject)
            return False
        names = {control["name"].partition("-")[0] for control in controls} & self.vocabulary.kinds[kind].items.keys()
        if not names:
            raise self.lost(f"no field of a known item: {sorted({c['name'] for c in controls})}")
        all_names = {control["name"] for control in controls}
        return any(self._one(kind, subject, name, all_names) for name in sorted(names))

    def _asked(self) -> tuple[str, str]:
        """Kind and subject that the present page asks about."""
        journey = self.journey
        if found := re.fullmatch(r"/journeys/\d+/triage/(\w+)\..*", self.path):
            kind = found[1]
            return kind, next((id_ for id_ in journey.facts.roles.values() if journey.facts.kinds[id_] == kind), kind)
        if found := re.fullmatch(r"/journeys/\d+/questions/([^/]+)(?:/(\d+))?", self.path):
            kind = links.items_on(journey, found[1])[0]
            return kind, links.subject_at(journey, kind, int(found[2] or 1))
        case = self.world.case(int(self.path.split("/")[2]))
        assert case is not None
        assert case.state.item is not None
        subject = case.state.item.split(".")[0]
        return journey.facts.kinds[subject], subject

    def true_subject(self, subject: str, kind: str) -> str:
        """The household's subject that a subject of the site stands for."""
        if subject in self.household.kinds:
            return subject
        if subject not in self.alias:
            known = {*self.journey.facts.kinds, *self.alias.values()}
            rest = [id_ for id_, other in self.household.kinds.items() if other == kind and id_ not in known]
            self.alias[subject] = self._coming or (rest[0] if rest else subject)
            self._coming = None
        return self.alias[subject]

    def truth(self, kind: str, subject: str, name: str) -> Any:
        """What this person answers: as the household file says, else as the registers would have said, else something."""
        item = self.vocabulary.kinds[kind].items[name]
        key = (self.true_subject(subject, kind), name)
        if item.optional and key in self.household.answers and self.household.answers[key] is None:
            return None  # left empty on purpose
        for value in (
            self.offered.get((subject, name)),
            self.household.answers.get(key),
            self.household.held.get(key),
            item.absent,
        ):
            if value is not None:
                return value
        return SOMETHING.get(item.type)

    def _one(self, kind: str, subject: str, name: str, names: set[str]) -> bool:
        item, value = self.vocabulary.kinds[kind].items[name], self.truth(kind, subject, name)
        if f"{name}-confirm" in names:
            held = self.household.held.get((self.true_subject(subject, kind), name))
            same = held is None or value == held
            self.main(f'input[name="{name}-confirm"][value="{"use" if same else "other"}"]').check()
            if same:
                return False
        if value == NOT_YET:
            box = self.main(f'input[name="{name}-unknown"], input[name="{name}"][value=unknown]')
            if box.count():
                box.check()
                return False
            self.visit.click(self.main("button[name=unknown]"))
            return True
        if value is not None or not item.optional:
            self._type(item, name, value, subject)
        return False

    def _type(self, item: Item, name: str, value: Any, subject: str) -> None:
        field = self.main(f'[name="{name}"]')
        if item.type == "date":
            era = self.main(f'[name="{name}-era"]')
            if era.first.evaluate("e => e.tagName") == "SELECT":
                era.select_option("western")
            else:
                self.main(f'[name="{name}-era"][value=western]').check()
            for part in ("year", "month", "day"):
                self.main(f'input[name="{name}-{part}"]').fill(str(getattr(value, part)))
        elif item.type == "address":
            for part, text in value.items():
                one = self.main(f'[name="{name}-{part}"]')
                one.select_option(text) if part == "municipality" else one.fill(text)
        elif item.type == "document":
            field.set_input_files(PICTURE)
        elif item.type in ("choice", "yes_no", "person"):
            wanted = ("yes" if value else "no") if item.type == "yes_no" else self._here(value)
            self._check(name, [wanted] if wanted else [], one=True)
        elif item.type in ("choices", "subjects"):
            self._check(name, [self._here(one) for one in value], one=False)
        else:
            field.fill(str(value))

    def _here(self, value: Any) -> str:
        """A subject of the household as the site calls it."""
        back = {there: here for here, there in self.alias.items()}
        return back.get(value, "" if value is None else str(value))

    def _check(self, name: str, wanted: list[str], *, one: bool) -> None:
        """Chooses from a list; the first, or 「どれでもない」, where the household has no answer of that kind."""
        options = [c["value"] for c in self._controls() if c["name"] == name]
        known = [value for value in wanted if value in options]
        if not known:
            known = options[:1] if one or "none-of-these" not in options else ["none-of-these"]
        for value in options:
            box = self.main(f'input[name="{name}"][value="{value}"]')
            if value in known:
                box.check()
            elif not one:
                box.uncheck()

    def _more(self, kind: str, subject: str) -> None:
        """A list page: another, until all of the household's are there."""
        found = re.fullmatch(r"/journeys/\d+/questions/\w+\.(\w+)(?:/\d+)?", self.path)
        assert found is not None
        name = found[1]
        item = self.vocabulary.kinds[kind].items[name]
        true = tuple(self.truth(kind, subject, name) or ())
        fact = self.journey.facts.get((subject, name))
        there = tuple(fact.value) if fact is not None and fact.value not in (None, NOT_YET) else ()
        present = len(there) if there else int(item.with_applicant)
        if present < len(true):
            me = self.household.roles["applicant"]
            left = [one for one in true if one not in (me, *there, *self.alias.values())]
            self._coming = left[0] if left else None
        self.main(f'input[name=more][value="{"yes" if present < len(true) else "no"}"]').check()

    # --- from the receipt to the end ---------------------------------------------------------------------------------------
    def until_done(self) -> None:
        """Lets days go by and does what falls to the person, until no case is open."""
        for _ in range(MOST_DAYS):
            self.goto("/cases")
            self._do_mine()
            if not self.main("ul.entries > li:not(details *)").count():
                return
            self._next_day()
        raise self.lost(f"{MOST_DAYS} times gone on and still open: {self.states()}")

    def states(self) -> dict[str, str]:
        """Every case's procedure and state."""
        return {f"{case.procedure} {case.subject or ''}".strip(): case.state.state.value for case in self.world.cases()}

    def _do_mine(self) -> None:
        """Corrects and visits what waits for the person today."""
        tried: set[int] = set()
        while True:
            world = self.world
            mine = [
                case
                for case in world.cases()
                if case.n not in tried
                and (
                    case.unsigned
                    or case.state.state is State.CORRECTION_REQUESTED
                    or (case.state.state is State.NEEDS_VISIT and (case.state.opens or world.today) <= world.today)
                )
            ]
            if not mine:
                return
            case = mine[0]
            tried.add(case.n)
            self.visit.click(self.main(f'ul.entries a[href$="/cases/{case.n}"]').first)
            self.primary()
            if case.unsigned:
                self._let_sign(case)
            if case.state.state is State.CORRECTION_REQUESTED:
                self._read_offer(case)
                self.answer()
                self._sign_correction(case.n)
            self.goto("/cases")

    def _let_sign(self, case: CaseView) -> None:
        """Hand a link to whoever signs for themselves, in a browser of their own; without a card that signs, they go to the counter."""
        entry = self.main(f"#signer-{case.n}")
        self.visit.click(entry.locator('form[action$="/link"] button'))
        guest = Guest(self.site, self.household.persona.id, urlsplit(self.main("#signer-address").inner_text()).path)
        guest.confirm(self.world, case.n)
        if guest.page.path != "/confirm/done":
            self.visit.click(entry.locator("summary"))
            self.visit.click(entry.locator('form[action$="/counter"] button'))
        guest.close()

    def _sign_correction(self, n: int) -> None:
        """Sign what was corrected, or send it as the page offers where no signature is possible; nothing where none is asked for."""
        for _ in range(3):  # the page before the signature, the PIN
            if self.path == f"/cases/{n}":
                return
            if re.fullmatch(r"/idp/.*signature", self.path):
                self.signing_pin()
            else:
                self.primary()
        if self.path != f"/cases/{n}":
            raise self.lost("the correction was not sent")

    def _read_offer(self, case: CaseView) -> None:
        """What the office or company offers in its letter is what this person chooses from."""
        subject, _, name = (case.state.item or "").partition(".")
        item = self.vocabulary.kinds[self.journey.facts.kinds[subject]].items[name]
        offer = first_offered(case.state.note, item, self.world.today)
        if offer is not None:
            self.offered[(subject, name)] = offer

    def _next_day(self) -> None:
        self.visit.click(self.main('a[href$="/time"]').first)
        self.main("input[name=step][value=event]").check()
        self.primary()
