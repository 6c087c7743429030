"""A 100ms of one file with its storage, on a port of this machine: it makes links, and gives what is behind them."""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from pytest_django.fixtures import Settings

NOTHING: Mapping[str, str] = {}
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
            return self._give(self.storage.files[parts[1]]) if status == 200 else self._send(status, b"<Error/>")
        file = parts[2]
        if not self.storage.makes_links:
            return self._send(500, b"{}")
        if file not in self.storage.files:
            return self._send(404, b'{"message": "asset not found"}')
        link = {"id": file, "path": "", "url": f"{self.storage.url}/files/{file}?{SIGNED}", "expiry": 300}
        return self._send(200, json.dumps(link).encode())

    def _give(self, file: bytes) -> None:
        """The piece that was asked for, as storages do."""
        if not (piece := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))):
            return self._send(200, file, "video/mp4", {"Accept-Ranges": "bytes"})
        first, last = int(piece[1]), int(piece[2] or len(file) - 1)
        told = {"Content-Range": f"bytes {first}-{last}/{len(file)}"}
        return self._send(206, file[first : last + 1], "video/mp4", told)

    def _send(
        self, status: int, body: bytes, kind: str = "application/json", more: Mapping[str, str] = NOTHING
    ) -> None:
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(ConnectionError):  # a player that has seen enough hangs up
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
