"""What differs between two JSON values, path by path: for the audit, a room's badge, a template before it is saved.

Pure: no Django, no clock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final


class Absent:
    """The value of what is not there; None is a value that 100ms sends."""

    def __repr__(self) -> str:
        return "absent"

    def __bool__(self) -> bool:
        return False


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two values differ. `path`: "roles.host.permissions.endRoom"; `ABSENT` where there is nothing."""

    path: str
    before: Any
    after: Any

    @property
    def added(self) -> bool:
        return self.before is ABSENT

    @property
    def removed(self) -> bool:
        return self.after is ABSENT


def differences(before: Any, after: Any) -> list[Difference]:
    """Where `after` is not as `before`, in the order of `before`, what is new at its end.

    Mappings are compared key by key, lists of mappings element by element, all else as a whole: a list of words that
    lost one reads better as two lists than as a row of shifted words.
    """
    return list(_walk("", before, after))


def _walk(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _walk(f"{path}.{key}" if path else str(key), before.get(key, ABSENT), after.get(key, ABSENT))
    elif _are_objects(before) and _are_objects(after):
        for place in range(max(len(before), len(after))):
            yield from _walk(f"{path}[{place + 1}]", _at(before, place), _at(after, place))
    elif before is ABSENT or after is ABSENT or before != after or type(before) is not type(after):
        yield Difference(path, before, after)


def _are_objects(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _at(items: Any, place: int) -> Any:
    return items[place] if place < len(items) else ABSENT
