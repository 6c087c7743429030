"""Serves the simulated API over HTTP/1.1 with kept connections, a thread each."""

import io
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from rooms.simulator.api_video.routes import KEY as API_VIDEO_KEY
from rooms.simulator.app import ACCESS_KEY, SECRET, CutConnection, create_app
from rooms.simulator.exchange import Answer
from rooms.simulator.faults import Faults
from rooms.simulator.received import Requests
from rooms.simulator.webhooks import Target, WebhookSender
from rooms.simulator.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class Server(ThreadingHTTPServer):
    """`application` answers; `server_close` also ends the connections that are still open."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, host: str, port: int, application: "WSGIApplication") -> None:
        self.application = application
        self._open: set[socket.socket] = set()
        super().__init__((host, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is nobody's fault; anything else is shown, by the base class."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "rollcall-simulator"
    disable_nagle_algorithm = True
    timeout = 75
    server: Server

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline:
            self.close_connection = True
        elif self.parse_request():
            self._serve()

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        size = int(self.headers.get("Content-Length") or 0)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": unquote(path),
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(size),
            "HTTP_AUTHORIZATION": self.headers.get("Authorization", ""),
            "HTTP_HOST": self.headers.get("Host", ""),
            "HTTP_RANGE": self.headers.get("Range", ""),
            "HTTP_IF_RANGE": self.headers.get("If-Range", ""),
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.input": io.BytesIO(self.rfile.read(size)),
        }
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            begun.append((status, headers))
            return begun.append

        try:
            body = b"".join(self.server.application(environ, start_response))
        except CutConnection as fault:
            self._cut(fault.answer, fault.sent)
            return
        status, headers = begun[0]
        self.wfile.write(self._head(status, headers) + body)

    def _head(self, status: str, headers: list[tuple[str, str]]) -> bytes:
        lines = [f"HTTP/1.1 {status}", f"Server: {self.server_version}", f"Date: {self.date_time_string()}"]
        lines += [f"{name}: {value}" for name, value in headers]
        if self.close_connection:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _cut(self, answer: Answer, sent: int) -> None:
        """End the connection hard, so that the client sees a reset, after so much of the answer."""
        if sent:
            head = self._head(f"{answer.status} OK", [("Content-Length", str(len(answer.body)))])
            self.wfile.write(head + answer.body[:sent])
        else:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not logged: the demo's terminal has better things to say."""


@contextmanager
def running(
    world: World,
    port: int = 0,
    *,
    host: str = "127.0.0.1",
    access_key: str = ACCESS_KEY,
    secret: str = SECRET,
    api_video_key: str = API_VIDEO_KEY,
    webhooks: Target | None = None,
    faults: Faults | None = None,
    requests: Requests | None = None,
    address: str | None = None,
) -> Iterator[str]:
    """Serve a world from a thread of this process; gives `http://host:port`, the API being below `/v2`, and that of
    api.video below `/api-video`.

    Webhooks go to `webhooks`, to a room's own address, or nowhere; the links in them begin with `address`, or with
    where this serves. Port 0 takes a free one.
    """
    known = faults or Faults()
    sender = WebhookSender(world, webhooks, faults=known)
    application = create_app(
        world,
        access_key=access_key,
        secret=secret,
        api_video_key=api_video_key,
        faults=known,
        requests=requests,
        sender=sender,
    )
    server = Server(host, port, application)
    world.reached_at(address or f"http://{host}:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    sender.start()
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        sender.stop()
