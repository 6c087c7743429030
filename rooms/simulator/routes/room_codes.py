"""Section RoomCodes: list, make, enable and disable. What a code is traded for is in `auth`."""

from rooms.simulator.codes import Entrances
from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.refusals import Refused
from rooms.simulator.room import Room
from rooms.simulator.routes import page
from rooms.simulator.world import World


def routes(world: World, entrances: Entrances) -> list[Route]:
    """The section's routes over a world."""

    def usable(request: Request) -> Room:
        room = world.room(request.parameters["room_id"])
        if not room.enabled:
            raise Refused(403, "Room is disabled")
        return room

    def list_codes(request: Request) -> Answer:
        room, role, enabled = usable(request), request.text("role"), request.flag("enabled")
        codes = entrances.codes(room)
        if role is not None and role not in {*world.template(room.template_id).roles, *(one.role for one in codes)}:
            raise Refused(404, "Role not found")
        chosen = [one for one in codes if role in (None, one.role) and enabled in (None, one.enabled)]
        return page(request, chosen, lambda one: one.as_object(), least=1)

    def create_codes(request: Request) -> Answer:
        # limit and last are missing from this answer (contract, RoomCodeList).
        return answer({"data": [one.as_object() for one in entrances.add_codes(usable(request))]})

    def create_code(request: Request) -> Answer:
        return answer(entrances.add_code(usable(request), request.parameters["role_name"]).as_object())

    def update_code(request: Request) -> Answer:
        body = request.json()
        if set(body) != {"code", "enabled"} or not isinstance(body["enabled"], bool):
            raise Refused(400, "Invalid body parameter")
        code = entrances.code(body["code"])
        entrances.switch(code, on=body["enabled"])
        return answer(code.as_object())

    return [
        ("GET", "/v2/room-codes/room/{room_id}", list_codes),
        ("POST", "/v2/room-codes/room/{room_id}", create_codes),
        ("POST", "/v2/room-codes/room/{room_id}/role/{role_name}", create_code),
        ("POST", "/v2/room-codes/code", update_code),
    ]
