"""A throw-away PostgreSQL server: real, without a network, gone when the block ends."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

PATIENCE = 30.0  # real seconds until the server must answer


def binaries() -> Path | None:
    """Where the server's programs are: Debian keeps them out of the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    found = shutil.which("postgres")
    return debian[-1].parent if debian else Path(found).parent if found else None


def _owner() -> dict[str, int]:
    """The server refuses to run as root: an account without rights then."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid}
    raise LookupError("no account to run the server as")


@contextmanager
def server() -> Iterator[Server]:
    """A running server; skips the test where the programs are not installed (`scripts/tools.sh` installs them)."""
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not installed; see scripts/tools.sh")
    owner = _owner()
    folder = Path(tempfile.mkdtemp(prefix="hitomado-pg-"))  # a short path: that of a socket has little room
    process = None
    try:
        if owner:
            os.chown(folder, owner["user"], owner["group"])
        data = folder / "data"
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "hitomado", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"],
            check=True, capture_output=True, cwd=folder, **owner,
        )  # fmt: skip
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            "fsync": "off",
            "max_connections": "200",
        }
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, *(f"--{name}={value}" for name, value in options.items())],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **owner,
        )  # fmt: skip
        found = Server(folder)
        found.await_answer(process)
        yield found
    finally:
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGINT)  # fast: open sessions are ended
            process.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


class Server:
    """The server behind a socket in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, database: str) -> str:
        """As SQLAlchemy takes it."""
        return f"postgresql+psycopg://hitomado@/{database}?host={self.folder}"

    def database(self, name: str) -> str:
        """Make a database; returns its URL."""
        with self._connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]  # the tests' own names
        return self.url(name)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user="hitomado", dbname="postgres", autocommit=True)

    def await_answer(self, process: subprocess.Popen[bytes]) -> None:
        """Until it takes connections."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self._connect().close()
                return
            except psycopg.OperationalError:
                if process.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.05)
