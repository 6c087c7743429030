"""Section ActiveRooms: what runs in a room now, and commands to it. No source says what a room at rest answers: 404."""

from rooms.simulator import commands
from rooms.simulator.checks import fields, flag, one_of, refuse, text
from rooms.simulator.clock import in_nanoseconds
from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.refusals import Refused
from rooms.simulator.scenarios.script import Stay
from rooms.simulator.session import Session
from rooms.simulator.world import World

_PEER = fields({"name": text(), "role": text(), "metadata": text()})
_MESSAGE = fields({"message": text(), "type": text(), "peer_id": text(), "role": text()}, "message")
_REMOVAL = fields({"peer_id": text(), "role": text(), "reason": text()})
_END = fields({"reason": text(), "lock": flag})


def routes(world: World) -> list[Route]:
    """The section's routes over a world."""

    def running(request: Request) -> Session:
        return world.running(world.room(request.parameters["room_id"]).id)

    def named(session: Session, peer_id: str) -> Stay:
        for stay in session.connected(world.now()):
            if session.peer_id(stay.key) == peer_id:
                return stay
        raise Refused(404, "peer not found")

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
        session = running(request)
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
        session = running(request)
        stay = named(session, request.parameters["peer_id"])
        return answer(session.peer_object(stay, world.now(), tracks=True))

    def known(session: Session, role: str | None) -> None:
        roles = world.template(session.room.template_id).roles
        if role is not None:
            one_of(*roles)("role", role)

    def update_peer(request: Request) -> Answer:
        body, session = request.json(), running(request)
        _PEER("", body)
        stay = named(session, request.parameters["peer_id"])
        known(session, body.get("role"))
        now = world.now()
        wish = {name: body.get(name) for name in ("name", "metadata", "role")}
        changed = commands.change_peer(session, stay, now, **wish)
        return answer(session.peer_object(changed, now, tracks=True))

    def send_message(request: Request) -> Answer:
        body, session = request.json(), running(request)
        _MESSAGE("", body)
        if not body["message"]:
            raise refuse("message is required")
        # Empty texts count as absent, and a peer wins over a role (contract, SendMessage).
        to = {name: body[name] for name in ("peer_id", "role") if body.get(name)}
        if "peer_id" in to:
            named(session, to["peer_id"])
            to.pop("role", None)
        else:
            known(session, to.get("role"))
        sent = {"message": body["message"], "type": body.get("type") or "chat", **to}
        session.messages.append({"sent_at": in_nanoseconds(world.now()), **sent})
        return answer({"message": "message sent"})

    def remove_peers(request: Request) -> Answer:
        body, session = request.json(), running(request)
        _REMOVAL("", body)
        if body.get("peer_id"):
            gone = [named(session, body["peer_id"])]
        elif body.get("role"):
            now = world.now()
            gone = [one for one in session.connected(now) if one.role_at(session.offset(now)) == body["role"]]
        else:
            raise Refused(400, "peer_id or role is required")
        if gone:
            commands.remove(session, gone, world.now(), body.get("reason") or None)
        return answer({"message": "peer remove request submitted"})

    def end_room(request: Request) -> Answer:
        body, session = request.json(), running(request)
        _END("", body)
        commands.end(session, world.now(), body.get("reason") or "", lock=bool(body.get("lock")))
        return answer({"message": "session is ending"})

    return [
        ("GET", "/v2/active-rooms/{room_id}", get_active_room),
        ("GET", "/v2/active-rooms/{room_id}/peers", list_peers),
        ("GET", "/v2/active-rooms/{room_id}/peers/{peer_id}", get_peer),
        ("POST", "/v2/active-rooms/{room_id}/peers/{peer_id}", update_peer),
        ("POST", "/v2/active-rooms/{room_id}/send-message", send_message),
        ("POST", "/v2/active-rooms/{room_id}/remove-peers", remove_peers),
        ("POST", "/v2/active-rooms/{room_id}/end-room", end_room),
    ]
