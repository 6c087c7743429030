"""The chapters of a recording: what happened in the class while it ran, each at its place in the film.

Places are seconds since the recording began. A recording that was paused is shorter than the class it shows, and no
event tells the pauses of a browser recording reliably, so they are ignored: after a pause a chapter lies too far back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from analytics.activity import Person, RoleChange
from analytics.instants import MINUTE, SECOND
from analytics.intervals import Interval, union
from analytics.leaving import Ending
from analytics.moments import first_names

MOST: Final = 60  # a reader looks through no more
_TOGETHER: Final = (30 * SECOND, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE)  # who comes so close upon another comes with them
_TITLE: Final = 80  # characters of a poll's title
# What is given up last when there are too many.
_WEIGHTS: Final = {"start": 9, "poll": 5, "removed": 4, "screen": 3, "role": 2, "join": 1, "screen-off": 0}


@dataclass(frozen=True, slots=True)
class Chapter:
    """`at` in microseconds since the recording began; `kind` chooses the icon.

    `form` has a {} for each of `given`: what others called themselves or their polls, in whatever script.
    """

    at: int
    kind: str  # "start", "join", "screen", "screen-off", "role", "removed", "poll"
    form: str
    given: tuple[str, ...] = ()

    @property
    def pieces(self) -> tuple[tuple[str, bool], ...]:
        """Its words in pieces, each with whether it was given by others."""
        ours = self.form.split("{}")
        theirs = [*self.given, ""]
        return tuple(piece for n, own in enumerate(ours) for piece in ((own, False), (theirs[n], True)) if piece[0])

    @property
    def words(self) -> str:
        return "".join(text for text, _ in self.pieces)


@dataclass(frozen=True, slots=True)
class Asked:
    """A poll that was put to the class."""

    at: int
    title: str
    is_quiz: bool = False


def chapters(people: Sequence[Person], polls: Iterable[Asked], *, start: int, end: int) -> list[Chapter]:
    """In the order they are seen, at most `MOST`. Who was there when it began joins in no chapter."""
    names = first_names(people)
    found = [
        Chapter(0, "start", "Recording starts"),
        *_screens(people, names, start),
        *(_removed(people, names)),
        *(
            Chapter(change.at, "role", "{} becomes {}", (names[one.key], change.role))
            for one, change in _changes(people)
        ),
        *(Chapter(poll.at, "poll", "Quiz: {}" if poll.is_quiz else "Poll: {}", (_cut(poll.title),)) for poll in polls),
    ]
    inside = [found[0], *(_moved(one, start) for one in found[1:] if start < one.at < end)]
    came = sorted(
        (visit.start, names[person.key], visit.number == 1)
        for person in people
        for visit in person.visits
        if start < visit.start < end
    )
    for gap in _TOGETHER:
        joins = [Chapter(at - start, "join", form, given) for at, form, given in _joins(came, gap)]
        if len(inside) + len(joins) <= MOST:
            break
    kept = sorted([*inside, *joins], key=lambda one: (-_WEIGHTS[one.kind], one.at))[:MOST]
    return sorted(kept, key=lambda one: (one.at, -_WEIGHTS[one.kind], one.words))


def chapter_at(found: Sequence[Chapter], at: int) -> int:
    """Which of them is shown at that place, by its number from 0."""
    return max((number for number, one in enumerate(found) if one.at <= at), default=0)


def _joins(came: Sequence[tuple[int, str, bool]], gap: int) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    group: list[tuple[int, str, bool]] = []
    for one in came:
        if group and one[0] - group[0][0] > gap:
            yield group[0][0], *_come(group)
            group = []
        group.append(one)
    if group:
        yield group[0][0], *_come(group)


def _come(group: Sequence[tuple[int, str, bool]]) -> tuple[str, tuple[str, ...]]:
    names = list(dict.fromkeys(name for _, name, _ in group))
    if len(names) == 1:
        return ("{} joins" if group[0][2] else "{} is back"), (names[0],)
    if len(names) == 2:
        return "{} and {} join", (names[0], names[1])
    return f"{{}} and {len(names) - 1} others join", (names[0],)


def _screens(people: Sequence[Person], names: Mapping[str, str], start: int) -> Iterator[Chapter]:
    for person in people:
        for part in person.screen:
            yield Chapter(part.start, "screen", "{} shares their screen", (names[person.key],))
    for part in union(Interval(part.start, part.end) for person in people for part in person.screen):
        if part.end > start:
            yield Chapter(part.end, "screen-off", "Screen ends")


def _removed(people: Sequence[Person], names: Mapping[str, str]) -> Iterator[Chapter]:
    for person in people:
        for visit in person.visits:
            if visit.ending is Ending.REMOVED and not visit.to_end:
                yield Chapter(visit.end, "removed", "{} is removed", (names[person.key],))


def _changes(people: Sequence[Person]) -> Iterator[tuple[Person, RoleChange]]:
    for person in people:
        for change in person.role_changes:
            yield person, change


def _moved(one: Chapter, start: int) -> Chapter:
    return Chapter(one.at - start, one.kind, one.form, one.given)


def _cut(title: str) -> str:
    title = title.strip() or "without a title"
    return title if len(title) <= _TITLE else f"{title[: _TITLE - 1].rstrip()}…"
