"""Help, and what this simulator is and does with data. The same place on every page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from app.web import shell

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
def help_page() -> Any:
    """How it works and whom to ask."""
    offices = [
        a for a in shell.context().library.authorities.values() if a.kind in ("municipality", "ward") and a.counter
    ]
    return render_template("help/help.html", offices=offices)


@blueprint.get("/about-simulation")
def about() -> Any:
    """What is simulated, what is real law, what is not known."""
    library = shell.context().library
    procedures = [p.definition for event in library.events.values() for p in event.procedures]
    marked = sum(1 for procedure in procedures if procedure.sources.unverified)
    return render_template("help/about.html", total=len(procedures), marked=marked, sources=len(library.sources))


@blueprint.get("/accessibility")
def accessibility() -> Any:
    """What was tested by machine, what was not tested by people."""
    return render_template("help/accessibility.html")


@blueprint.get("/privacy")
def privacy() -> Any:
    """What is kept, for how long, and how to remove it."""
    return render_template("help/privacy.html")
