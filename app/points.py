"""Marked points on the way of a filing, at which a test can end the process as a power cut would.

A process whose environment names a point in HITOMADO_KILL_AT ends itself with SIGKILL when it first comes there: no handler runs, no
buffer is written, no connection is closed. Without the variable nothing happens. The module is neutral: site and services share it.
"""

from __future__ import annotations

import os
import signal

VARIABLE = "HITOMADO_KILL_AT"
SITE_POINTS = (
    "prepare.before-commit",
    "prepare.after-commit",
    "sign.before-result",
    "sign.after-result",
    "file.before-commit",
    "file.after-commit",
    "release.before-commit",
    "release.after-commit",
    "send.before-call",
    "send.after-answer",
    "answer.before-commit",
    "answer.after-commit",
    "failure.before-commit",
    "failure.after-commit",
    "given-up.after-commit",
    "again.after-commit",
    "events.after-read",
    "events.before-commit",
    "events.after-commit",
    "letter.before-commit",
    "visit.before-call",
    "visit.after-answer",
    "correction.before-commit",
    "correction.after-commit",
    "correction.before-call",
    "correction.after-answer",
    "withdrawal.before-call",
    "withdrawal.after-answer",
    "clock.before-commit",
    "clock.after-commit",
    "clock.after-offices",
)
OFFICE_POINTS = (
    "office.received.before-commit",
    "office.received.after-commit",
    "office.due.before-commit",
    "office.due.after-commit",
    "office.effect.before-call",
    "office.effect.after-answer",
    "office.visit.after-commit",
    "office.correction.after-commit",
    "office.withdrawal.after-commit",
    "office.clock.after-commit",
)
POINTS = SITE_POINTS + OFFICE_POINTS


def reach(point: str) -> None:
    """The process is at a marked point: it ends here when it was told so, else goes on."""
    if os.environ.get(VARIABLE) == point:
        os.kill(os.getpid(), signal.SIGKILL)
