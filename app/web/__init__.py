"""The citizen's pages: one blueprint a stage. ``create_app`` joins them to the shell."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from app.config import Config
from app.htmx import htmx
from app.web import capacities, errors, shell
from app.world.context import Context

BLUEPRINTS = (
    "home", "start", "triage", "consent", "plan", "heirs", "questions", "review", "sign", "cases", "inbox", "mydata", "settings", "time", "help", "library",
    "developers", "calendar", "papers", "verify", "capacities", "mandates", "live", "come_back", "corrections", "signers", "confirm",
)  # fmt: skip
HOURS_A_FORM_LIVES = 8


def create_app(context: Context, config: Config) -> Flask:
    """The site as a WSGI app, without the services."""
    app = Flask("app", template_folder="templates", static_folder="static")
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_NAME="hitomado",
        MAX_CONTENT_LENGTH=6 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=HOURS_A_FORM_LIVES * 3600,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.extensions["hitomado"] = context
    app.extensions["hitomado.config"] = config
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    CSRFProtect(app)
    htmx.init_app(app)
    shell.install(app)
    errors.install(app)
    app.context_processor(capacities.on_every_page)
    for name in BLUEPRINTS:
        module: Any = import_module(f"app.web.{name}")
        app.register_blueprint(module.blueprint)
    return app
