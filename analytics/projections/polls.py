"""Poll runs with their answers and scores, from what the API said of them (contract, tag Polls).

All events of one poll in one session are folded together, for whether an answer counts depends on the others. Of an
object that was read more than once the latest reading stands; of the poll itself the first one since the run began,
so that a later edit changes nothing. An anonymous run keeps nobody's ids, even where 100ms sent them.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from analytics import instants
from analytics.envelope import Envelope, is_id
from analytics.models import PollResponse, PollRun, PollScore
from analytics.poll_results import Given, Scored, key_of, questions, settled, settled_scores
from analytics.projections.batch import Batch, as_datetime, moment, plain, text, to_millisecond, user_id, write

POLL_TYPES: Final = frozenset({"snapshot.poll", "snapshot.poll_run", "snapshot.poll_response", "snapshot.poll_result"})
_MOST: Final = 2**31 - 1
_LONGEST_TEXT: Final = 20_000


@dataclass(frozen=True, slots=True)
class Folded:
    """A run's row and those below it, not saved yet."""

    run: PollRun
    responses: list[PollResponse]
    scores: list[PollScore]


def fold_poll_run(events: Iterable[Envelope]) -> Folded | None:
    """One poll in one session from its events, in any order; None when nothing says that it was asked there."""
    ordered = sorted(events, key=lambda event: (event.emitted_at, event.id))
    latest: dict[tuple[str, str], Envelope] = {}
    for event in ordered:
        name = next(
            (text(event, name, 64) for name in ("run_id", "response_id", "result_id") if name in event.data), ""
        )
        if is_id(name):
            latest[event.type, name] = event
    runs, answers, points = (
        [event for (kind, _), event in latest.items() if kind == f"snapshot.{noun}"]
        for noun in ("poll_run", "poll_response", "poll_result")
    )
    if not latest:
        return None
    run = _run(ordered[0], runs, [event for event in ordered if event.type == "snapshot.poll"])
    asked = questions(run.questions, quiz=run.kind == "quiz")
    given = settled([_given(event, run) for event in answers], asked)
    scored = settled_scores(
        [_scored(event, run, score) for event in points if (score := _number(event.data.get("score"))) is not None],
        given,
    )
    by_id = {event.data.get("response_id"): event for event in answers}
    scores_by_id = {event.data.get("result_id"): event for event in points}
    return Folded(
        run=run,
        responses=[_response(run, answer, by_id[answer.id]) for answer in given],
        scores=[_score(run, score, scores_by_id[score.id]) for score in scored],
    )


def _run(any_event: Envelope, runs: Sequence[Envelope], readings: Sequence[Envelope]) -> PollRun:
    starts = [at for event in runs if (at := moment(event, "started_at")) is not None]
    stops = [at for event in runs if (at := moment(event, "stopped_at")) is not None]
    began = to_millisecond(min(starts)) if starts else None
    since = [event for event in readings if began is None or event.emitted_at >= began]
    poll = next(iter(since or readings[-1:]), None)
    said: Mapping[str, Any] = poll.data if poll else {}
    session_id, poll_id = any_event.session_id, text(any_event, "poll_id", 64)
    return PollRun(
        id=run_id(session_id, poll_id),
        session_id=session_id,
        room_id=any_event.room_id,
        poll_id=poll_id,
        title=plain(said.get("title"))[:255],
        kind=plain(said.get("type"))[:16],
        anonymous=said.get("anonymous") is True,
        mode=plain(said.get("mode"))[:16],
        questions=_questions(said.get("questions")),
        started_at=as_datetime(began),
        # It goes on while any of them does.
        stopped_at=as_datetime(to_millisecond(max(stops))) if runs and len(stops) == len(runs) else None,
        told_responses=_sum(runs, "total_responses"),
        told_participants=_sum(runs, "unique_participants"),
        event_id=runs[-1].id if runs else "",
        asked_event_id=poll.id if poll else "",
    )


def run_id(session_id: str, poll_id: str) -> str:
    return f"{session_id}:{poll_id}"


def _questions(received: object) -> list[dict[str, Any]]:
    """What we read of the questions, each under an index; one without takes its place in the list."""
    found = []
    for place, one in enumerate(_objects(received), 1):
        answer = one.get("answer")
        right = answer if isinstance(answer, dict) else {}
        weight = _number(one.get("weight"))
        found.append(
            {
                "index": _whole(one.get("index")) or place,
                "text": plain(one.get("text"))[:_LONGEST_TEXT],
                "type": plain(one.get("type"))[:32],
                "weight": 1 if weight is None else weight,
                "options": [
                    {"index": _whole(option.get("index")) or number, "text": plain(option.get("text"))[:_LONGEST_TEXT]}
                    for number, option in enumerate(_objects(one.get("options")), 1)
                ],
                "right_options": _indexes(right.get("options")),
                "right_text": plain(right.get("text"))[:_LONGEST_TEXT],
                "case": right.get("case") is True,
                "trim": right.get("trim") is True,
            }
        )
    return found


def _objects(received: object) -> list[dict[str, Any]]:
    return [one for one in received if isinstance(one, dict)] if isinstance(received, list) else []


def _given(event: Envelope, run: PollRun) -> Given:
    """`options` or `option` of choices, `text` of the others; a time taken is read as milliseconds."""
    data = event.data
    one = _whole(data.get("option"))
    took = _whole(data.get("duration"))
    return Given(
        id=text(event, "response_id", 64),
        question=_whole(data.get("question")) or 0,
        key=_key(event, run),
        chosen=tuple(_indexes(data.get("options"))) or (() if one is None else (one,)),
        text=plain(data.get("text"))[:_LONGEST_TEXT],
        skipped=data.get("skipped") is True,
        took=None if took is None else took * instants.MILLISECOND,
        sent_at=moment(event, "sent_at"),
        original=text(event, "original_response", 64),
    )


def _scored(event: Envelope, run: PollRun, score: float) -> Scored:
    return Scored(
        id=text(event, "result_id", 64),
        question=_whole(event.data.get("question")) or None,
        score=score,
        key=_key(event, run),
        read_at=event.emitted_at,
    )


def _key(event: Envelope, run: PollRun) -> str:
    return "" if run.anonymous else key_of(run.mode, user_id(event), event.peer_id)


def _response(run: PollRun, answer: Given, event: Envelope) -> PollResponse:
    return PollResponse(
        id=f"{run.pk}:{answer.id}",
        run=run,
        response_id=answer.id,
        question=answer.question,
        chosen=list(answer.chosen),
        text=answer.text,
        skipped=answer.skipped,
        took_ms=None if answer.took is None else answer.took // instants.MILLISECOND,
        sent_at=as_datetime(answer.sent_at),
        original_id=answer.original,
        key=answer.key,
        peer_id="" if run.anonymous else event.peer_id,
        user_id="" if run.anonymous else user_id(event),
        counts=answer.counts,
        changed=answer.changed,
        right=answer.right,
        event_id=event.id,
    )


def _score(run: PollRun, score: Scored, event: Envelope) -> PollScore:
    return PollScore(
        id=f"{run.pk}:{score.id}",
        run=run,
        result_id=score.id,
        question=score.question,
        score=score.score,
        took_ms=_whole(event.data.get("duration")),
        key=score.key,
        peer_id="" if run.anonymous else event.peer_id,
        user_id="" if run.anonymous else user_id(event),
        counts=score.counts,
        read_at=instants.to_datetime(event.emitted_at),
        event_id=event.id,
    )


def project_polls(batch: Batch) -> None:
    """Write every run that the batch speaks of, with its answers and scores."""
    touched = {(event.session_id, event.data["poll_id"]) for event in batch.of(POLL_TYPES) if _is_placed(event)}
    events: dict[tuple[str, str], list[Envelope]] = defaultdict(list)
    for event in batch.history(types=POLL_TYPES, session_id__in={session_id for session_id, _ in touched}):
        if _is_placed(event) and (place := (event.session_id, event.data["poll_id"])) in touched:
            events[place].append(event)
    found = [folded for of_run in events.values() if (folded := fold_poll_run(of_run)) is not None]
    write(PollRun, [folded.run for folded in found])
    write(PollResponse, [row for folded in found for row in folded.responses])
    write(PollScore, [row for folded in found for row in folded.scores])


def _is_placed(event: Envelope) -> bool:
    poll_id = event.data.get("poll_id")
    return bool(event.session_id) and isinstance(poll_id, str) and is_id(poll_id)


def _whole(value: object) -> int | None:
    """A whole number from 0 that its column takes; Python counts True among the numbers."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST else None


def _number(value: object) -> float | None:
    """A figure that can be added up."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
        return None
    return float(value) if math.isfinite(value) else None


def _indexes(value: object) -> list[int]:
    return [index for one in value if (index := _whole(one)) is not None] if isinstance(value, list) else []


def _sum(runs: Sequence[Envelope], field: str) -> int | None:
    known = [count for event in runs if (count := _whole(event.data.get(field))) is not None]
    return min(sum(known), _MOST) if known else None
