"""What the figures of a poll were made from: its answers, its points, and each as 100ms told it or has it now.

Of an anonymous poll there is no list and no page of an answer: when somebody answered can tell who it was.
"""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from analytics.models import Event, PollResponse, PollRun, PollScore
from analytics.poll_sync import response_now, result_now
from dashboard.decorators import member_required
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.poll_answers import answer_listing, earlier_and_later, shown, took
from dashboard.poll_reading import RunReading, run_reading, scores
from dashboard.refusals import in_words
from dashboard.shortcuts import get_poll_run
from rooms import hms
from rooms.access import Action
from rooms.connection import LOOK, NotConfigured, client
from rooms.differences import differences
from rooms.hms.resources.base import Object
from rooms.masking import masked

# What our events say beside the object, or under another name.
OURS = frozenset({"room_id", "run_id", "response_id", "result_id", "id"})


@member_required
def index(request: MemberRequest, session_id: str, poll_id: str) -> HttpResponse:
    """The answers one by one."""
    reading = _named(request, session_id, poll_id)
    listing = answer_listing(request, reading)
    context = {
        "reading": reading,
        "run": reading.run,
        "session": reading.session,
        "listing": listing,
        "answers": list(shown(listing.page, reading, scores(reading.run))),
    }
    return page_or_fragment(
        request, "poll_results/answers.html", context, {"list": "poll_results/_answers.html"}, listing.here
    )


@member_required
def answer(request: MemberRequest, session_id: str, poll_id: str, response_id: str) -> HttpResponse:
    """One answer, the others it belongs with, and the event it was read from."""
    reading = _named(request, session_id, poll_id)
    row = _answer(reading.run, response_id)
    others = earlier_and_later(reading.run, row)
    points = scores(reading.run)
    (this, *rest) = shown([row, *others], reading, points)
    context = {
        "reading": reading,
        "run": reading.run,
        "session": reading.session,
        "answer": this,
        "others": rest,
        "event": Event.objects.filter(event_id=row.event_id).first(),
    }
    return page_or_fragment(request, "poll_results/answer.html", context, {})


@member_required
def answer_now(request: MemberRequest, session_id: str, poll_id: str, response_id: str) -> HttpResponse:
    """The answer as 100ms has it at this moment, beside what was stored."""
    run = _run(request, session_id, poll_id, "ask")
    row = _answer(run, response_id)
    try:
        found: Object | None = response_now(client(patience=0, timeout=LOOK), poll_id, session_id, response_id)
        problem = ""
    except (hms.Error, NotConfigured) as failed:
        found, problem = None, in_words(failed)
    return _now(request, run, row.event_id, found, problem, back="poll_answer", name=response_id)


@member_required
def score(request: MemberRequest, session_id: str, poll_id: str, result_id: str) -> HttpResponse:
    """The points of one participant, and the event they were read from."""
    reading = _named(request, session_id, poll_id)
    row = _score(reading, result_id)
    asked = {question.index: question for question in reading.asked}
    context = {
        "reading": reading,
        "run": reading.run,
        "session": reading.session,
        "score": row,
        "took": took(row),
        "named": reading.named(row.key) if row.key else None,
        "question": asked.get(row.question or 0),
        "event": Event.objects.filter(event_id=row.event_id).first(),
    }
    return page_or_fragment(request, "poll_results/score.html", context, {})


@member_required
def score_now(request: MemberRequest, session_id: str, poll_id: str, result_id: str) -> HttpResponse:
    """The points as 100ms has them at this moment, beside what was stored."""
    run = _run(request, session_id, poll_id, "ask")
    row = get_object_or_404(run.scores, result_id=_plain(result_id))
    try:
        found: Object | None = result_now(client(patience=0, timeout=LOOK), poll_id, session_id, result_id)
        problem = ""
    except (hms.Error, NotConfigured) as failed:
        found, problem = None, in_words(failed)
    return _now(request, run, row.event_id, found, problem, back="poll_score", name=result_id)


@member_required
def source(request: MemberRequest, session_id: str, poll_id: str) -> HttpResponse:
    """The run and its questions as 100ms told them. The questions hold the right answers, so not for everybody."""
    run = get_poll_run(request, session_id, poll_id)
    reading = run_reading(run, run.session, timezone.now(), request.user)
    events = Event.objects.in_bulk([run.event_id, run.asked_event_id], field_name="event_id")
    context = {
        "run": run,
        "session": run.session,
        "run_event": events.get(run.event_id),
        "asked_event": events.get(run.asked_event_id) if reading.shows_right else None,
    }
    return page_or_fragment(request, "poll_results/source.html", context, {})


def _run(request: MemberRequest, session_id: str, poll_id: str, action: Action = "see") -> PollRun:
    run = get_poll_run(request, session_id, poll_id, action)
    if run.anonymous:
        raise Http404
    return run


def _named(request: MemberRequest, session_id: str, poll_id: str) -> RunReading:
    run = _run(request, session_id, poll_id)
    return run_reading(run, run.session, timezone.now(), request.user)


def _answer(run: PollRun, response_id: str) -> PollResponse:
    return get_object_or_404(run.responses, response_id=_plain(response_id))


def _score(reading: RunReading, result_id: str) -> PollScore:
    if not reading.shows_right:
        raise Http404
    return get_object_or_404(reading.run.scores, result_id=_plain(result_id))


def _plain(text: str) -> str:
    if "\x00" in text:  # no database has it, and PostgreSQL refuses to look
        raise Http404
    return text


def _now(
    request: MemberRequest, run: PollRun, event_id: str, found: Any, problem: str, *, back: str, name: str
) -> HttpResponse:
    event = Event.objects.filter(event_id=event_id).first()
    stored = _content(event.payload["data"]) if event else {}
    context = {
        "run": run,
        "session": run.session,
        "problem": problem,
        "found": found.raw if found else None,
        "changes": differences(stored, _content(masked(found.raw))) if found else [],
        "back": back,
        "name": name,
        "asked_at": timezone.now(),
    }
    return page_or_fragment(request, "poll_results/now.html", context, {"now": "poll_results/_now.html"})


def _content(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in OURS}
