"""Check-ups of one person: infants', schools', 特定健診 and those of the late elderly.

Which ones there are: 母子保健法 第12条・第13条 (1.5 and 3 years by law, 3–4 months in nearly every municipality), 学校保健安全法
第13条 (every school year by the end of June), 高齢者の医療の確保に関する法律 第20条 (40 to 74 in the fiscal year) and 第125条 (from 75).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from app.services.phr import growth
from app.services.phr.events import Checkup
from app.services.phr.household import Person
from app.services.phr.seeds import Seed, add_months, age_on, first_grade_year, fiscal_year, open_day

SCHOOL_YEARS = 12  # to the third year of high school
DIGITAL_FROM = 2020  # fiscal year from which 特定健診 are handed over
_INFANT = (("3-4m", 3, 30), ("1y6m", 18, 60), ("3y", 36, 120))  # stage, usual month, days within which they come
_EYES = ("A", "A", "A", "A", "B", "B", "C", "D")


def _years(birth: date, day: date) -> float:
    return (day - birth).days / 365.25


def infant(person: Person) -> Iterator[Checkup]:
    """乳幼児健診, those born since April 2010."""
    if person.birth < date(2010, 4, 1):
        return
    for stage, month, spread in _INFANT:
        day = open_day(
            add_months(person.birth, month) + timedelta(days=person.seed.between(3, spread, "infant", stage))
        )
        age, seed, female = _years(person.birth, day), person.seed, person.female
        findings: dict[str, float | str] = {
            "height": growth.height(seed, female, age),
            "weight": growth.weight(seed, female, age),
            "head": growth.head(seed, female, age),
        }
        if stage != "3-4m":
            findings["caries"] = float(seed.pick((0, 0, 0, 0, 1), "caries", stage))
        if stage == "3y":
            findings |= {"vision_right": "A", "vision_left": "A", "urine_protein": "(-)"}
        yield Checkup("infant", stage, day, "市の保健センター（模擬）", findings, "異常なし", "maternal-register")


def school(person: Person, today: date) -> Iterator[Checkup]:
    """学校健診, every year from the first of elementary school to the third of high school."""
    first, seed, female = first_grade_year(person.birth), person.seed, person.female
    for grade in range(1, SCHOOL_YEARS + 1):
        year = first + grade - 1
        if year < 2015 or year > fiscal_year(today):
            continue
        day = open_day(date(year, 4, 10) + timedelta(days=seed.between(0, 70, "school", year)))
        age = _years(person.birth, day)
        # Sight may only get worse over the years.
        worse = min(len(_EYES) - 1, seed.between(0, 4, "eyes") + grade // 3)
        findings: dict[str, float | str] = {
            "height": growth.height(seed, female, age),
            "weight": growth.weight(seed, female, age),
            "vision_right": _EYES[worse],
            "vision_left": _EYES[max(0, worse - seed.between(0, 1, "left"))],
            "hearing": "異常なし",
            "caries": float(seed.pick((0, 0, 0, 1, 2), "caries", year)),
            "urine_protein": "(-)",
        }
        judgement = "異常なし" if findings["vision_right"] in ("A", "B") else "視力の再検査をおすすめします"
        yield Checkup("school", f"grade-{grade}", day, "学校（模擬）", findings, judgement, "school-register")


def adult(person: Person, today: date) -> Iterator[Checkup]:
    """特定健診 in the fiscal years in which a person becomes 40 to 74; from the 75th birthday that of the late elderly."""
    seed, birth = person.seed, person.birth
    for year in range(DIGITAL_FROM, fiscal_year(today) + 1):
        day = open_day(date(year, 6, 1) + timedelta(days=seed.between(0, 150, "adult", year)))
        at_end = age_on(birth, date(year + 1, 3, 31))
        if seed.share("adult", "came", year) > 0.85 or at_end < 40:
            continue
        if age_on(birth, day) >= 75:
            findings = adult_findings(seed, person.female, age_on(birth, day))
            wanted = {name: findings[name] for name in _ELDERLY}
            yield Checkup(
                "elderly", str(year), day, "かかりつけ医（模擬）", wanted, _advice(findings), "regional-union"
            )
        elif at_end <= 74:
            findings = adult_findings(seed, person.female, age_on(birth, day))
            yield Checkup(
                "specific", str(year), day, "健診センター（模擬）", findings, _advice(findings), "insurer-checkups"
            )


_ELDERLY = (
    "height", "weight", "bmi", "systolic", "diastolic", "triglycerides", "hdl", "ldl", "ast", "alt", "ggt", "hba1c",
    "urine_glucose", "urine_protein",
)  # fmt: skip


def adult_findings(seed: Seed, female: bool, age: int) -> dict[str, float | str]:
    """The laboratory's numbers at an age. A person keeps a bent towards high or low; age adds to pressure and sugar."""

    def around(name: str, middle: float, width: float, drift: float = 0.0, places: int = 0) -> float:
        own = seed.bell(name) * width + seed.bell(name, age) * width * 0.25
        return round(middle + own + drift * (age - 40), places)

    height = growth.height(seed, female, 18.0)
    bmi = min(34.0, max(17.0, around("bmi", 22.0 if female else 23.5, 2.4, 0.02, 1)))
    weight = round(bmi * (height / 100) ** 2, 1)
    systolic = around("systolic", 118, 9, 0.45)
    return {
        "height": height,
        "weight": weight,
        "bmi": round(weight / (height / 100) ** 2, 1),
        "waist": round((75 if female else 81) + (bmi - 22) * 2.4, 1),
        "systolic": systolic,
        "diastolic": min(systolic - 20, around("diastolic", 72, 7, 0.15)),
        "triglycerides": max(40.0, around("triglycerides", 100, 35)),
        "hdl": max(35.0, around("hdl", 66 if female else 57, 9)),
        "ldl": max(60.0, around("ldl", 120, 20)),
        "ast": max(12.0, around("ast", 22, 4)),
        "alt": max(8.0, around("alt", 20, 6)),
        "ggt": max(10.0, around("ggt", 25 if female else 38, 10)),
        "glucose": max(72.0, around("glucose", 94, 6, 0.2)),
        "hba1c": max(4.8, around("hba1c", 5.5, 0.2, 0.008, 1)),
        "creatinine": max(0.45, around("creatinine", 0.65 if female else 0.85, 0.08, 0.001, 2)),
        "urine_glucose": "(-)",
        "urine_protein": "(-)",
    }


def _advice(findings: dict[str, float | str]) -> str:
    if float(findings["systolic"]) >= 140 or float(findings["hba1c"]) >= 6.5:
        return "医療機関を受診してください"
    if float(findings["systolic"]) >= 130 or float(findings["hba1c"]) >= 5.6 or float(findings["bmi"]) >= 25:
        return "生活習慣を見直しましょう"
    return "異常なし"
