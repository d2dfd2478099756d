"""The partners at work: they take notices in, look at them, decide, and tell, all in order of simulated time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import json
from sqlalchemy import Connection

from app.services.partners import judging, papers, tables, words
from app.services.partners.judging import Verdict
from app.services.partners.looking import CERTIFICATE, OPEN, believed, look
from app.services.partners.models import CertificateIn, NoticeIn, Outcome, Step
from app.services.partners.partners import Partner
from app.services.partners.tables import Due, Notice
from app.services.simcore.calendar import after_days, is_open, next_open, schedule
from app.services.simcore.problems import Problem, not_found
from app.services.simcore.service import Service

ANSWER_DAYS = 14  # calendar days in which a question is to be answered, lengthened to the next open day
EVENT = "jp.hitomado.partner.notice."
ASKING = frozenset({"question", "call_back"})
WITHDRAWABLE = OPEN - {"in_review"}
"""Before a person has it on the desk."""


@dataclass(frozen=True)
class Desk:
    """All partners of one service process. Every method that acts brings the world's clock to `now` first."""

    base: Service
    partners: Mapping[str, Partner]

    # --- taking in ----------------------------------------------------------------------------------------------------
    def receive(
        self, world: str, now: datetime, partner: Partner, key: str, purpose: str, sent: NoticeIn | CertificateIn
    ) -> tuple[Notice, bool]:
        """Keep a notice, once for each idempotency key. Returns it, and whether it is new."""
        again = partner.working_again(now)
        if again:
            title, words_ = "The partner is in maintenance.", f"点検のため、{again:%H:%M}まで受け付けていません。"
            raise Problem(503, "maintenance", title, words_, headers={"Retry-After": "30"}, again_at=again.isoformat())
        body = sent.model_dump(mode="json", exclude_unset=True)
        digest = hashlib.sha256(json.dumps([purpose, body], sort_keys=True).encode()).hexdigest()
        now = self.base.advance(world, now, strict=False)
        with self.base.store.write(world) as db:
            known = tables.key_of(db, world, partner.id, key)
            if known:
                if known[0] != digest:
                    raise Problem(409, "key-reused", "This idempotency key was used for another notice.")
                return self._notice(db, world, known[1]), False
            id_ = f"N-{tables.count(db, world) + 1:06d}"
            notice = Notice(world, id_, partner.id, purpose, sent.consent_ref, "new", body, now.isoformat())
            tables.keep_key(db, world, partner.id, key, digest, id_)
            self._step(db, notice, "accepted", now, f"{partner.name}が受け付けました。受付番号は {id_} です。")
            self._plan(db, notice, partner, now)
            self.run(db, world, now)
            return self._notice(db, world, id_), True

    def _plan(self, db: Connection, notice: Notice, partner: Partner, now: datetime) -> None:
        """When it is looked at, and when its result is due: chosen from what the notice is, so that a replay gives the same day."""
        seed = f"{notice.partner}/{notice.body['holder']['name']}/{notice.purpose}/{notice.rounds}"
        times = schedule(now, partner.days, partner.closed != "never", partner.closed, seed)
        automatic = partner.review != "always" and is_open(now.date(), partner.closed)
        notice.done_at = times.done_at.isoformat()
        tables.save(db, notice)
        tables.put_due(db, notice, "check", now if automatic else times.review_at)

    # --- what partners do by themselves ---------------------------------------------------------------------------------
    def run(self, db: Connection, world: str, now: datetime) -> None:
        """Do what is due by `now`, in order of time."""
        while due := tables.take_due(db, world, now):
            notice = tables.find(db, world, due.notice)
            if notice is not None:
                self._perform(db, notice, self.partners[notice.partner], due)

    def _perform(self, db: Connection, notice: Notice, partner: Partner, due: Due) -> None:
        if due.kind == "check":
            self._check(db, notice, partner, due.at)
        elif due.kind == "finish":
            self._finish(db, notice, partner, due.at)
        elif due.kind in ("confirm", "attend"):
            self._complete(db, notice, partner, due.at)
        elif due.kind == "expire":
            self._apply(db, notice, partner, judging.stopped("rejected", "expired"), due.at)
        else:
            self._step(db, notice, "ended", due.at, "届を出した日から1年がたち、転送が終わりました。")

    def _check(self, db: Connection, notice: Notice, partner: Partner, at: datetime) -> None:
        verdict = look(db, notice, partner, at)
        if verdict.state:
            self._apply(db, notice, partner, verdict, at)
            return
        notice.appointment = verdict.appointment
        done = max(datetime.fromisoformat(notice.done_at or at.isoformat()), at)
        if partner.review == "always" or (partner.review == "doubt" and verdict.doubtful):
            self._step(
                db,
                notice,
                "in_review",
                at,
                f"{partner.name}の担当の人が確かめています。{words.day_words(done.date())}までに終わる予定です。",
            )
        elif partner.confirms:
            low, high = partner.confirms
            spread = int(hashlib.sha256(f"{notice.id}/{partner.id}".encode()).hexdigest(), 16) % (high - low + 1)
            day = after_days(at.date(), low + spread, partner.closed, True)
            self._step(db, notice, "confirming", at, "古い住所に住んでいることを、訪問か確認書で確かめます。")
            tables.put_due(db, notice, "confirm", datetime.combine(day, time(15)))
            return
        tables.save(db, notice)
        tables.put_due(db, notice, "finish", done)

    def _finish(self, db: Connection, notice: Notice, partner: Partner, at: datetime) -> None:
        if notice.appointment:
            day, begin, end = (notice.appointment[name] for name in ("day", "from", "to"))
            note = words.scheduled(date.fromisoformat(day), begin, end)
            self._step(db, notice, "scheduled", at, note, appointment=notice.appointment)
            tables.put_due(db, notice, "attend", datetime.combine(date.fromisoformat(day), time.fromisoformat(end)))
        else:
            self._complete(db, notice, partner, at)

    def _complete(self, db: Connection, notice: Notice, partner: Partner, at: datetime) -> None:
        received = datetime.fromisoformat(notice.received_at)
        note = f"{partner.ends}。"
        if notice.purpose != CERTIFICATE and judging.stops_only(partner, NoticeIn.model_validate(notice.body)):
            note = words.STOPPED_ONLY
        if notice.purpose == CERTIFICATE:
            request = CertificateIn.model_validate(notice.body)
            contracts = tables.contracts_of(db, notice.world, partner.id)
            person = next((one for one in contracts if one.number == notice.contract), believed(partner, request))
            notice.result = papers.employment_certificate(partner, person, request, at.date())
            note = "就労証明書ができました。"
        elif partner.documents:
            pupil = next(
                (c for c in tables.contracts_of(db, notice.world, partner.id) if c.number == notice.contract), None
            )
            notice.result = papers.school_papers(partner, pupil, notice.body["holder"]["name"], at.date(), notice.id)
        if partner.lasts:
            ends = received + timedelta(days=partner.lasts)
            note += f"{ends.year}年{words.day_words(ends.date())}まで転送します。"
            tables.put_due(db, notice, "end", ends)
        if partner.rent_days:
            paid = received.date() + timedelta(days=partner.rent_days)
            leaves = date.fromisoformat(notice.body["effective_date"])
            note += f"家賃は{words.day_words(max(paid, leaves))}の分まで払います。"
        self._step(db, notice, "completed", at, note)

    # --- one step -------------------------------------------------------------------------------------------------------
    def _apply(self, db: Connection, notice: Notice, partner: Partner, verdict: Verdict, at: datetime) -> None:
        """Write down what stands in the way, and how long an answer is awaited."""
        assert verdict.state
        if verdict.state == "rejected":
            note = words.rejected(partner, verdict.reason, verdict.remedy)
            remedy = verdict.remedy or f"{partner.name}（{partner.phone}）へ聞いてください"
            self._step(db, notice, "rejected", at, note, code=verdict.code, reason=verdict.reason, remedy=remedy)
            return
        until = next_open(at.date() + timedelta(days=ANSWER_DAYS), partner.closed)
        if verdict.state == "question":
            note = words.asked(partner, verdict.reason, verdict.field, until, list(verdict.choices))
        elif verdict.state == "call_back":
            note = words.call_back(partner, verdict.reason, until)
        else:
            note = words.visit(partner, verdict.reason, until)
        more = {"choices": list(verdict.choices)} if verdict.choices else {}
        self._step(
            db, notice, verdict.state, at, note,
            code=verdict.code, reason=verdict.reason, field=verdict.field, until=until.isoformat(), **more,
        )  # fmt: skip
        tables.put_due(db, notice, "expire", datetime.combine(until, time(23, 59)))

    def _step(self, db: Connection, notice: Notice, state: str, at: datetime, note: str, **details: Any) -> None:
        """Change the state and tell it: the only place where either is written."""
        notice.state = state
        notice.version += 1
        told = {"version": notice.version, "state": state, "at": at, "note": note} | details
        step = Step.model_validate(told).model_dump(mode="json", exclude_none=True)
        tables.save(db, notice)
        tables.append(db, notice, step)
        data = {
            "partner": notice.partner,
            "notice": notice.id,
            "purpose": notice.purpose,
            "consent_ref": notice.consent_ref,
        }
        self.base.outlet.post(db, notice.world, EVENT + state, notice.id, at, data | {"step": step})
        self.base.audit.append(
            db, notice.world, at, notice.partner, state, notice=notice.id, consent=notice.consent_ref
        )

    # --- acts on a notice -------------------------------------------------------------------------------------------------
    def answer(self, world: str, now: datetime, partner: Partner, id_: str, sent: NoticeIn | CertificateIn) -> Notice:
        """The whole notice again, with what was asked for; the same again has no further effect. `Problem` 409 where nothing is asked."""
        now = self.base.advance(world, now, strict=False)
        body = sent.model_dump(mode="json", exclude_unset=True)
        with self.base.store.write(world) as db:
            notice = self.of(db, world, partner, id_)
            if notice.body == body and notice.rounds and notice.state not in ASKING:
                return notice
            if notice.state not in ASKING:
                raise Problem(409, "nothing-asked", "The partner asks for nothing.", state=notice.state)
            if sent.consent_ref != notice.consent_ref:
                raise Problem(422, "other-consent", "The answer rests on another consent.")
            tables.cancel_dues(db, notice)
            notice.body, notice.rounds = body, notice.rounds + 1
            self._step(db, notice, "accepted", now, f"{partner.name}が返事を受け取りました。")
            self._plan(db, notice, partner, now)
            self.run(db, world, now)
            return self._notice(db, world, id_)

    def visited(self, world: str, now: datetime, partner: Partner, id_: str) -> Notice:
        """The holder was at the counter and showed who they are. `Problem` 409 where nobody waits for that."""
        now = self.base.advance(world, now, strict=False)
        with self.base.store.write(world) as db:
            notice = self.of(db, world, partner, id_)
            if notice.state != "visit_required":
                raise Problem(409, "no-visit", "Nobody is awaited at the counter.", state=notice.state)
            tables.cancel_dues(db, notice)
            self._step(db, notice, "accepted", now, f"{partner.name}の窓口で、本人を確かめました。")
            self._plan(db, notice, partner, now)
            self.run(db, world, now)
            return self._notice(db, world, id_)

    def withdraw(self, world: str, now: datetime, partner: Partner, id_: str) -> Notice:
        """Take a notice back; again has no further effect. `Problem` 409 once a person works on it, or it is decided."""
        now = self.base.advance(world, now, strict=False)
        with self.base.store.write(world) as db:
            notice = self.of(db, world, partner, id_)
            if notice.state == "withdrawn":
                return notice
            if notice.state not in WITHDRAWABLE:
                words_ = (
                    f"手続が進んでいるため、取り下げられません。{partner.name}（{partner.phone}）へ電話をしてください。"
                )
                raise Problem(409, "already-processed", "It is too late to withdraw.", words_, state=notice.state)
            tables.cancel_dues(db, notice)
            notice.body = _emptied(notice.body)
            self._step(db, notice, "withdrawn", now, "取り下げました。何も変わっていません。")
            return notice

    def force(self, world: str, now: datetime, id_: str, outcome: Outcome) -> Notice:
        """What a facilitator wants to happen now. `Problem` 409 once it is over."""
        now = self.base.advance(world, now, strict=False)
        with self.base.store.write(world) as db:
            notice = self._notice(db, world, id_)
            partner = self.partners[notice.partner]
            if notice.state not in OPEN or (outcome.outcome == "missed" and notice.state != "scheduled"):
                raise Problem(409, "not-possible", "The notice is in another state.", state=notice.state)
            tables.cancel_dues(db, notice)
            if outcome.outcome == "completed":
                self._complete(db, notice, partner, now)
            elif outcome.outcome == "in_review":
                self._step(db, notice, "in_review", now, f"{partner.name}の担当の人が確かめています。")
                low = after_days(now.date(), max(1, partner.days[0]), partner.closed, partner.closed != "never")
                tables.put_due(db, notice, "finish", datetime.combine(low, time(15)))
            elif outcome.outcome == "missed":
                notice.appointment = None
                self._apply(db, notice, partner, judging.stopped("question", "missed", "visit_slot"), now)
            else:
                code, reason = ("forced", outcome.reason or words.REASONS["forced"])
                verdict = Verdict(outcome.outcome, code, reason, field=outcome.field)
                self._apply(db, notice, partner, verdict, now)
            return notice

    # --- reading ----------------------------------------------------------------------------------------------------------
    def look_up(self, world: str, partner: Partner, id_: str) -> tuple[Notice, list[dict[str, Any]]]:
        """A notice of this partner and its steps; `Problem` 404."""
        with self.base.store.read() as db:
            return self.of(db, world, partner, id_), tables.steps(db, world, id_)

    def of(self, db: Connection, world: str, partner: Partner, id_: str) -> Notice:
        """A notice of this partner; `Problem` 404."""
        notice = self._notice(db, world, id_)
        if notice.partner != partner.id:
            raise not_found("There is no such notice in this world.")
        return notice

    def _notice(self, db: Connection, world: str, id_: str) -> Notice:
        notice = tables.find(db, world, id_)
        if notice is None:
            raise not_found("There is no such notice in this world.")
        return notice


def _emptied(body: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a notice that was taken back: whose it was, nothing of where they live."""
    return {name: body[name] for name in ("holder", "effective_date", "consent_ref") if name in body}
