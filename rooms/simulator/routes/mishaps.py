"""More of the simulator's own switches: what happens to recordings and streams, and encoders that come and go.

`POST` with a JSON body to

    /_control/jobs/{job_id}         one of {"error": "UPLOAD_ERROR"}: it breaks off, or fails after its stop;
                                    {"reason": "max duration reached"}: it is stopped; {"stuck": true}: its file never
                                    comes; {"unread": ["summary_json"]}: its transcript stays unmade in part
    /_control/composite             {"room": name or id, "error": "CLOUD_ACCESS_ERROR"}: the media server tells of its
                                    recording of the room's last session; without an error, of a file
    /_control/encoder               {"key": a stream key, or "room"; "seconds": 600, "recorded": true}: an encoder
                                    connects: `ingest_id` and `session_id`, or why it is `refused`
    /_control/encoder/disconnect    {"room", "error": "internal error", "reason": "stream closed"}: it goes

All happens a second from now at the latest, by the world's clock.
"""

from typing import Any

from rooms.simulator import encoders, mishaps
from rooms.simulator.codes import StreamKey
from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.jobs import Job, jobs
from rooms.simulator.refusals import Refused, bad_body
from rooms.simulator.room import Room
from rooms.simulator.world import World


def routes(world: World) -> list[Route]:
    """The control routes of recordings, streams and encoders."""

    def room(wanted: Any) -> Room:
        found = next((one for one in list(world.rooms.values()) if wanted in (one.id, one.name)), None)
        if found is None:
            raise bad_body("room must be the id or name of a room")
        return found

    def job(job_id: str) -> Job:
        families = ("recording", "live", "external")
        found = next((one for family in families for one in jobs(world, family) if one.id == job_id), None)
        if found is None:
            raise Refused(404, "beam not found")
        return found

    def key(wish: dict[str, Any]) -> StreamKey:
        """By itself, or the last one of a room."""
        given = wish.get("key")
        of = None if given else room(wish.get("room"))
        keys = [one for one in world.entrances.every_key() if one.key == given or (of is not None and one.room is of)]
        if not keys:
            raise Refused(404, "Key not found")
        return keys[-1]

    def befall(request: Request) -> Answer:
        with world.lock, world.standing_still():
            done = mishaps.befall(job(request.parameters["job_id"]), request.json())
            return answer(done.as_object(single=True))

    def compose(request: Request) -> Answer:
        wish = request.json()
        place = room(wish.get("room"))
        with world.lock, world.standing_still() as now:
            sessions = world.begun(place.id)
            if not sessions:
                raise Refused(409, "the room has had no session")
            mishaps.compose(sessions[0], now, str(wish.get("error") or ""))
        return answer({"session_id": sessions[0].id})

    def connect(request: Request) -> Answer:
        wish = request.json()
        seconds = wish.get("seconds")
        if seconds is not None and (not isinstance(seconds, int | float) or seconds <= 0):
            raise bad_body("seconds must be a number above 0")
        with world.lock, world.standing_still():
            recorded = bool(wish.get("recorded"))
            return answer(encoders.connect(world, key(wish), seconds=seconds, recorded=recorded))

    def disconnect(request: Request) -> Answer:
        wish = request.json()
        why = {name: str(wish[name]) for name in ("error", "reason") if wish.get(name)}
        with world.lock, world.standing_still():
            return answer({"ingest_id": encoders.disconnect(world, room(wish.get("room")), **why)})

    return [
        ("POST", "/_control/jobs/{job_id}", befall),
        ("POST", "/_control/composite", compose),
        ("POST", "/_control/encoder", connect),
        ("POST", "/_control/encoder/disconnect", disconnect),
    ]
