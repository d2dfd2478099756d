"""Every rule of coherence is broken once, and tells it; what is sound passes."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.mynumber_guard import check_digit
from app.services.people import numbers
from app.services.people.coherence import RULES, check, check_all
from app.services.people.view import age, grade, months_between
from app.services.simcore.personas import read_persona

PROCEDURES = Path(__file__).parents[3] / "procedures"
Raw = dict[str, Any]
LEGAL = "99900000000" + str(check_digit("99900000000"))


@cache
def stored(name: str) -> Raw:
    household = read_persona(PROCEDURES, name)
    assert household is not None
    return household


def facts(household: Raw, subject: str) -> Raw:
    return household["subjects"][subject]["facts"]


def put(subject: str, **values: Any) -> Callable[[Raw], None]:
    """Change facts of a subject; None takes one away."""

    def change(household: Raw) -> None:
        held = facts(household, subject)
        held.update(values)
        for name in [name for name, value in held.items() if value is None]:
            del held[name]

    return change


def record(*path: Any, value: Any) -> Callable[[Raw], None]:
    """Set what stands at a path below records."""

    def change(household: Raw) -> None:
        at = household["records"]
        for part in path[:-1]:
            at = at[part]
        at[path[-1]] = value

    return change


def more(key: str, **entry: Any) -> Callable[[Raw], None]:
    """Add an entry to a list of the records."""
    return lambda household: household["records"].setdefault(key, []).append(entry)


def plainly(**values: Any) -> Callable[[Raw], None]:
    """Change the household file itself."""
    return lambda household: household.update(values)


STAY = {"from": "2030-01-01", "abroad": "月"}
BROKEN: list[tuple[str, str, str, Callable[[Raw], None]]] = [
    # rule, household, a word of the sentence, what breaks it
    ("birth", "yamashina", "ありません", put("mio", birth_date=None)),
    ("birth", "yamashina", "未来", put("mio", birth_date="2031-03-20")),
    ("birth", "takatsu", "120歳", put("tomi", birth_date="1900-10-30")),
    ("kana", "kudo", "全角カタカナ", put("takumi", kana="くどう たくみ")),
    ("kana", "kudo", "氏名", put("takumi", name="")),
    ("parent-gap", "yamashina", "年上", put("mio", birth_date="1980-03-20")),
    ("parent-gap", "yamashina", "15歳", put("mio", birth_date="2003-03-20")),
    ("parents", "yamashina", "2人", more("family", person="ren", relation="mother", of="mio")),
    ("parents", "yamashina", "性別", put("ren", sex="female")),
    ("parents", "yamashina", "先祖", more("family", person="mio", relation="father", of="ren")),
    ("implied", "sugihara", "kin は、records によれば child", put("kumiko", kin="grandchild")),
    ("implied", "sugihara", "paid_pensions", put("isamu", paid_pensions=["disability_basic"])),
    ("kin-known", "yamashina", "subjects にいません", more("family", person="nobody", relation="sibling", of="ren")),
    ("marriage", "ooba", "2人", more("family", person="chinatsu", relation="spouse", of="takashi", since="2015-01-01")),
    ("marriage", "yamashina", "年齢", record("family", 0, "since", value="2001-01-01")),
    ("marriage", "yamashina", "未来", record("family", 0, "since", value="2040-01-01")),
    ("marriage", "ooba", "婚姻できません", more("family", person="yoshiko", relation="spouse", of="takashi", since="2010-01-01")),
    ("marriage", "mizuki", "続いて", more("family", person="kei", relation="spouse", of="nao", since="2012-04-01")),
    ("household", "yamashina", "世帯主", put("household", head="nobody")),
    ("household", "yamashina", "15歳", put("household", head="mio")),
    ("household", "yamashina", "いません", put("household", members=["ren", "ghost"])),
    ("household", "mizuki", "残って", put("household", members=["nao", "kei"])),
    ("household", "hamabe", "2つの世帯", put("late_home", members=["kiyoshi", "megumi"])),
    ("applicant", "mizuki", "届け出る人", plainly(roles={"applicant": "kei"})),
    ("same-address", "yamashina", "住所が違い", put("ren", address={"municipality": "970018", "postcode": "000-0201"})),
    ("death", "sugihara", "未来", record("deaths", 0, "on", value="2028-01-01")),
    ("death", "sugihara", "生まれる前", record("deaths", 0, "on", value="1940-01-01")),
    ("death", "mizuki", "カード", put("kei", card_held=True)),
    ("death", "mizuki", "公金受取口座", put("kei", public_account="ひだまり銀行 中央支店 普通 0000001")),
    ("death", "mizuki", "登録", put("kei", licence="plastic")),
    ("newborn", "futaba", "合いません", record("births", 0, "mother", value="daiki")),
    ("newborn", "futaba", "未来", record("births", 0, "on", value="2027-04-01")),
    ("newborn", "futaba", "3か月", record("births", 0, "on", value="2026-08-01")),
    ("guardian", "hirota", "成年なのに", put("kanade", birth_date="2000-01-01")),
    ("guardian", "hirota", "未成年なのに", record("guardianship", 0, "kind", value="adult")),
    ("guardian", "hirota", "なれません", record("guardianship", 0, "guardian", value="uta")),
    ("guardian", "hirota", "未来", record("guardianship", 0, "since", value="2028-01-01")),
    ("foreign", "kudo", "日本国籍", put("takumi", residence_card_until="2030-01-01")),
    ("foreign", "lan", "終わって", put("lan", residence_card_until="2027-01-01")),
    ("foreign", "silva", "通称", put("lucas", nationality="japan")),
    ("foreign", "mochizuki", "旧氏", put("saya", nationality="other")),
    ("card", "yamashina", "15歳", put("mio", signing_certificate="valid")),
    ("card", "yamashina", "カードがない", put("ren", card_held=None)),
    ("card", "kudo", "スマートフォン", put("takumi", signing_certificate="none")),
    ("card", "kudo", "持っているか", plainly(card={"state": "none"})),
    ("card", "kudo", "期限切れ", plainly(card={"state": "signing_expired"})),
    ("insurance", "takatsu", "75歳以上", put("tomi", health_insurance="nhi")),
    ("insurance", "kudo", "年齢", put("takumi", health_insurance="elderly")),
    ("insurance", "nonaka", "生活保護", put("susumu", health_insurance="nhi")),
    ("insurance", "yamashina", "被保険者ではありません", record("insurance", "mio", "dependant_of", value="haruka")),
    ("insurance", "yamashina", "扶養と", put("mio", health_insurance="nhi")),
    ("insurance", "hayase", "会社員なのに", record("insurance", "misaki", "dependant_of", value="ryo")),
    ("pension", "yamashina", "第1号", put("mio", pension_category="first")),
    ("pension", "takatsu", "第2号", put("tomi", pension_category="second")),
    ("pension", "kudo", "国民健康保険", put("takumi", health_insurance="nhi")),
    ("pension", "takatsu", "第3号", put("tomi", pension_category="third")),
    ("pension", "nishio", "配偶者が", put("satoru", pension_category="first")),
    ("pension", "kudo", "種別", put("takumi", pension_category=None)),
    ("pension", "kudo", "受け取る年齢", put("takumi", pension_recipient=True)),
    ("pension", "takatsu", "受け取っていません", put("tomi", pension_recipient=None)),
    ("licence", "yamashina", "年齢", put("mio", licence="plastic")),
    ("licence", "ooba", "年齢", record("licences", "sota", "kinds", value=["car"])),
    ("licence", "kudo", "記録", put("takumi", licence="none")),
    ("licence", "kudo", "切れて", record("licences", "takumi", "until", value="2027-01-01")),
    ("school", "yamashina", "年齢ではない", put("sora", school="public")),
    ("school", "yamashina", "学校がありません", put("mio", school=None)),
    ("school", "yamashina", "保育所", put("mio", childcare="nursery")),
    ("pregnancy", "hayase", "妊娠", put("ryo", pregnant=True)),
    ("allowance", "kudo", "子がいません", put("takumi", child_allowance_recipient=True)),
    ("allowance", "yamashina", "配偶者", put("ren", rearing_allowance_recipient=True)),
    ("allowance", "yamashina", "公務員", put("ren", civil_servant=True)),
    ("care", "kudo", "年齢", put("takumi", care_certified=True)),
    ("care", "takatsu", "記録", put("tomi", care_certified=None)),
    ("unemployment", "kudo", "失業", put("takumi", unemployment_benefit=True)),
    ("things", "hamabe", "2つの世帯", put("household", dogs=["hachi"])),
    ("things", "yamashina", "mopeds", put("household", mopeds=[], vehicles=["kei", "gentsuki"])),
    ("things", "mizoguchi", "vehicles", put("household", vehicles=[])),
    ("things", "nonaka", "持てる人", put("household", members=[], head="susumu", properties=["ie"])),
    ("things", "lan", "dogs", lambda h: h["subjects"].update(rex={"kind": "dog", "facts": {"name": "レックス"}})),
    ("places", "kudo", "架空の市", put("takumi", address={"municipality": "131016", "postcode": "000-0112"})),
    ("places", "kudo", "郵便番号", put("takumi", address={"municipality": "980013", "postcode": "100-0001"})),
    ("places", "kudo", "本籍", record("family_registers", 0, "municipality", value="131016")),
    ("numbers", "kudo", "my_number", record("numbers", "takumi", "my_number", value=LEGAL)),
    ("numbers", "kudo", "resident_code", record("numbers", "takumi", "resident_code", value="12345678901")),
    ("numbers", "kudo", "licence", record("numbers", "takumi", "licence", value="301234567890")),
    ("numbers", "kudo", "phone", record("numbers", "takumi", "phone", value="090-1234-5678")),
    ("numbers", "lan", "residence_card", record("numbers", "lan", "residence_card", value="AB12345678CD")),
    ("numbers", "yamashina", "ほかの人と", lambda h: h["records"]["numbers"].update(mio=h["records"]["numbers"]["ren"])),
    ("numbers", "yamashina", "車の番号", put("kei", plate="品川 580 あ 12-34")),
    ("numbers", "morino", "マイクロチップ", put("maru", chip_number="392000000000103")),
    ("numbers", "kudo", "電話番号", lambda h: h["answers"].update({"takumi.phone": "03-1234-5678"})),
    ("real-number", "kudo", "実在", plainly(summary=f"番号は {LEGAL[:4]}-{LEGAL[4:8]}-{LEGAL[8:]} です")),
    ("address-history", "kudo", "未来", lambda h: h["records"]["addresses"]["takumi"].append(STAY)),
    ("address-history", "kudo", "とぎれて", record("addresses", "takumi", 0, "to", value="2001-01-01")),
    ("address-history", "kudo", "始まりより前", record("addresses", "takumi", 0, "to", value="1990-01-01")),
    ("address-history", "kudo", "終わっていません", record("addresses", "takumi", -1, "to", value="2027-01-01")),
    ("address-history", "kudo", "いまの住所と", put("takumi", address=stored("yamashina")["subjects"]["ren"]["facts"]["address"])),
    ("address-history", "lan", "どちらか", record("addresses", "lan", 0, "abroad", value=None)),
    ("pension-periods", "yamashina", "重なる", record("pension", "haruka", "periods", 1, "from", value="2013-01")),
    ("pension-periods", "kudo", "年齢ではありません", record("pension", "takumi", "periods", 0, "from", value="2016-01")),
    ("pension-periods", "kudo", "いまの種別", record("pension", "takumi", "periods", -1, "to", value="2026-01")),
    ("pension-periods", "takatsu", "受け取っている", record("pension", "tomi", "paid", value=[])),
    ("pension-periods", "takatsu", "早すぎ", record("pension", "tomi", "paid", 0, "since", value="1990-01")),
    ("tax", "kudo", "まだない", record("tax", "takumi", -1, "year", value=2028)),
    ("tax", "kudo", "ならんで", record("tax", "takumi", 1, "year", value=2023)),
    ("tax", "kudo", "かかりません", record("tax", "takumi", 1, "income", value=1000)),
    ("tax", "hinata", "かかります", record("tax", "aoi", 1, "income", value=9_000_000)),
    ("tax", "kudo", "非課税", put("takumi", tax_exempt=True)),
    ("accounts", "kudo", "架空の銀行", record("accounts", "takumi", 0, "bank", value="本物銀行")),
    ("accounts", "mizuki", "使えるまま", record("accounts", "kei", 0, "state", value="open")),
    ("accounts", "kudo", "名義が", record("accounts", "takumi", 0, "holder_kana", value="ニシオ サトル")),
    ("accounts", "anzai", "同じです", record("accounts", "michiyo", 0, "holder_kana", value="アンザイ ミチヨ")),
    ("accounts", "hayase", "ほかの口座", lambda h: h["records"]["accounts"].update(misaki=h["records"]["accounts"]["ryo"])),
    ("accounts", "kudo", "持っている口座", put("takumi", public_account="ひだまり銀行 川辺支店 普通 9999999")),
    ("contracts", "kudo", "お客様番号", record("contracts", 0, "customer_number", value="12345")),
    ("contracts", "yamashina", "18歳", record("contracts", 0, "holder", value="mio")),
    ("dates", "yamashina", "続柄の日", more("family", person="ren", relation="sibling", of="haruka", since="2040-01-01")),
    ("dates", "kanzaki", "終わりが", record("family", 0, "until", value="2001-01-01")),
    ("dates", "takatsu", "care", record("care", "tomi", "since", value="2040-01-01")),
    ("dates", "arai", "未来", record("missing", 0, "since", value="2040-01-01")),
    ("family-register", "yamashina", "筆頭者", record("family_registers", 0, "members", value=["haruka"])),
    ("family-register", "yamashina", "2回", record("family_registers", 0, "members", value=["ren", "ren"])),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "name", "word", "breaks"), BROKEN, ids=[f"{rule}-{name}-{word}" for rule, name, word, _ in BROKEN]
)
def test_what_cannot_be_is_told(rule: str, name: str, word: str, breaks: Callable[[Raw], None]) -> None:
    assert check(stored(name)) == []
    household = deepcopy(stored(name))
    breaks(household)
    told = [str(one) for one in check(household) if one.rule == rule]
    assert any(word in one for one in told), [str(one) for one in check(household)]


def test_every_rule_is_broken_somewhere() -> None:
    assert {rule for rule, *_ in BROKEN} == set(RULES)


def test_records_of_the_wrong_shape_are_told_with_their_place() -> None:
    household = deepcopy(stored("kudo"))
    household["records"]["tax"]["takumi"][0]["incom"] = 1
    assert [(one.rule, one.subject) for one in check(household)] == [("shape", "records.tax.takumi.0.incom")]


def test_no_two_households_share_a_my_number() -> None:
    twice = [stored("kudo"), stored("kudo") | {"id": "again"}]
    assert [(one.rule, one.household) for one in check_all(twice)] == [("numbers", "again")]


def test_ages_and_school_years() -> None:
    assert [age("2000-03-15", day) for day in ("2027-03-14", "2027-03-15")] == [26, 27]
    assert [grade(born, "2027-03-15") for born in ("2020-04-01", "2020-04-02")] == [1, 0]
    assert grade("2020-04-02", "2027-04-01") == 1
    assert months_between("2013-04", "2014-03") == 12


def test_every_kind_of_number_is_none_that_could_be_real() -> None:
    for serial in range(0, 10_000, 37):
        licence = numbers.licence_number(serial)
        assert licence.startswith("00")
        assert check_digit(licence[:11]) != int(licence[11])
        assert numbers.is_my_number(numbers.my_number(serial))
        assert not numbers.resident_code(serial).isdigit()
        assert numbers.is_plate(numbers.plate("あさぎり", "580", serial))
