"""The simulated 100ms as a WSGI application: switches; else faults, and then files or the token and the API's route."""

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from rooms.simulator.api_video import switches as api_video_switches
from rooms.simulator.api_video.answers import PREFIX as API_VIDEO
from rooms.simulator.api_video.answers import Problem
from rooms.simulator.api_video.routes import KEY as API_VIDEO_KEY
from rooms.simulator.api_video.routes import Service
from rooms.simulator.codes import Entrances
from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.faults import AnswerFault, Faults
from rooms.simulator.received import Requests
from rooms.simulator.recollection import keep
from rooms.simulator.refusals import Refused
from rooms.simulator.routes import (
    active_rooms,
    analytics,
    auth,
    control,
    external_streams,
    files,
    live_streams,
    mishaps,
    polls,
    recording_assets,
    recordings,
    room_codes,
    rooms,
    sessions,
    sip,
    stream_keys,
    templates,
)
from rooms.simulator.storage import PREFIX
from rooms.simulator.table import Table
from rooms.simulator.tokens import Tokens
from rooms.simulator.webhooks import WebhookSender
from rooms.simulator.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ACCESS_KEY = "simulated-access-key"
SECRET = "simulated-secret-0123456789-0123456789-0123456789"  # noqa: S105 - a default for tests, guards nothing

# The code is the credential there, and tones are sent with a peer's token.
_OTHERWISE = ("/auth/v2/token", "/v2/sip/dtmf")

_LOCAL = ("127.0.0.1", "::1", "::ffff:127.0.0.1")


class CutConnection(ConnectionResetError):
    """A fault: the answer ends after `sent` of its bytes. The server closes the socket; in process it is raised."""

    def __init__(self, answer: Answer, sent: int) -> None:
        super().__init__("the simulator cut the connection")
        self.answer = answer
        self.sent = sent


def api_routes(world: World, entrances: Entrances, tokens: Tokens, sender: WebhookSender | None) -> list[Route]:
    """All routes of the API: one an operation of the contract."""
    return [
        *rooms.routes(world),
        *room_codes.routes(world, entrances),
        *auth.routes(entrances, tokens),
        *stream_keys.routes(world, entrances),
        *sessions.routes(world),
        *active_rooms.routes(world),
        *recordings.routes(world),
        *live_streams.routes(world),
        *external_streams.routes(world),
        *recording_assets.routes(world),
        *analytics.routes(world, sender),
        *polls.routes(world),
        *templates.routes(world),
        *sip.routes(world, entrances, tokens),
    ]


def create_app(
    world: World,
    *,
    access_key: str = ACCESS_KEY,
    secret: str = SECRET,
    api_video_key: str = API_VIDEO_KEY,
    faults: Faults | None = None,
    requests: Requests | None = None,
    sender: WebhookSender | None = None,
    token_clock: Callable[[], float] = time.time,
    sleep: Callable[[float], object] = time.sleep,
) -> "WSGIApplication":
    """The application over a world. `token_clock` (Unix seconds) judges tokens, `sleep` makes answers slow."""
    known = faults or Faults()
    asked = requests or Requests()
    tokens = Tokens(access_key, secret, token_clock)
    entrances = world.entrances
    api = Table(api_routes(world, entrances, tokens, sender))
    videos = Service(world.library, token_clock, api_video_key)
    switches = Table(
        [
            *control.routes(world, known, asked, sender, entrances),
            *mishaps.routes(world),
            *api_video_switches.routes(world.library),
        ]
    )
    kept = Table(files.routes(world))

    def serve(request: Request) -> Answer:
        if request.path.startswith("/_control/"):
            if not request.local:
                raise Refused(404, "not found")
            return switches.find(request)
        if not request.path.startswith(PREFIX):
            asked.add(request)
        fault = known.befalls(request.method, request.path)
        if fault is None:
            return respond(request)
        if fault.slow:
            sleep(fault.slow)
        whole = respond(request) if fault.done else _failing(fault, request.path)
        if fault.hang:
            sleep(fault.hang)
        if fault.cut is not None or fault.hang:
            raise CutConnection(whole, len(whole.body) // 2 if fault.cut == "middle" else 0)
        return whole if fault.status is None else _failing(fault, request.path)

    def respond(request: Request) -> Answer:
        if request.path.startswith(f"{API_VIDEO}/"):
            return videos.respond(request)
        try:
            if request.path.startswith(PREFIX):
                return kept.find(request)
            if request.path not in _OTHERWISE:
                tokens.check(request.authorization)
            world.unfold()
            if request.method == "GET":
                return api.find(request)
            with world.lock, world.standing_still() as moment:  # one change after the other, each at one moment
                given = api.find(request)
                keep(world, request, moment)
                return given
        except Refused as refusal:
            return answer(refusal.as_object(), refusal.status)

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        try:
            given = serve(_request(environ))
        except Refused as refusal:
            given = answer(refusal.as_object(), refusal.status)
        status = HTTPStatus(given.status)
        said = {name for name, _ in given.headers}
        headers = [
            *([] if "Content-Type" in said else [("Content-Type", "application/json")]),
            ("Content-Length", str(len(given.body) if given.length is None else given.length)),
            *given.headers,
        ]
        start_response(f"{status.value} {status.phrase}", headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else given.body]

    return application


def _request(environ: "WSGIEnvironment") -> Request:
    size = int(environ.get("CONTENT_LENGTH") or 0)
    return Request(
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"],
        query=parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True),
        body=environ["wsgi.input"].read(size) if size else b"",
        authorization=environ.get("HTTP_AUTHORIZATION", ""),
        local=environ.get("REMOTE_ADDR", "127.0.0.1") in _LOCAL,
        address=f"{environ.get('wsgi.url_scheme', 'http')}://{environ.get('HTTP_HOST') or 'simulator'}",
        range=environ.get("HTTP_RANGE", ""),
        if_range=environ.get("HTTP_IF_RANGE", ""),
    )


_WORDS = {400: "Invalid body param", 429: "rate limit exceeded", 500: "internal server error"}


def _failing(fault: AnswerFault, path: str) -> Answer:
    status = fault.status or 500  # of a lost answer nobody sees it
    if path.startswith(f"{API_VIDEO}/"):
        return Problem(status, title=fault.message or "", retry_after=fault.retry_after).as_answer()
    message = fault.message or _WORDS.get(status, HTTPStatus(status).phrase.lower())
    headers: list[tuple[str, str]] = []
    if fault.retry_after is not None:
        message += f", retry after {fault.retry_after} seconds"
        if fault.header:
            headers.append(("Retry-After", str(fault.retry_after)))
    return answer(Refused(status, message, *fault.details).as_object(), status, *headers)
