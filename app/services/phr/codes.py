"""Code systems and profiles quoted by their canonical addresses, and the codes of what is measured.

JP Core, eCheckup and JLAC10 are named, not shipped: whoever wants to check against them has them. The codes were written down from
memory of public texts, so every resource carries the tag `simulated` in `meta.tag`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

OWN = "https://hitomado.example/fhir/"
SIMULATED = {"system": OWN + "CodeSystem/simulation", "code": "simulated", "display": "模擬"}
MISSING_REASON = OWN + "StructureDefinition/missing-reason"
CATEGORY_SYSTEM = OWN + "CodeSystem/consent-category"
VACCINE_SYSTEM = OWN + "CodeSystem/vaccine"
CHECKUP_SYSTEM = OWN + "CodeSystem/checkup"
HANDBOOK_SYSTEM = OWN + "NamingSystem/mother-and-child-handbook"
PERSON_SYSTEM = OWN + "NamingSystem/person"
SOURCE = "urn:hitomado:source:"

JP_CORE = "http://jpfhir.jp/fhir/core/StructureDefinition/"
JP_EXTENSION = "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/"
E_CHECKUP = "http://jpfhir.jp/fhir/eCheckup/StructureDefinition/"
DOC_TYPES = "http://jpfhir.jp/fhir/Common/CodeSystem/doc-typecodes"
SECTIONS = "http://jpfhir.jp/fhir/eCheckup/CodeSystem/section-code"
JLAC10 = "urn:oid:1.2.392.200119.4.504"
LOINC = "http://loinc.org"
CVX = "http://hl7.org/fhir/sid/cvx"
UCUM = "http://unitsofmeasure.org"
NAME_USE = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
HL7 = "http://terminology.hl7.org/CodeSystem/"

# Observation.category by what is measured.
VITAL, LABORATORY, EXAM = "vital-signs", "laboratory", "exam"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is measured. `unit`: UCUM, None where the value is text. `low` and `high`: reference range."""

    text: str
    loinc: str | None
    jlac10: str | None
    unit: str | None
    category: str
    low: float | None = None
    high: float | None = None


FINDINGS = {
    "height": Finding("身長", "8302-2", "9N001000000000001", "cm", VITAL),
    "weight": Finding("体重", "29463-7", "9N006000000000001", "kg", VITAL),
    "bmi": Finding("BMI", "39156-5", "9N011000000000001", "kg/m2", VITAL, 18.5, 24.9),
    "waist": Finding("腹囲", "8280-0", "9N016160100000001", "cm", VITAL),
    "head": Finding("頭囲", "9843-4", None, "cm", VITAL),
    "systolic": Finding("収縮期血圧", "8480-6", "9A755000000000001", "mm[Hg]", VITAL, None, 129),
    "diastolic": Finding("拡張期血圧", "8462-4", "9A765000000000001", "mm[Hg]", VITAL, None, 84),
    "triglycerides": Finding("中性脂肪", "2571-8", "3F015000002327101", "mg/dL", LABORATORY, None, 149),
    "hdl": Finding("HDLコレステロール", "2085-9", "3F070000002327101", "mg/dL", LABORATORY, 40, None),
    "ldl": Finding("LDLコレステロール", "13457-7", "3F077000002327101", "mg/dL", LABORATORY, None, 119),
    "ast": Finding("AST（GOT）", "1920-8", "3B035000002327201", "U/L", LABORATORY, None, 30),
    "alt": Finding("ALT（GPT）", "1742-6", "3B045000002327201", "U/L", LABORATORY, None, 30),
    "ggt": Finding("γ-GT", "2324-2", "3B090000002327101", "U/L", LABORATORY, None, 50),
    "glucose": Finding("空腹時血糖", "1558-6", "3D010000001926101", "mg/dL", LABORATORY, None, 99),
    "hba1c": Finding("HbA1c（NGSP）", "4548-4", "3D046000001906202", "%", LABORATORY, None, 5.5),
    "creatinine": Finding("血清クレアチニン", "2160-0", "3C015000002327101", "mg/dL", LABORATORY),
    "urine_glucose": Finding("尿糖", "25428-4", "1A020000000191111", None, LABORATORY),
    "urine_protein": Finding("尿蛋白", "20454-5", "1A010000000191111", None, LABORATORY),
    "vision_right": Finding("視力（右）", None, None, None, EXAM),
    "vision_left": Finding("視力（左）", None, None, None, EXAM),
    "hearing": Finding("聴力", None, None, None, EXAM),
    "caries": Finding("むし歯の本数", None, None, "{count}", EXAM),
    "gestation": Finding("妊娠週数", "18185-9", None, "wk", EXAM),
    "fundus": Finding("子宮底長", "11881-0", None, "cm", EXAM),
    "birth_weight": Finding("出生体重", "8339-4", None, "g", VITAL),
    "birth_height": Finding("出生身長", "89269-5", None, "cm", VITAL),
    "birth_head": Finding("出生頭囲", "9843-4", None, "cm", VITAL),
}
# Check-up -> consent category, its name, section codes of eCheckup (results), programme.
CHECKUPS = {
    "infant": ("infant_checkup", "乳幼児健康診査", None),
    "school": ("school_checkup", "児童生徒等の健康診断", None),
    "specific": ("adult_checkup", "特定健康診査", "01011"),
    "elderly": ("adult_checkup", "後期高齢者健康診査", "01021"),
    "antenatal": ("maternal", "妊婦健康診査", None),
    "birth": ("maternal", "出生時の記録", None),
}


def coding(system: str, code: str, display: str | None = None) -> dict[str, Any]:
    """A Coding."""
    return {"system": system, "code": code} | ({"display": display} if display else {})


def concept(text: str, *codings: dict[str, Any]) -> dict[str, Any]:
    """A CodeableConcept."""
    return ({"coding": list(codings)} if codings else {}) | {"text": text}


def finding_concept(key: str) -> dict[str, Any]:
    """The code of what is measured; what the table does not know keeps its name."""
    known = FINDINGS.get(key)
    if known is None:
        return concept(key, coding(OWN + "CodeSystem/finding", key))
    codings = [coding(OWN + "CodeSystem/finding", key, known.text)]
    if known.loinc:
        codings.insert(0, coding(LOINC, known.loinc))
    if known.jlac10:
        codings.append(coding(JLAC10, known.jlac10))
    return concept(known.text, *codings)
