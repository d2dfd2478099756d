"""OpenAPI 3.1 document of a service, made from what stands beside each view, and served at `/openapi.json`.

Tiers: T1 follows a public specification, T2 is rebuilt from public client code, T3 is the simulator's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from flask import Blueprint, Flask, Response, jsonify
from pydantic import BaseModel, TypeAdapter
from werkzeug.routing import Rule

from app.services.simcore.problems import Problem

Tier = Literal["T1", "T2", "T3"]
Security = Literal["none", "user", "client", "control", "assertion"]
Wire = Literal["json", "fhir", "oauth"]
View = TypeVar("View", bound=Callable[..., Any])

_PARAMETER = re.compile(r"<(?:([^:>]+):)?([^>]+)>")
_PATH_TYPES = {"int": {"type": "integer", "minimum": 0}}
_ANSWER = {"json": "application/json", "fhir": "application/fhir+json", "oauth": "application/json"}
_ERRORS: dict[str, Any] = {
    "json": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    "fhir": {"application/fhir+json": {"schema": {"$ref": "#/components/schemas/OperationOutcome"}}},
    "oauth": {
        "application/json": {"schema": {"$ref": "#/components/schemas/OAuthError"}},
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
    },
}
_ERROR_SCHEMAS: dict[str, Any] = {
    "Problem": {
        "type": "object",
        "description": "RFC 9457",
        "required": ["type", "title", "status"],
        "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}},
    },
    "OperationOutcome": {
        "type": "object",
        "description": "FHIR R4",
        "required": ["resourceType", "issue"],
        "properties": {"resourceType": {"const": "OperationOutcome"}, "issue": {"type": "array"}},
    },
    "OAuthError": {
        "type": "object",
        "description": "RFC 6749, 5.2",
        "required": ["error"],
        "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
    },
}
_STATUS = {
    200: "The answer.", 201: "Made.", 202: "Taken.", 204: "Done.", 302: "To the next page.", 303: "To the next page.",
    400: "The request cannot be read.", 401: "No valid token.", 403: "Not allowed.", 404: "Nothing here for this world.",
    304: "Not changed.", 405: "Not this method.", 406: "Not in this form.", 409: "Does not fit the present state.", 410: "Gone.",
    412: "It was changed meanwhile.", 413: "Too large.", 415: "Not JSON.",
    422: "The content is not acceptable, for example a legal My Number.", 428: "The version that is meant must be named.",
    429: "Too many requests; Retry-After says when.", 501: "Not offered.", 503: "The service does not answer now.",
}  # fmt: skip
_SCHEMES: dict[str, Any] = {
    "user": {"type": "http", "scheme": "bearer", "description": "Access token of a person, by authorization code."},
    "client": {"type": "http", "scheme": "bearer", "description": "Access token of a client, by client credentials."},
    "control": {"type": "apiKey", "in": "header", "name": "X-Sim-Key", "description": "Key of the control plane."},
    "assertion": {
        "type": "apiKey",
        "in": "query",
        "name": "client_assertion",
        "description": "private_key_jwt, in the form.",
    },
}
_HEADERS = {
    "X-Sim-World": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
    "X-Sim-Now": {"type": "string", "description": "Simulated local date-time without an offset."},
    "If-Match": {"type": "string", "description": "ETag of the version that is meant."},
    "Idempotency-Key": {"type": "string", "minLength": 1, "maxLength": 64},
}


@dataclass(frozen=True)
class Operation:
    """What the document says of one view."""

    tier: Tier
    summary: str
    description: str
    request: Any
    form: Mapping[str, str] | None
    response: Any
    status: int
    errors: tuple[int, ...]
    security: Security
    headers: tuple[str, ...]
    page: bool
    query: Mapping[str, str]
    wire: Wire


def operation(
    tier: Tier,
    summary: str,
    description: str = "",
    *,
    request: Any = None,
    form: Mapping[str, str] | None = None,
    response: Any = None,
    status: int = 200,
    errors: tuple[int, ...] = (),
    security: Security = "none",
    headers: tuple[str, ...] = (),
    page: bool = False,
    query: Mapping[str, str] = MappingProxyType({}),
    wire: Wire = "json",
) -> Callable[[View], View]:
    """Document a view. `request` and `response` are pydantic models (or any type it knows); `form` maps fields to their meaning;
    `errors`: the other statuses, among them any that tell the same answer (201 beside 200) or none (304);
    `headers` names those of the call; `page` means HTML for a browser; `query` maps optional parameters to their meaning;
    `wire`: how answers and errors are written (fhir: both in FHIR's JSON; oauth: errors as RFC 6749 has them, or problems)."""

    def keep(view: View) -> View:
        view.__operation__ = Operation(  # type: ignore[attr-defined]
            tier, summary, description, request, form, response, status, errors, security, headers, page, query, wire
        )
        return view

    return keep


@cache
def _schema(model: Any) -> dict[str, Any]:
    return dict(_local(TypeAdapter(model).json_schema(ref_template="#/components/schemas/{model}")))


def _local(schema: Any) -> Any:
    """A schema whose moments are simulated local time: they have no offset, so `date-time` would promise too much."""
    if isinstance(schema, list):
        return [_local(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    moment = {"format": "date-time-local"} if schema.get("format") == "date-time" else {}
    return {name: _local(value) for name, value in schema.items()} | moment


def _content(model: Any, components: dict[str, Any], media: str = "application/json") -> dict[str, Any]:
    schema = dict(_schema(model))
    components.update(schema.pop("$defs", {}))
    title = schema.get("title")
    if title and schema.get("type") == "object" and isinstance(model, type):
        components[title] = schema
        schema = {"$ref": f"#/components/schemas/{title}"}
    return {media: {"schema": schema}}


def _parameters(rule: Rule, op: Operation) -> list[dict[str, Any]]:
    path = [
        {"name": name, "in": "path", "required": True, "schema": _PATH_TYPES.get(kind, {"type": "string"})}
        for kind, name in _PARAMETER.findall(rule.rule)
    ]
    headers = [{"name": name, "in": "header", "required": True, "schema": _HEADERS[name]} for name in op.headers]
    query = [
        {"name": name, "in": "query", "required": False, "description": text, "schema": {"type": "string"}}
        for name, text in op.query.items()
    ]
    return path + headers + query


def _operation(rule: Rule, method: str, op: Operation, components: dict[str, Any]) -> dict[str, Any]:
    done: dict[str, Any] = {"description": _STATUS[op.status]}
    if op.page:
        done["content"] = {"text/html": {"schema": {"type": "string"}}}
    elif op.response is not None:
        done["content"] = _content(op.response, components, _ANSWER[op.wire])
    answers: dict[str, Any] = {str(op.status): done}
    for status in op.errors:
        content = done.get("content") if status < 300 else None if op.page or status < 400 else _ERRORS[op.wire]
        answers[str(status)] = {"description": _STATUS[status]} | ({"content": content} if content else {})
    found: dict[str, Any] = {
        "operationId": f"{rule.endpoint.replace('.', '_')}_{method.lower()}",
        "summary": f"[{op.tier}] {op.summary}",
        "description": op.description or op.summary,
        "x-tier": op.tier,
        "responses": answers,
    }
    if parameters := _parameters(rule, op):
        found["parameters"] = parameters
    if op.security != "none":
        found["security"] = [{op.security: []}]
    if op.request is not None and method != "GET":
        found["requestBody"] = {"required": True, "content": _content(op.request, components)}
    elif op.form is not None and method != "GET":
        fields = {name: {"type": "string", "description": text} for name, text in op.form.items()}
        schema = {"type": "object", "properties": fields}
        found["requestBody"] = {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}
    return found


def paths(app: Flask) -> dict[tuple[str, str], Rule]:
    """Every (method, documented path) of an application, static files and the document itself left out."""
    found: dict[tuple[str, str], Rule] = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.rpartition(".")[2] in ("static", "openapi_document"):
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            found[method, _PARAMETER.sub(r"{\2}", rule.rule)] = rule
    return found


def document(app: Flask, title: str, description: str) -> dict[str, Any]:
    """The document; `LookupError` if a view says nothing about itself."""
    components: dict[str, Any] = dict(_ERROR_SCHEMAS)
    documented: dict[str, Any] = {}
    for (method, path), rule in sorted(paths(app).items(), key=lambda item: (item[0][1], item[0][0])):
        op = getattr(app.view_functions[rule.endpoint], "__operation__", None)
        if op is None:
            raise LookupError(f"{method} {path} is not documented")
        documented.setdefault(path, {})[method.lower()] = _operation(rule, method, op, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "description": description},
        "paths": documented,
        "components": {"schemas": dict(sorted(components.items())), "securitySchemes": _SCHEMES},
    }


class Readiness(BaseModel):
    """`status`: ready | unready. `checks`: what the service needs, by name: `ok`, or what is wrong."""

    status: str
    checks: dict[str, str]


def serve(app: Flask, title: str, description: str, ready: Callable[[], Mapping[str, str]] | None = None) -> None:
    """Add `GET /healthz`, `GET /openapi.json`, and `GET /readyz` by what `ready` finds."""
    blueprint = Blueprint("about", __name__)

    @blueprint.get("/healthz")
    @operation("T3", "Whether the service is up", response=dict[str, str])
    def healthz() -> Response:
        return jsonify(status="ok")

    if ready is not None:

        @blueprint.get("/readyz")
        @operation(
            "T3",
            "Whether the service can do its work",
            "Its store and the services it calls.",
            response=Readiness,
            errors=(503,),
        )
        def readyz() -> tuple[Response, int]:
            found = dict(ready())
            fine = all(one == "ok" for one in found.values())
            if not fine:
                raise Problem(503, "unready", "Something that this service needs is missing.", checks=found)
            return jsonify(status="ready", checks=found), 200

    @blueprint.get("/openapi.json")
    def openapi_document() -> Response:
        return jsonify(document(app, title, description))

    app.extensions["openapi"] = (title, description)

    app.register_blueprint(blueprint)


def document_of(app: Flask) -> dict[str, Any]:
    """The document of an application that serves one."""
    return document(app, *app.extensions["openapi"])
