"""The cockpit of a room: what 100ms says of it now, joined with what our events know of the same people.

Each tells what the other cannot: 100ms who is in, with name, role and metadata as they are now; the events who left
and why, who dropped how often, and whatever happened since 100ms was last read. So the page keeps its worth while
100ms does not answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

from analytics import instants, queries
from analytics.leaving import Ending, ending_of
from analytics.models import Peer, Session, Track
from dashboard.live_rooms import MANY_DROPS, RECENT
from rooms.live import notes
from rooms.models import LiveReading, Role, Room

# What was read longer ago says nothing of now, unless 100ms is being asked in vain.
STALE: Final = timedelta(seconds=60)
CROWD: Final = 60
"""From so many people on they stand in groups, of which only the first are shown."""

GROUPS: Final = (("stage", "On stage", 40), ("trouble", "Had trouble", 20), ("rest", "Everybody else", 20))
SIZE: Final = 50  # people on a page of those looked for, and of those who left
_SHOWN_NOTES: Final = 3


@dataclass(frozen=True, slots=True)
class Devices:
    """What is on now; None where nobody has told."""

    mic: bool | None = None
    camera: bool | None = None
    screen: bool | None = None


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody who is in. `seen`: our events know this stay, so it has a page."""

    peer_id: str
    user_id: str
    name: str
    role: str
    since: datetime | None
    devices: Devices = Devices()
    hand_since: datetime | None = None
    metadata: str = ""
    drops: int = 0
    failures: int = 0
    seen: bool = False

    @property
    def label(self) -> str:
        return self.name or self.user_id or self.peer_id

    @property
    def away(self) -> bool:
        """ "Be right back", by the convention of 100ms's own apps."""
        return notes(self.metadata).get("isBRBOn") is True

    @property
    def other_notes(self) -> str:
        """The rest of the metadata, short."""
        known = notes(self.metadata)
        if self.metadata.strip() and not known and self.metadata.strip() != "{}":
            return self.metadata.strip()[:60]
        rest = [(key, value) for key, value in known.items() if key not in ("isHandRaised", "isBRBOn", "prevRole")]
        return ", ".join(f"{key}: {value}" for key, value in rest[:_SHOWN_NOTES])[:60]

    @property
    def trouble(self) -> bool:
        return bool(self.drops or self.failures)

    @property
    def on_stage(self) -> bool:
        return bool(self.hand_since or self.devices.mic or self.devices.screen)

    @property
    def order(self) -> str:
        """Raised hands first, by how long; then by who came first. As text it sorts the same in the browser."""
        at = self.hand_since or self.since
        return f"{0 if self.hand_since else 1}{round(at.timestamp() * 1000) if at else 0:014d}{self.peer_id[:4]}"


@dataclass(frozen=True, slots=True)
class Left:
    """A person who was in and is no more: their last stay."""

    peer_id: str
    name: str
    role: str
    joined_at: datetime | None
    left_at: datetime | None
    ending: Ending
    drops: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Some of those who are in. `here` is cut to what the page shows of `count`."""

    key: str
    name: str
    here: tuple[Here, ...]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.here)


@dataclass(frozen=True)
class LiveRoom:
    """`reading` is what 100ms said; `session` the running one as our events know it, None before its first event."""

    room: Room
    reading: LiveReading
    now: datetime
    session_id: str
    session: Session | None
    started_at: datetime | None
    here: tuple[Here, ...] = ()
    left: tuple[Left, ...] = ()
    dropping: tuple[str, ...] = ()  # who dropped lately, most often first
    recent_drops: int = 0
    roles: tuple[str, ...] = field(default=())

    @property
    def is_active(self) -> bool:
        return bool(self.session_id)

    @property
    def stage(self) -> str:
        """ "active", or "empty", or "locked" where nobody can come in: each has a page of its own."""
        return "active" if self.is_active else "empty" if self.room.enabled else "locked"

    @property
    def is_asked(self) -> bool:
        """Is what is shown what 100ms says now, or as lately as it could be asked?"""
        return is_current(self.reading, self.now)

    @property
    def is_late(self) -> bool:
        return bool(self.reading.problem)

    @property
    def length(self) -> timedelta:
        return max(self.now - (self.started_at or self.now), timedelta())

    @property
    def people(self) -> int:
        """A person with two devices counts once (EVENTS trap 9)."""
        return len({one.user_id or one.peer_id for one in self.here})

    @property
    def devices(self) -> int:
        """How many rows stand for those people."""
        return len(self.here)

    @property
    def many_drops(self) -> bool:
        return self.recent_drops >= MANY_DROPS

    @cached_property
    def by_role(self) -> dict[str, int]:
        """How many are in of each role, the most first."""
        counted: dict[str, int] = {}
        for one in self.here:
            counted[one.role] = counted.get(one.role, 0) + 1
        return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))

    def find(self, peer_id: str) -> Here | None:
        return next((one for one in self.here if one.peer_id == peer_id), None)

    def groups(self, found: Sequence[Here], *, whole: bool) -> list[Group]:
        """The people found; a crowd in three groups, each cut to its first, unless the `whole` is asked for."""
        if whole or len(found) <= CROWD:
            return [Group(key, name, tuple(found) if key == "rest" else (), 0) for key, name, _ in GROUPS]
        sorted_out: dict[str, list[Here]] = {key: [] for key, _, _ in GROUPS}
        for one in found:
            sorted_out["stage" if one.on_stage else "trouble" if one.trouble else "rest"].append(one)
        return [Group(key, name, tuple(sorted_out[key][:most]), len(sorted_out[key])) for key, name, most in GROUPS]


def is_current(reading: LiveReading, now: datetime) -> bool:
    """A room that nobody watched for a while has an old reading, which tells nothing of now."""
    if reading.read_at is None:
        return False
    asked = reading.asked_at or reading.read_at
    return now - reading.read_at < STALE or bool(reading.problem and now - asked < STALE)


def live_room(room: Room, reading: LiveReading, now: datetime) -> LiveRoom:
    """Five queries at most, however many are in."""
    current = is_current(reading, now)
    session_id, session = _running(room, reading, now, current=current)
    if not session_id:
        return LiveRoom(room, reading, now, "", None, None)
    stays = list(queries.counted(Peer.objects.filter(session_id=session_id))) if session else []
    said = reading.peers if current and reading.session_id == session_id else {}
    read_at = reading.read_at if said else None
    trouble = _Trouble(session, stays, now)
    tracks = _tracks(session_id) if session else {}
    here = _here(said, stays, read_at, trouble, tracks)
    inside = {one.user_id or one.peer_id for one in here}
    roles = {one.role for one in here if one.role}
    return LiveRoom(
        room,
        reading,
        now,
        session_id,
        session,
        session.started_at if session and session.started_at else reading.started_at,
        here=tuple(sorted(here, key=lambda one: one.order)),
        left=tuple(_left(stays, inside, trouble)),
        dropping=trouble.lately(),
        recent_drops=sum(trouble.recent.values()),
        roles=tuple(sorted(roles)),
    )


def roles_of(live: LiveRoom) -> list[str]:
    """The roles a person can be given: those of the room's template, and those seen in the room."""
    template = live.room.template_id
    known = Role.objects.filter(template=template).values_list("name", flat=True) if template else ()
    return list(dict.fromkeys([*known, *live.roles]))


def receivers_of(live: LiveRoom) -> list[tuple[str, str]]:
    """Whom a message can go to, but for single persons."""
    return [("all", "Everybody"), *((f"role:{role}", f"Every {role}") for role in live.roles)]


def _running(room: Room, reading: LiveReading, now: datetime, *, current: bool) -> tuple[str, Session | None]:
    """The session that runs, by its id and as our events know it.

    It is the one that 100ms names, unless its end was told since; else one that began since 100ms was asked.
    """
    if current and reading.session_id:
        named = Session.objects.filter(pk=reading.session_id).first()
        if named is None or named.ended_at is None:
            return reading.session_id, named
    newest = Session.objects.filter(queries.live(now), room=room).order_by("-started_at").first()
    if newest is None:
        return "", None
    since = newest.started_at or now
    known_over = current and not reading.problem and reading.read_at is not None and since <= reading.read_at
    return ("", None) if known_over else (newest.pk, newest)


class _Trouble:
    """What went wrong for whom in this session, by person."""

    def __init__(self, session: Session | None, stays: Iterable[Peer], now: datetime) -> None:
        self.drops: dict[str, int] = {}
        self.recent: dict[str, int] = {}
        self.failures: dict[str, int] = {}
        self._names: dict[str, str] = {}
        person_of = {}
        for stay in stays:
            person = person_of[stay.pk] = stay.user_id or stay.pk
            self._names[person] = stay.name or person
            if stay.left_at and ending_of(stay.leave_reason) is Ending.NETWORK:
                self.drops[person] = self.drops.get(person, 0) + 1
                if stay.left_at > now - RECENT:
                    self.recent[person] = self.recent.get(person, 0) + 1
        if session is not None:
            for user_id, peer_id in queries.troubles(session).values_list("user_id", "peer_id"):
                person = person_of.get(peer_id) or user_id or peer_id
                self.failures[person] = self.failures.get(person, 0) + 1

    def lately(self) -> tuple[str, ...]:
        return tuple(self._names[person] for person in sorted(self.recent, key=lambda one: -self.recent[one]))


def _tracks(session_id: str) -> dict[str, list[tuple[str, Any, bool]]]:
    """By peer: kind, stretches and whether it still is there, of the tracks that may be on."""
    found: dict[str, list[tuple[str, Any, bool]]] = {}
    rows = Track.objects.filter(session_id=session_id, peer__left_at=None)
    for peer_id, kind, on, stopped_at in rows.order_by().values_list("peer_id", "kind", "on", "stopped_at"):
        found.setdefault(peer_id, []).append((kind, on, stopped_at is None))
    return found


def _here(
    said: dict[str, Any],
    stays: Iterable[Peer],
    read_at: datetime | None,
    trouble: _Trouble,
    tracks: dict[str, list[tuple[str, Any, bool]]],
) -> list[Here]:
    known = {stay.pk: stay for stay in stays}
    here = []
    for peer_id, peer in said.items():
        stay = known.get(peer_id)
        if not queries.is_counted(peer["role"]) or (stay and stay.left_at):
            continue
        person = peer["user_id"] or peer_id
        here.append(
            Here(
                peer_id=peer_id,
                user_id=peer["user_id"],
                name=peer["name"],
                role=peer["role"],
                since=_moment(peer["joined_at"]) or (stay.joined_at if stay else None),
                devices=_devices(peer, tracks.get(peer_id, [])),
                hand_since=_moment(peer["hand_since"]),
                metadata=peer["metadata"],
                drops=trouble.drops.get(person, 0),
                failures=trouble.failures.get(person, 0),
                seen=stay is not None,
            )
        )
    for peer_id, stay in known.items():
        if peer_id in said or stay.left_at or not stay.announced or not _came_after(stay, read_at):
            continue
        person = stay.user_id or peer_id
        here.append(
            Here(
                peer_id=peer_id,
                user_id=stay.user_id,
                name=stay.name,
                role=stay.role,
                since=stay.joined_at,
                devices=_devices(None, tracks.get(peer_id, [])),
                metadata=stay.metadata,
                drops=trouble.drops.get(person, 0),
                failures=trouble.failures.get(person, 0),
                seen=True,
            )
        )
    return here


def _came_after(stay: Peer, read_at: datetime | None) -> bool:
    """Could 100ms not have named them yet when it was read?"""
    return read_at is None or stay.joined_at is None or stay.joined_at > read_at


def _devices(peer: dict[str, Any] | None, tracks: list[tuple[str, Any, bool]]) -> Devices:
    """Whichever told last: 100ms of this peer, or the events of its tracks."""
    told_at = peer["told_at"] if peer else 0
    last = max((_last_flip(on) for _, on, _ in tracks), default=0)
    if peer and peer["on"] is not None and told_at >= last:
        return Devices(**peer["on"])
    if not tracks:
        return Devices()
    on_now = {kind for kind, on, there in tracks if there and on and on[-1][1] is None}
    return Devices(mic=Track.Kind.MIC in on_now, camera=Track.Kind.CAMERA in on_now, screen=Track.Kind.SCREEN in on_now)


def _last_flip(on: Any) -> int:
    return max((edge for span in on for edge in span if edge), default=0)


def _left(stays: Iterable[Peer], inside: set[str], trouble: _Trouble) -> list[Left]:
    """Who was in and is no more, the last to leave first."""
    first: dict[str, datetime] = {}
    last: dict[str, Peer] = {}
    for stay in sorted((stay for stay in stays if stay.joined_at), key=lambda one: (one.joined_at, one.pk)):
        person = stay.user_id or stay.pk
        if person not in inside and stay.joined_at is not None:
            first.setdefault(person, stay.joined_at)
            last[person] = stay
    found = [
        Left(
            peer_id=stay.pk,
            name=stay.name or person,
            role=stay.role,
            joined_at=first[person],
            left_at=stay.left_at,
            ending=ending_of(stay.leave_reason),
            drops=trouble.drops.get(person, 0),
            message=stay.leave_message,
        )
        for person, stay in last.items()
    ]
    beginning = instants.to_datetime(0)
    # Whose leaving nobody has told yet has only just gone.
    return sorted(found, key=lambda one: (one.left_at is None, one.left_at or beginning, one.peer_id), reverse=True)


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
