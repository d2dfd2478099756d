"""The site's database: SQLite in WAL mode, or PostgreSQL by URL.

Write units run one after the other, so that what one reads is still true when it writes. On SQLite they begin with BEGIN IMMEDIATE: a
deferred transaction that reads and then writes fails under load instead of waiting. On PostgreSQL they take an advisory lock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, Select, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.store.sealing import Seal

MIGRATIONS = Path(__file__).parent / "migrations"
WRITERS = 0x68697477  # the advisory lock of all write units


class Database:
    """Sessions for reading and for writing, and the seal of this installation."""

    def __init__(self, url: str, storage_key: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self._asking = self.engine.execution_options(asks_once=True)
        self.seal = Seal(storage_key)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that changes nothing."""
        with Session(self.engine) as session:
            yield session

    def ask(self, statement: Select[Any], values: Mapping[str, Any]) -> Row[Any] | None:
        """The first row of one question, which needs no transaction around it. For what every page asks: half the time of a session."""
        with self._asking.connect() as connection:
            return connection.execute(statement, values).first()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A unit of work: committed as a whole when the block ends well, else rolled back."""
        with Session(self.engine.execution_options(writes=True)) as session, session.begin():
            yield session

    def upgrade(self) -> None:
        """Bring the tables to the newest version. Where they are, as at most starts, the tool for it is not even loaded: that alone takes
        longer than to open the store."""
        if self._version() == max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")):
            return
        from alembic import command
        from alembic.config import Config as AlembicConfig

        config = AlembicConfig()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("sqlalchemy.url", self.url.replace("%", "%%"))
        command.upgrade(config, "head")

    def _version(self) -> str | None:
        """Of the tables that are there; None for a store without any."""
        try:
            with self.engine.connect() as connection:
                return connection.scalar(text("SELECT version_num FROM alembic_version"))
        except DBAPIError:
            return None

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() == "postgresql":
        return _postgresql(url)
    engine = create_engine(url, connect_args={"timeout": 10})

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        options = connection.get_execution_options()
        if not options.get("asks_once"):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")

    return engine


def _postgresql(url: str) -> Engine:
    engine = create_engine(url, pool_pre_ping=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if connection.get_execution_options().get("writes"):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS})")

    return engine
