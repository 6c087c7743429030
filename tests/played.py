"""Sessions of the simulator told to the product as 100ms would tell them: real events, real projections."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from analytics import instants
from analytics.envelope import parse
from analytics.ingest import ingest
from analytics.models import Cursor, Session
from rooms.models import Room
from rooms.simulator.people import WANJIRU, Person
from rooms.simulator.scenarios.cast import Cast, ns
from rooms.simulator.scenarios.script import Script
from rooms.simulator.world import World


def nanoseconds(at: datetime) -> int:
    return instants.from_datetime(at) * 1000


@dataclass
class Played:
    """A session that goes on as far as `tell` has told."""

    world: World
    id: str

    @property
    def row(self) -> Session:
        return Session.objects.select_related("room").get(pk=self.id)

    def tell(self, until: datetime | None = None) -> None:
        """Everything both channels say up to `until` (of all of it when None), in one go."""
        moment = None if until is None else nanoseconds(until)
        said = self.world.events(self.id, until=moment)
        ingest([parse(event, channel) for channel, event in said])

    def pulled(self, *, final: bool, **fields: Any) -> None:
        """As the pull leaves it: read whole now, and whether that was after the end."""
        now = timezone.now()
        given = {"room_id": self.row.room_id, "pulled_at": now, "final_at": now if final else None}
        Cursor.objects.update_or_create(session_id=self.id, defaults={**given, **fields})

    def truth(self) -> dict[str, Any]:
        return {person.key: person for person in self.world.truth(self.id)}


def begun(script: Script, room: Room, *, ago: timedelta) -> Played:
    """A session in that room of which nothing has been told yet; its world stands after its end."""
    start = timezone.now() - ago
    world = World(lambda: nanoseconds(start) + script.end + ns(3600))
    place = world.add_room(room.name)
    place.id = room.pk
    return Played(world, world.play(script, place, nanoseconds(start)).id)


def over(script: Script, room: Room, *, ago: timedelta = timedelta(hours=3)) -> Played:
    """A session that has ended, told and pulled whole."""
    played = begun(script, room, ago=ago)
    played.tell()
    played.pulled(final=True)
    return played


def people(*names: str, seconds: float = 600, camera: float = 1) -> Script:
    """Wanjiru and pupils of these names, in from the start, each with a word to say."""
    cast = Cast("people", 1, seconds)
    cast.join(WANJIRU, "teacher", 0, ns(seconds - 1), speaks=2, muted=False, camera=1)
    for number, name in enumerate(names):
        who = Person(name, f"student-{number}")
        cast.join(who, "student", ns(1 + number), ns(seconds - 1), speaks=2, camera=camera)
    return cast.script()
