"""The analytics list: pages over a snapshot of the first query (EVENTS traps 37 and 38).

A cursor holds the query, the moment it was asked and how far it has been read, signed; nothing is kept, so it
outlives a restart of the same world. It dies 24 hours after the first query, by the world's clock. Events
older than 30 days at that moment are not listed, later ones never appear.
"""

import base64
import hmac
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import astuple, dataclass
from threading import Lock

import orjson

from rooms.simulator.clock import DAY
from rooms.simulator.occurrence import Occurrence
from rooms.simulator.refusals import bad_query
from rooms.simulator.session import Session
from rooms.simulator.world import World

CURSOR_LIFE = DAY
LOOKBACK = 30 * DAY
_KEPT = 64  # lists held ready for the next page; any of them can be made again


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked for; None and empty mean all."""

    room_id: str
    types: tuple[str, ...] = ()
    session_id: str | None = None
    peer_id: str | None = None
    user_id: str | None = None
    beam_id: str | None = None
    error: bool = False

    def wants(self, one: Occurrence) -> bool:
        """Whether an event is among what was asked for."""
        named = {
            "session_id": self.session_id,
            "peer_id": self.peer_id,
            "user_id": self.user_id,
            "beam_id": self.beam_id,
        }
        return (
            (not self.types or one.type in self.types)
            and (not self.error or one.type.startswith("client."))
            and all(value is None or one.data.get(key) == value for key, value in named.items())
        )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A query at a moment; `sessions` is how many sessions the world knew then."""

    query: Query
    asked: int
    sessions: int


@dataclass(frozen=True, slots=True)
class Page:
    """`next` is empty at the end."""

    events: list[Occurrence]
    total: int
    next: str


class Snapshots:
    """Reads pages of a world's analytics events, oldest first."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._key = f"{world.seed}/{world.workspace.account_id}".encode()
        self._lists: OrderedDict[Snapshot, list[Occurrence]] = OrderedDict()
        self._lock = Lock()

    def page(self, query: Query, limit: int, cursor: str = "") -> Page:
        """The first page of a query, or the one a cursor points to.

        Raises Refused (400) for a cursor that is none, is dead, or is of another room.
        """
        if cursor:
            snapshot, offset = self._open(cursor)
            if snapshot.query.room_id != query.room_id:
                raise bad_query("start belongs to another query")
        else:
            snapshot, offset = Snapshot(query, self._world.now(), len(self._world.sessions)), 0
        events = self._list(snapshot)
        read = offset + limit
        following = self._seal(snapshot, read) if read < len(events) else ""
        return Page(events[offset:read], len(events), following)

    def _list(self, snapshot: Snapshot) -> list[Occurrence]:
        with self._lock:
            if snapshot in self._lists:
                self._lists.move_to_end(snapshot)
                return self._lists[snapshot]
        events = self._collect(snapshot)
        with self._lock:
            self._lists[snapshot] = events
            while len(self._lists) > _KEPT:
                self._lists.popitem(last=False)
        return events

    def _collect(self, snapshot: Snapshot) -> list[Occurrence]:
        query, until = snapshot.query, snapshot.asked
        since = until - LOOKBACK
        found: list[Occurrence] = []
        for session in self._sessions(snapshot):
            if session.settled >= since and session.start <= until:
                listed = session.listed[: bisect_right(session.listed, until, key=lambda one: one.at)]
                found += [one for one in listed if one.at >= since and query.wants(one)]
        if query.session_id is None:
            found.sort(key=lambda one: (one.at, one.id))
        return found

    def _sessions(self, snapshot: Snapshot) -> list[Session]:
        query = snapshot.query
        if query.session_id is not None:
            one = self._world.sessions.get(query.session_id)
            sessions = [] if one is None or one.room.id != query.room_id else [one]
        else:
            sessions = [one for one in list(self._world.sessions.values()) if one.room.id == query.room_id]
        return [one for one in sessions if one.number < snapshot.sessions]

    def _seal(self, snapshot: Snapshot, offset: int) -> str:
        content = orjson.dumps([offset, snapshot.asked, snapshot.sessions, *astuple(snapshot.query)])
        return base64.urlsafe_b64encode(self._sign(content) + content).decode()

    def _open(self, cursor: str) -> tuple[Snapshot, int]:
        try:
            sealed = base64.urlsafe_b64decode(cursor)
        except ValueError:
            sealed = b""
        signature, content = sealed[:16], sealed[16:]
        if not hmac.compare_digest(signature, self._sign(content)):
            raise bad_query("start is not a cursor")
        offset, asked, sessions, room_id, types, *rest = orjson.loads(content)
        if self._world.now() - asked >= CURSOR_LIFE:
            raise bad_query("start has expired")
        return Snapshot(Query(room_id, tuple(types), *rest), asked, sessions), offset

    def _sign(self, content: bytes) -> bytes:
        return hmac.digest(self._key, content, "sha256")[:16]
