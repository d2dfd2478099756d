"""Calls that may be repeated: the answer to an Idempotency-Key is kept with what it was asked, in the transaction that did the work."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, json, jsonify, request
from sqlalchemy import insert, select

from app.services.account.book import Book
from app.services.account.tables import answered
from app.services.simcore.problems import Problem

LONGEST = 64


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered. `body`: None for an empty one."""

    status: int
    body: Any
    etag: str | None = None

    def response(self) -> Response:
        """The HTTP answer."""
        made = Response(status=self.status) if self.body is None else jsonify(self.body)
        made.status_code = self.status
        if self.etag:
            made.set_etag(self.etag)
        made.headers["Cache-Control"] = "no-store"
        return made


def idempotency_key() -> str:
    """The key of this call; `Problem` 400."""
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= LONGEST:
        raise Problem(400, "key-missing", f"The header Idempotency-Key must have 1 to {LONGEST} characters.")
    return key


def once(book: Book, caller: str, key: str, work: Callable[[], Answer]) -> Answer:
    """Do the work, or tell again what came of it. A key that was used for something else is refused (422). Failures are not kept."""
    place = f"{request.method} {request.full_path.rstrip('?')}"[:200]
    sent = json.dumps([request.get_json(silent=True), request.headers.get("If-Match")], sort_keys=True)
    digest = hashlib.sha256(f"{place}\0{sent}".encode()).hexdigest()
    a = answered
    where = (a.c.world == book.world, a.c.caller == caller, a.c.key == key)
    row = book.connection.execute(select(a).where(*where)).first()
    if row is not None:
        if row.digest != digest:
            raise Problem(422, "key-reused", "This Idempotency-Key was used for something else.")
        return Answer(row.status, row.body, row.etag)
    answer = work()
    kept = {"status": answer.status, "body": answer.body, "etag": answer.etag}
    book.connection.execute(
        insert(a).values(world=book.world, caller=caller, key=key, place=place, digest=digest, **kept)
    )
    return answer
