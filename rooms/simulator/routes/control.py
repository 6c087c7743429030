"""The simulator's own switches, outside `/v2` and for this machine only. The package's docstring lists them all.

A fault is asked for before the call that it is to befall: the next `times` that fit `method` and `path` (`*` is any
text, `{…}` one segment) once `after` others have passed. `POST /_control/faults` with

    {"method": "POST", "path": "/v2/rooms/{room_id}", "cut": "before"}              done, but the answer never comes:
                                                                                    the connection is closed
    {"path": "/v2/polls*", "hang": 30}                                              done, and 30 seconds of silence
    {"path": "/v2/polls*", "cut": "before", "done": false}                          nor was it done
    {"path": "/v2/rooms", "status": 409, "message": "in use"}                       refused, not done
    {"path": "/v2/rooms", "status": 400, "message": "Invalid body param", "details": ["name is taken"]}
    {"status": 500, "times": 3}                                                     not done, three times
    {"status": 500, "done": true}                                                   done, but answered so
    {"status": 429, "retry_after": 45, "header": true}                              come back later

`GET /_control/requests` tells what then came: `{"requests": [{"method", "path"}, …]}`, the last thousand, bodies left
out for the secrets in them.
"""

from dataclasses import asdict
from typing import Any

from rooms.simulator import commands
from rooms.simulator.clock import SimulatedClock, in_nanoseconds
from rooms.simulator.codes import Entrances
from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.faults import Faults
from rooms.simulator.people import Person
from rooms.simulator.received import Requests
from rooms.simulator.refusals import Refused, bad_body
from rooms.simulator.room import Room
from rooms.simulator.session import Session
from rooms.simulator.truth import talk
from rooms.simulator.webhooks import Target, WebhookSender
from rooms.simulator.world import World


def _session(session: Session, now: int) -> dict[str, Any]:
    return {
        "session_id": session.id,
        "room_id": session.room.id,
        "room_name": session.room.name,
        "scenario": session.script.name,
        "started_at": in_nanoseconds(session.start),
        "ends_at": in_nanoseconds(session.end),
        "settled_at": in_nanoseconds(session.settled),
        "active": session.active(now),
        "connected": len(session.connected(now)),
    }


def routes(
    world: World, faults: Faults, requests: Requests, sender: WebhookSender | None, entrances: Entrances
) -> list[Route]:
    """The control routes; those about webhooks answer 409 without a sender."""

    def posting() -> WebhookSender:
        if sender is None:
            raise Refused(409, "this simulator sends no webhooks")
        return sender

    def find(wanted: Any) -> Room:
        room = next((one for one in list(world.rooms.values()) if wanted in (one.id, one.name)), None)
        if room is None:
            raise bad_body("room must be the id or name of a room")
        return room

    def health(request: Request) -> Answer:
        return answer({"status": "ok", "rooms": len(world.rooms), "sessions": len(world.sessions)})

    def state(request: Request) -> Answer:
        now = world.now()
        return answer(
            {
                "now": in_nanoseconds(now),
                "rooms": [{"id": room.id, "name": room.name} for room in list(world.rooms.values())],
                "sessions": [_session(session, now) for session in world.begun()],
                "recalled": {**asdict(world.recalled), "told": str(world.recalled)},
                "faults": faults.as_object(),
                "webhooks": sender.as_object() if sender else None,
            }
        )

    def add_fault(request: Request) -> Answer:
        faults.add(request.json())
        return answer(faults.as_object())

    def clear_faults(request: Request) -> Answer:
        faults.clear()
        return answer(faults.as_object())

    def list_requests(request: Request) -> Answer:
        return answer({"requests": [{"method": one.method, "path": one.path} for one in requests.all()]})

    def forget_requests(request: Request) -> Answer:
        requests.clear()
        return list_requests(request)

    def move_clock(request: Request) -> Answer:
        wish, clock = request.json(), world.clock
        if not isinstance(clock, SimulatedClock):
            raise Refused(409, "this world's clock cannot be moved")
        try:
            if "speed" in wish:
                clock.run_at(float(wish["speed"]))
            clock.advance(float(wish.get("advance_seconds", 0)))
        except (TypeError, ValueError) as problem:
            raise bad_body(str(problem)) from problem
        world.unfold()
        return answer({"now": in_nanoseconds(clock()), "speed": clock.speed})

    def start_scenario(request: Request) -> Answer:
        wish = request.json()
        room = find(wish.pop("room", None))
        scenario, compress = wish.pop("scenario", "class"), wish.pop("compress", 1)
        if not isinstance(compress, int | float) or compress <= 0:
            raise bad_body("compress must be a number above 0")
        session = world.perform(str(scenario), room, compress=compress, **wish)
        return answer(_session(session, world.now()))

    def join(request: Request) -> Answer:
        wish = request.json()
        code, room = entrances.admitted(wish.get("code"))
        try:
            seconds = float(wish.get("seconds", 600))
        except (TypeError, ValueError) as problem:
            raise bad_body(str(problem)) from problem
        user_id = wish.get("user_id")
        person = Person(str(wish.get("name") or "Guest"), None if user_id is None else str(user_id))
        with world.lock:
            session, stay = commands.join(world, room, person, code.role, seconds=seconds)
        return answer({**_session(session, world.now()), "peer_id": session.peer_id(stay.key), "role": code.role})

    def truth(request: Request) -> Answer:
        session = world.session(request.parameters["session_id"])
        now = world.now()
        people = [one.as_object() for one in session.truth(now)]
        films = [
            {
                "job_id": session.object_id("job", run.name),
                "recording_id": session.object_id("recording", run.name),
                "seconds": session.length_of(run.film),
                "people": [one.as_object() for one in talk(session, run.film)],
            }
            for run in session.script.runs
            if run.film.name in session.files and session.files[run.film.name][1] <= now
        ]
        return answer({**_session(session, now), "now": in_nanoseconds(now), "people": people, "recordings": films})

    def messages(request: Request) -> Answer:
        return answer({"messages": world.session(request.parameters["session_id"]).messages})

    def flush(request: Request) -> Answer:
        done = posting().flush(float(request.json().get("timeout", 30)))
        return answer({"done": done, **posting().as_object()})

    def send(request: Request) -> Answer:
        wish = request.json()
        wanted = wish.get("session_id")
        past = [one.id for one in reversed(world.begun())] if wanted == "all" else [str(wanted)]
        options = {"replay": bool(wish.get("replay", True)), "shuffle": bool(wish.get("shuffle"))}
        copies = int(wish.get("copies", 1))
        return answer({"queued": sum(posting().send_again(one, copies=copies, **options) for one in past)})

    def aim(request: Request) -> Answer:
        wish = request.json()
        url = wish.get("url")
        posting().target = (
            Target(str(url), **{k: str(wish[k]) for k in ("secret", "header") if k in wish}) if url else None
        )
        return answer(posting().as_object())

    return [
        ("GET", "/_control/health", health),
        ("GET", "/_control/state", state),
        ("GET", "/_control/faults", lambda request: answer(faults.as_object())),
        ("POST", "/_control/faults", add_fault),
        ("DELETE", "/_control/faults", clear_faults),
        ("GET", "/_control/requests", list_requests),
        ("DELETE", "/_control/requests", forget_requests),
        ("POST", "/_control/clock", move_clock),
        ("POST", "/_control/scenario", start_scenario),
        ("POST", "/_control/join", join),
        ("GET", "/_control/truth/{session_id}", truth),
        ("GET", "/_control/messages/{session_id}", messages),
        ("POST", "/_control/webhooks/flush", flush),
        ("POST", "/_control/webhooks/send", send),
        ("POST", "/_control/webhooks/target", aim),
    ]
