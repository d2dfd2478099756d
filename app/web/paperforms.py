"""The official form of a case: computed from the definition and from what its office was sent, for every procedure alike.

Forms of authorities are Japanese whatever the language of the site. Only what the office has stands on them: a person whose name it was
not sent is not named.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from cryptography import x509

from app.engine.definitions import Authority, Evidence, Procedure
from app.engine.facts import NOT_YET, Key
from app.engine.lifecycle import EventType
from app.engine.values import from_json
from app.engine.vocabulary import Item
from app.i18n import gettext, speaking
from app.papers import formwords as say
from app.papers.setting import set_pdf
from app.web import caseviews, words
from app.web.papercodes import Code
from app.web.planviews import REPLACED
from app.world import applications
from app.world.applications import Sent
from app.world.journeys import Journey
from app.world.views import CaseView
from app.world.worlds import World

MOST_COLUMNS = 5  # of a table of several subjects; with more, each subject has a table of its own


def form(world: World, case: CaseView, address: str) -> bytes:
    """The PDF. `address`: of the case's page, for the code that a phone reads; it holds nothing personal."""
    with speaking("ja"):
        return set_pdf("form", content(world, case, address), _day(world, case))


def content(world: World, case: CaseView, address: str) -> dict[str, Any]:
    """Everything that stands on the form, as the template takes it."""
    journey = world.journey(case.journey)
    assert journey is not None
    definition = caseviews.definition(world, case)
    sent = applications.sent(world, case)
    blocks = [*_Facts(journey, sent).blocks(definition), *_papers(journey, case, definition, sent)]
    blocks.append({"heading": say.SIGNATURE, "rows": _signature(journey, sent, case)})
    number = case.arrival_number or say.NO_NUMBER
    return {
        "title": definition.title,
        "author": say.AUTHOR,
        "keywords": ["simulation", "kind=form", f"case={case.arrival_number or case.n}"],
        "header": say.HEADER,
        "footer": say.footer(definition.title, number),
        "law": say.law(definition.law),
        "addressee": _addressee(world.context.library.authorities.get(case.authority), definition),
        "filed": [
            (say.NUMBER, number),
            (say.day_label(left=_left(case) is not None, signed=sent.signed is not None), say.day(_day(world, case))),
            (say.MODE, say.HOW[case.channel]),
        ],
        "blocks": blocks,
        "qr": Code(address, say.CODE_SAID).drawn([say.CODE_BESIDE, address]),
    }


def _day(world: World, case: CaseView) -> date:
    """The day on which the application left; before that, the day of the signature."""
    return (_left(case) or world.submitted_at(case.journey) or world.now).date()


def _left(case: CaseView) -> datetime | None:
    """When a case left the site; None while it waits for others."""
    return next((event.at for event, _actor in case.history if event.type is EventType.RELEASED), None)


def _addressee(authority: Authority | None, definition: Procedure) -> str:
    municipality = authority is not None and authority.kind in ("municipality", "ward")
    return say.addressee(words.office_name(authority, definition), municipality=municipality)


# --- the facts -----------------------------------------------------------------------------------------------------------
class _Facts:
    """What an application says, in blocks by the role for which its definition asks it."""

    def __init__(self, journey: Journey, sent: Sent) -> None:
        self._journey, self._sent = journey, sent
        self._kinds = journey.facts.kinds

    def blocks(self, definition: Procedure) -> Iterator[dict[str, Any]]:
        """Every fact under each role that the definition asks it for, who applies first; what no role claims comes last."""
        left = dict.fromkeys(self._sent.facts)
        asked = self._asked(definition)
        for role in sorted(asked, key=lambda role: role != "applicant"):
            found: dict[str, list[Key]] = {}
            for one in self._sent.subjects.get(role, (role,)):
                keys = [(one, name) for name in asked[role] if (one, name) in self._sent.facts]
                if role == "applicant" and (one, "name") not in keys:  # asked for in another role: the same person
                    keys = [*(key for name in ("name", "kana") if (key := (one, name)) in self._sent.facts), *keys]
                if keys:
                    found[one] = keys
                for key in keys:
                    left.pop(key, None)
            yield from self._block(self._heading(role), found)
        rest: dict[str, list[Key]] = {}
        for key in left:
            rest.setdefault(key[0], []).append(key)
        yield from self._block(say.REST, rest)
        yield from self._acting_for()

    def _acting_for(self) -> Iterator[dict[str, Any]]:
        if self._sent.acting_for:
            rows = [
                {"label": self._called(one.subject), **_plain(say.CAPACITIES[one.capacity.value])}
                for one in self._sent.acting_for
            ]
            yield {"heading": say.ACTING_FOR, "rows": rows}

    def _asked(self, definition: Procedure) -> dict[str, list[str]]:
        """Role to the names of its items, in the definition's order."""
        found: dict[str, list[str]] = {}
        for need in definition.needs:
            role, _dot, name = (need if isinstance(need, str) else need.item).partition(".")
            found.setdefault(role, []).append(name)
        return found

    def _heading(self, role: str) -> str:
        event = self._journey.event
        known = event.definition.roles.get(role)
        if role == "applicant":
            return say.APPLICANT
        if known is None:
            return say.EACH
        kind, _dot, name = (known.list or "").partition(".")
        listed = event.vocabulary.item(kind, name) if name else None
        return gettext(listed.label if listed else event.vocabulary.kinds[known.kind].label)

    def _block(self, heading: str, found: dict[str, list[Key]]) -> Iterator[dict[str, Any]]:
        """One grid for one subject, one table for several that have the same items, else a grid for each."""
        if not found:
            return
        columns = list(dict.fromkeys(name for keys in found.values() for _subject, name in keys))
        shown = [name for name in columns if not (name == "kana" and "name" in columns)]
        if len(found) > 1 and len(shown) <= MOST_COLUMNS:
            first = next(iter(found))
            head = [self._item((first, name)).label for name in shown]
            table = [[self._cell((one, name)) for name in shown] for one in found]
            yield {"heading": say.several(heading, len(found)), "head": head, "rows": table}
            return
        for count, (one, keys) in enumerate(found.items(), 1):
            rows = [
                {"label": self._item(key).label, **self._cell(key)}
                for key in keys
                if not (key[1] == "kana" and (one, "name") in keys)
            ]
            yield {"heading": f"{heading} {count}" if len(found) > 1 else heading, "rows": rows}

    def _item(self, key: Key) -> Item:
        item = self._journey.event.vocabulary.item(self._kinds.get(key[0], ""), key[1])
        assert item is not None, key  # what is not in the vocabulary cannot be sent
        return item

    def _cell(self, key: Key) -> dict[str, Any]:
        """Lines, reading and notes of one fact; empty where the subject has none."""
        if key not in self._sent.facts:
            return _plain(say.NOTHING)
        kana = self._sent.facts.get((key[0], "kana")) if key[1] == "name" else None
        notes = [say.CORRECTED[self._sent.corrected[key]]] if key in self._sent.corrected else []
        if key in self._sent.noted:
            notes.append(say.noted(self._lines(key, self._sent.noted[key])))
        return {
            "lines": self._lines(key, self._sent.facts[key]),
            "kana": str(kana or ""),
            "note": "　".join(notes),
        }

    def _lines(self, key: Key, raw: Any) -> list[str]:
        item = self._item(key)
        value = from_json(item, raw)
        if item.type in ("person", "subjects") and value not in (None, NOT_YET):
            people = value if isinstance(value, tuple) else (value,)
            return [self._called(one) for one in people] or [say.NONE_LISTED]
        return [say.day(value)] if isinstance(value, date) else words.lines(self._journey, key, value)

    def _called(self, subject: str) -> str:
        """A subject that another fact points to: by its name where the office has it."""
        kind = self._journey.event.vocabulary.kinds.get(self._kinds.get(subject, ""))
        name = self._sent.facts.get((subject, kind.named_by)) if kind and kind.named_by else None
        if name:
            return str(name)
        return say.APPLICANT if subject in self._sent.subjects.get("applicant", ()) else say.NOT_NAMED


# --- documents and signature -----------------------------------------------------------------------------------------------
def _papers(journey: Journey, case: CaseView, definition: Procedure, sent: Sent) -> Iterator[dict[str, Any]]:
    planned = journey.plan.find(case.procedure, case.subject)
    evidence: Sequence[Evidence] = planned.evidence if planned is not None else definition.evidence
    rows = [
        [_plain(one.document), _plain(REPLACED[one.replaced_by]), _plain(one.note or say.NOTHING)] for one in evidence
    ]
    rows += [[_plain(name), _plain(say.ATTACHED), _plain(say.NOTHING)] for name in sent.attachments]
    if rows:
        yield {"heading": say.DOCUMENTS, "head": say.DOCUMENT_HEAD, "rows": rows}


def _plain(text: str) -> dict[str, Any]:
    return {"lines": [text], "kana": "", "note": ""}


def _signature(journey: Journey, sent: Sent, case: CaseView) -> list[dict[str, Any]]:
    if sent.signed is None:
        private = sent.private and sent.signer is None
        said = say.AWAITED if case.unsigned else say.unsigned(automatic=case.channel == "automatic", private=private)
        return [{"label": say.SIGNATURE, **_plain(said)}]
    certificate = x509.load_der_x509_certificate(base64.b64decode(sent.signed.certificate))
    issuer = certificate.issuer.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    at = sent.signed.at
    return [
        {"label": label, **_plain(text)}
        for label, text in (
            (say.SIGNER, journey.name_of(sent.signer or journey.facts.roles["applicant"]) or say.APPLICANT),
            (say.SIGNED_AT, f"{say.day(at.date())} {at:%H:%M}"),
            (say.SERIAL, f"{certificate.serial_number:X}"),
            (say.ISSUER, say.certifier(str(issuer[0].value)) if issuer else say.NOTHING),
        )
    ]
