"""A run of a poll as its pages show it: its figures, with names for the keys that answers are counted under.

An anonymous run has no keys (`analytics.projections.polls`), so nobody is named here: no person, nobody missing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse

from analytics import instants, queries
from analytics.activity import Person, people
from analytics.models import Peer, PollResponse, PollRun, PollScore, Session, Track
from analytics.people import folded
from analytics.poll_results import (
    Given,
    Participant,
    Question,
    Result,
    Scored,
    participants,
    possible,
    questions,
    results,
)
from dashboard.reading import TEACHING
from rooms.access import Viewer, may
from rooms.models import Role

FIELDS: Final = (
    "response_id", "question", "key", "chosen", "text", "skipped", "took_ms", "original_id", "counts", "changed",
    "right",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """Who a key stands for; `url` is their page, "" when they have none here."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """One participant in the table of people; `place` is their rank, equals sharing one."""

    person: Participant
    named: Named
    place: int


@dataclass(frozen=True)
class RunReading:
    """One run as one viewer may see it; what a page does not show is not asked for."""

    run: PollRun
    session: Session
    now: datetime
    shows_right: bool

    @cached_property
    def given(self) -> list[Given]:
        """The answers that count."""
        return answers(self.run.responses.filter(counts=True))

    @cached_property
    def scored(self) -> list[Scored]:
        """The points that count, where they are shown."""
        rows = self.run.scores.filter(counts=True).values_list("result_id", "question", "score", "key")
        return [Scored(*row) for row in rows] if self.shows_right else []

    @cached_property
    def peers(self) -> list[Peer]:
        """The stays of the session, for names and for who was there."""
        return list(queries.counted(Peer.objects.filter(session=self.session)))

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        return questions(self.run.questions, quiz=self.is_marked)

    @property
    def is_quiz(self) -> bool:
        return self.run.kind == "quiz"

    @property
    def is_marked(self) -> bool:
        """Are right answers and points shown?"""
        return self.is_quiz and self.shows_right

    @property
    def opens(self) -> str:
        """The address of the answers one by one; "" where nobody may see them so."""
        return "" if self.run.anonymous else reverse("poll_answers", args=[self.session.pk, self.run.poll_id])

    @cached_property
    def results(self) -> list[Result]:
        return results(self.asked, self.given)

    @cached_property
    def participants(self) -> list[Participant]:
        return participants(self.given, self.scored)

    @cached_property
    def possible(self) -> float | None:
        return possible(self.asked, self.scored) if self.is_quiz else None

    @cached_property
    def names(self) -> Mapping[str, Named]:
        """By user id, and by peer id."""
        return named(self.session.pk, self.peers)

    def named(self, key: str) -> Named:
        """Who a key stands for; one that the session does not know stands for itself."""
        return self.names.get(key) or Named(key, "")

    def rows(self, by: str) -> list[Row]:
        """The table of people: by points as it stands, else by name, time or number of answers."""
        scores = [one.score or 0 for one in self.participants]
        ranked = [Row(one, self.named(one.key), 1 + scores.index(one.score or 0)) for one in self.participants]
        orders: dict[str, Any] = {
            "name": lambda row: (folded(row.named.label), row.person.key),
            "answered": lambda row: (-row.person.answered, folded(row.named.label), row.person.key),
            "right": lambda row: (-row.person.right, folded(row.named.label), row.person.key),
            "time": lambda row: (row.person.took is None, row.person.took or 0, row.person.key),
        }
        return sorted(ranked, key=orders[by]) if by in orders else ranked

    # what it adds up to

    @property
    def answered(self) -> int:
        return sum(result.answered for result in self.results)

    @property
    def skipped(self) -> int:
        return sum(result.skipped for result in self.results)

    @property
    def changed(self) -> int:
        return sum(result.changed for result in self.results)

    @property
    def right(self) -> int:
        return sum(result.right or 0 for result in self.results)

    @property
    def keyed(self) -> int:
        """Answers to questions that have a right answer."""
        return sum(result.answered for result in self.results if result.right is not None)

    @property
    def mean_score(self) -> float | None:
        """Over those who have points."""
        scores = [one.score for one in self.participants if one.score is not None]
        return sum(scores) / len(scores) if scores else None

    @cached_property
    def took(self) -> int | None:
        """The median of all answers."""
        whole = results([Question(0)], [_as_one(one) for one in self.given])
        return whole[0].took

    # who was there

    @cached_property
    def present(self) -> list[Person]:
        """Those in the room while it ran, without who asks: whose role may write polls, or by its name teaches."""
        frame = queries.frame(self.session, self.now)
        start = frame.started_at if self.run.started_at is None else instants.from_datetime(self.run.started_at)
        end = frame.until if self.run.stopped_at is None else instants.from_datetime(self.run.stopped_at)
        stays = queries.stays_of(self.peers, Track.objects.none())
        return [
            person
            for person in people(stays, frame)
            if any(part.start < max(end, start + 1) and part.end > start for part in person.present)
            and not self._asks(person)
        ]

    def _asks(self, person: Person) -> bool:
        return person.role in self._asking_roles or person.role.strip().lower() in TEACHING

    @cached_property
    def _asking_roles(self) -> frozenset[str]:
        return _asking_roles(self.session)

    @cached_property
    def silent(self) -> list[Person]:
        """Those of them who gave no answer to any question, skipping included; by name."""
        if self.run.anonymous:
            return []
        keys = {one.key for one in self.given}
        return sorted(
            (
                person
                for person in self.present
                if person.key not in keys and not any(stay.peer_id in keys for stay in person.stays)
            ),
            key=lambda person: (folded(person.label), person.key),
        )


def _as_one(answer: Given) -> Given:
    return Given(answer.id, 0, took=answer.took, skipped=answer.skipped, counts=answer.counts)


def run_reading(run: PollRun, session: Session, now: datetime, viewer: Viewer) -> RunReading:
    """The same few queries, whatever the number of answers."""
    # What is right, and so the points, is for who may ask polls there: a quiz may be asked again any day.
    return RunReading(run, session, now, may(viewer, "ask", session.room))


def answers(rows: QuerySet[PollResponse]) -> list[Given]:
    """As the arithmetic takes them; what counts was settled when they were stored."""
    return [
        Given(
            id=response_id,
            question=question,
            key=key,
            chosen=tuple(chosen),
            text=text,
            skipped=skipped,
            took=None if took is None else took * instants.MILLISECOND,
            original=original,
            counts=counts,
            changed=changed,
            right=right,
        )
        for response_id, question, key, chosen, text, skipped, took, original, counts, changed, right in rows.order_by(
            "question", "pk"
        ).values_list(*FIELDS)
    ]


def scores(run: PollRun) -> dict[tuple[str, int | None], PollScore]:
    """The points that count, by person and question."""
    return {(score.key, score.question): score for score in run.scores.filter(counts=True) if score.key}


def named(session_id: str, peers: Iterable[Peer]) -> dict[str, Named]:
    """Who is behind each user id and each peer id of a session."""
    found: dict[str, Named] = {}
    for peer in peers:
        found[peer.pk] = Named(peer.name or peer.user_id or peer.pk, reverse("peer", args=[session_id, peer.pk]))
        if peer.user_id and (peer.name or peer.user_id not in found):
            found[peer.user_id] = Named(peer.name or peer.user_id, reverse("person", args=[peer.user_id]))
    return found


def words_of(answer: PollResponse, asked: Mapping[int, Question]) -> str:
    """What was answered, in words: the options by their texts, or the text."""
    if answer.skipped:
        return ""
    question = asked.get(answer.question)
    options = dict(question.options) if question else {}
    return "; ".join(options.get(index) or f"option {index}" for index in answer.chosen) or answer.text


def _asking_roles(session: Session) -> frozenset[str]:
    """The roles that may write polls in the session's room, by its template as last read."""
    roles = Role.objects.filter(template_id=session.room.template_id).values_list("name", "received")
    return frozenset(name for name, received in roles if (received.get("permissions") or {}).get("pollWrite") is True)
