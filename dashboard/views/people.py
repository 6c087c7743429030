"""People across sessions, told apart by the `user_id` they join with."""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db.models import Count, Max, Min, QuerySet
from django.db.models.functions import Lower
from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils import timezone

from analytics import instants, talk_times
from analytics.models import Peer
from dashboard.attendance import attendance
from dashboard.csv_files import csv_file
from dashboard.decorators import export_required, member_required
from dashboard.forms.people import PeopleFilters
from dashboard.freshness import freshness
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.listing import Column, Listing
from dashboard.people import described, stays_for
from dashboard.person_viewings import viewings_of
from dashboard.poll_person import answered_by
from rooms.access import rooms_for
from rooms.audit import Target, note

EXPORTED_AT_ONCE = 500
COLUMNS = (
    Column("Person", "name", Max(Lower("name"))),
    Column("User id", "user_id", "user_id"),
    Column("Sessions", "sessions", Count("session", distinct=True), down=True, classes="n"),
    Column("Rooms", "rooms", Count("session__room", distinct=True), down=True, classes="n"),
    Column("First seen", "first", Min("joined_at"), down=True, nulls=True, classes="roomy"),
    Column("Last seen", "last", Max("joined_at"), down=True, nulls=True),
)


def people_listing(request: MemberRequest) -> Listing:
    """A row a `user_id`. Who joins without one is known by peer alone, within one session (EVENTS trap 10)."""
    stays = stays_for(request.user)
    return Listing(
        request,
        stays.exclude(user_id="").order_by().values("user_id").distinct(),
        PeopleFilters(request.GET, stays, rooms_for(request.user)),
        COLUMNS,
        default="-last",
        noun=("person", "people"),
        key="user_id",
    )


@member_required
def index(request: MemberRequest) -> HttpResponse:
    listing = people_listing(request)
    people = described(stays_for(request.user), [row["user_id"] for row in listing.page])
    context = {"listing": listing, "people": people, "freshness": freshness()}
    return page_or_fragment(request, "people/index.html", context, {"list": "people/_list.html"}, listing.here)


@export_required
def export(request: MemberRequest) -> HttpResponseBase:
    """The list as shown, all pages of it. It leaves an audit entry: these are students."""
    columns = ("user_id", "name", "sessions", "rooms", "first_seen_at", "last_seen_at")
    user_ids = (row["user_id"] for row in people_listing(request).rows.iterator())
    note(request.user, "people.export", Target("people", name="People"), after={"asked": request.GET.dict()})
    return csv_file("people", columns, _lines(stays_for(request.user), user_ids))


def _lines(stays: QuerySet[Peer], user_ids: Iterable[str]) -> Iterator[tuple[object, ...]]:
    rest = iter(user_ids)
    while some := list(islice(rest, EXPORTED_AT_ONCE)):
        for person in described(stays, some):
            seen = (person.first_seen_at, person.last_seen_at)
            yield (
                person.user_id,
                person.name,
                person.session_count,
                person.room_count,
                *(instants.to_rfc3339(instants.from_datetime(at)) if at else "" for at in seen),
            )


@member_required
def detail(request: MemberRequest, user_id: str) -> HttpResponse:
    """All stays of one person in the rooms the viewer may see."""
    now = timezone.now()
    stays = [] if "\x00" in user_id else list(stays_for(request.user).filter(user_id=user_id))
    if not user_id.strip() or not stays:
        raise Http404
    person = attendance(user_id, stays, now)
    context = {
        "person": person,
        "spoke": talk_times.of_person(user_id, stays),
        "viewings": viewings_of(person, request.user),
        "polls": answered_by(user_id, request.user),
        "freshness": freshness(now),
    }
    return page_or_fragment(request, "people/person.html", context, {})
