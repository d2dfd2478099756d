"""The signed papers of all cases: made when first asked for, sealed as of their issue, kept as they are."""

from __future__ import annotations

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
        made = setting.render(papers.paper(self._catalogue, case, document))
        signed = signing.sign(made, seal, stamper, root, document.issued_at, f"{document.title} {number}")
        with self._store.write() as db:
            kept = db.execute(query).scalar()  # somebody else may have asked at the same time
            if kept is None:
                db.execute(insert(FILES).values(world=world, number=number, name=document.name, content=signed))
        return bytes(kept) if kept is not None else signed

    def root(self, world: str) -> x509.Certificate:
        """Whom to trust in a world; `Problem` 404 where nobody knows the world."""
        with self._store.read() as db:
            began = records.clock(db, world)
        if began is None:
            raise not_found()
        return self._seals(world, None, "", began)[0].certificate

    def verify(self, world: str, pdf: bytes) -> verifying.Finding:
        """Check a file against the world's root."""
        return verifying.verify(pdf, self.root(world))

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
