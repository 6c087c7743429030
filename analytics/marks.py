"""The marks of a lane: what happened at one moment, with all that its detail card says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from analytics.activity import Person, Visit, on_time
from analytics.axis import Axis
from analytics.instants import SECOND
from analytics.leaving import Ending
from analytics.moments import told

_KINDS: Final = {
    Ending.LEFT: ("left", "Left"),
    Ending.OTHER: ("left", "Left"),
    Ending.NETWORK: ("drop", "Network drop"),
    Ending.REMOVED: ("removed", "Removed by the host"),
    Ending.SERVER: ("server", "Removed by the server"),
}
_JUST_BEFORE: Final = 2 * SECOND  # a leave takes the tracks with it, some milliseconds sooner or later


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at one moment of a lane, and all that its detail card says."""

    kind: str  # "left", "drop", "removed", "server", "role", "failed", "recovered"
    at: int
    x: float
    words: str  # "Network drop at 10:22:58"
    person_key: str
    under: bool = False  # the person was there on another device: a small tick under the bar and no mark
    until: int | None = None  # the return
    reason: str = ""  # as reported: "websocket closed", or the text of the error
    message: str = ""  # what the host wrote when removing somebody
    mic_on: bool = False  # just before, on this visit's device
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


def marks(person: Person, axis: Axis) -> tuple[Mark, ...]:
    """The marks of a person by time; none for who stayed to the end."""
    found = [*_leaves(person, axis), *_roles(person, axis), *_failures(person, axis)]
    return tuple(sorted(found, key=lambda mark: (mark.at, mark.kind, mark.peer_id)))


def _leaves(person: Person, axis: Axis) -> Iterator[Mark]:
    backs = {away.visit.number: away.end for away in person.away}
    for visit in person.visits:
        if visit.to_end or visit.ending not in _KINDS:
            continue
        kind, words = _KINDS[visit.ending]
        at = visit.end
        if visit.reconnected:  # cut off at an unknown moment; back before the server noticed
            at = max(later.start for later in person.visits if visit.start <= later.start <= visit.end)
            kind, words = "recovered", "Connection lost, back"
        on = {
            track.kind
            for track in visit.stay.tracks
            for part in on_time(visit, track)
            if part.start < at and part.end >= at - _JUST_BEFORE
        }
        yield Mark(
            kind=kind,
            at=at,
            x=axis.x(at),
            words=f"{words} at {axis.clock(at, seconds=True)}",
            person_key=person.key,
            under=not visit.reconnected and any(other.start < at < other.end for other in person.visits),
            until=backs.get(visit.number),
            reason=visit.stay.reason,
            message=visit.stay.message,
            mic_on="mic" in on,
            camera_on="camera" in on,
            screen_on="screen" in on,
            visit=visit.number,
            visits=len(person.visits),
            device=visit.stay.device,
            peer_id=visit.stay.peer_id,
        )


def _roles(person: Person, axis: Axis) -> Iterator[Mark]:
    for change in person.role_changes:
        words = f"{change.role} from {axis.clock(change.at, seconds=True)}"
        yield _within(person, "role", change.at, axis.x(change.at), words, f"was {change.previous}", change.peer_id)


def _failures(person: Person, axis: Axis) -> Iterator[Mark]:
    for failure in person.failures:
        at = failure.at
        kind = "failed" if failure.is_terminal else "recovered"
        words = f"{axis.clock(at, seconds=True)} {told(failure)}"
        yield _within(person, kind, at, axis.x(at), words, failure.error_message.strip(), failure.peer_id)


def _within(person: Person, kind: str, at: int, x: float, words: str, reason: str, peer_id: str) -> Mark:
    """A mark inside a visit, if there is one: the peer's own, else any that covers the moment."""
    visit: Visit | None = next(
        (v for v in person.visits if v.stay.peer_id == peer_id),
        next((v for v in person.visits if v.start <= at < v.end), None),
    )
    return Mark(
        kind=kind,
        at=at,
        x=x,
        words=words,
        person_key=person.key,
        reason=reason,
        visit=visit.number if visit else 0,
        visits=len(person.visits),
        device=visit.stay.device if visit else "",
        peer_id=peer_id,
    )
