"""Section StreamKeys: create, read and disable the key by which an encoder pushes into a room."""

from rooms.simulator.codes import Entrances
from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.refusals import Refused
from rooms.simulator.room import Room
from rooms.simulator.world import World


def routes(world: World, entrances: Entrances) -> list[Route]:
    """The section's routes over a world."""

    def usable(request: Request) -> Room:
        room = world.room(request.parameters["room_id"])
        if not room.enabled:
            raise Refused(403, "Room is disabled (not active)")
        return room

    def create_key(request: Request) -> Answer:
        return answer(entrances.add_key(usable(request)).as_object())

    def get_key(request: Request) -> Answer:
        key = entrances.key(usable(request))
        if key is None:
            raise Refused(404, "No active key found")
        return answer({"data": [key.as_object()], "last": key.id})

    def disable_key(request: Request) -> Answer:
        entrances.disable_key(usable(request))
        return answer({"message": "key disabled successfully"}, 201)  # the page labels the answer "201 OK"

    return [
        ("POST", "/v2/stream-keys/room/{room_id}", create_key),
        ("GET", "/v2/stream-keys/room/{room_id}", get_key),
        ("POST", "/v2/stream-keys/room/{room_id}/disable", disable_key),
    ]
