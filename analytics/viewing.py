"""What was watched of a video, read off the events of its players. Pure arithmetic.

A position is a second of the video, a span `(from, to)` of positions; only `emitted_at` is an instant of a clock.

**How far an event is believed.** A player says where its playhead is (`at`, or `from` of a jump), in whole seconds, at
a time cut to the second; several events share one second and are listed in no order that could be relied on (EVENTS
trap 40). So:

* The playhead moves by itself only between play or resume and the pause, jump or end that follows. That one's position
  closes the stretch, if it can have been reached: not behind the start, and not further than the clock allows at
  `FASTEST` speed, both give or take `SLACK`. What cannot have been reached was jumped to, and counts for nothing.
* Events of one moment are put in the order that fits best where the playhead stood: whatever the list's order was, the
  outcome is the same.
* A pause may be listed up to a second before the jump that caused it, already with the position after it. Then the
  jump's `from` closes the stretch.
* A player that falls silent while playing (closed, or offline) told no further position: nothing is counted beyond the
  last one it told. `still_playing_from` says that there may have been more.
* `ready` is the player loaded anew. What was playing before counts up to the last position told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final, NamedTuple

from analytics.instants import SECOND
from analytics.intervals import Interval, Intervals, at_once, overlap, subtract, total, union

FASTEST: Final = 2.0
"""Seconds of video a second: the fastest that the usual players offer."""

SLACK: Final = 2.0
"""Seconds that two positions cut to seconds, at two times cut to seconds, may be off."""

LATE_JUMP: Final = SECOND
"""A jump may be told so much after the pause it caused."""

CROWD: Final = 64
"""Events of one moment beyond which no person made them: they are taken as sorted, and cost no more than others."""

SHORTEST_MISSED: Final = 10.0
"""Seconds; shorter absences are a reconnect, and nobody looks them up later."""

NEARLY: Final = 0.05
"""The share of what was missed that may be left when it is called caught up: positions are cut to seconds."""

_STARTS: Final = ("play", "resume")
_STOPS: Final = ("pause", "end")
_JUMPS: Final = ("seek.forward", "seek.backward")

Span = tuple[float, float]
Spans = tuple[Span, ...]


class PlayerEvent(NamedTuple):
    """What a player said: `at` its position, or `from_at` and `to_at` of a jump."""

    emitted_at: int
    type: str
    at: float | None = None
    from_at: float | None = None
    to_at: float | None = None

    @property
    def position(self) -> float:
        """Where the playhead was when it happened."""
        told = self.from_at if self.type in _JUMPS else self.at
        return told or 0.0


class Step(NamedTuple):
    """One event in the order judged, and the stretch that it closed."""

    event: PlayerEvent
    watched: Span | None


@dataclass(frozen=True, slots=True)
class Watched:
    """`spans` in the order watched: what was watched twice stands twice. `seconds` is the sum of them all."""

    spans: Spans
    seconds: float
    last_position: float | None
    still_playing_from: float | None
    steps: tuple[Step, ...]


def watched(events: Iterable[PlayerEvent], duration: float | None = None) -> Watched:
    """The stretches that these events of one player tell of, clipped to a video of `duration` seconds if known."""
    head = _Playhead(duration)
    steps: list[Step] = []
    for _, group in groupby(sorted(events, key=_content), key=lambda event: event.emitted_at):
        left = list(group)
        while left:
            following = left[0] if len(left) > CROWD else min(left, key=head.strangeness)
            left.remove(following)
            steps.append(Step(following, head.move(following)))
    spans = tuple(step.watched for step in steps if step.watched is not None)
    still = head.position if head.is_playing else None
    return Watched(spans, sum(end - start for start, end in spans), head.position, still, tuple(steps))


@dataclass(slots=True)
class _Stretch:
    """The playhead has been moving from `start` since `since`; a stop that it cannot have reached came at `until`."""

    start: float
    since: int
    until: int | None = None

    def reaches(self, position: float, now: int) -> bool:
        clock = (now if self.until is None else self.until) - self.since
        return -SLACK <= position - self.start <= FASTEST * clock / SECOND + SLACK


@dataclass(slots=True)
class _Playhead:
    duration: float | None
    position: float | None = None
    open: _Stretch | None = None  # playing, or `until` is set: in doubt where it stopped

    @property
    def is_playing(self) -> bool:
        return self.open is not None and self.open.until is None

    def strangeness(self, event: PlayerEvent) -> tuple[bool, float, int]:
        """How little an event fits as the next one: out of turn, off the position where the playhead must be by now."""
        here = self.position or 0.0
        if self.is_playing:
            assert self.open is not None
            expected = self.open.start + (event.emitted_at - self.open.since) / SECOND
            off = SLACK if event.type == "ready" else abs(event.position - expected)
            return event.type in _STARTS, off, _turn(event.type)
        off = 0.0 if event.type == "ready" else abs(event.position - here)
        if event.type in _JUMPS and event.to_at is not None:
            off = min(off, abs(event.to_at - here))  # a pause told the position after it already
        return event.type in _STOPS, off, _turn(event.type)

    def move(self, event: PlayerEvent) -> Span | None:
        """Take the event; the stretch that it closes, if it is one."""
        closed = None
        if event.type in _JUMPS:
            closed = self._jump(event)
        elif event.type in _STOPS:
            closed = self._stop(event)
        elif event.type in _STARTS:
            self.open = _Stretch(event.position, event.emitted_at)
            self.position = event.position
        elif event.type == "ready":
            self.open, self.position = None, event.position
        return closed

    def _jump(self, event: PlayerEvent) -> Span | None:
        was_playing, closed = self.is_playing, None
        if self.open is not None and (was_playing or event.emitted_at - (self.open.until or 0) <= LATE_JUMP):
            closed = self._span(event)
        self.position = event.to_at if event.to_at is not None else event.position
        self.open = _Stretch(self.position, event.emitted_at) if was_playing else None
        return closed

    def _stop(self, event: PlayerEvent) -> Span | None:
        closed = None
        if self.is_playing:
            assert self.open is not None
            if self.open.reaches(event.position, event.emitted_at):
                closed, self.open = self._span(event), None
            else:
                self.open.until = event.emitted_at
        self.position = event.position
        return closed

    def _span(self, event: PlayerEvent) -> Span | None:
        assert self.open is not None
        if not self.open.reaches(event.position, event.emitted_at):
            return None
        start, end = max(0.0, self.open.start), event.position
        if self.duration is not None:
            end = min(end, self.duration)
        return (start, end) if start < end else None


def _turn(kind: str) -> int:
    """What comes first of events that fit equally: a jump goes on from where it was stopped, and play goes on last."""
    return 0 if kind in _STOPS else 1 if kind in _JUMPS else 2


def _content(event: PlayerEvent) -> tuple[int, str, float, float, float]:
    return (event.emitted_at, event.type, event.at or 0.0, event.from_at or 0.0, event.to_at or 0.0)


def once(spans: Iterable[Span]) -> Spans:
    """What of the video they cover, in the video's order, each part one time."""
    return _as_spans(union(_as_intervals(spans)))


def covered(spans: Iterable[Span]) -> float:
    """Seconds of the video that they cover, each counted one time."""
    return total(union(_as_intervals(spans))) / SECOND


def share(spans: Iterable[Span], duration: float | None) -> float:
    """Of the video, 0 to 1; 0 where its length is not known."""
    return min(1.0, covered(spans) / duration) if duration else 0.0


class Bin(NamedTuple):
    """A slice of the video. `once`: viewers of it, a half of it counting half; `again`: times it was seen besides."""

    once: float
    again: float


def heat(viewers: Iterable[Sequence[Span]], duration: float, bins: int) -> tuple[Bin, ...]:
    """What many watched, in `bins` slices of equal length; each viewer by all their spans.

    The sums over all slices are what was covered, and what was watched besides, over all viewers.
    """
    firsts, agains, width = [0.0] * bins, [0.0] * bins, duration / bins
    for spans in viewers:
        steps = at_once(_as_intervals(spans))
        for (start, times), (end, _) in pairwise(steps):
            for number, part in _slices(start / SECOND, end / SECOND, width, bins) if times else ():
                firsts[number] += part
                agains[number] += part * (times - 1)
    return tuple(Bin(first, again) for first, again in zip(firsts, agains, strict=True))


def _slices(start: float, end: float, width: float, bins: int) -> Iterable[tuple[int, float]]:
    """Which slices a span lies in, and how much of each it fills."""
    for number in range(max(0, int(start / width)), min(bins, int(end / width) + 1)):
        filled = min(end, (number + 1) * width) - max(start, number * width)
        if filled > 0:
            yield number, filled / width


def most_watched(slices: Sequence[Bin], duration: float) -> Span | None:
    """The longest stretch around the highest slice that keeps to nine tenths of it; None when nobody watched."""
    heights = [one.once + one.again for one in slices]
    highest = max(heights, default=0.0)
    if not highest:
        return None
    first = last = heights.index(highest)
    while first > 0 and heights[first - 1] >= 0.9 * highest:
        first -= 1
    while last + 1 < len(heights) and heights[last + 1] >= 0.9 * highest:
        last += 1
    width = duration / len(heights)
    return first * width, (last + 1) * width


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """The parts of a recording during which somebody was not in the session, and those of them watched later."""

    missed: Spans
    caught: Spans

    @property
    def missed_seconds(self) -> float:
        return sum(end - start for start, end in self.missed)

    @property
    def caught_seconds(self) -> float:
        return sum(end - start for start, end in self.caught)

    @property
    def is_whole(self) -> bool:
        """All that was missed was watched, but for what the cutting of positions may take."""
        left = self.missed_seconds - self.caught_seconds
        return bool(self.missed) and left <= max(SLACK, NEARLY * self.missed_seconds)


class Film(NamedTuple):
    """A recording of `length` seconds whose second 0 is the instant `recorded_from`, and what of it was watched."""

    recorded_from: int
    length: float
    spans: Sequence[Span] = ()

    @property
    def interval(self) -> Interval:
        return Interval(self.recorded_from, self.recorded_from + round(self.length * SECOND))


def missed_and_caught_up(
    absent: Iterable[Interval], recorded_from: int, length: float, spans: Sequence[Span]
) -> CaughtUp:
    """`absent`: when somebody was not in the session; `recorded_from`: the instant that is second 0 of the recording.

    Parts outside the recording cannot be looked up and are left out, and so are those under `SHORTEST_MISSED`.
    """
    return missed_in_any(absent, [Film(recorded_from, length, spans)])


def missed_in_any(absent: Iterable[Interval], films: Sequence[Film]) -> CaughtUp:
    """The same of a session with several recordings, in seconds from `beginning(films)` on.

    What any of them holds can be missed, once; who watched it in any of them has caught up on it.
    """
    zero = beginning(films)
    missed = [
        Interval(part.start - zero, part.end - zero)
        for part in overlap([*union(absent), *recorded(films)])
        if part.length >= SHORTEST_MISSED * SECOND
    ]
    left = subtract(missed, _as_intervals(on_one_clock(films)))
    return CaughtUp(_as_spans(union(missed)), _as_spans(subtract(missed, left)))


def beginning(films: Sequence[Film]) -> int:
    """The first instant that any of them holds."""
    return min((film.recorded_from for film in films), default=0)


def recorded(films: Iterable[Film]) -> Intervals:
    """When at least one of them recorded."""
    return union(film.interval for film in films)


def on_one_clock(films: Sequence[Film]) -> Spans:
    """What was watched of them all, in the order given, in seconds from `beginning(films)` on.

    Each is cut to its film, for a position beyond its end would be a moment that only another one holds.
    """
    zero, parts = beginning(films), []
    for film in films:
        late = (film.recorded_from - zero) / SECOND
        parts += [(late + start, late + min(end, film.length)) for start, end in film.spans if start < film.length]
    return tuple(parts)


def _as_intervals(spans: Iterable[Span]) -> list[Interval]:
    return [Interval(round(start * SECOND), round(end * SECOND)) for start, end in spans]


def _as_spans(intervals: Intervals) -> Spans:
    return tuple((start / SECOND, end / SECOND) for start, end, _ in intervals)
