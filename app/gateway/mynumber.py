"""The site as a client of the service `mynumber`: signing in, registers, signatures, and the simulator's hand."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography import x509

from app.config import real_now
from app.gateway.base import TIMEOUT, Place, ServiceClient
from app.gateway.mandates import Mandates
from app.gateway.openid import SERVICE, ClientKey, Clock, Identity, IdentityRefused, Provider, Pushed, SignedIn

__all__ = [
    "Answer", "ClientKey", "History", "HistoryEntry", "Households", "Identity", "IdentityRefused", "MyNumber", "Pushed", "Registers", "Signature",
    "SignedIn", "Signing",
]  # fmt: skip


PURPOSE = "手続に要ることの確認"  # what the site asks for unless it says more


@dataclass(frozen=True, slots=True)
class Answer:
    """A register's answer. `status`: complete | partial | none | unsupported | mismatch | stale.

    `subjects`: {id: {kind, items: {name within the kind: {value, as_of?, silent?, withheld?, stale?} | {reason}}}}.
    """

    register: str
    status: str
    as_of: str
    subjects: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature (base64) over the digest, the signer's certificate (base64 DER), and the simulated moment."""

    signature: str = field(repr=False)
    certificate: str = field(repr=False)
    algorithm: str
    signed_at: str

    def as_dict(self) -> dict[str, str]:
        """What goes with an application."""
        return {"signature": self.signature, "certificate": self.certificate, "signed_at": self.signed_at}


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One contact with a register. `what`: inquiry | inquiry-refused | change | mandate. `person`: on whose sign-in, None: an office
    of its own. `grounds`: whose records were answered, and why: self | household | guardian | mandate | office."""

    seq: int
    at: str
    who: str
    what: str
    register_id: str
    items: tuple[str, ...]
    subject: str | None
    person: str | None
    grounds: Mapping[str, str]
    procedures: tuple[str, ...]
    purpose: str
    legal_basis: str
    consent: str | None
    outcome: str


@dataclass(frozen=True, slots=True)
class History:
    """All contacts in order. `intact`: nothing was changed or taken out afterwards."""

    entries: tuple[HistoryEntry, ...]
    intact: bool


class Registers:
    """Look-ups with the person's token."""

    def __init__(self, provider: Provider) -> None:
        self._client = provider.client

    def inquire(
        self,
        world: str,
        now: datetime,
        register: str,
        token: str,
        *,
        items: Sequence[str],
        procedures: Sequence[str],
        legal_basis: str,
        purpose: str = PURPOSE,
        consent: str | None = None,
        requester: str | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """Ask one register for items (`person.address`) of everybody whom the person may see. Raises `ServiceDown`,
        `ServiceRefused` (kinds: no-legal-basis, no-purpose, outside-purpose, not-permitted, refused, invalid-token, looks-like-real-my-number)."""
        body = {
            "items": list(items), "procedures": list(procedures), "legal_basis": legal_basis, "purpose": purpose,
            "consent": consent, "requester": requester,
        }  # fmt: skip
        path = f"/registers/{register}/inquiries"
        told = self._client.call("POST", path, place=Place(world, now), token=token, json=body, timeout=timeout).json()
        return Answer(told["register"], told["status"], told["as_of"], told["subjects"])

    def history(self, token: str) -> History:
        """The person's own やりとり履歴."""
        return _history(self._client.call("GET", "/history", token=token).json())


class Signing:
    """One signature over a digest."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def start(self, world: str, now: datetime, digest: str, title: str, lines: Sequence[tuple[str, str]]) -> str:
        """Announce what is to be signed: base64 SHA-256, a title, and (office, procedure) for the person to read.

        Returns the transaction's id for `Identity.push_request`.
        """
        provider, place = self._provider, Place(world, now)
        body = {
            "digest": digest,
            "title": title,
            "lines": [{"authority": office, "procedure": procedure} for office, procedure in lines],
        }
        token = provider.own_token("sign", place)
        told = provider.client.call("POST", "/api/sign-transactions", place=place, token=token, json=body).json()
        return str(told["id"])

    def result(self, world: str, now: datetime, transaction: str, token: str) -> Signature:
        """The signature, with the token that came from signing it."""
        path = f"/api/sign-transactions/{transaction}/result"
        told = self._provider.client.call("GET", path, place=Place(world, now), token=token).json()
        return Signature(told["signature"], told["certificate"], told["algorithm"], told["signed_at"])

    def standing(self, world: str, now: datetime, certificate: str) -> str:
        """Whether a certificate (base64 DER) still counts: valid | expired | revoked, by its days and the authority's revocation list."""
        found = x509.load_der_x509_certificate(base64.b64decode(certificate))
        if now > found.not_valid_after_utc.replace(tzinfo=None):  # simulated moments stand as if they were UTC
            return "expired"
        told = self._provider.client.call("GET", "/certificates/revoked.pem", place=Place(world, now)).content
        listed = x509.load_pem_x509_crl(told).get_revoked_certificate_by_serial_number(found.serial_number)
        return "revoked" if listed is not None else "valid"


class Households:
    """The simulator's hand on people: worlds, cards, faults, histories."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def create_world(self, world: str, now: datetime, persona: str | Mapping[str, Any]) -> None:
        """Make the people of a world from a household file's id, or from a whole household in its format."""
        body = {"persona": persona}
        self._client.call("PUT", f"/_sim/worlds/{world}", place=Place(world, now), json=body, control=True)

    def delete_world(self, world: str, now: datetime) -> None:
        """Forget everything of a world."""
        self._client.call("DELETE", f"/_sim/worlds/{world}", place=Place(world, now), control=True)

    def set_faults(self, world: str, now: datetime, faults: Sequence[Mapping[str, Any]]) -> None:
        """Faults that are on from now: [{target, kind, seconds?}]."""
        path = f"/_sim/worlds/{world}/faults"
        self._client.call("PUT", path, place=Place(world, now), json=list(faults), control=True)

    def restore_card(self, world: str, now: datetime, state: str = "valid") -> None:
        """Put the applicant's card into a state, usually back in order."""
        path = f"/_sim/worlds/{world}/card"
        self._client.call("PUT", path, place=Place(world, now), json={"state": state}, control=True)

    def history(self, world: str, now: datetime) -> History:
        """やりとり履歴 of a world, also after the person's token has ended."""
        path = f"/_sim/worlds/{world}/history"
        return _history(self._client.call("GET", path, place=Place(world, now), control=True).json())


def _history(told: Mapping[str, Any]) -> History:
    entries = (
        HistoryEntry(**(row | {"items": tuple(row["items"]), "procedures": tuple(row["procedures"])}))
        for row in told["entries"]
    )
    return History(tuple(entries), bool(told["intact"]))


class MyNumber:
    """All clients of one service."""

    def __init__(
        self,
        url: str,
        key: ClientKey,
        *,
        browser_url: str = "/idp",
        control_key: str | None = None,
        timeout: float | None = None,
        clock: Clock = real_now,
    ) -> None:
        """`browser_url`: where the person's browser finds the pages. `timeout`: real seconds for a call."""
        limits = TIMEOUT if timeout is None else timeout
        self._client = ServiceClient(SERVICE, url, control_key=control_key, timeout=limits)
        provider = Provider(self._client, key, browser_url, clock)
        self.identity = Identity(provider)
        self.registers = Registers(provider)
        self.mandates = Mandates(self._client)
        self.signing = Signing(provider)
        self.simulation = Households(self._client)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()
