"""The stream key of a room: by it an encoder sends a stream into the room. Ops only."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.debug import sensitive_variables

from dashboard.copies import looked_at
from dashboard.decorators import ops_command, ops_form, ops_required
from dashboard.encoders import shown
from dashboard.htmx import MemberRequest, done, page_or_fragment
from dashboard.refusals import Problem, in_words, land
from dashboard.shortcuts import get_room
from dashboard.unread import not_shown
from rooms import hms
from rooms.connection import NotConfigured
from rooms.mirrors import stream_keys as mirror
from rooms.models import Room, StreamKey
from rooms.operations import stream_keys as operations


@ops_required
def index(request: MemberRequest, room_id: str) -> HttpResponse:
    """The key that works, without itself, and those of before."""
    room = get_room(request, room_id, "operate")
    copy = looked_at(room, mirror.KIND, mirror.pull, now=timezone.now())
    context = {
        "room": room,
        "key": mirror.active(room),
        "old": room.stream_keys.filter(enabled=False),
        "freshness": copy,
        "encoder": shown([room], request.user, timezone.now())[0],
        "not_switched_on": "answered 403" in copy.problem and "disabled" not in copy.problem,
    }
    answer = render(request, "stream_keys/index.html", context)
    patch_cache_control(answer, private=True, no_cache=True)
    return answer


@ops_command
def create(request: MemberRequest, room_id: str) -> HttpResponse:
    room = get_room(request, room_id, "operate")
    try:
        made = operations.create(actor=request.user, room=room)
    except (hms.Error, ValueError, NotConfigured) as problem:
        messages.error(request, _in_words(problem, room))
    else:
        messages.success(request, "A stream key is made." if made.new else "There was a key already, so none was made.")
    return redirect("room_stream_key", room.pk)


@sensitive_variables()
@ops_command
def reveal(request: MemberRequest, room_id: str) -> HttpResponse:
    """The answer is the only place where the key is ever shown."""
    room = get_room(request, room_id, "operate")
    form = forms.Form(request.POST)
    revealed = None
    try:
        revealed = operations.reveal(actor=request.user, room=room)
    except (hms.Error, NotConfigured) as problem:
        silent = isinstance(problem, hms.ConnectionFailed | hms.UnreadableAnswer | hms.ServerFailed)
        form.add_error(None, not_shown(problem) if silent else _in_words(problem, room))
    context = {"room": room, "revealed": revealed, "form": form}
    answer = page_or_fragment(request, "stream_keys/revealed.html", context, {"dialog": "stream_keys/_revealed.html"})
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@ops_form
def disable(request: MemberRequest, room_id: str) -> HttpResponse:
    """GET names what follows; POST disables the key that was shown, and no other."""
    room = get_room(request, room_id, "operate")
    key = _shown(request, room)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and key is not None and form.is_valid():
        try:
            operations.disable(actor=request.user, room=room, key=key)
        except (hms.Error, ValueError, NotConfigured) as problem:
            land(form, problem)
        else:
            return done(request, reverse("room_stream_key", args=[room.pk]), "The stream key is disabled.")
    context = {"room": room, "key": key, "form": form}
    return page_or_fragment(request, "stream_keys/disable.html", context, {"dialog": "stream_keys/_disable.html"})


def _shown(request: MemberRequest, room: Room) -> StreamKey | None:
    """The key that the dialog named when it was opened."""
    if request.method == "POST":
        return room.stream_keys.filter(pk=request.POST.get("key", "")[:64].replace("\x00", "")).first()
    return mirror.active(room)


def _in_words(problem: Problem, room: Room) -> str:
    """403 means two things here, and the answer does not tell them apart (contract, create_stream_key)."""
    if isinstance(problem, hms.Forbidden):
        if not room.enabled or "disabled" in problem.message.lower():
            return "The room is disabled, and 100ms makes and tells no keys for it. Enable the room first."
        return (
            "100ms does not allow stream keys for this account: the feature is switched on by 100ms on request. "
            "Nothing was changed."
        )
    if isinstance(problem, hms.BadRequest) and "already exists" in problem.message:
        return "Somebody has just made a key for this room. None was made; the one there is shown below."
    if isinstance(problem, hms.NotFound):
        return "The room has no key that works any more. Nothing was changed."
    return in_words(problem)
