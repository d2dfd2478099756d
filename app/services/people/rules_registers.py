"""Rules about what the registers hold of the living: card, insurance, pension, tax, licence, school, allowances, care, things."""

from __future__ import annotations

from app.services.people.rules import Found, rule
from app.services.people.view import View, grade

_SIGNING_AGE = 15
_CARD_STATES = {
    "valid",
    "expired",
    "locked",
    "signing_locked",
    "revoked",
    "cancelled",
    "signing_expired",
    "signing_revoked",
}


@rule("card")
def card(view: View) -> Found:
    """No signing certificate under 15 or without a card; the applicant's card is as the file's ``card`` says."""
    for id_, facts in view.living():
        signing, held = facts.get("signing_certificate", "none"), facts.get("card_held", False)
        if signing != "none" and view.age(id_) < _SIGNING_AGE:
            yield id_, f"{_SIGNING_AGE}歳より若いのに署名用電子証明書があります"
        if signing != "none" and not held:
            yield id_, "カードがないのに署名用電子証明書があります"
        if facts.get("phone_certificate") and signing != "valid":
            yield id_, "署名用電子証明書が使えないのに、スマートフォンの証明書があります"
    facts, state = view.people.get(view.applicant, {}), view.card.get("state", "valid")
    if (state in _CARD_STATES) != bool(facts.get("card_held")):
        yield view.applicant, f"カードの状態「{state}」と、カードを持っているかが合いません"
    if (state == "signing_expired") != (facts.get("signing_certificate") == "expired"):
        yield view.applicant, "署名用電子証明書の期限切れが、カードの状態と合いません"


@rule("insurance")
def insurance(view: View) -> Found:
    """From 75 the medical scheme of the elderly, before it only with a disability from 65; a dependant's insured is an employee."""
    assisted = any(facts.get("livelihood_assistance") for facts in view.households.values())
    records = view.records.get("insurance", {})
    for id_, facts in view.living():
        kind, years = facts.get("health_insurance"), view.age(id_)
        if years >= 75 and id_ in view.members and kind not in ("elderly", "other"):
            yield id_, "75歳以上なのに後期高齢者医療ではありません"
        if kind == "elderly" and (years < 65 or (years < 75 and facts.get("disability_handbook", "none") == "none")):
            yield id_, "後期高齢者医療に入る年齢ではありません"
        if assisted and id_ in view.members and kind in ("nhi", "elderly"):
            yield id_, "生活保護の世帯なのに国民健康保険か後期高齢者医療です"
        insured = records.get(id_, {}).get("dependant_of")
        if insured is None:
            continue
        holder = view.people.get(insured)
        if insured == id_ or holder is None or holder.get("health_insurance") not in ("employee", "voluntary"):
            yield id_, f"{insured} は被保険者ではありません"
        elif kind != holder["health_insurance"] or insured in view.dead:
            yield id_, f"{insured} の扶養と、健康保険が合いません"
        if view.people[id_].get("pension_category") == "second":
            yield id_, "会社員なのに家族の扶養に入っています"


@rule("pension")
def pension(view: View) -> Found:
    """Categories by age: first 20 to 64, second 15 to 69, third 20 to 59 and married to somebody of the second."""
    for id_, facts in view.living():
        category, years = facts.get("pension_category", "none"), view.age(id_)
        if category == "first" and not 20 <= years < 65:
            yield id_, "第1号の年齢ではありません"
        if category == "second":
            if not 15 <= years < 70:
                yield id_, "第2号の年齢ではありません"
            if facts.get("health_insurance") == "nhi":
                yield id_, "会社員の年金なのに国民健康保険です"
        if category == "third":
            spouse = view.spouse(id_)
            if not 20 <= years < 60:
                yield id_, "第3号の年齢ではありません"
            if spouse is None or view.people[spouse].get("pension_category") != "second":
                yield id_, "第3号なのに、配偶者が第2号ではありません"
        if category == "none" and 20 <= years < 60 and id_ in view.members and facts.get("health_insurance") != "other":
            yield id_, "20歳から59歳なのに年金の種別がありません"
        paid = facts.get("pension_recipient", False)
        if paid and years < 60 and not view.records.get("pension", {}).get(id_, {}).get("paid"):
            yield id_, "年金を受け取る年齢ではありません"
        if not paid and years >= 75 and id_ in view.members and facts.get("nationality") == "japan":
            yield id_, "75歳以上なのに年金を受け取っていません"


@rule("licence")
def licence(view: View) -> Found:
    """A licence from 18; from 16 for a moped or a motorcycle. One that holds is not out of date."""
    records = view.records.get("licences", {})
    for id_, facts in view.living():
        held, one = facts.get("licence", "none") != "none", records.get(id_)
        small = one is not None and set(one["kinds"]) <= {"moped", "motorcycle"}
        if held and view.age(id_) < (16 if small else 18):
            yield id_, "運転免許を取れる年齢ではありません"
        if one and not held:
            yield id_, "運転免許がないのに免許の記録があります"
        if one and one["until"] < view.today:
            yield id_, f"運転免許が {one['until']} に切れています"


@rule("school")
def school(view: View) -> Found:
    """Years 1 to 9 of school, and only they, go to school; a place in childcare comes before."""
    for id_, facts in view.living():
        year, attends = grade(facts["birth_date"], view.today), facts.get("school", "none") != "none"
        if attends and not 1 <= year <= 9:
            yield id_, "小学校・中学校の年齢ではないのに通っています"
        if not attends and 1 <= year <= 9 and id_ in view.members and facts.get("nationality") == "japan":
            yield id_, "小学校・中学校の年齢なのに通う学校がありません"
        if facts.get("childcare", "none") != "none" and year > 0:
            yield id_, "保育所・幼稚園の年齢ではありません"


@rule("pregnancy")
def pregnancy(view: View) -> Found:
    """Pregnant: a woman between 15 and 54."""
    for id_, facts in view.living():
        if (facts.get("pregnant") or facts.get("pregnancy_benefit_pending")) and (
            facts.get("sex") != "female" or not 15 <= view.age(id_) < 55
        ):
            yield id_, "妊娠の届出ができる人ではありません"


@rule("allowance")
def allowance(view: View) -> Found:
    """Child allowances go to who raises a child; the one for single parents to who has no spouse."""
    for id_, facts in view.living():
        wanted = [name for name in ("child_allowance_recipient", "rearing_allowance_recipient") if facts.get(name)]
        if wanted and not view.raising(id_):
            yield id_, "児童手当などを受けているのに、18歳の年度末までの子がいません"
        if "rearing_allowance_recipient" in wanted and view.spouse(id_):
            yield id_, "配偶者がいるのに児童扶養手当を受けています"
        if facts.get("civil_servant") and "child_allowance_recipient" in wanted:
            yield id_, "公務員は、児童手当を市から受けません"


@rule("care")
def care(view: View) -> Found:
    """Long-term care is certified from 40, and its record goes with the fact."""
    records = view.records.get("care", {})
    for id_, facts in view.living():
        certified = bool(facts.get("care_certified"))
        if certified and view.age(id_) < 40:
            yield id_, "介護保険の認定を受ける年齢ではありません"
        if id_ in records and not certified:
            yield id_, "介護保険の認定がないのに、認定の記録があります"


@rule("unemployment")
def unemployment(view: View) -> Found:
    """Who works as an employee gets no unemployment benefit, and nobody from 65 does."""
    for id_, facts in view.living():
        if facts.get("unemployment_benefit") and (facts.get("pension_category") == "second" or view.age(id_) >= 65):
            yield id_, "失業給付を受けられる人ではありません"


@rule("things")
def things(view: View) -> Found:
    """Vehicles, mopeds, dogs and properties belong to a household, in the list that fits; somebody grown-up lives there."""
    held: dict[str, str] = {}
    for id_, facts in view.households.items():
        for name in ("vehicles", "mopeds", "dogs", "properties"):
            for thing in facts.get(name, ()):
                if thing in held:
                    yield thing, "2つの世帯に書かれています"
                held[thing] = name
        owns = facts.get("vehicles") or facts.get("mopeds") or facts.get("properties")
        if owns and not any(member in view.people and view.age(member) >= 16 for member in facts.get("members", ())):
            yield id_, "車や土地を持てる人がいません"
    for thing, facts in view.of_kind["vehicle"].items():
        fits = "mopeds" if facts.get("vehicle_type") == "moped" else "vehicles"
        if held.get(thing) != fits:
            yield thing, f"世帯の {fits} に書かれていません"
    for kind, name in (("dog", "dogs"), ("property", "properties")):
        for thing in view.of_kind[kind]:
            if held.get(thing) != name and thing not in view.records.get("owners", {}):
                yield thing, f"世帯の {name} に書かれていません"
