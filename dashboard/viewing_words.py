"""What a player said, in words, and what came of each of its words."""

from dataclasses import dataclass

from analytics.models import Viewing
from analytics.playhead import clock, written
from analytics.viewing import PlayerEvent, Step, Watched, watched
from analytics.viewing_storing import numbered

SHOWN = 1_000


@dataclass(frozen=True, slots=True)
class Line:
    """One event: when, in words, and the stretch that it closed, "" if none.

    `stretch_at`: where it begins, as addresses have it.
    """

    at: int
    words: str
    stretch: str
    stretch_at: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ReadViewing:
    """One viewing read for its page."""

    lines: tuple[Line, ...]
    count: int
    result: Watched

    @property
    def still_playing_from(self) -> str:
        still = self.result.still_playing_from
        return "" if still is None else clock(still)


def read_viewing(viewing: Viewing) -> ReadViewing:
    """The events in the order in which they must have happened; the first `SHOWN` of them in words."""
    result = watched(numbered(viewing).values(), viewing.video.duration_seconds)
    return ReadViewing(tuple(_line(step) for step in result.steps[:SHOWN]), len(result.steps), result)


def _line(step: Step) -> Line:
    start, end = step.watched or (0.0, 0.0)
    stretch = f"{clock(start)} to {clock(end)}" if step.watched else ""
    return Line(step.event.emitted_at, event_words(step.event), stretch, written(start), end - start)


def event_words(event: PlayerEvent) -> str:
    """ "Jumped forward from 0:07 to 0:21"."""
    at = clock(event.position)
    match event.type:
        case "ready":
            return "Opened the player"
        case "play":
            return f"Played from {at}"
        case "pause":
            return f"Paused at {at}"
        case "resume":
            return f"Went on from {at}"
        case "end":
            return f"Came to the end, at {at}"
        case "seek.forward":
            return f"Jumped forward from {at} to {clock(event.to_at or 0)}"
        case _:
            return f"Jumped back from {at} to {clock(event.to_at or 0)}"
