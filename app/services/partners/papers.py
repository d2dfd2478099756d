"""What employers and schools make: a 就労証明書 with the fields of the national standard form, and the papers of a school transfer.

The form's fields are those of the standard form of こども家庭庁 as remembered (items 1 to 14 and the head); the values are drawn from the
person, so that the same person always gets the same certificate.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

from app.services.partners.models import CertificateIn
from app.services.partners.partners import Partner
from app.services.partners.tables import Contract

TRADES = ("製造業", "情報通信業", "卸売業・小売業", "医療・福祉", "教育・学習支援業", "運輸業・郵便業", "公務")
KINDS = {"part_time": "パート・アルバイト", "director": "役員", "employee": "正社員", "civil_servant": "正社員"}
LEAVES = {
    "maternity": "9 産前・産後休業の取得",
    "childcare": "10 育児休業の取得",
    "sick": "11 産休・育休以外の休業の取得",
}


def _draw(person: Contract, what: str, most: int) -> int:
    """0 to `most` - 1."""
    seed = f"{person.number}|{person.birth_date}|{what}"
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) % most


def employment_certificate(partner: Partner, person: Contract, asked: CertificateIn, today: date) -> dict[str, Any]:
    """The form, with Japanese names of its fields as they stand on it. Times are HH:MM, counts are hours or days a month."""
    part = person.data.get("kind") == "part_time"
    begin, hours = 8 + _draw(person, "begin", 3), 5 if part else 8
    days = 16 if part else 20
    since = person.data.get("since") or f"{today.year - 1 - _draw(person, 'since', 12)}-04-01"
    employer = person.data.get("employer") or partner.name
    leave = person.data.get("leave")
    return {
        "form": "就労証明書（標準的な様式・模擬）",
        "証明日": today.isoformat(),
        "提出先": asked.submit_to,
        "事業所名": employer,
        "代表者名": "代表 模擬",
        "所在地": "みずほ県あおば野市本町1丁目1番1号",
        "電話番号": partner.phone,
        "担当者名": "人事の担当（模擬）",
        "記載者連絡先": partner.phone,
        "1 業種": TRADES[_draw(person, "trade", len(TRADES))],
        "2 本人氏名": {"フリガナ": person.kana, "氏名": person.name, "生年月日": person.birth_date},
        "3 雇用(予定)期間等": {"区分": "無期", "開始": since, "終了": None},
        "4 本人就労先事業所": {"名称": employer, "住所": "みずほ県あおば野市本町1丁目1番1号"},
        "5 雇用の形態": KINDS.get(str(person.data.get("kind")), "正社員"),
        "6 就労時間（固定就労の場合）": {
            "曜日": ["月", "火", "水", "木", "金"], "月間の時間": hours * days, "うち休憩の時間": days, "月間の日数": days,
            "平日": [f"{begin:02d}:00", f"{begin + hours + 1:02d}:00"], "土曜": None, "日祝": None,
        },
        "7 就労時間（変則就労の場合）": None,
        "8 就労実績": [
            {"年月": month, "日数": days - _draw(person, month, 3), "時間": hours * (days - _draw(person, month, 3))}
            for month in _months_before(today, 3)
        ],
        **{field: "取得中" if kind == leave else None for kind, field in LEAVES.items()},
        "12 復職(予定)年月日": None,
        "13 育児のための短時間勤務制度利用有無": "無",
        "14 保育士等としての勤務実態の有無": "無",
        "備考": "",
        "保育所等を利用する児童": [child.name for child in asked.children],
    }  # fmt: skip


def _months_before(today: date, count: int) -> list[str]:
    day, found = today.replace(day=1), []
    for _ in range(count):
        day = (day - timedelta(days=1)).replace(day=1)
        found.append(f"{day:%Y-%m}")
    return found


def school_papers(partner: Partner, pupil: Contract | None, name: str, today: date, number: str) -> dict[str, Any]:
    """在学証明書 and 教科用図書給与証明書, to be handed to the new school."""
    common = {
        "氏名": name,
        "生年月日": pupil.birth_date if pupil else None,
        "学校": partner.name,
        "発行日": today.isoformat(),
    }
    documents = [
        {"kind": kind, "title": title, "number": f"{number}-{n}", **common}
        for n, (kind, title) in enumerate(partner.documents.items(), 1)
    ]
    return {"documents": documents}
