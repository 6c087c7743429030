"""The list of sessions; one session is `dashboard.views.session`."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone

from analytics import instants, queries
from analytics.models import Session
from dashboard.csv_files import csv_file
from dashboard.decorators import member_required
from dashboard.freshness import freshness
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.sessions import session_listing, with_presence
from dashboard.shortcuts import sessions_for
from rooms.access import rooms_for


@member_required
def index(request: MemberRequest) -> HttpResponse:
    now = timezone.now()
    listing = session_listing(request, sessions_for(request.user), rooms=rooms_for(request.user))
    context = {"listing": listing, "sessions": with_presence(listing.page, now), "freshness": freshness(now)}
    return page_or_fragment(
        request,
        "sessions/index.html",
        context,
        {"list": "sessions/_list.html", "rows": "sessions/_rows.html"},
        listing.here,
    )


@member_required
def export(request: MemberRequest) -> HttpResponseBase:
    """The list as shown, all pages of it."""
    listing = session_listing(request, sessions_for(request.user), rooms=rooms_for(request.user))
    return csv_file(
        "sessions",
        (
            "session_id",
            "room_id",
            "room",
            "started_at",
            "ended_at",
            "seconds",
            "people",
            "people_at_once",
            "network_drops",
            "failures",
        ),
        _lines(listing.rows.iterator(), timezone.now()),
    )


def _lines(sessions: Iterable[Session], now: datetime) -> Iterator[tuple[object, ...]]:
    for session in sessions:
        frame = queries.frame(session, now)
        yield (
            session.pk,
            session.room_id,
            session.room.name,
            instants.to_rfc3339(frame.started_at) if session.started_at else "",
            instants.to_rfc3339(instants.from_datetime(session.ended_at)) if session.ended_at else "",
            frame.length / instants.SECOND,
            session.people_count,
            session.peak_count,
            session.drop_count,
            session.failure_count,
        )
