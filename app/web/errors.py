"""Pages for what went wrong: what happened, what is kept, what to do. No numbers, no traces, nothing personal."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from flask import Flask, Response, g, make_response, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.gateway.base import ServiceDown
from app.i18n import gettext as _

logger = logging.getLogger(__name__)


def page(status: int, title: str, body: list[str], links: list[tuple[str, str]], **extra: Any) -> Response:
    """An error page. ``links``: the way on, the main one first."""
    html = render_template("errors/error.html", page_title=title, body=body, links=links, **extra)
    return make_response(html, status)


def install(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(404, _absent)
    app.register_error_handler(405, _absent)
    app.register_error_handler(403, _forbidden)
    app.register_error_handler(413, _too_large)
    app.register_error_handler(429, _too_many)
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(ServiceDown, _service_down)
    app.register_error_handler(HTTPException, _absent)
    app.register_error_handler(Exception, _broken)


def stale(changed: list[dict[str, Any]], href: str) -> Response:
    """409: something else was saved since the page was made. ``changed``: rows of name, yours, now."""
    body = ["ほかの画面で答えが変わりました。この画面の内容は、まだ送っていません。"]
    return page(409, _("内容が新しくなりました"), body, [(_("新しい内容を見る"), href)], changed=changed)


def real_number(href: str) -> Response:
    """422: the input looks like a real My Number."""
    body = [
        "本物のマイナンバーのように見えます。保存も記録もしていません。",
        "この練習では、マイナンバーを入力することはありません。",
    ]
    return page(422, _("この番号は入力できません"), body, [(_("入力の画面に戻る"), href)], failed=True)


def _home() -> tuple[str, str]:
    return _("ホームへ"), url_for("home.home")


def _absent(error: Exception) -> Response:
    body = ["アドレスが古いか、まちがっているかもしれません。あなたの答えは、なくなっていません。"]
    links = [_home(), (_("手続の説明を探す"), url_for("library.procedures"))]
    return page(404, _("ページが見つかりません"), body, links)


def _forbidden(error: Exception) -> Response:
    body = ["ほかの人のページか、もうないページです。"]
    return page(
        403, _("このページは見られません"), body, [_home(), (_("だれとして試すか選ぶ"), url_for("start.choose"))]
    )


def _too_large(error: Exception) -> Response:
    body = ["ファイルは5メガバイトまでです。小さくしてから、もう一度選んでください。"]
    return page(413, _("ファイルが大きすぎます"), body, [(_("前の画面に戻る"), request.path)])


def _too_many(error: Exception) -> Response:
    body = ["しばらくの間に、何度も開かれました。1分ほど待ってから、開いてください。"]
    return page(429, _("少し待ってください"), body, [(_("このページをもう一度開く"), request.path)])


def _expired_form(error: Exception) -> Response:
    body = ["画面を開いてから時間がたったため、送れませんでした。前に保存した答えは残っています。"]
    links = [(_("この画面をもう一度開く"), request.path), _home()]
    return page(400, _("もう一度送ってください"), body, links, typed=_typed())


def _typed() -> list[str]:
    """What was in the form, so that nothing typed is lost. Secrets are left out."""
    hidden = ("csrf_token", "based_on", "pin")
    return [value for name, value in request.form.items() if name not in hidden and value][:20]


def _service_down(error: ServiceDown) -> Response:
    body = ["相手の窓口のシステムから返事がありません。入力した内容は残っています。二重に提出されることはありません。"]
    return page(503, _("いまは使えません"), body, [(_("もう一度ためす"), request.path), _home()])


def _broken(error: Exception) -> Response:
    code = "-".join((secrets.token_hex(1), secrets.token_hex(1))).upper()
    # The log gets the kind and place of the failure, never values: they may be personal.
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    logger.error("%s %s at %s on %s", code, type(error).__name__, place, request.endpoint)
    g.pop("world", None)
    body = ["答えは、最後に「続ける」を押したところまで残っています。二重に提出されることはありません。"]
    return page(500, _("うまく動きませんでした"), body, [(_("もう一度ためす"), request.path), _home()], code=code)
