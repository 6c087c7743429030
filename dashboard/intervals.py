"""The timeline as a table: who, what, from, to, why. Everything the lanes draw, in words."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from analytics.activity import Person
from analytics.instants import clock
from analytics.sums import sum_of
from analytics.timeline import Lane
from dashboard.reading import Reading

PAGE: Final = 300


@dataclass(frozen=True, slots=True)
class Row:
    """`end` is None for what happened at one moment; `first` marks the row that carries the person's name."""

    person: Person
    what: str
    icon: str
    start: int
    end: int | None
    why: str
    peer_id: str
    visit: int
    estimated: bool = False
    is_open: bool = False
    first: bool = False

    @property
    def length(self) -> int:
        return 0 if self.end is None else self.end - self.start


@dataclass(frozen=True, slots=True)
class Intervals:
    rows: tuple[Row, ...]
    page: int
    more: bool

    @property
    def previous(self) -> int:
        return self.page - 1

    @property
    def next(self) -> int:
        return self.page + 1


_TRACKS: Final = {
    "present": ("Present", "user-check"),
    "mic": ("Microphone open", "mic"),
    "camera": ("Camera on", "video"),
    "screen": ("Screen shared", "screen-share"),
}
_ICONS: Final = {"role": "user-star", "failed": "triangle-alert", "recovered": "triangle-alert"}


def intervals(reading: Reading) -> Intervals:
    """The page of the table that was asked for, people in the timeline's order, each one's rows by time."""
    page = reading.asked.part
    rows = tuple(islice(_all(reading), (page - 1) * PAGE, page * PAGE + 1))
    return Intervals(rows[:PAGE], page, len(rows) > PAGE)


def _all(reading: Reading) -> Iterator[Row]:
    for lane in reading.timeline.lanes:
        first = True
        for row in sorted(_of(lane, reading), key=lambda row: (row.start, row.what != "Present", row.what)):
            yield replace(row, first=True) if first else row
            first = False


def _of(lane: Lane, reading: Reading) -> Iterator[Row]:
    person, until = lane.person, reading.frame.until
    for figure, (what, icon) in _TRACKS.items():
        for piece in sum_of(person, figure).pieces:
            is_open = reading.frame.is_live and piece.end >= until
            yield Row(
                person,
                what,
                icon,
                piece.start,
                piece.end,
                piece.ended_because,
                piece.peer_id,
                piece.visit,
                estimated=piece.estimated and not is_open,
                is_open=is_open,
            )
    for mark in lane.marks:
        if mark.kind in _ICONS:
            words = mark.words.removeprefix(f"{clock(mark.at, reading.zone, seconds=True)} ")
            yield Row(person, words, _ICONS[mark.kind], mark.at, None, mark.reason, mark.peer_id, mark.visit)
