"""Doors for Celery. Tasks are nudges: the deliveries hold the truth, and each task is safe to repeat or to lose."""

from datetime import timedelta
from typing import Final

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from analytics.tasks import pull_session
from webhooks import inbox
from webhooks.models import Heartbeat
from webhooks.nudges import Nudges

# A nudge older than this is worth nothing: the sweep has come by several times.
NUDGE_EXPIRES: Final = 60  # seconds
# 100ms closes its books a moment after it says that a session closed.
PULL_AFTER: Final = 2  # seconds

logger = structlog.get_logger(__name__)


@shared_task
def process(*, room_id: str) -> None:
    """Read what waits in one room, and pull the sessions it saw close."""
    reading = inbox.process(room_id)
    for session_id in sorted(reading.closed_sessions):
        pull_session.apply_async(kwargs={"session_id": session_id}, countdown=PULL_AFTER)
    if not reading.drained:
        nudge(room_id)


@shared_task
def sweep() -> None:
    """Find what a lost nudge or a rested failure left waiting."""
    for room_id in inbox.rooms_missed(timezone.now()):
        nudge(room_id)


@shared_task
def prune() -> None:
    """Forget what was read long ago."""
    pruned = inbox.prune(timezone.now() - timedelta(days=settings.HMS_WEBHOOK_KEEP_DAYS))
    if pruned:
        logger.info("deliveries pruned", deliveries=pruned)


@shared_task
def tick() -> None:
    """A sign of life of beat, the broker and a worker at once, read by `/readyz`."""
    Heartbeat.objects.update_or_create(name="beat", defaults={"beat_at": timezone.now()})


def nudge(room_id: str) -> None:
    """Send a worker to the room; raises the transport's own error when the broker cannot be reached."""
    process.apply_async(kwargs={"room_id": room_id}, expires=NUDGE_EXPIRES)


nudges = Nudges(nudge)
