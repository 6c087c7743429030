"""Rooms as they are set in 100ms, each with the session it was last used for."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, DateTimeField, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone

from analytics import instants, queries
from analytics.models import Session
from analytics.presence import presence
from dashboard.csv_files import csv_file
from dashboard.decorators import member_required
from dashboard.forms.rooms import RoomFilters
from dashboard.freshness import freshness
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.listing import SIZES, Column, Listing
from dashboard.sessions import session_listing, with_presence
from dashboard.shortcuts import get_room, sessions_for
from rooms.access import may, rooms_for
from rooms.models import Room

_of_room = Session.objects.filter(room=OuterRef("pk"))
_newest = _of_room.order_by(F("started_at").desc(nulls_last=True))
LAST_ID = Subquery(_newest.values("pk")[:1], output_field=CharField())
# Asked so, an index alone answers it, for each of thousands of rooms.
LAST_STARTED = Subquery(
    _of_room.filter(started_at__isnull=False).order_by("-started_at").values("started_at")[:1],
    output_field=DateTimeField(),
)
SESSION_COUNT = Coalesce(
    Subquery(_of_room.order_by().values("room").annotate(n=Count("room")).values("n"), output_field=IntegerField()), 0
)
COLUMNS = (
    Column("Room", "name", Lower("name")),
    Column("Id", classes="roomy"),
    Column("State", "state", "enabled", down=True),
    Column("Template", "template", Lower("template_name")),
    Column("Region", classes="roomy"),
    Column("Sessions", "sessions", SESSION_COUNT, down=True, classes="n"),
    Column("Last session", "last", LAST_STARTED, down=True, nulls=True),
)
# For ops, who can do something about it: what was changed outside Rollcall, and boxes to pick rooms by.
PICK = Column("", classes="tight")
MOST_PICKED = max(SIZES)  # a page of them
ELSEWHERE = Column("Changed elsewhere", "elsewhere", "changed_elsewhere_at", down=True, nulls=True)


def room_listing(request: MemberRequest) -> Listing:
    rooms = rooms_for(request.user)
    operates = may(request.user, "operate")
    return Listing(
        request,
        # What no list shows need not be carried through the sorting of all rooms.
        rooms.defer("received", "description"),
        RoomFilters(request.GET, rooms, operates=operates),
        (PICK, *COLUMNS, ELSEWHERE) if operates else COLUMNS,
        default="-last",
        noun=("room", "rooms"),
    )


@member_required
def index(request: MemberRequest) -> HttpResponse:
    listing = room_listing(request)
    now = timezone.now()
    rooms: list[Any] = list(listing.page)
    # Of the rooms on the page alone: of all they would cost more than the page.
    shown = Room.objects.filter(pk__in=[room.pk for room in rooms]).annotate(last=LAST_ID, count=SESSION_COUNT)
    figures = {pk: (last, count) for pk, last, count in shown.values_list("pk", "last", "count")}
    last = Session.objects.in_bulk([session_id for session_id, _ in figures.values() if session_id])
    live = [pk for pk, session in last.items() if queries.is_live(session, now)]
    people = presence(live, now) if live else {}
    for room in rooms:
        last_id, room.session_count = figures[room.pk]
        room.last_session = last.get(last_id)
        room.is_live = last_id in live
        room.people_now = people[last_id].people if last_id in people else 0
    context = {
        "listing": listing,
        "rooms": rooms,
        "freshness": freshness(now),
        "has_live": bool(live),
        "may_operate": may(request.user, "operate"),
        # All that match, also those on other pages: `rooms_several` takes them a hundred at a time.
        "all_query": listing.query(match="all", sort="", size="") if listing.page.has_other_pages() else "",
    }
    return page_or_fragment(
        request, "rooms/index.html", context, {"list": "rooms/_list.html", "rows": "rooms/_rows.html"}, listing.here
    )


@member_required
def export(request: MemberRequest) -> HttpResponseBase:
    """The list as shown, all pages of it; of it only those that `room` names, where some were picked."""
    figures = {"last_started_at": LAST_STARTED, "session_count": SESSION_COUNT}
    rooms = room_listing(request).rows.defer(None).defer("received").annotate(**figures)
    if picked := [room_id for room_id in request.GET.getlist("room")[:MOST_PICKED] if "\x00" not in room_id]:
        rooms = rooms.filter(pk__in=picked)
    return csv_file(
        "rooms",
        (
            "room_id",
            "name",
            "enabled",
            "template",
            "region",
            "sessions",
            "last_session_at",
            "description",
            "places",
            "longest_session_seconds",
            "recording",
            "disabled_reason",
            "changed_elsewhere_at",
        ),
        _lines(rooms.iterator()),
    )


def _lines(rooms: Iterable[Any]) -> Iterator[tuple[object, ...]]:
    for room in rooms:
        yield (
            room.pk,
            room.name,
            room.enabled,
            room.template_name,
            room.region,
            room.session_count,
            _written(room.last_started_at),
            room.description,
            *(
                "" if value is None else value
                for value in (room.size, room.max_duration_seconds, room.recording_enabled)
            ),
            room.disabled_reason,
            _written(room.changed_elsewhere_at),
        )


def _written(at: datetime | None) -> str:
    return instants.to_rfc3339(instants.from_datetime(at)) if at else ""


@member_required
def detail(request: MemberRequest, room_id: str) -> HttpResponse:
    """One room and its sessions."""
    room = get_room(request, room_id)
    now = timezone.now()
    of_room: QuerySet[Session] = sessions_for(request.user).filter(room=room)
    listing = session_listing(request, of_room, rooms=Room.objects.none(), of_room=room)
    context = {
        "room": room,
        "listing": listing,
        "sessions": with_presence(listing.page, now),
        "freshness": freshness(now),
        "of_room": True,
    }
    return page_or_fragment(
        request,
        "rooms/room.html",
        context,
        {"list": "sessions/_list.html", "rows": "sessions/_rows.html"},
        listing.here,
    )
