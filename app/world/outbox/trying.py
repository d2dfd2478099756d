"""When a case is tried again, and when no more: pure rules over what its row says.

In real time the tries move apart, and an office that names a wait gets it. In simulated time each new day allows a try: days pass in one
step there, and nothing would ever be tried again if seconds counted. After enough days or tries a case is given up, visibly.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from app.store.models import Case

WAITS = (0, 1, 2, 5, 15, 30, 60)
"""Real seconds after the first, second … failed try; the last holds for all further ones."""
LONGEST = 3600
"""Real seconds that an office may ask for at most."""
MOST_DAYS = 7
"""Simulated days from the first failed try to giving up."""
MOST_TRIES = 12


def may_try(case: Case, now: datetime, real: datetime) -> bool:
    """Whether a released case may be sent at a simulated and a real moment."""
    if case.tried_at is None or datetime.fromisoformat(case.tried_at).date() < now.date():
        return True
    return case.not_before is None or datetime.fromisoformat(case.not_before) <= real


def note_failure(case: Case, now: datetime, real: datetime, retry_after: int | None) -> bool:
    """Enter a failed try into the row; returns whether it was the last one. ``retry_after``: real seconds, where the office said."""
    case.tries += 1
    case.failing_since = case.failing_since or now.isoformat()
    case.tried_at = now.isoformat()
    wait = max(WAITS[min(case.tries, len(WAITS)) - 1], min(retry_after or 0, LONGEST))
    case.not_before = (real + timedelta(seconds=wait)).isoformat()
    days = (now.date() - datetime.fromisoformat(case.failing_since).date()).days
    return days >= MOST_DAYS or case.tries >= MOST_TRIES


def start_over(case: Case) -> None:
    """A new round of tries, at once."""
    case.tries, case.failing_since, case.tried_at, case.not_before = 0, None, None, None
