"""The timeline of a session as a model that a page can draw without any arithmetic of its own.

Positions across are fractions 0..1 of the axis; heights are the page's business. Lanes turn their intervals into
spans only when they are read, so that five hundred people cost no more than the lanes that are drawn one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from analytics.activity import Person
from analytics.axis import UNITS, Axis
from analytics.intervals import Interval
from analytics.leaving import Ending
from analytics.moments import Note


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch to draw: `x` and `width` are fractions of the axis, `start` and `end` the instants they stand for."""

    x: float
    width: float
    start: int
    end: int
    estimated: bool = False

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Gap(Span):
    """Dashes from leaving to the return; `dropped` ones are red."""

    dropped: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at one moment of a lane, and all that its detail card says."""

    kind: str  # "left", "drop", "removed", "server", "role", "failed", "recovered"
    at: int
    x: float
    words: str  # "Network drop at 10:22:58"
    person_key: str
    under: bool = False  # the person was there on another device: a small tick under the bar and no mark
    until: int | None = None  # the return, or the end of the stretch
    reason: str = ""  # as reported: "websocket closed", or the text of the error
    message: str = ""  # what the host wrote when removing somebody
    mic_on: bool = False  # just before
    camera_on: bool = False
    screen_on: bool = False
    visit: int = 0  # 1 of `visits`; 0 when the moment is in no visit
    visits: int = 0
    device: str = ""
    peer_id: str = ""

    @property
    def at_end(self) -> bool:
        """Drawn beside the end of the bar, and not on it."""
        return self.kind in {"left", "drop", "removed", "server"}


@dataclass(frozen=True)
class Lane:
    """One person's row. `marks` and `notes` are by time."""

    person: Person
    axis: Axis
    marks: tuple[Mark, ...]
    notes: tuple[Note, ...]

    def _spans(self, intervals: Iterable[Interval]) -> tuple[Span, ...]:
        x = self.axis.x
        return tuple(Span(a := x(start), round(x(end) - a, 5), start, end, est) for start, end, est in intervals)

    @cached_property
    def bars(self) -> tuple[Span, ...]:
        """Present; each begins with a cap."""
        return self._spans(self.person.present)

    @cached_property
    def mic(self) -> tuple[Span, ...]:
        return self._spans(self.person.mic)

    @cached_property
    def cam(self) -> tuple[Span, ...]:
        return self._spans(self.person.camera)

    @cached_property
    def screen(self) -> tuple[Span, ...]:
        return self._spans(self.person.screen)

    @cached_property
    def two_devices(self) -> tuple[Span, ...]:
        return self._spans(self.person.two_devices)

    @cached_property
    def estimated(self) -> tuple[Span, ...]:
        """The stretches that a dashed box is drawn over: nobody vouches for them."""
        return self._spans(visit.uncertain for visit in self.person.visits if visit.uncertain)

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        x = self.axis.x
        return tuple(
            Gap(
                a := x(away.start),
                round(x(away.end) - a, 5),
                away.start,
                away.end,
                dropped=away.ending is Ending.NETWORK,
            )
            for away in self.person.away
        )


@dataclass(frozen=True, slots=True)
class Steps:
    """How many people at once, as steps: from each instant on, that many. `peak_at` is where the peak began first."""

    points: tuple[tuple[int, int], ...]
    peak: int
    peak_at: int | None


@dataclass(frozen=True, slots=True)
class ThinRows:
    """Lanes too many to name, as three `d` attributes for one `<svg viewBox preserveAspectRatio="none">`.

    Path data is `Axis.units` across and pixels down. `first` and `last` count lanes within the group, from 1.
    """

    present: str
    sill: str
    mic: str
    rows: int
    height: int
    first: int
    last: int

    @property
    def view_box(self) -> str:
        return f"0 0 {UNITS} {self.height}"


@dataclass(frozen=True, slots=True)
class Group:
    """A section of a crowded timeline."""

    key: str  # "stage", "trouble", "late", "early", "whole"
    title: str  # "On stage"
    size: str  # "stage" (28 high), "named" (20), "thin" (8), "thinnest" (6)
    order: str  # "by first joined", "by last seen"
    lanes: tuple[Lane, ...]
    density: Steps

    @property
    def count(self) -> int:
        return len(self.lanes)


@dataclass(frozen=True, slots=True)
class Overview:
    """The strip of all lanes: one unit a row, a few between groups. Across in `Axis.units`."""

    rows: str  # the `d` of everybody's presence
    ticks: tuple[tuple[int, float], ...]  # (x, y) of drops and removals
    rules: tuple[int, ...]  # y of the lines between groups
    height: int

    @property
    def view_box(self) -> str:
        return f"0 0 {UNITS} {self.height}"


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that is drawn. `lanes` are those asked for, in the order asked for; `people` counts everybody."""

    axis: Axis
    lanes: tuple[Lane, ...]
    groups: tuple[Group, ...]  # empty unless there are too many people to draw one by one
    at_once: Steps
    people: int
    overview: Overview | None = None

    @property
    def peak(self) -> int:
        return self.at_once.peak

    @property
    def peak_at(self) -> int | None:
        return self.at_once.peak_at

    @property
    def shown(self) -> int:
        return len(self.lanes)
