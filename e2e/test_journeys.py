"""Every household makes its whole journey in a browser.

Each of the four views (phone and desktop, with scripts and without) is made by every household: in two of them, one with scripts and
one without, from the home page to the last finished case, in the others to the receipt. Which views are the full ones goes round, and
so does what is answered when registers may be asked (all, every second, none). In the other languages every household gets to the end.
On every page: the contract, axe once for every distinct structure of a page in that view, the console, the origin of requests.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine.lifecycle import State
from app.engine.personas import household_files
from app.factory import Site
from app.i18n import SOURCE, TAGS
from e2e.browser import View
from e2e.conftest import VIEWS, OpenVisit
from e2e.person import Consent, Person

ROOT = Path(__file__).parent.parent
PERSONAS = [path.stem for path in household_files(ROOT / "procedures", ("moving", "childcare", "bereavement"))]
#: made in every run to the end; all others by `make test-all`
EVERY_RUN = ("kudo", "tokita")
#: what is answered when registers may be asked, by household and view in turn; asking none makes the longest rides
CONSENTS: tuple[tuple[Consent, ...], ...] = (
    ("all", "choose", "all", "none"),
    ("all", "all", "choose", "all"),
    ("all", "choose", "all", "all"),
    ("all", "all", "all", "choose"),
)


def _rides() -> list[object]:
    """The long ones first, so that they do not come last to one process."""
    rides = []
    for place, persona in enumerate(PERSONAS):
        for turn, consent in enumerate(CONSENTS[place % len(CONSENTS)]):
            view = VIEWS[(place + turn) % len(VIEWS)]
            full = turn < 2  # the views next to each other are one with scripts and one without
            id_ = f"{persona}-{view}-{consent}" + ("-to-the-end" if full else "")
            marks = () if turn == 0 and persona in EVERY_RUN else (pytest.mark.long,)
            rides.append((not full, pytest.param(persona, view, consent, full, id=id_, marks=marks)))
    return [ride for _order, ride in sorted(rides, key=lambda one: one[0])]


@pytest.mark.parametrize(("persona", "view", "consent", "full"), _rides())
def test_a_household_gets_to_its_receipt_and_to_the_end(
    site: Site, visit_at: OpenVisit, persona: str, view: View, consent: Consent, full: bool
) -> None:
    person = Person(visit_at(site.url, view), site, persona, consent=consent)
    person.until_receipt()
    cases = person.world.cases()
    assert cases, "nothing was filed"
    assert not [case.procedure for case in cases if case.state.state is State.REJECTED], person.states()
    if full:
        person.until_done()
        assert set(person.states().values()) == {"completed"}, person.states()


def _other_languages() -> list[object]:
    """Every household in each language, in a view that goes round; in every run the household of the guide, by `make test-all` all."""
    rides: list[object] = []
    for place, persona in enumerate(PERSONAS):
        for turn, tag in enumerate(sorted(set(TAGS) - {SOURCE})):
            view = VIEWS[(place + 2 + turn) % len(VIEWS)]
            marks = () if persona == "yamashina" else (pytest.mark.long,)
            rides.append(pytest.param(persona, tag, view, id=f"{persona}-{tag}-{view}-to-the-end", marks=marks))
    return rides


@pytest.mark.parametrize(("persona", "tag", "view"), _other_languages())
def test_a_household_gets_to_the_end_in_the_other_languages(
    site: Site, visit_at: OpenVisit, persona: str, tag: str, view: View
) -> None:
    """The contract of every page says that nothing stays untranslated."""
    person = Person(visit_at(site.url, view), site, persona, prefix=f"/{tag}")
    person.until_receipt()
    person.until_done()
    assert set(person.states().values()) == {"completed"}, person.states()
