"""Section Sessions: list and read."""

from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.routes import page
from rooms.simulator.routes.rooms import moment
from rooms.simulator.world import World


def routes(world: World) -> list[Route]:
    """The section's routes over a world."""

    def list_sessions(request: Request) -> Answer:
        now = world.now()
        active = request.flag("active")
        after, before = moment(request, "after"), moment(request, "before")
        sessions = [
            session
            for session in world.begun(request.text("room_id"))
            if active in (None, session.active(now))
            and (after is None or session.start >= after)
            and (before is None or session.start <= before)
        ]
        return page(request, sessions, lambda session: session.as_object(now))

    def get_session(request: Request) -> Answer:
        return answer(world.session_object(request.parameters["session_id"]))

    return [
        ("GET", "/v2/sessions", list_sessions),
        ("GET", "/v2/sessions/{session_id}", get_session),
    ]
