"""Over a real socket: kept connections, cut ones, many at once, and the process as the demo starts it."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, IncompleteRead
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from rooms.simulator.clock import HOUR, SimulatedClock
from rooms.simulator.room import Room
from rooms.simulator.scenarios import SCENARIOS, school_class
from rooms.simulator.server import running
from rooms.simulator.webhooks import Target
from rooms.simulator.world import World
from tests.rooms.simulator.conftest import NOON, token

ROOT = Path(__file__).parents[3]
# Good for longer than a run of all tests takes: it is made when they are collected.
AUTHORIZED = {"Authorization": f"Bearer {token(exp=int(time.time()) + 7 * 24 * 3600)}"}
SOON = 60.0
"""Seconds; only keeps a failure from hanging. A busy machine is no fault."""


@pytest.fixture
def url(world: World) -> Iterator[str]:
    with running(world) as url:
        yield url


def test_one_connection_serves_many_requests(url: str) -> None:
    connection = HTTPConnection(url.removeprefix("http://"))
    sockets = set()
    for _ in range(3):
        connection.request("GET", "/v2/rooms", headers=AUTHORIZED)
        response = connection.getresponse()
        assert (response.status, response.version) == (200, 11)
        response.read()
        sockets.add(connection.sock.getsockname())
    connection.close()
    assert len(sockets) == 1


def test_a_body_and_an_encoded_path_arrive(url: str, world: World) -> None:
    with httpx.Client(base_url=url, headers=AUTHORIZED, timeout=SOON) as client:
        made = client.post("/v2/rooms", json={"name": "choir", "description": "Ngũgĩ"}).json()
        assert client.get(f"/v2/rooms/%{ord(made['id'][0]):02x}{made['id'][1:]}").json()["description"] == "Ngũgĩ"


def test_a_connection_cut_before_and_in_the_middle_of_the_answer(url: str, physics: Room) -> None:
    with httpx.Client(base_url=url, headers=AUTHORIZED, timeout=SOON) as client:
        client.post("/_control/faults", json={"cut": "before"})
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            client.get("/v2/rooms")
        client.post("/_control/faults", json={"cut": "middle"})
        connection = HTTPConnection(url.removeprefix("http://"))
        connection.request("GET", "/v2/rooms", headers=AUTHORIZED)
        with pytest.raises(IncompleteRead):
            connection.getresponse().read()
        connection.close()
        assert client.get("/v2/rooms").status_code == 200


def test_many_at_once(world: World, url: str) -> None:
    session = world.play(SCENARIOS["class"](1), world.add_room("busy"), NOON - HOUR)
    totals: list[int] = []

    def read() -> None:
        with httpx.Client(base_url=url, headers=AUTHORIZED, timeout=SOON) as client:
            seen, start = 0, ""
            while True:
                page = client.get(
                    "/v2/analytics/events", params={"room_id": session.room.id, "limit": 100, "start": start}
                ).json()
                seen += len(page["events"])
                start = page["next"]
                if not start:
                    totals.append(seen)
                    return

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert totals == [len(session.listed)] * 8


def test_a_client_that_goes_away_in_mid_request_disturbs_nobody(url: str) -> None:
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as rude:
        rude.sendall(b"POST /v2/rooms HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
    assert httpx.get(f"{url}/_control/health", timeout=SOON).status_code == 200


class _Inbox(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    got: list[tuple[str, str]] = []
    lock = threading.Lock()

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.lock:
            first = len(self.got) == 0
            self.got.append((self.headers["X-Webhook-Secret"], body["type"]))
        self.send_response(503 if first else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def inbox() -> Iterator[str]:
    _Inbox.got.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Inbox)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/webhooks/100ms/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.slow
def test_webhooks_reach_an_address_by_themselves_and_again_after_a_refusal(
    world: World, physics: Room, clock: SimulatedClock, inbox: str
) -> None:
    with running(world, webhooks=Target(inbox, "s3cret")) as url:
        session = world.play(school_class(1, people=2, incidents=[]), physics)
        httpx.post(f"{url}/_control/clock", json={"advance_seconds": 4 * 3600}, timeout=SOON)
        ends = time.monotonic() + SOON
        while len(_Inbox.got) < len(session.sent) + 1 and time.monotonic() < ends:
            time.sleep(0.02)
    assert {secret for secret, _ in _Inbox.got} == {"s3cret"}
    assert sorted(kind for _, kind in _Inbox.got[1:]) == sorted(one.type for one in session.sent)


def test_the_process_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "rooms.simulator",
        "--port",
        "0",
        "--world",
        "demo",
        "--state",
        str(tmp_path / "s"),
    ]
    environment = {**os.environ, "HMS_ACCESS_KEY": "k", "HMS_SECRET": "s" * 40}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            url = line.split(": ")[1].split(",")[0]
            bearer = {"Authorization": f"Bearer {token(access_key='k', secret='s' * 40)}"}
            rooms = httpx.get(f"{url}/rooms", headers=bearer, timeout=SOON)
            assert rooms.status_code == 200
            assert "Lecture hall 2" in [room["name"] for room in rooms.json()["data"]]
            live = httpx.get(f"{url}/sessions", params={"active": "true"}, headers=bearer, timeout=SOON).json()
            assert len(live["data"]) == 2
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(SOON) == 0
