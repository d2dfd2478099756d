"""Cases that wait for the signature of whom they are about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store import models
from app.store.sealing import Seal
from app.world.outbox.packing import covered

HOLDING = ("open", "refused")
"""Standings of an invitation whose case may not go."""


def row_name(world: str, case: int) -> str:
    """Under which the content of an invitation is sealed."""
    return f"invitations/{world}/{case}"


def invite(session: Session, seal: Seal, case: models.Case, application: Mapping[str, Any]) -> None:
    """Hold a new case until the person has signed it. There is no link yet: the applicant makes one when it is to be handed over."""
    manifest, digest = covered([application])
    sealed = seal.close(row_name(case.world, case.n), {"manifest": list(manifest), "digest": digest, "transaction": ""})
    session.add(models.Invitation(world=case.world, case=case.n, standing="open", sealed=sealed))


def held(session: Session, world: str) -> set[int]:
    """Numbers of the cases that are not signed yet."""
    row = models.Invitation
    return set(session.scalars(select(row.case).where(row.world == world, row.standing.in_(HOLDING))))
