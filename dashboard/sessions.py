"""Sessions as a list shows them: on their own page, and on that of a room."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower

from analytics import queries
from analytics.models import Cursor, Session
from analytics.presence import presence
from dashboard.forms.sessions import LENGTH, SessionFilters
from dashboard.htmx import MemberRequest
from dashboard.listing import Column, Listing
from rooms.models import Room

ROOM = Column("Room", "room", Lower("room__name"))
STARTED = Column("Started", "started", "started_at", down=True, nulls=True)
COLUMNS = (
    Column("Length", "length", LENGTH, down=True, nulls=True, classes="n"),
    Column("People", "people", "people_count", down=True, classes="n"),
    Column("At once", "peak", "peak_count", down=True, classes="n roomy"),
    Column("Drops", "drops", "drop_count", down=True, classes="n"),
    Column("Failures", "failures", "failure_count", down=True, classes="n"),
    Column("State"),
)


def session_listing(
    request: MemberRequest, sessions: QuerySet[Session], *, rooms: QuerySet[Room], of_room: Room | None = None
) -> Listing:
    """The list of these sessions; `of_room` names the room whose page it is on, which need not be said again."""
    filters = SessionFilters(request.GET, rooms)
    if of_room:
        del filters.fields["room"]
        filters.placeholder = "Person or id"
    first = (STARTED,) if of_room else (ROOM, STARTED)
    return Listing(
        request,
        sessions,
        filters,
        (*first, *COLUMNS),
        default="-started",
        noun=("session", "sessions"),
        exported_with={"room": of_room.pk} if of_room else None,
    )


def with_presence(page: Iterable[Session], now: datetime) -> list[Any]:
    """The sessions of a page, each knowing whether it is live, how many are in and whether its history has a gap."""
    sessions: list[Any] = list(page)
    live = [session.pk for session in sessions if queries.is_live(session, now)]
    people = presence(live, now) if live else {}
    gaps = Cursor.objects.filter(session_id__in=[session.pk for session in sessions]).exclude(lost_at=None)
    broken = set(gaps.values_list("session_id", flat=True))
    for session in sessions:
        session.has_gap = session.pk in broken
        session.is_live = session.pk in live
        session.people_now = people[session.pk].people if session.pk in people else 0
        session.frame = queries.frame(session, now)
    return sessions
