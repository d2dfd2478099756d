"""A stand-in for the service that keeps registers and cards, a small set of definitions, and signed applications."""

from __future__ import annotations

import base64
import shutil
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask, Response, jsonify, request

from app.services.authorities import signature
from app.services.mynumber import certificates

PROCEDURES = Path(__file__).parents[2] / "procedures"
MONDAY = datetime(2027, 3, 15, 10, 0)

OUT = """
id: moving-out-notice
title: 転出届
authority: old_municipality
due: {kind: duty, from: move.date, days: 14, opens: -30}
channel: {mode: online, unless: [{when: "move.kind == 'abroad'", mode: visit, reason: 窓口で届け出ます}]}
effects: []
lifecycle: {days: [1, 3], working_days: true, correction: move.new_address, done: 転出の処理が終わりました}
"""
IN = """
id: moving-in-notice
title: 転入届
authority: new_municipality
due: {kind: duty, from: move.date, days: 14}
channel: {mode: visit, reason: 新しい住所に住んでいることを、市が対面で確かめるため}
evidence: [{document: マイナンバーカード, replaced_by: stays, note: カードに書きこむため}]
effects:
  - {register: resident, subject: movers, set: {person.address: move.new_address}}
  - {certificate: signing, action: revoke, subject: movers}
lifecycle: {days: [0, 0], done: 転入の手続が終わりました}
"""
POWER = """
id: electricity-start-stop
title: 電気の停止・開始
authority: hikari-power
private: true
due: {kind: advice, from: move.date, note: 1週間前まで}
channel: {mode: online}
lifecycle: {days: [1, 1], working_days: false, done: 電気の停止と開始を受け付けました}
"""
FOLLOWS = """
id: voter-roll
title: 選挙人名簿
authority: new_municipality
due: {kind: advice, note: 3か月後に登録されます}
channel: {mode: automatic, reason: 転入届で登録されます}
lifecycle: {days: [0, 0], done: 登録されました}
"""


def definitions(folder: Path) -> Path:
    """The real offices, vocabulary and life event, with four procedures whose numbers the tests know."""
    for part in ("authorities", "vocabulary", "life_events"):
        shutil.copytree(PROCEDURES / part, folder / part)
    (folder / "moving").mkdir()
    for text in (OUT, IN, POWER, FOLLOWS):
        name = text.split("id: ")[1].split("\n")[0]
        (folder / "moving" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


@cache
def _key() -> rsa.RSAPrivateKey:
    """One key for all cards: what tells them apart is the serial number of the certificate."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Card:
    """A person's signing key and certificate, issued by the stand-in."""

    key: rsa.RSAPrivateKey
    certificate: str

    def sign(self, applications: list[dict[str, Any]], signed_at: datetime = MONDAY) -> list[dict[str, Any]]:
        """All applications under one signature, as the site sends them."""
        signed = self._signed([signature.application_digest(one) for one in applications], signed_at)
        return [one | signed for one in applications]

    def sign_correction(self, number: str, facts: dict[str, Any], signed_at: datetime = MONDAY) -> dict[str, Any]:
        """The signature over a correction of one application, as the site sends it."""
        told = signature.application_digest({"arrival_number": number, "facts": facts}, signature.CORRECTED_FIELDS)
        return self._signed([told], signed_at)

    def _signed(self, manifest: list[str], signed_at: datetime) -> dict[str, Any]:
        digest = signature.manifest_digest(manifest)
        return {
            "signature": base64.b64encode(certificates.sign_digest(self.key, digest)).decode(),
            "certificate": self.certificate,
            "signed_digest": base64.b64encode(digest).decode(),
            "signed_at": signed_at.isoformat(),
            "manifest": manifest,
        }


@dataclass
class Registers:
    """What arrived at the stand-in. `broken`: every change is answered with 503 as long as it is set."""

    authority: certificates.Authority
    revoked: list[tuple[int, datetime]] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    broken: bool = False
    serial: int = 100

    def forget(self) -> None:
        """Everything that happened, but no serial number is used twice."""
        self.revoked.clear()
        self.calls.clear()
        self.broken = False

    def card(self, issued: date = date(2026, 4, 1), authority: certificates.Authority | None = None) -> Card:
        """A new card of はるか."""
        self.serial += 1
        key = _key()
        holder = certificates.Holder("山科 はるか", "1992-05-03", "female", "あさぎり県しらかば市本町1丁目1番1号")
        until = certificates.last_day(holder.birth_date, issued, None)
        crl = "http://registers.invalid/certificates/revoked.pem"
        made = (authority or self.authority).issue(holder, key.public_key(), issued, self.serial, until, crl)
        return Card(key, base64.b64encode(certificates.der(made)).decode())

    def app(self) -> Flask:
        """The stand-in as a WSGI application."""
        app = Flask("registers")

        @app.get("/certificates/authority.pem")
        def ca() -> Response:
            return Response(certificates.pem(self.authority.certificate))

        @app.get("/certificates/revoked.pem")
        def crl() -> Response:
            now = datetime.fromisoformat(request.headers["X-Sim-Now"])
            listed = [(serial, at) for serial, at in self.revoked if at <= now]
            return Response(certificates.pem(self.authority.revocation_list(listed, now)))

        @app.post("/registers/<register>/updates")
        @app.post("/certificates/revocations")
        def change(register: str = "") -> tuple[Response, int]:
            if self.broken:
                return jsonify(type="urn:hitomado:problem:service-down"), 503
            self.calls.append((request.path, request.get_json(), dict(request.headers)))
            return jsonify(changed=True), 404 if request.get_json()["subject"] == "nobody" else 200

        return app


def moving_out(**changed: Any) -> dict[str, Any]:
    """はるか's 転出届, not signed."""
    return {
        "procedure": "moving-out-notice",
        "subject": None,
        "authority": "shirakaba",
        "channel": "online",
        "facts": {
            "haruka.person.name": "山科 はるか",
            "move.move.date": "2027-03-28",
            "move.move.new_address": ADDRESS,
        },
        "subjects": {"applicant": "haruka", "movers": ["haruka", "mio"], "move": "move"},
    } | changed


def moving_in(**changed: Any) -> dict[str, Any]:
    """The 転入届 that follows; 28 March 2027 is a Sunday."""
    return moving_out(procedure="moving-in-notice", authority="970018", channel="visit") | changed


def power(**changed: Any) -> dict[str, Any]:
    """A private notice, which nobody signs."""
    return {
        "procedure": "electricity-start-stop",
        "authority": "hikari-power",
        "facts": {"move.date": "2027-03-28"},
    } | changed


ADDRESS = {"postcode": "000-0201", "municipality": "970018", "town": "緑町", "block": "2丁目3番4号", "building": ""}
