"""Section ActiveRooms: what runs in a room now. No source gives the answer for a room at rest: 404."""

from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.refusals import Refused
from rooms.simulator.world import World


def routes(world: World) -> list[Route]:
    """The section's routes over a world."""

    def get_active_room(request: Request) -> Answer:
        room = world.room(request.parameters["room_id"])
        session = world.running(room.id)
        connected = session.connected(world.now())
        return answer(
            {
                "id": room.id,
                "name": room.name,
                "customer_id": room.workspace.account_id,
                "session": {
                    "id": session.id,
                    "created_at": session.at(0),
                    "peers": [session.peer_id(stay.key) for stay in connected],
                },
            }
        )

    def list_peers(request: Request) -> Answer:
        session = world.running(world.room(request.parameters["room_id"]).id)
        now = world.now()
        peers = [session.peer_object(stay, now, tracks=False) for stay in session.connected(now)]
        wanted = {"user_id": request.text("user_id"), "role": request.text("role")}
        return answer(
            {
                "peers": {
                    peer["id"]: peer
                    for peer in peers
                    if all(value in (None, peer[key]) for key, value in wanted.items())
                }
            }
        )

    def get_peer(request: Request) -> Answer:
        session = world.running(world.room(request.parameters["room_id"]).id)
        now = world.now()
        for stay in session.connected(now):
            if session.peer_id(stay.key) == request.parameters["peer_id"]:
                return answer(session.peer_object(stay, now, tracks=True))
        raise Refused(404, "peer not found")

    return [
        ("GET", "/v2/active-rooms/{room_id}", get_active_room),
        ("GET", "/v2/active-rooms/{room_id}/peers", list_peers),
        ("GET", "/v2/active-rooms/{room_id}/peers/{peer_id}", get_peer),
    ]
