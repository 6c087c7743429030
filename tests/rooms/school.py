"""A client and a simulated 100ms in one process, and a witness between them that knows the contract."""

import re
from collections.abc import Iterator
from typing import Any

import httpx

from rooms.hms import operations
from rooms.hms.pages import EventPage, NumberedPage, Page
from rooms.simulator.app import create_app
from rooms.simulator.clock import SECOND, SimulatedClock, instant_of
from rooms.simulator.faults import Faults
from rooms.simulator.webhooks import Target, WebhookSender
from rooms.simulator.world import World
from tests.rooms.hms.contract import Operation
from tests.rooms.hms.contract import operations as contract
from tests.rooms.hms.far_side import ACCESS_KEY, SECRET, client_of
from tests.rooms.simulator.contract import answers_as_documented

NOON = instant_of("2024-03-12T12:00:00Z")


def documented(request: httpx.Request) -> Operation:
    """The one operation of the contract that a request is."""
    path = request.url.path.removeprefix("/auth").removeprefix("/v2")
    [found] = [
        one
        for one in contract().values()
        if one.method == request.method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one.path), path)
    ]
    return found


class Witness(httpx.WSGITransport):
    """Keeps which operation each request was and the status of its answer, once the answer has been judged."""

    seen: list[tuple[str, int]]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        response.read()
        one = documented(request)
        body = response.json() if response.content else None
        answers_as_documented(one.method, one.path, response.status_code, body)
        self.seen.append((one.id, response.status_code))
        return response


class School:
    """A client of a simulated 100ms in one process; `do` calls an operation by its name in the contract."""

    def __init__(self) -> None:
        self.clock = SimulatedClock(NOON, real=lambda: 0)
        self.world = World(self.clock)
        self.world.add_template("Class")
        self.faults = Faults()
        nowhere = Target("http://school.example/")
        self.sender = WebhookSender(self.world, nowhere, post=lambda *_: 503, clock=self.seconds)
        self.witness = Witness(
            create_app(
                self.world,
                access_key=ACCESS_KEY,
                secret=SECRET,
                faults=self.faults,
                sender=self.sender,
                token_clock=self.seconds,
            )
        )
        self.witness.seen = []
        addresses: dict[str, Any] = {"base_url": "http://127.0.0.1/v2", "auth_url": "http://127.0.0.1/auth/v2"}
        self.client = client_of(self.witness, clock=self.seconds, retries=0, **addresses)

    def seconds(self) -> float:
        return self.clock() / SECOND

    def do(self, operation: str, *args: Any, **named: Any) -> Any:
        """What the method gives; fails unless it asked for this operation and no other."""
        section, _, method = operations()[operation].partition(".")
        before = len(self.witness.seen)
        answer = getattr(getattr(self.client, section), method)(*args, **named)
        if isinstance(answer, Iterator):
            answer = [item for page in answer for item in _items(page)]
        asked = self.witness.seen[before:]
        assert {name for name, _ in asked} == {operation}, asked
        assert all(status < 300 for _, status in asked)
        return answer


def _items(page: Any) -> list[Any]:
    if isinstance(page, EventPage):
        return page.events
    return list(page.items) if isinstance(page, Page | NumberedPage) else [page]
