"""Two questions of machines: is this process alive, and is everything it leans on there?

A load balancer asks `/healthz`: webhooks must be received while broker and beat are down. `/readyz` is for the start
of a deployment and for monitoring.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import structlog
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dashboard.celery import app
from webhooks.models import Heartbeat

# Six ticks (`dashboard/schedule.py`): a busy worker may be late, a dead one is found within the minute.
TICK_OLDEST: Final = timedelta(seconds=60)
BROKER_SECONDS: Final = 2

logger = structlog.get_logger(__name__)

Answer = tuple[bool, str]


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers; asks nothing else."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """`{"ready": bool, "<part>": {"ok": bool, "words": str}, …}` with 200, or 503 if any part is not there."""
    parts: dict[str, Callable[[], Answer]] = {"database": database, "broker": broker, "beat": beat}
    answers = {name: ask() for name, ask in parts.items()}
    ready = all(ok for ok, _ in answers.values())
    described = {name: {"ok": ok, "words": words} for name, (ok, words) in answers.items()}
    return JsonResponse({"ready": ready, **described}, status=200 if ready else 503)


def database() -> Answer:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as problem:
        logger.warning("database does not answer", problem=str(problem))
        return False, "The database does not answer. Check DATABASE_URL and that its server is up."
    return True, "The database answers."


def broker() -> Answer:
    try:
        with app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_SECONDS)
            link.default_channel.queue_declare(queue=app.conf.task_default_queue, passive=False)
    except Exception as problem:  # noqa: BLE001 - each transport raises errors of its own
        logger.warning("broker does not answer", problem=str(problem))
        return False, "The broker does not answer. Webhooks are stored and wait. Check CELERY_BROKER_URL."
    return True, "The broker answers."


def beat() -> Answer:
    try:
        last = Heartbeat.objects.filter(name="beat").values_list("beat_at", flat=True).first()
    except Error:
        return False, "Unknown: the database does not answer."
    if last is None:
        return False, "No tick yet. Check that beat and a worker are running."
    seconds = max((timezone.now() - last).total_seconds(), 0.0)
    if seconds > TICK_OLDEST.total_seconds():
        return False, f"Last tick {seconds:.0f} s ago. Check that beat and a worker are running."
    return True, f"Last tick {seconds:.0f} s ago."
