"""Encryption at rest: AES-256-GCM over JSON, bound to the row it belongs to.

A sealed value is key id (1 byte), nonce (12 bytes), ciphertext with tag. The row's name is authenticated, so that a value
copied to another row does not open.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_ID = b"\x01"


class NotOpened(Exception):
    """A sealed value was changed, moved to another row, or sealed with another key."""


class Seal:
    """Seals and opens values with a key derived from the installation's storage key."""

    def __init__(self, storage_key: str) -> None:
        self._cipher = AESGCM(hashlib.sha256(storage_key.encode()).digest())

    def close(self, row: str, value: Any) -> bytes:
        """The sealed form of a JSON value, for one row ("facts/<world>/<journey>/<seq>")."""
        nonce = os.urandom(12)
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return KEY_ID + nonce + self._cipher.encrypt(nonce, text, row.encode())

    def open(self, row: str, sealed: bytes) -> Any:
        """The value that was sealed for this row. Raises NotOpened."""
        try:
            return json.loads(self._cipher.decrypt(sealed[1:13], sealed[13:], row.encode()))
        except InvalidTag:
            raise NotOpened(row) from None
