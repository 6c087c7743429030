"""A 100ms of one file with its storage, on a port of this machine: it makes links, and gives what is behind them."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from pytest_django.fixtures import Settings

SIGNED = "X-Signature=hush-hush"


class Storage:
    """`files` by id: what is in them. `answers` makes the storage answer something else, `asked` is what came."""

    def __init__(self) -> None:
        self.url = ""
        self.files: dict[str, bytes] = {}
        self.answers: dict[str, int] = {}
        self.makes_links = True
        self.asked: list[str] = []

    def links(self) -> int:
        """How many links were asked for."""
        return sum(path.endswith("/presigned-url") for path in self.asked)


class _Handler(BaseHTTPRequestHandler):
    storage: Storage

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.storage.asked.append(path)
        parts = path.strip("/").split("/")
        if parts[0] == "files":
            status = self.storage.answers.get(parts[1], 200)
            return self._send(status, self.storage.files[parts[1]] if status == 200 else b"<Error/>", "text/plain")
        file = parts[2]
        if not self.storage.makes_links:
            return self._send(500, b"{}")
        if file not in self.storage.files:
            return self._send(404, b'{"message": "asset not found"}')
        link = {"id": file, "path": "", "url": f"{self.storage.url}/files/{file}?{SIGNED}", "expiry": 300}
        return self._send(200, json.dumps(link).encode())

    def _send(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is written."""


@pytest.fixture
def storage(settings: Settings) -> Iterator[Storage]:
    held = Storage()
    handler = type("Handler", (_Handler,), {"storage": held})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    held.url = f"http://127.0.0.1:{server.server_address[1]}"
    settings.HMS_API_URL, settings.HMS_RETRIES = f"{held.url}/v2", 0
    settings.HMS_REQUESTS_PER_SECOND = float("inf")
    yield held
    server.shutdown()
    server.server_close()
