"""The offices with the real service that keeps registers and cards, both over HTTP on loopback."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from app.gateway.authorities import Authorities
from app.gateway.base import ServiceRefused
from app.services import authorities, mynumber
from app.services.authorities import signature
from app.services.mynumber import cards
from app.services.mynumber.context import EXTENSION, Context
from app.services.mynumber.people import People
from app.services.simcore.embed import Embedded

from .authorities_kit import ADDRESS, MONDAY, definitions, moving_in, moving_out

WORLD = "both"
HOUSEHOLD = {
    "id": "two",
    "subjects": {
        "haruka": {
            "kind": "person",
            "facts": {
                "name": "山科 はるか",
                "birth_date": "1992-05-03",
                "address": ADDRESS | {"municipality": "980013", "town": "本町"},
                "card_held": True,
            },
        },
        "mio": {"kind": "person", "facts": {"name": "山科 みお", "birth_date": "2020-05-03"}},
    },
    "roles": {"applicant": "haruka"},
}


@dataclass
class Both:
    """The two services."""

    offices: Authorities
    context: Context
    mynumber: str

    def sign(self, applications: list[dict[str, Any]], signed_at: datetime) -> list[dict[str, Any]]:
        """Signed by はるか's card, without its pages."""
        manifest = [signature.application_digest(one) for one in applications]
        digest = signature.manifest_digest(manifest)
        with self.context.store.write() as db:
            card = cards.find_card(db, WORLD, "haruka", MONDAY.date())
            assert card is not None
            address = self.context.address_of(db, WORLD, "haruka")
            crl = self.context.crl_url(WORLD)
            made = cards.sign(db, WORLD, card, People(db, WORLD), address, self.context.authority, crl, digest)
        signed = {
            "signature": base64.b64encode(made.signature).decode(),
            "certificate": base64.b64encode(made.certificate).decode(),
            "signed_digest": base64.b64encode(digest).decode(),
            "signed_at": signed_at.isoformat(),
            "manifest": manifest,
        }
        return [one | signed for one in applications]

    def control(self, method: str, path: str, body: object = None) -> httpx.Response:
        """A call of the simulator's hand."""
        headers = {"X-Sim-Key": "key", "X-Sim-Now": MONDAY.isoformat()}
        answer = httpx.request(method, f"{self.mynumber}/_sim/worlds/{WORLD}{path}", json=body, headers=headers)
        answer.raise_for_status()
        return answer


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    """A world with はるか and みお."""
    procedures = definitions(tmp_path / "procedures")
    identity = mynumber.create_app(
        mynumber.Config(
            database_url=f"sqlite:///{tmp_path / 'mynumber.db'}",
            procedures=procedures,
            base_url="http://mynumber.example",
            secret_key="secret",
            real_now=lambda: datetime(2026, 11, 23, tzinfo=UTC),
            control_key="key",
        )
    )
    with Embedded(identity, "mynumber") as url:
        config = authorities.Config(
            database_url=f"sqlite:///{tmp_path / 'offices.db'}",
            procedures=procedures,
            mynumber_url=url,
            control_key="key",
        )
        with Embedded(authorities.create_app(config), "authorities") as offices_url:
            offices = Authorities(offices_url, "key")
            made = Both(offices, cast(Context, identity.extensions[EXTENSION]), url)
            made.control("PUT", "", {"persona": HOUSEHOLD})
            yield made
            offices.close()


def test_the_move_changes_the_register_and_voids_the_signing_certificate(both: Both) -> None:
    out, arrive = both.sign([moving_out(), moving_in()], MONDAY)
    both.offices.submit(WORLD, MONDAY, out, "k1")
    number = both.offices.submit(WORLD, MONDAY, arrive, "k2").arrival_number
    day = datetime(2027, 3, 29, 10)
    assert both.offices.visit(WORLD, day, number).state == "completed"
    history = both.control("GET", "/history").json()
    assert history["intact"]
    changes = [
        (row["register_id"], row["subject"], row["items"]) for row in history["entries"] if row["what"] == "change"
    ]
    assert changes[:2] == [("resident", "haruka", ["person.address"]), ("resident", "mio", ["person.address"])]
    with both.context.store.read() as db:
        assert People(db, WORLD).value("mio", "person.address") == ADDRESS
        card = cards.find_card(db, WORLD, "haruka", MONDAY.date())
    assert card is not None
    assert card.signing == "revoked"


def test_what_was_signed_before_the_move_still_counts_afterwards_but_nothing_new(both: Both) -> None:
    arrive, waiting = both.sign([moving_in(), moving_out(subject="mio")], MONDAY)
    day = datetime(2027, 3, 29, 10)
    (late,) = both.sign([moving_out(subject="haruka")], datetime(2027, 3, 29, 12))
    both.offices.visit(WORLD, day, both.offices.submit(WORLD, MONDAY, arrive, "k1").arrival_number)
    assert both.offices.submit(WORLD, day, waiting, "k2").state == "received"
    with pytest.raises(ServiceRefused) as error:
        both.offices.submit(WORLD, datetime(2027, 3, 29, 12), late, "k3")
    assert error.value.problem.kind == "signature-certificate-revoked"


def test_registers_that_are_down_get_the_change_later(both: Both) -> None:
    number = both.offices.submit(WORLD, MONDAY, moving_in(), "k1").arrival_number
    both.control("PUT", "/faults", [{"target": "updates", "kind": "down"}])
    assert both.offices.visit(WORLD, datetime(2027, 3, 29, 10), number).state == "approved"
    both.control("PUT", "/faults", [])
    assert both.offices.advance_clock(WORLD, datetime(2027, 3, 30, 9)).waiting == ()
    with both.context.store.read() as db:
        assert People(db, WORLD).value("haruka", "person.address") == ADDRESS
