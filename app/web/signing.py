"""To the signing page of the identity provider and back, for everything that is signed: what a journey files, and a correction."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, request, session

from app import i18n
from app.gateway.base import ServiceDown, ServiceError
from app.gateway.mynumber import Signature
from app.points import reach
from app.web import shell
from app.world.worlds import World

SLOT, BACK = "signing", "/sign/return"
"""Where the session remembers a signature of the person whose world this is, and where the browser comes back with it."""


@dataclass(frozen=True)
class Other:
    """Somebody who signs in a browser without a world: in whose world, whose card, and where their browser comes back. ``subject``: None
    where no register knows them under the world's name for them, so that they take the card themselves."""

    world: World
    subject: str | None
    slot: str
    back: str


class NotSigned(Exception):
    """The person comes back without a signature. `why`: a key of `FAILURES`, or another word."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def go(
    digest: str,
    title: str,
    lines: Sequence[tuple[str, str]],
    keep: Callable[[str], object],
    *,
    other: Other | None = None,
    **remembered: int | str,
) -> Any:
    """Announce a digest (base64 SHA-256), let ``keep`` store what belongs to the transaction, and send the browser to sign it.

    ``lines``: (office, what it gets), for the person to read there. ``remembered`` is in the session when the browser comes back: ``n``, the
    journey, and ``case`` for a correction. ``other``: somebody else signs. Raises `ServiceDown`.
    """
    here, context = other.world if other else shell.world(), shell.context()
    assert here is not None
    transaction = context.mynumber.signing.start(here.id, here.now, digest, title, lines)
    keep(transaction)
    pushed = context.mynumber.identity.push_request(
        here.id,
        here.now,
        _redirect_uri(other.back if other else BACK),
        sign_transaction=transaction,
        language=i18n.current_tag(),
        whose=other.subject if other else None,
        choose=other is not None and other.subject is None,
    )
    session[other.slot if other else SLOT] = {
        **pushed.as_dict(),
        **remembered,
        "transaction": transaction,
        "tag": i18n.current_tag(),
    }
    return redirect(pushed.url, 303)


def _redirect_uri(path: str) -> str:
    """Registered exactly: no language prefix, no number."""
    return request.host_url.rstrip("/") + path


def in_language(tag: str, path: str) -> str:
    """A path of this site in the language that the person left in."""
    return path if tag == i18n.SOURCE else f"/{tag}{path}"


def signature_of(flow: Mapping[str, Any], world: World | None = None) -> Signature:
    """The signature with which the browser came back. ``flow``: what `go` left in the session; ``world``: where somebody else signs.
    Raises `NotSigned`, `ServiceDown`."""
    here = world or shell.world()
    assert here is not None
    if not secrets.compare_digest(request.args.get("state", ""), flow["state"]):
        raise NotSigned("state")
    if "code" not in request.args:
        raise NotSigned(request.args.get("error_description", ""))
    mynumber = shell.context().mynumber
    reach("sign.before-result")
    try:
        told = mynumber.identity.exchange(here.id, here.now, request.args, flow)
        return mynumber.signing.result(here.id, here.now, flow["transaction"], told.access_token)
    except ServiceDown:
        raise
    except ServiceError:
        raise NotSigned("exchange") from None


FAILURES = {
    "state": (
        "この画面は古くなりました",
        "署名の操作が、この画面から始まったものだと確かめられませんでした。もう一度、署名に進んでください。",
    ),
    "cancelled_by_user": ("署名をやめました", "署名していません。内容は残っています。"),
    "signing_locked": (
        "署名用の暗証番号が使えなくなりました",
        "5回まちがえたため、使えなくなりました。市の窓口で暗証番号を決め直せます。コンビニの機械で決め直せることもあります。",
    ),
    "expired": ("署名用電子証明書の期限が切れています", "市の窓口で、新しい電子証明書にできます。"),
    "signing_expired": ("署名用電子証明書の期限が切れています", "市の窓口で、新しい電子証明書にできます。"),
    "revoked": (
        "署名用電子証明書が使えなくなっています",
        "住所や氏名が変わる届けが処理されると、前の署名は使えなくなります。市の窓口で、新しくできます。",
    ),
}
FAILURES["signing_revoked"] = FAILURES["revoked"]
OTHER = ("署名できませんでした", "カードを読み取れないときや、電子証明書が使えないときに起こります。")
