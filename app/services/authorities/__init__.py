"""The offices and companies that receive applications: arrival numbers, review in simulated time, effects on registers."""

from __future__ import annotations

from flask import Flask

from app.services.simcore import openapi, problems
from app.services.simcore.audit import AuditLog
from app.services.simcore.faults import Faults
from app.services.simcore.intake import refuse_real_numbers
from app.services.simcore.store import Store
from app.services.simcore.world import set_control_key

from . import api, catalogue, control_api, records
from .config import Config
from .effects import Registers
from .office import Office

MAX_BODY = 1_000_000  # bytes

_AUDIT = AuditLog(records.METADATA)
_FAULTS = Faults(records.METADATA)

__all__ = ["Config", "create_app"]


def create_app(config: Config) -> Flask:
    """The service as a WSGI application. Raises what `catalogue.load` raises when the definitions cannot be read."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    set_control_key(app, config.control_key)
    problems.install(app)
    refuse_real_numbers(app)
    store = Store(config.database_url, records.METADATA)
    registers = Registers(config.mynumber_url, config.control_key, config.timeout)
    office = Office(store, _AUDIT, catalogue.load(config.procedures), registers)
    app.extensions[api.EXTENSION] = api.Context(store, _FAULTS, office)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(control_api.blueprint)
    openapi.serve(
        app,
        "Hitomado: authorities (simulation)",
        "Receives applications for all fictional offices and companies. Nothing here is real; a legal My Number is refused.",
    )
    return app
