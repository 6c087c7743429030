"""A sender of webhooks as 100ms is one: anything but 200 is tried again 1, 3 and 10 seconds later, and then never."""

import asyncio
import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

RETRY_AFTER = (1.0, 3.0, 10.0)
TIMEOUT = 10.0  # seconds for one answer

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Sender:
    """Posts events over `links` connections at once. `acknowledged` and `given_up` hold event ids.

    While `held` is true no event is sent for the first time; those that were refused are still tried again.
    """

    port: int
    secret: str
    links: int = 16
    acknowledged: set[str] = field(default_factory=set)
    given_up: set[str] = field(default_factory=set)
    tries: int = 0
    held: bool = False

    def send(self, events: Sequence[dict[str, Any]]) -> None:
        """Returns once every event is acknowledged or given up. Call it from a thread of its own."""
        asyncio.run(self._send(events))

    async def _send(self, events: Sequence[dict[str, Any]]) -> None:
        waiting: asyncio.Queue[tuple[dict[str, Any], int]] = asyncio.Queue()
        for event in events:
            waiting.put_nowait((event, 0))
        links = [asyncio.create_task(self._link(waiting)) for _ in range(self.links)]
        await waiting.join()
        for link in links:
            link.cancel()
        await asyncio.gather(*links, return_exceptions=True)

    async def _link(self, waiting: "asyncio.Queue[tuple[dict[str, Any], int]]") -> None:
        """One connection, opened anew whenever it was cut."""
        streams: Streams | None = None
        try:
            while True:
                event, attempt = await waiting.get()
                if self.held and attempt == 0:
                    self._again(waiting, event, attempt)
                    await asyncio.sleep(0.02)
                    continue
                self.tries += 1
                status = 0
                with contextlib.suppress(OSError, EOFError, TimeoutError):
                    streams = streams or await asyncio.open_connection("127.0.0.1", self.port)
                    status = await asyncio.wait_for(_post(event, self.secret, *streams), TIMEOUT)
                if status != 200:
                    await _close(streams)
                    streams = None
                if status != 200 and attempt < len(RETRY_AFTER):
                    # It counts as waiting until it is back in the queue, so that join() does not end before it.
                    loop = asyncio.get_running_loop()
                    loop.call_later(RETRY_AFTER[attempt], self._again, waiting, event, attempt + 1)
                    continue
                (self.acknowledged if status == 200 else self.given_up).add(event["id"])
                waiting.task_done()
        finally:
            await _close(streams)

    def _again(self, waiting: "asyncio.Queue[tuple[dict[str, Any], int]]", event: dict[str, Any], attempt: int) -> None:
        waiting.put_nowait((event, attempt))
        waiting.task_done()


async def _close(streams: Streams | None) -> None:
    if streams is not None:
        streams[1].close()
        with contextlib.suppress(OSError):
            await streams[1].wait_closed()


async def _post(event: dict[str, Any], secret: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    """The status of the answer."""
    body = json.dumps(event).encode()
    head = (
        "POST /webhooks/100ms/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"X-Webhook-Secret: {secret}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
    length = next((int(line.partition(":")[2]) for line in lines if line.startswith("content-length:")), 0)
    await reader.readexactly(length)
    return int(lines[0].split(" ")[1])
