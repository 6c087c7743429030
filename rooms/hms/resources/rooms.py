"""Rooms: lasting places for sessions (contract, tag Rooms)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from rooms.hms.limits import by_name, check, each, fields, flag, one_of, text, whole
from rooms.hms.pages import Page, by_last, check_limit
from rooms.hms.resources.base import Moment, Object, Resource, body, operation, query, read, received

_UPLOAD = fields(
    {
        "type": one_of("s3", "gs", "oss", "azure"),
        "location": text(),
        "prefix": text(empty=True),
        "options": fields({"region": text(empty=True)}),
        # Rooms say `secret` where template settings say `secretKey`.
        "credentials": fields({"key": text(), "secret": text()}, required=("key", "secret")),
    },
    required=("type", "location"),
)
_FIELDS = {
    "name": text(pattern=r"[A-Za-z0-9.:_-]+", form="made of letters, digits and . - : _ only"),
    "description": text(empty=True),
    "recording_info": fields({"enabled": flag, "upload_info": _UPLOAD}),
    "region": one_of("in", "us", "eu", "auto"),
    "large_room": flag,
    "size": whole(0, 20_000, unit="people"),
    "max_duration_seconds": whole(120, 43_200, unit="seconds"),
    "polls": each(text()),
    "webhook": fields({"url": text(), "headers": by_name(text(empty=True))}, required=("url",)),
}
_CREATE = fields({**_FIELDS, "template_id": text()})
_UPDATE = fields({**_FIELDS, "enabled": flag})
_LARGE = 2500
"""People a room may hold that is not a large one."""


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

    @operation("get_room")
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

    @operation("list_rooms")
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

        return by_last(fetch, received, start=start, limit=limit)

    @operation("create_room")
    def create(
        self,
        *,
        name: str | None = None,
        description: str | None = None,
        template_id: str | None = None,
        region: str | None = None,
        large_room: bool | None = None,
        size: int | None = None,
        max_duration_seconds: int | None = None,
        polls: Sequence[str] | None = None,
        recording_info: Mapping[str, Any] | None = None,
        webhook: Mapping[str, Any] | None = None,
    ) -> Room:
        """A new room, or the room of that name (case ignored) overwritten with these settings.

        So the docs; the SDK's say that the room is answered as it stands, so look at what comes back. Without a name
        100ms makes one, without a template it takes the workspace's default. More than 2500 people need `large_room`.
        Raises BadRequest. Safe to repeat with a name, which is met again; without one it is sent once, for a repeat
        would make a second room.
        """
        asked = body(
            name=name,
            description=description,
            template_id=template_id,
            region=region,
            large_room=large_room,
            size=size,
            max_duration_seconds=max_duration_seconds,
            polls=polls,
            recording_info=recording_info,
            webhook=webhook,
        )
        check(asked, _CREATE)
        if size is not None and size > _LARGE and not large_room:
            raise ValueError(f"size above {_LARGE} people needs large_room")
        return read(Room, self._post("rooms", body=asked, repeatable=name is not None))

    @operation("update_room")
    def update(
        self,
        room_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        region: str | None = None,
        large_room: bool | None = None,
        size: int | None = None,
        max_duration_seconds: int | None = None,
        polls: Sequence[str] | None = None,
        recording_info: Mapping[str, Any] | None = None,
        webhook: Mapping[str, Any] | None = None,
    ) -> Room:
        """Change a room; what is left out stays, `recording_info` is replaced as a whole.

        A disabled room's session goes on, and nobody new can join. The template is changed by `create` with the
        room's name. Look at the id of the answer after changing a name: the docs say that a name of another room
        answers with that room. Raises BadRequest or NotFound. Safe to repeat: it sets what it says.
        """
        asked = body(
            name=name,
            description=description,
            enabled=enabled,
            region=region,
            large_room=large_room,
            size=size,
            max_duration_seconds=max_duration_seconds,
            polls=polls,
            recording_info=recording_info,
            webhook=webhook,
        )
        check(asked, _UPDATE)
        # Left out, `large_room` may keep its old value: then 100ms must say.
        if size is not None and size > _LARGE and large_room is False:
            raise ValueError(f"size above {_LARGE} people needs large_room")
        return read(Room, self._post("rooms", room_id, body=asked, repeatable=True))
