"""What the sections of the API share: objects that keep what was received, the verbs, and the mark of an operation.

A section is a module with a `Resource` whose methods are plain verbs. The one method that sends an operation of
the contract bears its id:

    @operation("create_room")
    def create(self, …) -> Room: …

`rooms.hms.client.operations()` gathers the marks of all sections, so that tests and docs/api-coverage.md count
operations from the code. Where a list has both `pages` and `list`, `pages` bears the mark, for `list` asks
through it.

What a change sends is given as arguments; where the contract nests objects (a role, a poll's questions), as a
mapping in the contract's own spelling, so that what was read (`raw`) can be changed and sent back without losing
what we do not know. Documented limits are checked first (`rooms.hms.limits`): ValueError names the field.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Annotated, Any, TypeVar, cast

import msgspec

from rooms.hms.calls import Calls, Query, path
from rooms.hms.errors import UnreadableAnswer
from rooms.hms.pages import by_last, check_limit
from rooms.hms.times import moment, written

Moment = Annotated[datetime, msgspec.Meta(tz=True)]

T = TypeVar("T", bound="Object")
M = TypeVar("M", bound=Callable[..., Any])
Filter = str | bool | int | datetime | None

_MARK = "operation_of_the_contract"
# Beside `…_at`: templates are written in camelCase, deliveries and replays name their times otherwise.
_TIMES = frozenset({"createdAt", "updatedAt", "event_timestamp", "start_time", "end_time"})


def operation(operation_id: str) -> Callable[[M], M]:
    """Marks the method that sends this operation of the contract, and no other method may bear its id."""

    def mark(method: M) -> M:
        method.__dict__[_MARK] = operation_id
        return method

    return mark


def operations_of(section: type["Resource"]) -> Iterator[tuple[str, str]]:
    """(operation id, method name) of every marked method, in the order they are written."""
    for name, value in vars(section).items():
        if operation_id := getattr(value, _MARK, None):
            yield operation_id, name


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


class Ack(Object, frozen=True, kw_only=True):
    """A plain acknowledgement (contract, schema MessageAck): the change is done or under way."""

    message: str = ""


def read(kind: type[T], raw: Any) -> T:
    """An answer as `kind`. Raises UnreadableAnswer when a required key is missing or of another type."""
    try:
        thing = msgspec.convert(_known(raw), kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise UnreadableAnswer(f"{kind.__name__}: {error}") from error
    _keep(thing, raw)
    return thing


def keep(thing: T, raw: dict[str, Any]) -> T:
    """`thing` with another `raw`: that which was received, where `read` was given it in another shape."""
    msgspec.structs.force_setattr(thing, "raw", raw)
    return thing


def read_list(kind: type[T], answer: dict[str, Any], key: str = "data") -> tuple[T, ...]:
    """The objects under `key` of an answer that is no page; () when it is null or missing."""
    found = answer.get(key) or []
    if not isinstance(found, list):
        raise UnreadableAnswer(f"{key}: expected a list, got {type(found).__name__}")
    return tuple(read(kind, item) for item in found)


def received(raw: Any) -> dict[str, Any]:
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
        if isinstance(item, str) and (key.endswith("_at") or key in _TIMES):
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
    for name, key in zip(thing.__struct_fields__, thing.__struct_encode_fields__, strict=True):
        # What the answer left out has its default, which many objects share and which keeps nothing.
        if name != "raw" and raw.get(key) is not None:
            _keep_below(getattr(thing, name), raw[key])


def _keep_below(value: Any, raw: Any) -> None:
    if isinstance(value, Object):
        _keep(value, raw)
    elif isinstance(value, dict):
        for key, item in value.items():
            _keep_below(item, raw[key])
    elif isinstance(value, tuple):
        for item, one in zip(value, raw, strict=True):
            _keep_below(item, one)


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


def body(**fields: Any) -> dict[str, Any]:
    """Arguments as the fields of a body; None leaves the field out, and so as it is."""
    return {name: value for name, value in fields.items() if value is not None}


class Resource:
    """A section of the API. Paths are given in segments, which are escaped."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def _get(self, *segments: str, query: Query = (), with_cursor: bool = False) -> dict[str, Any]:
        answer = self._calls.call("GET", path(*segments), query=query, repeatable=True, with_cursor=with_cursor)
        return cast(dict[str, Any], answer)

    def _get_array(self, *segments: str) -> list[Any]:
        return cast(list[Any], self._calls.call("GET", path(*segments), repeatable=True, array=True))

    def _list(
        self,
        kind: type[T],
        *segments: str,
        query: Query = (),
        limit: int,
        least: int = 1,
        items: tuple[str, ...] = ("data",),
    ) -> Iterator[T]:
        """All items of a list of style "cursor", page by page as they are used.

        `least` is 1 where the page of the contract names no bounds: the general page says 10, its samples show 1.
        """
        check_limit(limit, least=least)
        path(*segments)  # a wrong id is told now, not at the first item

        def fetch(start: str) -> dict[str, Any]:
            asked = [*query, ("limit", str(limit)), *([("start", start)] if start else [])]
            return self._get(*segments, query=asked, with_cursor=bool(start))

        pages = by_last(fetch, partial(read, kind), start="", limit=limit, items=items)
        return (item for page in pages for item in page.items)

    def _post(
        self,
        *segments: str,
        body: dict[str, Any],
        repeatable: bool,
        token: str | None = None,
        timeout: float | None = None,
    ) -> dict[str, Any]:
        """Send a change. `repeatable` only where doing it twice is the same as doing it once.

        A call without fields sends {} as the official SDK does (contract, info).
        """
        answer = self._calls.call(
            "POST", path(*segments), body=body, repeatable=repeatable, token=token, timeout=timeout
        )
        return cast(dict[str, Any], answer)

    def _post_array(self, *segments: str, body: Sequence[Any], repeatable: bool) -> list[Any]:
        answer = self._calls.call("POST", path(*segments), body=body, repeatable=repeatable, array=True)
        return cast(list[Any], answer)

    def _delete(self, *segments: str, repeatable: bool) -> None:
        self._calls.call("DELETE", path(*segments), repeatable=repeatable)
