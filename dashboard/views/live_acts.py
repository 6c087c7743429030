"""Acts in a running session. GET asks, naming whom it concerns and what follows; POST does it."""

from datetime import timedelta
from typing import Final

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from dashboard.decorators import member_form
from dashboard.forms.live import EndForm, MessageForm, PeerForm, RemoveForm
from dashboard.htmx import MemberRequest, done, page_or_fragment
from dashboard.live_room import Here, LiveRoom, live_room, receivers_of, roles_of
from dashboard.refusals import Problem, land
from dashboard.shortcuts import get_room
from rooms import hms, jobs
from rooms import live as readings
from rooms.connection import NotConfigured
from rooms.models import Room
from rooms.operations import active_rooms as operations

FRESH: Final = timedelta(seconds=20)
"""What ran so long ago is taken to run still, when a dialog names what an end stops."""


@member_form
def peer(request: MemberRequest, room_id: str, peer_id: str) -> HttpResponse:
    """One person who is in: what can be done, and name, role and metadata to change."""
    room = get_room(request, room_id, "act")
    live = _live(room)
    one = live.find(peer_id)
    if one is None:
        return _gone(request, room)
    given = {"name": one.name, "role": one.role, "metadata": one.metadata}
    roles = roles_of(live)
    form = PeerForm(request.POST if request.method == "POST" else None, roles, initial=given)
    if form.is_valid():
        try:
            operations.update_peer(actor=request.user, room=room, peer_id=peer_id, **form.cleaned_data)
        except (hms.Error, ValueError, NotConfigured) as problem:
            _land(form, problem, "Trying again is safe: it asks 100ms first how things stand.")
        else:
            name = form.cleaned_data["name"] or one.label
            return done(request, _url(room), f"{name} is changed. It shows here as 100ms reports it.")
    context = {"room": room, "live": live, "one": one, "form": form, "peer_id": peer_id}
    return page_or_fragment(request, "live/peer.html", context, {"dialog": "live/_peer.html"})


@member_form
def message(request: MemberRequest, room_id: str) -> HttpResponse:
    """A message to everybody, a role, or with `?peer=` one person."""
    room = get_room(request, room_id, "act")
    live = _live(room)
    one = live.find(request.GET.get("peer", ""))
    receivers = [*([(f"peer:{one.peer_id}", one.label)] if one else []), *receivers_of(live)]
    form = MessageForm(request.POST if request.method == "POST" else None, receivers)
    if form.is_valid():
        kind, _, value = form.cleaned_data["to"].partition(":")
        receiver = {"peer": {"peer_id": value}, "role": {"role": value}}.get(kind, {})
        name = dict(receivers)[form.cleaned_data["to"]]
        try:
            operations.send_message(
                actor=request.user, room=room, text=form.cleaned_data["text"], name=name, **receiver
            )
        except (hms.Error, ValueError, NotConfigured) as problem:
            _land(form, problem, "If it went out, sending it again shows it twice.")
        else:
            return done(request, _url(room), f"Sent to {name[:1].lower() + name[1:] if kind != 'peer' else name}.")
    context = {"room": room, "live": live, "one": one, "form": form, "here": request.get_full_path()}
    return page_or_fragment(request, "live/message.html", context, {"dialog": "live/_message.html"})


@member_form
def remove(request: MemberRequest, room_id: str) -> HttpResponse:
    """Throw out the person of `?peer=` or everybody of `?role=`, with a message to go along."""
    room = get_room(request, room_id, "act")
    live = _live(room)
    role = request.GET.get("role", "")
    one = live.find(request.GET.get("peer", ""))
    form = RemoveForm(request.POST if request.method == "POST" else None, initial={"sure": "yes"})
    nobody = one is None and role not in live.by_role
    if nobody and request.method != "POST":
        return _gone(request, room)
    if form.is_valid():
        try:
            said = _remove(request, room, one, role, form.cleaned_data["reason"])
        except (hms.Error, ValueError, NotConfigured) as problem:
            again = "Trying again is safe." if one else "Look who is in before you try again."
            _land(form, problem, again)
        else:
            return done(request, _url(room), said)
    context = {
        "room": room,
        "live": live,
        "one": one,
        "role": role,
        "count": live.by_role.get(role, 0),
        "form": form,
        "here": request.get_full_path(),
    }
    return page_or_fragment(request, "live/remove.html", context, {"dialog": "live/_remove.html"})


def _remove(request: MemberRequest, room: Room, one: Here | None, role: str, reason: str) -> str:
    if one is not None:
        operations.remove_peer(actor=request.user, room=room, peer_id=one.peer_id, name=one.label, reason=reason)
        return f"{one.label} is being removed. With a code that works they can come back."
    if not role:
        raise operations.NotIn("")
    operations.remove_role(actor=request.user, room=room, role=role, reason=reason)
    return f"Every {role} is being removed. With a code that works they can come back."


@member_form
def end(request: MemberRequest, room_id: str) -> HttpResponse:
    """End the session for everybody, with or without locking the room."""
    room = get_room(request, room_id, "act")
    live = _live(room)
    if not live.is_active and request.method != "POST":
        return _gone(request, room)
    given = {"session": live.session_id, "people": live.people}
    form = EndForm(request.POST if request.method == "POST" else None, initial=given)
    if form.is_valid():
        said = form.cleaned_data
        try:
            operations.end_session(
                actor=request.user,
                room=room,
                session_id=said["session"],
                people=said["people"] or 0,
                reason=said["reason"],
                lock=said["lock"],
            )
        except (hms.Error, ValueError, NotConfigured) as problem:
            _land(form, problem, "Trying again is safe: it ends this session and never a newer one.")
        else:
            locked = " The room is locked: nobody can come back until it is enabled." if said["lock"] else ""
            return done(request, _url(room), f"The session is ending for everybody.{locked}")
    context = {"room": room, "live": live, "form": form, "running": _running(room)}
    return page_or_fragment(request, "live/end.html", context, {"dialog": "live/_end.html"})


def _running(room: Room) -> list[jobs.Job] | None:
    """The recordings and streams that would stop too; None where 100ms cannot tell at this moment."""
    now = timezone.now()
    known = jobs.held(room)
    if known.as_of is None or now - known.as_of > FRESH:
        known = jobs.look(room, now=now)
    return None if known.problem else [job for job in known.found if job.is_active]


def _live(room: Room) -> LiveRoom:
    """As last read: a dialog opens at once, and 100ms has the last word when the form is sent."""
    return live_room(room, readings.held(room), timezone.now())


def _url(room: Room) -> str:
    return reverse("room_live", args=[room.pk])


def _gone(request: MemberRequest, room: Room) -> HttpResponse:
    """Who or what the dialog is about is not in the room any more."""
    return page_or_fragment(request, "live/over.html", {"room": room}, {"dialog": "live/_over.html"})


def _land(form: forms.Form, problem: Problem, again: str) -> None:
    """Nothing of this is looked at by the schedule, so a lost answer has its own words."""
    if isinstance(problem, hms.ConnectionFailed | hms.UnreadableAnswer | hms.ServerFailed):
        failed = f"100ms failed ({problem.status})" if isinstance(problem, hms.ServerFailed) else "100ms did not answer"
        form.add_error(
            None,
            f"{failed}, so nobody knows yet whether this was done. The cockpit shows within seconds how things stand. "
            f"{again} The audit has this attempt as “no answer”.",
        )
    else:
        land(form, problem)
