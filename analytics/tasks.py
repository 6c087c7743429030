"""Doors from the schedule and the inbox into the pull. All are safe to repeat."""

from datetime import timedelta

import structlog
from celery import Task, shared_task
from django.conf import settings
from django.utils import timezone

from analytics import keeping, mirroring, poll_sync, recording_sync, sync, text_files, viewing_sync
from analytics.models import Cursor, Pull
from analytics.pulling import HORIZON
from analytics.viewing_sources import ApiVideoSource, api_video
from rooms.connection import client

log = structlog.get_logger(__name__)

SESSIONS_EVERY = timedelta(seconds=30)
FAILURES_EVERY = timedelta(minutes=1)
POLLS_AT_ONCE = 20  # sessions a run; the rest wait for the next, so that sessions' own pulls have their turn
RECORDINGS_AT_ONCE = 20  # likewise; each costs four requests
COPYING_FOR = timedelta(seconds=50)  # then the next run of the schedule goes on; one file may take longer
VIDEOS_AT_ONCE = 20
NUDGE_EXPIRES = 60  # seconds: by then the schedule has come by
PATIENCE = 2.0  # seconds: a pull that has to wait is put off, and its worker is free for the webhooks


@shared_task
def mirror(*, kind: str) -> None:
    """Read what is set in 100ms: rooms, templates, room codes, stream keys, polls (`analytics.mirroring`)."""
    mirroring.pull_mirror(client(patience=PATIENCE), kind)


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
def pull_due_polls() -> None:
    """Read the polls of sessions whose turn it is: soon after their end, then once more for late answers."""
    poll_sync.follow()
    for _ in range(POLLS_AT_ONCE):
        session_id = poll_sync.claim_due()
        if session_id is None:
            return
        _pull_polls(session_id)


@shared_task
def pull_session_polls(*, session_id: str) -> None:
    """Read the polls of one session that somebody asked about, unless another worker has it already."""
    if poll_sync.claim_due(session_id=session_id) is not None:
        _pull_polls(session_id)


def _pull_polls(session_id: str) -> None:
    try:
        poll_sync.pull_polls(client(patience=PATIENCE), session_id)
    except Exception:
        # As `pull_session`.
        log.exception("pull of a session's polls failed on our side", session_id=session_id)


@shared_task
def pull_due_recordings() -> None:
    """Read the recordings and streams of sessions whose turn it is, as long as something of them is to come."""
    recording_sync.follow()
    for _ in range(RECORDINGS_AT_ONCE):
        session_id = recording_sync.claim_due()
        if session_id is None:
            return
        try:
            recording_sync.pull_recordings(client(patience=PATIENCE), session_id)
        except Exception:
            # As `pull_session`.
            log.exception("pull of a session's recordings failed on our side", session_id=session_id)


@shared_task
def keep_due() -> None:
    """Copy files of 100ms to storage of our own (`analytics.keeping`): those whose turn it is, for so long."""
    keeping.follow()
    until = timezone.now() + COPYING_FOR
    while timezone.now() < until and (kept := keeping.claim_due()) is not None:
        keeping.copy(kept)


def nudge_keeping() -> None:
    """Have a worker copy what was just ordered; without a broker the schedule does."""
    _nudge(keep_due)


@shared_task
def read_text_files() -> None:
    """Read the transcripts, summaries and chats that are there and unread."""
    text_files.sweep(now=timezone.now())


@shared_task
def read_viewings() -> None:
    """Read who watched each linked video whose turn it is; nothing where api.video is not set up."""
    if not settings.API_VIDEO_KEY:
        return
    for _ in range(VIDEOS_AT_ONCE):
        video = viewing_sync.claim_due()
        if video is None:
            return
        try:
            viewing_sync.pull_viewings(ApiVideoSource(api_video(patience=PATIENCE)), video)
        except Exception:
            # As `pull_session`.
            log.exception("reading who watched failed on our side", video=video.pk)


def nudge_viewings() -> None:
    """Have a worker read the videos that were put on the due list; without a broker the schedule does."""
    _nudge(read_viewings)


def nudge_polls(session_id: str) -> None:
    """Have a worker read the polls of a session that was put on the due list; without a broker the schedule does."""
    _nudge(pull_session_polls, session_id=session_id)


def nudge_mirror(kind: str) -> None:
    """Have a worker read this now; without a broker the schedule does, minutes later."""
    _nudge(mirror, kind=kind)


def _nudge(task: Task[..., None], **kwargs: str) -> None:
    try:
        task.apply_async(kwargs=kwargs, expires=NUDGE_EXPIRES)
    except Exception as problem:  # noqa: BLE001 - each transport raises errors of its own
        log.warning("broker unreachable: left to the schedule", task=task.name, problem=type(problem).__name__)


@shared_task
def prune_pulls() -> None:
    """Forget the rows of pulls that are older than anything 100ms still holds."""
    Pull.objects.filter(started_at__lt=timezone.now() - HORIZON).delete()
