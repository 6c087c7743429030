"""Raw events, the cursors of the pull, and the read models folded from the events."""

from analytics.models.cursor import Cursor, Pull
from analytics.models.event import Event
from analytics.models.failure import Failure
from analytics.models.peer import Peer
from analytics.models.poll import PollCursor, PollResponse, PollRun, PollScore
from analytics.models.session import Session
from analytics.models.track import Track

__all__ = [
    "Cursor",
    "Event",
    "Failure",
    "Peer",
    "PollCursor",
    "PollResponse",
    "PollRun",
    "PollScore",
    "Pull",
    "Session",
    "Track",
]
