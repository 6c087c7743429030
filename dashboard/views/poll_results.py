"""What polls brought: in one session, and over all sessions of a poll. What is set is `dashboard.views.polls`."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Avg, Case, Count, FloatField, IntegerField, OuterRef, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce, Lower
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime

from analytics import instants, poll_sync
from analytics.exports import file_name
from analytics.models import PollResponse, PollRun, PollScore, Session
from analytics.poll_exports import answers_csv, counts_csv, results_xlsx
from analytics.poll_results import questions, results
from analytics.tasks import nudge_polls
from dashboard.csv_files import csv_file
from dashboard.decorators import export_required, member_command, member_required
from dashboard.forms.poll_answers import RunFilters
from dashboard.htmx import POLLING_STOPPED, MemberRequest, page_or_fragment
from dashboard.listing import Column, Listing
from dashboard.poll_answers import answer_listing, answer_rows, person_rows, shown
from dashboard.poll_reading import RunReading, answers, run_reading, scores
from dashboard.polls_state import polls_state
from dashboard.refusals import in_words
from dashboard.shortcuts import get_poll_run, get_session, poll_runs_for, sessions_for
from rooms import hms
from rooms.access import Action, may, polls_for, rooms_for
from rooms.audit import Target, note
from rooms.connection import NotConfigured, client
from rooms.models import Poll

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TOGETHER = 20  # the newest runs that asked the same: their answers are counted together
MOST_ASKED = 200  # sessions that one press puts on the due list
ORDERS = {"score": "Points", "name": "Name", "answered": "Answers", "right": "Right", "time": "Time"}
COLUMNS = (
    Column("Session", "room", Lower("room__name")),
    Column("Asked", "asked", "started_at", down=True, nulls=True),
    Column("Answered by", "people", "told_participants", down=True, nulls=True, classes="n"),
    Column("Answers", "answers", "answer_count", down=True, classes="n"),
    Column("Right", "right", "right_share", down=True, nulls=True, classes="n"),
    Column("Points, mean", classes="n"),
    Column("State"),
)


@member_required
def of_session(request: MemberRequest, session_id: str) -> HttpResponse:
    """The results of one session's polls, one poll at a time."""
    session = get_session(request, session_id)
    runs = list(PollRun.objects.filter(session_id=session.pk).order_by("started_at", "pk"))
    asked = request.GET.get("poll")
    run = next((run for run in runs if run.poll_id == asked), runs[0] if runs else None)
    if asked and (run is None or run.poll_id != asked):
        raise Http404
    now, state = timezone.now(), polls_state(session.pk)
    by = request.GET.get("by", "")
    reading = run_reading(run, session, now, request.user) if run else None
    context = {
        "session": session,
        "runs": runs,
        "run": run,
        "reading": reading,
        "state": state,
        "has_polls": bool(runs) or poll_sync.has_polls(session.room_id),
        "orders": {
            key: words
            for key, words in ORDERS.items()
            if key not in ("score", "right") or (reading and reading.is_marked)
        },
        "by": by if by in ORDERS else "score" if reading and reading.is_marked else "name",
    }
    if reading is not None:
        context["people"] = reading.rows(str(context["by"]))
    fragments = {"results": "poll_results/_session.html"}
    response = page_or_fragment(request, "poll_results/session.html", context, fragments)
    if request.htmx.target == "results" and not state.is_asking:
        response.status_code = POLLING_STOPPED
    return response


@member_command
def ask(request: MemberRequest, session_id: str) -> HttpResponse:
    """Have the polls of a session read from 100ms now; the page shows them as soon as they are in."""
    session = get_session(request, session_id, "ask")
    poll_sync.ask(session)
    nudge_polls(session.pk)
    return redirect(_here(request, session))


def _here(request: MemberRequest, session: Session) -> str:
    """The session's results, of the poll that was shown."""
    url = reverse("session_polls", args=[session.pk])
    poll_id = request.POST.get("poll", "").replace("\x00", "")  # PostgreSQL refuses to look for it
    return f"{url}?poll={poll_id}" if PollRun.objects.filter(session=session, poll_id=poll_id).exists() else url


@export_required
def csv(request: MemberRequest, session_id: str, poll_id: str) -> HttpResponse:
    """A row an answer, those that the list of answers shows; of an anonymous poll how often each was given."""
    reading = _exported(request, session_id, poll_id)
    if reading.run.anonymous:
        return _file(request, reading, counts_csv(reading.results), "text/csv; charset=utf-8", "csv")
    rows = shown(answer_listing(request, reading).rows, reading, scores(reading.run))
    return _file(request, reading, answers_csv(answer_rows(rows)), "text/csv; charset=utf-8", "csv")


@export_required
def xlsx(request: MemberRequest, session_id: str, poll_id: str) -> HttpResponse:
    """All answers, everybody's sums, and question by question; of an anonymous poll only the last."""
    reading = _exported(request, session_id, poll_id)
    kept = reading.run.responses.filter(counts=True).order_by("question", "pk")
    content = results_xlsx(
        reading.results,
        title=f"{reading.run} in session {reading.session.pk}",
        answers=answer_rows(shown(kept, reading, scores(reading.run))),
        people=person_rows(reading),
        anonymous=reading.run.anonymous,
    )
    return _file(request, reading, content, XLSX, "xlsx")


def _exported(request: MemberRequest, session_id: str, poll_id: str) -> RunReading:
    run = get_poll_run(request, session_id, poll_id, "export")
    return run_reading(run, run.session, timezone.now(), request.user)


def _file(request: MemberRequest, reading: RunReading, content: bytes, content_type: str, ending: str) -> HttpResponse:
    session, run = reading.session, reading.run
    started = localtime(session.started_at) if session.started_at else None
    name = file_name(f"{session.room} {run}", started, ending, "poll")
    target = Target("poll", run.poll_id, str(run), session.room_id)
    told = {"file": name, "session_id": session.pk, "people": len(reading.participants)}
    note(request.user, "poll_results.export", target, after=told)
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=name),
            "Cache-Control": "private, no-store",
        },
    )


# One poll over all its sessions


@member_required
def of_poll(request: MemberRequest, poll_id: str) -> HttpResponse:
    """Every run of a poll that the viewer may see, and the answers to the same questions together."""
    poll, runs = _known(request, poll_id)
    newest = runs.first()
    listing = _run_listing(request, runs)
    asks = set(rooms_for(request.user, "ask").values_list("pk", flat=True))
    context = {
        "poll_id": poll_id,
        "poll": poll,
        "title": str(newest or poll),
        "newest": newest,
        "listing": listing,
        "runs": _with_means(listing.page, asks),
        "may_ask": may(request.user, "ask"),
        "asked_at": timezone.now(),
        **_together(runs[:TOGETHER], newest, asks),
    }
    return page_or_fragment(
        request, "poll_results/poll.html", context, {"list": "poll_results/_runs.html"}, listing.here
    )


@export_required
def of_poll_csv(request: MemberRequest, poll_id: str) -> HttpResponseBase:
    """The list of runs as shown, all pages of it."""
    poll, runs = _known(request, poll_id, "export")
    listing = _run_listing(request, runs)
    asks = set(rooms_for(request.user, "ask").values_list("pk", flat=True))
    target = Target("poll", poll_id, str(runs.first() or poll))
    note(request.user, "poll_results.export", target, after={"asked": request.GET.dict()})
    columns = (
        "session_id",
        "room_id",
        "room",
        "started_at",
        "stopped_at",
        "participants",
        "answers",
        "right_share",
        "mean_score",
    )
    return csv_file("poll_runs", columns, _lines(_with_means(listing.rows, asks)))


def _lines(runs: Iterable[Any]) -> Iterator[tuple[object, ...]]:
    for run in runs:
        yield (
            run.session_id,
            run.room_id,
            run.room.name,
            *(instants.to_rfc3339(instants.from_datetime(at)) if at else "" for at in (run.started_at, run.stopped_at)),
            "" if run.told_participants is None else run.told_participants,
            run.answer_count,
            "" if run.right_share is None else run.right_share,
            "" if run.mean_score is None else run.mean_score,
        )


@member_command
def ask_poll(request: MemberRequest, poll_id: str) -> HttpResponse:
    """Find the sessions in which a poll ran, and have its results read there."""
    _known(request, poll_id)
    mine = sessions_for(request.user, "ask")
    if not may(request.user, "ask"):
        raise Http404
    try:
        found = poll_sync.find_runs(client(), poll_id)
    except (hms.Error, NotConfigured) as problem:
        messages.error(request, in_words(problem))
    else:
        sessions = list(mine.filter(pk__in=found).order_by("-started_at")[:MOST_ASKED])
        for session in sessions:
            poll_sync.ask(session)
            nudge_polls(session.pk)
        count = len(sessions)
        said = f"{count} session{'' if count == 1 else 's'}" if count else "no session of yours"
        messages.success(request, f"100ms knows of {said}. {'They are being read now.' if count else ''}".strip())
    return redirect("poll_results", poll_id)


def _known(request: MemberRequest, poll_id: str, action: Action = "see") -> tuple[Poll | None, QuerySet[PollRun]]:
    """The poll as set, where the viewer may see that, and its runs, newest first; Http404 without either."""
    name = poll_id.replace("\x00", "")
    runs = poll_runs_for(request.user, action).filter(poll_id=name).order_by("-started_at", "-pk")
    poll = polls_for(request.user, action).filter(pk=name).first()
    if poll is None and not runs.exists():
        raise Http404
    return poll, runs


def _run_listing(request: MemberRequest, runs: QuerySet[PollRun]) -> Listing:
    # Counted beside the runs and not by a join, which would group by their questions.
    given = PollResponse.objects.filter(run=OuterRef("pk"), counts=True, skipped=False).order_by().values("run")
    right = Avg(Case(When(right=True, then=1.0), default=0.0, output_field=FloatField()))
    annotated = runs.annotate(
        answer_count=Coalesce(Subquery(given.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0),
        right_share=Subquery(
            given.exclude(right=None).annotate(share=right).values("share"), output_field=FloatField()
        ),
    )
    return Listing(request, annotated, RunFilters(request.GET), COLUMNS, default="-asked", noun=("run", "runs"))


def _with_means(page: Iterable[PollRun], asks: set[str]) -> list[Any]:
    """These runs with the mean of their participants' points; one query. `asks`: rooms in which the viewer may ask."""
    runs: list[Any] = list(page)
    sums: dict[str, list[float]] = defaultdict(list)
    scored = PollScore.objects.filter(run__in=[run.pk for run in runs], counts=True).exclude(key="")
    for run_id, total in (
        scored.order_by().values("run_id", "key").annotate(total=Sum("score")).values_list("run_id", "total")
    ):
        sums[run_id].append(total)
    for run in runs:
        points = sums[run.pk]
        run.mean_score = sum(points) / len(points) if points and run.kind == "quiz" else None
        if run.room_id not in asks:
            run.mean_score = run.right_share = None
    return runs


def _together(runs: Iterable[PollRun], newest: PollRun | None, asks: set[str]) -> dict[str, Any]:
    """The newest runs that asked what the newest asked, counted as one."""
    if newest is None:
        return {}
    same = [run for run in runs if run.questions == newest.questions and run.kind == newest.kind]
    marked = newest.kind == "quiz" and all(run.room_id in asks for run in same)
    asked = questions(newest.questions, quiz=marked)
    given = answers(PollResponse.objects.filter(run__in=[run.pk for run in same], counts=True))
    return {"same": same, "is_marked": marked, "results": results(asked, given)}
