"""From deliveries to events: the inbox of one room, read batch by batch.

A batch is one transaction: its deliveries are claimed, their events stored and projected by `analytics.ingest`, and
the deliveries marked read, together. So a worker killed at any moment leaves either a waiting delivery or a read one
whose event exists, and two workers on one room share the work instead of repeating it.

What each kind of body comes to: docs/webhooks.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from analytics.envelope import Envelope, Malformed, parse
from analytics.ingest import ingest
from analytics.models import Event
from analytics.projections import is_known
from rooms.masking import masked_text
from webhooks import label
from webhooks.models import Delivery
from webhooks.problems import said, where

BATCH: Final = 500
# A room in a storm gives way to other rooms after so many batches; `Reading.drained` says whether work is left.
BATCHES: Final = 20
# How long a failed delivery rests before it is tried again; after the last of these it is dead.
DELAYS: Final = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
# A waiting delivery older than this was missed by its nudge.
MISSED_AFTER: Final = timedelta(seconds=5)
PRUNE_CHUNK: Final = 1_000

SESSION_CLOSED: Final = "session.close.success"

State = Delivery.State
Opened = tuple[Delivery, Envelope]

logger = structlog.get_logger(__name__)


@dataclass(slots=True)
class Reading:
    """What one `process` did: deliveries by outcome, the sessions it saw close, and whether nothing is left."""

    read: int = 0
    ignored: int = 0
    failed: int = 0
    dead: int = 0
    closed_sessions: set[str] = field(default_factory=set)
    drained: bool = False


def waiting(now: datetime) -> QuerySet[Delivery]:
    """Deliveries that may be read now: new ones, and failed ones that have rested."""
    return Delivery.objects.filter(processed_at=None, state__in=Delivery.WAITING).filter(
        Q(next_attempt_at=None) | Q(next_attempt_at__lte=now)
    )


def process(room_id: str, *, batch: int = BATCH, batches: int = BATCHES) -> Reading:
    """Read what waits in the room ("" = deliveries that name none), at most `batches` times `batch`.

    Raises the database's own error when it is the database that fails: the batch is rolled back, no delivery is
    blamed, and the sweep comes again.
    """
    reading = Reading()
    for _ in range(batches):
        if not _process_batch(room_id, batch, reading):
            reading.drained = True
            break
    return reading


def rooms_missed(now: datetime) -> list[str]:
    """Rooms with deliveries that should have been read by now: the nudge was lost, or a failed one has rested."""
    missed = waiting(now).filter(Q(state=State.FAILED) | Q(received_at__lte=now - MISSED_AFTER))
    return sorted(missed.order_by().values_list("room_id", flat=True).distinct())


def prune(before: datetime, *, chunk: int = PRUNE_CHUNK) -> int:
    """Forget deliveries received before that moment which were read or ignored, or set aside before it.

    The Events of what was read stay for good.

    Chunk by chunk, so that no transaction is long. Returns how many went.
    """
    settled = Delivery.objects.filter(received_at__lt=before).filter(
        Q(state__in=[State.PROCESSED, State.IGNORED]) | Q(state=State.ASIDE, processed_at__lt=before)
    )
    pruned = 0
    while oldest := list(settled.order_by("received_at").values_list("pk", flat=True)[:chunk]):
        pruned += settled.filter(pk__in=oldest).delete()[0]
    return pruned


def _process_batch(room_id: str, size: int, reading: Reading) -> bool:
    """Read up to `size` deliveries; False when none waits."""
    now = timezone.now()
    with transaction.atomic():
        deliveries = list(_claimed(waiting(now).filter(room_id=room_id))[:size])
        opened: list[Opened] = []
        for delivery in deliveries:
            try:
                opened.append((delivery, parse(bytes(delivery.body), Event.Channel.WEBHOOK)))
            except Malformed as problem:
                _put_aside(delivery, problem, now, reading)
        if opened:
            _store(opened, now, reading)
    return bool(deliveries)


def _claimed(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Hold these rows until the transaction ends; rows another worker holds are its own business.

    SQLite knows no row locks and needs none: there a transaction is the only one that writes.
    """
    if connection.features.has_select_for_update_skip_locked:
        deliveries = deliveries.select_for_update(skip_locked=True)
    return deliveries.order_by("id")


def _store(opened: Sequence[Opened], now: datetime, reading: Reading) -> None:
    """Ingest these; when one of them cannot be, halve until it stands alone, so that it holds up no other."""
    try:
        with transaction.atomic():
            ingest(
                [envelope for _, envelope in opened],
                # One moment for the batch: never before any of them came.
                received_at=max(delivery.received_at for delivery, _ in opened),
                and_then=lambda: _mark_read(opened, now),
            )
    except Exception as problem:
        if _is_the_databases_own(problem):
            raise
        if len(opened) == 1:
            _put_back(opened[0][0], problem, now, reading)
            return
        middle = len(opened) // 2
        _store(opened[:middle], now, reading)
        _store(opened[middle:], now, reading)
        return
    reading.read += len(opened)
    reading.closed_sessions.update(
        envelope.session_id for _, envelope in opened if envelope.type == SESSION_CLOSED and envelope.session_id
    )
    _note_unknown(opened)


def _mark_read(opened: Sequence[Opened], now: datetime) -> None:
    _still_waiting(delivery for delivery, _ in opened).update(
        state=State.PROCESSED, processed_at=now, next_attempt_at=None, error="", note=""
    )


def _note_unknown(opened: Sequence[Opened]) -> None:
    for name in {envelope.type for _, envelope in opened if not is_known(envelope.type)}:
        of_type = [delivery.pk for delivery, envelope in opened if envelope.type == name]
        Delivery.objects.filter(pk__in=of_type).update(note=f"“{name}” is unknown here: kept as an event, not shown")


def _put_aside(delivery: Delivery, problem: Malformed, now: datetime, reading: Reading) -> None:
    """A body that is no event stays none, however often it is read: dead at once, unless it never meant to be one."""
    if label.is_no_event(bytes(delivery.body)) and not is_known(delivery.event_type):
        # A test ping (EVENTS trap 44): what it looks like is not documented, so it is known by what it lacks.
        _still_waiting([delivery]).update(
            state=State.IGNORED, processed_at=now, note="names no room or is built like no event: taken for a test"
        )
        reading.ignored += 1
        return
    _still_waiting([delivery]).update(
        state=State.DEAD, attempts=delivery.attempts + 1, next_attempt_at=None, error=masked_text(str(problem))
    )
    reading.dead += 1
    logger.warning("delivery is no event", delivery=delivery.pk, problem=masked_text(str(problem)))


def _put_back(delivery: Delivery, problem: Exception, now: datetime, reading: Reading) -> None:
    """It failed alone: let it rest, longer each time, and in the end for good."""
    error = said(problem)
    dead = delivery.attempts >= len(DELAYS)
    _still_waiting([delivery]).update(
        state=State.DEAD if dead else State.FAILED,
        attempts=delivery.attempts + 1,
        next_attempt_at=None if dead else now + DELAYS[delivery.attempts],
        error=error,
    )
    reading.dead += dead
    reading.failed += not dead
    logger.error(
        "delivery failed", delivery=delivery.pk, attempts=delivery.attempts + 1, problem=error, where=where(problem)
    )


def _still_waiting(deliveries: Iterable[Delivery]) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries], state__in=Delivery.WAITING)


def _is_the_databases_own(problem: Exception) -> bool:
    """Is it the database that failed (gone, locked, not migrated), and not this row's content?

    DataError and IntegrityError speak of the row. So does PostgreSQL's class 54, “too complex”, although its driver
    files it with the operational errors.
    """
    if not isinstance(problem, DatabaseError | InterfaceError):
        return False
    state = getattr(problem.__cause__, "sqlstate", None) or ""
    if state.startswith("54"):
        return False
    return isinstance(problem, OperationalError | InterfaceError | ProgrammingError) or type(problem) is DatabaseError
