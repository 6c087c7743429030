"""The pull of who watched: every video that is due, its viewings, and the events of those that may have grown.

A player session may go on for days (the published sample holds two), so the list is read whole each time, from the day
of the recording on; events are read again only where the session has ended later than we knew, or not long ago.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

import structlog
from django.utils import timezone

from analytics import instants, queries
from analytics.ingest import Ingested
from analytics.models import Pull, Video, Viewing
from analytics.pulling import LEASE, Clock, recorded, wait_after
from analytics.viewing_sources import PlayerSession, ViewingSource
from analytics.viewing_storing import store, viewing_id
from rooms import hms

log = structlog.get_logger(__name__)

OFTEN: Final = timedelta(minutes=5)  # while somebody has watched within `RECENT`, or it was linked since
RARELY: Final = timedelta(hours=1)
RECENT: Final = timedelta(days=2)
SETTLED: Final = timedelta(hours=1)  # after its end a player may still send what it held back
SILENT: Final = timedelta(days=7)  # after its last word a viewing is over, where nobody tells its end
NOT_SERVED: Final = timedelta(hours=12)  # between tries where api.video answers 404 or 403

_Refused = (hms.NotFound, hms.Forbidden)


def claim_due(*, clock: Clock = timezone.now, video_id: str | None = None) -> Video | None:
    """Take one video whose viewings are due, or this one if it is; two workers never take the same one."""
    now = clock()
    due = Video.objects.filter(source=Video.Source.API_VIDEO, due_at__lte=now)
    if video_id is not None:
        due = due.filter(pk=video_id)
    for pk in due.order_by("due_at").values_list("pk", flat=True)[:20]:
        if Video.objects.filter(pk=pk, due_at__lte=now).update(due_at=now + LEASE) == 1:
            return Video.objects.get(pk=pk)
    return None


def ask(video: Video, *, clock: Clock = timezone.now) -> None:
    """Somebody wants this video's viewings read now."""
    Video.objects.filter(pk=video.pk, source=Video.Source.API_VIDEO).update(due_at=clock())


def pull_viewings(source: ViewingSource, video: Video, *, clock: Clock = timezone.now) -> Pull:
    """Read who watched one video. What goes wrong is told in the row and on the video, and tried again later."""
    recording = queries.find_recording(video.recording_id)
    room_id = recording.room_id if recording else ""
    with recorded(Pull.Kind.VIEWINGS, clock=clock, room_id=room_id, session_id=video.session_id) as (row, tally):
        began = clock()
        since = (recording.at if recording else video.linked_at).date() - timedelta(days=1)
        try:
            sessions = source.sessions(video, since=since, until=_day(began))
            for session in _grown(video, sessions, began):
                # A long list must not lose its claim half-way.
                Video.objects.filter(pk=video.pk).update(due_at=clock() + LEASE)
                events = source.events(session.id)
                _, new = store(video, session, events, now=clock())
                tally.pages += 1
                tally.objects += 1
                tally.ingested += Ingested(new=new, known=len(events) - new)
        except Exception as problem:
            _put_off(video, clock(), problem)
            raise
        _plan(video, began, clock())
    return row


def _day(moment: datetime) -> date:
    return moment.date() + timedelta(days=1)  # whatever zone api.video counts its days in


def _grown(video: Video, sessions: Iterable[PlayerSession], now: datetime) -> Iterable[PlayerSession]:
    """Those that we have not read, or not since they ended."""
    rows = Viewing.objects.filter(video=video).values_list("pk", "read_at", "last_event_at", "loaded_at")
    known = {pk: (read_at, last or loaded) for pk, read_at, last, loaded in rows}
    for session in sessions:
        read_at, last = known.get(viewing_id(video, session.id), (None, None))
        over = instants.to_datetime(session.ended_at) + SETTLED if session.ended_at is not None else None
        if read_at is None or read_at < (over or (last or now) + SILENT):
            yield session


def _plan(video: Video, began: datetime, now: datetime) -> None:
    last = (
        Viewing.objects.filter(video=video).order_by("-last_event_at").values_list("last_event_at", flat=True).first()
    )
    lately = max(moment for moment in (last, video.linked_at) if moment is not None)
    Video.objects.filter(pk=video.pk).update(
        read_at=began, failures=0, problem="", due_at=now + (OFTEN if now - lately < RECENT else RARELY)
    )


def _put_off(video: Video, now: datetime, problem: Exception) -> None:
    wait = wait_after(video.failures + 1, getattr(problem, "retry_after", None))
    if isinstance(problem, _Refused):
        wait = NOT_SERVED
    text = str(problem) if isinstance(problem, hms.Error) else f"{type(problem).__name__} on our side"
    Video.objects.filter(pk=video.pk).update(failures=video.failures + 1, problem=text, due_at=now + wait)
