"""A 100ms with the storage behind it, on a port of this machine: it makes links, and gives what is behind them."""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django.fixtures import Settings

NOTHING: Final[Mapping[str, str]] = {}
SIGNED: Final = "X-Signature=hush-hush"


@dataclass
class Storage:
    """`files` by id: what is in them. `asked` are the paths that came, `pieces` the Range of each fetch, "" for none.

    What goes wrong: `answers` of single files, and `status` of all, instead of the file; `expired` are the numbers of
    links that open nothing any more; `break_after` so many bytes the next answers are cut.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    makes_links: bool = True
    takes_ranges: bool = True
    answers: dict[str, int] = field(default_factory=dict)
    status: int = 200
    expired: set[int] = field(default_factory=set)
    break_after: list[int] = field(default_factory=list)

    def links(self) -> int:
        """How many links were asked for."""
        return sum(path.endswith("/presigned-url") for path in self.asked)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    storage: Storage

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.storage.asked.append(parts.path)
        names = parts.path.strip("/").split("/")
        if names[0] == "files":
            self._file(names[1], int(parse_qs(parts.query)["link"][0]))
        else:
            self._link(names[2])

    def _link(self, name: str) -> None:
        if not self.storage.makes_links:
            return self._send(500, b"{}")
        if name not in self.storage.files:
            return self._send(404, b'{"code": 404, "message": "asset not found"}')
        url = f"{self.storage.url}/files/{name}?link={self.storage.links()}&{SIGNED}"
        return self._send(200, json.dumps({"id": name, "path": "", "url": url, "expiry": 300}).encode())

    def _file(self, name: str, link: int) -> None:
        asked = self.headers.get("Range", "")
        self.storage.pieces.append(asked)
        status = self.storage.answers.get(name, self.storage.status)
        if status != 200 or link in self.storage.expired:
            return self._send(403 if status == 200 else status, b"<Error/>")
        cut = self.storage.break_after.pop(0) if self.storage.break_after else None
        return self._give(self.storage.files[name], asked if self.storage.takes_ranges else "", cut)

    def _give(self, file: bytes, asked: str, cut: int | None) -> None:
        """The piece that was asked for, as storages do."""
        if not (piece := re.fullmatch(r"bytes=(\d+)-(\d*)", asked)):
            return self._send(200, file, "video/mp4", {"Accept-Ranges": "bytes"}, cut=cut)
        first, last = int(piece[1]), min(int(piece[2] or len(file)), len(file) - 1)
        if first >= len(file):
            return self._send(416, b"", more={"Content-Range": f"bytes */{len(file)}"})
        told = {"Content-Range": f"bytes {first}-{last}/{len(file)}"}
        return self._send(206, file[first : last + 1], "video/mp4", told, cut=cut)

    def _send(
        self,
        status: int,
        body: bytes,
        kind: str = "application/json",
        more: Mapping[str, str] = NOTHING,
        *,
        cut: int | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **more}.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(ConnectionError):  # a player that has seen enough hangs up
            self.wfile.write(body if cut is None else body[:cut])
        self.close_connection = self.close_connection or cut is not None

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is written."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever fetched has gone away in the middle."""


@pytest.fixture
def storage(settings: Settings) -> Iterator[Storage]:
    held = Storage()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"storage": held}))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    held.url = f"http://127.0.0.1:{server.server_address[1]}"
    settings.HMS_API_URL, settings.HMS_RETRIES = f"{held.url}/v2", 0
    settings.HMS_REQUESTS_PER_SECOND = float("inf")
    yield held
    server.shutdown()
    server.server_close()
