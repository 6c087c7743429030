"""Polls as pages show them, and their reading from 100ms before they are changed."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from dashboard.forms.poll_questions import CHOICES, TYPES
from dashboard.htmx import MemberRequest, done
from dashboard.refusals import in_words
from rooms import hms
from rooms.access import may, rooms_for
from rooms.connection import LOOK, NotConfigured, client
from rooms.hms.resources.polls import Poll as HmsPoll
from rooms.mirrors import polls as mirror
from rooms.models import Poll, Room
from rooms.operations import polls as operations

UNREAD: Final = "100ms does not answer right now, so this poll cannot be changed. Nothing was changed; try again soon."
GONE: Final = "100ms no longer has this poll. It cannot be changed or asked any more; what was answered stays."

UNSURE_MADE: Final = (
    "100ms did not answer, so nobody knows whether it made this poll. If it did, no room names that one, so nobody is "
    "ever asked it: saving again is safe, and at worst leaves an unused poll in 100ms. What you typed is still here."
)


@dataclass(frozen=True, slots=True)
class Option:
    index: int
    text: str
    weight: int
    right: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A question as last read. Without the right to know them, the answers and what they count for are left out.

    `points` None as well where no answer is right, as with a text that nobody marks.
    """

    index: int
    text: str
    type: str
    points: int | None
    seconds: int
    skippable: bool
    once: bool
    hidden: bool
    least: int
    most: int
    right_text: str
    options: tuple[Option, ...]
    attachments: int
    several: bool


def questions(poll: Poll, *, with_answers: bool) -> list[Question]:
    return [
        _question(index, asked, with_answers=with_answers)
        for index, asked in enumerate(mirror.settings_of(poll)["questions"], 1)
    ]


def _question(index: int, asked: dict[str, Any], *, with_answers: bool) -> Question:
    right = set(asked["answer"]["options"]) if with_answers else set()
    # Without a right answer nobody can earn them, whatever the question weighs.
    can_be_earned = bool(right or (with_answers and asked["answer"]["text"]))
    return Question(
        index=index,
        text=asked["text"],
        type=dict(TYPES).get(asked["type"], asked["type"]),
        points=asked["weight"] if can_be_earned else None,
        seconds=asked["duration"],
        skippable=asked["skippable"],
        once=asked["once"],
        hidden=asked["answer"]["hidden"],
        least=asked["answer_min_len"],
        most=asked["answer_max_len"],
        right_text=asked["answer"]["text"] if with_answers else "",
        options=tuple(
            Option(place, one["text"], one["weight"] if with_answers else 1, place in right)
            for place, one in enumerate(asked["options"], 1)
        ),
        attachments=len(asked["attachment"]),
        several=asked["type"] == CHOICES[1],
    )


def knows_answers(user: User) -> bool:
    """A poll may be asked again at any time, so its right answers are for who may ask, and never for observers."""
    return may(user, "ask")


def with_rooms(polls: QuerySet[Poll], user: User) -> QuerySet[Poll]:
    """Each with `shown_rooms`, those of its rooms that exist for the user, and who made it."""
    mine: QuerySet[Room] = rooms_for(user).order_by("name", "pk")
    return polls.select_related("made_by").prefetch_related(Prefetch("rooms", mine, to_attr="shown_rooms"))


def read_now(poll: Poll) -> tuple[HmsPoll | None, str]:
    """The poll as 100ms has it now, or None and why not in words."""
    try:
        return mirror.look(client(patience=0, timeout=LOOK), poll.pk, at=timezone.now()), ""
    except (hms.NotFound, hms.Forbidden):
        return None, GONE
    except (hms.ConnectionFailed, hms.ServerFailed, hms.UnreadableAnswer):
        return None, UNREAD
    except (hms.Error, NotConfigured) as problem:
        return None, in_words(problem)


def on_to(request: MemberRequest, poll: Poll, room: Room | None) -> HttpResponse:
    """To the page of a poll just made, after linking it; when that fails the poll is there all the same."""
    url = reverse("poll", args=[poll.pk])
    if room is None:
        return done(request, url, f"“{poll}” is made. Link it to a room so that it can be asked.")
    try:
        operations.link(actor=request.user, poll=poll, room=room)
    except (hms.Error, ValueError, NotConfigured) as problem:
        messages.warning(request, f"“{poll}” is made, but not linked to {room}. Link it below. {in_words(problem)}")
        return done(request, url)
    return done(request, url, f"“{poll}” is made, and {room} can ask it.")
