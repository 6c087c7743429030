"""What a session is played from: a plan of who comes and what they do, in nanoseconds from its start.

A script holds stretches, not events: the events are read off it (`occurrences`), and so, without them, is the
truth (`truth`). Everything in it is settled by its seed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from rooms.simulator.people import Person
from rooms.simulator.spans import Spans

if TYPE_CHECKING:
    from rooms.simulator.scenarios.feeds import Feed
    from rooms.simulator.scenarios.footage import Footage
    from rooms.simulator.scenarios.runs import Run


@dataclass(frozen=True, slots=True)
class Track:
    """A microphone, camera or share. `on` are its unmuted stretches; `stop` is None when 100ms never says it went."""

    key: str
    kind: str  # audio, video
    source: str  # regular, screen
    start: int
    stop: int | None
    on: Spans


@dataclass(frozen=True, slots=True)
class RoleChange:
    """From `at` on the peer has `role`; `by` is the key of the stay that asked, None for the server."""

    at: int
    role: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Naming:
    """From `at` on the peer goes by `name`, and its metadata is `metadata`."""

    at: int
    name: str
    metadata: str


@dataclass(frozen=True, slots=True)
class Stay:
    """One peer: one device of one person, from joining to leaving. `lost` names the webhooks that never arrive."""

    key: str
    person: Person
    role: str
    start: int
    end: int
    reason: str = "client request"
    message: str | None = None
    tracks: tuple[Track, ...] = ()
    roles: tuple[RoleChange, ...] = ()
    lost: frozenset[str] = frozenset()
    namings: tuple[Naming, ...] = ()

    def naming_at(self, offset: int) -> Naming:
        """Name and metadata at that moment."""
        first = Naming(self.start, self.person.name, "")
        return next((one for one in reversed(self.namings) if one.at <= offset), first)

    def role_at(self, offset: int) -> str:
        """The role at that moment."""
        return next((change.role for change in reversed(self.roles) if change.at <= offset), self.role)


class Scene(Protocol):
    """What a notice may ask of the session it is played in."""

    @property
    def common(self) -> dict[str, Any]: ...

    def at(self, offset: int) -> str: ...

    def seconds(self, start: int, end: int) -> int: ...

    def uuid(self, *name: object) -> str: ...

    def object_id(self, *name: object) -> str: ...

    def peer(self, key: str, at: int = 0) -> dict[str, Any]: ...

    def peer_id(self, key: str) -> str: ...

    def track(self, stay: str, track: str) -> dict[str, Any]: ...

    def file(self, name: str) -> str: ...

    def link(self, name: str, at: int) -> str: ...

    def length_of(self, footage: "Footage") -> int: ...

    def size_of(self, footage: "Footage") -> int: ...


@dataclass(frozen=True, slots=True)
class Notice:
    """An event beside joining, speaking and leaving; `body` makes its `data` from the session it is played in.

    `files` are those that are there from then on.
    """

    at: int
    type: str
    body: Callable[[Scene], dict[str, Any]]
    lost: bool = False
    files: tuple["Footage", ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """A whole session. The first stay begins at 0; `end` is when 100ms closes it; notices and files may come later.

    `closing` is what comes of its end, whenever that turns out to be. `unrecorded`: nothing is recorded by itself,
    whatever the room's template says. `aside`: no session at all, only something told of a room.
    """

    name: str
    end: int
    stays: tuple[Stay, ...]
    notices: tuple[Notice, ...] = ()
    lost: frozenset[str] = field(default_factory=frozenset)
    runs: tuple["Run", ...] = ()
    feeds: tuple["Feed", ...] = ()
    closing: tuple[Callable[[int], Notice], ...] = ()
    unrecorded: bool = False
    aside: bool = False

    def told(self) -> list[tuple[tuple[object, ...], Notice]]:
        """All notices, of runs and feeds too, each by a name that later changes of the script leave alone."""
        found: list[tuple[tuple[object, ...], Notice]] = [((number,), one) for number, one in enumerate(self.notices)]
        found += [((run.name,), one) for run in self.runs for one in run.notices()]
        found += [(("closing", number), make(self.end)) for number, make in enumerate(self.closing)]
        return found + [((feed.name,), one) for feed in self.feeds for one in feed.notices()]


def flips(track: Track, end: int) -> list[tuple[int, bool]]:
    """When the track is muted (True) or unmuted (False) after it was added; `end` closes a track never removed."""
    last = end if track.stop is None else track.stop
    moments: list[tuple[int, bool]] = []
    for start, stop in track.on:
        if start > track.start:
            moments.append((start, False))
        if stop < last:
            moments.append((stop, True))
    return moments


def count(script: Script) -> int:
    """How many events the session makes, over both channels."""
    told = script.told()
    total = 2 + len(told) + sum(notice.type == "beam.recording.success" for _, notice in told)
    for stay in script.stays:
        total += 2 + len(stay.roles)
        total += sum(1 + len(flips(track, stay.end)) + (track.stop is not None) for track in stay.tracks)
    return total
