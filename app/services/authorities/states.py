"""What an office may do with an application, seen from the office: one table of states and events, and who causes each.

The site keeps its own table of the same words, with the states that only the site knows (not sent yet, and so on).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

EVENTS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("new", "received"): "received",
        ("received", "review_started"): "in_review",
        ("received", "visit_needed"): "needs_visit",
        ("received", "completed"): "completed",
        ("received", "withdrawn"): "withdrawn",
        ("in_review", "correction_requested"): "correction_requested",
        ("in_review", "approved"): "approved",
        ("in_review", "rejected"): "rejected",
        ("in_review", "withdrawn"): "withdrawn",
        ("in_review", "waitlisted"): "waiting",
        ("waiting", "looked_again"): "waiting",
        ("waiting", "approved"): "approved",
        ("waiting", "rejected"): "rejected",
        ("waiting", "withdrawn"): "withdrawn",
        ("correction_requested", "resubmitted"): "in_review",
        ("correction_requested", "rejected"): "rejected",
        ("correction_requested", "withdrawn"): "withdrawn",
        ("correction_requested", "expired"): "expired",
        ("needs_visit", "visited"): "in_review",
        ("needs_visit", "rejected"): "rejected",
        ("needs_visit", "withdrawn"): "withdrawn",
        ("approved", "completed"): "completed",
        ("completed", "paid"): "completed",
    }
)
"""(state, event) -> state that follows."""

BY_CITIZEN = frozenset({"resubmitted", "visited", "withdrawn"})
"""Events that the citizen causes; the office causes all others."""


class NotPossibleError(Exception):
    """The event is not possible in the state the application is in."""

    def __init__(self, state: str, event: str) -> None:
        super().__init__(f"{event} is not possible while an application is {state}")
        self.state = state
        self.event = event


def after(state: str, event: str) -> str:
    """The state that follows. Raises `NotPossibleError`."""
    try:
        return EVENTS[state, event]
    except KeyError:
        raise NotPossibleError(state, event) from None


def actor(event: str) -> str:
    """`citizen` or `authority`."""
    return "citizen" if event in BY_CITIZEN else "authority"
