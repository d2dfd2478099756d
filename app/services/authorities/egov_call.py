"""What all calls of the submission gateway share: who calls, the shape of answers, pages of lists."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Response, jsonify, request

from app.services.simcore import callers
from app.services.simcore.problems import Problem
from app.services.simcore.world import NOW_HEADER, current_now, note_client, parse_world

from . import egov_models as m
from . import envelope
from .api import Context, service
from .forms import FormError
from .gateway import Account

PREFIX = "/shinsei/v2"
SCOPE = "submission"
PAGE = 50
MINISTRY = "模擬"
ASSUMED = (
    "T1 in paths, members and lengths of identifiers (e-Gov 電子申請API v2, public OpenAPI). Assumptions: the XML inside of the ZIP, the "
    "words of `status`, the numbering of notices and the way a signature is carried are ours; tokens come from this simulator's identity "
    "provider (scope `submission`, of a person or of a client); `X-Sim-Now` may be left out, a client's own token names `X-Sim-World`; "
    "プレ印字, 電子納付, 電子送達 and アカウント間情報共有 are not offered. Errors are RFC 9457 with `instance`."
)
OURS = "T3, ours: not part of the public API. "
FILING = (400, 401, 403, 404, 409, 415, 422, 503)
READING = (400, 401, 403, 404, 422, 503)
PAGES = {"date_from": "YYYY-MM-DD", "date_to": "YYYY-MM-DD", "limit": f"1 to {PAGE}", "offset": "page, from 1"}


@dataclass(frozen=True)
class Call:
    """Who calls, where and when."""

    context: Context
    world: str
    now: datetime
    account: Account

    @property
    def key(self) -> str:
        """What makes this call the same as an earlier one: the header Idempotency-Key; without it no call is."""
        return request.headers.get("Idempotency-Key") or secrets.token_hex(16)


def call(*targets: str) -> Call:
    """Read the token. Raises `Problem` 401, 403, 404, or what faults ask for."""
    caller = callers.either(SCOPE)
    note_client(caller.client)
    context, world = service(), parse_world(caller.world)
    context.suffer(world, "egov", *targets)
    subject = caller.subject
    account = Account(f"person:{subject}" if subject is not None else f"client:{caller.client}", subject)
    now = current_now() if NOW_HEADER in request.headers else context.gateway.now(world)
    return Call(context, world, now, account)


def answer(title: str, results: Any, status: int = 200, **more: Any) -> tuple[Response, int]:
    """`metadata` and `results`; `more`: further members of the same level."""
    kind = (request.endpoint or "").rpartition(".")[2]
    metadata = m.Metadata(
        title=title, detail=f"{title}を行いました。", type=f"urn:hitomado:egov:{kind}", instance=request.path
    )
    shown = {"metadata": metadata.model_dump(), **more, "results": results}
    response = jsonify(shown)
    response.headers["Cache-Control"] = "no-store"
    return response, status


def dump(model: Any) -> Any:
    """A model as JSON data, without what is absent."""
    return model.model_dump(mode="json", exclude_none=True)


def refused(form_name: str, error: FormError) -> Problem:
    """400 with the error report."""
    line = m.Report(form_name=form_name, file_name=error.file, item=error.item, content=error.content)
    words = "形式チェックで誤りが見つかりました。"
    return Problem(400, "format", "The application has errors.", words, instance=request.path, report_list=[dump(line)])


def inside(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files of the one application in a ZIP."""
    folders = envelope.folders(files)
    if len(folders) != 1:
        raise Problem(400, "one-folder", "The ZIP must hold one folder, or files in none.", instance=request.path)
    return next(iter(folders.values()))


def paged(rows: list[Any], dated: Any, limit: int = PAGE) -> tuple[list[Any], m.ResultSet, dict[str, str]]:
    """Rows between the days asked for, one page of them, and the links to its neighbours."""
    args = request.args
    try:
        days = {name: date.fromisoformat(args[name]).isoformat() for name in ("date_from", "date_to") if name in args}
        size, page = int(args.get("limit", limit)), int(args.get("offset", 1))
    except ValueError:
        raise Problem(400, "invalid-page", "The parameters cannot be read.", instance=request.path) from None
    if not (1 <= size <= limit and 1 <= page <= 9999):
        raise Problem(400, "invalid-page", "The parameters limit and offset are out of range.", instance=request.path)
    first, last = days.get("date_from", ""), days.get("date_to", "9999-12-31")
    found = [row for row in rows if first <= dated(row)[:10] <= last]
    shown = found[(page - 1) * size : page * size]
    links = {"self": request.full_path.rstrip("?")}
    base = "&".join(f"{name}={text}" for name, text in days.items())
    if page > 1:
        links["previous"] = f"{request.path}?{base}&limit={size}&offset={page - 1}"
    if page * size < len(found):
        links["next"] = f"{request.path}?{base}&limit={size}&offset={page + 1}"
    return shown, m.ResultSet(all_count=len(found), limit=size, offset=page, count=len(shown)), links


def listed(title: str, name: str, shown: list[Any], result: m.ResultSet, links: dict[str, str]) -> tuple[Response, int]:
    """A page under the name of its list."""
    return answer(title, {name: shown}, resultset=dump(result), _links=links)
