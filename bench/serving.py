"""The site as `hitomado serve` runs it, in a process of its own, with visitors whose worlds and cookies are there already."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import quantiles
from time import monotonic, perf_counter, sleep
from urllib.parse import urlsplit

import httpx
from flask import Flask

from app.config import ROOT, Config, real_now
from app.factory import prepare
from app.services.running import HOST, free_port
from app.store import models
from app.store.database import Database
from tests.prepared import COOKIE, cookie

PATIENCE = 60.0  # real seconds until the site must answer
KEY = "0" * 64


@dataclass
class Served:
    """A running site. ``data`` is its folder, so that the store can be read and written beside it."""

    process: subprocess.Popen[bytes]
    port: int
    database: Database

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.port}"

    def worlds(self, count: int) -> list[str]:
        """Worlds of visitors who have chosen whom to be and nothing else."""
        ids = [secrets.token_hex(16) for _ in range(count)]
        with self.database.write() as session:
            for id_ in ids:
                session.add(
                    models.World(id=id_, persona="kudo", now="2027-03-15T09:00:00", made_at=real_now().isoformat())
                )
        return ids

    def cookie(self, world: str) -> str:
        """The session cookie of a browser that is signed in to a world."""
        signer = Flask("signer")
        signer.config.update(SECRET_KEY=KEY, SESSION_COOKIE_NAME=COOKIE)
        return cookie(signer, world)

    def memory(self) -> float:
        """Resident megabytes of the process that answers: the youngest below the one that was started."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        status = Path(f"/proc/{children[-1]}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


@contextmanager
def serving(folder: Path, **environment: str) -> Iterator[Served]:
    """`hitomado serve` on a data folder. Ends it by SIGTERM and waits."""
    port = free_port()
    config = Config(data=folder, secret_key=KEY, storage_key=KEY)
    folder.mkdir(parents=True, exist_ok=True)
    prepare(config)
    database = Database(config.database_url, KEY)
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve", "--port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={
            **os.environ, "HITOMADO_DATA": str(folder), "HITOMADO_SECRET_KEY": KEY, "HITOMADO_STORAGE_KEY": KEY, **environment,
        },
    )  # fmt: skip
    served = Served(process, port, database)
    try:
        _wait(served)
        yield served
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        database.close()


def _wait(served: Served) -> None:
    ends = monotonic() + PATIENCE
    while monotonic() < ends:
        with suppress(httpx.HTTPError):
            if httpx.get(f"{served.url}/help", timeout=5).status_code == 200:
                return
        if served.process.poll() is not None:
            break
        sleep(0.1)
    raise SystemExit("hitomado serve did not answer")


# --- listeners ------------------------------------------------------------------------------------------------------------------
@dataclass
class Listener:
    """A browser that listens: one open connection. ``said``: what came, as bytes."""

    connection: socket.socket
    said: bytes = b""

    @property
    def status(self) -> int:
        """The status of the answer; 0 before it came."""
        return int(self.said.split(b" ", 2)[1]) if self.said.count(b" ") > 1 else 0

    def read(self, wanted: bytes, seconds: float) -> bool:
        """Read until something was said; False when the time is over or the connection ends first."""
        ends = monotonic() + seconds
        while wanted not in self.said and (left := ends - monotonic()) > 0:
            self.connection.settimeout(left)
            try:
                more = self.connection.recv(4096)
            except TimeoutError:
                break
            if not more:
                break
            self.said += more
        return wanted in self.said

    def close(self) -> None:
        """Leave."""
        self.connection.close()


def listen(served: Served, signed_in: str) -> Listener:
    """Open a stream; the answer's head has been read when this returns."""
    connection = socket.create_connection((HOST, served.port), timeout=PATIENCE)
    connection.sendall(
        f"GET /live/stream HTTP/1.1\r\nHost: {HOST}:{served.port}\r\nCookie: {COOKIE}={signed_in}\r\nAccept: text/event-stream\r\n\r\n".encode()
    )
    listener = Listener(connection)
    listener.read(b"\r\n\r\n", PATIENCE)
    return listener


# --- page requests --------------------------------------------------------------------------------------------------------------
@dataclass
class Load:
    """Page requests that begin at a steady rate, whether or not those before have been answered."""

    took: list[float] = field(default_factory=list)
    failed: int = 0

    def run(self, urls: list[tuple[str, str]], rate: float, seconds: float) -> None:
        """``urls``: (address, cookie), taken in turn. Returns when all have been answered."""
        threads: list[threading.Thread] = []
        begun = perf_counter()
        for n in range(int(rate * seconds)):
            wait = begun + n / rate - perf_counter()
            if wait > 0:
                sleep(wait)
            threads.append(threading.Thread(target=self._one, args=urls[n % len(urls)]))
            threads[-1].start()
        for thread in threads:
            thread.join()

    def _one(self, url: str, signed_in: str) -> None:
        start, at = perf_counter(), urlsplit(url)
        connection = HTTPConnection(at.netloc, timeout=30)  # a fuller client would cost more than the page
        try:
            connection.request("GET", at.path, headers={"Cookie": f"{COOKIE}={signed_in}"})
            answer = connection.getresponse()
            answer.read()
            good = answer.status == 200
        except (OSError, HTTPException):
            good = False
        finally:
            connection.close()
        self.took.append(perf_counter() - start)
        self.failed += not good

    def at(self, percent: int) -> float:
        """Seconds within which so many of a hundred were answered."""
        return quantiles(self.took, n=100)[percent - 1]
