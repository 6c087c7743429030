"""A 100ms of a test's own, on a socket, with the product's settings pointed at it.

    def test_…(hms_simulator: SimulatedHms, …) -> None:
        physics = hms_simulator.world.add_room("Physics")
        hms_simulator.fault("POST", "/rooms/{room_id}", cut="before")     # done, and the answer lost
        …
        assert hms_simulator.requests() == [("POST", f"/rooms/{physics.id}")]

The clock runs as ours does until a test moves it (`clock.advance(seconds)`). There are no retries, so that a fault of
one answer reaches the product; a test of them sets `settings.HMS_RETRIES`.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pytest_django.fixtures import Settings

from rooms.simulator.clock import SimulatedClock
from rooms.simulator.faults import Faults
from rooms.simulator.received import Received, Requests
from rooms.simulator.server import running
from rooms.simulator.world import World

AUTH = "/auth/v2/token"
IN_VAIN = 1.5
"""Seconds that an answer is waited for which never comes. All others have the setting's: a busy machine is no fault."""


class SimulatedHms:
    """`world` is what 100ms knows, `clock` its time, `url` its root: the API is below `/v2`, the switches below
    `/_control`. Paths are written as in the contract: `/rooms/{room_id}`."""

    def __init__(
        self, world: World, clock: SimulatedClock, faults: Faults, requests: Requests, settings: Settings
    ) -> None:
        self.world = world
        self.clock = clock
        self.url = ""
        self._faults = faults
        self._requests = requests
        self._settings = settings
        self._patience = settings.HMS_TIMEOUT

    def fault(self, method: str | None = None, path: str = "*", *, times: int | None = 1, **wish: Any) -> None:
        """What befalls the next `times` calls that fit (None: all of them, until `mend`), one of:

        `cut="before"` or `"middle"`: done, but no (whole) answer; ConnectionFailed
        `hang=30`: done, and silence for so many seconds; TimedOut, for `settings.HMS_TIMEOUT` is `IN_VAIN` until `mend`
        `status=409` (400 to 504), with `message=…`, `details=[…]`, `retry_after=…`: refused and not done

        `done=False` for a lost answer to what was not done either, `done=True` for a refusal of what was; `after=2`
        lets two fitting calls pass first. `AnswerFault` of the simulator says it all. Paths of api.video begin with
        `/api-video/`.
        """
        if "hang" in wish:
            self._settings.HMS_TIMEOUT = IN_VAIN
        whole = AUTH if path == "/token" else path if path == "*" or path.startswith("/api-video/") else f"/v2{path}"
        self._faults.add({"method": method, "path": whole, "times": times, **wish})

    def mend(self) -> None:
        """No faults any more."""
        self._settings.HMS_TIMEOUT = self._patience
        self._faults.clear()

    def requests(self) -> list[tuple[str, str]]:
        """What came since the beginning or `forget`, reads included: method and path."""
        return [(one.method, one.path) for one in self.received()]

    def changes(self) -> list[tuple[str, str]]:
        """`requests` without the reads."""
        return [one for one in self.requests() if one[0] != "GET"]

    def received(self) -> list[Received]:
        """`requests` with their bodies."""
        return [one._replace(path=one.path.removeprefix("/v2")) for one in self._requests.all()]

    def forget(self) -> None:
        """Count requests from here."""
        self._requests.clear()

    def join(self, code: str, name: str = "Amina", user_id: str | None = None, seconds: float = 600) -> dict[str, Any]:
        """Somebody joins by a room code: `session_id`, `peer_id`, `role`, … Raises httpx.HTTPStatusError if let out."""
        return self._control("join", code=code, name=name, user_id=user_id, seconds=seconds)

    def befall(self, job_id: str, **what: Any) -> None:
        """A recording or stream breaks (`error="UPLOAD_ERROR"`), is stopped (`reason="room ended"`), never gets its
        file (`stuck=True`), or its transcript stays in part unmade (`unread=["summary_json"]`), a second from now."""
        self._control(f"jobs/{job_id}", **what)

    def connect_encoder(self, key: str, **how: Any) -> dict[str, Any]:
        """An encoder pushes with a stream key: `ingest_id` and `session_id`, or why it was `refused`."""
        return self._control("encoder", key=key, **how)

    def disconnect_encoder(self, room_id: str, **why: str) -> None:
        """It goes, or breaks off with an `error`."""
        self._control("encoder/disconnect", room=room_id, **why)

    def send_webhooks_to(self, url: str, secret: str, header: str = "X-Webhook-Secret") -> None:
        """What happens from now on is posted there."""
        self._control("webhooks/target", url=url, secret=secret, header=header)

    def flush_webhooks(self, timeout: float = 30) -> None:
        """Wait until all webhooks of what has happened so far are posted."""
        assert self._control("webhooks/flush", timeout=timeout)["done"]

    def _control(self, switch: str, **wish: Any) -> dict[str, Any]:
        answer = httpx.post(f"{self.url}/_control/{switch}", json=wish, timeout=60, trust_env=False)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found


@pytest.fixture
def hms_simulator(settings: Settings) -> Iterator[SimulatedHms]:
    """A running 100ms with the template "Class" (roles teacher, student, …) and no room."""
    clock, faults, requests = SimulatedClock(), Faults(), Requests()
    world = World(clock)
    world.add_template("Class")
    simulated = SimulatedHms(world, clock, faults, requests, settings)
    keys = {"access_key": settings.HMS_ACCESS_KEY, "secret": settings.HMS_SECRET}
    with running(world, faults=faults, requests=requests, **keys) as simulated.url:
        settings.HMS_API_URL = f"{simulated.url}/v2"
        settings.HMS_AUTH_URL = f"{simulated.url}/auth/v2"
        settings.HMS_REQUESTS_PER_SECOND = float("inf")
        settings.HMS_RETRIES = 0
        yield simulated
