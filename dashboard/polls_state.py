"""How far the polls of a session have been read: "as of", "final", "late", or being asked for right now."""

from dataclasses import dataclass
from datetime import datetime

from analytics.models import PollCursor, Pull


@dataclass(frozen=True, slots=True)
class PollsState:
    """`pulled_at`: start of the last whole reading. `is_final`: it began so long after the end that nothing will come.

    `is_asking`: somebody asked, and no reading that began since has ended: one that was under way may have passed what
    is new. `error`: what stood in the way of the last one.
    """

    pulled_at: datetime | None = None
    is_final: bool = False
    is_asking: bool = False
    error: str = ""


def polls_state(session_id: str) -> PollsState:
    """Two queries at most."""
    cursor = PollCursor.objects.filter(pk=session_id).first()
    if cursor is None:
        return PollsState()
    last = Pull.objects.filter(kind=Pull.Kind.POLLS, session_id=session_id).exclude(finished_at=None).first()
    asked = cursor.asked_at
    return PollsState(
        pulled_at=cursor.pulled_at,
        is_final=cursor.final_at is not None,
        is_asking=asked is not None and (last is None or last.started_at < asked),
        error=last.error if last and cursor.failures else "",
    )
