"""The same client over a real connection: refused, cut, slow, and shared by threads."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rooms.hms import Client, ConnectionFailed, TimedOut
from tests.rooms.hms.far_side import ACCESS_KEY, SECRET

BODY = b'{"id": "r1", "name": "a", "enabled": true}'

Answer = Callable[[BaseHTTPRequestHandler, int], None]


def whole(handler: BaseHTTPRequestHandler, number: int) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(BODY)))
    handler.end_headers()
    handler.wfile.write(BODY)


def cut(handler: BaseHTTPRequestHandler, number: int) -> None:
    """Promise a whole body, send half, hang up."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(BODY)))
    handler.end_headers()
    handler.wfile.write(BODY[:20])
    handler.close_connection = True


def silent(handler: BaseHTTPRequestHandler, number: int) -> None:
    """Say nothing until the client hangs up."""
    handler.connection.recv(1)
    handler.close_connection = True


def first(trouble: Answer) -> Answer:
    return lambda handler, number: (trouble if number == 1 else whole)(handler, number)


@contextmanager
def serving(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """A server on a free port; gives its address and the list of what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append(self.path)
            answer(self, len(asked))

        def log_message(self, format: str, *args: object) -> None:
            """The test says what happened."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v2", asked
        finally:
            server.shutdown()
            thread.join(60)


def client_at(address: str, *, timeout: float = 60, retries: int = 1) -> Client:
    return Client(
        access_key=ACCESS_KEY,
        secret=SECRET,
        base_url=address,
        timeout=timeout,
        retries=retries,
        sleep=lambda seconds: None,
    )


def test_it_works() -> None:
    began = time.perf_counter()
    with serving(whole) as (address, asked), client_at(address) as client:
        assert client.rooms.get("r1").name == "a"
        assert asked == ["/v2/rooms/r1"]
        assert 0 < client.stats.seconds_in_http <= time.perf_counter() - began


def test_a_connection_that_breaks_once_is_made_anew() -> None:
    with serving(first(cut)) as (address, asked), client_at(address) as client:
        assert client.rooms.get("r1").name == "a"
        assert len(asked) == 2


def test_who_falls_silent_once_is_asked_anew() -> None:
    with serving(first(silent)) as (address, asked), client_at(address, timeout=0.5, retries=4) as client:
        assert client.rooms.get("r1").name == "a"
        assert len(asked) >= 2  # a busy machine may be late with the second answer too


@pytest.mark.parametrize(("trouble", "kind"), [(cut, ConnectionFailed), (silent, TimedOut)])
def test_a_connection_that_keeps_breaking_is_an_error(trouble: Answer, kind: type[Exception]) -> None:
    with serving(trouble) as (address, _), client_at(address, timeout=0.2) as client:
        with pytest.raises(kind):
            client.rooms.get("r1")
        assert client.stats.requests == 2


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/v2"
        with client_at(address) as client, pytest.raises(ConnectionFailed, match="refused"):
            client.rooms.get("r1")
        assert client.stats.requests == 2


def test_a_proxy_for_the_outside_world_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with serving(whole) as (address, _), client_at(address) as client:
        assert client.rooms.get("r1").name == "a"


def test_threads_share_a_client() -> None:
    with serving(whole) as (address, asked), client_at(address) as client:
        names: list[str] = []
        threads = [threading.Thread(target=lambda: names.append(client.rooms.get("r1").name)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert names == ["a"] * 8
        assert client.stats.requests == len(asked) == 8
