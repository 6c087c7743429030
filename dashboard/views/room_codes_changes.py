"""What changes room codes or makes something of them: codes made, enabled, disabled, let out to teachers, tokens."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from dashboard.decorators import member_command, ops_command, ops_form
from dashboard.forms.room_codes import RoleForm, TokenForm
from dashboard.htmx import MemberRequest, done, page_or_fragment
from dashboard.refusals import in_words, land
from dashboard.room_codes import get_code, hand_out_form
from dashboard.shortcuts import get_room
from dashboard.unread import not_shown
from rooms import hms
from rooms.access import roles_handed_out
from rooms.connection import NotConfigured
from rooms.models import Room, RoomCode
from rooms.operations import room_codes as operations


@ops_command
def make_all(request: MemberRequest, room_id: str) -> HttpResponse:
    """A code for each role that has none."""
    room = get_room(request, room_id, "operate")
    return _made(
        request,
        room,
        lambda: operations.create_all(actor=request.user, room=room),
        new="Each role has a code now.",
        old="Each role had a code already, so none was made.",
    )


@member_command
def make_one(request: MemberRequest, room_id: str) -> HttpResponse:
    """A code for one role that has none that works."""
    room = get_room(request, room_id, "hand out")
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "No role was named, so no code was made.")
        return redirect("room_codes", room.pk)
    role = form.cleaned_data["role"]
    allowed = roles_handed_out(request.user, room)
    if allowed is not None and role not in allowed:
        raise Http404
    return _made(
        request,
        room,
        lambda: operations.create_for_role(actor=request.user, room=room, role=role),
        new=f"A code for {role} is made.",
        old=f"There was a code for {role} already, so none was made.",
    )


def _made(
    request: MemberRequest, room: Room, make: Callable[[], operations.Made], *, new: str, old: str
) -> HttpResponse:
    try:
        made = make()
    except (hms.Error, ValueError, NotConfigured) as problem:
        messages.error(request, in_words(problem))
    else:
        messages.success(request, new if made.new else old)
    return redirect("room_codes", room.pk)


@ops_form
def enable(request: MemberRequest, room_id: str, reference: str) -> HttpResponse:
    return _switch(request, room_id, reference, operations.enable, "enable")


@ops_form
def disable(request: MemberRequest, room_id: str, reference: str) -> HttpResponse:
    return _switch(request, room_id, reference, operations.disable, "disable")


def _switch(
    request: MemberRequest, room_id: str, reference: str, operation: Callable[..., RoomCode], verb: str
) -> HttpResponse:
    """GET asks, naming who is let in or kept out; POST does it."""
    room = get_room(request, room_id, "operate")
    code = get_code(request.user, room, reference)
    # Nothing to fill in; what 100ms refuses needs a place.
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operation(actor=request.user, code=code)
        except (hms.Error, ValueError, NotConfigured) as problem:
            land(form, problem)
        else:
            return done(request, reverse("room_codes", args=[room.pk]), f"The code {code} is {verb}d.")
    context = {"room": room, "code": code, "reference": reference, "form": form, "verb": verb}
    return page_or_fragment(request, "room_codes/switch.html", context, {"dialog": "room_codes/_switch.html"})


@ops_command
def hand_out(request: MemberRequest, room_id: str) -> HttpResponse:
    """Which roles' codes teachers of the room may see and hand out."""
    room = get_room(request, room_id, "operate")
    held = set(room.codes.filter(gone_at=None).values_list("role", flat=True))
    form = hand_out_form(room, held, request.POST)
    if form.is_valid():
        operations.let_hand_out(actor=request.user, room=room, roles=form.cleaned_data["roles"])
        messages.success(request, "Kept. Teachers of this room see the codes of the ticked roles from now on.")
    else:
        messages.error(request, "Nothing was changed: one of the roles is not there any more. Look again.")
    return redirect("room_codes", room.pk)


@sensitive_variables()
@ops_form
def token(request: MemberRequest, room_id: str, reference: str) -> HttpResponse:
    """GET asks for whom; the answer to POST is the only place where the token is ever shown."""
    room = get_room(request, room_id, "operate")
    code = get_code(request.user, room, reference)
    form = TokenForm(request.POST if request.method == "POST" else None)
    made = None
    if form.is_valid():
        try:
            made = operations.reveal_token(actor=request.user, code=code, user_id=form.cleaned_data["user_id"])
        except (hms.ConnectionFailed, hms.UnreadableAnswer, hms.ServerFailed) as problem:
            form.add_error(None, not_shown(problem))
        except (hms.Error, ValueError, NotConfigured) as problem:
            land(form, problem)
    context = {"room": room, "code": code, "reference": reference, "form": form, "made": made}
    answer = page_or_fragment(request, "room_codes/token.html", context, {"dialog": "room_codes/_token.html"})
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
