"""What the sections Recordings, LiveStreams and ExternalStreams share: orders, lists, stops."""

from collections.abc import Callable
from typing import Any

from rooms.simulator.checks import SUMMARY, Check, fields, flag, list_of, one_of, text, whole
from rooms.simulator.exchange import Answer, Request, answer
from rooms.simulator.jobs import STATUSES, Job, active, job, jobs, order, stop
from rooms.simulator.refusals import Refused, bad_query
from rooms.simulator.routes import page
from rooms.simulator.world import World

_TRANSCRIPTION = fields(
    {
        "enabled": flag,
        "modes": list_of(one_of("recorded", "live")),
        "output_modes": list_of(one_of("txt", "srt", "json")),
        "custom_vocabulary": list_of(text()),
        "summary": SUMMARY,
    }
)

START: dict[str, Check] = {
    "meeting_url": text("https?://.+"),
    "destination": text(),
    "resolution": fields({"width": whole(500, 1920), "height": whole(480, 1920)}, "width", "height"),
    "transcription": _TRANSCRIPTION,
}


def started(world: World, request: Request, family: str, check: Check, facts: Callable[[dict[str, Any]], Any]) -> Job:
    """Order what the body asks for; `facts` reads what the family has of its own.

    An unknown room answers 403, as public tests saw it. Raises Refused (400) for a body that is none.
    """
    room = world.rooms.get(request.parameters["room_id"])
    if room is None:
        raise Refused(403, "user does not have required permission")
    body = request.json(needed=True)
    check("", body)
    size = body.get("resolution") or {}
    return order(
        world,
        room,
        family,
        meeting_url=body.get("meeting_url"),
        destination=body.get("destination") or "default",
        width=size.get("width", 1280),
        height=size.get("height", 720),
        transcribed=bool((body.get("transcription") or {}).get("enabled")),
        config=body,
        **facts(body),
    )


def listed(world: World, request: Request, family: str) -> Answer:
    """A page of the family, newest first, without assets."""
    status = request.text("status")
    if status is not None and status not in STATUSES:
        raise bad_query(f"status must be one of {', '.join(STATUSES)}")
    found = jobs(world, family, room_id=request.text("room_id"), session_id=request.text("session_id"))
    return page(request, [one for one in found if status in (None, one.status)], Job.as_object, least=1)


def shown(world: World, request: Request, family: str, parameter: str) -> Answer:
    """One of the family, with its assets."""
    return answer(job(world, family, request.parameters[parameter]).as_object(single=True))


def stopped(world: World, request: Request, family: str, parameter: str) -> Answer:
    """Stop one."""
    return answer(stop(world, job(world, family, request.parameters[parameter])).as_object())


def all_stopped(world: World, request: Request, family: str) -> Answer:
    """Stop all of a room. Raises Refused (404) when none runs, of an unknown room too."""
    found = active(world, family, request.parameters["room_id"])
    if not found:
        raise Refused(404, "beam not found")
    done = [stop(world, one).as_object() for one in found]
    return answer({"limit": len(done), "data": done, "last": done[-1]["id"]})
