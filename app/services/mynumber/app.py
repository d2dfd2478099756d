"""The service as a Flask application."""

from __future__ import annotations

from typing import Any

from flask import Flask
from jinja2 import FileSystemLoader

from app.services.mynumber import (
    control_api,
    identity_api,
    mandates_api,
    pages,
    registers_api,
    self_information_api,
    shell,
    signing_api,
    tokens_api,
    updates_api,
)
from app.services.mynumber.certificates import Authority
from app.services.mynumber.config import OPENID, Config
from app.services.mynumber.context import EXTENSION, Context
from app.services.mynumber.keys import load_keys
from app.services.mynumber.oauth import Provider
from app.services.mynumber.places import read_municipalities
from app.services.mynumber.providers import Providers
from app.services.mynumber.tables import metadata
from app.services.simcore.personas import read_items
from app.services.simcore.service import create

TITLE = "mynumber（模擬）"
ABOUT = (
    "Identity in the shape of デジタル認証アプリ, the registers behind マイナンバー, and signing with a synthetic card. A simulator: "
    "everybody in it is made up, and a legally valid My Number is refused wherever it comes in.\n\n"
    "Tier T1: follows a public specification. T2: rebuilt from public client code. T3: the simulator's own. "
    "Every call but those of the browser belongs to a world (`X-Sim-World`) and to a simulated moment (`X-Sim-Now`)."
)
TARGETS = (
    "identity, token, sign, updates, crl, register:<id>, * for all. Kinds partial, unsupported, mismatch, stale and refused shape the "
    "answers of registers."
)
# What a browser may reach where the service is mounted into a site.
BROWSER_PATHS = (
    OPENID + "/auth",
    "/choose",
    "/card",
    "/signature",
    "/reset",
    "/restore",
    "/cancel",
    "/language",
    "/furigana",
)


def create_app(config: Config) -> Flask:
    """The whole service, on its own store."""
    app = Flask(__name__, static_folder=str(config.static), static_url_path="/static")
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_NAME="hitomado_identity",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,  # the pages check; the back channel has no session
        WTF_CSRF_TIME_LIMIT=config.request_seconds,
        WTF_CSRF_SSL_STRICT=False,
    )
    items = read_items(config.procedures)
    _, base = create(
        "mynumber", TITLE, ABOUT, config, metadata, populate=control_api.populate(items), targets=TARGETS, app=app,
    )  # fmt: skip
    store = base.store
    keys = load_keys(store)
    provider = Provider(config, store, keys)
    app.extensions[EXTENSION] = Context(
        config, store, keys, provider, Authority(keys.authority), items,
        read_municipalities(config.procedures),
        Providers(config.providers, config.control_key, config.provider_seconds),
    )  # fmt: skip
    app.jinja_loader = FileSystemLoader(config.templates)
    provider.init_app(app)
    pages.csrf.init_app(app)
    shell.install(app)
    for api in (
        identity_api, tokens_api, signing_api, registers_api, updates_api, self_information_api, mandates_api, control_api,
    ):  # fmt: skip
        app.register_blueprint(api.blueprint)
    app.register_blueprint(tokens_api.keys_blueprint)
    app.register_blueprint(pages.blueprint)
    return app


class BrowserOnly:
    """WSGI middleware for mounting into a site: the pages and their files, and nothing of the back channel."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        path = environ.get("PATH_INFO", "")
        if path in BROWSER_PATHS or path.startswith("/static/"):
            return self._app(environ, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "0")])
        return [b""]
