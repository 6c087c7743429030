"""What outlives a restart: the sessions begun while the simulator ran, and all that was set through the API.

Both are lines of one journal, in the order in which they happened. A change is kept as the request that made it, and
made again at its own moment; ids follow from what they name and when, so everything comes back by the ids it had.
"""

from collections.abc import Iterable
from typing import Any

import orjson

from rooms.simulator.clock import DAY
from rooms.simulator.exchange import Request
from rooms.simulator.journal import Recollection
from rooms.simulator.refusals import Refused
from rooms.simulator.routes import polls, room_codes, rooms, stream_keys, templates
from rooms.simulator.scenarios import SCENARIOS
from rooms.simulator.table import Table
from rooms.simulator.world import World

_SET = ("rooms", "room-codes", "stream-keys", "templates", "polls")
"""The sections, by the first word of their paths, that set something. Commands to a session end with it."""


def keep(world: World, request: Request, moment: int) -> None:
    """Write down a change that was made at `moment`, if it is one that lasts."""
    if world.journal is not None and request.path.split("/")[2:3] and request.path.split("/")[2] in _SET:
        body = orjson.loads(request.body) if request.body else None
        world.journal.write({"method": request.method, "path": request.path, "body": body, "at": moment})


def recall(world: World) -> None:
    """Bring all of it back: changes of any age, sessions of the last 30 days. What they need was furnished before."""
    if world.journal is None:
        return
    found = world.recalled
    entries, found.passed_over = world.journal.read()
    sections = (rooms.routes(world), polls.routes(world), templates.routes(world))
    entrances = (room_codes.routes(world, world.entrances), stream_keys.routes(world, world.entrances))
    _replay(world, entries, Table([route for part in (*sections, *entrances) for route in part]), found)


def _replay(world: World, entries: Iterable[dict[str, Any]], table: Table, found: Recollection) -> None:
    for entry in entries:
        try:
            if "scenario" in entry:
                found.sessions += _play(world, entry)
            else:
                _change(world, entry, table)
                found.changes += 1
        except (Refused, KeyError, TypeError, ValueError, AttributeError):
            # Of another version, whose scenarios took other parameters and whose API took other bodies.
            found.passed_over += 1


def _play(world: World, entry: dict[str, Any]) -> bool:
    if entry["start"] < world.now() - 30 * DAY:
        return False
    script = SCENARIOS[entry["scenario"]](entry["seed"], **entry["how"])
    world.play(script, entry["room"], entry["start"], compress=entry["compress"])
    return True


def _change(world: World, entry: dict[str, Any], table: Table) -> None:
    body = b"" if entry["body"] is None else orjson.dumps(entry["body"])
    with world.standing_still(at=int(entry["at"])):
        table.find(Request(entry["method"], entry["path"], {}, body))
