"""Questions of offices to people: may we pay into the account that you registered? Being registered alone pays nothing out automatically."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import insert, select, update

from app.services.account.book import Book
from app.services.account.people import Person
from app.services.account.tables import consents
from app.services.simcore.problems import Problem, not_found

Answer = Literal["agree", "refuse"]
_STATES = {"agree": "agreed", "refuse": "refused"}


@dataclass(frozen=True, slots=True)
class Consent:
    """One question. `state`: asked | agreed | refused | expired (after its last day, whatever was answered)."""

    n: int
    person: str
    authority: str
    purpose: str
    benefit: str
    asked: str
    until: str
    state: str
    answered: str | None


def _read(row: Any, today: date) -> Consent:
    state = "expired" if row.until < today.isoformat() else row.state
    return Consent(
        row.n, row.person, row.authority, row.purpose, row.benefit, row.asked, row.until, state, row.answered
    )


def ask(book: Book, person: Person, authority: str, purpose: str, benefit: str, until: date) -> Consent:
    """Ask; `Problem` 409 where nothing is registered, 422 for a day that is over."""
    if until < book.today:
        raise Problem(422, "day-over", "The last day for an answer must not be over.")
    if book.registered(person.id) is None:
        raise Problem(409, "not-registered", "This person has no registered account to ask about.")
    n = book.next(consents)
    row = {
        "world": book.world,
        "n": n,
        "person": person.id,
        "authority": authority,
        "purpose": purpose,
        "benefit": benefit,
    }
    book.connection.execute(
        insert(consents).values(**row, asked=book.now.isoformat(), until=until.isoformat(), state="asked")
    )
    book.audit.append(
        book.connection, book.world, book.now, authority, "consent_asked", person=person.id, purpose=purpose, consent=n
    )
    book.post(
        "consent_asked", person.id, {"person": person.id, "consent": n, "purpose": purpose, "authority": authority}
    )
    book.tell(person.id, "01", f"{authority}が、「{benefit}」を公金受取口座に振り込んでよいか、たずねています。")
    return find(book, n)


def find(book: Book, n: int) -> Consent:
    """One by its number; `Problem` 404."""
    row = book.connection.execute(select(consents).where(consents.c.world == book.world, consents.c.n == n)).first()
    if row is None:
        raise not_found("There is no such question.")
    return _read(row, book.today)


def of_person(book: Book, person: str) -> list[Consent]:
    """All questions to a person, in order."""
    query = select(consents).where(consents.c.world == book.world, consents.c.person == person).order_by(consents.c.n)
    return [_read(row, book.today) for row in book.connection.execute(query)]


def answer(book: Book, one: Consent, said: Answer, actor: str) -> Consent:
    """Answer, or change one's mind; the same once more changes nothing. `Problem` 409 after the last day."""
    if one.state == "expired":
        raise Problem(
            409,
            "consent-expired",
            "The time for an answer is over.",
            "返事の期限を過ぎています。役所に聞いてください。",
        )
    state = _STATES[said]
    if one.state != state:
        where = (consents.c.world == book.world, consents.c.n == one.n)
        book.connection.execute(update(consents).where(*where).values(state=state, answered=book.now.isoformat()))
        book.audit.append(
            book.connection, book.world, book.now, actor, "consent_answered", person=one.person, consent=one.n, answer=said
        )  # fmt: skip
        book.post("consent_answered", one.person, {"person": one.person, "consent": one.n, "answer": said})
    return find(book, one.n)
