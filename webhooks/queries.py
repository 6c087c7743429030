"""How the inbox is doing, for the home page."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import TruncMinute

from webhooks.models import Delivery

MINUTES: Final = 60


@dataclass(frozen=True, slots=True)
class Inbox:
    """Deliveries by what they wait for; `received` counts the last hour's, a number a minute, oldest first."""

    waiting: int
    failed: int
    dead: int
    oldest_waiting_at: datetime | None
    oldest_waiting_seconds: float | None
    received: list[int]

    @property
    def received_last_hour(self) -> int:
        return sum(self.received)


def dead() -> QuerySet[Delivery]:
    """Deliveries that wait for a person; found without looking at all those that were read."""
    return Delivery.objects.filter(processed_at=None, state=Delivery.State.DEAD)


def inbox(now: datetime) -> Inbox:
    """The state of the inbox in two queries. `failed` ones rest before the next try, `dead` ones need a person."""
    states = Delivery.objects.filter(processed_at=None).aggregate(
        waiting=Count("pk", filter=Q(state=Delivery.State.PENDING)),
        failed=Count("pk", filter=Q(state=Delivery.State.FAILED)),
        dead=Count("pk", filter=Q(state=Delivery.State.DEAD)),
        oldest=Min("received_at", filter=Q(state=Delivery.State.PENDING)),
    )
    oldest: datetime | None = states["oldest"]
    return Inbox(
        waiting=states["waiting"],
        failed=states["failed"],
        dead=states["dead"],
        oldest_waiting_at=oldest,
        oldest_waiting_seconds=None if oldest is None else max((now - oldest).total_seconds(), 0.0),
        received=received_per_minute(now),
    )


def received_per_minute(now: datetime) -> list[int]:
    """How many came in each of the last 60 clock minutes, oldest first; the last is the minute going on."""
    first = now.replace(second=0, microsecond=0) - timedelta(minutes=MINUTES - 1)
    counted = (
        Delivery.objects.filter(received_at__gte=first, received_at__lt=first + timedelta(minutes=MINUTES))
        .order_by()
        .annotate(minute=TruncMinute("received_at"))
        .values_list("minute")
        .annotate(count=Count("pk"))
    )
    series = [0] * MINUTES
    for minute, count in counted:
        series[(minute - first) // timedelta(minutes=1)] += count
    return series
