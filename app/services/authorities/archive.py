"""The signed papers of all cases: made when first asked for, sealed as of their issue, kept as they are."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from dataclasses import replace
from datetime import datetime

from cryptography import x509
from sqlalchemy import Column, LargeBinary, String, Table, Text, delete, insert, select

from app.services.documents import paper as setting
from app.services.documents import seals, signing, verifying
from app.services.simcore.problems import not_found
from app.services.simcore.store import Store

from . import papers, records
from .catalogue import Catalogue
from .desk import StaffedOffice

ROOT, STAMPER = "root", "time-stamping"
STAMPER_NAME = "模擬 時刻認証局"
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none that is taken for another
MISREAD = str.maketrans("OIL", "011")
CODE_LENGTH = 12  # 60 bits


def _world() -> Column[str]:
    return Column("world", String(64), primary_key=True)


SEALS = Table(
    "seal", records.METADATA, _world(), Column("holder", String(80), primary_key=True), Column("key", Text, nullable=False),
    Column("certificate", Text, nullable=False),
)  # fmt: skip
FILES = Table(
    "official_file", records.METADATA, _world(), Column("number", String(16), primary_key=True),
    Column("name", String(40), primary_key=True), Column("content", LargeBinary, nullable=False),
)  # fmt: skip

REVOKED = Table(
    "seal_revoked", records.METADATA, _world(), Column("serial", String(40), primary_key=True), Column("at", String(32), nullable=False),
)  # fmt: skip


def plain_code(typed: str) -> str:
    """A code as somebody types it: any width, any case, with or without what parts the groups, signs misread as others."""
    upper = unicodedata.normalize("NFKC", typed).upper().translate(MISREAD)
    return "".join(sign for sign in upper if sign in SIGNS)


class Archive:
    """All papers of one service process."""

    def __init__(self, store: Store, catalogue: Catalogue, office: StaffedOffice) -> None:
        self._store = store
        self._catalogue = catalogue
        self._office = office

    def case(self, world: str, number: str) -> papers.Case:
        """A case with its events; `Problem` 404."""
        application, events = self._office.look_up(world, number)
        authority = self._catalogue.authorities[application.authority]
        procedure = self._catalogue.procedures[application.procedure]
        return papers.Case(application, events, authority, procedure, self._office.extras(world, number))

    def file(self, world: str, case: papers.Case, document: papers.Document) -> bytes:
        """The signed PDF: always the same bytes for one paper."""
        number = case.application.number
        t = FILES.c
        query = select(t.content).where(t.world == world, t.number == number, t.name == document.name)
        with self._store.read() as db:
            kept = db.execute(query).scalar()
        if kept is not None:
            return bytes(kept)
        root, stamper, seal = self._seals(
            world, case.authority.id, f"{case.authority.name}（模擬）", document.issued_at
        )
        paper = replace(papers.paper(self._catalogue, case, document), code=_code(root, number, document))
        made = setting.render(paper)
        signed = signing.sign(made, seal, stamper, root, document.issued_at, f"{document.title} {number}")
        with self._store.write() as db:
            kept = db.execute(query).scalar()  # somebody else may have asked at the same time
            if kept is None:
                db.execute(insert(FILES).values(world=world, number=number, name=document.name, content=signed))
        return bytes(kept) if kept is not None else signed

    def root(self, world: str) -> x509.Certificate:
        """Whom to trust in a world; `Problem` 404 where nobody knows the world."""
        return self._root(world).certificate

    def verify(self, world: str, pdf: bytes) -> verifying.Finding:
        """Check a file against the world's root and its list of revoked certificates."""
        found = verifying.verify(pdf, self.root(world))
        if found.serial is None:
            return found
        with self._store.read() as db:
            t = REVOKED.c
            at = db.execute(select(t.at).where(t.world == world, t.serial == found.serial)).scalar()
        return verifying.judge(found, datetime.fromisoformat(at) if at else None)

    def check(self, world: str, case: papers.Case, typed: str) -> papers.Document | None:
        """The paper of a case that carries a code; None where none does."""
        root = self._root(world)
        wanted = plain_code(typed)
        for one in papers.documents(case):
            if hmac.compare_digest(plain_code(_code(root, case.application.number, one)), wanted):
                return one
        return None

    def revoke(self, world: str, now: datetime, authority: str) -> str | None:
        """An office's seal counts no more from now on, and a new one is made for the next paper. The serial number of the old one; None
        where the office has none."""
        with self._store.write() as db:
            t = SEALS.c
            row = db.execute(select(SEALS).where(t.world == world, t.holder == authority)).first()
            if row is None:
                return None
            serial = f"{seals.Seal.load(row.key, row.certificate).certificate.serial_number:x}"
            db.execute(delete(SEALS).where(t.world == world, t.holder == authority))
            db.execute(insert(REVOKED).values(world=world, serial=serial, at=now.replace(microsecond=0).isoformat()))
        return serial

    def revocation_list(self, world: str, now: datetime) -> x509.CertificateRevocationList:
        """What tools that know nothing of the simulation read; `Problem` 404 where nobody knows the world."""
        root = self._root(world)
        with self._store.read() as db:
            rows = db.execute(select(REVOKED).where(REVOKED.c.world == world).order_by(REVOKED.c.at)).all()
        return seals.revocation_list(root, [(int(row.serial, 16), datetime.fromisoformat(row.at)) for row in rows], now)

    def _root(self, world: str) -> seals.Seal:
        with self._store.read() as db:
            began = records.clock(db, world)
        if began is None:
            raise not_found()
        return self._seals(world, None, "", began)[0]

    def _seals(
        self, world: str, holder: str | None, name: str, at: datetime
    ) -> tuple[seals.Seal, seals.Seal, seals.Seal]:
        """Root, time stamper and the holder's seal (the stamper where there is none), made where they are missing or not valid then."""
        with self._store.write() as db:
            rows = db.execute(select(SEALS).where(SEALS.c.world == world)).all()
            known = {row.holder: seals.Seal.load(row.key, row.certificate) for row in rows}
            fresh: dict[str, seals.Seal] = {}
            root = known.get(ROOT) or fresh.setdefault(ROOT, seals.make_root())
            found = [root]
            for one, words in ((STAMPER, STAMPER_NAME), (holder or STAMPER, name)):
                usable = fresh.get(one) or known.get(one)
                if usable is None or not usable.valid_at(at):
                    usable = fresh[one] = seals.issue(root, words, at, stamps_time=one == STAMPER)
                found.append(usable)
            for one, seal in fresh.items():
                key, certificate = seal.dump()
                db.execute(delete(SEALS).where(SEALS.c.world == world, SEALS.c.holder == one))
                db.execute(insert(SEALS).values(world=world, holder=one, key=key, certificate=certificate))
        return found[0], found[1], found[2]


def _code(root: seals.Seal, number: str, document: papers.Document) -> str:
    """What is printed on a paper, in groups of four. Follows from the paper and the world's own key, so nothing is kept of it."""
    said = f"{number}/{document.name}/{document.issued_at.isoformat()}".encode()
    found = int.from_bytes(hmac.digest(hashlib.sha256(root.dump()[0].encode()).digest(), said, "sha256"))
    signs = [SIGNS[(found >> 5 * place) & 31] for place in range(CODE_LENGTH)]
    return "-".join("".join(signs[place : place + 4]) for place in range(0, CODE_LENGTH, 4))
