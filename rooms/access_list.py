"""A list of who gets which room, brought as a CSV file: read, tried without doing anything, then done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final, Literal, TypeVar

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from rooms.access import OBSERVERS, TEACHERS, is_ops
from rooms.models import Room, RoomAccess
from rooms.tables import Line, read_table

COLUMNS: Final = ("person", "room", "until", "change")
ALSO: Final = {"username": "person", "user": "person", "email": "person", "e_mail": "person", "room_id": "room"}
GIVE: Final = frozenset({"", "give", "add"})
TAKE: Final = frozenset({"take", "remove"})

T = TypeVar("T")
What = Literal["give", "change", "same", "take", "refused"]


@dataclass(frozen=True, slots=True)
class Planned:
    """What a line would do. `reason` says why it is refused."""

    number: int
    what: What
    person: str
    room: str
    until: datetime | None = None
    reason: str = ""
    user: User | None = None
    found: Room | None = None


def plan(content: bytes) -> list[Planned]:
    """What each line of the file would do, in its order. Raises `rooms.tables.Unreadable`.

    `person` is a user name or an e-mail address, `room` an id or a name, `until` a day (to its end) or a time in the
    current time zone, `change` give (also when left out) or take.
    """
    lines = read_table(content, COLUMNS, needed=("person", "room"), also=ALSO).lines
    people = _people({line["person"] for line in lines})
    rooms = _rooms({line["room"] for line in lines})
    held = {
        (access.user_id, access.room_id): access
        for access in RoomAccess.objects.filter(user__in=[one for found in people.values() for one in found])
    }
    planned: list[Planned] = []
    first: dict[tuple[int, str], int] = {}
    for line in lines:
        one = _planned(line, people, rooms, held)
        if (
            one.user
            and one.found
            and (before := first.setdefault((one.user.pk, one.found.pk), one.number)) < one.number
        ):
            one = _refused(line, f"line {before} says something of the same person and room already")
        planned.append(one)
    return planned


def _planned(
    line: Line,
    people: dict[str, list[User]],
    rooms: dict[str, list[Room]],
    held: dict[tuple[int, str], RoomAccess],
) -> Planned:
    try:
        user = _only(people.get(line["person"].casefold(), []), "person", line["person"])
        room = _only(rooms.get(line["room"].casefold(), []), "room", line["room"])
        until = _until(line["until"])
        change = line["change"].casefold()
        if change not in GIVE | TAKE:
            raise ValueError(f"change “{line['change']}” is neither give nor take")
        access = held.get((user.pk, room.pk))
        if change in TAKE and access is None:
            raise ValueError("they do not have this room")
        if change in GIVE and is_ops(user):
            raise ValueError("they run operations and see every room already")
        if change in GIVE and not {group.name for group in user.groups.all()} & {TEACHERS, OBSERVERS}:
            raise ValueError("they are neither teacher nor observer: give them a place first")
    except ValueError as problem:
        return _refused(line, str(problem))
    what: What = "take" if change in TAKE else "give"
    if what == "give" and access is not None:
        what = "same" if access.until == until else "change"
    return Planned(line.number, what, user.get_full_name() or user.get_username(), str(room), until, "", user, room)


def _refused(line: Line, reason: str) -> Planned:
    return Planned(line.number, "refused", line["person"], line["room"], reason=reason)


def _only(found: Sequence[T], column: str, written: str) -> T:
    if not written:
        raise ValueError(f"{column} is empty")
    if not found:
        raise ValueError(f"{column} “{written}” is not known here")
    if len(found) > 1:
        raise ValueError(f"{column} “{written}” could be any of {len(found)}: use the {_EXACT[column]}")
    return found[0]


_EXACT: Final = {"person": "user name", "room": "room's id"}


def _people(written: set[str]) -> dict[str, list[User]]:
    found: dict[str, list[User]] = {}
    words = {word.casefold() for word in written if word}
    for user in User.objects.filter(is_active=True).prefetch_related("groups"):
        for word in {user.get_username().casefold(), user.email.casefold()} & words:
            found.setdefault(word, []).append(user)
    return found


def _rooms(written: set[str]) -> dict[str, list[Room]]:
    found: dict[str, list[Room]] = {}
    words = {word.casefold() for word in written if word}
    for room in Room.objects.only("pk", "name"):
        for word in {room.pk.casefold(), room.name.casefold()} & words:
            found.setdefault(word, []).append(room)
    return found


def _until(written: str) -> datetime | None:
    if not written:
        return None
    try:
        until = parse_datetime(written)
        day = parse_date(written) if until is None or len(written) <= len("2026-12-31") else None
    except ValueError as problem:
        raise ValueError(f"until “{written}” is no day of the calendar") from problem
    if day is not None:
        until = datetime.combine(day, time(23, 59, 59))
    if until is None:
        raise ValueError(f"until “{written}” is neither a day (2026-12-31) nor a time (2026-12-31 15:30)")
    if timezone.is_naive(until):
        until = timezone.make_aware(until)
    if until <= timezone.now():
        raise ValueError(f"until “{written}” is past")
    return until
