"""Where viewings come from: one small interface, so that a source can be lost and another take its place.

api.video dropped the calls that this needs from its public client in 2023. Our own player (`analytics.own_player`)
reports the same events, so what stores and folds them knows of no source.
"""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final, Protocol

import structlog
from django.conf import settings

from analytics import instants
from analytics.api_video import ApiVideo
from analytics.api_video import PlayerSession as Told
from analytics.models import Video
from analytics.viewing import PlayerEvent
from rooms.connection import ATTENTION

log = structlog.get_logger(__name__)

MOST_VIEWINGS: Final = 20_000  # of one video
MOST_EVENTS: Final = 20_000  # of one viewing
FURTHEST: Final = 7 * 24 * 3600.0  # seconds: no recording is longer
TYPES: Final = frozenset({"ready", "play", "pause", "resume", "end", "seek.forward", "seek.backward"})

Numbered = dict[int, PlayerEvent]


@dataclass(frozen=True, slots=True)
class PlayerSession:
    """Somebody opened the player. `user_id` is that of 100ms, "" for nobody; times are instants."""

    id: str
    user_id: str = ""
    name: str = ""
    loaded_at: int | None = None
    ended_at: int | None = None
    device: str = ""
    country: str = ""


class ViewingSource(Protocol):
    """What a source can tell of a video. Raises `hms.Error` where it cannot."""

    def sessions(self, video: Video, *, since: date, until: date) -> Iterable[PlayerSession]:
        """The player sessions of a video that began on these days, both included."""

    def events(self, session_id: str) -> Numbered:
        """All that the player of one said, by its number in the source's list."""


class Unreadable(ValueError):
    """What a player is said to have said is none of the contract's events."""


def player_event(kind: str, emitted_at: str, at: object, from_at: object, to_at: object) -> PlayerEvent:
    """An event as the contract writes it (schemas PointEvent, SeekEvent). Raises `Unreadable` saying which field."""
    if kind not in TYPES:
        raise Unreadable("type")
    try:
        moment = instants.parse(emitted_at)
    except ValueError:
        moment = None
    if moment is None:
        raise Unreadable("emittedAt")
    if kind.startswith("seek."):
        return PlayerEvent(moment, kind, None, _position("from", from_at), _position("to", to_at))
    return PlayerEvent(moment, kind, _position("at", at))


def _position(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= FURTHEST:
        raise Unreadable(name)
    return float(value)


class ApiVideoSource:
    """api.video, by its client. Who watched is what the page with the player gave along as metadata `user_id`."""

    def __init__(self, client: ApiVideo) -> None:
        self._client = client

    def sessions(self, video: Video, *, since: date, until: date) -> Iterator[PlayerSession]:
        ask = self._client.live_stream_sessions if video.is_live_stream else self._client.video_sessions
        for told in islice(ask(video.video_id, since=since, until=until), MOST_VIEWINGS):
            yield _session(told)

    def events(self, session_id: str) -> Numbered:
        """An event that is none of the contract's is left out, and its number stays free."""
        found: Numbered = {}
        for number, told in enumerate(islice(self._client.events(session_id), MOST_EVENTS)):
            try:
                found[number] = player_event(told.type, told.emitted_at, told.at, told.from_at, told.to_at)
            except Unreadable as problem:
                log.warning("event of a player passed over", session_id=session_id, type=told.type, field=str(problem))
        return found


def _session(told: Told) -> PlayerSession:
    who = told.session
    device = ", ".join(
        word for word in (told.device.type, told.client.name, told.os.name) if word not in ("", "unknown")
    )
    return PlayerSession(
        id=who.session_id[:96],
        user_id=_plain(who.said("user_id") or who.said("userId"), 255),
        name=_plain(who.said("name"), 255),
        loaded_at=_moment(who.loaded_at),
        ended_at=_moment(who.ended_at),
        device=_plain(device, 255),
        country=_plain("" if told.location.country == "unknown" else told.location.country, 64),
    )


def _moment(text: str) -> int | None:
    try:
        return instants.parse(text) if text else None
    except ValueError:
        return None


def _plain(text: str, longest: int) -> str:
    return text.replace("\x00", "").strip()[:longest]


class NotConfigured(Exception):
    """API_VIDEO_KEY is not set, so api.video cannot be asked."""

    def __init__(self) -> None:
        super().__init__(
            "API_VIDEO_KEY is not set: take one from the api.video dashboard, API keys, and put it into the "
            "environment or .env"
        )


def api_video(*, patience: float = ATTENTION) -> ApiVideo:
    """The client for the key in the settings; threads share it. `patience` as of `rooms.connection.client`.

    Raises `NotConfigured`.
    """
    if not settings.API_VIDEO_KEY:
        raise NotConfigured
    asked = (settings.API_VIDEO_KEY, settings.API_VIDEO_URL, settings.HMS_RETRIES, settings.HMS_TIMEOUT, patience)
    with _lock:
        if asked not in _made:
            for old in [old for old in _made if old[:-1] != asked[:-1]]:
                _made.pop(old).close()
            key, url, retries, timeout, _ = asked
            _made[asked] = ApiVideo(key=key, base_url=url, timeout=timeout, retries=retries, patience=patience)
        return _made[asked]


_lock = threading.Lock()
_made: dict[tuple[str, str, int, float, float], ApiVideo] = {}
