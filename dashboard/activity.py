"""The activity table: a row a person with the figures of the export, each opening what it is the sum of."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from analytics import durations
from analytics.activity import Person
from analytics.intervals import Interval
from analytics.moments import Note, notes
from analytics.people import folded
from analytics.sums import Piece, Sum, sum_of
from analytics.talk_times import Spoken
from dashboard.reading import Reading

PAGE: Final = 60

_KEYS: Final[dict[str, Callable[[Person], Any]]] = {
    "name": lambda person: folded(person.label),
    "role": lambda person: person.role.casefold(),
    "visits": lambda person: len(person.visits),
    "first": lambda person: person.first_joined_at,
    "last": lambda person: person.last_left_at,
    "present": lambda person: person.present_micros,
    "mic": lambda person: person.mic_micros,
    "camera": lambda person: person.camera_micros,
    "screen": lambda person: person.screen_micros,
}
_WORDS: Final = {"present": "Present", "mic": "Mic", "camera": "Camera", "screen": "Shared"}
_CLASSES: Final = {"present": "m-present", "mic": "m-mic", "camera": "m-cam", "screen": "m-screen"}
_STRIPS: Final = {"present": "p-bar", "mic": "p-mic", "camera": "p-cam", "screen": "p-scr"}


@dataclass(frozen=True, slots=True)
class Column:
    """A heading: `by` is what the address sorts by when it is pressed."""

    key: str
    words: str
    classes: str
    sorted: str  # "ascending", "descending" or ""
    by: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell of the table: `share` of the session's length in percent. `exact` is "" while it still grows."""

    key: str
    word: str
    micros: int
    exact: str
    share: float
    strip: str
    estimated: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A sum drawn small: each piece a bar on its visit's line."""

    class_name: str
    lines: tuple[tuple[int, tuple[Piece, ...]], ...]  # (y, pieces)
    overlaps: tuple[Interval, ...]
    height: int


@dataclass(frozen=True, slots=True)
class Row:
    person: Person
    figures: tuple[Figure, ...]
    notes: tuple[Note, ...]
    spoke: int  # microseconds, by the transcripts
    sum: Sum | None
    picture: Picture | None


@dataclass(frozen=True)
class Activity:
    """The page of the table that was asked for."""

    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    count: int
    page: int
    pages: int
    first: int  # of `count`, counted from 1
    last: int
    spoken: Spoken | None  # what the column "Spoke" is made of, where there is one

    @property
    def previous(self) -> int:
        return self.page - 1

    @property
    def next(self) -> int:
        return self.page + 1


def activity(reading: Reading) -> Activity:
    """The table as asked for. Without a page of its own, the one that holds the opened person is shown."""
    asked = reading.asked
    people = sorted(reading.people, key=lambda person: folded(person.label))
    if asked.by == "spoke":
        people.sort(key=lambda person: _spoke(person, reading), reverse=asked.falling)
    else:
        people.sort(key=_KEYS[asked.by], reverse=asked.falling)
    pages = max(1, -(-len(people) // PAGE))
    page = asked.page or 1
    if asked.page is None and asked.open:
        page = next((n // PAGE + 1 for n, person in enumerate(people) if person.key == asked.open), 1)
    page = min(page, pages)
    begin = (page - 1) * PAGE
    shown = people[begin : begin + PAGE]
    usual = 2 * sum(bool(person.camera) for person in people) > len(people)
    return Activity(
        rows=tuple(_row(person, reading, usual) for person in shown),
        columns=tuple(_columns(reading)),
        count=len(people),
        page=page,
        pages=pages,
        first=begin + 1 if shown else 0,
        last=begin + len(shown),
        spoken=reading.spoken,
    )


def _spoke(person: Person, reading: Reading) -> int:
    return reading.spoken.micros.get(person.key, 0) if reading.spoken else 0


def _columns(reading: Reading) -> Iterator[Column]:
    """A figure falls when it is first pressed, a word rises; pressed again, the other way."""
    asked = reading.asked
    for key, words, classes in (
        ("name", "Person", ""),
        ("role", "Role", ""),
        ("visits", "Visits", "n"),
        ("first", "First in", "n"),
        ("last", "Last out", "n"),
        ("present", "Present", "n"),
        ("mic", "Mic open", "n"),
        ("spoke", "Spoke", "n"),
        ("camera", "Camera", "n"),
        ("screen", "Shared", "n"),
    ):
        if key == "spoke" and reading.spoken is None:
            continue
        falls_first = key in {"visits", "present", "mic", "spoke", "camera", "screen"}
        here = asked.by == key
        falling = not asked.falling if here else falls_first
        now = ("descending" if asked.falling else "ascending") if here else ""
        yield Column(key, words, classes, now, f"-{key}" if falling else key)


def _row(person: Person, reading: Reading, camera_usual: bool) -> Row:
    asked = reading.asked
    length = max(reading.frame.length, person.present_micros, 1)
    opened = asked.open == person.key

    def figure(key: str, micros: int, lane: tuple[Interval, ...]) -> Figure:
        share = min(100.0, round(micros * 100 / length, 0 if reading.frame.is_live else 1))
        estimated = any(part.estimated for part in lane) and not person.still_in
        grows = reading.frame.is_live and bool(lane) and lane[-1].end >= reading.frame.until
        exact = "" if grows else durations.exact(micros)
        return Figure(key, _WORDS[key], micros, exact, share, _CLASSES[key], estimated, opened and asked.figure == key)

    figures = (
        figure("present", person.present_micros, person.present),
        figure("mic", person.mic_micros, person.mic),
        figure("camera", person.camera_micros, person.camera),
        figure("screen", person.screen_micros, person.screen),
    )
    what = sum_of(person, asked.figure) if opened else None
    return Row(
        person=person,
        figures=figures,
        notes=tuple(notes(person, reading.frame, reading.zone, camera_usual=camera_usual)),
        spoke=_spoke(person, reading),
        sum=what,
        picture=_picture(what) if what else None,
    )


def _picture(what: Sum) -> Picture:
    numbers = sorted({piece.visit for piece in what.pieces})
    lines = tuple(
        (2 + 16 * line, tuple(piece for piece in what.pieces if piece.visit == number))
        for line, number in enumerate(numbers)
    )
    return Picture(_STRIPS[what.figure], lines, what.overlaps, 16 * len(numbers) + 4)
