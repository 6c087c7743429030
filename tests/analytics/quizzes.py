"""Lessons with a quiz, from the simulator: what its people answered is known there without any of our arithmetic."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from rooms import hms
from rooms.connection import client
from rooms.simulator.answers import PollRun as TrueRun
from rooms.simulator.answers import runs
from rooms.simulator.polls import Poll
from rooms.simulator.room import Room
from rooms.simulator.scenarios import school_class
from rooms.simulator.session import Session
from tests.rooms.simulated import SimulatedHms

QUIZ: dict[str, Any] = {
    "title": "Waves",
    "type": "quiz",
    "questions": [
        {
            "text": "What carries sound?",
            "type": "single-choice",
            "weight": 2,
            "options": [{"text": "Air"}, {"text": "Nothing"}, {"text": "Light"}],
            "answer": {"options": [1]},
        },
        {
            "text": "Which are waves?",
            "type": "multiple-choice",
            "weight": 3,
            "options": [{"text": "Light"}, {"text": "Stone"}, {"text": "Sound"}],
            "answer": {"options": [1, 3]},
        },
        {"text": "Its unit?", "type": "short-answer", "answer": {"text": "Hertz", "trim": True, "case": False}},
        {"text": "What is unclear?", "type": "long-answer"},
    ],
}
LONG_AGO = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 10**9


@dataclass
class Lesson:
    """A class with a poll linked to its room, and the product's client of the 100ms that held it."""

    far: SimulatedHms
    room: Room
    poll: Poll
    session: Session

    @property
    def client(self) -> hms.Client:
        return client()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.far.clock() / 1e9, UTC)

    def later(self, **length: float) -> None:
        self.far.clock.advance(timedelta(**length).total_seconds())

    @property
    def truth(self) -> TrueRun:
        """What the far side knows of the poll in this session."""
        (run,) = runs(self.far.world, self.poll, self.session.id)
        return run


def lesson(far: SimulatedHms, body: dict[str, Any] = QUIZ, *, people: int = 20, ago: float = 7200) -> Lesson:
    """One that began `ago` seconds and lasts half an hour."""
    poll = far.world.add_poll(body, LONG_AGO)
    room = far.world.add_room(f"Physics {len(far.world.rooms)}", polls=[poll.id])
    start = far.clock() - int(ago * 1e9)
    played = far.world.play(school_class(1, people=people, duration=1800, incidents=["nameless"]), room, start)
    return Lesson(far, room, poll, played)
