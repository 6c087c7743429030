"""Read models from Events, from empty. A room is one transaction, so readers never see it half-built."""

from collections.abc import Iterator
from itertools import groupby

from django.db import transaction

from analytics.ingest import lock
from analytics.models import Event
from analytics.projections import clear, project
from analytics.projections.batch import STORED, stored


def rebuild(*, room_id: str | None = None) -> Iterator[tuple[str, int]]:
    """Rebuild one room or all; gives (room id, number of events) as each is done."""
    events = Event.objects.all() if room_id is None else Event.objects.filter(room_id=room_id)
    for each in list(events.order_by("room_id").values_list("room_id", flat=True).distinct()):
        yield each, _rebuild_room(each)


def _rebuild_room(room_id: str) -> int:
    count = 0
    with transaction.atomic():
        lock([room_id])
        clear(room_id)
        # A session at a time, for one lecture fills the memory well enough.
        rows = Event.objects.filter(room_id=room_id).order_by("session_id", "id").values_list(*STORED)
        for _, of_session in groupby(rows.iterator(2_000), key=lambda row: row[4]):
            batch = [stored(*row) for row in of_session]
            project(batch)
            count += len(batch)
    return count
