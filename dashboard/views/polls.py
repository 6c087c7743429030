"""Polls and quizzes: the list, one of them, and putting it away. 100ms has no list of its own."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce, Lower
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from analytics import instants
from dashboard.csv_files import csv_file
from dashboard.decorators import member_command, member_required
from dashboard.forms.polls import PollFilters
from dashboard.freshness import freshness
from dashboard.htmx import MemberRequest, done, page_or_fragment
from dashboard.listing import Column, Listing
from dashboard.polls import GONE, knows_answers, questions, with_rooms
from dashboard.refusals import in_words
from dashboard.shortcuts import get_poll
from rooms import hms
from rooms.access import may, polls_for, rooms_for
from rooms.connection import NotConfigured, client
from rooms.mirrors import polls as mirror
from rooms.models import Poll
from rooms.operations import polls as operations

COLUMNS = (
    Column("Poll", "title", Lower("title")),
    Column("Kind", "kind", "kind"),
    Column("Questions", "questions", "question_count", down=True, classes="n"),
    Column("Rooms", "rooms", "room_count", down=True),
    Column("Made by", "by", "made_by__first_name", nulls=True, classes="roomy"),
    Column("Made", "made", "made_at", down=True, nulls=True),
    Column("State"),
)


def poll_listing(request: MemberRequest) -> Listing:
    mine = rooms_for(request.user)
    linked = mine.filter(polls=OuterRef("pk")).order_by().values("polls").annotate(n=Count("pk", distinct=True))
    counted = Subquery(linked.values("n"), output_field=IntegerField())
    polls = polls_for(request.user).annotate(room_count=Coalesce(counted, 0))
    return Listing(
        request,
        with_rooms(polls, request.user),
        PollFilters(request.GET, mine),
        COLUMNS,
        default="-made",
        noun=("poll", "polls"),
    )


@member_required
def index(request: MemberRequest) -> HttpResponse:
    listing = poll_listing(request)
    context = {
        "listing": listing,
        "polls": list(listing.page),
        "may_ask": may(request.user, "ask"),
        "freshness": freshness(),
    }
    return page_or_fragment(request, "polls/index.html", context, {"list": "polls/_list.html"}, listing.here)


@member_required
def export(request: MemberRequest) -> HttpResponseBase:
    """The list as shown, all pages of it. No right answers, and nothing of what was answered."""
    columns = (
        "poll_id", "title", "kind", "questions", "duration_seconds", "anonymous", "mode", "start", "rooms", "made_by",
        "made_at", "put_away_at",
    )  # fmt: skip
    return csv_file("polls", columns, _lines(poll_listing(request).rows.iterator(chunk_size=500)))


def _lines(polls: Iterable[Any]) -> Iterator[tuple[object, ...]]:
    for poll in polls:
        yield (
            poll.pk,
            poll.title,
            poll.kind,
            poll.question_count,
            poll.duration_seconds,
            poll.anonymous,
            poll.mode,
            poll.start,
            "; ".join(str(room) for room in poll.shown_rooms),
            poll.made_by.get_username() if poll.made_by else "",
            *(instants.to_rfc3339(instants.from_datetime(at)) if at else "" for at in (poll.made_at, poll.put_away_at)),
        )


@member_required
def detail(request: MemberRequest, poll_id: str) -> HttpResponse:
    """One poll as last read from 100ms, with the rooms that name it."""
    poll = get_poll(request, poll_id)
    knows = knows_answers(request.user)
    rooms = list(rooms_for(request.user).filter(polls=poll))
    context = {
        "poll": poll,
        "questions": questions(poll, with_answers=knows),
        "knows_answers": knows,
        "rooms": rooms,
        "other_rooms": poll.rooms.count() - len(rooms),
        "may_ask": knows,
        "may_change": polls_for(request.user, "ask").filter(pk=poll.pk).exists(),
    }
    return page_or_fragment(request, "polls/poll.html", context, {})


@member_command
def refresh(request: MemberRequest, poll_id: str) -> HttpResponse:
    """Read the poll again from 100ms, and with it what became of changes that got no answer."""
    poll = get_poll(request, poll_id, "ask")
    url = reverse("poll", args=[poll.pk])
    try:
        pulled = mirror.pull(client(), at=timezone.now(), poll_id=poll.pk)
    except (hms.Error, NotConfigured) as problem:
        unread = isinstance(problem, hms.ConnectionFailed | hms.ServerFailed)
        messages.error(request, "100ms does not answer right now." if unread else in_words(problem))
        return done(request, url)
    if pulled.problems:
        messages.warning(request, GONE)
        return done(request, url)
    return done(request, url, "Read from 100ms just now.")


@member_command
def put_away(request: MemberRequest, poll_id: str) -> HttpResponse:
    poll = get_poll(request, poll_id, "ask")
    operations.put_away(actor=request.user, poll=poll)
    return done(request, reverse("poll", args=[poll.pk]), _away_words(poll))


@member_command
def bring_back(request: MemberRequest, poll_id: str) -> HttpResponse:
    poll = get_poll(request, poll_id, "ask")
    operations.bring_back(actor=request.user, poll=poll)
    return done(request, reverse("poll", args=[poll.pk]), f"“{poll}” is in the list again.")


def _away_words(poll: Poll) -> str:
    linked = poll.rooms.count()
    words = f"“{poll}” is put away: it is out of the list, and its results stay."
    if linked:
        words += (
            f" {linked} room{'' if linked == 1 else 's'} still ask{'s' if linked == 1 else ''} it; unlink it there."
        )
    return words
