"""The OpenAPI documents of all services as texts that do not depend on where or when they are made."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import json

from app.services import processes
from app.services.simcore.openapi import document_of


def texts(procedures: Path) -> dict[str, str]:
    """File name to JSON text."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        urls = {name: f"http://{name}.invalid" for name in processes.available()}
        settings = processes.Settings(
            data=Path(folder), procedures=procedures, secret_key="none", control_key="none", urls=urls
        )
        for name in processes.available():
            app = processes.make(name, settings)
            text = json.dumps(document_of(app), ensure_ascii=False, indent=1, sort_keys=True)
            found[f"{name}.json"] = text + "\n"
            app.extensions["simcore"].close()
    return found
