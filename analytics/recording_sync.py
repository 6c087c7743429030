"""The pull of recordings and streams: of each session, the jobs of the three lists and the files they left.

Webhooks tell of them sooner, and one that is lost tells nothing; the lists tell the same later, but for why something
stopped or failed. A session is read now and then while it runs, soon after its end, and again as long as something is
unfinished: files take minutes, transcripts 5 min and a fifth of the length (EVENTS trap 35), and some never come.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

import structlog
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from analytics import instants, queries, snapshots, turns
from analytics.envelope import Envelope, Malformed
from analytics.models import Asset, Pull, Recording, RecordingCursor, Session, Stream
from analytics.pulling import Clock, Tally, end_of, recorded
from rooms import hms
from rooms.hms.resources.base import Object

log = structlog.get_logger(__name__)

SOON: Final = timedelta(minutes=1)  # after the end of a session
LIVE_EVERY: Final = timedelta(minutes=2)
LATE: Final = timedelta(minutes=30)  # nobody may have told that a transcript was to come
# What is unfinished so long after the session is not waited for: 100ms gave up on it, or never told.
GIVEN_UP: Final = timedelta(hours=48)
OFTEN: Final = timedelta(minutes=1)
SELDOM: Final = timedelta(hours=1)
MOST: Final = 20_000  # items of one list; 500 people whose every track is recorded make some thousands
A_COMMIT: Final = 1_000

# Nothing else will go better while these last.
_Halting = (hms.ConnectionFailed, hms.RateLimited, hms.Unauthorized)
_ACTIVE_STREAM: Final = [Stream.State.STARTING, Stream.State.RUNNING, Stream.State.STOPPING]
_OVER: Final = [Recording.State.READY, Recording.State.FAILED]
_TRANSCRIPTS: Final = ["transcript", "summary"]


def follow(*, clock: Clock = timezone.now) -> int:
    """Put every session of the last 30 days on the due list; how many were new.

    One of which a file came after the last reading is read anew at once: webhooks give most files no id to open by.
    """
    now = clock()
    came = Recording.objects.filter(
        session_id=OuterRef("pk"), finished_at__gt=OuterRef("pulled_at"), finished_at__lte=now
    )
    RecordingCursor.objects.filter(Exists(came), failures=0).exclude(due_at__lte=now).update(due_at=now, final_at=None)
    sessions = Session.objects.filter(turns.ended(now) | queries.live(now))
    return turns.follow(RecordingCursor, sessions, soon=SOON, now=now)


def claim_due(*, clock: Clock = timezone.now) -> str | None:
    """Take one session that is due, the newest first: at a first start those of 30 days wait, and today's must not."""
    return turns.claim_due(RecordingCursor, now=clock(), newest=True)


def pull_recordings(client: hms.Client, session_id: str, *, clock: Clock = timezone.now) -> Pull:
    """Read the jobs and files of one session. What goes wrong is told in the row and tried again later."""
    session = Session.objects.filter(pk=session_id).first()
    room_id = session.room_id if session else ""
    with recorded(Pull.Kind.RECORDINGS, clock=clock, room_id=room_id, session_id=session_id) as (row, tally):
        if session is None:
            tally.problems.append("no such session here: its own pull comes first")
            return row
        turn, _ = RecordingCursor.objects.get_or_create(pk=session_id, defaults={"room_id": room_id})
        with turns.taken(turn, clock=clock) as reading:
            events: list[Envelope] = []
            for name, listed, events_of in _lists(client, session_id, instants.from_datetime(reading.began)):
                turns.keep(turn, clock())
                try:
                    events += _read(listed, events_of, session_id, tally)
                except hms.NotFound as found:
                    # What 100ms answers for a session without any is nowhere stated.
                    log.info("100ms knows of none", list=name, session_id=session_id, problem=str(found))
                except _Halting as found:
                    _take(events, tally)
                    raise found
                except hms.Error as found:
                    # One list that 100ms cannot give must not cost the others.
                    reading.problem = found
                    tally.problems.append(f"{name}: {found}")
            # Jobs and files together, for a file alone does not say what made it.
            _take(events, tally)
            if reading.problem is None and not tally.refused:
                reading.done(_next(session, reading.began, clock()))
    return row


_Listed = Callable[[], Iterator[Object]]
_EventsOf = Callable[[dict[str, Any]], list[Envelope]]


def _lists(client: hms.Client, session_id: str, read_at: int) -> list[tuple[str, _Listed, _EventsOf]]:
    return [
        (
            "recordings",
            lambda: client.recordings.list(session_id=session_id),
            lambda raw: snapshots.of_recording(raw, read_at=read_at),
        ),
        (
            "live streams",
            lambda: client.live_streams.list(session_id=session_id),
            lambda raw: snapshots.of_live_stream(raw, read_at=read_at),
        ),
        (
            "external streams",
            lambda: client.external_streams.list(session_id=session_id),
            lambda raw: snapshots.of_external_stream(raw, read_at=read_at),
        ),
        (
            "files",
            lambda: client.recording_assets.list(session_id=session_id),
            lambda raw: [snapshots.of_recording_asset(raw, read_at=read_at)],
        ),
    ]


def _read(listed: _Listed, events_of: _EventsOf, session_id: str, tally: Tally) -> list[Envelope]:
    """The events of one list; an object without a usable id is told and left, and holds up no other."""
    items = list(islice(listed(), MOST + 1))
    if len(items) > MOST:
        raise hms.UnreadableAnswer(f"more than {MOST:,} items in one list")
    tally.pages += 1
    tally.objects += len(items)
    events = []
    for item in items:
        raw = {**item.raw, "session_id": item.raw.get("session_id") or session_id}
        if raw["session_id"] != session_id:
            continue
        try:
            events += events_of(raw)
        except Malformed as problem:
            tally.problems.append(f"{type(item).__name__} {raw.get('id')!r}: {problem}")
    return events


def _take(events: list[Envelope], tally: Tally) -> None:
    for start in range(0, len(events), A_COMMIT):
        tally.take(events[start : start + A_COMMIT])


def _next(session: Session, began: datetime, now: datetime) -> datetime | None:
    """When to read it again: ever less often while something is unfinished, and once more for what nobody announced."""
    end = end_of(session, now)
    if end is None:
        return now + LIVE_EVERY
    if began < end + SOON:
        return end + SOON
    late = end + LATE + (end - (session.started_at or end)) / 4
    if began < end + GIVEN_UP and is_unfinished(session.pk):
        return now + min(max((now - end) / 4, OFTEN), SELDOM)
    return late if began < late else None


def is_unfinished(session_id: str) -> bool:
    """Is anything of its recordings and streams still to come, as far as we know?"""
    of_session = Recording.objects.filter(session_id=session_id)
    transcripts = Asset.objects.filter(recording=OuterRef("pk"), type__in=_TRANSCRIPTS, status__in=Asset.WHOLE)
    return (
        of_session.exclude(state__in=_OVER).exists()
        or of_session.filter(~Exists(transcripts), state=Recording.State.READY, transcribed=True).exists()
        or Asset.objects.filter(Q(status="processing"), recording__session_id=session_id).exists()
        or Stream.objects.filter(session_id=session_id, state__in=_ACTIVE_STREAM).exists()
    )


def sync(
    client: hms.Client, *, room_id: str | None = None, session_id: str | None = None, clock: Clock = timezone.now
) -> Iterator[Pull]:
    """One pull of the recordings of all sessions that are not settled, or of one room or session."""
    follow(clock=clock)
    asked = RecordingCursor.objects.filter(final_at=None).order_by("room_id", "pk")
    if session_id is not None:
        asked = RecordingCursor.objects.filter(pk=session_id)
    elif room_id is not None:
        asked = asked.filter(room_id=room_id)
    for pk in list(asked.values_list("pk", flat=True)):
        yield pull_recordings(client, pk, clock=clock)
