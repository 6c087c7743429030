"""Section ExternalStreams: start, stop and read pushes to other platforms."""

from typing import Any

from rooms.simulator.checks import fields, flag, list_of, text
from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.routes.jobs import START, all_stopped, listed, shown, started, stopped
from rooms.simulator.world import World

_START = fields(
    {**START, "rtmp_urls": list_of(text("rtmps?://.+"), least=1, most=5), "recording": flag},
    "rtmp_urls",
)
_FAMILY = "external"


def _pushed(body: dict[str, Any]) -> dict[str, Any]:
    return {"rtmp": tuple(body["rtmp_urls"]), "keeps": bool(body.get("recording"))}


def routes(world: World) -> list[Route]:
    """The section's routes over a world."""

    def start_external_stream(request: Request) -> Answer:
        return answer(started(world, request, _FAMILY, _START, _pushed).as_object())

    return [
        ("POST", "/v2/external-streams/room/{room_id}/start", start_external_stream),
        ("POST", "/v2/external-streams/room/{room_id}/stop", lambda request: all_stopped(world, request, _FAMILY)),
        ("GET", "/v2/external-streams", lambda request: listed(world, request, _FAMILY)),
        ("GET", "/v2/external-streams/{stream_id}", lambda request: shown(world, request, _FAMILY, "stream_id")),
        (
            "POST",
            "/v2/external-streams/{stream_id}/stop",
            lambda request: stopped(world, request, _FAMILY, "stream_id"),
        ),
    ]
