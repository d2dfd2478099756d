"""Client of the service that stands for all offices and companies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import httpx

from app.gateway.base import TIMEOUT, Place, ServiceClient, ServiceRefused


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an office answers. `usual_from`, `usual_to`: days between which it usually ends; `opens`: first day at the
    counter; `item`, `until`: what a correction is asked for, and by when. None where it means nothing."""

    arrival_number: str
    state: str
    usual_from: date | None = None
    usual_to: date | None = None
    opens: date | None = None
    until: date | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One event as an office tells it. `actor`: citizen or authority; `note`: the office's own words, in Japanese; `signed`: of a correction,
    None where no signature is asked for; `paper`: what a company made ({document, issuer, issued_on, fields})."""

    seq: int
    arrival_number: str
    type: str
    at: datetime
    actor: str
    note: str | None = None
    item: str | None = None
    opens: date | None = None
    until: date | None = None
    signed: bool | None = None
    paper: Mapping[str, Any] | None = None
    standing: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ClockAnswer:
    """After a drain. `waiting`: arrival numbers whose effects could not be delivered yet; `next`: the next due moment."""

    now: datetime
    waiting: tuple[str, ...]
    next: datetime | None


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that an office issued. `name`: its place among the papers of its case; `kind`: receipt, decision, paper, or what it certifies.
    `title`: Japanese. `issuer`, `arrival_number`: only where a code was checked."""

    name: str
    kind: str
    title: str
    issued_at: datetime
    issuer: str = ""
    arrival_number: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """What the check of a file found. `why`: not-a-pdf | not-signed | changed | unknown-issuer | no-time-stamp | revoked, None where it is
    valid. `arrival_number`, `kind`: from a valid file. Moments are simulated local time."""

    valid: bool
    why: str | None = None
    signer: str | None = None
    issuer: str | None = None
    serial: str | None = None
    signed_at: datetime | None = None
    stamped_at: datetime | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    revoked_at: datetime | None = None
    kind: str | None = None
    arrival_number: str | None = None
    known: bool = False


def _moments(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same, with moments read: names of moments end with `_at`, `_before` or `_after`."""
    ends = ("_at", "_before", "_after")
    return {
        name: datetime.fromisoformat(value) if value is not None and name.endswith(ends) else value
        for name, value in data.items()
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _receipt(data: Mapping[str, Any]) -> Receipt:
    days = {name: _day(data.get(name)) for name in ("usual_from", "usual_to", "opens", "until")}
    return Receipt(data["arrival_number"], data["state"], **days, item=data.get("item"))


def _event(data: Mapping[str, Any]) -> CaseEvent:
    return CaseEvent(
        data["seq"],
        data["arrival_number"],
        data["type"],
        datetime.fromisoformat(data["at"]),
        data["actor"],
        data.get("note"),
        data.get("item"),
        _day(data.get("opens")),
        _day(data.get("until")),
        data.get("signed"),
        data.get("paper"),
        data.get("standing"),
    )


class Authorities:
    """Typed calls. Each raises `ServiceDown` (try again, with the same key where there is one) or `ServiceRefused`.

    `world`: the visitor's sandbox; `now`: its simulated local time. A refusal's `problem.detail` is a Japanese sentence for
    the citizen where the citizen can do something; `problem.members["opens_on"]` is the next day on which a counter takes it.
    """

    def __init__(
        self, base_url: str, control_key: str | None = None, *, timeout: httpx.Timeout | float = TIMEOUT
    ) -> None:
        self._client = ServiceClient("authorities", base_url, control_key=control_key, timeout=timeout)

    def submit(self, world: str, now: datetime, application: Mapping[str, Any], key: str) -> Receipt:
        """File an application once for each idempotency key; the same key and body again give the same receipt."""
        return self._act(world, now, "/applications", dict(application), key)

    def events_after(self, world: str, now: datetime, seq: int) -> list[CaseEvent]:
        """All events of the world after a sequence number, in order."""
        found: list[CaseEvent] = []
        while True:
            answer = self._client.call("GET", "/events", place=Place(world, now), params={"after": str(seq)})
            page = [_event(event) for event in answer.json()["events"]]
            if not page:
                return found
            found += page
            seq = page[-1].seq

    def visit(self, world: str, now: datetime, number: str) -> Receipt:
        """Go to the counter. Refused before the first day (`too-early`) and on closed days (`counter-closed`)."""
        return self._act(world, now, f"/applications/{number}/visit")

    def withdraw(self, world: str, now: datetime, number: str) -> Receipt:
        """Take an application back. Refused (`not-possible`) once it is decided."""
        return self._act(world, now, f"/applications/{number}/withdrawal")

    def correct(
        self,
        world: str,
        now: datetime,
        number: str,
        facts: Mapping[str, Any],
        proof: Mapping[str, Any] | None = None,
        *,
        unsigned: str | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Answer a request to correct with new values by `subject.item`, once for each key where one is given.

        `proof`: signature, certificate, signed_at, signed_digest, manifest; or `unsigned`: why there is none, which only a citizen says
        whose certificate is no use any more.
        """
        sent = {"arrival_number": number, "facts": dict(facts), **(proof or {})}
        sent |= {"unsigned": unsigned} if unsigned else {}
        return self._act(world, now, f"/applications/{number}/correction", sent, key)

    def look_up(self, world: str, now: datetime, number: str) -> tuple[str, str | None, str]:
        """Procedure, subject and authority of an application."""
        told = self._client.call("GET", f"/applications/{number}", place=Place(world, now)).json()
        return told["procedure"], told.get("subject"), told["authority"]

    # --- papers -------------------------------------------------------------------------------------------------------
    def papers(self, world: str, now: datetime, number: str, *, timeout: float | None = None) -> list[Paper]:
        """What an office issued in an application, in order. `timeout`: real seconds."""
        answer = self._client.call("GET", f"/applications/{number}/documents", place=Place(world, now), timeout=timeout)
        return [Paper(**_moments(one)) for one in answer.json()["documents"]]

    def paper(self, world: str, now: datetime, number: str, name: str) -> bytes:
        """One of them as a signed PDF: the same bytes every time. `ServiceRefused` with status 404 where there is none."""
        path = f"/applications/{number}/documents/{name}.pdf"
        return self._client.call("GET", path, place=Place(world, now)).content

    def verify_paper(self, world: str, now: datetime, pdf: bytes) -> Verified:
        """Check a file against the authority that signs the papers of a world. The service does not keep it."""
        answer = self._client.call(
            "POST", "/documents/verify", place=Place(world, now), content=pdf, content_type="application/pdf"
        )
        return Verified(**_moments(answer.json()))

    def check_code(self, world: str, now: datetime, number: str, code: str) -> Paper | None:
        """The paper that carries a number and a code; None where none does."""
        sent = {"arrival_number": number, "code": code}
        try:
            answer = self._client.call("POST", "/documents/check", place=Place(world, now), json=sent)
        except ServiceRefused as error:
            if error.problem.status in (404, 422):
                return None
            raise
        return Paper(**_moments(answer.json()))

    # --- the simulator's hand -----------------------------------------------------------------------------------------
    def set_outcome(
        self,
        world: str,
        now: datetime,
        number: str,
        outcome: Literal["rejected", "correction"],
        item: str | None = None,
        reason: str | None = None,
    ) -> Receipt:
        """Let the office refuse, or ask to correct an item (`role.item` or `subject.item`), at once."""
        sent = {"outcome": outcome, "item": item, "reason": reason}
        return self._act(world, now, f"/_sim/applications/{number}/outcome", sent, control=True)

    def create_world(self, world: str, now: datetime) -> None:
        """Make the world known; again changes nothing."""
        self._client.call("PUT", f"/_sim/worlds/{world}", place=Place(world, now), control=True)

    def delete_world(self, world: str, now: datetime) -> None:
        """Forget everything about the world."""
        self._client.call("DELETE", f"/_sim/worlds/{world}", place=Place(world, now), control=True)

    def advance_clock(self, world: str, now: datetime) -> ClockAnswer:
        """Move the world's clock forward: everything that is due by then happens."""
        sent = {"now": now.replace(microsecond=0).isoformat()}
        answer = self._client.call(
            "PUT", f"/_sim/worlds/{world}/clock", place=Place(world, now), json=sent, control=True
        ).json()
        following = datetime.fromisoformat(answer["next"]) if answer["next"] else None
        return ClockAnswer(datetime.fromisoformat(answer["now"]), tuple(answer["waiting"]), following)

    def next_moment(self, world: str, now: datetime) -> datetime | None:
        """When an office does something by itself next; what could not be delivered before is tried again. No other clock is touched."""
        return Authorities.advance_clock(self, world, now).next

    def set_faults(self, world: str, now: datetime, faults: Sequence[Mapping[str, Any]]) -> None:
        """Make these the only faults: `[{target: authority:<id> | procedure:<id> | events | *, kind: down | slow | refused}]`."""
        path = f"/_sim/worlds/{world}/faults"
        self._client.call("PUT", path, place=Place(world, now), json=[dict(fault) for fault in faults], control=True)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _act(
        self,
        world: str,
        now: datetime,
        path: str,
        sent: Mapping[str, Any] | None = None,
        key: str | None = None,
        *,
        control: bool = False,
    ) -> Receipt:
        answer = self._client.call(
            "POST", path, place=Place(world, now), json=sent, idempotency_key=key, control=control
        )
        return _receipt(answer.json())
