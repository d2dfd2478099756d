"""Files as the gateway sends and takes them: a ZIP, in base64. Small, flat, and never written to a disk."""

from __future__ import annotations

import base64
import binascii
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO

from app.services.simcore.problems import Problem

MAX_FILES = 200
MAX_BYTES = 4_000_000  # of all files together, unpacked
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same files give the same ZIP


def pack(files: Mapping[str, bytes]) -> str:
    """Base64 of a ZIP with these files by path."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content)
    return base64.b64encode(target.getvalue()).decode()


def unpack(data: str) -> dict[str, bytes]:
    """The files of a ZIP by path; `Problem` 400 where it cannot be read, is too large or has unsafe names."""
    try:
        with zipfile.ZipFile(BytesIO(base64.b64decode(data, validate=True))) as archive:
            found = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(found) > MAX_FILES or sum(entry.file_size for entry in found) > MAX_BYTES:
                raise Problem(400, "file-too-large", "The ZIP holds too much.")
            if any(_unsafe(entry.filename) for entry in found):
                raise Problem(400, "file-name", "The ZIP holds a name that leads out of it.")
            return {entry.filename: archive.read(entry) for entry in found}
    except (
        binascii.Error,
        ValueError,
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        zlib.error,
    ):
        raise Problem(400, "not-a-zip", "The file must be a ZIP in base64.") from None


def _unsafe(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/")


def folders(files: Mapping[str, bytes]) -> dict[str, dict[str, bytes]]:
    """Files by the folder they lie in, without it; those of no folder under an empty name."""
    found: dict[str, dict[str, bytes]] = {}
    for path, content in files.items():
        folder, _, name = path.rpartition("/")
        found.setdefault(folder, {})[name] = content
    return found
