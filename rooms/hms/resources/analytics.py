"""Analytics events: tracks, recordings and errors (contract, tag Analytics)."""

from collections.abc import Iterator, Sequence
from typing import Any

from rooms.hms.pages import EventPage, by_snapshot, check_limit
from rooms.hms.resources.base import Resource, query


class Analytics(Resource):
    """`client.analytics`. 100ms holds the last 30 days (EVENTS trap 38)."""

    def events(
        self,
        *,
        room_id: str,
        session_id: str | None = None,
        peer_id: str | None = None,
        user_id: str | None = None,
        beam_id: str | None = None,
        types: Sequence[str] = (),
        error: bool | None = None,
        limit: int = 100,
    ) -> Iterator[dict[str, Any]]:
        """All events that match, as received, page by page as they are used."""
        pages = self.pages(
            room_id=room_id,
            session_id=session_id,
            peer_id=peer_id,
            user_id=user_id,
            beam_id=beam_id,
            types=types,
            error=error,
            limit=limit,
        )
        return (event for page in pages for event in page.events)

    def pages(
        self,
        *,
        room_id: str,
        session_id: str | None = None,
        peer_id: str | None = None,
        user_id: str | None = None,
        beam_id: str | None = None,
        types: Sequence[str] = (),
        error: bool | None = None,
        start: str = "",
        limit: int = 100,
    ) -> Iterator[EventPage]:
        """The pages of `events`, from cursor `start` on; CursorExpired when it is older than 24 h.

        No `types` means all of them. The pages show the moment of the first query, so to follow a running
        session ask anew and drop the ids already known (EVENTS trap 37). Events carry no promise of order.
        """
        check_limit(limit, least=1)
        if not room_id:
            raise ValueError("100ms gives events of one room at a time: room_id is required")

        def fetch(start: str) -> dict[str, Any]:
            asked = query(
                room_id=room_id,
                session_id=session_id,
                peer_id=peer_id,
                user_id=user_id,
                beam_id=beam_id,
                error=error,
                limit=limit,
                start=start,
            )
            asked += [("type", name) for name in types]
            return self._get("analytics", "events", query=asked, with_cursor=bool(start))

        return by_snapshot(fetch, start=start)
