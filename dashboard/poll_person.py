"""The polls one person answered under their `user_id`, in the rooms the viewer may see. Anonymous ones name nobody."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.models import PollResponse, PollRun, PollScore
from analytics.poll_results import Scored, possible, questions
from dashboard.shortcuts import poll_runs_for
from rooms.access import Viewer, rooms_for

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Answered:
    """One run: how many questions they answered and skipped; `score` and `possible` where points are told and shown."""

    run: PollRun
    answered: int
    skipped: int
    score: float | None
    possible: float | None


def answered_by(user_id: str, viewer: Viewer) -> list[Answered]:
    """The newest runs first; four queries."""
    flags: dict[str, list[bool]] = defaultdict(list)
    given = PollResponse.objects.filter(user_id=user_id, counts=True)
    for run_id, skipped in given.order_by().values_list("run_id", "skipped"):
        flags[run_id].append(skipped)
    if not flags:
        return []
    points: dict[str, list[Scored]] = defaultdict(list)
    scored = PollScore.objects.filter(user_id=user_id, counts=True)
    for run_id, result_id, question, score in scored.values_list("run_id", "result_id", "question", "score"):
        points[run_id].append(Scored(result_id, question, score))
    asks = set(rooms_for(viewer, "ask").values_list("pk", flat=True))
    runs = poll_runs_for(viewer).filter(pk__in=flags).order_by("-started_at", "pk")[:SHOWN]
    return [_answered(run, flags[run.pk], points[run.pk], may_ask=run.room_id in asks) for run in runs]


def _answered(run: PollRun, skipped: Sequence[bool], points: Sequence[Scored], *, may_ask: bool) -> Answered:
    told = bool(points) and run.kind == "quiz" and may_ask
    return Answered(
        run=run,
        answered=len(skipped) - sum(skipped),
        skipped=sum(skipped),
        score=sum(one.score for one in points) if told else None,
        possible=possible(questions(run.questions, quiz=True), points) if told else None,
    )
