"""The operations of the contract that Rollcall uses, and those needed to come to them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson

from rooms.simulator.api_video.answers import PREFIX, Problem, days, paged
from rooms.simulator.api_video.library import Library
from rooms.simulator.api_video.tokens import Passes
from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.refusals import Refused
from rooms.simulator.table import Table

KEY = "simulated-api-video-key"
_OPEN = (f"{PREFIX}/auth/api-key", f"{PREFIX}/auth/refresh")


class Service:
    """Answers what comes below `PREFIX`. `clock` (Unix seconds) judges tokens."""

    def __init__(self, library: Library, clock: Callable[[], float], key: str = KEY) -> None:
        self.library = library
        self.passes = Passes(key, clock)
        self._table = Table(self._routes())

    def respond(self, request: Request) -> Answer:
        """The answer to a request, also to one that is refused."""
        try:
            if request.path not in _OPEN and not self.passes.allows(request.authorization):
                raise Problem(401)
            return self._table.find(request)
        except Refused as unknown:  # by the table: no such path or method
            return Problem(unknown.status).as_answer()
        except Problem as problem:
            return problem.as_answer()

    def _routes(self) -> list[Route]:
        return [
            ("POST", f"{PREFIX}/auth/api-key", self.authenticate),
            ("POST", f"{PREFIX}/auth/refresh", self.refresh_token),
            ("GET", f"{PREFIX}/videos", self.list_videos),
            ("GET", f"{PREFIX}/videos/{{videoId}}", self.get_video),
            ("GET", f"{PREFIX}/analytics/videos/{{videoId}}", self.list_video_player_sessions),
            ("GET", f"{PREFIX}/analytics/live-streams/{{liveStreamId}}", self.list_live_stream_player_sessions),
            ("GET", f"{PREFIX}/analytics/sessions/{{sessionId}}/events", self.list_player_session_events),
        ]

    def authenticate(self, request: Request) -> Answer:
        made = self.passes.issue(_body(request).get("apiKey"))
        if made is None:
            raise Problem(400, title="The user credentials were incorrect.")
        return answer(made)

    def refresh_token(self, request: Request) -> Answer:
        made = self.passes.trade(_body(request).get("refreshToken"))
        if made is None:
            raise Problem(400, "refreshToken", "The refresh token is invalid.")
        return answer(made)

    def list_videos(self, request: Request) -> Answer:
        wanted = {name[9:-1]: values[-1] for name, values in request.query.items() if name.startswith("metadata[")}
        title = (request.text("title") or "").casefold()
        found = [
            video
            for video in sorted(self.library.videos.values(), key=lambda video: (video.created, video.id))
            if title in video.title.casefold() and all(video.metadata.get(key) == one for key, one in wanted.items())
        ]
        return paged(request, "/videos", [video.as_object() for video in found])

    def get_video(self, request: Request) -> Answer:
        video = self.library.videos.get(request.parameters["videoId"])
        if video is None:
            raise Problem(404, "videoId")
        return answer(video.as_object())

    def list_video_player_sessions(self, request: Request) -> Answer:
        video_id = request.parameters["videoId"]
        if video_id not in self.library.videos:
            raise Problem(404, "videoId")
        return self._viewings(request, f"/analytics/videos/{video_id}", video_id)

    def list_live_stream_player_sessions(self, request: Request) -> Answer:
        """A live stream is known here by its viewings alone: a video that is added as one."""
        stream_id = request.parameters["liveStreamId"]
        stream = self.library.videos.get(stream_id)
        if stream is None or stream.metadata.get("live") != "true":
            raise Problem(404, "liveStreamId")
        return self._viewings(request, f"/analytics/live-streams/{stream_id}", stream_id)

    def list_player_session_events(self, request: Request) -> Answer:
        viewing = self.library.viewings.get(request.parameters["sessionId"])
        now = self.library.clock()
        if viewing is None or viewing.loaded > now:
            raise Problem(404, "sessionId")
        # As published: the links name another viewing than the one asked for.
        another = "/analytics/sessions/ps5ltuhfsTOeh6bP03Tq5OWc/events"
        place = f"/analytics/sessions/{viewing.id}/events"
        return paged(request, place, viewing.heard(now), named_instead=another)

    def _viewings(self, request: Request, place: str, video_id: str) -> Answer:
        first, last = days(request.text("period"))
        now = self.library.clock()
        listed = [viewing.as_object(now) for viewing in self.library.of_video(video_id)]
        return paged(request, place, [one for one in listed if first <= _day(one) <= last])


def _day(viewing: dict[str, Any]) -> Any:
    return datetime.fromisoformat(viewing["session"]["loadedAt"]).date()


def _body(request: Request) -> dict[str, Any]:
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise Problem(400)
    return body
