"""One person over many sessions: when they were there, what they had on, how much of each session that is."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from analytics import queries
from analytics.activity import Frame, Person, people
from analytics.models import Peer, Session, Track

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch in the strip of one session, as SVG wants it: percent of the session."""

    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Attended:
    """One session of the person: `person` is them in it."""

    session: Session
    frame: Frame
    person: Person
    peers: tuple[Peer, ...]

    @property
    def share(self) -> int:
        """How much of the session they were there for, in whole percent, at most 100."""
        if not self.frame.length:
            return 100
        return min(100, round(100 * self.person.present_micros / self.frame.length))

    @property
    def present(self) -> list[Bar]:
        return [self._bar(part.start, part.end) for part in self.person.present]

    @property
    def speaking(self) -> list[Bar]:
        return [self._bar(part.start, part.end) for part in self.person.mic]

    def _bar(self, start: int, end: int) -> Bar:
        length = self.frame.length or 1
        x = min(max((start - self.frame.started_at) / length, 0.0), 1.0)
        width = min(max((end - start) / length, 0.004), 1.0 - x)
        return Bar(f"{x:.3%}", f"{width:.3%}")


@dataclass(frozen=True, slots=True)
class Attendance:
    """All of it, newest first; lengths are sums over sessions, in microseconds."""

    user_id: str
    name: str
    names: tuple[str, ...]
    sessions: tuple[Attended, ...]

    @property
    def shown(self) -> tuple[Attended, ...]:
        return self.sessions[:SHOWN]

    @property
    def present(self) -> int:
        return sum(attended.person.present_micros for attended in self.sessions)

    @property
    def mic(self) -> int:
        return sum(attended.person.mic_micros for attended in self.sessions)

    @property
    def camera(self) -> int:
        return sum(attended.person.camera_micros for attended in self.sessions)

    @property
    def screen(self) -> int:
        return sum(attended.person.screen_micros for attended in self.sessions)

    @property
    def drops(self) -> int:
        return sum(len(attended.person.drops) for attended in self.sessions)

    @property
    def estimated(self) -> bool:
        return any(attended.person.estimated for attended in self.sessions)

    @property
    def rooms(self) -> int:
        return len({attended.session.room_id for attended in self.sessions})

    @property
    def is_live(self) -> bool:
        return any(attended.person.still_in for attended in self.sessions)


def attendance(user_id: str, peers: Sequence[Peer], now: datetime) -> Attendance:
    """From the person's stays, each with its session and room; one query more, for their tracks."""
    of_session: dict[str, list[Peer]] = defaultdict(list)
    for peer in peers:
        of_session[peer.session_id].append(peer)
    stays = {stay.peer_id: stay for stay in queries.stays_of(peers, Track.objects.filter(peer__in=peers))}
    sessions = []
    for group in of_session.values():
        session = group[0].session
        frame = queries.frame(session, now)
        (person,) = people([stays[peer.pk] for peer in group], frame)
        sessions.append(Attended(session, frame, person, tuple(group)))
    sessions.sort(key=lambda attended: (attended.person.first_joined_at, attended.session.pk), reverse=True)
    names = dict.fromkeys(attended.person.name for attended in sessions if attended.person.name)
    return Attendance(user_id, next(iter(names), ""), tuple(names)[1:], tuple(sessions))
