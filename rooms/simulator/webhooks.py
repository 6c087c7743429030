"""Posts webhooks as 100ms does: JSON and a secret header of your choice; only 200 counts; else again after
1, 3 and 10 seconds, then silence (EVENTS traps 1 to 5)."""

import heapq
import itertools
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException, HTTPSConnection, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

import orjson

from rooms.simulator.deliveries import Deliveries, Replay
from rooms.simulator.faults import Faults
from rooms.simulator.occurrence import Occurrence
from rooms.simulator.room import Room
from rooms.simulator.world import World

RETRIES = (1.0, 3.0, 10.0)
PATIENCE = 10.0  # seconds for an answer

Post = Callable[[str, dict[str, str], bytes], int]


@dataclass(frozen=True, slots=True)
class Target:
    """Where the workspace's webhooks go."""

    url: str
    secret: str = ""
    header: str = "X-Webhook-Secret"


@dataclass(order=True, slots=True)
class _Delivery:
    due: float
    order: int
    room: Room = field(compare=False)
    event: Occurrence = field(compare=False)
    body: bytes = field(compare=False)
    tries: int = field(default=0, compare=False)
    replay: Replay | None = field(default=None, compare=False)


class WebhookSender:
    """Sends what happens in `world` after this was made. `clock` (seconds) times the retries, in real time.

    `post` sends one request and gives the status, or raises OSError or HTTPException. Without `start`, nothing
    moves by itself: `collect` takes what has happened since, `deliver` posts the next that is due.
    """

    def __init__(
        self,
        world: World,
        target: Target | None,
        *,
        faults: Faults | None = None,
        post: Post | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._world = world
        self.target = target
        self._faults = faults or Faults()
        self._poster = Poster()
        self._post = post or self._poster
        self._clock = clock
        self._since = world.now()
        self._reached: dict[str, int] = {}
        self._random = random.Random(f"{world.seed}/webhooks")
        self._waiting: list[_Delivery] = []
        self._order = itertools.count()
        self._change = threading.Condition()
        self._collecting = threading.Lock()
        self._busy = 0
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self.counts: Counter[str] = Counter()
        self.recent: deque[dict[str, Any]] = deque(maxlen=200)
        self.deliveries = Deliveries()

    # Collecting

    def collect(self) -> int:
        """Queue the webhooks of what has happened since the last call; how many were queued."""
        with self._collecting:
            if self._faults.webhooks.stopped:
                return 0
            self._world.unfold()
            # Who changes a session holds this lock too: no change can happen at a moment that was already passed over.
            with self._world.lock:
                return self._collected(self._world.now())

    def _collected(self, now: int) -> int:
        queued = 0
        for session in self._world.unsettled(self._since):
            # Sessions older than the sender were heard of up to its start, later ones not at all.
            before = self._since if session.start < self._since else session.start - 1
            after = self._reached.get(session.id, before)
            if after >= session.settled:
                continue
            for one in session.sent:
                if after < one.at <= now:
                    queued += self._queue(session.room, one)
            self._reached[session.id] = now
        return queued

    def send_again(self, session_id: str, *, replay: bool = True, shuffle: bool = False, copies: int = 1) -> int:
        """Queue all webhooks of a session so far once more, as a replay does; how many were queued.

        A replay marks them `is_replay` and brings the lost ones too. Raises Refused (404) for no such session.
        """
        session = self._world.session(session_id)
        now = self._world.now()
        again = [one for one in session.sent if one.at <= now and (replay or not one.lost)] * copies
        if shuffle:
            self._random.shuffle(again)
        for one in again:
            self._push(session.room, one, self._clock(), {"is_replay": True} if replay else {})
        return len(again)

    def _queue(self, room: Room, one: Occurrence) -> int:
        faults = self._faults.webhooks
        if one.lost or self._random.random() < faults.lose:
            self.counts["lost"] += 1
            if address := self._address(room):
                self.deliveries.add(self._world.now(), room, one, address[0], "timeout")
            return 0
        for _ in range(1 + faults.repeat):
            self._push(room, one, self._clock() + self._random.uniform(0, faults.reorder_seconds), {})
        return 1 + faults.repeat

    def replay(self, replay: Replay) -> None:
        """Post again what a replay has chosen, at its rate, each marked `is_replay`."""
        start = self._clock()
        for number, (room, one) in enumerate(replay.chosen):
            self._push(room, one, start + number / Replay.RATE, {"is_replay": True}, replay)

    def _push(
        self, room: Room, one: Occurrence, due: float, more: dict[str, Any], replay: Replay | None = None
    ) -> None:
        body = orjson.dumps({**one.envelope(self._world.workspace), **more})
        with self._change:
            delivery = _Delivery(due, next(self._order), room, one, body, replay=replay)
            heapq.heappush(self._waiting, delivery)
            self._change.notify()

    # Delivering

    def deliver(self, *, wait: float = 0.0) -> bool:
        """Post the next webhook that is due, waiting up to `wait` seconds for one; whether there was one."""
        delivery = self._next(wait)
        if delivery is None:
            return False
        try:
            self._attempt(delivery)
        finally:
            with self._change:
                self._busy -= 1
                self._change.notify_all()
        return True

    def _next(self, wait: float) -> _Delivery | None:
        with self._change:
            for last_look in (False, True):
                held = self._faults.webhooks.stopped
                if self._waiting and self._waiting[0].due <= self._clock() and not held:
                    self._busy += 1
                    return heapq.heappop(self._waiting)
                if last_look or not wait or self._stopping.is_set():
                    break
                soonest = self._waiting[0].due - self._clock() if self._waiting and not held else wait
                self._change.wait(min(wait, soonest))
        return None

    def _attempt(self, delivery: _Delivery) -> None:
        address = self._address(delivery.room)
        if address is None:
            self.counts["nowhere to send"] += 1
            self._done(delivery, well=False)
            return
        url, headers = address
        try:
            status: int | str = self._post(url, headers, delivery.body)
        except (OSError, HTTPException) as problem:
            status = type(problem).__name__
        one = delivery.event
        self.recent.append({"event": f"{one.type} {one.id}", "try": delivery.tries + 1, "result": status})
        error = None if status == 200 else f"status {status}" if isinstance(status, int) else status
        self.deliveries.add(self._world.now(), delivery.room, one, url, error)
        if status == 200:
            self.counts["acknowledged"] += 1
            self._done(delivery, well=True)
        elif delivery.tries < len(RETRIES):
            self.counts["retried"] += 1
            again = replace(delivery, due=self._clock() + RETRIES[delivery.tries], tries=delivery.tries + 1)
            with self._change:
                heapq.heappush(self._waiting, again)
        else:
            self.counts["given up"] += 1
            self._done(delivery, well=False)

    def _done(self, delivery: _Delivery, *, well: bool) -> None:
        if delivery.replay is not None:
            delivery.replay.done(delivery.event.id, self._world.now(), well=well)

    def _address(self, room: Room) -> tuple[str, dict[str, str]] | None:
        """Where webhooks of a room go, and the headers they carry; None when nowhere."""
        headers = {"Content-Type": "application/json"}
        own = room.webhook  # replaces the workspace's for its room: EVENTS trap 5
        if own:
            return str(own["url"]), headers | (own.get("headers") or {})
        if self.target is None:
            return None
        return self.target.url, headers | ({self.target.header: self.target.secret} if self.target.secret else {})

    # By itself

    def start(self, threads: int = 4) -> None:
        """Collect and deliver from now on, in threads of its own."""
        self._threads = [threading.Thread(target=self._collect_on, daemon=True)]
        self._threads += [threading.Thread(target=self._deliver_on, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End those threads; a post under way is finished first."""
        with self._change:
            self._stopping.set()
            self._change.notify_all()
        for thread in self._threads:
            thread.join()
        self._threads = []
        self._poster.close()

    def flush(self, timeout: float = 30.0) -> bool:
        """Make all that waits due now and see it through, retries too.

        False when webhooks are stopped or `timeout` seconds ran out.
        """
        if self._faults.webhooks.stopped:
            return False
        self.collect()
        ends = time.monotonic() + timeout
        while time.monotonic() < ends:
            with self._change:
                for delivery in self._waiting:
                    delivery.due = 0.0
                heapq.heapify(self._waiting)
                idle = not self._waiting and not self._busy
                if not idle and self._threads:
                    self._change.notify_all()
                    self._change.wait(0.05)
            if idle:
                return True
            if not self._threads:
                self.deliver()
        return False

    def as_object(self) -> dict[str, Any]:
        """For the control endpoints."""
        with self._change:
            waiting = len(self._waiting) + self._busy
        url = self.target.url if self.target else None
        return {"url": url, "waiting": waiting, "counts": dict(self.counts), "recent": list(self.recent)[-20:]}

    def _collect_on(self) -> None:
        while not self._stopping.is_set():
            self.collect()
            self._stopping.wait(0.05)

    def _deliver_on(self) -> None:
        while not self._stopping.is_set():
            self.deliver(wait=0.5)


class Poster:
    """Posts over HTTP/1.1, keeping one connection a thread and address."""

    def __init__(self) -> None:
        self._local = threading.local()
        self._all: list[HTTPConnection] = []
        self._lock = threading.Lock()

    def __call__(self, url: str, headers: dict[str, str], body: bytes) -> int:
        parts = urlsplit(url)
        connection = self._connection(parts.scheme, parts.netloc)
        path = parts.path or "/"
        target = f"{path}?{parts.query}" if parts.query else path
        kept = connection.sock is not None
        try:
            return self._exchange(connection, target, headers, body)
        except (RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            if not kept:
                raise
            return self._exchange(connection, target, headers, body)  # it had been closed while idle

    def _exchange(self, connection: HTTPConnection, target: str, headers: dict[str, str], body: bytes) -> int:
        try:
            connection.request("POST", target, body, headers)
            response = connection.getresponse()
            response.read()
        except (OSError, HTTPException):
            connection.close()
            raise
        return response.status

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for connection in self._all:
                connection.close()

    def _connection(self, scheme: str, netloc: str) -> HTTPConnection:
        kept: dict[tuple[str, str], HTTPConnection] = self._local.__dict__.setdefault("kept", {})
        if (scheme, netloc) not in kept:
            kind = HTTPSConnection if scheme == "https" else HTTPConnection
            kept[scheme, netloc] = kind(netloc, timeout=PATIENCE)
            with self._lock:
                self._all.append(kept[scheme, netloc])
        return kept[scheme, netloc]
