"""A service's own store: SQLAlchemy Core over SQLite (WAL) or any database URL. Every table is keyed by world first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, delete, event
from sqlalchemy.engine import make_url

BUSY_MS = 10_000
IMMEDIATE = "sim_immediate"


def _prepare_sqlite(engine: Engine) -> None:
    """WAL, and transactions that we begin ourselves: the driver's own BEGIN is late and upgrades locks half-way."""

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", f"busy_timeout={BUSY_MS}", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get(IMMEDIATE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


class Store:
    """Tables of one service. `read()` sees one snapshot; `write()` holds the write lock from its first statement on."""

    def __init__(self, url: str, metadata: MetaData) -> None:
        self.metadata = metadata
        self._engine = create_engine(url)
        if make_url(url).get_backend_name() == "sqlite":
            _prepare_sqlite(self._engine)
        with self.write() as connection:
            metadata.create_all(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One snapshot."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: kept whole or not at all."""
        with self._engine.connect().execution_options(**{IMMEDIATE: True}) as connection, connection.begin():
            yield connection

    def forget(self, connection: Connection, world: str) -> None:
        """Delete everything that belongs to a world."""
        for table in reversed(self.metadata.sorted_tables):
            if "world" in table.c:
                connection.execute(delete(table).where(table.c.world == world))

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()
