"""Reads what is set in 100ms into our copies of it (`rooms.mirrors`), each time leaving the row of a pull."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from django.utils import timezone

from analytics.models import Pull
from analytics.pulling import Clock, recorded
from rooms import hms
from rooms.mirrors import polls, room_codes, rooms, stream_keys, templates
from rooms.mirrors.pulling import Pulled

Kind = Pull.Kind
# Rooms whose codes or stream key one run reads, those read longest ago first: 100ms lists them room by room only.
ROOMS_AT_ONCE: Final = 50

MIRRORS: Final[Mapping[str, Callable[[hms.Client, datetime], Pulled]]] = {
    Kind.ROOMS: lambda client, at: rooms.pull(client, at=at),
    Kind.TEMPLATES: lambda client, at: templates.pull(client, at=at),
    Kind.POLLS_SET: lambda client, at: polls.pull(client, at=at),
    Kind.CODES: lambda client, at: room_codes.pull_some(client, at=at, most=ROOMS_AT_ONCE),
    Kind.KEYS: lambda client, at: stream_keys.pull_some(client, at=at, most=ROOMS_AT_ONCE),
}


def pull_mirror(client: hms.Client, kind: str, *, clock: Clock = timezone.now) -> Pull:
    """Mirror one kind, a key of `MIRRORS`."""
    with recorded(kind, clock=clock) as (row, tally):
        pulled = MIRRORS[kind](client, clock())
        tally.pages, tally.objects = pulled.pages, pulled.objects
        tally.problems += pulled.problems
    return row


def pull_room(client: hms.Client, room_id: str, *, clock: Clock = timezone.now) -> Pull:
    """Mirror one room."""
    with recorded(Kind.ROOMS, clock=clock, room_id=room_id) as (row, tally):
        pulled = rooms.pull(client, at=clock(), room_id=room_id)
        tally.pages, tally.objects = pulled.pages, pulled.objects
        tally.problems += pulled.problems
    return row
