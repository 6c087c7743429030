"""What every pull has: a row that tells what it cost and brought, and patience that grows with each failure."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import InterfaceError, OperationalError

from analytics.envelope import Envelope
from analytics.ingest import Ingested, ingest
from analytics.models import Pull, Session
from analytics.queries import LONGEST_SESSION
from rooms import hms

log = structlog.get_logger(__name__)

HORIZON: Final = timedelta(days=30)
LEASE: Final = timedelta(minutes=2)
LONGEST_WAIT: Final = 3600  # seconds between tries while something stands in the way

Clock = Callable[[], datetime]


class Overtaken(Exception):
    """Another worker moved this session's cursor meanwhile: it goes on, we stop."""


@dataclass
class Tally:
    """What one pull has read so far, on its way into its row."""

    pages: int = 0
    objects: int = 0
    ingested: Ingested = field(default_factory=Ingested)
    problems: list[str] = field(default_factory=list)
    refused: int = 0  # events that we could not store: 100ms keeps them for a while, so they are asked for again

    def take(self, envelopes: list[Envelope], and_then: Callable[[], None] | None = None) -> None:
        """Ingest a batch; an event that cannot be stored is told and left, and never holds up the others."""
        try:
            self.ingested += ingest(envelopes, and_then=and_then)
        except (OperationalError, InterfaceError, Overtaken):
            raise  # the database or another worker stands in the way, not an event
        except Exception as problem:
            if not envelopes:
                raise
            if len(envelopes) == 1:
                self.refused += 1
                self.problems.append(f"event {envelopes[0].id} could not be stored: {type(problem).__name__}")
                log.exception("event could not be stored", event=envelopes[0].id, type=envelopes[0].type)
                self.take([], and_then)
            else:
                half = len(envelopes) // 2
                self.take(envelopes[:half])
                self.take(envelopes[half:], and_then)


@contextmanager
def recorded(kind: str, *, clock: Clock, room_id: str = "", session_id: str = "") -> Iterator[tuple[Pull, Tally]]:
    """Every pull leaves a row, a failed or a killed one too. A fault of 100ms ends in the row, any other is raised."""
    row = Pull.objects.create(kind=kind, room_id=room_id, session_id=session_id, started_at=clock())
    tally = Tally()
    try:
        yield row, tally
    except hms.Error as problem:
        tally.problems.append(str(problem) or type(problem).__name__)
        log.warning("pull failed", kind=kind, session_id=session_id, problem=tally.problems[-1])
    except BaseException as problem:
        tally.problems.append(f"{type(problem).__name__} on our side")
        raise
    finally:
        row.finished_at = clock()
        row.pages = tally.pages
        row.objects_read = tally.objects
        row.events_new = tally.ingested.new
        row.events_known = tally.ingested.known
        row.error = "\n".join(tally.problems)
        row.save()


def wait_after(failures: int, asked: float | None = None) -> timedelta:
    """How long to wait after so many failures in a row: as long as 100ms asks, else ever longer, an hour at most.

    Never for good before 100ms itself forgets: a key that was wrong for a minute, or a session that was not known yet,
    must not cost its events.
    """
    return timedelta(seconds=asked or min(LONGEST_WAIT, 15 * 2 ** min(failures, 10)))


def end_of(session: Session, now: datetime) -> datetime | None:
    """When it ended, as far as anybody can tell; None while it runs."""
    if session.ended_at is not None:
        return session.ended_at
    started = session.started_at or session.last_event_at or now
    return started + LONGEST_SESSION if started + LONGEST_SESSION < now else None
