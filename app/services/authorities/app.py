"""The service as a Flask application."""

from __future__ import annotations

from flask import Flask

from app.services.simcore import callers
from app.services.simcore.service import create

from . import api, catalogue, connectors_api, control_api, documents_api, egov_api, egov_filing, pull_api, records
from .archive import Archive
from .config import Config
from .connectors import connector_for
from .desk import StaffedOffice
from .effects import Registers
from .gateway import Gateway

TITLE = "Hitomado: authorities (simulation)"
ABOUT = (
    "Receives applications for all fictional offices and companies. Nothing here is real; a legal My Number is refused."
)
TARGETS = "authority:<id>, procedure:<id>, events, documents, pull, egov, * for all. Kind refused: the office's no."
MAX_BODY = 6_000_000  # bytes


def create_app(config: Config) -> Flask:
    """The service as a WSGI application. Raises what `catalogue.load` raises when the definitions cannot be read."""
    registers = Registers(config.mynumber_url, config.control_key, config.timeout)
    definitions = catalogue.load(config.procedures)
    app, base = create(
        "authorities",
        TITLE,
        ABOUT,
        config,
        records.METADATA,
        populate=control_api.populate,
        forget=lambda world: office.forget(world),
        settle=lambda world, now: office.advance(world, now),
        targets=TARGETS,
        needs_household=False,
        offers_events=False,  # it has its own
        max_body=MAX_BODY,
    )
    office = StaffedOffice(
        base.store, base.audit, definitions, registers, connector_for(config, base.store, definitions)
    )
    archive = Archive(base.store, definitions, office)
    gateway = Gateway(base.store, definitions, office, archive)
    app.extensions[api.EXTENSION] = api.Context(base, office, definitions, archive, gateway, config.systems)
    callers.install(app, config.mynumber_url, config.control_key, config.timeout)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(control_api.blueprint)
    app.register_blueprint(connectors_api.blueprint)
    app.register_blueprint(documents_api.blueprint)
    app.register_blueprint(pull_api.blueprint)
    app.register_blueprint(pull_api.desks)
    app.register_blueprint(egov_filing.blueprint)
    app.register_blueprint(egov_api.blueprint)
    return app
