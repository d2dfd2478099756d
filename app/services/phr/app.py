"""The service as a Flask application."""

from __future__ import annotations

from flask import Flask
from flask_wtf.csrf import generate_csrf
from jinja2 import FileSystemLoader

from app.services.phr import control_api, fhir_api, outcomes, pages, register_api, smart_api
from app.services.phr.config import FHIR, Config
from app.services.phr.context import EXTENSION, Context, base_url, told_now
from app.services.phr.oauth import Provider
from app.services.phr.relying import MyNumber
from app.services.phr.tables import metadata
from app.services.phr.world import make_world, move_clock
from app.services.simcore.personas import read_items
from app.services.simcore.service import create

NAME = "phr"
TITLE = "phr（模擬）"
ABOUT = (
    "Health records of synthetic people as FHIR R4 (checked by R4B models): vaccinations, check-ups of infants, schools and adults, "
    "medicines, medical-expense notices and the mother-and-child record. Apps get at them by SMART App Launch and the person's consent, "
    "by category and for at most 90 days of simulated time. A simulator: nobody in it exists.\n\n"
    "Tier T1: follows a public specification (FHIR R4, SMART App Launch, OAuth 2.0, OpenID Connect). T3: the simulator's own.\n\n"
    "Assumptions: histories are derived from birth date, sex and insurance by schedules as of 2026, simplified; codes of JLAC10, LOINC and "
    "CVX are quoted from memory and tagged `simulated`; consent by category and period is our own shape, since the interfaces of the "
    "public health-record services are not public. Left out: the XML forms of マイナポータル医療情報取得, `_include`, history and writing."
)
# Where a browser goes; everything else is back channel.
BROWSER_PATHS = ("/authorize", "/sign-in", "/signed-in", "/consent", "/consents")

TARGETS = "fhir, sign-in, updates, register:maternal, category:<consent category>, * for all."


def create_app(config: Config) -> Flask:
    """The whole service, on its own store."""
    app = Flask(__name__, static_folder=str(config.static), static_url_path="/static")
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_NAME="hitomado_phr",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,  # the pages check; the back channel has no session
        WTF_CSRF_SSL_STRICT=False,
    )
    app, core = create(
        NAME, TITLE, ABOUT, config, metadata, populate=make_world, due=move_clock, targets=TARGETS, offers_events=False, app=app
    )  # fmt: skip
    provider = Provider(config, core.store, base_url, told_now)
    mynumber = None
    if config.mynumber_url and config.mynumber_key:
        mynumber = MyNumber(
            config.mynumber_url, config.mynumber_client, config.mynumber_key, browser=config.mynumber_browser,
            control_key=config.control_key, timeout=config.timeout, clock=config.timestamp,
        )  # fmt: skip
    app.extensions[EXTENSION] = Context(config, core, provider, mynumber, read_items(config.procedures))
    app.jinja_loader = FileSystemLoader(config.templates)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["csrf_token"] = generate_csrf
    provider.init_app(app)
    pages.csrf.init_app(app)
    outcomes.install_beneath(app, FHIR)
    for api in (smart_api, pages, fhir_api, register_api, control_api):
        app.register_blueprint(api.blueprint)
    return app
