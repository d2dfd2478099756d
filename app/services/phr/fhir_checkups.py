"""Check-ups as DiagnosticReport, Observation and Composition, and the mother-and-child record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from app.services.phr import codes
from app.services.phr.codes import FINDINGS, coding, concept
from app.services.phr.events import Checkup, History, Pregnancy
from app.services.phr.making import Json, Maker, Resource

_REPORT_LOINC = "53576-5"  # 検診・健診報告書, the one type of eCheckup's documents
_PREGNANCY, _DUE = ("82810-3", "妊娠の状態"), ("11778-8", "出産予定日")
_STATES = {True: ("77386006", "妊娠中"), False: ("60001007", "妊娠していない")}
SNOMED = "http://snomed.info/sct"


def of_checkups(maker: Maker, found: Iterable[Checkup]) -> Iterator[Resource]:
    """For each check-up its findings, the report over them, and the document that holds both."""
    for one in found:
        category, title, section = codes.CHECKUPS[one.kind]
        observations = [_observation(maker, one, category, key) for key in one.findings]
        yield from observations
        report = _report(maker, one, category, title, observations)
        yield report
        yield _composition(maker, one, category, title, section, observations, report)


def _observation(maker: Maker, one: Checkup, category: str, key: str) -> Resource:
    finding, value = FINDINGS.get(key), one.findings[key]
    body: Json = {
        "status": "final",
        "category": [
            concept(
                finding.category if finding else codes.EXAM,
                coding(codes.HL7 + "observation-category", finding.category if finding else codes.EXAM),
            )
        ],
        "code": codes.finding_concept(key),
        "subject": maker.subject,
        "effectiveDateTime": one.on.isoformat(),
        "performer": [{"display": one.place}],
    }
    if finding and finding.unit and not isinstance(value, str):
        quantity = {"unit": finding.unit, "system": codes.UCUM, "code": finding.unit}
        body["valueQuantity"] = {"value": value} | quantity
        bounds = {"low": finding.low, "high": finding.high}
        limits = {name: {"value": bound} | quantity for name, bound in bounds.items() if bound is not None}
        if limits:
            body["referenceRange"] = [limits]
            body["interpretation"] = [_interpretation(float(value), finding.low, finding.high)]
    else:
        body["valueString"] = str(value)
    profile = codes.E_CHECKUP + "JP_Observation_eCheckupGeneral"
    profiles = (profile,) if one.kind in ("specific", "elderly") else (codes.JP_CORE + "JP_Observation_Common",)
    return maker.make("Observation", (one.kind, one.stage, key), category, one.on, one.source, body, *profiles)


def _interpretation(value: float, low: float | None, high: float | None) -> Json:
    code, text = "N", "基準の範囲"
    if low is not None and value < low:
        code, text = "L", "低い"
    if high is not None and value > high:
        code, text = "H", "高い"
    return concept(text, coding(codes.HL7 + "v3-ObservationInterpretation", code))


def _report(maker: Maker, one: Checkup, category: str, title: str, observations: list[Resource]) -> Resource:
    body: Json = {
        "status": "final",
        "category": [concept(title, coding(codes.CHECKUP_SYSTEM, one.kind, title))],
        "code": concept(title, coding(codes.LOINC, _REPORT_LOINC), coding(codes.CHECKUP_SYSTEM, one.kind, title)),
        "subject": maker.subject,
        "effectiveDateTime": one.on.isoformat(),
        "performer": [{"display": one.place}],
        "result": [{"reference": f"Observation/{entry.id}"} for entry in observations],
    }
    if one.judgement:
        body["conclusion"] = one.judgement
    profile = codes.JP_CORE + "JP_DiagnosticReport_Common"
    return maker.make("DiagnosticReport", (one.kind, one.stage), category, one.on, one.source, body, profile)


def _composition(
    maker: Maker,
    one: Checkup,
    category: str,
    title: str,
    section: str | None,
    observations: list[Resource],
    report: Resource,
) -> Resource:
    lines = "".join(f"<li>{escape(_line(entry.body))}</li>" for entry in observations)
    part: Json = {
        "title": f"{title}の結果",
        "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><ul>{lines}</ul></div>'},
        "entry": [{"reference": f"{entry.type}/{entry.id}"} for entry in (report, *observations)],
    }
    if section:
        part["code"] = concept(f"{title}検査結果", coding(codes.SECTIONS, section))
    body: Json = {
        "status": "final",
        "type": concept("検診・健診報告書", coding(codes.DOC_TYPES, _REPORT_LOINC)),
        "category": [concept(title, coding(codes.CHECKUP_SYSTEM, one.kind, title))],
        "subject": maker.subject,
        "date": one.on.isoformat(),
        "author": [{"display": one.place}],
        "title": title,
        "event": [{"period": {"start": one.on.isoformat(), "end": one.on.isoformat()}}],
        "section": [part],
    }
    profiles = (codes.E_CHECKUP + "JP_Composition_eCheckupGeneral",) if section else ()
    return maker.make("Composition", (one.kind, one.stage), category, one.on, one.source, body, *profiles)


def _line(body: Json) -> str:
    quantity = body.get("valueQuantity")
    value = f"{quantity['value']} {quantity['unit']}" if quantity else body.get("valueString", "")
    return f"{body['code']['text']} {value}"


def of_maternity(maker: Maker, found: History) -> Iterator[Resource]:
    """The mother-and-child record: for each pregnancy its state and due date, and a handbook over all that belongs to it."""
    for one in found.pregnancies:
        observations = list(_of_pregnancy(maker, one))
        yield from observations
        yield _handbook(maker, one, found, observations)


def _of_pregnancy(maker: Maker, one: Pregnancy) -> Iterator[Resource]:
    def observation(code: tuple[str, str], value: Json, what: str) -> Resource:
        day = one.ended if what == "ended" and one.ended else one.notified
        body: Json = {
            "status": "final",
            "category": [concept("social-history", coding(codes.HL7 + "observation-category", "social-history"))],
            "code": concept(code[1], coding(codes.LOINC, code[0])),
            "subject": maker.subject,
            "effectiveDateTime": day.isoformat(),
            "performer": [{"display": "市区町村（母子保健）"}],
        } | value
        return maker.make("Observation", ("pregnancy", one.due, what), "maternal", day, "maternal-register", body)

    def state(pregnant: bool) -> Json:
        code, text = _STATES[pregnant]
        return {"valueCodeableConcept": concept(text, coding(SNOMED, code))}

    yield observation(_PREGNANCY, state(True), "began")
    yield observation(_DUE, {"valueDateTime": one.due.isoformat()}, "due")
    if one.ended:
        yield observation(_PREGNANCY, state(False), "ended")


def _handbook(maker: Maker, one: Pregnancy, found: History, observations: list[Resource]) -> Resource:
    own = [
        visit for visit in found.checkups if visit.kind == "antenatal" and visit.stage.startswith(one.due.isoformat())
    ]
    reports = [f"DiagnosticReport/{maker.id('DiagnosticReport', visit.kind, visit.stage)}" for visit in own]
    sections: list[Json] = [
        {
            "title": "妊娠の届出",
            "entry": [{"reference": f"Observation/{entry.id}"} for entry in observations],
        }
    ]
    if reports:
        sections.append({"title": "妊婦健康診査", "entry": [{"reference": reference} for reference in reports]})
    body: Json = {
        "identifier": {"system": codes.HANDBOOK_SYSTEM, "value": one.handbook},
        "status": "final" if one.ended else "preliminary",
        "type": concept("母子健康手帳", coding(codes.CHECKUP_SYSTEM, "handbook", "母子健康手帳")),
        "subject": maker.subject,
        "date": one.notified.isoformat(),
        "author": [{"display": "市区町村（母子保健）"}],
        "title": "母子健康手帳",
        "section": sections,
    }
    return maker.make("Composition", ("handbook", one.due), "maternal", one.notified, "maternal-register", body)
