"""How fresh a page is: "as of 12:04:10", and since when it is late."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from analytics.models import Pull

LATE_AFTER = timedelta(minutes=5)  # sessions are pulled every 30 s; a few pulls in a row may be slow or refused


@dataclass(frozen=True, slots=True)
class Freshness:
    """`as_of`: what the page shows is the state of that moment. Late: of the last pull that went well."""

    as_of: datetime
    is_late: bool = False


def freshness(now: datetime | None = None) -> Freshness:
    """One query. Before the first pull nothing is late: there is nothing yet to be late with."""
    now = now or timezone.now()
    pulls = Pull.objects.filter(kind=Pull.Kind.SESSIONS, error="").exclude(finished_at=None)
    last = pulls.order_by("-started_at").values_list("finished_at", flat=True).first()
    if last is not None and now - last > LATE_AFTER:
        return Freshness(last, is_late=True)
    return Freshness(now)
