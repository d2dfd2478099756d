"""Data minimisation: of a whole plan each office gets the facts that its own procedure names, and no more, for every household."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.engine.personas import household_files
from app.world import outbox

EVENTS = ("moving", "childcare", "bereavement")
PERSONAS = [path.stem for path in household_files(Path(__file__).parents[3] / "procedures", EVENTS)]
ENVELOPE = {
    "procedure",
    "subject",
    "authority",
    "channel",
    "facts",
    "noted",
    "subjects",
    "acting_for",
    "signer",
    "after",
    "private",
    "papers",  # whose documents it waits for: ids and titles
}
PROOF = {"signature", "certificate", "signed_at", "manifest", "signed_digest"}


def allowed(filing: Any, application: dict[str, Any]) -> set[str]:
    """`subject.item` of everything that an application's own definition says its office needs, read from the definition as it is written."""
    journey, subject = filing.journey, application["subject"]
    definition = journey.event.by_id[application["procedure"]].definition
    found = set()
    for need in definition.needs:
        role, _dot, item = (need if isinstance(need, str) else need.item).partition(".")
        if role == "each":
            whom = [subject]
        elif role in journey.plan.event.lists:
            whom = list(journey.plan.subjects(role, None) or ())
        else:
            whom = [journey.facts.roles[role]]
        found |= {f"{one}.{item}" for one in whom}
    return found


@pytest.mark.parametrize(
    "persona", [pytest.param(one, marks=pytest.mark.long if place % 2 else ()) for place, one in enumerate(PERSONAS)]
)
def test_each_office_gets_the_facts_of_its_own_procedures_alone(settle: Callable[[str], Any], persona: str) -> None:
    filing = settle(persona)
    package = outbox.pack(filing.journey)
    assert package.applications
    for application in (*package.applications, *package.apart):
        assert set(application) <= ENVELOPE
        for field in ("facts", "noted"):
            more = set(application.get(field, {})) - allowed(filing, application)
            assert not more, (application["procedure"], more)


def test_what_leaves_is_what_was_packed_and_says_nothing_of_the_others(settle: Callable[[str], Any]) -> None:
    filing = settle("yamashina")
    packed = {(one["procedure"], one["subject"]): one for one in outbox.pack(filing.journey).applications}
    filing.file()
    assert filing.offices.filed
    for body in filing.offices.filed.values():
        application = packed[body["procedure"], body["subject"]]
        assert {name: body[name] for name in body if name not in PROOF} == {
            name: application[name] for name in application if name not in ("after", "private")
        }
        if application["private"]:
            assert not PROOF & set(body), "the certificate names the person: no company gets it"
        else:
            assert all(len(digest) == 44 for digest in body["manifest"])  # base64 of SHA-256, nothing that can be read
    assert {one["private"] for one in packed.values()} == {True, False}


def test_a_fact_too_many_is_seen(settle: Callable[[str], Any]) -> None:
    filing = settle("minase")
    application = next(one for one in outbox.pack(filing.journey).applications if one["procedure"] == "voter-roll")
    assert "hikaru.bank_account" not in allowed(filing, application)
    assert set(application["facts"]) <= allowed(filing, application)
