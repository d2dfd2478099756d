"""A service's own store: SQLAlchemy Core over SQLite (WAL) or PostgreSQL. Every table is keyed by world first.

Writers never run beside each other: one that reads and then writes sees the newest state and nobody changes it meanwhile. On SQLite
that is BEGIN IMMEDIATE; on PostgreSQL an advisory lock of the transaction, for one world where the writer says which.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, delete, event, func, select
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


def lock_key(*parts: str) -> int:
    """A number for PostgreSQL's advisory locks: 64 bits, signed."""
    return int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:8], signed=True)


class Store:
    """Tables of one service. `read()` sees one snapshot; `write()` holds the write lock from its first statement on.

    `committed`: called after every transaction that was kept.
    """

    def __init__(self, url: str, metadata: MetaData) -> None:
        self.metadata = metadata
        self.committed: list[Callable[[], None]] = []
        self._engine = create_engine(url, pool_pre_ping=True)
        self._postgresql = make_url(url).get_backend_name() == "postgresql"
        # Several services may share a database, each in its own schema; their locks must not meet.
        self._name = ",".join(sorted(metadata.tables))
        if not self._postgresql:
            _prepare_sqlite(self._engine)
        with self.write() as connection:
            metadata.create_all(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One snapshot."""
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if self._postgresql else {}
        with self._engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self, world: str | None = None) -> Iterator[Connection]:
        """One transaction: kept whole or not at all. Writers of other worlds may run beside one that names its world."""
        with self._engine.connect().execution_options(**{IMMEDIATE: True}) as connection, connection.begin():
            if self._postgresql:
                everything = lock_key(self._name)
                if world is None:
                    connection.execute(select(func.pg_advisory_xact_lock(everything)))
                else:
                    connection.execute(select(func.pg_advisory_xact_lock_shared(everything)))
                    connection.execute(select(func.pg_advisory_xact_lock(lock_key(self._name, world))))
            yield connection
        for hook in self.committed:
            hook()

    def forget(self, connection: Connection, world: str) -> None:
        """Delete everything that belongs to a world."""
        for table in reversed(self.metadata.sorted_tables):
            if "world" in table.c:
                connection.execute(delete(table).where(table.c.world == world))

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()
