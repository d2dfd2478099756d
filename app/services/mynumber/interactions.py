"""What a browser does with a pushed request: opened once, by the browser that keeps it in its session, and finished once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from flask import session
from sqlalchemy import select, update

from app.services.mynumber.clients import redirect_allowed
from app.services.mynumber.context import Context
from app.services.mynumber.identity_api import REQUEST_URN, keep_request
from app.services.mynumber.oauth import Person
from app.services.mynumber.people import People, the_world
from app.services.mynumber.tables import cards, requests
from app.services.simcore.authorization import KeptRequest

KEPT = 5  # tabs of one browser
_CHOSEN = "subject"  # beside the parameters of a request: whose card the person took
_ANSWER = "answer"  # beside them, once it is done: where the browser was sent


@dataclass(frozen=True, slots=True)
class Interaction:
    """A request in a browser. `now`: the simulated moment at which it was pushed. `applicant`: whose card is read: the one that the person
    chose, else the one that the client expects (`login_hint`), else that of the person who files."""

    id: str
    world: str
    client: str
    applicant: str
    parameters: Mapping[str, str]
    now: datetime

    @property
    def transaction(self) -> str | None:
        """What is to be signed; None for signing in."""
        return self.parameters.get("sign_transaction_id")

    @property
    def chooses(self) -> bool:
        """Whether the client wants the person to choose among the cards."""
        return "select_account" in self.parameters.get("prompt", "").split()

    @property
    def chosen(self) -> bool:
        """Whether a card was chosen."""
        return _CHOSEN in self.parameters


def _load(context: Context, id_: str, *, states: tuple[str, ...]) -> Interaction | None:
    with context.store.read() as connection:
        row = connection.execute(select(requests).where(requests.c.id == id_)).first()
        if row is None or row.state not in states or row.expires < context.config.timestamp():
            return None
        hinted = row.parameters.get(_CHOSEN) or row.parameters.get("login_hint")
        applicant = hinted or the_world(connection, row.world).applicant
    return Interaction(row.id, row.world, row.client, applicant, row.parameters, datetime.fromisoformat(row.now))


def keep_plain_request(context: Context, client_id: str, sent: Mapping[str, list[str]]) -> str:
    """A request that came with the browser, of a client that lives in one world; returns its `request_uri`.

    Raises `OAuth2Error`; its `redirect_uri` is set where the client may be told.
    """
    client = context.provider.clients.get(client_id)
    world = client.registration.world if client else None
    target = sent.get("redirect_uri", [""])[0]
    # Nothing vouches for who sent this: only addresses that were registered in full.
    if client is None or world is None or not redirect_allowed(target, client.full_redirect_uris):
        raise InvalidRequestError("No such client, or an address that it did not register.")
    with context.store.read() as connection:
        now = the_world(connection, world).made_at
    try:
        return REQUEST_URN + keep_request(context, world, now, sent, client_id)
    except OAuth2Error as error:
        error.redirect_uri = target
        raise


def error_address(context: Context, error: OAuth2Error, state: str) -> str:
    """The address of the client with an error."""
    values = {"error": error.error, "error_description": error.description or "", "iss": context.config.issuer}
    return f"{error.redirect_uri}?{urlencode(values | ({'state': state} if state else {}))}"


def holders(context: Context, interaction: Interaction) -> list[tuple[str, str]]:
    """(subject, name) of everybody in the world who holds a card, the applicant first."""
    with context.store.read() as connection:
        query = select(cards.c.subject).where(cards.c.world == interaction.world)
        people = People(connection, interaction.world)
        found = sorted(connection.execute(query).scalars(), key=lambda one: (one != interaction.applicant, one))
        return [(one, str(people.value(one, "person.name") or "")) for one in found]


def choose_card(context: Context, interaction: Interaction, subject: str) -> bool:
    """Go on with this person's card; False where there is none."""
    if subject not in dict(holders(context, interaction)):
        return False
    with context.store.write() as connection:
        where = (requests.c.id == interaction.id, requests.c.state == "opened")
        parameters = dict(interaction.parameters) | {_CHOSEN: subject}
        return bool(connection.execute(update(requests).where(*where).values(parameters=parameters)).rowcount)


def open_request(context: Context, client_id: str, request_uri: str) -> Interaction | None:
    """The browser comes with the handle. A second browser with the same handle gets nothing."""
    id_ = request_uri.removeprefix(REQUEST_URN)
    own = id_ in session.get("interactions", [])
    found = _load(context, id_, states=("opened",) if own else ("pushed",))
    if found is None or found.client != client_id:
        return None
    with context.store.write() as connection:
        connection.execute(update(requests).where(requests.c.id == id_).values(state="opened"))
    others = [other for other in session.get("interactions", []) if other != id_]
    session["interactions"] = [*others, id_][-KEPT:]
    return found


def current(context: Context, id_: str | None = None) -> Interaction | None:
    """The one that a form names, or the newest of this browser."""
    own: list[str] = session.get("interactions", [])
    wanted = id_ or (own[-1] if own else None)
    if wanted is None or wanted not in own:
        return None
    return _load(context, wanted, states=("opened",))


def answer(context: Context, id_: str | None) -> str | None:
    """Where this browser was sent when it finished the request: a second click on the same button follows the first."""
    if id_ is None or id_ not in session.get("interactions", []):
        return None
    done = _load(context, id_, states=("done",))
    return done.parameters.get(_ANSWER) if done else None


def _finish(context: Context, interaction: Interaction, address: str) -> str | None:
    """Mark as done and send the browser to the address, or where another click, which was quicker, has sent it."""
    with context.store.write() as connection:
        where = (requests.c.id == interaction.id, requests.c.state == "opened")
        parameters = dict(interaction.parameters) | {_ANSWER: address}
        done = connection.execute(update(requests).where(*where).values(state="done", parameters=parameters)).rowcount
    return address if done else answer(context, interaction.id)


def grant(context: Context, interaction: Interaction) -> str | None:
    """The address of the client with a code, for the person of the world; the same one for a second click."""
    server = context.provider.server
    call = KeptRequest(interaction.parameters)
    person = Person(interaction.world, interaction.applicant)
    grant = server.get_consent_grant(call, end_user=person)
    given = server.create_authorization_response(call, grant_user=person, grant=grant)
    return _finish(context, interaction, str(given.headers["Location"]))


def refuse(context: Context, interaction: Interaction, why: str) -> str | None:
    """The address of the client with `access_denied`; `why` is one word for programs, as `error_description`."""
    values = {
        "error": "access_denied",
        "error_description": why,
        "state": interaction.parameters["state"],
        "iss": context.config.issuer,
    }
    return _finish(context, interaction, f"{interaction.parameters['redirect_uri']}?{urlencode(values)}")
