"""When: every task that beat sends, in one table.

`seed` writes the table into django-celery-beat after each migrate. Beat then reads the database, so an admin may turn
an entry off there; times come from here and are put back at the next deployment.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction

MARK: Final = "Written by dashboard/schedule.py: turn it off here if you must, change its time there."


@dataclass(frozen=True, slots=True)
class Entry:
    """`every` in seconds. A sending not begun by the time of the next one is dropped: each run does the whole work."""

    task: str
    every: int
    kwargs: Mapping[str, str] = field(default_factory=dict)


SCHEDULE: Final = {
    "Sweep the inbox": Entry("webhooks.tasks.sweep", every=10),
    "Tick": Entry("webhooks.tasks.tick", every=10),
    "Pull due sessions": Entry("analytics.tasks.pull_due", every=15),
    "Pull due poll results": Entry("analytics.tasks.pull_due_polls", every=30),
    "Pull due recordings": Entry("analytics.tasks.pull_due_recordings", every=30),
    "Read transcripts, summaries and chats": Entry("analytics.tasks.read_text_files", every=60),
    "Read who watched": Entry("analytics.tasks.read_viewings", every=60),
    "Mirror rooms": Entry("analytics.tasks.mirror", every=300, kwargs={"kind": "rooms"}),
    "Mirror room templates": Entry("analytics.tasks.mirror", every=300, kwargs={"kind": "templates"}),
    "Mirror polls": Entry("analytics.tasks.mirror", every=300, kwargs={"kind": "polls set"}),
    "Mirror room codes": Entry("analytics.tasks.mirror", every=300, kwargs={"kind": "codes"}),
    "Mirror stream keys": Entry("analytics.tasks.mirror", every=600, kwargs={"kind": "keys"}),
    "Keep recordings": Entry("analytics.tasks.keep_due", every=60),
    "End accesses whose time has come": Entry("rooms.tasks.end_access", every=60),
    # Hourly rather than daily, so that a beat restarted every day still comes to it; mostly it finds nothing.
    "Prune the inbox": Entry("webhooks.tasks.prune", every=3600),
    "Prune the pulls": Entry("analytics.tasks.prune_pulls", every=3600),
}


@transaction.atomic
def seed(**_signal: Any) -> None:
    """Bring django-celery-beat's tables up to `SCHEDULE`; entries of ours that left it go, an admin's own stay."""
    from django_celery_beat.models import IntervalSchedule, PeriodicTask

    for name, entry in SCHEDULE.items():
        # Nothing keeps two servers that migrate at once from making the same interval twice, so any of them will do.
        same = {"every": entry.every, "period": IntervalSchedule.SECONDS}
        interval = IntervalSchedule.objects.filter(**same).order_by("pk").first() or IntervalSchedule.objects.create(
            **same
        )
        wanted = {
            "task": entry.task,
            "kwargs": json.dumps(dict(entry.kwargs)),
            "interval": interval,
            "expire_seconds": entry.every,
            "description": MARK,
        }
        periodic, created = PeriodicTask.objects.get_or_create(name=name, defaults=wanted)
        # Saving tells beat to read everything anew, so only for a difference.
        if not created and any(getattr(periodic, field) != value for field, value in wanted.items()):
            for field, value in wanted.items():
                setattr(periodic, field, value)
            periodic.save()
    for gone in PeriodicTask.objects.filter(description=MARK).exclude(name__in=SCHEDULE):
        gone.delete()
