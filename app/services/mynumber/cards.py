"""Cards: who holds one, its PINs and tries, its states, and the signing certificate on it.

Tries are counted in the store for each world and card, so that a lock outlives the browser. Rules: 4 digits and 3 tries for signing
in; 6 to 16 letters and digits, both (capitals and small letters are the same), and 5 tries for signing; no signing certificate under
15. A card ends with the tenth birthday after its issue, of a person under 18 with the fifth, and never later than a stay in the
country; its certificates end with the fifth birthday after theirs, or with the card.
"""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from cryptography import x509
from sqlalchemy import Connection, insert, select, update

from app.services.mynumber import certificates
from app.services.mynumber.certificates import Authority, Holder
from app.services.mynumber.keys import load_rsa, new_rsa, pem_of
from app.services.mynumber.people import CardFile, HouseholdFile, People, age_on
from app.services.mynumber.tables import card_terms, cards, revocations

PIN_TRIES = 3
SIGNING_TRIES = 5
SIGNING_AGE = 15
ADULT_AGE = 18
ADULT_BIRTHDAYS = 10
ISSUED_BEFORE = timedelta(days=400)  # cards of a new world are this old

Use = Literal["pin", "signing_pin"]
_TRIES: dict[Use, tuple[str, int]] = {"pin": ("pin_tries", PIN_TRIES), "signing_pin": ("signing_tries", SIGNING_TRIES)}


@dataclass(frozen=True, slots=True)
class Card:
    """A card as it is on a day. `pin_tries` and `signing_tries` are what is left; 0 is locked. `login_expired`: the certificate for
    signing in has ended although the card has not."""

    subject: str
    state: str
    signing: str
    pin: str
    signing_pin: str
    pin_tries: int
    signing_tries: int
    issued_on: str
    login_expired: bool = False

    def obstacle(self, use: Use) -> str | None:
        """Why the card cannot do this now: expired, revoked, cancelled, locked, login_expired, no_signing, signing_expired,
        signing_revoked."""
        if self.state != "valid":
            return self.state
        if use == "pin" and self.login_expired:
            return "login_expired"
        if use == "signing_pin" and self.signing != "valid":
            return "no_signing" if self.signing == "none" else f"signing_{self.signing}"
        if (self.pin_tries if use == "pin" else self.signing_tries) <= 0:
            return "locked"
        return None


def normal_pin(text: str) -> str:
    """As it was meant: half width, capitals, no blanks around."""
    return unicodedata.normalize("NFKC", text).strip().upper()


def make_cards(connection: Connection, world: str, household: HouseholdFile, now: datetime) -> None:
    """Cards of the applicant and of everybody who holds one by their facts. None for the applicant where the file says so.

    Of adults who live elsewhere a file tells only what concerns the family: they hold one unless it says otherwise.
    """
    issued = now.date() - ISSUED_BEFORE
    elsewhere = household.elsewhere
    for subject, entry in household.subjects.items():
        if entry.kind != "person":
            continue
        applicant = subject == household.applicant
        birth = entry.facts.get("birth_date")
        silent = "card_held" not in entry.facts and subject in elsewhere and isinstance(birth, str)
        assumed = silent and age_on(str(birth), issued) >= ADULT_AGE
        held = household.card.state != "none" if applicant else entry.facts.get("card_held", assumed) is True
        if not held:
            continue
        file = household.card if applicant else CardFile()
        state = file.state if file.state in ("expired", "revoked", "cancelled") else "valid"
        signing = entry.facts.get("signing_certificate", "valid")
        if file.state in ("signing_expired", "signing_revoked"):
            signing = file.state.removeprefix("signing_")
        if isinstance(birth, str) and age_on(birth, now.date()) < SIGNING_AGE:
            signing = "none"
        values = {
            "world": world, "subject": subject, "state": state, "signing": signing, "pin": file.pin,
            "signing_pin": file.signing_pin, "pin_tries": 0 if file.state == "locked" else PIN_TRIES,
            "signing_tries": 0 if file.state in ("locked", "signing_locked") else SIGNING_TRIES,
            "issued_on": issued.isoformat(),
        }  # fmt: skip
        connection.execute(insert(cards).values(**values))
        if isinstance(birth, str):
            until = card_until(birth, issued, entry.facts.get("residence_card_until"))
            connection.execute(insert(card_terms).values(world=world, subject=subject, until=until.isoformat()))


def card_until(birth: str, issued: date, stay_until: str | None) -> date:
    """The last day of a card."""
    count = ADULT_BIRTHDAYS if age_on(birth, issued) >= ADULT_AGE else certificates.CERTIFICATE_BIRTHDAYS
    end = certificates.birthday_after(birth, issued, count)
    return min(end, date.fromisoformat(stay_until)) if stay_until else end


def _ends(connection: Connection, world: str, subject: str, issued: date) -> tuple[date | None, date | None]:
    """The last days of a card and of a certificate issued on a day; None where they have none, for want of a birth date."""
    until = connection.execute(
        select(card_terms.c.until).where(card_terms.c.world == world, card_terms.c.subject == subject)
    ).scalar()
    birth = People(connection, world).value(subject, "person.birth_date")
    end = date.fromisoformat(until) if until else None
    return end, certificates.last_day(birth, issued, end) if isinstance(birth, str) else end


def find_card(connection: Connection, world: str, subject: str, today: date) -> Card | None:
    """A person's card as it is on a simulated day, or None."""
    row = connection.execute(select(cards).where(cards.c.world == world, cards.c.subject == subject)).first()
    if row is None:
        return None
    end, certificate_end = _ends(connection, world, subject, date.fromisoformat(row.issued_on))
    certificate_over = certificate_end is not None and today > certificate_end
    return Card(
        row.subject,
        "expired" if row.state == "valid" and end is not None and today > end else row.state,
        "expired" if row.signing == "valid" and certificate_over else row.signing,
        row.pin, row.signing_pin, row.pin_tries, row.signing_tries, row.issued_on, certificate_over,
    )  # fmt: skip


def _set(connection: Connection, world: str, subject: str, **values: object) -> None:
    connection.execute(update(cards).where(cards.c.world == world, cards.c.subject == subject).values(**values))


def shaped(pin: str, use: Use) -> bool:
    """Whether a PIN could be one of this use, when it is typed."""
    if not (pin.isascii() and pin.isalnum()):
        return False
    return len(pin) == 4 and pin.isdigit() if use == "pin" else 6 <= len(pin) <= 16


def settable(pin: str, use: Use) -> bool:
    """Whether a PIN may be set: one for signing holds at least one letter and one digit."""
    mixed = any(one.isdigit() for one in pin) and any(one.isalpha() for one in pin)
    return shaped(pin, use) and (use == "pin" or mixed)


def reset_pin(connection: Connection, world: str, subject: str, use: Use, pin: str) -> None:
    """A new PIN with all its tries, as the counter or a kiosk sets it."""
    column, most = _TRIES[use]
    _set(connection, world, subject, **{use: pin, column: most})


def try_pin(connection: Connection, world: str, card: Card, use: Use, typed: str | None) -> int | None:
    """Check a PIN (None: a wrong one, whatever it is). Returns None when it is right, else how many tries are left."""
    column, most = _TRIES[use]
    right = card.pin if use == "pin" else card.signing_pin
    if typed is not None and hmac.compare_digest(normal_pin(typed).encode(), right.encode()):
        _set(connection, world, card.subject, **{column: most})
        return None
    left = max((card.pin_tries if use == "pin" else card.signing_tries) - 1, 0)
    _set(connection, world, card.subject, **{column: left})
    return left


def lock(connection: Connection, world: str, card: Card, use: Use) -> None:
    """As if all tries had been used up."""
    _set(connection, world, card.subject, **{_TRIES[use][0]: 0})


def restore(connection: Connection, world: str, subject: str, today: date, state: str = "valid") -> None:
    """Put a card into a state by the simulator's own hand: valid again with all tries, or one of the states of a household file.

    One that ended by the calendar is as if issued anew today.
    """
    card = find_card(connection, world, subject, today)
    if card and (card.login_expired or "expired" in (card.state, card.signing)):
        _set(connection, world, subject, issued_on=today.isoformat())
        _renew_term(connection, world, subject, today)
    signing = "valid" if card and card.signing != "none" else "none"
    if state in ("signing_expired", "signing_revoked"):
        signing = state.removeprefix("signing_")
    if signing == "valid" and card and card.signing in ("revoked", "expired"):
        _set(connection, world, subject, serial=None, certificate=None, private_key=None)
    _set(
        connection, world, subject,
        state=state if state in ("expired", "revoked", "cancelled") else "valid",
        signing=signing,
        pin_tries=0 if state == "locked" else PIN_TRIES,
        signing_tries=0 if state in ("locked", "signing_locked") else SIGNING_TRIES,
    )  # fmt: skip


def _renew_term(connection: Connection, world: str, subject: str, today: date) -> None:
    people = People(connection, world)
    birth = people.value(subject, "person.birth_date")
    if isinstance(birth, str):
        until = card_until(birth, today, people.value(subject, "person.residence_card_until"))
        ours = (card_terms.c.world == world, card_terms.c.subject == subject)
        connection.execute(update(card_terms).where(*ours).values(until=until.isoformat()))


def revoke_signing(connection: Connection, world: str, subject: str, now: datetime, reason: str) -> bool:
    """Revoke a person's signing certificate; False where there is no valid one. The certificate for signing in stays."""
    row = connection.execute(select(cards).where(cards.c.world == world, cards.c.subject == subject)).first()
    if row is None or row.signing != "valid":
        return False
    _set(connection, world, subject, signing="revoked")
    if row.serial:
        values = {"world": world, "serial": row.serial, "subject": subject, "at": now.isoformat(), "reason": reason}
        connection.execute(insert(revocations).values(**values))
    return True


def reissue_signing(connection: Connection, world: str, subject: str, now: datetime, birth: str | None) -> bool:
    """A new signing certificate from the counter; False where the person has no valid card or is too young."""
    card = find_card(connection, world, subject, now.date())
    if card is None or card.state != "valid" or (birth and age_on(birth, now.date()) < SIGNING_AGE):
        return False
    _set(
        connection, world, subject,
        signing="valid", signing_tries=SIGNING_TRIES, issued_on=now.date().isoformat(),
        serial=None, certificate=None, private_key=None,
    )  # fmt: skip
    return True


def revoked_serials(connection: Connection, world: str) -> list[tuple[int, datetime]]:
    """Serial numbers and simulated moments, for the revocation list."""
    rows = connection.execute(select(revocations).where(revocations.c.world == world).order_by(revocations.c.at))
    return [(int(row.serial), datetime.fromisoformat(row.at)) for row in rows]


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature and the certificate (DER) of who made it."""

    signature: bytes
    certificate: bytes


def sign(
    connection: Connection,
    world: str,
    card: Card,
    people: People,
    address: str,
    authority: Authority,
    crl: str,
    digest: bytes,
) -> Signed:
    """Sign with the card. Its certificate is made at its first use, as of the day on which the card was issued."""
    where = (cards.c.world == world, cards.c.subject == card.subject)
    row = connection.execute(select(cards).where(*where)).one()
    if row.private_key is None:
        key, serial = new_rsa(), x509.random_serial_number()
        holder = Holder(
            str(people.value(card.subject, "person.name")),
            str(people.value(card.subject, "person.birth_date")),
            people.value(card.subject, "person.sex"),
            address,
        )
        issued = date.fromisoformat(card.issued_on)
        end = _ends(connection, world, card.subject, issued)[1] or issued
        certificate = certificates.der(authority.issue(holder, key.public_key(), issued, serial, end, crl))
        _set(connection, world, card.subject, serial=str(serial), certificate=certificate, private_key=pem_of(key))
    else:
        key, certificate = load_rsa(row.private_key), bytes(row.certificate)
    return Signed(certificates.sign_digest(key, digest), certificate)
