"""What a figure is the sum of: the pieces behind "Present 49 min 36 s", ready for the table it opens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from analytics import durations
from analytics.activity import Person, Track, Visit, on_time
from analytics.instants import SECOND
from analytics.intervals import Interval, overlap, total

FIGURES: Final = {"present": "Present", "mic": "Microphone open", "camera": "Camera on", "screen": "Screen shared"}

_PAUSED: Final = {"mic": "muted", "camera": "turned off", "screen": "paused"}
_STOPPED: Final = {"mic": "microphone closed", "camera": "camera stopped", "screen": "sharing stopped"}
_SAME_MOMENT: Final = 2 * SECOND  # a leave takes the tracks with it, some milliseconds sooner or later


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
    """`total` = the lengths of the pieces together − `counted_once`, exactly."""

    figure: str  # a key of FIGURES
    title: str
    pieces: tuple[Piece, ...]  # by start
    overlaps: tuple[Interval, ...]  # where two pieces or more cover the same time
    counted_once: int  # microseconds taken off because of them
    total: int
    estimated: bool

    @property
    def is_rounded_off(self) -> bool:
        """Do the lines, each rounded to the second as they are shown, add up to another second than the total does?"""
        lines = sum(durations.seconds(piece.length) for piece in self.pieces)
        return lines - durations.seconds(self.counted_once) != durations.seconds(self.total)


def sum_of(person: Person, figure: str) -> Sum:
    """The sum behind one figure of a person; KeyError for a figure that is none of FIGURES."""
    title = FIGURES[figure]
    lane = person.present if figure == "present" else getattr(person, figure)
    found = _visit_pieces(person) if figure == "present" else _track_pieces(person, figure)
    pieces = tuple(sorted(found, key=lambda piece: (piece.start, piece.end, piece.visit)))
    amount = total(lane)
    return Sum(
        figure=figure,
        title=title,
        pieces=pieces,
        overlaps=overlap(Interval(piece.start, piece.end, piece.estimated) for piece in pieces),
        counted_once=sum(piece.length for piece in pieces) - amount,
        total=amount,
        estimated=any(part.estimated for part in lane),
    )


def _visit_pieces(person: Person) -> Iterator[Piece]:
    for visit in person.visits:
        stay = visit.stay
        because = visit.ending.words
        if visit.to_end and not visit.ending.is_trouble:
            because = "session ended"
        estimated = visit.start_estimated or visit.end_estimated
        yield Piece(visit.number, stay.device, stay.peer_id, visit.start, visit.end, because, estimated)


def _track_pieces(person: Person, figure: str) -> Iterator[Piece]:
    for visit in person.visits:
        for track in visit.stay.tracks:
            if track.kind == figure:
                for part in on_time(visit, track):
                    because = _why(part, visit, track)
                    peer = visit.stay.peer_id
                    yield Piece(visit.number, visit.stay.device, peer, part.start, part.end, because, part.estimated)


def _why(part: Interval, visit: Visit, track: Track) -> str:
    """Why a stretch of a track ended: with the visit, with the track, or by a press of the button."""
    if visit.end - part.end < _SAME_MOMENT:
        return visit.ending.words
    if track.stopped_at is not None and abs(track.stopped_at - part.end) < _SAME_MOMENT:
        return _STOPPED[track.kind]
    return _PAUSED[track.kind]
