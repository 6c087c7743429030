"""Classes with recordings and streams of every kind, held by the simulated 100ms: what truly ran is known there."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from analytics import mirroring, recording_sync, sync
from analytics.models import Pull
from rooms import hms
from rooms.connection import client
from rooms.simulator.room import Room
from rooms.simulator.scenarios import SCENARIOS
from rooms.simulator.session import Session
from tests.rooms.simulated import SimulatedHms

MINUTE = 60


@dataclass
class Recorded:
    """A class of fifteen minutes, recorded and streamed, and the product's client of the 100ms that held it."""

    far: SimulatedHms
    room: Room
    session: Session

    @property
    def client(self) -> hms.Client:
        return client()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.far.clock() / 1e9, UTC)

    def later(self, **length: float) -> None:
        self.far.clock.advance(timedelta(**length).total_seconds())

    def know(self) -> None:
        """Read its room and its session, and nothing else of it."""
        mirroring.pull_mirror(self.client, "rooms", clock=self.now)
        sync.pull_sessions(self.client, clock=self.now)

    def pull(self) -> Pull:
        return recording_sync.pull_recordings(self.client, self.session.id, clock=self.now)


def recorded(far: SimulatedHms, *, ago: float = 7200, scenario: str = "recorded") -> Recorded:
    """One that began `ago` seconds ago."""
    room = far.world.add_room(f"Physics {len(far.world.rooms)}")
    start = far.clock() - int(ago * 1e9)
    return Recorded(far, room, far.world.play(SCENARIOS[scenario](1, people=6, duration=15 * MINUTE), room, start))
