"""How a measurement is taken and shown."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter

Row = Callable[..., None]


def per_call(work: Callable[[], object], rounds: int = 200) -> float:
    """Median seconds of one call."""
    work()
    times = []
    for _ in range(rounds):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return median(times)


def row(name: str, value: str, target: str = "") -> None:
    """One line of the table."""
    print(f"| {name} | {value} | {target} |")
