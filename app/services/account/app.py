"""The service as a Flask application."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from sqlalchemy import Connection

from app.services.account import bank_api, control_api, office_api, own_api, register_api
from app.services.account.config import Config
from app.services.account.context import EXTENSION, Context
from app.services.account.due import do_due
from app.services.account.household import populate
from app.services.account.tables import metadata
from app.services.simcore import callers
from app.services.simcore.personas import read_items
from app.services.simcore.service import create

NAME = "account"
TITLE = "account（模擬）"
ABOUT = (
    "公金受取口座: one account in one's own name, registered, changed and erased by the person; looked up by offices with purpose and legal basis; "
    "corrected ex officio after mergers, closures, deaths and changes of name; and a mock bank that checks names. A simulator: nobody and no "
    "bank in it exists.\n\n"
    "Tier T2: rebuilt from public client code (the names of self-information 89). T3: the simulator's own; the interfaces of 口座情報登録・連携システム are "
    "not public.\n\n"
    "Assumptions: the times of the other routes; that a former name is refused; that 45 days are 45 times 24 hours; which of the notices 17, 18 "
    "and 19 is which; the check digit of a 記号; the letters ヰ, ヱ and the middle dot in transfer files; purpose codes."
)
TARGETS = "registration, bank, inquiries, consents, letters, history, register:account, updates, events, * for all."


def create_app(config: Config) -> Flask:
    """The whole service, on its own store."""

    def due(connection: Connection, world: str, now: datetime) -> None:
        do_due(core, connection, world, now)

    app, core = create(NAME, TITLE, ABOUT, config, metadata, populate=populate, due=due, targets=TARGETS)
    callers.install(app, config.mynumber_url, config.control_key, config.timeout)
    app.extensions[EXTENSION] = Context(config, core, read_items(config.procedures))
    for api in (own_api, office_api, bank_api, register_api, control_api):
        app.register_blueprint(api.blueprint)
    return app
