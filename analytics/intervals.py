"""Half-open intervals of instants, and the mute fold that makes them.

`Interval(10, 20)` holds 10 and not 20. Every operation takes intervals in any order, overlapping or not, drops
empty ones and returns sorted, disjoint ones that do not touch. Whole numbers in, whole numbers out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, Literal, NamedTuple


class Interval(NamedTuple):
    """From `start` until just before `end`; `estimated` when some of it rests on an end that nobody told us."""

    start: int
    end: int
    estimated: bool = False

    @property
    def length(self) -> int:
        return self.end - self.start


Intervals = tuple[Interval, ...]
Step = tuple[int, int]  # (instant, how many from then on)


class TrackState(NamedTuple):
    """What one track event says: from `at` (the event's timestamp) on, the track is muted or not, or gone.

    `sequence_key` settles the order within one microsecond: `instants.sequence(timestamp)`, then the event id.
    """

    at: int
    sequence_key: str
    kind: Literal["add", "update", "remove"]
    mute: bool


# Within one microsecond a track is added before it changes and changes before it goes: the order of its life.
_LIFE: Final = {"add": 0, "update": 1, "remove": 2}


def on_spans(states: Iterable[TrackState]) -> tuple[tuple[int, int | None], ...]:
    """The stretches in which a track was not muted; the last end is None while it is still on.

    Any order, any repetition of the same states gives the same stretches (EVENTS traps 24 and 25):

    * `mute` is the state after the event. An unmuted event starts the clock if it stands, and never restarts it; a
      muted one stops it; a removal stops it whatever its `mute` says, so the last stretch before it counts.
    * Without the add, the clock starts at the first unmuted event known: nothing is claimed before it.
    * After a removal only a new add can start the clock. A stray update of a track that is gone changes nothing.
    * Ties in time: add, update, remove; then `sequence_key`; then muted last, so that no doubt ends in "was on".
    """
    spans: list[tuple[int, int | None]] = []
    since: int | None = None
    gone = False
    for at, _, kind, mute in sorted(states, key=_life):
        if kind == "add":
            gone = False
        if mute or kind == "remove":
            if since is not None and since < at:
                spans.append((since, at))
            since = None
            gone = gone or kind == "remove"
        elif since is None and not gone:
            since = at
            if spans and spans[-1][1] == at:  # off and on in one microsecond is no pause
                since = spans.pop()[0]
    if since is not None:
        spans.append((since, None))
    return tuple(spans)


def _life(state: TrackState) -> tuple[int, int, str, bool]:
    return (state.at, _LIFE[state.kind], state.sequence_key, state.mute)


def union(intervals: Iterable[Interval]) -> Intervals:
    """Everything any of them covers. A part is estimated unless the certain ones alone cover exactly as much."""
    pieces = sorted([piece for piece in intervals if piece[0] < piece[1]])
    if all(before[1] < after[0] for before, after in pairwise(pieces)):  # most are apart already, and many
        return tuple(pieces)
    whole = _merged(pieces)
    if not any(piece[2] for piece in pieces):
        return tuple(Interval(start, end) for start, end in whole)
    certain = set(_merged([piece for piece in pieces if not piece[2]]))
    return tuple(Interval(start, end, (start, end) not in certain) for start, end in whole)


def _merged(pieces: Sequence[Interval]) -> list[tuple[int, int]]:
    """Sorted pieces with those that overlap or touch made one."""
    merged: list[tuple[int, int]] = []
    if not pieces:
        return merged
    from_, until, _ = pieces[0]
    for start, end, _ in pieces:
        if start > until:
            merged.append((from_, until))
            from_, until = start, end
        elif end > until:
            until = end
    merged.append((from_, until))
    return merged


def total(intervals: Iterable[Interval]) -> int:
    """Microseconds in disjoint intervals, such as every operation here returns."""
    return sum([piece[1] - piece[0] for piece in intervals])


def subtract(intervals: Iterable[Interval], holes: Iterable[Interval]) -> Intervals:
    """What of the first the holes leave; estimated where the first is."""
    left: list[Interval] = []
    cuts = union(holes)
    at = 0
    for start, end, estimated in union(intervals):
        while at < len(cuts) and cuts[at].end <= start:
            at += 1
        rest = start
        for cut in cuts[at:]:
            if cut.start >= end:
                break
            if cut.start > rest:
                left.append(Interval(rest, cut.start, estimated))
            rest = max(rest, cut.end)
        if rest < end:
            left.append(Interval(rest, end, estimated))
    return tuple(left)


def overlap(intervals: Iterable[Interval]) -> Intervals:
    """Where two or more cover the same time: a person on two devices. Estimated where one of them is."""
    pieces = sorted(piece for piece in intervals if piece.start < piece.end)
    if len(pieces) < 2:
        return ()
    twice: list[Interval] = []
    reach = pieces[0]  # the piece that reaches furthest so far
    for piece in pieces[1:]:
        until = min(reach.end, piece.end)
        if piece.start < until:
            twice.append(Interval(piece.start, until, reach.estimated or piece.estimated))
        if piece.end > reach.end:
            reach = piece
    return union(twice)


def at_once(intervals: Iterable[Interval]) -> tuple[Step, ...]:
    """How many cover each moment, as steps: from each instant on, that many, the last step being 0.

    One that ends where another begins does not overlap it, so the two never count as two.
    """
    moves: dict[int, int] = {}
    for start, end, _ in intervals:
        if start < end:
            moves[start] = moves.get(start, 0) + 1
            moves[end] = moves.get(end, 0) - 1
    steps: list[Step] = []
    count = 0
    for at in sorted(moves):
        if moves[at]:
            count += moves[at]
            steps.append((at, count))
    return tuple(steps)


def peak(steps: Sequence[Step]) -> tuple[int, int | None]:
    """The highest count of a step series and the instant it was first reached: (0, None) when nobody ever came."""
    highest, first = 0, None
    for at, count in steps:
        if count > highest:
            highest, first = count, at
    return highest, first


def gaps(intervals: Iterable[Interval]) -> Intervals:
    """What lies between the first and the last of them and is covered by none."""
    return tuple(Interval(before.end, after.start) for before, after in pairwise(union(intervals)))
