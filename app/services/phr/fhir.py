"""One person's history as FHIR R4 resources: JSON data, checked by the R4B models of fhir.resources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from app.services.phr import codes
from app.services.phr.codes import coding, concept
from app.services.phr.events import SOURCES, Expense, Given, History
from app.services.phr.fhir_checkups import of_checkups, of_maternity
from app.services.phr.household import Person
from app.services.phr.making import Json, Maker, Resource
from app.services.phr.schedule import VACCINES
from app.services.phr.treatment import PHARMACY

YEARLY = frozenset({"influenza"})  # no series, so no dose numbers


def _patient(maker: Maker) -> Resource:
    person, facts = maker.person, maker.person.facts
    name = str(facts.get("name", person.id))
    names = [_name(name, "IDE")] + ([_name(str(facts["kana"]), "SYL")] if facts.get("kana") else [])
    body: Json = {
        "identifier": [{"system": codes.PERSON_SYSTEM, "value": maker.id("identifier")}],
        "active": person.died is None,
        "name": names,
        "gender": facts.get("sex") if facts.get("sex") in ("male", "female") else "unknown",
        "birthDate": person.birth.isoformat(),
    }
    if person.died:
        body["deceasedDateTime"] = person.died.isoformat()
    if person.protected:
        # 支援措置: no client needs the address, and one of them may be near whom it is kept from.
        body["address"] = [{"extension": [{"url": codes.ABSENT, "valueCode": "masked"}]}]
    elif isinstance(facts.get("address"), dict):
        place = facts["address"]
        lines = [f"{place.get('town', '')}{place.get('block', '')}", place.get("building", "")]
        body["address"] = [
            {"postalCode": str(place.get("postcode", "")), "line": [x for x in lines if x], "country": "JP"}
        ]
    return maker.make("Patient", (), None, person.birth, "eligibility", body, codes.JP_CORE + "JP_Patient")


def _name(text: str, kind: str) -> Json:
    family, _, given = text.replace("　", " ").partition(" ")
    return {
        "extension": [{"url": codes.NAME_USE, "valueCode": kind}],
        "use": "official",
        "text": text,
        "family": family,
    } | ({"given": given.split()} if given else {})


_INSURANCES = {
    "nhi": "国民健康保険",
    "employee": "健康保険（被用者保険）",
    "elderly": "後期高齢者医療",
    "voluntary": "健康保険（任意継続）",
    "other": "その他の医療保障",
}


def _coverage(maker: Maker, began: date) -> Iterator[Resource]:
    kind = maker.person.facts.get("health_insurance")
    if kind not in _INSURANCES:
        return
    body = {
        "extension": [
            {"url": codes.JP_EXTENSION + "JP_Coverage_InsuredPersonSymbol", "valueString": "模擬"},
            {"url": codes.JP_EXTENSION + "JP_Coverage_InsuredPersonNumber", "valueString": maker.id("insured")[:8]},
        ],
        "status": "active",
        "type": concept(_INSURANCES[kind], coding(codes.OWN + "CodeSystem/insurance", kind)),
        "beneficiary": maker.subject,
        "payor": [{"display": f"{_INSURANCES[kind]}の保険者（模擬）"}],
    }
    day = max(maker.person.birth, date(began.year, 4, 1) if began.month >= 4 else date(began.year - 1, 4, 1))
    body["period"] = {"start": day.isoformat()}
    profile = codes.JP_CORE + "JP_Coverage"
    yield maker.make("Coverage", (kind,), "insurance", day, "eligibility", body, profile)


def _immunization(maker: Maker, one: Given) -> Resource:
    vaccine = VACCINES[one.vaccine]
    body: Json = {
        "status": "not-done" if one.not_done else "completed",
        "vaccineCode": concept(
            vaccine.name, coding(codes.CVX, vaccine.cvx), coding(codes.VACCINE_SYSTEM, one.vaccine, vaccine.name)
        ),
        "patient": maker.subject,
        "occurrenceDateTime": one.on.isoformat(),
        "primarySource": True,
        "performer": [{"actor": {"display": SOURCES[one.source].split("（")[0]}}],
        "protocolApplied": [{"targetDisease": [concept(vaccine.disease)], "doseNumberPositiveInt": one.dose}],
    }
    if one.not_done:
        body["statusReason"] = concept(one.note or "接種していない")
    else:
        body["lotNumber"] = one.lot
    if one.note and not one.not_done:
        body["note"] = [{"text": one.note}]
    if one.vaccine in YEARLY:
        del body["protocolApplied"]
    parts = (one.vaccine, one.dose, one.on)
    return maker.make(
        "Immunization", parts, "immunization", one.on, one.source, body, codes.JP_CORE + "JP_Immunization"
    )


def _medicines(maker: Maker, found: History, today: date) -> Iterator[Resource]:
    for one in found.taken:
        over = one.until is not None and one.until < today
        body: Json = {
            "status": "completed" if over else "active",
            "medicationCodeableConcept": concept(one.name),
            "subject": maker.subject,
            "effectivePeriod": {"start": one.since.isoformat()} | ({"end": str(one.until)} if one.until else {}),
            "dosage": [{"text": one.dosage}],
        }
        parts, profile = (one.name, one.since), codes.JP_CORE + "JP_MedicationStatement"
        yield maker.make("MedicationStatement", parts, "medication", one.since, "claims", body, profile)
    for handed in found.dispensed:
        body = {
            "status": "completed",
            "medicationCodeableConcept": concept(handed.name),
            "subject": maker.subject,
            "whenHandedOver": handed.on.isoformat(),
            "daysSupply": {"value": handed.days, "unit": "日", "system": codes.UCUM, "code": "d"},
            "performer": [{"actor": {"display": PHARMACY}}],
            "dosageInstruction": [{"text": handed.dosage}],
        }
        parts, profile = (handed.name, handed.on), codes.JP_CORE + "JP_MedicationDispense"
        yield maker.make("MedicationDispense", parts, "medication", handed.on, "claims", body, profile)
    for allergy in found.allergies:
        day = allergy.since or maker.person.birth
        body = {
            "clinicalStatus": concept("active", coding(codes.HL7 + "allergyintolerance-clinical", "active")),
            "code": concept(allergy.name),
            "patient": maker.subject,
        } | ({"onsetDateTime": allergy.since.isoformat()} if allergy.since else {})
        profile = codes.JP_CORE + "JP_AllergyIntolerance"
        yield maker.make("AllergyIntolerance", (allergy.name,), "medication", day, "personal", body, profile)


_CLAIM_TYPES = {
    "outpatient": "professional",
    "inpatient": "institutional",
    "dental": "oral",
    "pharmacy": "pharmacy",
}
_CLAIM_TEXTS = {"outpatient": "医科（外来）", "inpatient": "医科（入院）", "dental": "歯科", "pharmacy": "調剤"}


def _expenses(maker: Maker, found: History) -> Iterator[Resource]:
    seen: Counter[Expense] = Counter()
    for one in found.expenses:
        seen[one] += 1  # two of the same are two: their places tell them apart
        kind = concept(_CLAIM_TEXTS[one.kind], coding(codes.HL7 + "claim-type", _CLAIM_TYPES[one.kind]))
        body = {
            "status": "active",
            "type": kind,
            "use": "claim",
            "patient": maker.subject,
            "billablePeriod": {"start": one.on.isoformat(), "end": one.on.isoformat()},
            "created": one.on.isoformat(),
            "insurer": {"display": "医療保険者（模擬）"},
            "provider": {"display": one.facility},
            "outcome": "complete",
            "insurance": [{"focal": True, "coverage": {"display": "加入している医療保険"}}],
            "total": [
                _total("submitted", "医療費の総額", one.total),
                _total("benefit", "保険や公費が払う額", one.total - one.paid),
            ],
            "payment": {"amount": {"value": one.total - one.paid, "currency": "JPY"}},
        }
        parts = (one.on, one.kind, one.facility, one.total, seen[one])
        yield maker.make("ExplanationOfBenefit", parts, "expenses", one.on, "claims", body)


def _total(code: str, text: str, value: int) -> Json:
    return {
        "category": concept(text, coding(codes.HL7 + "adjudication", code)),
        "amount": {"value": value, "currency": "JPY"},
    }


def checked(resources: Iterable[Resource]) -> list[Resource]:
    """The same resources, each accepted by its R4B model; raises pydantic's `ValidationError` where one is not.

    The models are imported at the first use: they are a third of the memory of the service.
    """
    from fhir.resources.R4B import get_fhir_model_class

    found = list(resources)
    for one in found:
        get_fhir_model_class(one.type).model_validate(one.body)
    return found


def withheld(person: Person, one: Resource) -> bool:
    """Whether its source does not hand this over."""
    return any(
        entry.category == one.category and (entry.before is None or one.day < entry.before)
        for entry in person.health.missing
    )


def resources(person: Person, found: History, began: date, today: date) -> Iterator[Resource]:
    """Everything of a history that its sources hand over, as resources."""
    maker = Maker(person)
    made: list[Resource] = [_patient(maker), *_coverage(maker, began)]
    made += [_immunization(maker, one) for one in found.given]
    made += [*_medicines(maker, found, today), *_expenses(maker, found)]
    made += [*of_checkups(maker, found.checkups), *of_maternity(maker, found)]
    yield from (one for one in made if not withheld(person, one))
