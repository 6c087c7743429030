"""What a figure is the sum of: the pieces behind "Present 49 min 36 s", ready for the table it opens."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.intervals import Interval


@dataclass(frozen=True, slots=True)
class Piece:
    """A row of the sum: a visit, or one stretch of a track within a visit."""

    visit: int
    device: str
    peer_id: str
    start: int
    end: int
    ended_because: str  # "left by own choice", "muted", "session ended"
    estimated: bool

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Sum:
    """`total` = the pieces together − `counted_once`, exactly."""

    figure: str  # "present", "mic", "camera", "screen"
    title: str  # "Present", "Microphone open", "Camera on", "Screen shared"
    pieces: tuple[Piece, ...]
    overlaps: tuple[Interval, ...]  # where two pieces or more cover the same time
    counted_once: int  # microseconds taken off because of them
    total: int
    estimated: bool
