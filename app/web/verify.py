"""Is a paper genuine? By its file, or by the number and code printed on it. Nothing that is sent here is kept."""

from __future__ import annotations

import unicodedata
from typing import Any

from flask import Blueprint, render_template, request

from app.formats import arrival_number, full_date
from app.gateway.authorities import Verified
from app.gateway.base import ServiceDown
from app.i18n import current_tag, gettext
from app.i18n import gettext as _
from app.web import shell
from app.world.worlds import World

blueprint = Blueprint("verify", __name__)
MOST_BYTES = 5 * 1024 * 1024
MAGIC, WITHIN = b"%PDF-", 1024  # readers look for the mark at the very beginning
LONGEST = 40  # letters of a number or a code

WRONG = {
    "not-signed": (
        "この書類には署名がありません",
        "だれが作ったか、あとから変わっていないかは、調べられません。様式の控え、提出の控え、計画など、あなたが自分で保存したものには、署名がありません。",
    ),
    "changed": (
        "この書類は、署名のあとで変わっています",
        "書いてあることを信じないでください。書類を出した窓口から、もう一度受け取ってください。",
    ),
    "unknown-issuer": (
        "知らないところが署名した書類です",
        "署名はありますが、この模擬の窓口のものではありません。本物の役所の書類も、ここでは確かめられません。",
    ),
    "no-time-stamp": (
        "いつ署名したかが分かりません",
        "時刻の印（タイムスタンプ）がないため、署名が有効なときのものかを調べられません。",
    ),
    "revoked": (
        "使えなくなった証明書で署名した書類です",
        "署名した窓口の証明書は、そのとき、もう使えませんでした。書類を出した窓口に聞いてください。",
    ),
}
VALID = ("本物です。署名のあとで変わっていません", "模擬の窓口が出した書類です。法的な効力はありません。")


@blueprint.route("/verify", methods=["GET", "POST"])
def page() -> Any:
    """Ask for a file or a code; say what was found on the same page."""
    here = shell.world()
    if request.method == "GET" or here is None:
        return _page(here)
    try:
        if request.form.get("by") == "code":
            return _by_code(here)
        return _by_file(here)
    except ServiceDown:
        return _page(
            here, errors=[("file", _("いまは確かめられません。しばらくしてから、もう一度ためしてください"))], status=503
        )


def _page(here: World | None, status: int = 200, **found: Any) -> Any:
    errors = found.pop("errors", [])
    return (
        render_template("papers/verify.html", world=here is not None, errors=errors, typed=request.form, **found),
        status,
    )


# --- a file --------------------------------------------------------------------------------------------------------------
def _by_file(here: World) -> Any:
    sent = request.files.get("file")
    content = sent.stream.read(MOST_BYTES + 1) if sent is not None else b""
    wrong = _wrong_file(content)
    if wrong:
        return _page(here, errors=[("file", wrong)], status=422)
    found = here.context.authorities.verify_paper(here.id, here.now, content)
    if found.why == "not-a-pdf":
        return _page(here, errors=[("file", _("PDFとして読めません。こわれているかもしれません"))], status=422)
    return _page(here, result=_result(here, found))


def _wrong_file(content: bytes) -> str | None:
    if not content:
        return _("PDFのファイルを選んでください")
    if len(content) > MOST_BYTES:
        return _("ファイルが大きすぎます。5メガバイトまで調べられます")
    return None if MAGIC in content[:WITHIN] else _("PDFではないファイルです。PDFを選んでください")


def _result(here: World, found: Verified) -> dict[str, Any]:
    title, body = VALID if found.valid else WRONG[found.why or "changed"]
    rows = [(_("署名した窓口"), found.signer), (_("署名した日時"), _moment(found.stamped_at or found.signed_at))]
    if found.valid:
        rows.append((_("受付番号"), arrival_number(found.arrival_number) if found.arrival_number else None))
    if found.why != "changed":
        rows += [
            (_("署名した窓口の証明書"), _certificate(here, found) if found.serial else None),
            (_("証明書の番号"), found.serial.upper() if found.serial else None),
            (_("証明書を出したところ"), found.issuer),
        ]
    return {
        "kind": "done" if found.valid else "warning" if found.why == "not-signed" else "problem",
        "title": _(title),
        "body": body,
        "rows": [(label, text) for label, text in rows if text],
    }


def _certificate(here: World, found: Verified) -> str:
    """Whether the signer's certificate counted when it signed, and whether it does today."""
    if found.why == "unknown-issuer":
        return _("この模擬の窓口のものではありません")
    if found.revoked_at is not None:
        day = full_date(found.revoked_at.date(), current_tag())
        text = _("{day}から使えません。署名したときは有効でした", day=day)
        return text if found.valid else _("{day}から使えません", day=day)
    if found.not_after is None:
        return ""
    day = full_date(found.not_after.date(), current_tag())
    if found.not_after < here.now:
        return _("{day}に期限が切れました。署名したときは有効でした", day=day)
    return _("有効です（{day}まで）", day=day)


def _moment(at: Any) -> str | None:
    return f"{full_date(at.date(), current_tag())} {at:%H:%M}" if at else None


# --- a code --------------------------------------------------------------------------------------------------------------
def _by_code(here: World) -> Any:
    number, code = (_typed(name) for name in ("number", "code"))
    missing = {"number": _("受付番号を入力してください"), "code": _("確認コードを入力してください")}
    errors = [(name, text) for name, text in missing.items() if not {"number": number, "code": code}[name]]
    if errors:
        return _page(here, errors=errors, status=422)
    paper = here.context.authorities.check_code(here.id, here.now, arrival_number(number), code)
    if paper is None:
        return _page(
            here, errors=[("code", _("この番号とコードの書類はありません。書類と見くらべてください"))], status=422
        )
    rows = [
        (_("書類"), gettext(paper.title)),
        (_("出した窓口"), gettext(paper.issuer)),
        (_("出した日時"), _moment(paper.issued_at)),
        (_("受付番号"), arrival_number(paper.arrival_number)),
    ]
    title = _("この番号とコードの書類は、出されています")
    body = "手もとの書類と見くらべてください。ほかの内容が変わっていないかは、PDFのファイルで調べてください。"
    return _page(here, result={"kind": "done", "title": title, "body": body, "rows": rows})


def _typed(name: str) -> str:
    """What was typed, in half-width capitals without spaces; empty for what cannot be a number or a code."""
    text = "".join(unicodedata.normalize("NFKC", request.form.get(name, "")).upper().split())
    return text if len(text) <= LONGEST else ""
