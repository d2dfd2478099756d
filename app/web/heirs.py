"""「相続する人」: the family around a death, who inherits, and why. A page of its own, and its one line on the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Blueprint, abort, render_template, url_for

from app.engine.conditions.computed import family_of
from app.engine.conditions.truth import Env
from app.engine.facts import Facts, Key
from app.engine.heirs import Family, Inheritance, inherit
from app.engine.heirs.kin_facts import UNNAMED_DECEASED, UNNAMED_PARENT
from app.engine.heirs.tree import tree
from app.i18n import gettext
from app.i18n import gettext as _
from app.web import heir_words, links, shell
from app.web.words import who
from app.world.journeys import Journey

blueprint = Blueprint("heirs", __name__)
WITH_WILL = frozenset({"private", "kept", "notarial"})
DEATH = "death"  # the role, and the kind, of the death that a journey is about


@dataclass(frozen=True)
class Told:
    """What the facts say of a family. ``family``: None while facts are lacking; ``lacking``: their keys."""

    family: Family | None
    lacking: tuple[Key, ...]

    @property
    def inheritance(self) -> Inheritance | None:
        """Who inherits, once the family is known."""
        return None if self.family is None else inherit(self.family)


def told(facts: Facts, today: date) -> Told | None:
    """The family around the death that facts speak of; None where they speak of none, or nobody has named the family yet."""
    death, values = facts.roles.get(DEATH), facts.values()
    if death is None or not values.get((death, "family")):
        return None
    env = Env(values, {DEATH: death}, today)
    family = family_of(env, death)
    if family is None:
        return Told(None, tuple(dict.fromkeys(key for key in env.reads if key not in values)))
    return Told(_with_more(family, facts, values, death), ())


def _with_more(family: Family, facts: Facts, values: Mapping[Key, Any], death: str) -> Family:
    """What no share rests on, but the words beside it: births, nationality, a will, when the applicant knew."""
    people = tuple(
        replace(
            one,
            born=values.get((one.id, "birth_date")) or one.born,
            nationality=values.get((one.id, "nationality")),
        )
        for one in family.people
    )
    applicant, learned = facts.roles.get("applicant"), values.get((death, "learned"))
    knew = ((applicant, learned),) if applicant in {one.id for one in people} and learned else ()
    return replace(family, people=people, knew=knew, will=values.get((death, "will")) in WITH_WILL)


def view(facts: Facts, today: date, names: Mapping[str, str]) -> dict[str, Any] | None:
    """What the page's parts take, from the facts of a journey alone; None while the family is not known well enough."""
    found = told(facts, today)
    if found is None or found.family is None:
        return None
    everybody = {
        UNNAMED_PARENT: _("父か母（名前なし）"),
        UNNAMED_DECEASED: _("亡くなった方"),
        **names,
    }
    inheritance = inherit(found.family)
    return {
        "tree": heir_words.family_tree(tree(found.family, inheritance), inheritance, everybody),
        **heir_words.beside(inheritance, everybody),
    }


def summary(journey: Journey) -> dict[str, Any] | None:
    """The plan's line about the heirs: text, address, and whether they are worked out."""
    found = told(journey.facts, journey.today) if _tells_heirs(journey) else None
    if found is None:
        return None
    href = url_for("heirs.page", n=journey.n)
    inheritance = found.inheritance
    if inheritance is None:
        return {
            "text": _("家族のことがもう少し分かると、法律で決まった相続人が分かります。"),
            "href": href,
            "worked_out": False,
        }
    text = heir_words.heirs_sentence(inheritance, _names(journey))
    return {"text": text, "href": href, "worked_out": True}


@blueprint.get("/journeys/<int:n>/heirs")
@shell.personal
def page(n: int) -> Any:
    """Who inherits: the family tree, the same as a table, and what follows from it."""
    journey = shell.journey_or_404(n)
    found = told(journey.facts, journey.today) if _tells_heirs(journey) else None
    if found is None:
        abort(404)
    return render_template(
        "heirs/heirs.html",
        n=n,
        event_title=gettext(journey.event.definition.title),
        view=view(journey.facts, journey.today, _names(journey)),
        lacking=[_lacking(journey, key) for key in found.lacking],
    )


def _tells_heirs(journey: Journey) -> bool:
    """Whether the event is about a death whose heirs are worked out."""
    role = journey.event.definition.roles.get(DEATH)
    item = journey.event.vocabulary.item(DEATH, "heirs") if role is not None and role.kind == DEATH else None
    return item is not None and item.computed == "heirs"


def _names(journey: Journey) -> dict[str, str]:
    return {id_: who(journey, id_) for id_, kind in journey.facts.kinds.items() if kind == "person"}


def _lacking(journey: Journey, key: Key) -> tuple[str, str]:
    """What is not known yet, and where it can be answered."""
    item = journey.plan.item(key)
    label = gettext(item.label) if item is not None else ""
    named = journey.facts.kinds.get(key[0]) == "person"
    text = _("{who}の{item}", who=who(journey, key[0]), item=label) if named else label
    return text, links.change(journey, key)
