"""The service's own keys: the ID token key (ES256) and the synthetic certificate authority (RSA). Made once, kept in the store."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc.jwk import ECKey
from sqlalchemy import Connection, insert, select

from app.services.mynumber.tables import SERVICE, keys
from app.services.simcore.store import Store


def _new_token_key() -> bytes:
    return ECKey.generate_key("P-256").as_pem(private=True)


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


@dataclass(frozen=True)
class ServiceKeys:
    """`token`: signs ID tokens, its `kid` is its thumbprint. `authority`: signs certificates. `salt`: for pairwise subjects."""

    token: ECKey
    authority: rsa.RSAPrivateKey
    salt: bytes


def load_keys(store: Store) -> ServiceKeys:
    """The keys of this store, made at the first start."""
    with store.write() as connection:
        token = _kept(connection, "token", _new_token_key)
        authority = _kept(connection, "authority", lambda: pem_of(new_rsa()))
    plain = ECKey.import_key(token)
    key = ECKey.import_key(token, {"kid": plain.thumbprint(), "use": "sig", "alg": "ES256"})
    return ServiceKeys(key, load_rsa(authority), hashlib.sha256(b"pairwise" + token).digest())
