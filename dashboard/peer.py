"""One stay as its page shows it: worked out like a session's, with everything it was read from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from analytics import queries
from analytics.activity import Frame, Person, Visit, on_time, people
from analytics.activity import Track as TrackOn
from analytics.intervals import Interval, total, union
from analytics.models import Event, Failure, Peer, Track

EVENTS_SHOWN: Final = 500


@dataclass(frozen=True, slots=True)
class TrackShown:
    """A track with the stretches it was on, and how long that is together."""

    track: TrackOn
    name: str
    on: tuple[Interval, ...]

    @property
    def total(self) -> int:
        return total(self.on)


@dataclass(frozen=True, slots=True)
class PeerReading:
    """`person` is the person in this stay alone; `events` the first of `event_count`; `others` their other stays."""

    peer: Peer
    frame: Frame
    person: Person
    tracks: tuple[TrackShown, ...]
    failures: QuerySet[Failure]
    events: QuerySet[Event]
    event_count: int
    others: QuerySet[Peer]

    @property
    def visit(self) -> Visit:
        return self.person.visits[0]


def peer_reading(peer: Peer, now: datetime) -> PeerReading:
    """Of a stay that came with its session.

    Peer ids are 100ms's to give out: should two rooms hold the same one, what the other room says of it stays there.
    Some failures name no session (EVENTS trap 12).
    """
    session = peer.session
    frame = queries.frame(session, now)
    (person,) = people(queries.stays_of([peer], Track.objects.filter(peer=peer)), frame)
    here = {"peer_id": peer.pk, "room_id": session.room_id, "session_id__in": (session.pk, "")}
    events = Event.objects.filter(**here).order_by("emitted_at", "pk")
    others = Peer.objects.filter(session=session, user_id=peer.user_id).exclude(pk=peer.pk)
    return PeerReading(
        peer=peer,
        frame=frame,
        person=person,
        tracks=tuple(_shown(person.visits[0])),
        failures=Failure.objects.filter(**here),
        events=events[:EVENTS_SHOWN],
        event_count=events.count(),
        others=others if peer.user_id else Peer.objects.none(),
    )


def _shown(visit: Visit) -> Iterator[TrackShown]:
    names = dict(Track.Kind.choices)
    for track in visit.stay.tracks:
        yield TrackShown(track, str(names.get(track.kind, track.kind)), union(on_time(visit, track)))
