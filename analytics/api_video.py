"""The client of api.video: who opened a video in a player, and what the player said.

    with ApiVideo(key=…) as client:
        for viewing in client.video_sessions("vi4k0…", since=…, until=…):
            client.events(viewing.session.session_id)

The contract is tests/contract/api-video-openapi.yaml. The vendor took the three analytics lists out of its public API
description in September 2023 and offers sums instead; where they are no longer served, they answer 404
(`rooms.hms.NotFound`).

Calls, waits, retries and errors are those of `rooms.hms`: 429 and 5xx are tried again within reason, a 401 once with a
new token. Every error is a `rooms.hms.Error` whose text begins with "api.video"; neither key nor token is ever in it.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import httpx
import msgspec

from rooms import hms
from rooms.hms.address import address, by_proxy
from rooms.hms.calls import Calls, Stats, path
from rooms.hms.errors import ErrorAnswer, kind_of, retry_after
from rooms.hms.pace import PATIENCE, Pace
from rooms.hms.secrets import without_secrets

NAME: Final = "api.video"
URL: Final = "https://ws.api.video"
PAGE: Final = 100  # the most that one page may hold (contract, parameter PageSize)
MOST_PAGES: Final = 1_000
EARLY: Final = 60.0  # seconds before its end in which a token is no longer used


class KeyRefused(hms.Unauthorized):
    """The API key is wrong, or belongs to the other of production and sandbox. api.video says it with 400."""


class _Object(msgspec.Struct, rename="camel", frozen=True):
    """What the API knows beyond the contract is passed over."""


class Metadata(_Object, frozen=True):
    """One of the pairs that the page with the player gave along (contract, schema Metadata)."""

    key: str
    value: str


class SessionInfo(_Object, frozen=True):
    """Which viewing (contract, schema SessionInfo). Times are RFC 3339 texts."""

    session_id: str
    loaded_at: str
    ended_at: str = ""
    metadata: list[Metadata] = []

    def said(self, key: str) -> str:
        """The value given along under that key; "" if none was."""
        return next((pair.value for pair in self.metadata if pair.key == key), "")


class Place(_Object, frozen=True):
    country: str = ""
    city: str = ""


class Machine(_Object, frozen=True):
    """A device, a system or a browser; what is not known is the text "unknown"."""

    name: str = ""
    type: str = ""
    vendor: str = ""
    version: str = ""


class PlayerSession(_Object, frozen=True):
    """One viewing (contract, schema PlayerSession); the same for videos and live streams."""

    session: SessionInfo
    location: Place = Place()
    device: Machine = Machine()
    os: Machine = Machine()
    client: Machine = Machine()


class PlayerSessionEvent(_Object, frozen=True):
    """One thing a player said (contract, schemas PointEvent and SeekEvent): `at`, or both ends of a jump."""

    type: str
    emitted_at: str
    at: float | None = None
    from_at: float | None = msgspec.field(name="from", default=None)
    to_at: float | None = msgspec.field(name="to", default=None)


class Video(_Object, frozen=True):
    """A video (contract, schema Video); its length is not among what the API tells."""

    video_id: str
    title: str = ""
    discarded: bool = False


class _AccessToken(msgspec.Struct, frozen=True):
    """Contract, schema AccessToken: snake_case, unlike the rest."""

    access_token: str
    expires_in: int
    refresh_token: str


class _Pages(_Object, frozen=True):
    """Contract, schema Pagination, without its links: the published sample's `self` names another session than the one
    that was asked for (EVENTS trap 40)."""

    current_page: int = 1
    pages_total: int = 1


Item = TypeVar("Item", PlayerSession, PlayerSessionEvent, Video)
Kind = TypeVar("Kind", bound=msgspec.Struct)


class Bearer:
    """Access tokens: got with the key, kept until near their end, then traded for the next.

    A refresh token is good once (contract, schema RefreshRequest), so trading it is never repeated: if that goes wrong
    the key is used again. Threads may share one.
    """

    def __init__(self, key: str, calls: Calls) -> None:
        if not key:
            raise ValueError("api.video needs an API key")
        self._key = key
        self._calls = calls
        self._lock = threading.Lock()
        self._token = self._refresh = ""
        self._replace_at = 0.0

    def __repr__(self) -> str:
        return "<Bearer>"

    def current(self) -> str:
        with self._lock:
            if not self._token or self._calls.now() >= self._replace_at:
                made = self._traded() or self._authenticated()
                self._token, self._refresh = made.access_token, made.refresh_token
                self._replace_at = self._calls.now() + max(0.0, made.expires_in - EARLY)
            return self._token

    def forget(self, token: str) -> None:
        with self._lock:
            if token == self._token:
                self._token = ""

    def _traded(self) -> _AccessToken | None:
        """By POST /auth/refresh; None where there is nothing to trade, or it is not taken."""
        refresh, self._refresh = self._refresh, ""
        if not refresh:
            return None
        try:
            body = {"refreshToken": refresh}
            return _read(self._calls.call("POST", "/auth/refresh", body=body, repeatable=False), _AccessToken)
        except hms.Error:
            return None

    def _authenticated(self) -> _AccessToken:
        """By POST /auth/api-key. Asking twice costs nothing: each answer is a token of its own."""
        try:
            answer = self._calls.call("POST", "/auth/api-key", body={"apiKey": self._key}, repeatable=True)
        except (hms.BadRequest, hms.Unauthorized) as refused:
            raise KeyRefused(*refused.args) from None  # the answer may quote the key
        return _read(answer, _AccessToken)


class ApiVideo:
    """A workspace of api.video. Threads may share one; close it, or use it in a `with`.

    `timeout`, `retries`, `patience`, `clock`, `sleep` and `transport` as of `rooms.hms.Client`. Raises ValueError for
    an empty key or an address that is not http(s).
    """

    def __init__(
        self,
        *,
        key: str,
        base_url: str = URL,
        timeout: float = 10.0,
        transport: httpx.BaseTransport | None = None,
        requests_per_second: float = 5,
        retries: int = 4,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        url = address(base_url, "the address of api.video")
        self.stats = Stats()
        self._http = httpx.Client(
            base_url=url,
            timeout=timeout,
            transport=transport,
            headers={"Accept": "application/json", "User-Agent": "rollcall"},
            trust_env=by_proxy(url),
        )
        manners = partial(
            Calls, name=NAME, explain=problem, retries=retries, patience=patience, clock=clock, sleep=sleep
        )
        pace = Pace(requests_per_second, clock)
        # A token that cannot be got is not tried for on its own: the call that wants it is repeated whole.
        tokens = Bearer(key, manners(self._http, None, pace, self.stats, retries=0))
        self._calls = manners(self._http, tokens, pace, self.stats)

    def __repr__(self) -> str:
        return f"<ApiVideo at {self._http.base_url.host}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections. The client cannot be used afterwards."""
        self._http.close()

    def video(self, video_id: str) -> Video:
        """GET /videos/{videoId} (contract, get_video). Raises hms.NotFound."""
        return _read(self._calls.call("GET", path("videos", video_id), repeatable=True), Video)

    def videos(self, *, metadata: Mapping[str, str]) -> Iterator[Video]:
        """GET /videos (contract, list_videos): those that carry all of these pairs."""
        return self._all("/videos", Video, *((f"metadata[{key}]", value) for key, value in metadata.items()))

    def video_sessions(self, video_id: str, *, since: date, until: date) -> Iterator[PlayerSession]:
        """GET /analytics/videos/{videoId} (contract, list_video_player_sessions): loaded on these days."""
        return self._all(path("analytics", "videos", video_id), PlayerSession, period(since, until))

    def live_stream_sessions(self, live_stream_id: str, *, since: date, until: date) -> Iterator[PlayerSession]:
        """GET /analytics/live-streams/{liveStreamId} (contract, list_live_stream_player_sessions)."""
        return self._all(path("analytics", "live-streams", live_stream_id), PlayerSession, period(since, until))

    def events(self, session_id: str) -> Iterator[PlayerSessionEvent]:
        """GET /analytics/sessions/{sessionId}/events (contract, list_player_session_events), in the API's order."""
        return self._all(path("analytics", "sessions", session_id, "events"), PlayerSessionEvent)

    def _all(self, place: str, kind: type[Item], *query: tuple[str, str]) -> Iterator[Item]:
        """Page after page by number up to `pagesTotal`, never by the links (EVENTS trap 40)."""
        number: int = 1
        while True:
            which: tuple[tuple[str, str], ...] = (("currentPage", str(number)), ("pageSize", str(PAGE)))
            answer: dict[str, Any] = self._calls.call("GET", place, query=(*query, *which), repeatable=True)
            items = answer.get("data")
            if not isinstance(items, list):
                raise hms.UnreadableAnswer(f"{NAME} GET {place}: data is not a list")
            yield from (_read(item, kind) for item in items)
            about = _read(answer.get("pagination") or {}, _Pages)
            if number >= about.pages_total or not items:
                return
            if number >= MOST_PAGES:
                raise hms.UnreadableAnswer(f"{NAME} GET {place}: more than {MOST_PAGES} pages")
            number += 1


def period(since: date, until: date) -> tuple[str, str]:
    """The filter of days as the contract writes it (parameter Period); both days are included."""
    return ("period", since.isoformat() if since == until else f"{since.isoformat()}/{until.isoformat()}")


def problem(
    call: str, response: httpx.Response, *, now: float, with_cursor: bool = False, sent: object = None
) -> ErrorAnswer:
    """The error that an answer of 400 and above stands for (contract, schema Error); its body may be anything."""
    try:
        body = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, RecursionError):
        body = None
    body = body if isinstance(body, dict) else {}
    title = without_secrets(str(body.get("title") or response.reason_phrase or "no reason given"), sent)
    named = str(body.get("name") or "")
    others = body.get("problems")
    details = (
        [str(one.get("title") or "") for one in others if isinstance(one, dict)] if isinstance(others, list) else []
    )
    header = response.headers.get("x-ratelimit-retry-after", "") or response.headers.get("retry-after", "")
    return kind_of(response.status_code)(
        call,
        response.status_code,
        response.status_code,
        title,
        tuple(without_secrets(detail, sent) for detail in [named, *details] if detail),
        "",
        retry_after(header, "", now=now),
    )


def _read(answer: Any, kind: type[Kind]) -> Kind:
    try:
        return msgspec.convert(answer, kind)
    except msgspec.ValidationError as wrong:
        raise hms.UnreadableAnswer(f"{NAME}: {kind.__name__}: {wrong}") from None
