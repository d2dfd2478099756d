"""Rules about records: places, numbers, address history, pension periods, tax years, accounts, contracts, dates."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from app.mynumber_guard import looks_real
from app.services.people import numbers
from app.services.people.rules import Found, rule
from app.services.people.view import View

# Fictional municipalities and where their postcodes begin (docs/personas.md).
POSTCODES = {"980013": "000-01", "970018": "000-02", "970034": "000-03", "970042": "000-04"}
CITIES = {"980013": "しらかば市", "970018": "あおば野市", "970034": "つばさ市みなみ区", "970042": "つばさ市きた区"}
BANKS = ("ひだまり銀行", "こだま信用金庫", "みずほの里農協", "模擬ゆうちょ")
_LONG = re.compile(r"(?<!\d)(?>\d\D{0,2}){11}\d")
_CLEARLY_EXEMPT = 380_000  # 市町村民税: nowhere taxed up to here (非課税限度額, level 3: 280,000 + 100,000)


def _addresses(view: View) -> Iterator[tuple[str, dict[str, str]]]:
    for kind, names in (("person", ("address",)), ("property", ("place", "registered_address"))):
        for id_, facts in view.of_kind[kind].items():
            yield from ((id_, facts[name]) for name in names if facts.get(name))
    for id_, stays in view.records.get("addresses", {}).items():
        yield from ((id_, stay["address"]) for stay in stays if stay.get("address"))


@rule("places")
def places(view: View) -> Found:
    """Addresses are in fictional municipalities only, with a postcode that exists nowhere."""
    for id_, address in _addresses(view):
        start = POSTCODES.get(address.get("municipality", ""))
        if start is None:
            yield id_, f"市区町村コード {address.get('municipality')} は、架空の市のものではありません"
        elif not address.get("postcode", "").startswith(start):
            yield id_, f"郵便番号 {address.get('postcode')} は、その市のものではありません"
    for register in view.records.get("family_registers", ()):
        if register["municipality"] not in POSTCODES:
            yield register["first"], "本籍が架空の市ではありません"


@rule("numbers")
def known_numbers(view: View) -> Found:
    """Every number is one of those that no real person can have."""
    checks = {
        "my_number": numbers.is_my_number, "resident_code": numbers.is_resident_code, "licence": numbers.is_licence_number,
        "residence_card": numbers.is_residence_card, "phone": numbers.is_phone,
    }  # fmt: skip
    seen: set[tuple[str, str]] = set()
    for id_, held in view.records.get("numbers", {}).items():
        for name, number in held.items():
            if not checks[name](number):
                yield id_, f"番号 {name} が、架空の番号の決まりに合いません"
            if name != "phone" and (name, number) in seen:
                yield id_, f"番号 {name} が、ほかの人と同じです"
            seen.add((name, number))
    for id_, facts in view.of_kind["vehicle"].items():
        if not numbers.is_plate(facts.get("plate", "")):
            yield id_, "車の番号が、架空の番号の決まりに合いません"
    for id_, facts in view.of_kind["dog"].items():
        if facts.get("chip_number") and not numbers.is_chip(facts["chip_number"]):
            yield id_, "マイクロチップの番号が、架空の番号の決まりに合いません"
    for key, answer in view.raw.get("answers", {}).items():
        if key.endswith(".phone") and not numbers.is_phone(answer):
            yield key, "電話番号が、架空の番号の決まりに合いません"


@rule("real-number")
def real_number(view: View) -> Found:
    """No text anywhere holds a legally valid My Number."""
    text = json.dumps(view.raw, ensure_ascii=False, default=str)
    # Between quotation marks stand the texts, and what JSON writes between them with its plain numbers. 12 letters at least.
    for piece in text.split('"'):
        if len(piece) >= 12 and _LONG.search(piece) and looks_real(piece):
            yield view.id, "実在しうるマイナンバーが書かれています"


@rule("address-history")
def address_history(view: View) -> Found:
    """Addresses follow one another without gap or overlap from the birth or the arrival on, up to the address of today."""
    for id_, stays in view.records.get("addresses", {}).items():
        facts = view.people.get(id_)
        if facts is None or not stays:
            continue
        if stays[0]["from"] < facts["birth_date"] or stays[-1]["from"] > view.today:
            yield id_, "住所の履歴が、生まれる前か未来にあります"
        for before, after in pairwise(stays):
            if before.get("to") != after["from"]:
                yield id_, f"住所の履歴が {after['from']} の前でとぎれています"
        if any(stay.get("to") and stay["to"] <= stay["from"] for stay in stays):
            yield id_, "住所の履歴の終わりが、始まりより前です"
        last = stays[-1]
        if id_ not in view.dead and last.get("to"):
            yield id_, "住所の履歴が、いまの住所で終わっていません"
        if facts.get("address") and not last.get("abroad") and last.get("address") != facts["address"]:
            yield id_, "住所の履歴の最後が、いまの住所と違います"
        if any(bool(stay.get("address")) == bool(stay.get("abroad")) for stay in stays):
            yield id_, "住所の履歴には、住所か国外のどちらか1つを書きます"


@rule("pension-periods")
def pension_periods(view: View) -> Found:
    """Periods follow one another, fit the age, and the running one is the category of today."""
    for id_, pension in view.records.get("pension", {}).items():
        facts = view.people.get(id_)
        if facts is None:
            continue
        last = ""
        for period in pension.get("periods", ()):
            first, until = period["from"], period.get("to")
            years = view.age(id_, f"{first}-31")
            if first <= last or (until and until < first) or first > view.today[:7] or (until or "") > view.today[:7]:
                yield id_, f"年金の期間が {first} で重なるか、前後するか、未来にあります"
            if years < (15 if period["category"] == "second" else 20) or years >= 70:
                yield id_, f"{first} は、第{'1' if period['category'] == 'first' else '2か3'}号の年齢ではありません"
            last = until or "9999-12"
        running = next((p["category"] for p in pension.get("periods", ()) if not p.get("to")), "none")
        if id_ not in view.dead and running != facts.get("pension_category", "none"):
            yield id_, "年金の期間と、いまの種別が合いません"
        paid = pension.get("paid", ())
        if id_ not in view.dead and bool(paid) != bool(facts.get("pension_recipient", False)):
            yield id_, "受け取っている年金の記録と、年金の受給が合いません"
        for one in paid:
            old = one["kind"].startswith("old_age")
            if one["since"] > view.today[:7] or (old and view.age(id_, f"{one['since']}-31") < 60):
                yield id_, "年金の受け取りの始まりが、未来か早すぎます"


@rule("tax")
def tax(view: View) -> Found:
    """Income years lie between childhood and last year; who is taxed has income, and the register says the same."""
    # Resident tax on a year's income is settled in June of the next.
    settled = int(view.today[:4]) - (1 if view.today[5:] >= "06-01" else 2)
    for id_, years in view.records.get("tax", {}).items():
        facts = view.people.get(id_)
        if facts is None:
            continue
        if [one["year"] for one in years] != sorted({one["year"] for one in years}):
            yield id_, "税の年が、順にならんでいません"
        for one in years:
            if one["year"] >= int(view.today[:4]) or one["year"] < int(facts["birth_date"][:4]) + 15:
                yield id_, f"{one['year']}年の所得は、まだないか、15歳より前です"
            family = 1 + len(view.members)
            if one["taxable"] and one["income"] <= _CLEARLY_EXEMPT:
                yield id_, f"{one['year']}年の所得では、住民税はかかりません"
            if not one["taxable"] and one["income"] > max(1_350_000, 350_000 * family + 310_000):
                yield id_, f"{one['year']}年の所得では、住民税がかかります"
        latest = next((one for one in reversed(years) if one["year"] <= settled), None)
        if latest and id_ not in view.dead and latest["taxable"] == bool(facts.get("tax_exempt", False)):
            yield id_, "税の記録と、住民税の非課税が合いません"


def spoken(account: dict[str, Any]) -> str:
    """An account as the register of public accounts says it."""
    return f"{account['bank']} {account['branch']} {account['type']} {account['number']}"


@rule("accounts")
def accounts(view: View) -> Found:
    """Open accounts belong to the living, in the name of the register unless a mismatch is meant; the public account is one of them."""
    meant = {m["person"]: m["reason"] for m in view.records.get("mismatches", ()) if m["register"] == "account"}
    seen: set[str] = set()
    records = view.records.get("accounts")
    for id_, held in (records or {}).items():
        facts = view.people.get(id_, {})
        for one in held:
            if one["bank"] not in BANKS:
                yield id_, f"「{one['bank']}」は、架空の銀行ではありません"
            if one["state"] == "open" and id_ in view.dead:
                yield id_, "亡くなった人の口座が使えるままです"
            if spoken(one) in seen:
                yield id_, "口座番号が、ほかの口座と同じです"
            seen.add(spoken(one))
        names = {one["holder_kana"] for one in held if one["state"] != "closed"}
        if id_ not in meant and names - {facts.get("kana")}:
            yield id_, "口座の名義が、住民票のフリガナと違います"
        if id_ in meant and names and names <= {facts.get("kana")}:
            yield id_, "口座の名義が違うと書かれていますが、同じです"
    for id_, facts in view.living():
        public = facts.get("public_account")
        if (
            public
            and records is not None
            and not any(spoken(one) == public and one["state"] != "closed" for one in records.get(id_, ()))
        ):
            yield id_, "公金受取口座が、持っている口座の中にありません"


@rule("contracts")
def contracts(view: View) -> Found:
    """Contracts are held by grown-ups who live or whose death the company does not know of; their numbers are ours."""
    for one in view.records.get("contracts", ()):
        holder = one["holder"]
        if not numbers.is_customer(one["customer_number"]):
            yield holder, "お客様番号が、架空の番号の決まりに合いません"
        if holder in view.people and view.age(holder) < 18:
            yield holder, "契約した人が18歳より若いです"


@rule("dates")
def dates(view: View) -> Found:
    """Nothing on record lies ahead."""
    for kin in view.records.get("family", ()):
        for day in (kin.get("since"), kin.get("until"), kin.get("acknowledged")):
            if day and day > view.today:
                yield kin["person"], f"続柄の日 {day} が未来です"
        if kin.get("until") and kin.get("since") and kin["until"] < kin["since"]:
            yield kin["person"], "続柄の終わりが、始まりより前です"
    for key in ("work", "insurance", "care"):
        for id_, one in view.records.get(key, {}).items():
            if (one.get("since") or "") > view.today:
                yield id_, f"{key} の始まり {one['since']} が未来です"
    for one in (*view.records.get("disasters", ()), *view.records.get("missing", ())):
        day = one.get("on") or one.get("since")
        if day > view.today:
            yield one.get("person", "household"), f"{day} が未来です"


@rule("family-register")
def family_register(view: View) -> Found:
    """The first person of a family register is in it, and nobody is in one twice."""
    for register in view.records.get("family_registers", ()):
        members = register["members"]
        if register["first"] not in members:
            yield register["first"], "戸籍の筆頭者が、戸籍にいません"
        if len(members) != len(set(members)):
            yield register["first"], "同じ人が、1つの戸籍に2回います"
