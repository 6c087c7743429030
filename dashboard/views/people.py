"""People across sessions, told apart by the `user_id` they join with."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db.models import CharField, Count, F, Max, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Lower
from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils import timezone

from analytics import instants
from analytics.models import Peer
from dashboard.attendance import attendance
from dashboard.csv_files import csv_file
from dashboard.decorators import member_required
from dashboard.forms.people import PeopleFilters
from dashboard.freshness import freshness
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.listing import Column, Listing
from dashboard.shortcuts import peers_for
from rooms.access import Viewer, rooms_for

COLUMNS = (
    Column("Person", "name", Lower("last_name_used")),
    Column("User id", "user_id", "user_id"),
    Column("Sessions", "sessions", "session_count", down=True, classes="n"),
    Column("Rooms", "rooms", "room_count", down=True, classes="n"),
    Column("First seen", "first", "first_seen_at", down=True, classes="roomy"),
    Column("Last seen", "last", "last_seen_at", down=True),
)


def stays_for(user: Viewer) -> QuerySet[Peer]:
    """The stays of people, recorders left out (EVENTS trap 42)."""
    return peers_for(user).exclude(role__in=settings.HMS_ROLES_NOT_COUNTED)


def people_for(user: Viewer) -> QuerySet[Any, Any]:
    """A row a `user_id`. Who joins without one is known by peer alone, within one session (EVENTS trap 10)."""
    stays = stays_for(user).exclude(user_id="").order_by()
    newest = stays.filter(user_id=OuterRef("user_id")).order_by(F("joined_at").desc(nulls_last=True), "pk")
    return stays.values("user_id").annotate(
        last_name_used=Subquery(newest.values("name")[:1], output_field=CharField()),
        session_count=Count("session", distinct=True),
        room_count=Count("session__room", distinct=True),
        first_seen_at=Min("joined_at"),
        last_seen_at=Max("joined_at"),
    )


def people_listing(request: MemberRequest) -> Listing:
    filters = PeopleFilters(request.GET, stays_for(request.user), rooms_for(request.user))
    return Listing(
        request,
        people_for(request.user),
        filters,
        COLUMNS,
        default="-last",
        noun=("person", "people"),
        key="user_id",
    )


@member_required
def index(request: MemberRequest) -> HttpResponse:
    listing = people_listing(request)
    context = {"listing": listing, "people": listing.page, "freshness": freshness()}
    return page_or_fragment(request, "people/index.html", context, {"list": "people/_list.html"}, listing.here)


@member_required
def export(request: MemberRequest) -> HttpResponseBase:
    """The list as shown, all pages of it."""
    columns = ("user_id", "name", "sessions", "rooms", "first_seen_at", "last_seen_at")
    return csv_file("people", columns, _lines(people_listing(request).rows))


def _lines(people: Iterable[dict[str, Any]]) -> Iterator[tuple[object, ...]]:
    for person in people:
        seen = (person["first_seen_at"], person["last_seen_at"])
        yield (
            person["user_id"],
            person["last_name_used"],
            person["session_count"],
            person["room_count"],
            *(instants.to_rfc3339(instants.from_datetime(at)) if at else "" for at in seen),
        )


@member_required
def detail(request: MemberRequest, user_id: str) -> HttpResponse:
    """All stays of one person in the rooms the viewer may see."""
    now = timezone.now()
    stays = [] if "\x00" in user_id else list(stays_for(request.user).filter(user_id=user_id))
    if not user_id.strip() or not stays:
        raise Http404
    context = {"person": attendance(user_id, stays, now), "freshness": freshness(now)}
    return page_or_fragment(request, "people/person.html", context, {})
