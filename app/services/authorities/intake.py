"""What an office checks before it acts: is it for this office, is it signed as it must be, is it time for it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from app.services.simcore.calendar import next_open
from app.services.simcore.problems import Problem

from . import letters, signature, states
from .catalogue import Authority, Catalogue, Procedure
from .effects import NotDeliveredError
from .models import ApplicationIn, Correction, Signed
from .records import Application
from .trust import TrustStore

CORRECTION_DAYS = 14  # calendar days that a citizen has to answer, lengthened to the next open day
SIGNATURE_FIELDS = frozenset({"signature", "certificate", "signed_digest", "signed_at", "manifest"})
"""What proves who sent it. Used once, never stored."""


def _refused(kind: str, title: str, words: str) -> Problem:
    """422; `words` are for the citizen."""
    return Problem(422, kind, title, words)


def addressed(catalogue: Catalogue, sent: ApplicationIn) -> tuple[Authority, Procedure, str]:
    """Whom an application is for, and how it is filed; `Problem` 422 when it is for nobody."""
    procedure = catalogue.procedures.get(sent.procedure)
    if procedure is None:
        raise _refused("unknown-procedure", "No office takes this procedure.", "この手続を受け付ける窓口がありません。")
    authority = catalogue.authorities.get(sent.authority)
    if authority is None or not procedure.taken_by(authority):
        words = f"「{procedure.title}」は、この窓口では受け付けていません。"
        raise _refused("wrong-authority", "This office does not take this procedure.", words)
    channel = sent.channel or procedure.default_mode
    if channel == "automatic":
        words = f"「{procedure.title}」は、出さなくても済みます。"
        raise _refused("nothing-to-file", "This follows by itself.", words)
    # A counter takes everything that its office takes, for those who cannot file in another way.
    if channel not in procedure.modes and (channel != "visit" or (procedure.private and not procedure.signed_by_each)):
        words = f"「{procedure.title}」は、この方法では出せません。"
        raise _refused("wrong-channel", "It cannot be filed in this way.", words)
    return authority, procedure, channel


def check_signature(
    trust: TrustStore,
    world: str,
    now: datetime,
    procedure: Procedure,
    channel: str,
    sent: ApplicationIn,
    raw: dict[str, Any],
) -> None:
    """`Problem` 422 when the signature is not accepted, 503 when it cannot be checked now.

    A private notice is not signed, unless each person signs for themselves: then whom it is about must be named as signer.
    At a counter, or by mail, people show in another way who they are: there a signature may be absent, but a wrong one is refused.
    """
    if procedure.private and not procedure.signed_by_each:
        return
    if channel != "online" and sent.signature is None:
        return
    if procedure.signed_by_each and sent.signer != sent.subject:
        words = f"「{procedure.title}」は、本人が署名します。ほかの人は署名できません。"
        raise _refused("signature-wrong-signer", "Whom it is about must sign.", words)
    _verify(trust, world, now, sent, raw, signature.SIGNED_FIELDS)


def check_correction(
    trust: TrustStore,
    world: str,
    now: datetime,
    procedure: Procedure,
    case: Application,
    sent: Correction,
    raw: dict[str, Any],
) -> bool | None:
    """Whether the citizen signed it; None where nobody asks for a signature (a private notice). `Problem` as in `check_signature`.

    Unsigned is taken what was unsigned when it was filed (at a counter), and what says why it cannot be signed any more: a move that is
    entered ends the certificate by which it was filed. A signature for another application is refused.
    """
    if sent.arrival_number not in (None, case.number):
        words = "ほかの申請の訂正です。もう一度、訂正の画面から送ってください。"
        raise _refused("wrong-application", "The correction names another application.", words)
    if procedure.private:
        return None
    if sent.signature is None and (case.channel != "online" or sent.unsigned is not None):
        return False
    _verify(trust, world, now, sent, raw, signature.CORRECTED_FIELDS)
    if sent.arrival_number is None:
        raise _refused(
            "signature-wrong-signature", "The arrival number is not signed.", "署名が、どの申請のものか分かりません。"
        )
    return True


def _verify(
    trust: TrustStore, world: str, now: datetime, sent: Signed, raw: dict[str, Any], fields: tuple[str, ...]
) -> None:
    signed_at = min(sent.signed_at.replace(tzinfo=None), now) if sent.signed_at else now
    try:
        signature.verify(raw, trust.as_of(world, signed_at, now), signed_at, fields)
    except signature.SignatureRefusedError as error:
        raise _refused(f"signature-{error.kind}", "The signature is not accepted.", error.words) from None
    except NotDeliveredError:
        raise Problem(
            503, "trust-unreachable", "The signature cannot be checked now.", headers={"Retry-After": "30"}
        ) from None


def check_possible(state: str, event: str) -> None:
    """`Problem` 409 where the event cannot happen in this state."""
    try:
        states.after(state, event)
    except states.NotPossibleError:
        words = "この手続では、いまはできません。"
        raise Problem(409, "not-possible", "The application is in another state.", words, state=state) from None


def check_open(authority: Authority, opens: date, today: date) -> None:
    """`Problem` 409 before the first day at the counter and on closed days; `opens_on` is the next day to come."""
    if today < opens:
        words = f"{letters.day_words(opens)}から受け付けます。"
        raise Problem(409, "too-early", "The counter cannot take it yet.", words, opens_on=opens.isoformat())
    day = next_open(today, authority.closed)
    if day != today:
        words = f"今日は{authority.place}が休みです。次に開くのは{letters.day_words(day)}です。"
        raise Problem(409, "counter-closed", "The counter is closed today.", words, opens_on=day.isoformat())
