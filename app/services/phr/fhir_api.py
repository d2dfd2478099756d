"""The FHIR R4 endpoint: read, search, `$everything`, documents, and what it can do (T1; the records are the simulator's, T3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from sqlalchemy import Select, select

from app.services.phr import access, outcomes, search
from app.services.phr.access import Reader, reader
from app.services.phr.capability import statement
from app.services.phr.config import FHIR
from app.services.phr.context import fhir_url, service
from app.services.phr.making import zoned
from app.services.phr.outcomes import Refused, fhir
from app.services.phr.scopes import TYPES
from app.services.phr.search import Query, Row, Wrong
from app.services.phr.tables import resources
from app.services.phr.world import settle
from app.services.simcore.openapi import operation

Json = dict[str, Any]
blueprint = Blueprint("fhir", __name__, url_prefix=FHIR)
outcomes.install(blueprint)
_ASSUMED = (
    "Profiles and codes of JP Core and eCheckup are quoted by canonical address and not checked against their packages; what is measured "
    "is made up and tagged `simulated`. Every error is an OperationOutcome in application/fhir+json."
)
_ERRORS = (400, 401, 403, 404, 422, 429, 503)
_QUERY = {
    name: f"search parameter of FHIR ({kind})"
    for own in (*search.PARAMETERS.values(), search.COMMON)
    for name, (kind, _) in own.items()
} | {"_count": f"0 to {search.MOST}", "_sort": "date, -date, _lastUpdated, -_lastUpdated", "_summary": "count"}


def _row(found: Any) -> Row:
    updated = datetime.fromisoformat(found.updated)
    meta = found.body["meta"] | {"versionId": str(found.version), "lastUpdated": zoned(updated)}
    day = datetime.fromisoformat(found.day).date()
    return Row(found.type, found.id, found.category, day, updated, found.version, found.body | {"meta": meta})


def _rows(who: Reader, *types: str) -> list[Row]:
    """All resources in the compartment of the token's patient that their sources have written down by now."""
    context = service()
    settle(context.store, who.world, who.person)
    with context.store.read() as connection:
        query: Select[Any] = select(resources).where(
            resources.c.world == who.world.id, resources.c.subject == who.person.id, resources.c.type.in_(types)
        )
        found = [_row(row) for row in connection.execute(query)]
    # A Patient is there from the beginning, whoever writes the rest down later.
    return [row for row in found if row.type == "Patient" or row.updated <= who.world.now]


def _open(who: Reader, left_out: dict[str, str], rows: list[Row], searching: bool) -> list[Row]:
    """Those that consent and scopes let through."""
    found = []
    for row in rows:
        fits = [one for one in who.scopes if one.covers(row.type) and (one.search if searching else one.read)]
        narrow = any(one.category is None or search.matches(row.body, "category", one.category) for one in fits)
        if narrow and (row.category is None or row.category not in left_out):
            found.append(row)
    return found


def _log(who: Reader, what: str, count: int) -> None:
    context = service()
    with context.store.write() as connection:
        context.audit.append(
            connection, who.world.id, who.world.now, who.client, "read", what=what, count=count, consent=who.consent.id
        )


def _enter() -> Reader:
    """The token's reader, after the faults of the endpoint; `Refused` where the consent does not hold."""
    who = reader()
    who.hold()
    if "consent_missing" in service().suffer(who.world.id, "fhir", citizen=who.person.id, client=who.client):
        raise Refused(403, "forbidden", outcomes.why("consent-missing"), reason="consent-missing")
    return who


@blueprint.get("/metadata")
@operation("T1", "CapabilityStatement", response=dict[str, Any], wire="fhir")
def metadata() -> Response:
    """Open to everybody."""
    return fhir(statement(fhir_url()))


@blueprint.get("/<type_>/<id_>")
@operation(
    "T1",
    "Read",
    _ASSUMED + " With ETag; `If-None-Match` answers 304.",
    response=dict[str, Any],
    errors=_ERRORS,
    security="user",
    wire="fhir",
)
def read(type_: str, id_: str) -> Response:
    """One resource; what is another person's is as absent as what does not exist."""
    categories = access.categories_of(type_)
    who = _enter()
    who.about(type_, search=False)
    row = next((one for one in _rows(who, type_) if one.id == id_), None)
    left_out = access.withheld(service(), who, categories)
    if row is None:
        raise Refused(404, "not-found", "There is no such resource for this token.")
    if row.category in left_out:
        reason = left_out[str(row.category)]
        status, code = (503, "transient") if reason == "temporarily-unavailable" else (403, "forbidden")
        raise Refused(status, code, outcomes.why(reason), reason=reason)
    if not _open(who, left_out, [row], searching=False):
        raise Refused(403, "forbidden", "The scopes of the token do not cover this resource.", reason="scope-missing")
    _log(who, type_, 1)
    tag = f'W/"{row.version}"'
    known = [part.strip() for part in request.headers.get("If-None-Match", "").split(",")]
    answer = Response(status=304) if tag in known else fhir(dict(row.body))
    answer.headers["ETag"] = tag
    return answer


def _query(type_: str | None, who: Reader, form: bool = False) -> Query:
    parameters = list(request.args.items(multi=True)) + (list(request.form.items(multi=True)) if form else [])
    try:
        query = search.read(type_, parameters, who.patient)
    except Wrong as error:
        raise Refused(400, "invalid", str(error)) from error
    except PermissionError as error:
        raise Refused(403, "forbidden", "The token is of another patient.") from error
    if query.unknown and access.strict():
        raise Refused(400, "not-supported", f"Unknown parameters: {', '.join(query.unknown)}"[:300])
    return query


def _bundle(who: Reader, query: Query, rows: list[Row], issues: list[Json], path: str) -> Response:
    """A page of a search, with what is missing of it as its last entry."""
    found = query.sorted([row for row in rows if query.fits(row)])
    page = [] if query.counting else found[query.offset : query.offset + query.count]
    url = f"{fhir_url()}/{path}"
    links = [{"relation": "self", "url": _link(url, query.known, query.offset)}]
    if not query.counting and query.offset + query.count < len(found):
        links.append({"relation": "next", "url": _link(url, query.known, query.offset + query.count)})
    entries: list[Json] = [
        {"fullUrl": f"{fhir_url()}/{row.type}/{row.id}", "resource": dict(row.body), "search": {"mode": "match"}}
        for row in page
    ]
    issues = [*issues, *(_ignored(name) for name in query.unknown)]
    if issues:
        outcome = {"resourceType": "OperationOutcome", "issue": issues}
        entries.append({"resource": outcome, "search": {"mode": "outcome"}})
    body: Json = {"resourceType": "Bundle", "type": "searchset", "total": len(found), "link": links}
    _log(who, path.replace(who.patient, "*"), len(page))
    return fhir(body | ({"entry": entries} if entries else {}))


def _ignored(name: str) -> Json:
    text = f"The parameter {name} is not known and was left aside."[:200]
    return {"severity": "warning", "code": "not-supported", "details": {"text": text}}


def _link(url: str, known: tuple[tuple[str, str], ...], offset: int) -> str:
    query = urlencode([*known, *([("_offset", str(offset))] if offset else [])])
    return f"{url}?{query}" if query else url


def _search(type_: str, form: bool) -> Response:
    categories = access.categories_of(type_)
    who = _enter()
    who.about(type_, search=True)
    query = _query(type_, who, form)
    left_out = access.withheld(service(), who, categories)
    if categories and all(left_out.get(name) == "consent-missing" for name in categories):
        raise Refused(403, "forbidden", outcomes.why("consent-missing"), reason="consent-missing")
    rows = _open(who, left_out, _rows(who, type_), searching=True)
    return _bundle(who, query, rows, access.gaps(who, categories, left_out), type_)


@blueprint.get("/<type_>")
@operation(
    "T1",
    "Search",
    f"{_ASSUMED} Parameters: those of CapabilityStatement, `_count` to {search.MOST}, paging by the next link. Where a part is not handed "
    "over, the Bundle has an OperationOutcome with warnings and reasons (an extension of the simulator's own).",
    response=dict[str, Any],
    errors=_ERRORS,
    security="user",
    wire="fhir",
    query=_QUERY,
)
def search_type(type_: str) -> Response:
    """Within the compartment of the token's patient."""
    return _search(type_, form=False)


@blueprint.post("/<type_>/_search")
@operation(
    "T1",
    "Search by a form",
    form={"patient": "and every other parameter"},
    response=dict[str, Any],
    errors=_ERRORS,
    security="user",
    wire="fhir",
)
def search_form(type_: str) -> Response:
    """The same as with GET."""
    return _search(type_, form=True)


@blueprint.get("/Patient/<id_>/$everything")
@operation(
    "T1",
    "Everything of a patient",
    "`_since`, `_type` and `_count` narrow it. What scopes, consent or a source leave out stands in an OperationOutcome with its reason.",
    response=dict[str, Any],
    errors=_ERRORS,
    security="user",
    wire="fhir",
    query={"_since": "written down after it", "_type": "types, with commas", "_count": f"0 to {search.MOST}"},
)
def everything(id_: str) -> Response:
    """All types that the scopes let the token search."""
    who = _enter()
    if id_ != who.patient:
        raise Refused(404, "not-found", "There is no such resource for this token.")
    who.about("Patient", search=False)
    wanted = [name for part in request.args.getlist("_type") for name in part.split(",")] or list(TYPES)
    if set(wanted) - set(TYPES):
        raise Refused(400, "not-supported", "_type names a type that is not here.")
    parameters = [(name, value) for name, value in request.args.items(multi=True) if name != "_type"]
    try:
        query = search.read(None, parameters, who.patient)
    except Wrong as error:
        raise Refused(400, "invalid", str(error)) from error
    if query.unknown and access.strict():
        raise Refused(400, "not-supported", f"Unknown parameters: {', '.join(query.unknown)}"[:300])
    open_types = [name for name in wanted if any(one.covers(name) and one.search for one in who.scopes)]
    asked = dict.fromkeys(category for name in wanted for category in TYPES[name])
    left_out = access.withheld(service(), who, asked)
    reachable = {category for name in open_types for category in TYPES[name]}
    left_out |= {name: "scope-missing" for name in asked if name not in reachable}
    types = dict.fromkeys(["Patient", *open_types] if "Patient" in wanted else open_types)
    rows = _open(who, left_out, _rows(who, *types), searching=True)
    if "Patient" in wanted and not any(row.type == "Patient" for row in rows):
        rows += _open(who, left_out, _rows(who, "Patient"), searching=False)
    known = tuple(("_type", part) for part in request.args.getlist("_type"))
    query = Query(**{**_fields(query), "known": query.known + known})
    return _bundle(who, query, rows, access.gaps(who, asked, left_out), f"Patient/{id_}/$everything")


def _fields(query: Query) -> dict[str, Any]:
    return {name: getattr(query, name) for name in Query.__dataclass_fields__}


@blueprint.get("/Composition/<id_>/$document")
@operation(
    "T1",
    "A check-up report or handbook as a document Bundle",
    "In the shape of 健診結果報告書 (eCheckup): Composition first, then Patient, reports and findings.",
    response=dict[str, Any],
    errors=_ERRORS,
    security="user",
    wire="fhir",
)
def document(id_: str) -> Response:
    """Everything that the Composition names and consent covers."""
    who = _enter()
    for type_ in ("Composition", "Patient"):
        who.about(type_, search=False)
    left_out = access.withheld(service(), who, access.categories_of("Composition"))
    rows = {f"{row.type}/{row.id}": row for row in _open(who, left_out, _rows(who, *TYPES), searching=False)}
    head = rows.get(f"Composition/{id_}")
    if head is None:
        raise Refused(404, "not-found", "There is no such document for this token.")
    named = [entry["reference"] for part in head.body["section"] for entry in part.get("entry", [])]
    chosen = [
        head,
        *(row for row in rows.values() if row.type == "Patient"),
        *(rows[name] for name in named if name in rows),
    ]
    _log(who, "Composition/$document", len(chosen))
    return fhir(
        {
            "resourceType": "Bundle",
            "type": "document",
            "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:hitomado:document:{head.id}"},
            "timestamp": zoned(who.world.now),
            "entry": [{"fullUrl": f"{fhir_url()}/{row.type}/{row.id}", "resource": dict(row.body)} for row in chosen],
        }
    )


@blueprint.route("/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@operation("T1", "Anything else", "Nothing is written here.", errors=(404, 405, 413, 422), wire="fhir")
def other(rest: str) -> Response:
    """An OperationOutcome."""
    raise Refused(404, "not-supported", "This interaction is not here.")
