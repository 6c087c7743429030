"""The client: keys and address in, resources out."""

import time
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Self, get_type_hints

import httpx

from rooms.hms.address import address, by_proxy
from rooms.hms.calls import Calls, Stats
from rooms.hms.pace import PATIENCE, Pace
from rooms.hms.resources.active_rooms import ActiveRooms
from rooms.hms.resources.analytics import Analytics
from rooms.hms.resources.auth import Auth
from rooms.hms.resources.base import Resource, operations_of
from rooms.hms.resources.external_streams import ExternalStreams
from rooms.hms.resources.live_streams import LiveStreams
from rooms.hms.resources.polls import Polls
from rooms.hms.resources.recording_assets import RecordingAssets
from rooms.hms.resources.recordings import Recordings
from rooms.hms.resources.room_codes import RoomCodes
from rooms.hms.resources.rooms import Rooms
from rooms.hms.resources.sessions import Sessions
from rooms.hms.resources.sip import Sip
from rooms.hms.resources.stream_keys import StreamKeys
from rooms.hms.resources.templates import Templates
from rooms.hms.tokens import Tokens


class Client:
    """A workspace of 100ms. Threads may share one; close it, or use it in a `with`.

        with Client(access_key=…, secret=…) as client:
            for session in client.sessions.list(room_id=…):
                …

    `timeout` seconds for each of connecting, sending, and every wait for more of the answer; `retries`
    further tries for calls that are safe to repeat, within `patience` seconds of waiting between them;
    `auth_url` is the other host, which trades room codes for
    tokens; `clock` gives Unix seconds; `transport` replaces the
    network. Raises ValueError for empty keys or an address that is not http(s), and any `rooms.hms.Error`
    from its calls. `stats` counts what it did. Every attribute below but that is a section of the API.
    """

    stats: Stats
    rooms: Rooms
    room_codes: RoomCodes
    auth: Auth
    stream_keys: StreamKeys
    sessions: Sessions
    active_rooms: ActiveRooms
    recordings: Recordings
    recording_assets: RecordingAssets
    live_streams: LiveStreams
    external_streams: ExternalStreams
    analytics: Analytics
    polls: Polls
    templates: Templates
    sip: Sip

    def __init__(
        self,
        *,
        access_key: str,
        secret: str,
        base_url: str = "https://api.100ms.live/v2",
        auth_url: str = "https://auth.100ms.live/v2",
        timeout: float = 10.0,
        transport: httpx.BaseTransport | None = None,
        requests_per_second: float = 10,
        retries: int = 4,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        url = address(base_url, "the address of the 100ms API")
        auth = address(auth_url, "the address that trades room codes for tokens")
        tokens = Tokens(access_key, secret, clock)
        pace = Pace(requests_per_second, clock)
        self.stats = Stats()
        self._http = httpx.Client(
            base_url=url,
            timeout=timeout,
            transport=transport,
            headers={"Accept": "application/json", "User-Agent": "rollcall"},
            trust_env=by_proxy(url),
        )
        manners = partial(Calls, retries=retries, patience=patience, clock=clock, sleep=sleep)
        calls = manners(self._http, tokens, pace, self.stats)
        # No token of ours goes to the other host, but the pace and the stats are the client's.
        codes = manners(self._http, None, pace, self.stats, address=str(auth))
        for name, section in _sections().items():
            setattr(self, name, section(codes if section is Auth else calls))

    def __repr__(self) -> str:
        return f"<Client of {self._http.base_url.host}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections. The client cannot be used afterwards."""
        self._http.close()


def operations() -> dict[str, str]:
    """Which method of a client sends which operation of the contract: {"create_room": "rooms.create", …}.

    Raises ValueError when two methods bear the mark of one operation.
    """
    found: dict[str, str] = {}
    for name, section in _sections().items():
        for operation_id, method in operations_of(section):
            if operation_id in found:
                raise ValueError(f"{operation_id} is both {found[operation_id]} and {name}.{method}")
            found[operation_id] = f"{name}.{method}"
    return found


def _sections() -> dict[str, type[Resource]]:
    hints: dict[str, type] = get_type_hints(Client)
    return {name: kind for name, kind in hints.items() if issubclass(kind, Resource)}
