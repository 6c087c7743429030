"""What a change to a room template touches: the rooms that use it, and the sessions going on in them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from analytics import queries
from analytics.models import Session
from analytics.presence import presence
from rooms.models import Room, RoomTemplate

NAMED = 8


@dataclass(frozen=True, slots=True)
class LiveSession:
    session: Session
    people: int


@dataclass(frozen=True, slots=True)
class Touched:
    """`rooms` are the first few of `room_count`; `largest` the places of the biggest, None where none names any."""

    room_count: int
    rooms: tuple[Room, ...]
    live: tuple[LiveSession, ...]
    largest: int | None

    @property
    def more(self) -> int:
        return self.room_count - len(self.rooms)

    @property
    def people(self) -> int:
        return sum(one.people for one in self.live)


def touched(template: RoomTemplate, now: datetime) -> Touched:
    """Four queries, however many rooms there are; one less where nothing is going on."""
    using = Room.objects.filter(template_id=template.pk, gone_at=None)
    counted = using.aggregate(n=Count("pk"), largest=Max("size"))
    sessions = list(
        Session.objects.filter(queries.live(now), room__template_id=template.pk)
        .select_related("room")
        .order_by("-started_at")
    )
    people = presence([session.pk for session in sessions], now) if sessions else {}
    return Touched(
        counted["n"],
        tuple(using.order_by("name", "pk")[:NAMED]),
        tuple(LiveSession(one, people[one.pk].people if one.pk in people else 0) for one in sessions),
        counted["largest"],
    )
