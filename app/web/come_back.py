"""Going on in another browser: make a link with words, type the words there, see and end what came in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import segno
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from markupsafe import Markup, escape

from app.formats import full_date
from app.i18n import SOURCE, current_tag
from app.i18n import gettext as _
from app.web import live, once, shell
from app.web.errors import page as error_page
from app.web.notices import flashed
from app.web.papercodes import QUIET
from app.world import devices
from app.world.devices import Device, Offer
from app.world.worlds import World

blueprint = Blueprint("come_back", __name__)

JAPAN = timedelta(hours=9)
KEPT = ("furigana", "scheme", "contrast")
"""What belongs to the browser, not to the visitor."""
STOPPED = {
    "used": ("このリンクは、もう使われました", "リンクは1回だけ使えます。"),
    "expired": ("このリンクは、期限が過ぎました", "リンクは24時間だけ使えます。"),
    "dead": ("このリンクは、使えなくなりました", "合言葉を5回まちがえました。ほかの人に使われないように、止めました。"),
    "ended": ("このリンクは、止められました", "始めた端末で、止めました。"),
}
NO_LINK = ("リンクが見つかりません", "アドレスが途中で切れているか、新しいリンクに変わりました。")


def _here() -> World:
    here = shell.world()
    assert here is not None
    return here


# --- where it begins --------------------------------------------------------------------------------------------------------
@blueprint.get("/settings/devices")
@shell.personal
def page() -> Any:
    """Make a link, see which browsers came in, end them. The address and the words of a new link are shown once."""
    here = _here()
    offer = _shown_once(here)
    address = url_for("come_back.arrive", token=offer.token, _external=True) if offer else ""
    rows = devices.devices(here)
    return render_template(
        "come_back/page.html",
        offer=offer,
        address=address,
        code=qr(address, _("リンクの四角い模様（QRコード）。下のリンクと同じです")) if offer else "",
        waiting=next(
            ({"n": row.n, "until": real_moment(row.expires_at)} for row in rows if row.standing == "open"), None
        ),
        used=[_row(row) for row in rows if row.standing == "used"],
        notice=flashed(),
        n=here.newest_journey,
    )


def _row(device: Device) -> dict[str, Any]:
    assert device.used_at is not None
    return {"n": device.n, "since": real_moment(device.used_at), "own": session.get("device") == device.n}


@blueprint.post("/settings/devices")
@shell.personal
def make() -> Any:
    """A new link. In Japanese pages the words are words; elsewhere they are digits, which every keyboard has."""
    here = _here()
    made = devices.offer(here, in_words=current_tag().startswith(SOURCE))
    once.keep(here, "offer", [made.n, made.token, made.words])
    return redirect(url_for("come_back.page"), 303)


@blueprint.post("/settings/devices/<int:n>/end")
@shell.personal
def end(n: int) -> Any:
    """End a link that waits, or shut out the browser that came in by it."""
    own = session.get("device") == n
    if devices.end(_here(), n):
        flash(_("止めました。そこからは、もう開けません"), "done")
    return redirect(url_for("come_back.shut_out" if own else "come_back.page"), 303)


def _shown_once(here: World) -> Offer | None:
    """The link that was just made. It is taken out of the session: a second look does not show it."""
    kept = once.take(here, "offer")
    return Offer(*kept) if kept else None


# --- where it goes on ---------------------------------------------------------------------------------------------------------
@blueprint.get("/continue/<token>")
def arrive(token: str) -> Any:
    """From the link to an address without the token. Nothing is used up: programs that look at links in advance do no harm."""
    session["coming"] = devices.digest(token)
    return redirect(url_for("come_back.words"), 303)


@blueprint.get("/continue")
def words() -> Any:
    """Ask for the words."""
    found = devices.look_up(shell.context(), session.get("coming", ""))
    if found is None or found.standing != "open":
        return _stopped(found)
    return _ask(found)


@blueprint.post("/continue")
def enter() -> Any:
    """The words are right: this browser goes on. Wrong: say how many tries are left."""
    typed = request.form.get("words", "")
    if not devices.plain(typed):
        found = devices.look_up(shell.context(), session.get("coming", ""))
        return _ask(found, _("合言葉を入力してください")) if found and found.standing == "open" else _stopped(found)
    result = devices.enter(shell.context(), session.get("coming", ""), typed)
    if result is None or (result.world is None and result.device.standing != "open"):
        return _stopped(result.device if result else None)
    if result.world is None:
        return _ask(result.device, _("合言葉が違います。あと{n}回です", n=result.device.tries_left))
    _take_over(result.world, result.device.n)
    flash(_("この端末で続けられます"), "done")
    newest = result.world.newest_journey
    return redirect(url_for("plan.plan_page", n=newest) if newest else url_for("home.home"), 303)


def _ask(device: Device, error: str = "") -> Any:
    here = shell.world()
    errors = [("words", error)] if error else []
    shown = render_template(
        "come_back/words.html",
        errors=errors,
        tries=_("あと{n}回まで入力できます", n=device.tries_left),
        other=here is not None and "device" not in session,
    )
    return shown, 422 if errors else 200


def _stopped(device: Device | None) -> Any:
    session.pop("coming", None)
    title, body = STOPPED.get(device.standing, NO_LINK) if device else NO_LINK
    ways = [(_("ホームへ"), url_for("home.home"))]
    return error_page(
        410, _(title), [body, "始めた端末で、新しいリンクを作ってください。答えは、なくなっていません。"], ways
    )


def _take_over(world: World, n: int) -> None:
    """This browser's session becomes one of the world. A practice of its own that it had before is left behind as when a new one begins."""
    old = shell.world()
    if old is not None and old.id != world.id and "device" not in session:
        old.delete()
    live.sign_out()
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept, world=world.id, device=n)
    shell.extend_session()


@blueprint.get("/continue/ended")
def shut_out() -> Any:
    """The other device has ended this one."""
    shell.world()
    session.pop("shut_out", None)
    return render_template("come_back/ended.html")


# --- words and pictures ---------------------------------------------------------------------------------------------------------
def qr(address: str, said: str) -> Markup:
    """The address as a picture in the page: dark on white in every scheme, with the white border that readers need. ``said``: its name."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        border=QUIET, omitsize=True, dark="#000", light="#fff", svgclass="qr", lineclass=None
    )
    return Markup(drawn.replace("<svg ", f'<svg role="img" aria-label="{escape(said)}" ', 1))


def real_moment(when: datetime) -> str:
    """A real moment in words, in Japan's time."""
    local = when + JAPAN
    time = _("{hour}時{minute}分", hour=local.hour, minute=f"{local.minute:02}")
    return _("{day} {time}（実際の時刻）", day=full_date(local.date(), current_tag()), time=time)
