"""A world whose clock stands at noon of 12 March 2024 until a test moves it."""

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import jwt
import pytest

from rooms.simulator.app import ACCESS_KEY, SECRET, create_app
from rooms.simulator.clock import SimulatedClock, instant_of
from rooms.simulator.faults import Faults
from rooms.simulator.room import Room
from rooms.simulator.webhooks import Target, WebhookSender
from rooms.simulator.world import World
from tests.rooms.simulator.contract import answers_as_documented, operations

NOON = instant_of("2024-03-12T12:00:00Z")


def standing(moment: int = NOON) -> SimulatedClock:
    """A clock that moves only when told to."""
    return SimulatedClock(moment, real=lambda: 0)


def token(*, secret: str = SECRET, **claims: Any) -> str:
    """A management token as the contract describes it; a claim given as None is left out."""
    now = int(time.time())
    full = {
        "access_key": ACCESS_KEY,
        "type": "management",
        "version": 2,
        "jti": str(uuid.uuid4()),
        "iat": now - 10,
        "nbf": now - 10,
        "exp": now + 3600,
        **claims,
    }
    return jwt.encode({key: value for key, value in full.items() if value is not None}, secret, algorithm="HS256")


class Receiver:
    """Where webhooks go: keeps what came, answers 200 or what is next in `answers`."""

    def __init__(self) -> None:
        self.answers: list[int | Exception] = []
        self.requests: list[tuple[str, dict[str, str], bytes]] = []

    def __call__(self, url: str, headers: dict[str, str], body: bytes) -> int:
        self.requests.append((url, headers, body))
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        return answer


class Stopwatch:
    """Seconds for the retries, moved by the test."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> SimulatedClock:
    return standing()


@pytest.fixture
def world(clock: SimulatedClock) -> World:
    world = World(clock)
    world.add_template("Class")
    return world


@pytest.fixture
def physics(world: World) -> Room:
    return world.add_room("Year 9 Physics, group B")


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def sender(world: World, faults: Faults, receiver: Receiver, stopwatch: Stopwatch) -> WebhookSender:
    target = Target("http://school.example/webhooks/100ms/", "school-secret")
    return WebhookSender(world, target, faults=faults, post=receiver, clock=stopwatch)


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def connect(
    world: World, faults: Faults, sender: WebhookSender, slept: list[float]
) -> Iterator[Callable[..., httpx.Client]]:
    """A client of the simulated API, without a socket; `bearer` replaces its good token, None sends none."""
    app = create_app(world, faults=faults, sender=sender, sleep=slept.append)
    opened = []

    def connect(bearer: str | None = "", address: str = "127.0.0.1") -> httpx.Client:
        headers = {} if bearer is None else {"Authorization": f"Bearer {bearer or token()}"}
        transport = httpx.WSGITransport(app, remote_addr=address)
        opened.append(httpx.Client(transport=transport, base_url="http://simulator", headers=headers))
        return opened[-1]

    yield connect
    for client in opened:
        client.close()


@pytest.fixture
def client(connect: Callable[..., httpx.Client]) -> httpx.Client:
    return connect()


class Ask:
    """Asks for an operation of the contract by its id and holds the answer, whatever its status, against its schema.

    Parameters of the path go by their names, `json`, `content` and `params` as with httpx. `status` is the last one.
    """

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.status = 0

    def __call__(self, operation: str, *, json: Any = None, content: str | None = None, **wish: Any) -> Any:
        params = wish.pop("params", None)
        method, path = operations()[operation]
        prefix = "/auth/v2" if path == "/token" else "/v2"
        url = prefix + path.format(**wish)
        answer = self.client.request(method, url, json=json, content=content, params=params)
        self.status = answer.status_code
        body = answer.json() if answer.content else None
        answers_as_documented(method, path, self.status, body)
        return body

    def refused(self, operation: str, status: int, **wish: Any) -> str:
        """The message of a refusal with that status."""
        body = self(operation, **wish)
        assert self.status == status, body
        return str(body["message"])


@pytest.fixture
def ask(client: httpx.Client) -> Ask:
    return Ask(client)
