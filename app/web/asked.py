"""What an office asks to be corrected, and pages that are there only while it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import abort, redirect, url_for

from app.engine.facts import Key
from app.engine.lifecycle import State
from app.engine.resigning import Way
from app.engine.values import from_json
from app.engine.vocabulary import Item
from app.i18n import gettext as _
from app.web import shell
from app.web.words import lines
from app.world import correcting, outbox
from app.world.applications import key_of
from app.world.journeys import Journey
from app.world.outbox import Draft
from app.world.views import CaseView
from app.world.worlds import World


@dataclass(frozen=True)
class Asked:
    """A correction that an office waits for. ``draft``: what was answered so far."""

    here: World
    case: CaseView
    journey: Journey
    item: Item
    draft: Draft | None

    @property
    def name(self) -> str:
        """The fact that is asked for, as cases write it: `subject.item`."""
        return self.case.state.item or ""

    @property
    def key(self) -> Key:
        """The same, as journeys know it."""
        return key_of(self.name)

    @property
    def way(self) -> Way:
        """How the answer goes to the office."""
        return correcting.way_of(self.here, self.case)

    def standing(self) -> Sequence[str]:
        """What the office has now, in words."""
        entry = self.journey.entry(self.key)
        return lines(self.journey, self.key, from_json(self.item, entry.value)) if entry else [_("ありません")]


def _asked(n: int) -> Asked | None:
    """None where nothing is asked (any more), or the answer is on its way."""
    here = shell.world()
    assert here is not None
    case = here.case(n)
    if case is None:
        abort(403)
    journey = here.journey(case.journey)
    draft = outbox.draft_of(here.context, here.id, n)
    if case.state.state is not State.CORRECTION_REQUESTED or journey is None or not case.state.item:
        return None
    if draft is not None and draft.ready:
        return None
    item = journey.plan.item(key_of(case.state.item))
    if item is None:
        abort(404)
    return Asked(here, case, journey, item, draft)


def while_asked(view: Callable[[Asked], Any]) -> Callable[[int], Any]:
    """A page of a correction. Where nothing is asked the case says why."""

    @wraps(view)
    def shown(n: int) -> Any:
        asked = _asked(n)
        return redirect(url_for("cases.one", n=n), 303) if asked is None else view(asked)

    return shell.personal(shown)


def once_answered(view: Callable[[Asked, Draft], Any]) -> Callable[[int], Any]:
    """A page after the answer. Without one: first the answer."""

    @wraps(view)
    def shown(asked: Asked) -> Any:
        if asked.draft is None:
            return redirect(url_for("corrections.form", n=asked.case.n), 303)
        return view(asked, asked.draft)

    return while_asked(shown)
