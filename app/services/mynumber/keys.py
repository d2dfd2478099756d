"""The service's own keys, kept in its store: those for ID tokens (ES256, rotated) and the synthetic certificate authority's (RSA)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc.jwk import ECKey
from sqlalchemy import Connection, delete, insert, select, update

from app.services.mynumber.tables import SERVICE, keys, token_keys
from app.services.simcore.store import Store


def pem_of(key: rsa.RSAPrivateKey) -> bytes:
    """A private key as unencrypted PKCS#8; the people it belongs to are made up."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def new_rsa() -> rsa.RSAPrivateKey:
    """A key as the real cards carry: RSA, 2048 bits."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def load_rsa(pem: bytes) -> rsa.RSAPrivateKey:
    """Read what `pem_of` wrote."""
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("not an RSA key")
    return key


def _kept(connection: Connection, name: str, make: Callable[[], bytes]) -> bytes:
    found = connection.execute(select(keys.c.pem).where(keys.c.world == SERVICE, keys.c.name == name)).scalar()
    if found is None:
        found = make()
        connection.execute(insert(keys).values(world=SERVICE, name=name, pem=found))
    return bytes(found)


class TokenKeys:
    """The keys of ID tokens. One signs; those it followed stay published until the last token they signed has ended.

    Read from the store at every use, so that all processes of a deployment agree after a rotation.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        with store.write() as connection:
            if self._newest(connection) is None:
                self._make(connection)

    @staticmethod
    def _newest(connection: Connection) -> ECKey | None:
        signing = (token_keys.c.world == SERVICE, token_keys.c.until.is_(None))
        pem = connection.execute(select(token_keys.c.pem).where(*signing)).scalar()
        return None if pem is None else _token_key(bytes(pem))

    @staticmethod
    def _make(connection: Connection) -> ECKey:
        key = _token_key(ECKey.generate_key("P-256").as_pem(private=True))
        row = {"world": SERVICE, "kid": str(key.kid), "pem": key.as_pem(private=True), "until": None}
        connection.execute(insert(token_keys).values(**row))
        return key

    def signing(self) -> ECKey:
        """The key that signs now; its `kid` is its thumbprint."""
        with self._store.read() as connection:
            found = self._newest(connection)
        if found is None:
            raise LookupError("no key for ID tokens")
        return found

    def published(self, now: int) -> list[ECKey]:
        """The signing key, and those before it that may still be needed. `now`: real time in seconds."""
        wanted = token_keys.c.until.is_(None) | (token_keys.c.until >= now)
        query = select(token_keys.c.pem).where(token_keys.c.world == SERVICE, wanted)
        with self._store.read() as connection:
            rows = connection.execute(query.order_by(token_keys.c.until.is_not(None), token_keys.c.until.desc()))
            return [_token_key(bytes(row.pem)) for row in rows]

    def rotate(self, now: int, until: int) -> ECKey:
        """A new key signs from now on; the one before stays published until a moment (both real time in seconds)."""
        ours = token_keys.c.world == SERVICE
        with self._store.write() as connection:
            connection.execute(delete(token_keys).where(ours, token_keys.c.until < now))
            connection.execute(update(token_keys).where(ours, token_keys.c.until.is_(None)).values(until=until))
            return self._make(connection)


def _token_key(pem: bytes) -> ECKey:
    kid = ECKey.import_key(pem).thumbprint()
    return ECKey.import_key(pem, {"kid": kid, "use": "sig", "alg": "ES256"})


@dataclass(frozen=True)
class ServiceKeys:
    """`tokens`: sign ID tokens. `authority`: signs certificates. `salt`: for pairwise subjects."""

    tokens: TokenKeys
    authority: rsa.RSAPrivateKey
    salt: bytes


def load_keys(store: Store) -> ServiceKeys:
    """The keys of this store, made at the first start."""
    with store.write() as connection:
        authority = _kept(connection, "authority", lambda: pem_of(new_rsa()))
        salt = _kept(connection, "salt", lambda: secrets.token_bytes(32))
    return ServiceKeys(TokenKeys(store), load_rsa(authority), salt)
