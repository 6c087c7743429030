"""Section Sip: trunks, calls out of a room, tones. Accounts that are not let in get 403 (`World.sip`)."""

from typing import Any

from rooms.simulator import commands
from rooms.simulator.checks import fields, flag, map_of, refuse, text
from rooms.simulator.codes import Entrances
from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.identifiers import uuid
from rooms.simulator.people import Person
from rooms.simulator.refusals import Refused
from rooms.simulator.tokens import Tokens
from rooms.simulator.world import World

NEVER_ANSWERS = "+15550199"  # the number at which nobody ever picks up
_CALL = 600  # seconds that a call taken lasts
_TRUNK = fields(
    {name: text(".+") for name in ("username", "password", "address", "from")},
    *("username", "password", "address", "from"),
)
_FACTS = fields({"name": text(), "user_id": text(), "video": flag, "headers": map_of(text())})


def routes(world: World, entrances: Entrances, tokens: Tokens) -> list[Route]:
    """The section's routes over a world."""
    trunks: dict[str, dict[str, Any]] = {}

    def allowed() -> None:
        if not world.sip:
            raise Refused(403, "user does not have required permission")

    def create_trunk(request: Request) -> Answer:
        allowed()
        body = request.json()
        _TRUNK("", body)
        trunk_id = uuid("trunk", world.seed, len(trunks)).replace("-", "")[:10]
        trunks[trunk_id] = body
        return answer({"id": trunk_id})

    def update_trunk(request: Request) -> Answer:
        allowed()
        trunk_id, body = request.parameters["trunk_id"], request.json()
        if trunk_id not in trunks:
            raise Refused(404, "not found")
        _TRUNK("", body)
        trunks[trunk_id] = body
        return answer({"id": trunk_id})

    def call(request: Request) -> Answer:
        allowed()
        body = request.json()
        for name in ("to", "room_code", "trunk_id"):
            if not isinstance(body.get(name), str) or not body[name]:
                raise Refused(400, f"{name} is mandatory")
        _FACTS("", body)
        if body["trunk_id"] not in trunks:
            raise refuse("trunk_id is no trunk")
        try:
            code, room = entrances.admitted(body["room_code"])
        except Refused as refusal:
            raise refuse("room_code is no code") if refusal.status == 404 else refusal from refusal
        if body["to"] == NEVER_ANSWERS:
            raise Refused(408, "timed out")
        person = Person(body.get("name") or body["to"], body.get("user_id") or None, phone=True)
        session, stay = commands.join(world, room, person, code.role, seconds=_CALL)
        return answer({"id": session.peer_id(stay.key).replace("-", "")[:13]})

    def send_tones(request: Request) -> Answer:
        tokens.check_peer(request.authorization)
        digits = request.json().get("digits")
        if not digits:
            raise Refused(400, "digits are mandatory")
        known = set("0123456789*#abcd")
        if not isinstance(digits, list) or not all(isinstance(one, str) and one in known for one in digits):
            raise Refused(400, "invalid digit")
        return answer({})

    return [
        ("POST", "/v2/sip/outbound/trunks", create_trunk),
        ("POST", "/v2/sip/outbound/trunks/{trunk_id}", update_trunk),
        ("POST", "/v2/sip/outbound/call", call),
        ("POST", "/v2/sip/dtmf", send_tones),
    ]
