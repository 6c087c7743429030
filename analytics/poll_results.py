"""Polls and quizzes: which answers count, whether they are right, and what they add up to.

Pure. Answers come from 100ms one by one; one may replace another, and the same person may send a question twice. What
counts is the last of each. Times to answer are microseconds, times instants (`analytics.instants`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, Final

SINGLE: Final = "single-choice"
CHOICES: Final = frozenset({SINGLE, "multiple-choice"})


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was asked; `index` counts from 1. Without a right answer (`is_keyed`) nobody is right or wrong.

    `told` is False for one that only answers speak of: the poll as read has no such question.
    """

    index: int
    text: str = ""
    type: str = ""
    weight: float = 1
    options: tuple[tuple[int, str], ...] = ()
    right_options: frozenset[int] = frozenset()
    right_text: str = ""
    case: bool = False
    trim: bool = False
    told: bool = True

    @property
    def is_choice(self) -> bool:
        return self.type in CHOICES or bool(self.options)

    @property
    def is_keyed(self) -> bool:
        return bool(self.right_options if self.is_choice else self.right_text)


@dataclass(frozen=True, slots=True)
class Given:
    """One answer. `key` tells people apart, "" when nobody may or can; `original` is the id of the answer it replaces.

    `counts`, `changed` and `right` are worked out by `settled`.
    """

    id: str
    question: int
    key: str = ""
    chosen: tuple[int, ...] = ()
    text: str = ""
    skipped: bool = False
    took: int | None = None
    sent_at: int | None = None
    original: str = ""
    counts: bool = True
    changed: bool = False
    right: bool | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """Points as 100ms gave them, for one question or (None) for all; `read_at`: when we read them."""

    id: str
    question: int | None
    score: float
    key: str = ""
    read_at: int = 0
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Bar:
    """One option; `share` of those who answered, 0 to 1. `right` is None where no right answer is set."""

    index: int
    text: str
    count: int
    share: float
    right: bool | None = None
    told: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """What the answers to one question add up to; each figure counts people's last answers.

    `answered` leaves out who skipped. `right` is None where no right answer is set. `took` is the median.
    """

    question: Question
    answered: int
    skipped: int
    changed: int
    right: int | None
    took: int | None
    bars: tuple[Bar, ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def written(self) -> list[tuple[str, int]]:
        """Each text once, with how often it was written; the commonest first, then by the alphabet."""
        return sorted(Counter(self.texts).items(), key=lambda entry: (-entry[1], entry[0]))


@dataclass(frozen=True, slots=True)
class Participant:
    """What one person did; `score` is None when 100ms gave none, `took` the sum over their answers."""

    key: str
    answered: int
    skipped: int
    changed: int
    right: int
    took: int | None
    score: float | None


def questions(asked: Iterable[Mapping[str, Any]], *, quiz: bool) -> tuple[Question, ...]:
    """The questions as `analytics.projections.polls` keeps them; only a quiz has right answers."""
    return tuple(
        Question(
            index=one["index"],
            text=one["text"],
            type=one["type"],
            weight=one["weight"],
            options=tuple((option["index"], option["text"]) for option in one["options"]),
            right_options=frozenset(one["right_options"]) if quiz else frozenset(),
            right_text=one["right_text"] if quiz else "",
            case=one["case"],
            trim=one["trim"],
        )
        for one in asked
    )


def key_of(mode: str, user_id: str, peer_id: str) -> str:
    """Who an answer is from, by the poll's own way to tell people apart (contract, schema Poll, `mode`)."""
    return (peer_id or user_id) if mode == "peerid" else (user_id or peer_id)


def is_right(question: Question, chosen: Sequence[int], text: str) -> bool | None:
    """All right options and no other (one of them where one may be chosen), or the text by its rules."""
    if not question.is_keyed:
        return None
    if question.type == SINGLE:
        return len(chosen) == 1 and chosen[0] in question.right_options
    if question.is_choice:
        return frozenset(chosen) == question.right_options
    return _plain(text, question) == _plain(question.right_text, question) != ""


def _plain(text: str, rules: Question) -> str:
    text = text.strip() if rules.trim else text
    return text if rules.case else text.casefold()


def settled(given: Sequence[Given], asked: Sequence[Question]) -> list[Given]:
    """The same answers, each knowing whether it counts, whether it took the place of another, and whether it is right.

    Answers belong together that replace one another, directly or by way of the first, and those of one person to one
    question. The last sent of them counts; one that another names as replaced does not, even without a time.
    """
    by_index = {question.index: question for question in asked}
    replaced = {answer.original for answer in given if answer.original != answer.id}
    together: dict[str, list[Given]] = defaultdict(list)
    for answer, group in zip(given, _groups(given), strict=True):
        together[group].append(answer)
    last = {
        max(group, key=lambda one: (one.id not in replaced, one.sent_at or 0, one.id)).id for group in together.values()
    }
    several = {answer.id for group in together.values() if len(group) > 1 for answer in group}
    return [
        replace(
            answer,
            counts=answer.id in last,
            changed=answer.id in last and (answer.id in several or answer.original not in ("", answer.id)),
            right=None
            if answer.skipped or answer.question not in by_index
            else is_right(by_index[answer.question], answer.chosen, answer.text),
        )
        for answer in given
    ]


def _groups(given: Sequence[Given]) -> list[str]:
    """For each answer the name of the group it belongs to."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for answer in given:
        # An answer can only replace one to the same question.
        own = f"{answer.question} {answer.id}"
        if answer.original:
            parent[root(own)] = root(f"{answer.question} {answer.original}")
        if answer.key:
            parent[root(own)] = root(f"{answer.question} of {answer.key}")
    return [root(f"{answer.question} {answer.id}") for answer in given]


def settled_scores(scored: Sequence[Scored], given: Sequence[Given]) -> list[Scored]:
    """The same points, each knowing whether it counts: the last read of a person and question.

    A changed answer brings points of its own, and 100ms then no longer lists those of the answer before. Points for a
    question that the person skipped in the end do not count, nor a total beside points by question. Points of nobody
    in particular (an anonymous quiz) count for nobody.
    """
    skipped = {(answer.key, answer.question) for answer in given if answer.counts and answer.skipped}
    by_question = {score.key for score in scored if score.question is not None}
    last: dict[tuple[str, int | None], Scored] = {}
    for score in sorted(scored, key=lambda one: (one.read_at, one.id)):
        if score.key and (score.key, score.question) not in skipped:
            last[score.key, score.question] = score
    counting = {score.id for score in last.values() if score.question is not None or score.key not in by_question}
    return [replace(score, counts=score.id in counting) for score in scored]


def results(asked: Sequence[Question], given: Iterable[Given]) -> list[Result]:
    """Question by question, in their order; those that only answers speak of come last."""
    of_question: dict[int, list[Given]] = defaultdict(list)
    for answer in given:
        if answer.counts:
            of_question[answer.question].append(answer)
    known = {question.index for question in asked}
    untold = [Question(index, told=False) for index in sorted(set(of_question) - known)]
    return [_result(question, of_question[question.index]) for question in (*asked, *untold)]


def _result(question: Question, given: Sequence[Given]) -> Result:
    answers = [answer for answer in given if not answer.skipped]
    times = [answer.took for answer in answers if answer.took is not None]
    return Result(
        question=question,
        answered=len(answers),
        skipped=len(given) - len(answers),
        changed=sum(answer.changed for answer in given),
        right=sum(answer.right is True for answer in answers) if question.is_keyed else None,
        took=round(median(times)) if times else None,
        bars=tuple(_bars(question, answers)),
        # In the order of the alphabet: that of their coming would say whose they are.
        texts=tuple(sorted(answer.text for answer in answers if answer.text)),
    )


def _bars(question: Question, answers: Sequence[Given]) -> Iterable[Bar]:
    chosen = Counter(index for answer in answers for index in set(answer.chosen))
    texts = dict(question.options)
    for index in [*texts, *sorted(set(chosen) - set(texts))]:
        yield Bar(
            index=index,
            text=texts.get(index, ""),
            count=chosen[index],
            share=chosen[index] / len(answers) if answers else 0.0,
            right=index in question.right_options if question.is_choice and question.is_keyed else None,
            told=index in texts,
        )


def participants(given: Iterable[Given], scored: Iterable[Scored]) -> list[Participant]:
    """Everybody who gave an answer under a key, the most points first, then the quickest."""
    of_person: dict[str, list[Given]] = defaultdict(list)
    for answer in given:
        if answer.counts and answer.key:
            of_person[answer.key].append(answer)
    points: dict[str, list[float]] = defaultdict(list)
    for score in scored:
        if score.counts and score.key:
            points[score.key].append(score.score)
    people = [_participant(key, of_person[key], points.get(key)) for key in {*of_person, *points}]
    return sorted(people, key=lambda one: (-(one.score or 0), one.took if one.took is not None else 2**62, one.key))


def _participant(key: str, answers: Sequence[Given], points: Sequence[float] | None) -> Participant:
    times = [answer.took for answer in answers if answer.took is not None and not answer.skipped]
    return Participant(
        key=key,
        answered=sum(not answer.skipped for answer in answers),
        skipped=sum(answer.skipped for answer in answers),
        changed=sum(answer.changed for answer in answers),
        right=sum(answer.right is True for answer in answers),
        took=sum(times) if times else None,
        score=sum(points) if points else None,
    )


def possible(asked: Iterable[Question], scored: Iterable[Scored]) -> float | None:
    """The most points to be had: the weights of the questions with a right answer.

    None where it cannot be told: no source says that a score is at most the weight, so one score above it shows that
    100ms counts otherwise.
    """
    weights = {question.index: question.weight for question in asked if question.is_keyed}
    total = sum(weights.values())
    for score in scored:
        if score.counts and score.score > (total if score.question is None else weights.get(score.question, 0)):
            return None
    return total or None
