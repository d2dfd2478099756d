"""All services as processes of their own: they come up, know each other, and leave nothing running."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from app.services import processes
from app.services.running import HOST, NotStarted, Running, free_port

LINE = re.compile(r"^HITOMADO_([A-Z]+)_URL=(\S+)$")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def children(pid: int) -> list[int]:
    """Processes that a process started and that are there still."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(text) for text in found.stdout.split()]


def test_all_services_come_up_know_each_other_and_end(tmp_path: Path) -> None:
    environment = {**os.environ, "HITOMADO_DATA": str(tmp_path), "HITOMADO_CONTROL_KEY": "the-key"}
    command = [sys.executable, "-m", "app.cli", "services", "--port-base", "0"]
    parent = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        urls = {}
        while len(urls) < len(processes.available()):
            line = parent.stdout.readline()
            assert line, "it ended"
            if found := LINE.match(line.strip()):
                urls[found[1].lower()] = found[2]
        assert tuple(urls) == processes.available()
        for name, url in urls.items():
            assert httpx.get(url + "/healthz").json() == {"status": "ok"}
            ready = httpx.get(url + "/readyz", timeout=10)
            assert (ready.status_code, set(ready.json()["checks"].values())) == (200, {"ok"}), name
            made = f"{url}/_sim/worlds/w"
            headers = {"X-Sim-Now": "2027-03-15T09:00:00", "X-Sim-Key": "the-key"}
            assert httpx.put(made, json={"persona": "kudo"}).status_code == 403
            assert httpx.put(made, json={"persona": "kudo"}, headers=headers).status_code == 200, name
            assert (tmp_path / f"{name}.sqlite3").exists()
        pids = children(parent.pid)
        assert len(pids) == len(urls)
        parent.send_signal(signal.SIGTERM)
        assert parent.wait(timeout=30) == 0
        assert [pid for pid in pids if alive(pid)] == []
    finally:
        if parent.poll() is None:
            parent.terminate()
            parent.wait(timeout=30)


def test_one_that_ends_ends_all(tmp_path: Path) -> None:
    environment = {**os.environ, "HITOMADO_DATA": str(tmp_path)}
    command = [sys.executable, "-m", "app.cli", "services", "--port-base", "0"]
    parent = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        while not parent.stdout.readline().startswith("#"):
            assert parent.poll() is None
        first, *rest = children(parent.pid)
        os.kill(first, signal.SIGTERM)
        assert parent.wait(timeout=30) == 1
        assert not any(alive(pid) for pid in rest)
    finally:
        if parent.poll() is None:
            parent.terminate()
            parent.wait(timeout=30)


def test_a_service_that_does_not_come_up_leaves_nothing_behind(tmp_path: Path) -> None:
    running = Running({"HITOMADO_DATA": str(tmp_path), "HITOMADO_CONTROL_KEY": "k"})
    with pytest.raises(NotStarted):
        running.start({"mynumber": free_port(), "nobody": free_port()})
    assert all(process.returncode is not None for process in running.processes.values())


def test_readiness_names_what_is_missing(tmp_path: Path) -> None:
    settings = processes.Settings(
        data=tmp_path, procedures=Path("procedures"), secret_key="s", control_key="k",
        urls={"mynumber": f"http://{HOST}:{free_port()}"},
    )  # fmt: skip
    told = processes.make("authorities", settings).test_client().get("/readyz")
    assert (told.status_code, told.json["checks"]) == (503, {"database": "ok", "mynumber": "out of reach"})


def test_the_key_of_a_client_is_kept(tmp_path: Path) -> None:
    first = processes.registration(tmp_path, processes.SITE)
    assert processes.registration(tmp_path, processes.SITE) == first
    assert "d" not in first["jwk"], "the private part stays"
    assert ((tmp_path / "client_hitomado.pem").stat().st_mode & 0o077) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["client_hitomado.pem"]
