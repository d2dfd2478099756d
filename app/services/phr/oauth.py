"""The authorization server for SMART apps, on Authlib: code flow with PKCE S256, refresh with rotation, ID tokens (ES256)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Request, grants
from authlib.oidc.core import OpenIDCode, UserInfo
from flask import Flask
from joserfc.jwk import ECKey
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.services.phr import consents
from app.services.phr.config import Config
from app.services.phr.consents import Consent
from app.services.phr.making import patient_id
from app.services.phr.oauth_models import Client, Granted, StoredCode, StoredRefresh
from app.services.phr.tables import SERVICE, codes, keys, tokens, used_assertions
from app.services.phr.world import find_world
from app.services.simcore.authorization import ASSERTION, Assertions, S256Only, Server, hashed
from app.services.simcore.problems import Problem
from app.services.simcore.store import Store

METHODS = [ASSERTION, "none"]


class Provider:
    """The server, its clients and its key. `issuer` and `now` are of the request at hand."""

    def __init__(
        self, config: Config, store: Store, issuer: Callable[[], str], now: Callable[[], datetime | None]
    ) -> None:
        self.config, self.store, self.issuer, self.now = config, store, issuer, now
        self.clients = {one.client_id: Client(one) for one in config.clients}
        self.key = _load_key(store)
        self.server = self._server()

    def init_app(self, app: Flask) -> None:
        """Set lifetimes and register with Flask."""
        seconds = self.config.token_seconds
        app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {"authorization_code": seconds, "refresh_token": seconds}
        app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
        self.server.init_app(app)

    def _server(self) -> Server:
        server = Server(query_client=self.clients.get, save_token=self._save)
        server.register_client_auth_method(ASSERTION, Assertions(self._audiences, self._first_use))
        server.register_grant(_code_grant(self), [_openid(self), S256Only(required=True)])
        server.register_grant(_refresh_grant(self))
        return server

    def _audiences(self) -> list[str]:
        return [self.issuer(), self.issuer() + "/token"]

    def _first_use(self, client: str, jti: str, expires: int) -> bool:
        row = {"world": SERVICE, "client": client, "jti": jti, "expires": expires}
        try:
            with self.store.write() as connection:
                past = used_assertions.c.expires < self.config.timestamp()
                connection.execute(delete(used_assertions).where(past))
                connection.execute(insert(used_assertions).values(**row))
        except IntegrityError:
            return False
        return True

    def holding(self, connection: Connection, world: str, consent: str) -> Consent | None:
        """A consent that still holds, the right to act for the patient included."""
        found = consents.find(connection, world, consent)
        if found is None:
            return None
        try:
            here = find_world(connection, world, self.now())
        except Problem:
            return None
        proxy = found.granter == found.patient or here.may_act(found.granter, found.patient)
        return found if proxy and found.obstacle(here.now) is None else None

    def granted(self, world: str, consent: str, family: str) -> Granted | None:
        """What a stored code or token stands for, while its consent holds."""
        with self.store.read() as connection:
            found = self.holding(connection, world, consent)
            if found is None:
                return None
            here = find_world(connection, world)
        ids = [patient_id(here.person(one)) for one in (found.patient, found.granter)]
        return Granted(found, family, *ids)

    def _save(self, token: dict[str, Any], request: OAuth2Request) -> None:
        granted: Granted = request.user
        row = {
            "world": granted.consent.world, "client": request.client.client_id, "consent": granted.consent.id,
            "scope": token.get("scope", ""), "family": granted.family, "used": False,
        }  # fmt: skip
        now = self.config.timestamp()
        rows = [row | {"kind": "access", "hash": hashed(token["access_token"]), "expires": now + token["expires_in"]}]
        if "refresh_token" in token:
            until = now + self.config.refresh_seconds
            rows.append(row | {"kind": "refresh", "hash": hashed(token["refresh_token"]), "expires": until})
        with self.store.write() as connection:
            connection.execute(delete(tokens).where(tokens.c.expires < now))
            connection.execute(insert(tokens), rows)
        # SMART App Launch: the launch context stands beside the token.
        token["patient"] = granted.patient
        token["need_patient_banner"] = True


def _load_key(store: Store) -> ECKey:
    with store.write() as connection:
        mine = (keys.c.world == SERVICE, keys.c.name == "token")
        pem = connection.execute(select(keys.c.pem).where(*mine)).scalar()
        if pem is None:
            pem = ECKey.generate_key("P-256").as_pem(private=True).decode()
            connection.execute(insert(keys).values(world=SERVICE, name="token", pem=pem))
    kid = ECKey.import_key(pem).thumbprint()
    return ECKey.import_key(pem, {"kid": kid, "use": "sig", "alg": "ES256"})


def _code_grant(provider: Provider) -> type[grants.AuthorizationCodeGrant]:
    class CodeGrant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = METHODS

        def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
            consent: Consent = request.user
            now = provider.config.timestamp()
            row = {
                "world": consent.world, "hash": hashed(code), "client": request.client.client_id, "consent": consent.id,
                "parameters": dict(request.payload.data), "auth_time": now, "expires": now + provider.config.code_seconds,
                "used": False,
            }  # fmt: skip
            with provider.store.write() as connection:
                connection.execute(insert(codes).values(**row))

        def query_authorization_code(self, code: str, client: Client) -> StoredCode | None:
            """Used up by being asked for: a second use also takes back the tokens of the first (RFC 6749 4.1.2)."""
            digest = hashed(code)
            with provider.store.write() as connection:
                row = connection.execute(select(codes).where(codes.c.hash == digest)).first()
                if row is None or row.client != client.client_id:
                    return None
                if row.used or row.expires < provider.config.timestamp():
                    connection.execute(delete(tokens).where(tokens.c.family == digest))
                    return None
                connection.execute(update(codes).where(codes.c.hash == digest).values(used=True))
            found = provider.granted(row.world, row.consent, digest)
            return StoredCode(code, found, row.auth_time, row.parameters) if found else None

        def delete_authorization_code(self, authorization_code: StoredCode) -> None:
            """It stays, marked as used."""

        def authenticate_user(self, authorization_code: StoredCode) -> Granted:
            return authorization_code.granted

        def generate_token(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
            """A refresh token only where `offline_access` was granted."""
            offline = "offline_access" in str(kwargs.get("scope") or "").split()
            return dict(super().generate_token(*args, **(kwargs | {"include_refresh_token": offline})))

    return CodeGrant


def _refresh_grant(provider: Provider) -> type[grants.RefreshTokenGrant]:
    class RefreshGrant(grants.RefreshTokenGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = METHODS
        INCLUDE_NEW_REFRESH_TOKEN = True

        def authenticate_refresh_token(self, refresh_token: str) -> StoredRefresh | None:
            """One that was used before ends its whole family (RFC 9700 4.14.2)."""
            digest = hashed(refresh_token)
            with provider.store.write() as connection:
                where = (tokens.c.hash == digest, tokens.c.kind == "refresh")
                row = connection.execute(select(tokens).where(*where)).first()
                if row is None or row.client != self.request.client.client_id:
                    return None
                if row.used or row.expires < provider.config.timestamp():
                    connection.execute(delete(tokens).where(tokens.c.family == row.family))
                    return None
            found = provider.granted(row.world, row.consent, row.family)
            return StoredRefresh(digest, row.scope, found, row.client) if found else None

        def authenticate_user(self, refresh_token: StoredRefresh) -> Granted:
            return refresh_token.granted

        def revoke_old_credential(self, refresh_token: StoredRefresh) -> None:
            with provider.store.write() as connection:
                connection.execute(update(tokens).where(tokens.c.hash == refresh_token.hash).values(used=True))

    return RefreshGrant


def _openid(provider: Provider) -> OpenIDCode:
    class OpenId(OpenIDCode):
        def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
            """The nonce is the client's matter here: PKCE already ties the code to its request."""
            return False

        def resolve_client_private_key(self, client: Client) -> ECKey:
            return provider.key

        def get_encode_header(self, client: Client) -> dict[str, str]:
            return {"alg": "ES256", "kid": str(provider.key.kid), "typ": "JWT"}

        def get_client_algorithm(self, client: Client) -> str:
            return "ES256"

        def get_client_claims(self, client: Client) -> dict[str, Any]:
            now = provider.config.timestamp()
            return {"iss": provider.issuer(), "aud": client.client_id, "iat": now, "exp": now + 300}

        def generate_user_info(self, user: Granted, scope: str) -> UserInfo:
            who = f"{provider.issuer()}/fhir/Patient/{user.user}"
            return UserInfo(sub=user.user, **({"fhirUser": who} if "fhirUser" in scope.split() else {}))

    return OpenId(require_nonce=False)
