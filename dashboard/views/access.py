"""Who has a place here and which rooms: given and taken by ops, one by one or by a file."""

from collections.abc import Iterable, Iterator

from django.contrib.auth.models import User
from django.db.models import Count, Min, Q, QuerySet, prefetch_related_objects
from django.db.models.functions import Lower
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from analytics import instants
from analytics.class_ids import id_in_class, set_id_in_class
from dashboard.csv_files import csv_file
from dashboard.decorators import ops_form, ops_required
from dashboard.forms.access import AccessFile, GivePerson, GiveRooms, MemberFilters, WhoInClass
from dashboard.htmx import MemberRequest, done, page_or_fragment
from dashboard.listing import Column, Listing
from dashboard.members import name_of, place_of
from dashboard.refusals import land
from dashboard.shortcuts import get_room
from rooms.access_list import Planned, plan
from rooms.models import Room, RoomAccess
from rooms.operations import access as operations
from rooms.tables import Unreadable, decoded

COLUMNS = (
    Column("Person", "name", Lower("username")),
    Column("User name", classes="roomy"),
    Column("Part", "part", Min("groups__name"), nulls=True),
    Column("Rooms", "rooms", "room_count", down=True, classes="n"),
    Column("Next end", "ends", "next_end", nulls=True),
    Column("Last signed in", "last", "last_login", down=True, nulls=True, classes="roomy"),
)


def _members() -> QuerySet[User]:
    lasting = Q(room_access__until=None) | Q(room_access__until__gt=timezone.now())
    return User.objects.filter(is_active=True).annotate(
        room_count=Count("room_access", filter=lasting, distinct=True),
        next_end=Min("room_access__until", filter=lasting),
    )


def member_listing(request: MemberRequest) -> Listing:
    return Listing(
        request,
        _members(),
        MemberFilters(request.GET),
        COLUMNS,
        default="name",
        noun=("person", "people"),
    )


@ops_required
def index(request: MemberRequest) -> HttpResponse:
    listing = member_listing(request)
    members = list(listing.page)
    prefetch_related_objects(members, "groups")
    context = {"listing": listing, "members": [(user, place_of(user)) for user in members]}
    return page_or_fragment(request, "access/index.html", context, {"list": "access/_list.html"}, listing.here)


@ops_required
def export(request: MemberRequest) -> HttpResponseBase:
    """The list as shown, all pages of it: a row a person and room, as the import reads it."""
    columns = ("person", "room", "until", "change", "name", "part", "room_name")
    return csv_file("access", columns, _lines(member_listing(request).rows))


def _lines(users: QuerySet[User]) -> Iterator[tuple[object, ...]]:
    for user in users.prefetch_related("groups", "room_access__room").iterator(chunk_size=500):
        rows: Iterable[RoomAccess | None] = list(user.room_access.all()) or [None]
        for access in rows:
            yield (
                user.username,
                access.room_id if access else "",
                instants.to_rfc3339(instants.from_datetime(access.until)) if access and access.until else "",
                "give" if access else "",
                user.get_full_name(),
                place_of(user).words,
                str(access.room) if access else "",
            )


@ops_required
def detail(request: MemberRequest, username: str) -> HttpResponse:
    """One person: their part, and their rooms."""
    user = _user(username)
    held = RoomAccess.objects.filter(user=user).select_related("room", "given_by").order_by("room__name")
    context = {
        "person": user,
        "place": place_of(user),
        "id_in_class": id_in_class(user),
        "held": held,
        "now": timezone.now(),
        "room_count": Room.objects.count(),
    }
    return page_or_fragment(request, "access/person.html", context, {})


@ops_form
def give(request: MemberRequest, username: str) -> HttpResponse:
    """Give rooms to a person."""
    user = _user(username)
    form = GiveRooms(_sent(request), initial={"rooms": request.GET.get("room", "")})
    if request.method == "POST" and form.is_valid():
        rooms = form.cleaned_data["rooms"]
        try:
            for room in rooms:
                operations.give(actor=request.user, user=user, room=room, until=form.cleaned_data["until"])
        except ValueError as problem:
            land(form, problem, {"person": "rooms"})
        else:
            said = str(rooms[0]) if len(rooms) == 1 else f"{len(rooms)} rooms"
            return done(request, reverse("member", args=[username]), f"{name_of(user)} now has {said}.")
    context = {"person": user, "name": name_of(user), "form": form}
    return page_or_fragment(request, "access/give.html", context, {"dialog": "access/_give.html"})


@ops_form
def identify(request: MemberRequest, username: str) -> HttpResponse:
    """Say who this account is in class."""
    user = _user(username)
    form = WhoInClass(_sent(request), initial={"user_id": id_in_class(user)})
    if request.method == "POST" and form.is_valid():
        try:
            set_id_in_class(actor=request.user, user=user, user_id=form.cleaned_data["user_id"])
        except ValueError as problem:
            land(form, problem)
        else:
            return done(
                request, reverse("member", args=[username]), f"In class {name_of(user)} is {id_in_class(user)}."
            )
    context = {"person": user, "name": name_of(user), "form": form}
    return page_or_fragment(request, "access/identify.html", context, {"dialog": "access/_identify.html"})


@ops_form
def take(request: MemberRequest, username: str, room_id: str) -> HttpResponse:
    """Take a room from a person, after asking once."""
    user, room = _user(username), get_room(request, room_id)
    back = request.GET.get("from") == "room"
    if request.method == "POST":
        taken = operations.take(actor=request.user, user=user, room=room)
        said = f"{name_of(user)} no longer has {room}." if taken else f"{name_of(user)} did not have {room} any more."
        url = reverse("room_access", args=[room.pk]) if back else reverse("member", args=[username])
        return done(request, url, said)
    context = {"person": user, "name": name_of(user), "room": room, "back": back}
    return page_or_fragment(request, "access/take.html", context, {"dialog": "access/_take.html"})


@ops_required
def of_room(request: MemberRequest, room_id: str) -> HttpResponse:
    """Who has this room."""
    room = get_room(request, room_id)
    held = RoomAccess.objects.filter(room=room).select_related("user", "given_by").prefetch_related("user__groups")
    context = {
        "room": room,
        "held": [(access, place_of(access.user)) for access in held.order_by("user__username")],
        "now": timezone.now(),
    }
    return page_or_fragment(request, "access/room.html", context, {})


@ops_form
def give_person(request: MemberRequest, room_id: str) -> HttpResponse:
    """Give this room to a person."""
    room = get_room(request, room_id)
    form = GivePerson(_sent(request), initial={"person": request.GET.get("person", "")})
    if request.method == "POST" and form.is_valid():
        user = form.cleaned_data["person"]
        try:
            operations.give(actor=request.user, user=user, room=room, until=form.cleaned_data["until"])
        except ValueError as problem:
            land(form, problem)
        else:
            return done(request, reverse("room_access", args=[room.pk]), f"{name_of(user)} now has {room}.")
    context = {"room": room, "form": form}
    return page_or_fragment(request, "access/give_person.html", context, {"dialog": "access/_give_person.html"})


@ops_form
def bring(request: MemberRequest) -> HttpResponse:
    """A CSV file of who gets which room: first what it would do, then, asked again, doing it."""
    form = AccessFile(_sent(request), request.FILES or None)
    planned: list[Planned] = []
    text, done_count = "", None
    if request.method == "POST" and form.is_valid():
        content = form.content
        try:
            planned = plan(content)
        except Unreadable as problem:
            form.add_error("file", str(problem))
        else:
            if "do" in request.POST:
                done_count = _carry_out(request.user, planned)
            else:
                text = decoded(content)
    effective = [line for line in planned if line.what in ("give", "change", "take")]
    context = {
        "form": form,
        "planned": planned,
        "effective": len(effective),
        "refused": sum(line.what == "refused" for line in planned),
        "again": AccessFile(initial={"text": text}),
        "done_count": done_count,
    }
    return page_or_fragment(request, "access/import.html", context, {})


def _carry_out(actor: User, planned: Iterable[Planned]) -> int:
    done_count = 0
    for line in planned:
        if line.user and line.found and line.what in ("give", "change", "take"):
            if line.what == "take":
                operations.take(actor=actor, user=line.user, room=line.found)
            else:
                operations.give(actor=actor, user=line.user, room=line.found, until=line.until)
            done_count += 1
    return done_count


def _sent(request: MemberRequest) -> QueryDict | None:
    """What a form is bound to: nothing while it is only looked at, even an empty POST when it was sent."""
    return request.POST if request.method == "POST" else None


def _user(username: str) -> User:
    return get_object_or_404(User.objects.prefetch_related("groups"), username=username.replace("\x00", ""))
