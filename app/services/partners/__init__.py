"""The companies, schools and employers that are told of a move: each with its own ways, behind one interface."""

from __future__ import annotations

from flask import Flask

from app.services.partners import api, control_api, tables
from app.services.partners.config import Config
from app.services.partners.desk import Desk
from app.services.partners.partners import load
from app.services.simcore.service import create

TITLE = "partners（模擬）"
ABOUT = (
    "住所変更受付: electricity, gas, water, bank, insurer, carrier, line, post, broadcaster, credit card, employer, school and landlord, all "
    "fictional, behind one interface. Asynchronous: a notice is kept (202) and its steps follow in simulated time, by CloudEvents to "
    "webhooks, by `GET /events` or by asking.\n\n"
    "Tier T3 throughout: none of the companies' real connections are public. What was assumed of each partner is told by "
    "`GET /v1/partners` (`assumes`). The employment certificate follows the fields of the national standard form as remembered."
)
TARGETS = "partner:<id>, kind:<kind of partner>, events, webhooks, * for all."

__all__ = ["Config", "create_app"]


def create_app(config: Config) -> Flask:
    """The service as a WSGI application. Raises what `partners.load` raises where its table does not hold together."""
    partners = load(config.procedures)
    app, base = create(
        "partners",
        TITLE,
        ABOUT,
        config,
        tables.metadata,
        populate=lambda db, world, household, now: control_api.populate(partners, db, world, household, now),
        due=lambda db, world, now: desk.run(db, world, now),
        targets=TARGETS,
        needs_household=False,
    )
    desk = Desk(base, partners)
    app.extensions[api.EXTENSION] = api.Context(base, desk)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(control_api.blueprint)
    return app
