"""Rules about people: birth, names, family, deaths, the household itself, guardians."""

from __future__ import annotations

import re

from app.services.people.rules import Found, rule
from app.services.people.view import View

_KANA = re.compile(r"[ァ-ヶー・　 ]+")
_PARENT_GAP = 15
_OLDEST = 120
_ADULT = 18


@rule("birth")
def birth(view: View) -> Found:
    """Everybody was born, and not too long ago."""
    for id_, facts in view.people.items():
        born = facts.get("birth_date")
        if not born:
            yield id_, "生年月日がありません"
        elif born > view.today:
            yield id_, f"生年月日 {born} が未来です"
        elif id_ not in view.deaths and view.age(id_) > _OLDEST:
            yield id_, f"{_OLDEST}歳をこえています"


@rule("kana")
def kana(view: View) -> Found:
    """A reading in katakana; a name."""
    for id_, facts in view.people.items():
        if not facts.get("name"):
            yield id_, "氏名がありません"
        if not _KANA.fullmatch(facts.get("kana") or ""):
            yield id_, "フリガナが全角カタカナではありません"


@rule("parent-gap")
def parent_gap(view: View) -> Found:
    """No child older than its parent; a parent by birth is at least 15 years older."""
    for child, parents in view.parents.items():
        for relation, parent in parents:
            if child not in view.people or parent not in view.people:
                continue
            born, before = view.people[child]["birth_date"], view.people[parent]["birth_date"]
            least = 0 if "adoptive" in relation else _PARENT_GAP
            if born <= before:
                yield child, f"親の {parent} より年上です"
            elif view.age(parent, born) < least:
                yield child, f"親の {parent} との年の差が{least}歳より小さいです"


@rule("parents")
def parents(view: View) -> Found:
    """At most one father and one mother of each kind, of the fitting sex, and nobody is their own ancestor."""
    for child, found in view.parents.items():
        relations = [relation for relation, _ in found]
        if len(relations) != len(set(relations)):
            yield child, "同じ種類の親が2人います"
        for relation, parent in found:
            sex = view.people.get(parent, {}).get("sex")
            if sex == ("female" if relation.endswith("father") else "male"):
                yield child, f"{parent} の性別が {relation} と合いません"
        seen, ahead = set(), [parent for _, parent in found]
        while ahead:
            one = ahead.pop()
            if one == child:
                yield child, "自分の先祖になっています"
                break
            if one not in seen:
                seen.add(one)
                ahead += [parent for _, parent in view.parents.get(one, ())]


@rule("kin-known")
def kin_known(view: View) -> Found:
    """Relations, deaths, guardianships and records speak of people who are in the file."""
    named = [id_ for kin in view.records.get("family", ()) for id_ in (kin["person"], kin["of"])]
    named += view.deaths
    for key in (
        "names",
        "numbers",
        "addresses",
        "apart",
        "insurance",
        "work",
        "pension",
        "tax",
        "licences",
        "accounts",
        "health",
        "care",
    ):
        named += view.records.get(key, ())
    for register in view.records.get("family_registers", ()):
        named += (register["first"], *register["members"])
    named += [contract["holder"] for contract in view.records.get("contracts", ())]
    for id_ in dict.fromkeys(named):
        if id_ not in view.people:
            yield id_, "records に書かれた人が subjects にいません"


@rule("marriage")
def marriage(view: View) -> Found:
    """One spouse at a time, of age, alive for the register, and no close relative."""
    for id_, kins in view.spouses.items():
        if id_ not in view.people:
            continue
        if sum(1 for kin in kins if not kin.get("until")) > 1:
            yield id_, "配偶者が2人います"
        for kin in kins:
            other, since = kin["person"], kin.get("since")
            if since and since > view.today:
                yield id_, f"婚姻の日 {since} が未来です"
            if view.age(id_, since) < (
                16 if view.people[id_].get("sex") == "female" and (since or "") < "2022-04-01" else _ADULT
            ):
                yield id_, f"{since} に婚姻できる年齢ではありません"
            if other == id_ or any(parent == other for _, parent in view.parents.get(id_, ())):
                yield id_, f"{other} とは婚姻できません"
            if id_ in view.dead and not kin.get("until"):
                yield id_, "亡くなった人の婚姻が続いています"


@rule("household")
def household(view: View) -> Found:
    """One head a household, who is a member of at least 15; every member a living person, in one household only."""
    if not view.households:
        yield "household", "世帯がありません"
    counted: set[str] = set()
    for id_, facts in view.households.items():
        members, head = facts.get("members") or [], facts.get("head")
        if not isinstance(head, str) or head not in members:
            yield id_, "世帯主が1人ではないか、世帯の人ではありません"
        elif head in view.people and view.age(head) < 15:
            yield id_, "世帯主が15歳より若いです"
        for member in members:
            if member not in view.people:
                yield id_, f"{member} という人はいません"
            elif member in view.dead:
                yield id_, f"亡くなった {member} が世帯に残っています"
            if member in counted:
                yield id_, f"{member} が2つの世帯にいます"
            counted.add(member)


@rule("applicant")
def applicant(view: View) -> Found:
    """Who applies is a living member of the household."""
    who = view.applicant
    if who not in view.people or who in view.deaths or (view.members and who not in view.members):
        yield who, "届け出る人は、生きている世帯の人でなければなりません"


@rule("same-address")
def same_address(view: View) -> Found:
    """Everyone in a household shares the address, unless the file says why not (``records.apart``)."""
    apart = view.records.get("apart", {})
    for facts in view.households.values():
        members = [id_ for id_ in facts.get("members", ()) if id_ in view.people and id_ not in apart]
        homes = [view.people[id_].get("address") for id_ in members]
        for id_, home in zip(members, homes, strict=True):
            if home != homes[0]:
                yield id_, "世帯の人と住所が違います"


@rule("death")
def death(view: View) -> Found:
    """A death lies after the birth and not ahead; whom the registers know as dead has no card and is nobody's dependant."""
    for id_, one in view.deaths.items():
        facts = view.people.get(id_)
        if facts is None:
            continue
        if one["on"] > view.today or (one.get("learned") or "") > view.today:
            yield id_, f"死亡の日 {one['on']} が未来です"
        if facts.get("birth_date", "") > one["on"]:
            yield id_, "生まれる前に亡くなっています"
        if not one["notified"]:
            continue
        if facts.get("card_held") or facts.get("signing_certificate", "none") not in ("none", "revoked"):
            yield id_, "亡くなった人にマイナンバーカードがあります"
        if facts.get("public_account"):
            yield id_, "亡くなった人に公金受取口座があります"
        live = ("pension_recipient", "child_allowance_recipient", "care_certified", "pregnant", "seal_registered")
        if any(facts.get(name) for name in live) or facts.get("licence", "none") != "none":
            yield id_, "亡くなった人の登録が残っています"


@rule("newborn")
def newborn(view: View) -> Found:
    """A child not notified yet has a mother in the file who can have borne it, and was born in the last days."""
    for one in view.records.get("births", ()):
        mother = view.people.get(one["mother"])
        if mother is None or mother.get("sex") != "female" or not 15 <= view.age(one["mother"], one["on"]) < 55:
            yield one["mother"], "子を産んだ人として合いません"
        if one["on"] > view.today:
            yield one["mother"], f"子の生まれた日 {one['on']} が未来です"
        if not one.get("notified") and view.age_in_days(one["on"]) > 90:
            yield one["mother"], "生まれて3か月を過ぎた子の出生が届けられていません"


@rule("guardian")
def guardian(view: View) -> Found:
    """A guardian of a minor is for a minor, one of an adult for an adult; nobody is their own guardian; guardians live."""
    for one in view.records.get("guardianship", ()):
        ward, by = one["person"], one["guardian"]
        if ward not in view.people:
            yield ward, "後見される人が subjects にいません"
            continue
        minor = view.age(ward) < _ADULT
        if one["kind"] in ("minor", "special_representative") and not minor:
            yield ward, "成年なのに未成年後見人か特別代理人がいます"
        if one["kind"] in ("adult", "curator", "assistant", "voluntary") and minor:
            yield ward, "未成年なのに成年後見人がいます"
        if by == ward or by in view.deaths or (by in view.people and view.age(by) < _ADULT):
            yield ward, f"{by} は後見人になれません"
        if one["since"] > view.today:
            yield ward, f"後見の始まり {one['since']} が未来です"


@rule("foreign")
def foreign(view: View) -> Found:
    """A period of stay belongs to who is no Japanese, and has not run out; Latin names and 通称 likewise."""
    for id_, facts in view.living():
        other, until = facts.get("nationality") == "other", facts.get("residence_card_until")
        if until and not other:
            yield id_, "日本国籍の人に在留期間があります"
        if until and until < view.today:
            yield id_, f"在留期間が {until} に終わっています"
        names = view.records.get("names", {}).get(id_, {})
        if names.get("alias") and not other:
            yield id_, "日本国籍の人に通称があります"
        if names.get("former") and other:
            yield id_, "旧氏は日本国籍の人だけが記載できます"
