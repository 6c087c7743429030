"""Who was there, and what they had on: the arithmetic behind every figure of a session.

In go stays (one a peer, so one a join), out come people: presence, microphone, camera and screen as unions over all
stays of a person, so that two devices never count twice (EVENTS trap 9). What nobody told us the end of is closed at
the leave, else at the session's end, else now, and says so by `estimated`. Pure: the clock is passed in by `Frame`.

All times are instants (`analytics.instants`), all intervals half-open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from analytics.instants import MINUTE, SECOND
from analytics.intervals import Interval, Intervals, gaps, overlap, subtract, total, union
from analytics.leaving import Ending, ending_of

SERVER_WAIT: Final = MINUTE  # how long the server waits after an abrupt drop before it says "left" (EVENTS trap 21)
_LATE_NOTICE: Final = SERVER_WAIT + 15 * SECOND
_LEAVING_SLACK: Final = MINUTE  # who goes in the last minute of an hour was there to the end
_CUT_SLACK: Final = 5 * SECOND  # a room that is ended cuts everybody off, not all in the same second


@dataclass(frozen=True, slots=True)
class Track:
    """A microphone, camera or screen of one peer; `on` as `intervals.on_spans` gives it, an open end being None."""

    track_id: str
    peer_id: str
    kind: str  # "mic" audio/regular, "camera" video/regular, "screen" video/screen, "screen_audio" audio/screen
    on: tuple[tuple[int, int | None], ...]
    started_at: int | None = None
    stopped_at: int | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """One peer: one join of one person on one device. Any time may be missing; any text may be empty."""

    peer_id: str
    user_id: str
    name: str
    role: str
    type: str  # "regular", "sip" for a phone; "" reads as regular (EVENTS trap 16)
    joined_at: int | None
    left_at: int | None
    reason: str = ""  # as 100ms wrote it
    message: str = ""
    roles: tuple[tuple[int | None, str], ...] = ()  # the role since each instant; the first is the one at the join
    tracks: tuple[Track, ...] = ()
    device: str = ""
    duration: int | None = None  # microseconds, as the leave event gave it; used only without two real times (trap 19)


@dataclass(frozen=True, slots=True)
class Frame:
    """The session around the stays. `ended_at` None: it is running, and `now` is where open things end."""

    session_id: str
    started_at: int
    ended_at: int | None
    now: int
    end_estimated: bool = False  # True: no end was told and the session was closed at its last sign of life

    @property
    def is_live(self) -> bool:
        return self.ended_at is None

    @property
    def until(self) -> int:
        """Where what is open closes: the session's end, or now; never before its start."""
        return max(self.started_at, self.now if self.ended_at is None else self.ended_at)

    @property
    def length(self) -> int:
        return self.until - self.started_at


@dataclass(frozen=True, slots=True)
class Failure:
    """Something a device tried and could not. Without `is_terminal` the device went on trying (EVENTS trap 32)."""

    at: int
    type: str  # "client.publish.failed", "peer.join.failure", …
    peer_id: str = ""
    user_id: str = ""
    name: str = ""
    error_code: int | None = None
    error_message: str = ""
    is_terminal: bool = True
    action: str = ""


@dataclass(frozen=True, slots=True)
class RoleChange:
    """`role` from `at` on; `previous` before."""

    at: int
    previous: str
    role: str
    peer_id: str


@dataclass(frozen=True, slots=True)
class Visit:
    """A stay, settled: both ends known or decided. `start <= end` always."""

    number: int  # 1 is the person's first visit
    stay: Stay
    start: int
    end: int
    ending: Ending
    start_estimated: bool = False  # no join was told: from the first sign of life
    end_estimated: bool = False  # no leave was told: closed at the session's end, or now
    to_end: bool = False  # was there when the session ended: nothing to remark on
    reconnected: bool = False  # cut off, and back before the server gave up waiting: no second device
    uncertain: Interval | None = None  # the stretch of this visit that nobody vouches for

    @property
    def length(self) -> int:
        return self.end - self.start

    @property
    def interval(self) -> Interval:
        return Interval(self.start, self.end, self.start_estimated or self.end_estimated)


@dataclass(frozen=True, slots=True)
class Away:
    """Between two visits: from where the person was gone until they came back."""

    start: int
    end: int
    ending: Ending  # why they were gone; NETWORK draws red, the rest neutral
    visit: Visit  # the visit that ended here

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Person:
    """All visits of one person to one session, and the unions every figure is read from.

    `key` is the user id, or the peer id of a person without one (EVENTS traps 9 and 10).
    """

    key: str
    user_id: str
    name: str
    role: str  # the last one held
    visits: tuple[Visit, ...]  # by start
    present: Intervals
    mic: Intervals
    camera: Intervals
    screen: Intervals
    two_devices: Intervals = ()  # where two visits or more cover, a slow good-bye after a drop aside
    away: tuple[Away, ...] = ()
    role_changes: tuple[RoleChange, ...] = ()
    failures: tuple[Failure, ...] = ()

    @property
    def label(self) -> str:
        """What to call the person: the name, else the id they are counted under; never empty."""
        return self.name or self.key

    @property
    def stays(self) -> tuple[Stay, ...]:
        return tuple(visit.stay for visit in self.visits)

    @property
    def first_joined_at(self) -> int:
        return self.visits[0].start

    @property
    def last_left_at(self) -> int:
        """The end of the last visit to end; now, while the person is in (see `still_in`)."""
        return self.last_visit.end

    @property
    def last_visit(self) -> Visit:
        """The visit that ended last, which need not be the one that began last."""
        return max(self.visits, key=lambda visit: visit.end)

    @property
    def still_in(self) -> bool:
        return any(visit.ending is Ending.STILL_IN for visit in self.visits)

    @property
    def by_phone(self) -> bool:
        return any(visit.stay.type == "sip" for visit in self.visits)

    @property
    def present_micros(self) -> int:
        return total(self.present)

    @property
    def mic_micros(self) -> int:
        return total(self.mic)

    @property
    def camera_micros(self) -> int:
        return total(self.camera)

    @property
    def screen_micros(self) -> int:
        return total(self.screen)

    @property
    def first_in_estimated(self) -> bool:
        return self.visits[0].start_estimated

    @property
    def last_out_estimated(self) -> bool:
        """The last leave was never told, or came from a drop that the server noticed late (EVENTS trap 21)."""
        return self.last_visit.end_estimated or self.last_visit.uncertain is not None

    @property
    def estimated(self) -> bool:
        """Some time of this person is a decision of ours and not a fact of 100ms: `≈` and a dashed lane."""
        return (
            self.first_in_estimated
            or self.last_out_estimated
            or any(part.estimated for lane in (self.present, self.mic, self.camera, self.screen) for part in lane)
        )

    @property
    def drops(self) -> tuple[Visit, ...]:
        """Visits the network cut off, those noticed only at the session's end aside."""
        return tuple(visit for visit in self.visits if visit.ending is Ending.NETWORK and not visit.to_end)

    @property
    def in_trouble(self) -> bool:
        """Was cut off, removed or thrown out, or met a failure that stayed one."""
        return any(visit.ending.is_trouble and not visit.to_end for visit in self.visits) or any(
            failure.is_terminal for failure in self.failures
        )


def people(
    stays: Iterable[Stay],
    frame: Frame,
    failures: Iterable[Failure] = (),
) -> list[Person]:
    """The people of a session, by first join.

    Stays are grouped by user id, those without one by peer id (EVENTS traps 9 and 10). Failures go to the person they
    name by peer or user; those of nobody here are left to the caller (`moments` tells of them).
    """
    grouped: dict[tuple[str, str], list[Stay]] = defaultdict(list)
    for stay in stays:
        user = stay.user_id.strip()
        grouped["user" if user else "peer", user or stay.peer_id].append(stay)
    of = _owners(grouped, failures)
    persons = [_person(key, group, frame, of.get((kind, key), ())) for (kind, key), group in grouped.items()]
    return sorted(persons, key=lambda person: (person.first_joined_at, person.name, person.key))


def on_time(visit: Visit, track: Track) -> list[Interval]:
    """The stretches a track was on, within its visit.

    An open end closes at the track's own stop; where none was told, at the visit's end, and is then estimated.
    """
    first, last = visit.start, visit.end
    found: list[Interval] = []
    for start, end in track.on:
        estimated = False
        if end is None:
            stop = track.stopped_at
            estimated = stop is None or stop <= start  # stopped before it went on: it was added again since
            end = last if stop is None or estimated else stop
        if start < first:
            start = first
        if end > last:
            end = last
        if start < end:
            found.append(Interval(start, end, estimated))
    return found


def _owners(
    grouped: dict[tuple[str, str], list[Stay]], failures: Iterable[Failure]
) -> dict[tuple[str, str], list[Failure]]:
    """Failures by the person they belong to. A failed leave tells of nothing (EVENTS trap 41) and is dropped."""
    by_peer = {stay.peer_id: owner for owner, group in grouped.items() for stay in group}
    found: dict[tuple[str, str], list[Failure]] = defaultdict(list)
    for failure in sorted(failures, key=lambda failure: (failure.at, failure.type, failure.peer_id)):
        owner = by_peer.get(failure.peer_id) or ("user", failure.user_id.strip())
        if failure.type != "peer.leave.failure" and owner in grouped:
            found[owner].append(failure)
    return found


def _person(key: str, stays: list[Stay], frame: Frame, failures: Iterable[Failure]) -> Person:
    visits = _visits(stays, frame)
    lanes: dict[str, list[Interval]] = {"mic": [], "camera": [], "screen": []}
    for visit in visits:
        for track in visit.stay.tracks:
            if track.kind in lanes:  # the sound of a screen is no screen: a share is counted by its picture (trap 26)
                lanes[track.kind] += on_time(visit, track)
    last = visits[-1].stay
    present = union(visit.interval for visit in visits)
    ghosts = [
        Interval(later.start, visit.end)
        for visit in visits
        if visit.reconnected
        for later in visits
        if visit.start < later.start < visit.end
    ]
    together = overlap(visit.interval for visit in visits)
    return Person(
        key=key,
        user_id=last.user_id.strip(),
        name=next((visit.stay.name for visit in reversed(visits) if visit.stay.name), ""),
        role=last.roles[-1][1] if last.roles else last.role,
        visits=visits,
        present=present,
        mic=union(lanes["mic"]),
        camera=union(lanes["camera"]),
        screen=union(lanes["screen"]),
        two_devices=subtract(together, ghosts) if together else (),
        away=_away(visits, present),
        role_changes=tuple(sorted(_role_changes(stays), key=lambda change: (change.at, change.peer_id))),
        failures=tuple(failures),
    )


def _visits(stays: list[Stay], frame: Frame) -> tuple[Visit, ...]:
    """Stays settled, by start, each knowing whether the person was still there when it ended."""
    settled = sorted((_settled(stay, frame) for stay in stays), key=lambda v: (v.start, v.end, v.stay.peer_id))
    visits: list[Visit] = []
    for number, visit in enumerate(settled, start=1):
        ending = visit.ending
        to_end = not frame.is_live and visit.end >= frame.until - _slack(ending, frame)
        reconnected, uncertain = False, visit.uncertain
        if ending is Ending.NETWORK and not to_end:
            reconnected = any(0 < visit.end - later.start <= _LATE_NOTICE for later in settled[number:])
            if all(other.end <= visit.end for other in settled):  # the last that was seen of the person
                uncertain = Interval(max(visit.start, visit.end - SERVER_WAIT), visit.end, True)
        visits.append(
            replace(visit, number=number, to_end=to_end, reconnected=reconnected, uncertain=uncertain)
            if number > 1 or to_end or reconnected or uncertain
            else visit
        )
    return tuple(visits)


def _slack(ending: Ending, frame: Frame) -> int:
    """How long before the session's end a visit may end and still have lasted to the end; less in a short one."""
    return min(_CUT_SLACK if ending.is_trouble else _LEAVING_SLACK, frame.length // 50)


def _settled(stay: Stay, frame: Frame) -> Visit:
    """Both ends of a stay: as told, else by the nearest sign there is, and then estimated.

    A lost join begins at the first sign of life, never earlier: presence is not claimed without a sign. Times that
    contradict each other fall back to the given duration (EVENTS trap 19), else to no length at all. A stay may
    reach beyond the session: the clocks of session and peer do not always agree, and both are 100ms's word.
    """
    start, told = stay.joined_at, stay.left_at
    if start is None:
        signs = list(_signs(stay))
        if told is not None:
            signs.append(told - (stay.duration or 0))
        start = min(signs, default=frame.until)
    start_estimated = stay.joined_at is None
    if told is None:
        end = max(start, frame.until)
        ending = Ending.STILL_IN if frame.is_live else Ending.SESSION_END
        seen = max((sign for sign in _signs(stay) if sign <= end), default=start)
        doubt = Interval(max(start, seen), end, True) if not frame.is_live and seen < end else None
        return Visit(1, stay, start, end, ending, start_estimated, end_estimated=True, uncertain=doubt)
    end, estimated = told, False
    if told < start or (told == start and stay.duration):
        end = max(start, min(start + (stay.duration or 0), frame.until))
        estimated = True
    doubt = Interval(start, end, True) if estimated and start < end else None
    return Visit(1, stay, start, end, ending_of(stay.reason), start_estimated, estimated, uncertain=doubt)


def _signs(stay: Stay) -> Iterator[int]:
    """Every instant at which something was told of the stay, its join and leave aside."""
    for since, _ in stay.roles:
        if since is not None:
            yield since
    for track in stay.tracks:
        if track.started_at is not None:
            yield track.started_at
        if track.stopped_at is not None:
            yield track.stopped_at
        for start, end in track.on:
            yield start
            if end is not None:
                yield end


def _away(visits: tuple[Visit, ...], present: Intervals) -> tuple[Away, ...]:
    """Between visits, with the visit whose end began it; of several that ended there, the one that was cut off."""
    if len(present) < 2:
        return ()
    ended = {visit.end: visit for visit in sorted(visits, key=lambda visit: visit.ending.is_trouble)}
    return tuple(Away(gap.start, gap.end, ended[gap.start].ending, ended[gap.start]) for gap in gaps(present))


def _role_changes(stays: Iterable[Stay]) -> Iterator[RoleChange]:
    for stay in stays:
        for (_, previous), (at, role) in pairwise(stay.roles):
            if at is not None and role != previous:
                yield RoleChange(at, previous, role, stay.peer_id)
