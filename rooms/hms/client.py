"""The client: keys and address in, resources out."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import httpx

from rooms.hms.calls import Calls, Stats
from rooms.hms.pace import Pace
from rooms.hms.resources.active_rooms import ActiveRooms
from rooms.hms.resources.analytics import Analytics
from rooms.hms.resources.rooms import Rooms
from rooms.hms.resources.sessions import Sessions
from rooms.hms.tokens import Tokens

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


class Client:
    """A workspace of 100ms. Threads may share one; close it, or use it in a `with`.

        with Client(access_key=…, secret=…) as client:
            for session in client.sessions.list(room_id=…):
                …

    `timeout` seconds for each of connecting, sending, and every wait for more of the answer; `retries`
    further tries for calls that are safe to repeat; `clock` gives Unix seconds; `transport` replaces the
    network. Raises ValueError for empty keys or an address that is not http(s), and any `rooms.hms.Error`
    from its calls. `stats` counts what it did.
    """

    def __init__(
        self,
        *,
        access_key: str,
        secret: str,
        base_url: str = "https://api.100ms.live/v2",
        timeout: float = 10.0,
        transport: httpx.BaseTransport | None = None,
        requests_per_second: float = 10,
        retries: int = 4,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        url = httpx.URL(base_url)
        if url.scheme not in ("http", "https") or not url.host:
            raise ValueError("the address of the 100ms API must begin with http:// or https://")
        tokens = Tokens(access_key, secret, clock)
        pace = Pace(requests_per_second, clock)
        self.stats = Stats()
        self._http = httpx.Client(
            base_url=url,
            timeout=timeout,
            transport=transport,
            headers={"Accept": "application/json", "User-Agent": "rollcall"},
            # The proxy a company sets for the outside world cannot reach a simulator on this machine.
            trust_env=url.host not in _THIS_MACHINE,
        )
        calls = Calls(self._http, tokens, pace, self.stats, retries=retries, clock=clock, sleep=sleep)
        self.rooms = Rooms(calls)
        self.sessions = Sessions(calls)
        self.active_rooms = ActiveRooms(calls)
        self.analytics = Analytics(calls)

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
