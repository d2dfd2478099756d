"""The site's database: tables of the newest version, and a question without a transaction."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import inspect, select, text

from app.store import models
from app.store.database import Database

OPEN = """
import sys
from app.store.database import Database
database = Database(sys.argv[1], "key")
database.upgrade()
database.close()
print("alembic" in sys.modules)
"""


def opened(path: Path) -> str:
    """Open a store in a process of its own. Whether the tool for upgrades was loaded."""
    command = [sys.executable, "-c", OPEN, f"sqlite:///{path}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_tables_are_made_once_and_a_new_store_is_opened_without_the_tool_for_it(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite3"
    assert [opened(path), opened(path)] == ["True", "False"]
    database = Database(f"sqlite:///{path}", "key")
    assert set(models.Base.metadata.tables) <= set(inspect(database.engine).get_table_names())
    with database.write() as session:
        session.execute(text("DROP TABLE invitations"))
        session.execute(text("UPDATE alembic_version SET version_num = '0005'"))
    database.upgrade()
    assert "invitations" in inspect(database.engine).get_table_names()
    database.close()


def test_a_single_question_waits_for_no_writer(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'site.sqlite3'}", "key")
    database.upgrade()
    with database.write() as session:
        session.add(models.World(id="w", persona="p", now="2027-03-15T09:00:00", made_at="2027-03-15T09:00:00"))
        session.flush()
        assert database.ask(select(models.World.id), {}) is None, "what is not committed is not seen"
    found = database.ask(select(models.World.id), {})
    assert found
    assert found.id == "w"
    database.close()
