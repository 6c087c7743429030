"""A timetable: rooms as lines of a table, each with what shall be set for it. Pure: no Django, no 100ms."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from rooms.tables import Line, Unreadable, read_table

LARGEST_FILE: Final = 500_000
"""Bytes: the file goes back and forth with the dry run."""
COLUMNS: Final = ("name", "description", "template", "region", "recording", "places", "longest_minutes")
ALSO: Final[Mapping[str, str]] = {
    "room": "name",
    "room_name": "name",
    "size": "places",
    "minutes": "longest_minutes",
    "longest_session": "longest_minutes",
    "longest_session_minutes": "longest_minutes",
    "longest_minute": "longest_minutes",
}
SAMPLE: Final = (
    "name,description,template,region,recording,places,longest_minutes\r\n"
    "Physics-9B,Year 9 physics group B,,eu,yes,32,90\r\n"
    "Chemistry-11,,,auto,no,28,\r\n"
    "Staff-room,Open all day,,,,12,720\r\n"
)
_NAME: Final = re.compile(r"[A-Za-z0-9.:_-]{1,255}")
_YES: Final = frozenset({"yes", "y", "true", "on", "1"})
_NO: Final = frozenset({"no", "n", "false", "off", "0"})
_LONGEST_DESCRIPTION: Final = 5_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What a line asks for. `settings` by the names of the mirror, but for `template`, a name or an id as written;
    what a cell leaves empty is not among them. With `problems` the line cannot be carried out."""

    number: int
    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    problems: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Timetable:
    """`unknown`: columns that were left out, as written."""

    wishes: Sequence[Wish]
    unknown: Sequence[str]


def read_timetable(content: bytes) -> Timetable:
    """Raises `Unreadable` for what is no such table; what is wrong with a line is told by its wish."""
    if len(content) > LARGEST_FILE:
        raise Unreadable(f"The file is larger than {LARGEST_FILE // 1000} kB. Split it.")
    table = read_table(content, COLUMNS, needed=("name",), also=ALSO)
    if not table.lines:
        raise Unreadable("The file names columns, but no room.")
    first_named: dict[str, int] = {}
    wishes = []
    for line in table.lines:
        wish = _wish(line)
        first = first_named.setdefault(wish.name.casefold(), line.number)
        if wish.name and first != line.number:
            same = f"line {first} has this name already"
            wish = Wish(wish.number, wish.name, wish.settings, (*wish.problems, same))
        wishes.append(wish)
    return Timetable(wishes, table.unknown)


def _wish(line: Line) -> Wish:
    settings: dict[str, Any] = {}
    problems: list[str] = []
    name = line["name"]
    if not name:
        problems.append("name is missing")
    elif not _NAME.fullmatch(name):
        problems.append("name may have letters, digits and . - : _ only, 255 at most")
    for column, (setting, read) in _CELLS.items():
        if not line[column]:
            continue
        try:
            settings[setting] = read(line[column])
        except ValueError as problem:
            problems.append(f"{column} {problem}")
    return Wish(line.number, name, settings, tuple(problems))


def _text(text: str) -> str:
    if len(text) > _LONGEST_DESCRIPTION:
        raise ValueError(f"has more than {_LONGEST_DESCRIPTION:,} characters")
    return text


def _region(text: str) -> str:
    if text.casefold() not in ("eu", "in", "us", "auto"):
        raise ValueError("must be eu, in, us or auto")
    return text.casefold()


def _yes_or_no(text: str) -> bool:
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise ValueError("must be yes or no")


def _places(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 20_000:
        raise ValueError("must be a whole number, 20000 at most")
    return int(text)


def _seconds(text: str) -> int:
    """Of minutes; a spreadsheet may write them with a comma."""
    try:
        minutes = Decimal(text.replace(",", ".")) if re.fullmatch(r"[0-9]+([.,][0-9]+)?", text) else Decimal(0)
    except InvalidOperation:
        minutes = Decimal(0)
    if not 2 <= minutes <= 720:
        raise ValueError("must be 2 to 720")
    return round(minutes * 60)


_CELLS: Final[Mapping[str, tuple[str, Callable[[str], Any]]]] = {
    "description": ("description", _text),
    "template": ("template", _text),
    "region": ("region", _region),
    "recording": ("recording_enabled", _yes_or_no),
    "places": ("size", _places),
    "longest_minutes": ("max_duration_seconds", _seconds),
}
