"""Rooms: lasting places for sessions (contract, tag Rooms)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rooms.hms.pages import Page, by_last, check_limit
from rooms.hms.resources.base import Moment, Object, Resource, query, read, whole


class Room(Object, frozen=True, kw_only=True):
    """A room (contract, schema Room). `size` people, `max_duration_seconds` seconds."""

    id: str
    name: str
    enabled: bool
    description: str = ""
    customer_id: str = ""
    app_id: str = ""
    template_id: str = ""
    template: str = ""
    region: str = ""
    large_room: bool = False
    size: int | None = None
    max_duration_seconds: int | None = None
    recording_info: dict[str, Any] | None = None
    recording: dict[str, Any] | None = None  # its older spelling, which list answers use
    recording_source_template: bool | None = None
    enabled_source_template: bool | None = None
    polls: tuple[str, ...] = ()
    webhook: dict[str, Any] | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None


class Rooms(Resource):
    """`client.rooms`"""

    def get(self, room_id: str) -> Room:
        """One room. Raises NotFound, or Forbidden for an id 100ms never made."""
        return read(Room, self._get("rooms", room_id))

    def list(
        self,
        *,
        name: str | None = None,
        enabled: bool | None = None,
        template_id: str | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        limit: int = 100,
    ) -> Iterator[Room]:
        """All rooms that match, page by page as they are used."""
        pages = self.pages(name=name, enabled=enabled, template_id=template_id, after=after, before=before, limit=limit)
        return (room for page in pages for room in page.items)

    def pages(
        self,
        *,
        name: str | None = None,
        enabled: bool | None = None,
        template_id: str | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        start: str = "",
        limit: int = 100,
    ) -> Iterator[Page[Room]]:
        """The pages of `list`, from cursor `start` on.

        `after` and `before` bound the creation, both included, in milliseconds. Sources disagree whether
        leaving out `enabled` gives all rooms or the enabled ones: to be sure of all, ask twice.
        """
        pages = self.raw_pages(
            name=name,
            enabled=enabled,
            template_id=template_id,
            after=after,
            before=before,
            start=start,
            limit=limit,
        )
        return (Page([read(Room, item) for item in page.items], page.next) for page in pages)

    def raw_pages(
        self,
        *,
        name: str | None = None,
        enabled: bool | None = None,
        template_id: str | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        start: str = "",
        limit: int = 100,
    ) -> Iterator[Page[dict[str, Any]]]:
        """The same as received: one object that is not as the contract says does not hide the others."""
        check_limit(limit, least=10)

        def fetch(start: str) -> dict[str, Any]:
            asked = query(
                name=name,
                enabled=enabled,
                template_id=template_id,
                after=after,
                before=before,
                limit=limit,
                start=start,
            )
            return self._get("rooms", query=asked, with_cursor=bool(start))

        return by_last(fetch, whole, start=start, limit=limit)
