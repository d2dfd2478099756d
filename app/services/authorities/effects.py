"""Delivers what a finished procedure changes to the registers and to certificates, over HTTP.

Every call carries an idempotency key made of the arrival number and the position of the change, so that a delivery that
was cut off can be repeated without harm.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

import httpx
from cryptography import x509

from app import tls

from .facts import Change, RegisterUpdate
from .signature import Trust

LOG = logging.getLogger(__name__)
CA_PATH = "/certificates/authority.pem"
CRL_PATH = "/certificates/revoked.pem"
SETTLED = frozenset({404, 409, 422})
"""Answers that no repetition can change: the register does not hold the subject, or the certificate does not exist."""


class NotDeliveredError(Exception):
    """The registers could not be reached, or asked to come back later. Deliver again."""


class Registers:
    """Client of the service that keeps the registers, for one service process. Thread-safe.

    `timeout` is in real seconds for each call; a lost connection is tried once more. `control_key` opens the updates.
    """

    def __init__(self, base_url: str, control_key: str | None, timeout: float) -> None:
        key = {"X-Sim-Key": control_key} if control_key else {}
        self._http = httpx.Client(verify=tls.context(), base_url=base_url, timeout=timeout, headers=key)

    def deliver(self, world: str, at: datetime, number: str, reason: str, changes: Sequence[Change]) -> None:
        """Apply all changes in order. Raises `NotDeliveredError` at the first that has to be repeated.

        `at`: simulated local time of the change; `reason`: words for the citizen's access history.
        """
        for position, change in enumerate(changes):
            if isinstance(change, RegisterUpdate):
                path = f"/registers/{change.register}/updates"
                body = {"subject": change.subject, "item": change.item, "value": change.value, "reason": reason}
                body |= {} if change.how == "set" else {"how": change.how}
            else:
                path, body = "/certificates/revocations", {"subject": change.subject, "reason": reason}
            response = self._call("POST", path, world, at, f"{number}-{position}", body)
            if response.status_code in SETTLED:
                LOG.warning("change %s/%s (%s) was not taken: %s", number, position, path, response.status_code)
            elif response.is_error:
                raise NotDeliveredError(f"{path}: {response.status_code}")

    def trust(self, world: str, at: datetime) -> Trust:
        """The card authority's certificate and revocation list. Raises `NotDeliveredError` when it is out of reach."""
        ca = self._call("GET", CA_PATH, world, at)
        crl = self._call("GET", CRL_PATH, world, at)
        for response in (ca, crl):
            if response.is_error:
                raise NotDeliveredError(f"{response.url.path}: {response.status_code}")
        try:
            return Trust(x509.load_pem_x509_certificate(ca.content), x509.load_pem_x509_crl(crl.content))
        except ValueError as error:
            raise NotDeliveredError(str(error)) from error

    def _call(
        self,
        method: str,
        path: str,
        world: str,
        at: datetime,
        key: str | None = None,
        body: dict[str, object] | None = None,
    ) -> httpx.Response:
        headers = {"X-Sim-World": world, "X-Sim-Now": at.isoformat()} | ({"Idempotency-Key": key} if key else {})
        try:
            try:
                return self._http.request(method, path, headers=headers, json=body)
            except (httpx.ConnectError, httpx.RemoteProtocolError):
                return self._http.request(method, path, headers=headers, json=body)
        except httpx.TransportError as error:
            raise NotDeliveredError(f"{path}: {type(error).__name__}") from error

    def close(self) -> None:
        """Close all connections."""
        self._http.close()
