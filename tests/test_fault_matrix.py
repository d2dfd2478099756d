"""Every service × every kind of fault × the journey: the page says what happened, offers a way on, and nothing is lost.

Faults are set through the same control plane that a facilitator uses; the citizen speaks to the site over real HTTP. What was seen is
written as a table to ``.cache/fault-matrix.md``, which is also printed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engine.lifecycle import State
from app.factory import Site
from app.gateway.simulation import Fault
from tests.citizen import Citizen
from tests.web.walking import walk

ROOT = Path(__file__).parent.parent
PERSONA = "kudo"
#: what breaks a call, and what shapes the answer of a register that answers
BROKEN = ("down", "slow", "latency", "too_many", "reset", "truncated")
SHAPED = ("stale", "partial", "unsupported", "mismatch")
REGISTERS = (("mynumber", "tax"), ("mynumber", "pension"), ("account", "account"), ("phr", "maternal"))
#: what the look-up page says of a register with a fault; one that is only late answers as ever
SAID = {
    "down": "返事がありません", "slow": "返事", "latency": "受け取りました", "too_many": "返事がありません",
    "reset": "返事", "truncated": "返事", "stale": "古い", "partial": "渡されなかった|登録がない", "unsupported": "対応していません", "mismatch": "一致",
}  # fmt: skip


@pytest.fixture(scope="module")
def table() -> Iterator[list[tuple[str, ...]]]:
    """Rows of what was seen: service, place, kind, stage, what the page said, the end."""
    rows: list[tuple[str, ...]] = []
    yield rows
    lines = ["| service | place | kind | stage | the page says | the end |", "|---|---|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    path = ROOT / ".cache" / f"fault-matrix{os.environ.get('PYTEST_XDIST_WORKER', '')}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


def set_faults(citizen: Citizen, service: str, kind: str | None, *targets: str) -> None:
    """Make this kind, at these places, all that is wrong with a service in the citizen's world; None mends it."""
    world = citizen.world
    seconds = 3.0 if kind == "slow" else None
    faults = [Fault(target, kind, seconds) for target in targets] if kind else []
    citizen.site.context.services[service].set_faults(world.id, world.now, faults)


def text(citizen: Citizen) -> str:
    """The words of the page that is open."""
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<(script|style).*?</\1>", "", citizen.page.html)).split())


@pytest.fixture
def citizen(site: Site) -> Iterator[Citizen]:
    one = Citizen(site, PERSONA)
    yield one
    one.close()


def begin(citizen: Citizen) -> None:
    """Up to the choice of registers."""
    citizen.show_card()
    citizen.post("/events/moving")
    household = citizen.site.context.households[PERSONA]
    move = household.roles["move"]
    citizen.journey.answer({(move, name): household.answers[(move, name)] for name in ("kind", "who", "date")})
    citizen.get("/journeys/1/consent")


def rows_of_lookup(citizen: Citizen) -> dict[str, str]:
    """What the look-up page says of each register, by its label."""
    found = re.findall(r"(?s)<tr>(.*?)</tr>", citizen.page.html)
    cells = [
        [re.sub(r"<[^>]+>", "", one).strip() for one in re.findall(r"(?s)<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in found
    ]
    return {row[0]: row[1] for row in cells if len(row) >= 2}


@pytest.mark.parametrize("kind", [*BROKEN, *SHAPED])
def test_registers(citizen: Citizen, table: list[tuple[str, ...]], kind: str) -> None:
    """Four registers of three services suffer at once; the page names each, and all questions that are left lead to the review."""
    begin(citizen)
    for service in ("mynumber", "account", "phr"):
        set_faults(citizen, service, kind, *(f"register:{name}" for owner, name in REGISTERS if owner == service))
    citizen.post("/journeys/1/consent", consent="all")
    assert citizen.page.path.endswith("/lookup"), citizen.page.path
    told = citizen.journey.lookups
    labels = citizen.journey.event.vocabulary.registers
    rows = rows_of_lookup(citizen)
    for service, name in REGISTERS:
        if name not in told:
            continue  # nothing of this register is needed by this household
        said = rows[labels[name].label]
        as_ever = (
            service != "mynumber" and kind in SHAPED and told[name]["status"] in ("complete", "none")
        )  # it means nothing there
        assert as_ever or re.search(SAID[kind], said), (name, told[name], said)
        table.append((service, f"register:{name}", kind, "look-up", said, ""))
    if silent := [name for name, one in told.items() if one["status"] in ("down", "slow")]:
        assert "いまの状況を見る" in text(citizen)
        answers = {f"register-{name}": "type" for name in silent}
        citizen.post(citizen.page.path, **answers)
    before = len(citizen.journey.entries)
    walk(citizen, citizen.site.context.households[PERSONA].answers)
    assert len(citizen.journey.entries) >= before, "nothing that was known is lost"
    citizen.get("/journeys/1/review")
    assert citizen.page.path.endswith("/review"), citizen.page.path
    for at, row in enumerate(table):
        if row[2] == kind and row[3] == "look-up" and not row[5]:
            table[at] = (*row[:5], "review reached")


@pytest.mark.parametrize("kind", BROKEN)
def test_identity_and_signature(citizen: Citizen, table: list[tuple[str, ...]], kind: str) -> None:
    """The provider breaks when the card is shown and again when it signs; both can be done once it is mended."""
    citizen.get("/start")
    citizen.post("/start", persona=PERSONA)
    set_faults(citizen, "mynumber", kind, "identity", "token")
    citizen.post("/start/sign-in")
    if kind in ("latency", "slow") and 'name="pin"' in citizen.page.html:
        table.append(("mynumber", "identity", kind, "card", "the page comes, later", "signed in"))
    else:
        said = citizen.page.h1
        assert re.search("カードで示せません|始められません|いまは", said + text(citizen)), (citizen.page.path, said)
        table.append(("mynumber", "identity", kind, "card", said, "signed in after it was mended"))
    set_faults(citizen, "mynumber", None)
    citizen.get("/start/sign-in")
    citizen.post("/start/sign-in")
    citizen._pin("card", "1234")
    citizen.tell()
    known = len(citizen.journey.entries)
    set_faults(citizen, "mynumber", kind, "sign")
    citizen.get("/journeys/1/sign")
    citizen.post("/journeys/1/sign")
    said = citizen.page.h1
    assert said, "the page says something"
    assert not citizen.world.cases(), "nothing is filed without a signature"
    assert len(citizen.journey.entries) == known, "nothing is lost"
    set_faults(citizen, "mynumber", None)
    table.append(("mynumber", "sign", kind, "signature", said, "signed after it was mended"))
    citizen.sign()
    assert citizen.world.cases()


@pytest.mark.parametrize("kind", [*BROKEN, "refused"])
@pytest.mark.parametrize("service", ["authorities", "partners"])
def test_filing(citizen: Citizen, table: list[tuple[str, ...]], service: str, kind: str) -> None:
    """Offices or companies break while everything is filed: what they did not take waits, and is filed once when they are back."""
    if service == "partners" and kind == "refused":
        pytest.skip("companies have no counter that turns a notice away; they reject it, which is a case's end")
    citizen.show_card()
    citizen.tell()
    set_faults(citizen, service, kind, "*")
    citizen.get("/journeys/1/sign")
    citizen.post("/journeys/1/sign")
    citizen._pin("signature", "ABC123")
    assert citizen.page.path.endswith("/receipt"), (citizen.page.path, citizen.page.h1)
    said = citizen.page.h1
    assert citizen.world.cases()
    set_faults(citizen, service, None)
    citizen.get("/cases")
    citizen.get("/time")
    citizen.post("/time", step="3")
    cases = citizen.world.cases()
    waiting = [case.procedure for case in cases if case.state.state is State.SENDING]
    assert not waiting, waiting
    numbers = [case.arrival_number for case in cases if case.arrival_number]
    assert len(numbers) == len(set(numbers)), "nothing is filed twice"
    table.append((service, "*", kind, "filing", said, f"{len(numbers)} arrival numbers, none twice"))
