"""Tables of the outlet. Times of events are simulated (ISO); `after` and `claimed` are real seconds since 1970."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import JSON, Column, Integer, MetaData, String, Table


@dataclass(frozen=True)
class Tables:
    """`events`: what happened. `hooks`: who is told. `due`: what is still to be sent to whom; a row that was taken is deleted."""

    events: Table
    hooks: Table
    due: Table

    @classmethod
    def on(cls, metadata: MetaData) -> Tables:
        """The tables of a service, added to its others the first time."""
        names = ("sim_event", "sim_webhook", "sim_delivery")
        if names[0] not in metadata.tables:
            _add(metadata)
        events, hooks, due = (metadata.tables[name] for name in names)
        return cls(events, hooks, due)


def _world() -> Column[str]:
    return Column("world", String(64), primary_key=True)


def _add(metadata: MetaData) -> None:
    Table(
        "sim_event",
        metadata,
        _world(),
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("type", String(120), nullable=False),
        Column("subject", String(200), nullable=False),
        Column("at", String(32), nullable=False),
        Column("data", JSON, nullable=False),
    )
    Table(
        "sim_webhook",
        metadata,
        _world(),
        Column("id", String(20), primary_key=True),
        Column("url", String(500), nullable=False),
        Column("secret", String(200), nullable=False),
        Column("types", JSON, nullable=False),
        Column("state", String(10), nullable=False),
    )
    Table(
        "sim_delivery",
        metadata,
        _world(),
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("webhook", String(20), primary_key=True),
        Column("tries", Integer, nullable=False),
        Column("after", Integer, nullable=False, index=True),
        Column("claimed", Integer, nullable=False, default=0),
    )
