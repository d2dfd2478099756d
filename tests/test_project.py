"""The project's own files: locks that install anywhere, contracts that name every module, nothing of one machine."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-node.txt")
#: made, installed or fetched; never part of the project
NOT_OURS = {".git", ".hypothesis", ".venv", "node_modules", "vendor", "var", "__pycache__"}
#: hosts of package indexes, and folders of one machine (put together here, so that this file does not hold them itself)
FORBIDDEN = re.compile(
    "|".join(
        [
            r"(pypi|pythonhosted|npmjs)\." + r"(org|com|net|io)",
            r"deb\." + "debian",
            "/" + r"(home|root|Users)/\w",
            "/" + "work/",
        ]
    )
)
REQUIREMENT = re.compile(
    r"^([a-z0-9.-]+)==(\S+)((?: ; [^\\\n]+)?)((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE
)


def own_files() -> Iterator[Path]:
    """Every text file of the project."""
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [
            name
            for name in inner
            if name not in NOT_OURS and not name.endswith((".egg-info", "_cache")) and name != ".cache"
        ]
        for name in names:
            if not name.endswith((".png", ".mo", ".db", ".ico", ".pdf", ".woff2")):
                yield Path(folder, name)


def faults_of_lock(text: str) -> list[str]:
    """Lines that are no exact version with hashes, and whatever belongs to one machine."""
    left = REQUIREMENT.sub("", text)
    return [line for line in left.splitlines() if line.strip()] + FORBIDDEN.findall(text)


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_exact_versions_with_hashes_and_nothing_else(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert REQUIREMENT.search(text)
    assert faults_of_lock(text) == []


@pytest.mark.parametrize(
    "planted",
    [
        "flask==3.1.3",
        "flask>=3 \\\n    --hash=sha256:" + "0" * 64,
        "--find-links /opt/wheels",
        "--index-url https://mirror.example/simple",
        "-e .",
    ],
)
def test_a_planted_fault_in_a_lock_is_found(planted: str) -> None:
    assert faults_of_lock(planted) != []


def test_the_locks_agree_with_each_other_and_with_what_the_project_asks_for() -> None:
    versions = {
        name: {m[1]: m[2] for m in REQUIREMENT.finditer((ROOT / name).read_text(encoding="utf-8"))} for name in LOCKS
    }
    site, checks = versions["requirements.txt"], versions["requirements-dev.txt"]
    assert site.items() <= checks.items()
    project = pyproject()["project"]
    asked = {
        re.split(r"[><=~\[ ]", text)[0].lower().replace("_", "-").replace(".", "-") for text in project["dependencies"]
    }
    wanted = {
        re.split(r"[><=~\[ ]", text)[0].lower().replace("_", "-").replace(".", "-")
        for text in project["optional-dependencies"]["dev"]
    }
    assert asked <= site.keys()
    assert wanted <= checks.keys()


def test_npm_packages_are_pinned_and_the_lock_names_no_host() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    pins = package["dependencies"] | package["devDependencies"]
    for name, version in pins.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert lock["packages"][f"node_modules/{name}"]["version"] == version
    for name, entry in lock["packages"].items():
        assert "resolved" not in entry, name
        assert not name or entry["integrity"].startswith("sha512-"), name


def test_no_file_names_an_index_host_or_a_folder_of_one_machine() -> None:
    found = []
    for path in own_files():
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in FORBIDDEN.finditer(text)]
    assert found == []


def imports_of_ours(source: str) -> set[str]:
    """Modules of the application that a Python source names in an import, however written."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] == "app"}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").split(".")[0] == "app":
            found |= (
                {f"{node.module}.{alias.name}" for alias in node.names} if node.module == "app" else {str(node.module)}
            )
        elif isinstance(node, ast.ImportFrom) and node.level > 1:
            found.add("." * node.level + (node.module or ""))
    return found


def test_the_engine_imports_nothing_of_ours() -> None:
    for path in (ROOT / "app" / "engine").rglob("*.py"):
        foreign = {
            name
            for name in imports_of_ours(path.read_text(encoding="utf-8"))
            if not (name + ".").startswith("app.engine.")
        }
        assert foreign == set(), path.name


@pytest.mark.parametrize(
    "planted", ["import app.world", "from app import i18n", "from app.world import ledger", "from ..world import x"]
)
def test_an_import_of_ours_is_seen(planted: str) -> None:
    assert imports_of_ours(planted) != set()
    assert imports_of_ours("from pydantic import BaseModel\nfrom .values import Value\nimport apple") == set()


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    declared = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert declared
    shown = subprocess.run(
        ["make", "--no-print-directory", "-C", str(ROOT), "help"], capture_output=True, text=True, check=True
    ).stdout
    assert re.findall(r"^  make (\S+)", shown, re.MULTILINE) == declared[1].split()


@pytest.mark.parametrize("script", [".ci/run", "scripts/venv.sh", "scripts/chromium.sh", "scripts/locks.sh"])
def test_scripts_parse_and_stop_at_the_first_failure(script: str) -> None:
    text = (ROOT / script).read_text(encoding="utf-8")
    assert "\nset -eu\n" in text
    shell = "bash" if "bash" in text.splitlines()[0] else "sh"
    subprocess.run([shell, "-n", str(ROOT / script)], check=True)


def test_the_table_of_statements_names_tests_that_exist() -> None:
    """Each `file.py::test_…` of docs/statements.md; a name that ends in … is the beginning of one."""
    text = (ROOT / "docs" / "statements.md").read_text("utf-8")
    assert {int(n) for row in re.findall(r"^\| ([\d, ]+) \|", text, re.MULTILINE) for n in row.split(",")} == set(
        range(1, 61)
    )
    for folder, file, name in re.findall(r"`((?:tests|e2e)/(?:\w+/)?)(\w+\.py)::(\w+)…?", text):
        assert re.search(rf"def {name}", (ROOT / folder / file).read_text("utf-8")), f"{folder}{file}::{name}"
