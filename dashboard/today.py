"""What one viewer's rooms have seen since midnight: what goes on now, what was held, what went wrong."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from analytics import queries
from analytics.leaving import Ending, ending_of
from analytics.models import Cursor, Failure, Peer, Session
from dashboard.attention import SHOWN_A_KIND
from dashboard.day import Day, day_of
from dashboard.live_rooms import LiveRoom, live_rooms
from dashboard.shortcuts import failures_for, sessions_for
from dashboard.times import midnight
from rooms.access import Viewer


@dataclass(frozen=True, slots=True)
class Today:
    """`failures` are by time; `gaps` are sessions whose history was found today to have one, the newest few."""

    live: list[LiveRoom]
    failures: list[Failure]
    gaps: list[Session]
    day: Day


def today(user: Viewer, now: datetime) -> Today:
    """A fixed number of queries, however much goes on."""
    morning = midnight(timezone.localdate(now))
    sessions = sessions_for(user)
    live = live_rooms(sessions.filter(queries.live(now)), now)
    failures = list(failures_for(user).filter(at__gte=morning).order_by("at", "pk"))
    lost = Cursor.objects.filter(lost_at__gte=morning).values("session_id")
    held = list(sessions.filter(started_at__gte=morning))
    known = {session.pk for session in held}
    held += [card.session for card in live if card.session.pk not in known]
    return Today(
        live=live,
        failures=failures,
        gaps=list(sessions.filter(pk__in=lost).order_by("-started_at")[:SHOWN_A_KIND]),
        day=day_of(held, now, frozenset(card.session.pk for card in live), _trouble(held, failures)),
    )


def _trouble(sessions: Iterable[Session], failures: Iterable[Failure]) -> dict[str, list[datetime]]:
    """By session: failures people could not get past, and network drops."""
    trouble: dict[str, list[datetime]] = defaultdict(list)
    for failure in failures:
        if failure.is_terminal and failure.type not in queries.NOT_TROUBLE:
            trouble[failure.session_id].append(failure.at)
    dropped = Peer.objects.filter(session_id__in=[session.pk for session in sessions if session.drop_count])
    for session_id, reason, left_at in dropped.exclude(left_at=None).values_list(
        "session_id", "leave_reason", "left_at"
    ):
        if left_at is not None and ending_of(reason) is Ending.NETWORK:
            trouble[session_id].append(left_at)
    return trouble
