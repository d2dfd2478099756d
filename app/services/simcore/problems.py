"""Errors of the services as RFC 9457 problem details (`application/problem+json`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Flask, Response, json
from werkzeug.exceptions import HTTPException, MethodNotAllowed

MEDIA_TYPE = "application/problem+json"
URN = "urn:hitomado:problem:"


class Problem(Exception):
    """An answer that is not the one asked for.

    `kind` is the last part of the problem type (`urn:hitomado:problem:<kind>`), `title` one sentence that is the same for
    every occurrence, `detail` one about this one. Neither ever carries what was sent: it may be personal.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        title: str,
        detail: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(kind)
        self.status = status
        self.kind = kind
        self.title = title
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members

    def response(self) -> Response:
        """The HTTP answer."""
        body: dict[str, Any] = {"type": URN + self.kind, "title": self.title, "status": self.status}
        if self.detail:
            body["detail"] = self.detail
        answer = Response(json.dumps(body | self.members), self.status, content_type=MEDIA_TYPE)
        answer.headers.update(self.headers)
        answer.headers["Cache-Control"] = "no-store"
        return answer


def from_http(error: HTTPException) -> Response:
    """An error of HTTP as problem details."""
    if error.response is not None and error.code is None:
        return error.get_response()  # type: ignore[return-value]  # a finished answer raised with abort()
    status = error.code or 500
    headers = {"Allow": ", ".join(error.valid_methods or ())} if isinstance(error, MethodNotAllowed) else {}
    return Problem(status, f"http-{status}", error.name, headers=headers).response()


def install(target: Flask | Blueprint) -> None:
    """Answer with problem details in this application, or in this blueprint only."""
    handler: Callable[[Problem], Response] = Problem.response
    target.register_error_handler(Problem, handler)
    target.register_error_handler(HTTPException, from_http)


def not_found(title: str = "There is nothing here for this world.") -> Problem:
    """The one answer for what is absent and for what belongs to another world."""
    return Problem(404, "not-found", title)
