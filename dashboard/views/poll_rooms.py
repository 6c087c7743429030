"""Which room asks which poll: the tab of a room, linking, unlinking, and a duplicate for another class."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse

from dashboard.decorators import member_form, member_required
from dashboard.forms.polls import DuplicateForm, PollChoiceForm, RoomForm
from dashboard.htmx import MemberRequest, done, page_or_fragment
from dashboard.polls import UNSURE_MADE, on_to, with_rooms
from dashboard.refusals import land
from dashboard.shortcuts import get_poll, get_room
from rooms import hms
from rooms.access import may, polls_for, rooms_for
from rooms.connection import NotConfigured
from rooms.operations import polls as operations


@member_required
def of_room(request: MemberRequest, room_id: str) -> HttpResponse:
    """The polls that a room names."""
    room = get_room(request, room_id)
    polls = with_rooms(polls_for(request.user).filter(rooms=room), request.user).order_by("title", "pk")
    context = {"room": room, "polls": list(polls), "may_ask": may(request.user, "ask", room)}
    return page_or_fragment(request, "polls/room_polls.html", context, {})


@member_form
def link_to_room(request: MemberRequest, room_id: str) -> HttpResponse:
    """From the room: choose one of the polls."""
    room = get_room(request, room_id, "ask")
    polls = polls_for(request.user).filter(put_away_at=None, gone_at=None).exclude(rooms=room).order_by("title", "pk")
    form = PollChoiceForm(request.POST if request.method == "POST" else None, polls=polls)
    if form.is_bound and form.is_valid():
        poll = form.cleaned_data["poll"]
        try:
            operations.link(actor=request.user, poll=poll, room=room)
        except (hms.Error, ValueError, NotConfigured) as problem:
            land(form, problem, {"polls": "poll"})
        else:
            return done(request, reverse("room_polls", args=[room.pk]), f"{room} can ask “{poll}” now.")
    return _dialog(request, "link_to_room", {"room": room, "form": form})


@member_form
def link(request: MemberRequest, poll_id: str) -> HttpResponse:
    """From the poll: choose one of the rooms."""
    poll = get_poll(request, poll_id)
    _may_ask(request)
    rooms = rooms_for(request.user, "ask").exclude(polls=poll)
    form = RoomForm(request.POST if request.method == "POST" else None, rooms=rooms)
    if form.is_bound and form.is_valid():
        room = form.cleaned_data["room"]
        try:
            operations.link(actor=request.user, poll=poll, room=room)
        except (hms.Error, ValueError, NotConfigured) as problem:
            land(form, problem, {"polls": "room"})
        else:
            return done(request, reverse("poll", args=[poll.pk]), f"{room} can ask “{poll}” now.")
    return _dialog(request, "link", {"poll": poll, "form": form})


@member_form
def unlink(request: MemberRequest, poll_id: str, room_id: str) -> HttpResponse:
    poll, room = get_poll(request, poll_id), get_room(request, room_id, "ask")
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_bound:
        form.full_clean()
        try:
            operations.unlink(actor=request.user, poll=poll, room=room)
        except (hms.Error, ValueError, NotConfigured) as problem:
            land(form, problem)
        else:
            # Who knew the poll by this room alone knows it no more.
            known = polls_for(request.user).filter(pk=poll.pk).exists()
            url = reverse("poll", args=[poll.pk]) if known else reverse("room_polls", args=[room.pk])
            return done(request, url, f"{room} asks “{poll}” no more.")
    return _dialog(request, "unlink", {"poll": poll, "room": room, "form": form})


@member_form
def duplicate(request: MemberRequest, poll_id: str) -> HttpResponse:
    """The same questions as a poll of its own, for another room or to be changed."""
    poll = get_poll(request, poll_id)
    _may_ask(request)
    form = DuplicateForm(
        request.POST if request.method == "POST" else None,
        rooms=rooms_for(request.user, "ask"),
        required=not may(request.user, "operate"),
        initial={"title": f"{poll}, copy"[:255]},
    )
    if form.is_bound and form.is_valid():
        title, room = form.cleaned_data["title"], form.cleaned_data["room"]
        try:
            made = operations.duplicate(actor=request.user, poll=poll, title=title, room=room)
        except (hms.ConnectionFailed, hms.ServerFailed, hms.UnreadableAnswer):
            form.add_error(None, UNSURE_MADE)
        except (hms.Error, ValueError, NotConfigured) as problem:
            land(form, problem)
        else:
            return on_to(request, made, room)
    return _dialog(request, "duplicate", {"poll": poll, "form": form})


def _may_ask(request: MemberRequest) -> None:
    if not may(request.user, "ask"):
        raise Http404


def _dialog(request: MemberRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    context |= {"name": name, "dialog": f"polls/_{name}.html"}
    return page_or_fragment(request, "polls/dialog.html", context, {"dialog": "polls/_dialog.html"})
