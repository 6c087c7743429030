"""Doors from the schedule and the inbox into the pull. All are safe to repeat."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.utils import timezone

from analytics import sync
from analytics.models import Cursor, Pull
from analytics.pulling import HORIZON
from rooms.connection import client

log = structlog.get_logger(__name__)

SESSIONS_EVERY = timedelta(seconds=30)
FAILURES_EVERY = timedelta(minutes=1)
PATIENCE = 2.0  # seconds: a pull that has to wait is put off, and its worker is free for the webhooks


@shared_task
def mirror_rooms() -> None:
    """Read the rooms as set in 100ms."""
    sync.pull_rooms(client(patience=PATIENCE))


@shared_task
def pull_due() -> None:
    """Read the list of sessions when it is old, then every session whose turn it is."""
    last = Pull.objects.filter(kind=Pull.Kind.SESSIONS, room_id="").order_by("-started_at").first()
    if last is None or last.started_at < timezone.now() - SESSIONS_EVERY:
        sync.pull_sessions(client(patience=PATIENCE))
    sync.follow()
    asked = set()
    while (session_id := sync.claim_due()) is not None:
        pull_session(session_id=session_id)
        asked.add(session_id)
    rooms = set(Cursor.objects.filter(pk__in=asked).values_list("room_id", flat=True))
    for room_id in rooms - _lately_asked():
        sync.pull_failures(client(patience=PATIENCE), room_id)


def _lately_asked() -> set[str]:
    """Rooms whose failures were read within `FAILURES_EVERY`."""
    pulls = Pull.objects.filter(kind=Pull.Kind.FAILURES, started_at__gt=timezone.now() - FAILURES_EVERY)
    return set(pulls.values_list("room_id", flat=True))


@shared_task
def pull_session(*, session_id: str) -> None:
    """Read one session now."""
    try:
        sync.pull_events(client(patience=PATIENCE), session_id)
    except Exception:
        # Told in the pull's row, put off, and tried again: one session must not keep the others from their turn.
        log.exception("pull of a session failed on our side", session_id=session_id)


@shared_task
def prune_pulls() -> None:
    """Forget the rows of pulls that are older than anything 100ms still holds."""
    Pull.objects.filter(started_at__lt=timezone.now() - HORIZON).delete()
