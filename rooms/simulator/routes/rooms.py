"""Section Rooms: list, read, create or overwrite, change."""

import re
from typing import Any

from rooms.simulator.clock import instant_of
from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.refusals import Refused, bad_body, bad_query
from rooms.simulator.room import Room
from rooms.simulator.routes import page
from rooms.simulator.world import World

_NAME = re.compile(r"[A-Za-z0-9.:_-]+")
_FIELDS: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "description": str,
    "recording_info": dict,
    "region": str,
    "large_room": bool,
    "size": int,
    "max_duration_seconds": int,
    "polls": list,
    "webhook": dict,
}


def moment(request: Request, name: str) -> int | None:
    """`after` or `before` in Unix nanoseconds. Raises Refused (400) for what is no time."""
    text = request.text(name)
    try:
        return None if text is None else instant_of(text)
    except ValueError as problem:
        raise bad_query(f"{name} must be a time like 2022-01-01T01:00:00.000Z") from problem


def _checked(request: Request, also: dict[str, type], large: bool) -> dict[str, Any]:
    """The fields of a create or update that are known, each as the contract's rules want it."""
    body = request.json()
    known = {**_FIELDS, **also}
    if "template" in body:
        raise Refused(400, "Invalid body param: template. Use template_id")
    for name, kind in known.items():
        value = body.get(name)
        if value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            raise bad_body(f"Invalid body param: {name}")
    body = {name: body[name] for name in known if body.get(name) is not None}
    if "name" in body and not _NAME.fullmatch(body["name"]):
        raise bad_body("Invalid body param: name")
    if body.get("region", "auto") not in ("in", "us", "eu", "auto"):
        raise Refused(400, "Error: region not supported")
    seconds = body.get("max_duration_seconds", 120)
    if seconds < 120:
        raise Refused(400, "Invalid body param: max_duration_seconds less than 120 seconds")
    if seconds > 43_200:
        raise Refused(400, "Invalid body param: max_duration_seconds greater than 43200 seconds")
    size = body.get("size", 0)
    if size > 20_000:
        raise bad_body("Invalid body param: room size greater than 20000")
    if size > 2500 and not body.get("large_room", large):
        raise bad_body("Invalid body param: room size greater than 2500, set large_room flag as true")
    if size < 0:
        raise bad_body("Invalid body param: size")
    upload = body.get("recording_info", {}).get("upload_info")
    if upload is not None:
        if not isinstance(upload, dict) or upload.get("type") not in ("s3", "gs", "oss", "azure"):
            raise Refused(400, "Invalid upload configuration")
        if not upload.get("location"):
            raise Refused(400, "Bucket location is missing")
    if "webhook" in body and not isinstance(body["webhook"].get("url"), str):
        raise bad_body("Invalid body param: webhook")
    return body


def routes(world: World) -> list[Route]:
    """The section's routes over a world."""

    def list_rooms(request: Request) -> Answer:
        enabled = request.flag("enabled")
        name, template = request.text("name"), request.text("template_id")
        after, before = moment(request, "after"), moment(request, "before")
        rooms = [
            room
            for room in list(world.rooms.values())
            # The contract gives `enabled` a default of true.
            if room.enabled == (True if enabled is None else enabled)
            and name in (None, room.name)
            and template in (None, room.template_id)
            and (after is None or room.created >= after)
            and (before is None or room.created <= before)
        ]
        rooms.sort(key=lambda room: (room.created, room.id), reverse=True)
        return page(request, rooms, Room.as_object)

    def get_room(request: Request) -> Answer:
        return answer(world.room(request.parameters["room_id"]).as_object())

    def create_room(request: Request) -> Answer:
        return answer(world.create_room(_checked(request, {"template_id": str}, False)).as_object())

    def update_room(request: Request) -> Answer:
        room = world.room(request.parameters["room_id"])
        return answer(world.update_room(room, _checked(request, {"enabled": bool}, room.large_room)).as_object())

    return [
        ("GET", "/v2/rooms", list_rooms),
        ("POST", "/v2/rooms", create_room),
        ("GET", "/v2/rooms/{room_id}", get_room),
        ("POST", "/v2/rooms/{room_id}", update_room),
    ]
