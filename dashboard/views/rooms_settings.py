"""What is set for a room: to be read by its members, to be changed by ops."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from dashboard import refusals, room_problems
from dashboard.decorators import member_form, ops_command, ops_form, ops_required
from dashboard.forms.rooms_settings import CloneForm, DisableForm, RoomForm, nearest_name, seen
from dashboard.htmx import MemberRequest, done, page_or_fragment
from dashboard.room_settings import Differing, against, differing, last_change, words
from dashboard.shortcuts import get_room
from rooms import hms
from rooms.access import may
from rooms.connection import LOOK, NotConfigured, client
from rooms.mirrors import rooms as mirror
from rooms.models import Room
from rooms.operations import rooms as operations
from rooms.template_names import TemplateNames


@member_form
def settings(request: MemberRequest, room_id: str) -> HttpResponse:
    """How the room is set, as last read; for ops a form to change it."""
    posted = request.method == "POST"
    room = get_room(request, room_id, "operate" if posted else "see")
    templates = TemplateNames.known()
    form = RoomForm(request.POST if posted else None, room=room, templates=templates)
    quicker: list[Differing] = []
    overtaken = False
    if posted and form.is_valid():
        wishes = form.wishes()
        if request.POST.get("seen") != seen(room):
            overtaken, quicker = True, against(form)
            form.add_error(None, "Somebody changed this room since you opened the page. Look again, then save.")
        elif not wishes:
            return done(request, request.path, "Nothing was changed.")
        else:
            try:
                operations.update(actor=request.user, room=room, settings=wishes)
                room.refresh_from_db()  # it may have another name now
                return done(request, request.path, f"{room} is saved.")
            except (hms.Error, ValueError, NotConfigured) as problem:
                room_problems.land(form, problem)
    context = {
        "room": room,
        "form": form if may(request.user, "operate") else None,
        "seen": seen(room),
        "overtaken": overtaken,
        "quicker": quicker,
        "last_change": last_change(room) if overtaken else None,
        "templates": templates.names,
        "recording": words("recording_enabled", room.recording_enabled, templates),
        "places": words("size", room.size, templates) if room.size is not None else "not limited",
        "secrets": mirror.secrets_of(room),
    }
    return render(request, "rooms/settings.html", context)


@ops_required
def compare(request: MemberRequest, room_id: str) -> HttpResponse:
    """Is it in 100ms as we hold it? Asked there at this moment, after the page is shown."""
    room = get_room(request, room_id, "operate")
    context = {"room": room, "checked_at": timezone.now()}
    try:
        context["differing"] = differing(mirror.compare(client(patience=0, timeout=LOOK), room), TemplateNames.known())
    except (hms.NotFound, hms.Forbidden):
        context["gone"] = True
    except (hms.Error, NotConfigured) as problem:
        context["problem"] = refusals.in_words(problem) if isinstance(problem, hms.Refused | NotConfigured) else ""
        context["silent"] = True
    fragments = {"compare": "rooms/_compare.html", "dialog": "rooms/_differing.html"}
    return page_or_fragment(request, "rooms/compare.html", context, fragments)


@ops_command
def take_over(request: MemberRequest, room_id: str) -> HttpResponse:
    """Read the room from 100ms now, instead of with the next mirror."""
    room = get_room(request, room_id, "operate")
    url = reverse("room_settings", args=[room.pk])
    try:
        mirror.pull(client(), at=timezone.now(), room_id=room.pk)
    except (hms.NotFound, hms.Forbidden):
        mirror.gone(room, at=timezone.now())
        return _told(request, url, f"100ms does not have {room} any more.")
    except (hms.Error, NotConfigured) as problem:
        return _told(request, url, f"{room} could not be read from 100ms: {problem}")
    return done(request, url, f"{room} is here as it is in 100ms.")


@ops_command
def enable(request: MemberRequest, room_id: str) -> HttpResponse:
    room = get_room(request, room_id, "operate")
    url = reverse("room_settings", args=[room.pk])
    try:
        operations.enable(actor=request.user, room=room)
    except (hms.Error, ValueError, NotConfigured) as problem:
        return _told(request, url, room_problems.in_words(problem))
    return done(request, url, f"{room} is enabled: people can join.")


@ops_form
def disable(request: MemberRequest, room_id: str) -> HttpResponse:
    """Asks why, and says what follows."""
    room = get_room(request, room_id, "operate")
    form = DisableForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.disable(actor=request.user, room=room, reason=form.cleaned_data["reason"])
            return done(request, reverse("room_settings", args=[room.pk]), f"{room} is disabled: nobody new can join.")
        except (hms.Error, ValueError, NotConfigured) as problem:
            room_problems.land(form, problem)
    return page_or_fragment(
        request, "rooms/disable.html", {"room": room, "form": form}, {"dialog": "rooms/_disable.html"}
    )


@ops_form
def clone(request: MemberRequest, room_id: str) -> HttpResponse:
    """A new room set alike; says what it does not take along."""
    room = get_room(request, room_id, "operate")
    form = CloneForm(request.POST or None, initial={"name": _free_name(room)}, auto_id="clone_%s")
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.clone(actor=request.user, room=room, name=form.cleaned_data["name"])
            return done(request, reverse("room_settings", args=[made.pk]), f"{made} is made, set as {room} is.")
        except (hms.Error, ValueError, NotConfigured) as problem:
            room_problems.land(form, problem, new=True)
    context = {"room": room, "form": form, "secrets": mirror.secrets_of(room)}
    return page_or_fragment(request, "rooms/clone.html", context, {"dialog": "rooms/_clone.html"})


def _free_name(room: Room) -> str:
    base = nearest_name(room.name) or "Room"
    alike = Room.objects.filter(name__istartswith=base).values_list("name", flat=True)
    names = {name.casefold() for name in alike}
    numbers = (f"{base}-{number}" for number in range(2, len(names) + 3))
    return next(name for name in numbers if name.casefold() not in names)


def _told(request: MemberRequest, url: str, problem: str) -> HttpResponse:
    messages.error(request, problem)
    return done(request, url)
