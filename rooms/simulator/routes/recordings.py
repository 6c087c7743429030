"""Section Recordings: start, stop, pause and read browser recordings."""

from rooms.simulator.checks import fields, flag
from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.jobs import Job, active, job, pause
from rooms.simulator.refusals import Refused
from rooms.simulator.routes.jobs import START, all_stopped, listed, shown, started, stopped
from rooms.simulator.world import World

_START = fields({**START, "audio_only": flag})
_FAMILY = "recording"


def routes(world: World) -> list[Route]:
    """The section's routes over a world."""

    def start_recording(request: Request) -> Answer:
        return answer(started(world, request, _FAMILY, _START, lambda body: {}).as_object(ordered=True))

    def paused(request: Request, *, on: bool) -> Answer:
        running = [one for one in active(world, _FAMILY, request.parameters["room_id"]) if one.status == "running"]
        if not running:
            raise Refused(404, "beam not found")
        # One object, not a list: the newest where there are several.
        changed = pause(running[0], on=on)
        return answer({**changed.as_object(ordered=True), "asset_types": None})

    def get_config(request: Request) -> Answer:
        return answer(_config(job(world, _FAMILY, request.parameters["recording_id"])))

    return [
        ("POST", "/v2/recordings/room/{room_id}/start", start_recording),
        ("POST", "/v2/recordings/room/{room_id}/stop", lambda request: all_stopped(world, request, _FAMILY)),
        ("POST", "/v2/recordings/room/{room_id}/pause", lambda request: paused(request, on=True)),
        ("POST", "/v2/recordings/room/{room_id}/resume", lambda request: paused(request, on=False)),
        ("GET", "/v2/recordings", lambda request: listed(world, request, _FAMILY)),
        ("GET", "/v2/recordings/{recording_id}", lambda request: shown(world, request, _FAMILY, "recording_id")),
        (
            "POST",
            "/v2/recordings/{recording_id}/stop",
            lambda request: stopped(world, request, _FAMILY, "recording_id"),
        ),
        ("GET", "/v2/recordings/{recording_id}/config", get_config),
    ]


def _config(one: Job) -> dict[str, object]:
    """What it was started with, and what was put in for the rest."""
    return {
        "meeting_url": one.run.url(one.session),
        "resolution": {"width": one.run.width, "height": one.run.height},
        "destination": one.run.destination,
        "audio_only": False,
        **{name: value for name, value in one.run.config.items() if value is not None},
    }
