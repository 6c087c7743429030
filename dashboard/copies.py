"""How old a page's copy of what 100ms tells room by room is, and what the newest look at it met."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rooms import hms
from rooms.connection import LOOK, NotConfigured, client
from rooms.mirrors import reading
from rooms.models import Reading, Room


@dataclass(frozen=True, slots=True)
class Copy:
    """`as_of` None: never read. `problem`: why it is no newer, in words; "" when all is well.

    To `_asof.html` it looks like a `dashboard.freshness.Freshness`.
    """

    as_of: datetime | None
    problem: str

    @property
    def is_late(self) -> bool:
        return bool(self.problem)


def looked_at(room: Room, kind: Reading.Kind, pull: Callable[..., Any], *, now: datetime) -> Copy:
    """The copy for somebody who looks at it now, read again first when it is old.

    One try without patience; when 100ms does not answer, the copy is what there is. Of a disabled room 100ms tells
    nothing, so it is not asked.
    """
    known = reading.of(room, kind)
    problem = ""
    if room.enabled and reading.is_due(known, now=now):
        try:
            pull(client(patience=0, timeout=LOOK), at=now, room=room)
        except NotConfigured as missing:
            problem = str(missing)
        except hms.Error:
            pass  # told in the reading
        known = reading.of(room, kind)
    return Copy(known.read_at if known else None, problem or (known.problem if known else ""))
