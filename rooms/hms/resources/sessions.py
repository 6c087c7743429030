"""Sessions: past and running calls (contract, tag Sessions)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rooms.hms.errors import UnreadableAnswer
from rooms.hms.pages import Page, by_last, check_limit
from rooms.hms.resources.base import Moment, Object, Resource, keep, operation, query, read, received


class SessionPeer(Object, frozen=True, kw_only=True):
    """One stay of a peer; who comes back is a new peer. `left_at` is None while the peer is in."""

    id: str
    session_id: str = ""
    name: str = ""
    role: str = ""
    user_id: str = ""
    joined_at: Moment | None = None
    left_at: Moment | None = None


class Session(Object, frozen=True, kw_only=True):
    """A call in a room. `peers` by peer id; `updated_at` is close to the end once it is not `active`."""

    id: str
    room_id: str
    active: bool
    created_at: Moment
    updated_at: Moment | None = None
    customer_id: str = ""
    app_id: str = ""
    peers: dict[str, SessionPeer] = {}


class Sessions(Resource):
    """`client.sessions`"""

    @operation("get_session")
    def get(self, session_id: str) -> Session:
        """One session. Raises NotFound, or Forbidden for an id 100ms never made."""
        return _session(self.get_raw(session_id))

    def get_raw(self, session_id: str) -> dict[str, Any]:
        """The same as received, for who reads it with more patience than the type allows."""
        return self._get("sessions", session_id)

    def list(
        self,
        *,
        room_id: str | None = None,
        active: bool | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        limit: int = 100,
    ) -> Iterator[Session]:
        """All sessions that match, newest first, page by page as they are used."""
        pages = self.pages(room_id=room_id, active=active, after=after, before=before, limit=limit)
        return (session for page in pages for session in page.items)

    @operation("list_sessions")
    def pages(
        self,
        *,
        room_id: str | None = None,
        active: bool | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        start: str = "",
        limit: int = 100,
    ) -> Iterator[Page[Session]]:
        """The pages of `list`, from cursor `start` on.

        `after` and `before` bound the start of the session, both included, in milliseconds. Sources disagree
        whether leaving out `active` gives all sessions or the running ones: to be sure of all, ask twice.
        """
        pages = self.raw_pages(room_id=room_id, active=active, after=after, before=before, start=start, limit=limit)
        return (Page([_session(item) for item in page.items], page.next) for page in pages)

    def raw_pages(
        self,
        *,
        room_id: str | None = None,
        active: bool | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        start: str = "",
        limit: int = 100,
    ) -> Iterator[Page[dict[str, Any]]]:
        """The same as received: one object that is not as the contract says does not hide the others."""
        check_limit(limit, least=10)

        def fetch(start: str) -> dict[str, Any]:
            asked = query(room_id=room_id, active=active, after=after, before=before, limit=limit, start=start)
            return self._get("sessions", query=asked, with_cursor=bool(start))

        return by_last(fetch, received, start=start, limit=limit)


def _session(raw: Any) -> Session:
    """A session whose peers come by id, as all samples have them, or as a list, as the object's page says."""
    peers = raw.get("peers") if isinstance(raw, dict) else None
    if not isinstance(peers, list):
        return read(Session, raw)
    by_id = {peer.get("id") if isinstance(peer, dict) else None: peer for peer in peers}
    if None in by_id:
        raise UnreadableAnswer("Session: a peer without an id")
    return keep(read(Session, {**raw, "peers": by_id}), raw)
