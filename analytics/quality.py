"""What the quality series of a stay say: figures, stretches where too much was lost, and whose side that points to.

The series come a point each ten seconds from 100ms, after the session (contract, get_peer_stats). Pure: no Django, no
clock, no I/O. Times are instants (`analytics.instants`), bit rates bits per second, losses per cent, delays
milliseconds.

The limits are those of the ITU-T, not ours. `LOSS`: G.1010 (11/2001), "End-user multimedia QoS categories", wants less
than 3 % of the packets of a conversation lost in sound and less than 1 % in a video call; screens are taken as video.
`ROUND_TRIP`: G.114 (05/2003), "One-way transmission time", finds up to 150 ms one way hardly felt and wants 400 ms
never passed; a round trip is taken as two ways. 100ms names no limits of its own.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean, median
from typing import Final

from analytics.instants import SECOND

STEP: Final = 10 * SECOND
LOSS: Final = {"mic": 3.0, "camera": 1.0, "screen": 1.0}
ROUND_TRIP: Final = 300.0
ROUND_TRIP_MOST: Final = 800.0
# One bad point is a hiccup; a point that is missing between bad ones does not end a stretch.
_FEWEST: Final = 2
_APART: Final = 3 * STEP
_LITTLE: Final = 0.5  # of what was usual for this stay

Line = tuple[tuple[int, float], ...]
"""Values by time, one a step at most."""


class Way(StrEnum):
    """Sent by the device, or got by it."""

    SENT = "sent"
    GOT = "got"


@dataclass(frozen=True, slots=True)
class Series:
    """One track, or one layer of it, as 100ms measured it. `values`: lists parallel to `times`, by 100ms's names."""

    kind: str
    times: Sequence[int]
    values: Mapping[str, Sequence[float | None]]


@dataclass(frozen=True, slots=True)
class Figure:
    """What was usual (the median), and the worst: the highest, of bit rates and frame rates the lowest."""

    usual: float
    worst: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` until before `end`; `value` is the mean over it."""

    start: int
    end: int
    value: float


@dataclass(frozen=True, slots=True)
class Stream:
    """All of one kind in one direction, layers and people together.

    `freezes` is how often the picture stood still, at least; None where 100ms does not say.
    """

    way: Way
    kind: str
    bitrate: Line
    fps: Line
    loss: Line
    round_trip: Line
    jitter: Line
    freezes: int | None
    weak: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A stretch that stands out: `lost` per cent in one direction, of these kinds; `little`: and little was sent."""

    way: Way
    kinds: tuple[str, ...]
    start: int
    end: int
    lost: float
    little: bool


@dataclass(frozen=True, slots=True)
class Quality:
    """What the series of one stay say; `slow` are the stretches with a long round trip."""

    streams: tuple[Stream, ...]
    findings: tuple[Finding, ...]
    slow: tuple[Stretch, ...]

    @property
    def is_empty(self) -> bool:
        return not self.streams

    def lost(self, way: Way) -> bool:
        return any(finding.way == way for finding in self.findings)


def quality(sent: Iterable[Series], got: Iterable[Series]) -> Quality:
    """Kinds without a single point are left out."""
    streams = [
        stream
        for way, series in ((Way.SENT, list(sent)), (Way.GOT, list(got)))
        for kind in LOSS
        if (stream := _stream(way, kind, [one for one in series if one.kind == kind and one.times]))
    ]
    trips = _merged([line for stream in streams if (line := stream.round_trip)], fmean)
    return Quality(tuple(streams), tuple(_findings(streams)), stretches(trips, ROUND_TRIP))


def figure(line: Line, *, low_is_bad: bool = False) -> Figure | None:
    """None for a line without points."""
    values = [value for _, value in line]
    return Figure(median(values), min(values) if low_is_bad else max(values)) if values else None


def stretches(line: Line, limit: float) -> tuple[Stretch, ...]:
    """Where a line is at `limit` or above for two points and more."""
    runs: list[list[tuple[int, float]]] = []
    for at, value in line:
        if value < limit:
            runs.append([])
        elif runs and runs[-1] and at - runs[-1][-1][0] <= _APART:
            runs[-1].append((at, value))
        else:
            runs.append([(at, value)])
    return tuple(
        Stretch(run[0][0], run[-1][0] + STEP, fmean(value for _, value in run)) for run in runs if len(run) >= _FEWEST
    )


def _stream(way: Way, kind: str, series: Sequence[Series]) -> Stream | None:
    if not series:
        return None
    rates = [_line(one, "bitrate") for one in series]
    losses = [_line(one, "packet_loss_percent") for one in series]
    loss = _weighted(losses, rates)
    freezes = [one.values["freeze_count"] for one in series if one.values.get("freeze_count")]
    return Stream(
        way=way,
        kind=kind,
        bitrate=_merged(rates, sum),
        # The layers of a camera are one picture; what is got are the pictures of several.
        fps=_merged([_line(one, "fps") for one in series], max if way == Way.SENT else fmean),
        loss=loss,
        round_trip=_merged([_line(one, "rtt_ms") for one in series], fmean),
        jitter=_merged([_line(one, "jitter_ms") for one in series], fmean),
        freezes=sum(map(_counted, freezes)) if freezes else None,
        weak=stretches(loss, LOSS[kind]),
    )


def _findings(streams: Sequence[Stream]) -> Iterable[Finding]:
    """The weak stretches of a direction, those of several kinds at once told as one; in the order of time."""
    found: list[Finding] = []
    for way in Way:
        weak = sorted(
            ((one, stream) for stream in streams if stream.way == way for one in stream.weak),
            key=lambda pair: (pair[0].start, pair[0].end),
        )
        group: list[tuple[Stretch, Stream]] = []
        for pair in weak:
            if group and pair[0].start > max(one.end for one, _ in group):
                found.append(_finding(way, group))
                group = []
            group.append(pair)
        if group:
            found.append(_finding(way, group))
    return sorted(found, key=lambda finding: (finding.start, finding.way == Way.GOT))


def _finding(way: Way, group: Sequence[tuple[Stretch, Stream]]) -> Finding:
    return Finding(
        way=way,
        kinds=tuple(kind for kind in LOSS if any(stream.kind == kind for _, stream in group)),
        start=min(stretch.start for stretch, _ in group),
        end=max(stretch.end for stretch, _ in group),
        lost=max(stretch.value for stretch, _ in group),
        little=any(_little(stream.bitrate, stretch) for stretch, stream in group),
    )


def _little(bitrate: Line, stretch: Stretch) -> bool:
    """Was less than half of what was usual at other times on its way?"""
    within = [value for at, value in bitrate if stretch.start <= at < stretch.end]
    beside = [value for at, value in bitrate if not stretch.start <= at < stretch.end]
    return bool(within and beside) and fmean(within) < _LITTLE * median(beside)


def _line(series: Series, name: str) -> Line:
    """One list with its times, the mean of what falls into one step."""
    steps: dict[int, list[float]] = defaultdict(list)
    for at, value in zip(series.times, series.values.get(name, ()), strict=False):
        if value is not None:
            steps[at // STEP * STEP].append(value)
    return tuple((at, fmean(values)) for at, values in sorted(steps.items()))


def _merged(lines: Iterable[Line], how: Callable[[Sequence[float]], float]) -> Line:
    steps: dict[int, list[float]] = defaultdict(list)
    for line in lines:
        for at, value in line:
            steps[at].append(value)
    return tuple((at, float(how(values))) for at, values in sorted(steps.items()))


def _weighted(losses: Sequence[Line], rates: Sequence[Line]) -> Line:
    """Losses together, each by how much was on its way: a layer that is hardly sent says little."""
    steps: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for loss, rate in zip(losses, rates, strict=True):
        known = dict(rate)
        for at, value in loss:
            steps[at].append((value, known.get(at, 0.0)))
    return tuple((at, _mean(pairs)) for at, pairs in sorted(steps.items()))


def _mean(pairs: Sequence[tuple[float, float]]) -> float:
    whole = sum(weight for _, weight in pairs)
    if whole <= 0:
        return fmean(value for value, _ in pairs)
    return sum(value * weight for value, weight in pairs) / whole


def _counted(counts: Sequence[float | None]) -> int:
    """How many, at least. Whether a list counts from point to point or from the start is not documented.

    W3C's webrtc-stats, where such figures come from, counts from the start: so is read what never falls.
    """
    known = [count for count in counts if count is not None]
    if not known:
        return 0
    rises = all(before <= after for before, after in itertools.pairwise(known))
    return round(known[-1] if rises else sum(known))
