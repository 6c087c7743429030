"""Recordings, streams and encoders beside the people of a session: how long each ran, what of it is missing.

In go runs, one a row of the read models; a run that nobody told the end of is closed here, for it is not endless
(EVENTS trap 23). How they are drawn is `analytics.run_lanes`. Pure: the clock is passed in by `Frame`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from analytics.activity import Frame
from analytics.instants import MINUTE, SECOND
from analytics.intervals import Interval, Intervals, subtract, total, union

SLACK: Final = 30 * SECOND  # a recorder takes a while to come in and to go; less than this is not missing
WORTH_SAYING: Final = MINUTE


class Kind(StrEnum):
    """What a run is, in the order of the lanes."""

    RECORDING = "recording"  # of the room: by a browser, or by the media server
    STREAM_RECORDING = "stream-recording"  # of a live stream
    PARTS = "parts"  # of single tracks and people
    LIVE = "live"
    EXTERNAL = "external"
    ENCODER = "encoder"


OF_THE_ROOM: Final = frozenset({Kind.RECORDING, Kind.STREAM_RECORDING})


@dataclass(frozen=True, slots=True)
class Run:
    """One row. `is_open`: no end was told and it may go on; `failed`: it left nothing, or broke off."""

    id: str
    kind: Kind
    started_at: int | None
    ended_at: int | None
    at: int  # the first moment that is known of it
    state: str  # in words: "ready", "being processed", "live", "turned away"
    end_estimated: bool = False  # the end is worked out, nobody told it
    is_open: bool = False
    is_ready: bool = False  # a recording whose file is there
    failed: bool = False
    trouble: str = ""  # the cause, a sentence
    ended: str = ""  # why it was over, in words
    length: int | None = None  # as 100ms told it; of a recording, its file's
    started_by: str = ""  # peer


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run, settled: both ends known or decided. An `is_open` one ends now, for the time being."""

    run: Run
    start: int
    end: int
    start_estimated: bool = False
    end_estimated: bool = False
    is_open: bool = False

    @property
    def length(self) -> int:
        return self.end - self.start

    @property
    def interval(self) -> Interval:
        return Interval(self.start, self.end, self.start_estimated or self.end_estimated)


@dataclass(frozen=True, slots=True)
class Recorded:
    """How much of a session is on a recording of the room. `missing` are the pieces that are not, by time.

    `stretches` are all that was tried. While a session runs, all of it is what is so by now.
    """

    stretches: tuple[Stretch, ...]
    covered: int
    of: int
    missing: Intervals
    session_start: int
    session_end: int

    @property
    def is_running(self) -> bool:
        return any(one.is_open for one in self.stretches)

    @property
    def has_failed(self) -> bool:
        """Nothing came of any of them."""
        return bool(self.stretches) and all(one.run.failed for one in self.stretches)

    @property
    def is_ready(self) -> bool:
        """Every file that will come is there."""
        good = [one.run for one in self.stretches if not one.run.failed]
        return bool(good) and all(run.is_ready for run in good)

    @property
    def is_whole(self) -> bool:
        return bool(self.stretches) and not self.missing

    @property
    def late(self) -> int:
        """What is missing from the start on."""
        return self.missing[0].length if self.missing and self.missing[0].start == self.session_start else 0

    @property
    def early(self) -> int:
        """What is missing up to the end."""
        last = self.missing[-1] if self.missing else None
        return last.length if last and last.end == self.session_end and last.start > self.session_start else 0

    @property
    def trouble(self) -> str:
        return next((one.run.trouble for one in self.stretches if one.run.failed and one.run.trouble), "")

    @property
    def watchable(self) -> Run | None:
        """The longest of those that can be watched."""
        ready = [one for one in self.stretches if one.run.is_ready]
        return max(ready, key=lambda one: (one.length, -one.start)).run if ready else None

    def covers(self, at: int) -> bool:
        """Was this moment recorded, as far as is known?"""
        return any(not one.run.failed and one.start <= at < one.end for one in self.stretches)

    def playing(self, at: int) -> Stretch | None:
        """The recording that can be watched from this moment on."""
        return next((one for one in self.stretches if one.run.is_ready and one.start <= at < one.end), None)


def settled(run: Run, frame: Frame) -> Stretch:
    """Where the run began and ended: as told, else by the length told, else with the session, or now."""
    start = run.at if run.started_at is None else run.started_at
    unsure = run.started_at is None
    if run.ended_at is not None:
        return Stretch(run, start, max(start, run.ended_at), unsure, run.end_estimated)
    if run.is_open and frame.is_live:
        return Stretch(run, start, max(start, frame.until), unsure, is_open=True)
    if run.failed and unsure:  # it never began
        return Stretch(run, start, start)
    if unsure:  # only its file was told of, which is later made: where in the session it lies is a guess
        return Stretch(run, frame.started_at, frame.started_at + max(0, run.length or 0), unsure, end_estimated=True)
    if run.length is not None:
        return Stretch(run, start, start + max(0, run.length), unsure, end_estimated=True)
    return Stretch(run, start, max(start, frame.until), unsure, end_estimated=True)


def stretches(runs: Iterable[Run], frame: Frame) -> list[Stretch]:
    """By time."""
    return sorted((settled(run, frame) for run in runs), key=lambda one: (one.start, one.end, one.run.id))


def recorded(every: Sequence[Stretch], frame: Frame, *, expected: bool = False) -> Recorded:
    """What of the session is on a recording of the room, however many and of whatever kind they are.

    `expected`: one should have been there by now, so that without any all of the session is missing.
    """
    tried = tuple(one for one in every if one.run.kind in OF_THE_ROOM)
    whole = Interval(frame.started_at, frame.until)
    kept = union(one.interval for one in tried if not one.run.failed)
    missing = tuple(piece for piece in subtract((whole,), kept) if piece.length >= SLACK)
    if not tried and not expected:
        missing = ()
    left_out = total(subtract((whole,), kept))
    return Recorded(tried, frame.length - left_out, frame.length, missing, frame.started_at, frame.until)
