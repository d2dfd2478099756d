"""What stands around every page: header, menu, footer. It follows from a few things alone, so it is put together once for each of them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from flask import url_for

from app import i18n
from app.formats import full_date
from app.i18n import gettext as _


class Surroundings(NamedTuple):
    """All that header, menu and footer follow from; nothing of it is one person's. ``root``: the language as in an address;
    ``today``: the world's day, None without a world; ``newest``: its newest journey; ``unread``: its unread letters."""

    tag: str
    furigana: bool
    root: str
    path: str
    query: str
    blueprint: str
    today: date | None
    signed_in: bool
    newest: int | None
    unread: int
    scheme: str | None
    contrast: str | None


@lru_cache(maxsize=512)
def around(these: Surroundings) -> dict[str, Any]:
    """``shell`` of base.html. To be called within a request of these surroundings: its addresses begin with ``root``."""
    return {
        "product": _("ひとまど"),
        "product_title": _("ひとまど（模擬）"),
        "home_href": url_for("home.home"),
        "simulation": _simulation(these.today),
        "languages": _languages(these),
        "languages_href": None,
        "furigana": {"on": these.furigana, "action": url_for("settings.furigana", back=these.path)}
        if these.tag == "ja-simple"
        else None,
        "nav": _nav(these),
        "help_href": url_for("help.help_page"),
        "footer": _footer(these),
        "session": {"extend_href": url_for("settings.extend"), "end_href": url_for("settings.end")},
        "scheme": these.scheme,
        "contrast": these.contrast,
        "pieces": {},
    }


def _simulation(today: date | None) -> dict[str, Any] | None:
    if today is None:
        return None
    return {
        "iso": today.isoformat(),
        "text": full_date(today, i18n.current_tag()),
        "href": url_for("time.control"),
        "reset_href": url_for("settings.reset"),
    }


def _languages(these: Surroundings) -> list[dict[str, Any]]:
    """This page in every language. After a failed form the page itself is asked anew, with what was saved."""
    rest = these.path + (f"?{these.query}" if these.query else "")
    return [
        {
            "tag": tag.tag,
            "name": tag.name,
            "href": ("" if tag.tag == i18n.SOURCE else f"/{tag.tag}") + rest,
            "current": tag.tag == these.tag,
        }
        for tag in i18n.TAGS.values()
    ]


def _nav(these: Surroundings) -> list[dict[str, Any]]:
    entries: list[tuple[str, str, str]] = [(_("ホーム"), url_for("home.home"), "home")]
    if these.signed_in:
        if these.newest is not None:
            entries.append((_("手続の計画"), url_for("plan.plan_page", n=these.newest), "plan"))
        inbox = _("お知らせ（{n}）", n=these.unread) if these.unread else _("お知らせ")
        entries += [
            (_("手続の状況"), url_for("cases.list_cases"), "cases"),
            (inbox, url_for("inbox.list_letters"), "inbox"),
            (_("わたしの情報"), url_for("mydata.overview"), "mydata"),
        ]
    entries += [
        (_("手続の説明"), url_for("library.procedures"), "library"),
        (_("設定"), url_for("settings.display"), "settings"),
    ]
    return [{"text": text, "href": href, "current": these.blueprint == name} for text, href, name in entries]


def _footer(these: Surroundings) -> list[tuple[str, str]]:
    links = [
        (_("ひとまどとは（模擬のサービス）"), url_for("help.about")),
        (_("アクセシビリティ"), url_for("help.accessibility")),
        (_("情報の扱い"), url_for("help.privacy")),
        (_("開発する方へ"), url_for("developers.overview")),
    ]
    return [*links, (_("別の端末で続ける"), url_for("come_back.page"))] if these.signed_in else links
