"""One stay: a person, one join, one device, and everything it was read from."""

from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone

from analytics import queries
from analytics.activity import Track as TrackOn
from analytics.activity import Visit, on_time, people
from analytics.intervals import Interval, total, union
from analytics.models import Event, Failure, Peer, Track
from dashboard.decorators import member_required
from dashboard.freshness import freshness
from dashboard.htmx import MemberRequest, page_or_fragment
from dashboard.shortcuts import get_peer

EVENTS_SHOWN = 500


@dataclass(frozen=True, slots=True)
class TrackShown:
    """A track with the stretches it was on, and how long that is together."""

    track: TrackOn
    name: str
    on: tuple[Interval, ...]

    @property
    def total(self) -> int:
        return total(self.on)


def _shown(visit: Visit) -> list[TrackShown]:
    names = dict(Track.Kind.choices)
    return [
        TrackShown(track, str(names.get(track.kind, track.kind)), union(on_time(visit, track)))
        for track in visit.stay.tracks
    ]


@member_required
def detail(request: MemberRequest, session_id: str, peer_id: str) -> HttpResponse:
    peer = get_peer(request, session_id, peer_id)
    now = timezone.now()
    frame = queries.frame(peer.session, now)
    (person,) = people(queries.stays_of([peer], Track.objects.filter(peer=peer)), frame)
    events = Event.objects.filter(Q(peer_id=peer.pk)).order_by("emitted_at", "pk")
    context = {
        "peer": peer,
        "session": peer.session,
        "frame": frame,
        "person": person,
        "visit": person.visits[0],
        "tracks": _shown(person.visits[0]),
        "failures": Failure.objects.filter(peer_id=peer.pk),
        "events": events[:EVENTS_SHOWN],
        "event_count": events.count(),
        "others": Peer.objects.filter(session=peer.session, user_id=peer.user_id).exclude(pk=peer.pk)
        if peer.user_id
        else Peer.objects.none(),
        "freshness": freshness(now),
    }
    return page_or_fragment(request, "sessions/peer.html", context, {})
