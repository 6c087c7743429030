"""The answers to a poll in one session, as the list and the files give them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, OuterRef, Subquery
from django.db.models.functions import Coalesce, Lower

from analytics import instants
from analytics.models import Peer, PollResponse, PollRun, PollScore
from analytics.poll_exports import AnswerRow, PersonRow
from analytics.poll_results import Question
from dashboard.forms.poll_answers import REPLACED, AnswerFilters
from dashboard.htmx import MemberRequest
from dashboard.listing import Column, Listing
from dashboard.poll_reading import Named, RunReading, words_of

_of_session = Peer.objects.filter(session_id=OuterRef("run__session_id")).order_by("joined_at", "pk")
NAME = Coalesce(
    Subquery(_of_session.filter(pk=OuterRef("peer_id")).exclude(name="").values("name")[:1]),
    Subquery(_of_session.filter(user_id=OuterRef("user_id")).exclude(name="").values("name")[:1]),
    "key",
    output_field=CharField(),
)


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """An answer of the list; `words` is what was answered, `score` its points where 100ms gave some."""

    row: PollResponse
    question: Question | None
    named: Named | None
    words: str
    score: PollScore | None

    @property
    def took(self) -> int | None:
        return took(self.row)


def took(answer: PollResponse | PollScore) -> int | None:
    """The time taken in microseconds."""
    return None if answer.took_ms is None else answer.took_ms * instants.MILLISECOND


def answer_listing(request: MemberRequest, reading: RunReading) -> Listing:
    run = reading.run
    columns = (
        Column("Question", "question", "question"),
        Column("Person", "person", Lower(NAME)),
        Column("Answer"),
        *((Column("Right", "right", "right", down=True, nulls=True),) if reading.is_marked else ()),
        *((Column("Points", classes="n"),) if reading.is_marked else ()),
        Column("Time", "time", "took_ms", nulls=True, classes="n"),
        Column("Sent", "sent", "sent_at", nulls=True, classes="roomy"),
    )
    names = {key: named.label for key, named in reading.names.items()}
    filters = AnswerFilters(request.GET, run, names, shows_right=reading.shows_right)
    counting = filters.active.get("state") != REPLACED
    return Listing(
        request,
        run.responses.filter(counts=counting),
        filters,
        columns,
        default="question",
        noun=("answer", "answers"),
    )


def shown(
    rows: Iterable[PollResponse], reading: RunReading, scores: dict[tuple[str, int | None], PollScore]
) -> Iterator[AnswerShown]:
    asked = {question.index: question for question in reading.asked}
    for row in rows:
        if not reading.shows_right:
            row.right = None
        yield AnswerShown(
            row,
            asked.get(row.question),
            reading.named(row.key) if row.key else None,
            words_of(row, asked),
            scores.get((row.key, row.question)) if row.counts and reading.shows_right else None,
        )


def answer_rows(answers: Iterable[AnswerShown]) -> Iterator[AnswerRow]:
    """For a file."""
    for answer in answers:
        row, score, time = answer.row, answer.score, answer.took
        yield AnswerRow(
            user_id=row.key,
            name=answer.named.label if answer.named and answer.named.url else "",
            question=row.question,
            question_text=answer.question.text if answer.question else "",
            answer=answer.words,
            skipped=row.skipped,
            right="" if row.right is None else row.right,
            score="" if score is None else score.score,
            seconds_to_answer="" if time is None else time / instants.SECOND,
            answered_at=instants.to_rfc3339(instants.from_datetime(row.sent_at)) if row.sent_at else "",
            changed=row.changed,
            answer_id=row.response_id,
        )


def person_rows(reading: RunReading) -> Iterator[PersonRow]:
    """For a file."""
    for row in reading.rows("score"):
        one = row.person
        yield PersonRow(
            user_id=one.key,
            name=row.named.label if row.named.url else "",
            answered=one.answered,
            skipped=one.skipped,
            changed=one.changed,
            right=one.right,
            score="" if one.score is None else one.score,
            seconds_to_answer="" if one.took is None else one.took / instants.SECOND,
        )


def earlier_and_later(run: PollRun, answer: PollResponse) -> list[Any]:
    """The other answers of the same person to the same question, or of the same chain of replacements."""
    same = run.responses.filter(question=answer.question).exclude(pk=answer.pk)
    if answer.key:
        return list(same.filter(key=answer.key).order_by("sent_at", "pk"))
    ids = [name for name in (answer.original_id,) if name]
    return list(same.filter(response_id__in=ids)) + list(same.filter(original_id=answer.response_id))
