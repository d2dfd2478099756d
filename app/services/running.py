"""Runs services as operating-system processes of their own: starts them, waits until they answer, ends them by their ids."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

import httpx
from flask import Flask

from app.services.simcore.embed import Embedded

HOST = "127.0.0.1"
PATIENCE = 60.0  # real seconds until a process must answer
STEP = 0.1


class NotStarted(Exception):
    """A service did not come up."""


def free_port() -> int:
    """A port of the loopback interface that nobody uses now."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


@contextmanager
def until_stopped() -> Iterator[Event]:
    """An event that SIGINT and SIGTERM set, as long as the block lasts."""
    stopped = Event()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: stopped.set()) for number in numbers]
    try:
        yield stopped
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def run(app: Flask, name: str, port: int) -> None:
    """Serve one service in this process until SIGINT or SIGTERM."""
    server = Embedded(app, name, port)
    with until_stopped() as stopped:
        server.start()
        stopped.wait()
    server.stop()
    app.extensions["simcore"].close()


@dataclass
class Running:
    """Processes by the name of their service."""

    environment: Mapping[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, ports: Mapping[str, int]) -> None:
        """Start these services and return when all answer; raises `NotStarted`, after ending those that run."""
        for name, port in ports.items():
            command = [sys.executable, "-m", "app.cli", "service", name, "--port", str(port)]
            # A group of its own: Ctrl+C reaches the parent alone, which ends them in order.
            self.processes[name] = subprocess.Popen(
                command, env={**os.environ, **self.environment}, start_new_session=True
            )
        try:
            for name, port in ports.items():
                self._await(name, port)
        except BaseException:
            self.stop()
            raise

    def _await(self, name: str, port: int) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self.processes[name].poll() is not None:
                raise NotStarted(f"{name} ended with {self.processes[name].returncode}")
            try:
                httpx.get(f"http://{HOST}:{port}/healthz", timeout=1).raise_for_status()
                return
            except httpx.HTTPError:
                time.sleep(STEP)
        raise NotStarted(f"{name} does not answer")

    def ended(self) -> Sequence[str]:
        """Names of those that ended by themselves."""
        return [name for name, process in self.processes.items() if process.poll() is not None]

    def stop(self) -> None:
        """End all, the last first, and wait for them."""
        for process in reversed(self.processes.values()):
            if process.poll() is None:
                process.terminate()
        for process in reversed(self.processes.values()):
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
