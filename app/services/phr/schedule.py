"""The routine vaccinations (定期接種) of Japan as of 2026, by age, with the birth years from which each applies.

Source: 予防接種法施行令 第3条, 予防接種実施規則 and the standard ages of 定期接種実施要領, written down from memory of their public
texts: an assumption of the simulator, not a reference for anybody's health. Simplified: the product of a series is that of the usual
one on its day, catch-up campaigns are left out, and records begin with those born in April 2010.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

RECORDS_FROM = date(2010, 4, 1)


@dataclass(frozen=True, slots=True)
class Vaccine:
    """`cvx`: code of the CVX code system. `disease`: what it is given against."""

    name: str
    cvx: str
    disease: str


VACCINES = {
    "rota": Vaccine("ロタウイルス（1価）", "119", "ロタウイルス感染症"),
    "hepb": Vaccine("B型肝炎", "08", "B型肝炎"),
    "pcv": Vaccine("小児用肺炎球菌", "152", "小児の肺炎球菌感染症"),
    "hib": Vaccine("ヒブ（Hib）", "48", "Hib感染症"),
    "dpt_ipv": Vaccine("四種混合（DPT-IPV）", "130", "ジフテリア・百日せき・破傷風・急性灰白髄炎"),
    "dpt_ipv_hib": Vaccine("五種混合（DPT-IPV-Hib）", "120", "ジフテリア・百日せき・破傷風・急性灰白髄炎・Hib感染症"),
    "bcg": Vaccine("BCG", "19", "結核"),
    "mr": Vaccine("麻しん風しん混合（MR）", "04", "麻しん・風しん"),
    "varicella": Vaccine("水痘", "21", "水痘"),
    "je": Vaccine("日本脳炎", "134", "日本脳炎"),
    "dt": Vaccine("二種混合（DT）", "28", "ジフテリア・破傷風"),
    "hpv": Vaccine("HPV（9価）", "165", "ヒトパピローマウイルス感染症"),
    "influenza": Vaccine("インフルエンザ", "88", "インフルエンザ"),
    "pneumococcal_elderly": Vaccine("高齢者用肺炎球菌", "109", "高齢者の肺炎球菌感染症"),
    "zoster": Vaccine("帯状疱疹（組換え）", "187", "帯状疱疹"),
    "covid19": Vaccine("新型コロナウイルス", "213", "新型コロナウイルス感染症"),
    "rsv_maternal": Vaccine("RSウイルス（母子免疫）", "305", "RSウイルス感染症"),
}


@dataclass(frozen=True, slots=True)
class Dose:
    """One dose of a child's series.

    `months`: usual age. `spread`: days within which people really come. `gap`: days since the dose before, at the least. `until`:
    age in months at which it is too late. `born`: first and last birth date of those for whom it is routine.
    """

    vaccine: str
    number: int
    months: int
    spread: int
    gap: int
    until: int
    born: tuple[date, date] = (RECORDS_FROM, date.max)


_DPT_BORN = (date(2012, 9, 1), date(2024, 1, 31))
_PENTA_BORN = (date(2024, 2, 1), date.max)
_HIB_BORN = (date(2013, 2, 1), date(2024, 1, 31))
_PCV_BORN = (date(2013, 2, 1), date.max)
_ROTA_BORN = (date(2020, 8, 1), date.max)
_HEPB_BORN = (date(2016, 4, 1), date.max)
_VARICELLA_BORN = (date(2013, 10, 1), date.max)

CHILD = (
    Dose("rota", 1, 2, 14, 0, 3, _ROTA_BORN),
    Dose("rota", 2, 3, 14, 27, 5, _ROTA_BORN),
    Dose("hepb", 1, 2, 14, 0, 12, _HEPB_BORN),
    Dose("hepb", 2, 3, 14, 27, 12, _HEPB_BORN),
    Dose("hepb", 3, 7, 40, 112, 12, _HEPB_BORN),
    Dose("hib", 1, 2, 14, 0, 60, _HIB_BORN),
    Dose("hib", 2, 3, 14, 27, 12, _HIB_BORN),
    Dose("hib", 3, 4, 14, 27, 12, _HIB_BORN),
    Dose("hib", 4, 12, 30, 210, 60, _HIB_BORN),
    Dose("pcv", 1, 2, 14, 0, 60, _PCV_BORN),
    Dose("pcv", 2, 3, 14, 27, 24, _PCV_BORN),
    Dose("pcv", 3, 4, 14, 27, 24, _PCV_BORN),
    Dose("pcv", 4, 12, 30, 60, 60, _PCV_BORN),
    Dose("dpt_ipv", 1, 3, 14, 0, 90, _DPT_BORN),
    Dose("dpt_ipv", 2, 4, 14, 20, 90, _DPT_BORN),
    Dose("dpt_ipv", 3, 5, 14, 20, 90, _DPT_BORN),
    Dose("dpt_ipv", 4, 17, 60, 183, 90, _DPT_BORN),
    Dose("dpt_ipv_hib", 1, 2, 14, 0, 90, _PENTA_BORN),
    Dose("dpt_ipv_hib", 2, 3, 14, 20, 90, _PENTA_BORN),
    Dose("dpt_ipv_hib", 3, 4, 14, 20, 90, _PENTA_BORN),
    Dose("dpt_ipv_hib", 4, 12, 60, 183, 90, _PENTA_BORN),
    Dose("bcg", 1, 5, 20, 0, 12),
    Dose("mr", 1, 12, 30, 0, 24),
    Dose("varicella", 1, 12, 30, 0, 36, _VARICELLA_BORN),
    Dose("varicella", 2, 18, 40, 92, 36, _VARICELLA_BORN),
    Dose("je", 1, 36, 60, 0, 90),
    Dose("je", 2, 36, 60, 7, 90),
    Dose("je", 3, 48, 90, 183, 90),
    Dose("je", 4, 108, 120, 1826, 156),
    Dose("dt", 1, 132, 120, 0, 156),
)
# After a live vaccine by needle no other live one by needle for 27 days, unless both on one day (予防接種実施規則, since October 2020).
LIVE_BY_NEEDLE = frozenset({"bcg", "mr", "varicella"})

INFLUENZA_AGE = PNEUMOCOCCAL_AGE = ZOSTER_AGE = 65
ZOSTER_FROM = date(2025, 4, 1)
PNEUMOCOCCAL_FROM = date(2014, 10, 1)
COVID_ELDERLY_FROM = date(2024, 10, 1)
COVID_SPECIAL = (date(2021, 6, 1), date(2024, 3, 31))
COVID_LEAST_AGE = 12
HPV_FROM = date(2022, 4, 1)  # the recommendation was resumed
RSV_FROM = date(2026, 4, 1)
