"""A 100ms that hands out links, and the storage behind them: a real server on a socket, for what copies files.

It serves parts (HTTP Range), breaks off where told, and lets links expire.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass
class FileStorage:
    """`files` by asset id. Links carry a number each and `SECRET`; those in `expired` open nothing any more."""

    files: dict[str, bytes] = field(default_factory=dict)
    break_after: list[int] = field(default_factory=list)  # bytes of the next answers, then the connection is cut
    takes_ranges: bool = True
    links: int = 0
    expired: set[int] = field(default_factory=set)
    status: int = 0  # what the storage answers instead, 0 for the file
    asked: list[str] = field(default_factory=list)  # the Range of every fetch, "" for the whole
    url: str = ""

    SECRET = "X-Amz-Signature-hush-hush"


@contextmanager
def running() -> Iterator[FileStorage]:
    """Served on a port of its own until the end."""
    storage = FileStorage()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path.startswith("/v2/recording-assets/"):
                self._link(parts.path.split("/")[3])
            else:
                self._file(parts.path.split("/")[2], int(parse_qs(parts.query)["link"][0]))

        def _link(self, asset_id: str) -> None:
            if asset_id not in storage.files:
                return self._answer(404, json.dumps({"code": 404, "message": "asset not found"}).encode())
            storage.links += 1
            url = f"{storage.url}/files/{asset_id}?link={storage.links}&signature={storage.SECRET}"
            return self._answer(200, json.dumps({"id": asset_id, "path": "p", "url": url, "expiry": 60}).encode())

        def _file(self, asset_id: str, link: int) -> None:
            asked = self.headers.get("Range", "")
            storage.asked.append(asked)
            if storage.status:
                return self._answer(storage.status, b"<Error/>")
            if link in storage.expired:
                return self._answer(403, b"<Error><Code>ExpiredToken</Code></Error>")
            whole = storage.files[asset_id]
            begin = int(asked.removeprefix("bytes=").rstrip("-")) if asked and storage.takes_ranges else 0
            if begin >= len(whole) > 0:
                return self._answer(416, b"", {"Content-Range": f"bytes */{len(whole)}"})
            part = {"Content-Range": f"bytes {begin}-{len(whole) - 1}/{len(whole)}"} if begin else {}
            cut = storage.break_after.pop(0) if storage.break_after else None
            return self._answer(206 if begin else 200, whole[begin:], part, cut=cut)

        def _answer(
            self, status: int, body: bytes, headers: dict[str, str] | None = None, *, cut: int | None = None
        ) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body if cut is None else body[:cut])
            if cut is not None:
                self.wfile.flush()
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            pass  # whoever fetched has gone away in the middle

    server = Server(("127.0.0.1", 0), Handler)
    storage.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield storage
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
