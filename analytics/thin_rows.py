"""Lanes too many to name, as compact path data: five hundred people in three paths a group.

Across in `Axis.units`, down in pixels; the page stretches it by `preserveAspectRatio="none"`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from analytics.axis import UNITS, Axis
from analytics.intervals import Interval
from analytics.timeline import Group, Lane

_VISIBLE: Final = UNITS // 1000  # a word spoken is drawn at least this wide, a pixel of a thousand
_BETWEEN: Final = 5  # rows of the overview between groups


@dataclass(frozen=True, slots=True)
class ThinRows:
    """Three `d` attributes for one `<svg viewBox preserveAspectRatio="none">`.

    `first` and `last` count lanes within their group, from 1: "25 to 52".
    """

    present: str
    sill: str
    mic: str
    height: int
    first: int
    last: int

    @property
    def view_box(self) -> str:
        return f"0 0 {UNITS} {self.height}"


@dataclass(frozen=True, slots=True)
class Overview:
    """The strip of all lanes, a unit a row. `ticks` are (x, y) of drops and removals, `rules` lie between groups."""

    present: str
    ticks: tuple[tuple[int, float], ...]
    rules: tuple[int, ...]
    height: int

    @property
    def view_box(self) -> str:
        return f"0 0 {UNITS} {self.height}"


def thin_rows(lanes: Sequence[Lane], pitch: int, *, first: int = 1) -> ThinRows:
    """Lanes at `pitch` pixels each: 8 is a bar of 5 with a sill of 1, 6 one of 3 with a sill of 1."""
    bar = pitch - 2
    present: list[str] = []
    sill: list[str] = []
    mic: list[str] = []
    for row, lane in enumerate(lanes):
        top = row * pitch
        for start, width in _boxes(lane.axis, lane.person.present):
            present.append(f"M{start} {top + 1}h{width}v{bar}h-{width}Z")
            sill.append(f"M{start} {top + bar}h{width}v1h-{width}Z")
        height = max(2, bar - 3)
        mic += [f"M{start} {top + 2}h{width}v{height}h-{width}Z" for start, width in _boxes(lane.axis, lane.person.mic)]
    rows = len(lanes)
    return ThinRows("".join(present), "".join(sill), "".join(mic), rows * pitch, first, first + rows - 1)


def overview(groups: Iterable[Group]) -> Overview:
    """Everybody in one strip, group after group."""
    present: list[str] = []
    ticks: list[tuple[int, float]] = []
    rules: list[int] = []
    y = 0
    for group in groups:
        if y:
            rules.append(y + 2)
            y += _BETWEEN
        for lane in group.lanes:
            person, axis = lane.person, lane.axis
            present += [f"M{start} {y}h{width}v.8h-{width}Z" for start, width in _boxes(axis, person.present)]
            ticks += [
                (axis.units(visit.end), y - 0.6)
                for visit in person.visits
                if visit.ending.is_trouble and not visit.to_end and not visit.reconnected
            ]
            y += 1
    return Overview("".join(present), tuple(ticks), tuple(rules), y)


def _boxes(axis: Axis, parts: Iterable[Interval]) -> Iterable[tuple[int, int]]:
    """Where each part starts and how wide it is, in units; never too narrow to see."""
    begin, span = axis.start, axis.span
    for part in parts:
        left = min(max(0, (part[0] - begin) * UNITS // span), UNITS)
        right = min(max(0, (part[1] - begin) * UNITS // span), UNITS)
        yield left, max(_VISIBLE, right - left)
