"""Errors and warnings of the FHIR endpoint as OperationOutcome (`application/fhir+json`)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, json, request
from werkzeug.exceptions import HTTPException

from app.services.phr.codes import ABSENT, MISSING_REASON
from app.services.phr.shape import REASONS
from app.services.simcore.problems import Problem, from_http

MEDIA_TYPE = "application/fhir+json"
Json = dict[str, Any]
# Why something is not handed over: what FHIR's own list calls it, and what it says to the person.
_WHY = {
    name: ("temp-unknown" if name.startswith("temp") else "unsupported", text) for name, text in REASONS.items()
} | {
    "consent-missing": ("masked", "この記録を渡すことに、同意がありません。"),
    "consent-expired": ("masked", "同意の期間が終わりました。"),
    "consent-withdrawn": ("masked", "同意は取り消されました。"),
    "proxy-ended": ("masked", "子どもの代わりに読むことは、もうできません。"),
    "scope-missing": ("masked", "アプリは、この記録を求めていません。"),
}
_CODES = {
    400: "invalid", 401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 413: "too-long", 422: "invalid",
    503: "transient",
}  # fmt: skip


class Refused(Exception):
    """An answer of the FHIR endpoint that is an error. `code`: an IssueType; `reason`: a key of the reasons, where there is one."""

    def __init__(
        self, status: int, code: str, text: str, *, reason: str | None = None, challenge: str | None = None
    ) -> None:
        super().__init__(text)
        self.status, self.code, self.text, self.reason, self.challenge = status, code, text, reason, challenge

    def response(self) -> Response:
        """The HTTP answer."""
        issue: Json = {"severity": "error", "code": self.code, "details": {"text": self.text}}
        if self.reason:
            issue["extension"] = missing_extension(self.reason)
        answer = fhir({"resourceType": "OperationOutcome", "issue": [issue]}, self.status)
        if self.challenge:
            answer.headers["WWW-Authenticate"] = self.challenge
        return answer


def missing_extension(reason: str) -> list[Json]:
    """The reason in our own words for programs, and in FHIR's."""
    standard = _WHY.get(reason, ("unknown", ""))[0]
    return [{"url": MISSING_REASON, "valueCode": reason}, {"url": ABSENT, "valueCode": standard}]


def missing(category: str, label: str, reason: str, before: str | None = None) -> Json:
    """A warning that something is not in the answer."""
    text = f"{label}: {_WHY[reason][1]}" + (f"（{before}より前）" if before else "")
    code = {"masked": "suppressed", "temp-unknown": "transient"}.get(_WHY[reason][0], "incomplete")
    return {
        "severity": "warning",
        "code": code,
        "details": {"text": text},
        "diagnostics": f"category={category}",
        "extension": missing_extension(reason),
    }


def why(reason: str) -> str:
    """A reason in words."""
    return _WHY[reason][1]


def fhir(body: Json, status: int = 200) -> Response:
    """An answer in FHIR JSON; nobody keeps it."""
    answer = Response(json.dumps(body, ensure_ascii=False), status, content_type=MEDIA_TYPE)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _from_problem(problem: Problem) -> Response:
    answer = Refused(problem.status, _CODES.get(problem.status, "processing"), problem.title).response()
    answer.headers.update(problem.headers)
    return answer


def _from_http(error: HTTPException) -> Response:
    status = error.code or 500
    return Refused(status, _CODES.get(status, "exception"), error.name).response()


def install(blueprint: Blueprint) -> None:
    """Answer with OperationOutcome in a blueprint."""
    blueprint.register_error_handler(Refused, Refused.response)
    blueprint.register_error_handler(Problem, _from_problem)
    blueprint.register_error_handler(HTTPException, _from_http)


def install_beneath(app: Flask, prefix: str) -> None:
    """Answer with OperationOutcome also what is beneath a prefix and fits no route, which no blueprint sees."""

    def answer(error: HTTPException) -> Response:
        return _from_http(error) if request.path.startswith(f"{prefix}/") else from_http(error)

    app.register_error_handler(HTTPException, answer)
