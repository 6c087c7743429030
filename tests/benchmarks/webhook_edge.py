"""What the webhook endpoint costs beyond the one INSERT it is there for.

Both sides are WSGI applications of this process, called as granian calls ours: what a server and a socket cost is the
same for both and would only blur the ratio. Ours is the product as it is in production: the whole of
`settings.MIDDLEWARE`, HTTPS on, the secret checked, the thread that nudges the broker (`CELERY_BROKER_URL`, else the
embedded one). The baselines are views of this module with no middleware at all. Requests are those of one class, one
after the other on a connection that stays open, each committed before its answer.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import chain, cycle, islice
from statistics import median, quantiles
from typing import Any, Final

import orjson
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings
from django.urls import path, reverse
from django.utils import timezone

from analytics.models import Peer, Session
from rooms.models import Room
from rooms.simulator.scenarios import SCENARIOS
from tests.analytics.histories import of_script
from tests.benchmarks.measuring import Ratio
from tests.benchmarks.storing import empty
from webhooks.authentication import meta_key

REQUESTS = 20  # a turn: so short that whatever else the machine does slows all sides alike
TURNS = 100
LONG_REQUESTS = 1_000  # a round for the slowest in a hundred
LONG_ROUNDS = 5
PRODUCTION: Final = {
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "TRUSTED_PROXIES": 1,
}
BARE: Final = {"MIDDLEWARE": [], "ROOT_URLCONF": "tests.benchmarks.webhook_edge"}


def insert(request: HttpRequest) -> HttpResponse:
    """The baseline: the body into the same indexed table by a statement written by hand, nothing looked at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO webhooks_delivery (received_at, body, headers, event_id, event_type, room_id, is_replay, "
            "state, attempts, error, note) VALUES (%s, %s, '{}', '', '', '', false, 'pending', 0, '', '')",
            [timezone.now(), request.body],
        )
    return HttpResponse("stored")


def think(request: HttpRequest) -> HttpResponse:
    """What the request would do without an inbox: bring three rows up to date."""
    data = orjson.loads(request.body)["data"]
    room, _ = Room.objects.update_or_create(pk=data["room_id"], defaults={"name": data.get("room_name", "")})
    session, _ = Session.objects.update_or_create(pk=data["session_id"], defaults={"room": room})
    fields = {"session": session, "name": data.get("user_name", ""), "role": data.get("role", "")}
    Peer.objects.update_or_create(pk=data.get("peer_id", ""), defaults=fields)
    return HttpResponse("done")


urlpatterns = [path("insert/", insert), path("think/", think)]


def bodies() -> list[bytes]:
    """Those of one class about its people."""
    told = of_script(SCENARIOS["class"](1)).webhooks
    return [orjson.dumps(event.payload) for event in told if event.peer_id and event.session_id]


def environ(url: str, body: bytes) -> dict[str, Any]:
    """As granian hands over a webhook that came through one proxy: with the whole environment of the process."""
    return os.environ | {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": url,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_SOFTWARE": "Granian",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": "localhost",
        "HTTP_ACCEPT": "*/*",
        "HTTP_ACCEPT_ENCODING": "gzip",
        "HTTP_USER_AGENT": "100ms",
        "HTTP_X_FORWARDED_FOR": "203.0.113.7",
        "HTTP_X_FORWARDED_PROTO": "https",
        meta_key(settings.HMS_WEBHOOK_HEADER): settings.HMS_WEBHOOK_SECRET,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def post(application: WSGIHandler, url: str, body: bytes) -> float:
    """Seconds from the request to the end of its answer."""
    given = environ(url, body)
    said: list[str] = []

    def start_response(status: str, headers: list[tuple[str, str]], problem: object = None, /) -> Callable[..., None]:
        said.append(status)
        return said.clear  # WSGI's old way to write, which Django does not take

    start = time.perf_counter()
    response = application(given, start_response)
    b"".join(response)
    response.close()
    spent = time.perf_counter() - start
    assert said == ["200 OK"], (url, said)
    return spent


class Side:
    """One way of serving, asked with the bodies in turn."""

    def __init__(self, url: str, served: dict[str, Any], told: list[bytes]) -> None:
        self.url = url
        self.served = override_settings(**served)
        self.bodies = cycle(told)
        with self.served:
            self.application = WSGIHandler()

    def times(self, requests: int) -> list[float]:
        with self.served:
            return [post(self.application, self.url, body) for body in islice(self.bodies, requests)]


def benchmark() -> Iterator[Ratio]:
    empty()
    told = bodies()
    product = Side(reverse("webhooks:100ms"), PRODUCTION, told)
    sides = (product, Side("/insert/", BARE, told), Side("/think/", BARE, told))
    turns = [[side.times(REQUESTS) for side in sides] for _ in range(TURNS)]
    # The middle request of each side: the slow ones are told by p99 below.
    ours, inserted, thought = (median(chain.from_iterable(times)) for times in zip(*turns, strict=True))
    rates = f"{1 / ours:,.0f} requests/s against {1 / inserted:,.0f}"
    yield Ratio("webhook: requests/s ÷ a bare view with one INSERT", inserted / ours, 0.8, detail=rates)
    rates = f"{1 / thought:,.0f} requests/s there"
    yield Ratio("webhook: × a bare view with three update_or_create", thought / ours, 4, detail=rates)
    # The calmest round; what the disk and the machine do to the bare INSERT stands beside it.
    rounds = [
        (_spread(product.times(LONG_REQUESTS)), _spread(sides[1].times(LONG_REQUESTS))) for _ in range(LONG_ROUNDS)
    ]
    (spread, p50, p99), (bare, _, _) = (min(of_side) for of_side in zip(*rounds, strict=True))
    detail = f"p50 {p50 * 1000:.2f} ms, p99 {p99 * 1000:.2f} ms; of the one INSERT {bare:.2f}"
    yield Ratio("webhook: p99 ÷ p50", spread, 3, at_most=True, detail=detail)


def _spread(times: list[float]) -> tuple[float, float, float]:
    """(p99 ÷ p50, p50, p99)."""
    cuts = quantiles(times, n=100)
    return cuts[98] / cuts[49], cuts[49], cuts[98]
