"""What the sections of the API share: objects that keep what was received, and the verbs."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec

from rooms.hms.calls import Calls, Query, path
from rooms.hms.errors import UnreadableAnswer
from rooms.hms.times import moment, written

Moment = Annotated[datetime, msgspec.Meta(tz=True)]

T = TypeVar("T", bound="Object")
Filter = str | bool | int | datetime | None


class Object(msgspec.Struct, frozen=True, kw_only=True):
    """An object of the API, typed where we read it and kept whole in `raw`.

    Keys we do not know are let pass; a key that is missing, null or the zero time takes its default. `raw` is
    the object as received and not to be changed.
    """

    # Named so that no key of an answer can be taken for it.
    raw: dict[str, Any] = msgspec.field(default_factory=dict, name=" raw")

    def __repr__(self) -> str:
        """Type and id only: `raw` may hold secrets, such as a room's webhook headers."""
        return f"<{type(self).__name__} {getattr(self, 'id', '')}>"


def read(kind: type[T], raw: Any) -> T:
    """An answer as `kind`. Raises UnreadableAnswer when a required key is missing or of another type."""
    try:
        thing = msgspec.convert(_known(raw), kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise UnreadableAnswer(f"{kind.__name__}: {error}") from error
    _keep(thing, raw)
    return thing


def whole(raw: Any) -> dict[str, Any]:
    """An object as received. Raises UnreadableAnswer when it is none."""
    if not isinstance(raw, dict):
        raise UnreadableAnswer(f"expected an object, got {type(raw).__name__}")
    return raw


def _known(value: Any) -> Any:
    """A copy with real times for the texts under `…_at`, and without the keys that say "none"."""
    if isinstance(value, list):
        return [_known(item) for item in value]
    if not isinstance(value, dict):
        return value
    known = {}
    for key, item in value.items():
        if key.endswith("_at") and isinstance(item, str):
            # Not msgspec's own reading: it rounds nanoseconds, and then an object and an event that name the
            # same time would differ by a microsecond. What is no time stays text, for the type of its field
            # to judge.
            with suppress(ValueError):
                item = moment(item)
        if item is not None:
            known[key] = _known(item)
    return known


def _keep(thing: Object, raw: dict[str, Any]) -> None:
    msgspec.structs.force_setattr(thing, "raw", raw)
    for name in thing.__struct_fields__:
        value = getattr(thing, name)
        if isinstance(value, Object):
            _keep(value, raw[name])
        elif isinstance(value, dict):
            for key, item in value.items():
                if isinstance(item, Object):
                    _keep(item, raw[name][key])


def query(**filters: Filter) -> list[tuple[str, str]]:
    """Filters as query parameters; None and "" ask for nothing."""
    pairs = []
    for name, value in filters.items():
        if isinstance(value, bool):
            pairs.append((name, "true" if value else "false"))
        elif isinstance(value, datetime):
            pairs.append((name, written(value)))
        elif value is not None and value != "":
            pairs.append((name, str(value)))
    return pairs


class Resource:
    """A section of the API. Paths are given in segments, which are escaped."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def _get(self, *segments: str, query: Query = (), with_cursor: bool = False) -> dict[str, Any]:
        return self._calls.call("GET", path(*segments), query=query, repeatable=True, with_cursor=with_cursor)

    def _post(self, *segments: str, body: dict[str, Any], repeatable: bool) -> dict[str, Any]:
        """Send a change. `repeatable` only where doing it twice is the same as doing it once.

        A call without fields sends {} as the official SDK does (contract, info).
        """
        return self._calls.call("POST", path(*segments), body=body, repeatable=repeatable)
