"""Height and weight by age: a person stays on one curve. Medians after 学校保健統計 and 乳幼児身体発育調査, rounded (an assumption)."""

from __future__ import annotations

from app.services.phr.seeds import Seed

_AGES = (0.0, 0.3, 1.0, 1.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0)
_HEIGHT = {
    True: (48.5, 61.5, 73.5, 79.0, 94.0, 101.0, 108.0, 115.6, 121.5, 127.3, 133.9, 141.0, 147.9, 152.6, 155.2, 156.7, 157.3, 157.7, 158.0, 158.1),
    False: (49.0, 63.0, 75.0, 80.5, 95.0, 102.0, 109.0, 116.5, 122.5, 128.2, 133.5, 139.0, 145.9, 153.6, 160.6, 165.7, 168.6, 169.8, 170.7, 170.9),
}  # fmt: skip
_WEIGHT = {
    True: (2.95, 6.1, 8.8, 9.7, 13.5, 15.5, 18.0, 21.0, 23.7, 26.8, 30.6, 35.0, 40.1, 44.5, 47.8, 50.1, 51.5, 52.5, 52.9, 53.0),
    False: (3.05, 6.6, 9.3, 10.3, 14.0, 16.0, 18.5, 21.4, 24.2, 27.5, 31.0, 34.9, 39.6, 45.2, 50.0, 54.7, 59.0, 60.7, 62.5, 63.0),
}  # fmt: skip
_HEAD = {True: (33.0, 40.0, 44.5, 46.0, 48.3), False: (33.5, 41.0, 45.8, 47.2, 49.3)}


def _on_curve(curve: tuple[float, ...], age: float) -> float:
    ages = _AGES[: len(curve)]
    for (a, low), (b, high) in zip(zip(ages, curve, strict=True), zip(ages[1:], curve[1:], strict=True), strict=False):
        if a <= age <= b:
            return low + (high - low) * (age - a) / (b - a)
    return curve[-1]


def height(seed: Seed, female: bool, age: float) -> float:
    """cm, to a tenth. The older, the higher, until it stays."""
    return round(_on_curve(_HEIGHT[female], age) * (1 + 0.03 * seed.bell("height")), 1)


def weight(seed: Seed, female: bool, age: float) -> float:
    """kg, to a tenth, of a child."""
    return round(_on_curve(_WEIGHT[female], age) * (1 + 0.07 * seed.bell("weight")), 1)


def head(seed: Seed, female: bool, age: float) -> float:
    """Circumference in cm, up to three years."""
    return round(_on_curve(_HEAD[female], age) * (1 + 0.02 * seed.bell("head")), 1)
