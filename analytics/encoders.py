"""Encoders that push into rooms by a stream key: what pages ask of their table."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower

from analytics.models import Ingest
from analytics.queries import LONGEST_SESSION
from rooms.models import Room, StreamKey


@dataclass(frozen=True, slots=True)
class Encoder:
    """What webhooks told of the encoder of one room.

    `last` is the newest run that is known, `seen` the newest one that got in; each may be None. `connected`: it got
    in, and no end was told; one that got in longer ago than any session lasts is not there any more (EVENTS trap 23).
    """

    last: Ingest | None
    seen: Ingest | None
    connected: bool

    @property
    def told_at(self) -> datetime | None:
        """The newest moment that 100ms has told of."""
        moments = [
            moment
            for run in (self.last, self.seen)
            if run is not None
            for moment in (run.at, run.started_at, run.ended_at, run.last_disconnected_at)
            if moment is not None
        ]
        return max(moments, default=None)

    @property
    def is_refused(self) -> bool:
        """The newest try was turned away, and none got in since."""
        return not self.connected and self.last is not None and self.last.state == Ingest.State.REFUSED

    @property
    def is_broken(self) -> bool:
        return not self.connected and self.last is not None and self.last.state == Ingest.State.BROKEN


NOBODY = Encoder(None, None, connected=False)


def with_encoder(rooms: QuerySet[Room], *, with_key: bool) -> QuerySet[Room]:
    """Those that an encoder has tried, or also that it has a key for; those it tried last come first."""
    newest = Ingest.objects.filter(room=OuterRef("pk")).order_by("-at", "-pk")
    wanted = Q(Exists(newest))
    if with_key:
        wanted |= Q(Exists(StreamKey.objects.filter(room=OuterRef("pk"))))
    pushed = rooms.filter(wanted).annotate(pushed_at=Subquery(newest.values("at")[:1]))
    return pushed.order_by(F("pushed_at").desc(nulls_last=True), Lower("name"), "pk")


def encoders(room_ids: Collection[str], now: datetime) -> dict[str, Encoder]:
    """By room id, in two queries, however many rooms and runs; a room without any run is left out."""
    if not room_ids:
        return {}
    runs = Ingest.objects.filter(room=OuterRef("pk")).order_by("-at", "-pk")
    got_in = runs.exclude(state=Ingest.State.REFUSED)
    rooms = Room.objects.filter(pk__in=room_ids).annotate(
        last=Subquery(runs.values("pk")[:1]), seen=Subquery(got_in.values("pk")[:1])
    )
    found = list(rooms.values_list("pk", "last", "seen"))
    rows = Ingest.objects.in_bulk({pk for _, *both in found for pk in both if pk})
    return {room_id: _encoder(rows.get(last), rows.get(seen), now) for room_id, last, seen in found if last or seen}


def _encoder(last: Ingest | None, seen: Ingest | None, now: datetime) -> Encoder:
    connected = seen is not None and seen.state == Ingest.State.CONNECTED and now - seen.at < LONGEST_SESSION
    return Encoder(last, seen, connected)
