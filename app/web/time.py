"""The simulated date: forward only."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

from flask import Blueprint, render_template, request, url_for

from app.engine.lifecycle import Event
from app.formats import full_date
from app.i18n import current_tag
from app.i18n import gettext as _
from app.typed import DateProblem, parse_date
from app.web import deadlineviews, shell
from app.web.caseviews import event_text, title
from app.web.words import to_the_minute
from app.world.views import CaseView
from app.world.worlds import World

blueprint = Blueprint("time", __name__)

HOURS = {"1h": 1, "4h": 4}
STEPS = {
    "1h": "1時間",
    "4h": "4時間",
    "1": "1日",
    "3": "3日",
    "7": "7日",
    "event": "次に何かが起こる日まで",
    "day": "日を選ぶ",
}
FAR = 366


@blueprint.route("/time", methods=["GET", "POST"])
@shell.personal
def control() -> Any:
    """Go on to another day, and see what happened meanwhile."""
    here = shell.world()
    assert here is not None
    step = request.form.get("step", "")
    errors: list[tuple[str, str]] = []
    typed = {part: request.form.get(f"day-{part}", "") for part in ("era", "year", "month", "day")}
    days: int | None = None
    if request.method == "POST":
        days, errors = _days(here, step, typed)
        if not errors:
            return _result(here, days, HOURS.get(step, 0))
    field: dict[str, Any] = {
        "name": "step",
        "label": _("どこまで進めますか"),
        "value": step or None,
        "choices": [(value, _(text)) for value, text in STEPS.items()],
    }
    field["errors"] = [text for id_, text in errors if id_ == "step"]
    chosen: dict[str, Any] = {"name": "day", "label": _("進める日"), **typed, "era": typed["era"] or "reiwa"}
    chosen["errors"] = [text for id_, text in errors if id_ != "step"]
    today = to_the_minute(here.now)
    return render_template(
        "time/control.html", field=field, day=chosen, errors=errors, today=today
    ), 422 if errors else 200


def _days(here: World, step: str, typed: dict[str, str]) -> tuple[int | None, list[tuple[str, str]]]:
    if step not in STEPS:
        return None, [("step", _("どこまで進めるか選んでください"))]
    if step == "event":
        return None, []
    if step in HOURS:
        return 0, []
    if step != "day":
        return int(step), []
    parsed = parse_date(typed["era"] or "reiwa", typed["year"], typed["month"], typed["day"])
    if isinstance(parsed, DateProblem):
        return None, [("day-year", _("進める日を、年・月・日で入力してください"))]
    assert isinstance(parsed, date)
    days = (parsed - here.today).days
    if not 0 < days <= FAR:
        return None, [("day-year", _("今日より後で、1年以内の日を入力してください"))]
    return days, []


def _case_news(here: World, event: Event, case: CaseView) -> dict[str, str]:
    return {
        "title": title(here, case),
        "text": event_text(event, case, here),
        "href": url_for("cases.one", n=case.n),
    }


def _result(here: World, days: int | None, hours: int) -> Any:
    before, read = here.now, max((letter.n for letter in here.letters()), default=0)
    news = [(event.at, _case_news(here, event, case)) for event, case in here.advance(days, hours)]
    news += [
        (letter.letter.at, {"title": letter.subject, "text": letter.meaning, "href": url_for("inbox.read", n=n)})
        for n, letter in deadlineviews.letters(here).items()
        if n > read
    ]
    news.sort(key=lambda one: one[0])
    tag = current_tag()
    groups = [
        {"day": full_date(day, tag), "news": [row for _at, row in happened]}
        for day, happened in groupby(news, key=lambda one: one[0].date())
    ]
    return render_template("time/result.html", groups=groups, before=to_the_minute(before), now=to_the_minute(here.now))
