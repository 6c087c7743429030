"""Section LiveStreams: start, stop and read HLS streams, pause their recording, send metadata into them."""

from typing import Any

from rooms.simulator.checks import fields, flag, text, whole
from rooms.simulator.clock import in_nanoseconds
from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.jobs import Job, job, pause
from rooms.simulator.refusals import Refused
from rooms.simulator.routes.jobs import START, all_stopped, listed, shown, started, stopped
from rooms.simulator.world import World

_RECORDING = fields({"hls_vod": flag, "single_file_per_layer": flag})
_START = fields({**START, "recording": _RECORDING})
_METADATA = fields({"payload": text(longest=100), "duration": whole(1)}, "payload", "duration")
_FAMILY = "live"


def _kept(body: dict[str, Any]) -> dict[str, bool]:
    wish = body.get("recording") or {}
    vod, single = bool(wish.get("hls_vod")), bool(wish.get("single_file_per_layer"))
    return {"vod": vod, "single": single, "keeps": vod or single}


def routes(world: World) -> list[Route]:
    """The section's routes over a world."""

    def running(request: Request) -> Job:
        one = job(world, _FAMILY, request.parameters["stream_id"])
        if one.status != "running":
            # No source says what a stream that is over answers.
            raise Refused(404, "beam not found")
        return one

    def start_live_stream(request: Request) -> Answer:
        return answer(started(world, request, _FAMILY, _START, _kept).as_object())

    def send_timed_metadata(request: Request) -> Answer:
        body = request.json()
        _METADATA("", body)
        one = running(request)
        sent = {"stream_id": one.id, "payload": body["payload"], "duration": body["duration"]}
        one.session.messages.append({"sent_at": in_nanoseconds(one.now), **sent})
        return answer(one.as_object())

    def paused(request: Request, *, on: bool) -> Answer:
        return answer(pause(running(request), on=on).as_object())

    return [
        ("POST", "/v2/live-streams/room/{room_id}/start", start_live_stream),
        ("POST", "/v2/live-streams/room/{room_id}/stop", lambda request: all_stopped(world, request, _FAMILY)),
        ("GET", "/v2/live-streams", lambda request: listed(world, request, _FAMILY)),
        ("GET", "/v2/live-streams/{stream_id}", lambda request: shown(world, request, _FAMILY, "stream_id")),
        ("POST", "/v2/live-streams/{stream_id}/stop", lambda request: stopped(world, request, _FAMILY, "stream_id")),
        ("POST", "/v2/live-streams/{stream_id}/timed-metadata", send_timed_metadata),
        ("POST", "/v2/live-streams/{stream_id}/pause-recording", lambda request: paused(request, on=True)),
        ("POST", "/v2/live-streams/{stream_id}/resume-recording", lambda request: paused(request, on=False)),
    ]
