"""Worlds to start with, by name."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from rooms.simulator.clock import HOUR
from rooms.simulator.demo import furnish
from rooms.simulator.recollection import recall
from rooms.simulator.scenarios import SCENARIOS
from rooms.simulator.world import World


def _empty(world: World, zone: ZoneInfo) -> None:
    """One template and one room, "Room 1", at rest."""
    world.add_template("Class")
    world.add_room("Room 1")
    recall(world)


def _gallery(world: World, zone: ZoneInfo) -> None:
    """Every scenario, each in a room of its name, over since some hours."""
    for name, scenario in SCENARIOS.items():
        room = world.add_room(name, {"lecture": "Lecture", "meeting": "Meeting"}.get(name, "Class"))
        world.play(scenario(f"{world.seed}/{name}"), room, world.now() - 8 * HOUR)
    recall(world)


WORLDS: dict[str, Callable[[World, ZoneInfo], None]] = {"demo": furnish, "empty": _empty, "gallery": _gallery}
