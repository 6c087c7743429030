"""The pull: sessions, and per session its analytics events, from the API into `ingest`.

What it knows of the API (EVENTS traps 37 and 38): pages are a snapshot of the first query, a cursor dies after 24
hours, and 100ms holds 30 days. So a running session is asked about again and again, a closed one once more a few
minutes after its end, and a cursor moves only in the transaction of the events it paid for: a crash costs a few pages
read twice.
"""

import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from django.db.models import Q
from django.utils import timezone

from analytics import poll_sync, recording_sync, snapshots
from analytics.envelope import Channel, Envelope, Malformed, parse
from analytics.mirroring import MIRRORS, pull_mirror, pull_room
from analytics.models import Cursor, Event, Pull, Session
from analytics.projections.peers import CLIENT_TYPES
from analytics.pulling import HORIZON, LEASE, Clock, Overtaken, Tally, end_of, recorded, wait_after
from analytics.queries import LONGEST_SESSION
from rooms import hms

log = structlog.get_logger(__name__)

CURSOR_LIFE: Final = timedelta(hours=23)  # an hour short of 100ms's 24, for a pass takes time
SETTLED_AFTER: Final = timedelta(minutes=3)  # how long after its end a session's last events may still arrive
LIVE_EVERY: Final = timedelta(seconds=15)
PAGES_A_COMMIT: Final = 20


def pull_sessions(client: hms.Client, *, clock: Clock = timezone.now, room_id: str | None = None) -> Pull:
    """Read the sessions that can have changed since the last such pull, of all rooms or one.

    A session lasts 12 hours at most (EVENTS trap 23), so those that started 13 hours before the last pull are settled.
    Sources disagree whether leaving out `active` lists all (contract, list_sessions), so both kinds are asked for.
    """
    now = clock()
    since = now - HORIZON
    last = (
        Pull.objects.filter(kind=Pull.Kind.SESSIONS, reached_end=True)
        .filter(Q(room_id="") | Q(room_id=room_id or ""))
        .order_by("-started_at")
        .first()
    )
    if last is not None:
        since = max(since, last.started_at - LONGEST_SESSION - timedelta(hours=1))
    with recorded(Pull.Kind.SESSIONS, clock=clock, room_id=room_id or "") as (row, tally):
        for active in (False, True):
            for page in client.sessions.raw_pages(room_id=room_id, active=active, after=since):
                tally.pages += 1
                tally.objects += len(page.items)
                tally.take(_told_again([event for raw in page.items for event in _objects(raw, tally)]))
        # An object that could not be read is told once; the others must not be read anew for its sake.
        row.reached_end = tally.refused == 0
    return row


def pull_failures(client: hms.Client, room_id: str, *, clock: Clock = timezone.now) -> Pull:
    """Read what devices in a room could not do, without asking for a session.

    Some of these events name none (EVENTS trap 12), so no query by session ever lists them.
    """
    with recorded(Pull.Kind.FAILURES, clock=clock, room_id=room_id) as (row, tally):
        for page in client.analytics.pages(room_id=room_id, error=True):
            tally.pages += 1
            before = tally.ingested.new
            tally.take(_events(page.events, tally))
            ours = Event.objects.filter(
                room_id=room_id, channel=Channel.ANALYTICS, type__in=CLIENT_TYPES, emitted_at__gt=clock() - HORIZON
            )
            if tally.pages == 1 and tally.ingested.new == before and page.total == ours.count():
                break  # all of them are here already
    return row


def _objects(raw: Mapping[str, Any], tally: Tally) -> list[Envelope]:
    try:
        return snapshots.of_session(raw)
    except (Malformed, ValueError) as problem:
        tally.problems.append(f"session {raw.get('id')!r}: {problem}")
        return []


def _told_again(objects: list[Envelope]) -> list[Envelope]:
    """The same, but what an object has become once more gets an id of its own.

    An id is the digest of the content, so a peer whose role goes from A to B and back would be known already. It is new
    when the latest that was stored of the peer says something else.
    """
    sessions = {event.session_id for event in objects}
    told = Event.objects.filter(session_id__in=sessions, type="snapshot.peer").order_by("emitted_at", "id")
    ids = list(told.values_list("peer_id", "event_id"))
    latest = {peer_id: snapshots.content_id(event_id) for peer_id, event_id in ids}
    known = {event_id for _, event_id in ids}
    return [
        snapshots.again(event) if event.id in known and latest[event.peer_id] != event.id else event
        for event in objects
    ]


def follow(*, clock: Clock = timezone.now) -> int:
    """Give every session within the horizon a cursor, due at once; how many were new."""
    now = clock()
    known = Cursor.objects.values("session_id")
    missing = Session.objects.filter(last_event_at__gt=now - HORIZON).exclude(pk__in=known)
    rows = [Cursor(session_id=pk, room_id=room_id, due_at=now) for pk, room_id in missing.values_list("pk", "room_id")]
    Cursor.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def claim_due(*, clock: Clock = timezone.now) -> str | None:
    """Take one session whose pull is due; two workers never take the same one. A crash frees it after `LEASE`."""
    now = clock()
    for pk in Cursor.objects.filter(due_at__lte=now).order_by("due_at").values_list("pk", flat=True)[:20]:
        if Cursor.objects.filter(pk=pk, due_at__lte=now).update(due_at=now + LEASE) == 1:
            return pk
    return None


def pull_events(client: hms.Client, session_id: str, *, clock: Clock = timezone.now) -> Pull:
    """Read one session's object and its analytics events from where its cursor stands to the end.

    A session that is settled is left as it is. What goes wrong is told in the row and tried again later.
    """
    session = Session.objects.filter(pk=session_id).first()
    room_id = session.room_id if session else ""
    began = time.monotonic()
    with recorded(Pull.Kind.EVENTS, clock=clock, room_id=room_id, session_id=session_id) as (row, tally):
        if session is None:
            tally.take(_objects(client.sessions.get_raw(session_id), tally))
            session = Session.objects.get(pk=session_id)
            row.room_id = session.room_id
        cursor, _ = Cursor.objects.get_or_create(pk=session_id, defaults={"room_id": session.room_id})
        try:
            if cursor.final_at is None:
                _read(client, cursor, tally, clock)
        except Overtaken:
            log.info("another worker reads this session; this pull stopped", session_id=session_id)
        except Exception as problem:
            cursor.refresh_from_db()
            _put_off(cursor, clock(), asked=getattr(problem, "retry_after", None))
            raise
        else:
            _plan(cursor, clock, tally, took=time.monotonic() - began)
    return row


def _read(client: hms.Client, cursor: Cursor, tally: Tally, clock: Clock) -> None:
    now = clock()
    session = Session.objects.get(pk=cursor.pk)
    if end_of(session, now) is not None and session.last_event_at and session.last_event_at < now - HORIZON:
        _move(cursor, position="", opened_at=None, final_at=now, due_at=None, lost_at=now)
        return
    if cursor.opened_at is None or cursor.opened_at < now - CURSOR_LIFE:
        # First what may be refused: a pass that has begun goes on from its cursor.
        session_object = client.sessions.get_raw(cursor.pk)
        _move(cursor, position="", opened_at=now)
        tally.take(_told_again(_objects(session_object, tally)))
    try:
        _read_pages(client, cursor, tally, clock)
    except hms.CursorExpired:
        _move(cursor, position="", opened_at=clock())
        _read_pages(client, cursor, tally, clock)
    if session.started_at is not None and session.started_at < now - HORIZON and cursor.lost_at is None:
        # The first events had left 100ms before this pass.
        cursor.lost_at = now
        cursor.save(update_fields=["lost_at"])


def _read_pages(client: hms.Client, cursor: Cursor, tally: Tally, clock: Clock) -> None:
    batch: list[Envelope] = []
    for number, page in enumerate(
        client.analytics.pages(room_id=cursor.room_id, session_id=cursor.pk, start=cursor.position), start=1
    ):
        tally.pages += 1
        batch += _events(page.events, tally)
        nothing_new = (
            number == 1 and not cursor.position and page.next != "" and page.total == _stored(cursor.pk, batch)
        )
        if nothing_new or page.next == "" or number % PAGES_A_COMMIT == 0:
            following = "" if nothing_new else page.next
            tally.take(batch, partial(_advance, cursor, following, page.total, clock()))
            batch = []
        if nothing_new:
            return


def _events(received: list[dict[str, Any]], tally: Tally) -> list[Envelope]:
    """The readable events of a page; the others are told in the pull's row, for nobody will send them again."""
    envelopes = []
    for event in received:
        try:
            envelopes.append(parse(event, Channel.ANALYTICS))
        except Malformed as problem:
            tally.problems.append(f"event {event.get('id')!r}: {problem}")
    return envelopes


def _stored(session_id: str, page: list[Envelope]) -> int | None:
    """How many events of this session the API has given us before, or None when the page holds one we lack.

    When it is what the API says it has, the rest of its pages are ours already and need not be read.
    """
    ids = {envelope.id for envelope in page}
    if Event.objects.filter(event_id__in=ids).count() < len(ids):
        return None
    return Event.objects.filter(session_id=session_id, channel=Channel.ANALYTICS).count()


def _move(cursor: Cursor, **values: object) -> None:
    """Change the cursor's row if it still stands where we saw it. Raises `Overtaken` otherwise."""
    where = {"pk": cursor.pk, "position": cursor.position, "opened_at": cursor.opened_at}
    if Cursor.objects.filter(**where).update(**values) != 1:
        raise Overtaken
    for name, value in values.items():
        setattr(cursor, name, value)


def _advance(cursor: Cursor, position: str, total: int | None, now: datetime) -> None:
    """Move on to the next page; an empty one ends the pass. Runs in the transaction of the events before it."""
    if position:
        _move(cursor, position=position, due_at=now + LEASE)
    else:
        _move(cursor, position="", opened_at=None, pulled_at=cursor.opened_at, total=total)


def _plan(cursor: Cursor, clock: Clock, tally: Tally, *, took: float) -> None:
    """When to ask again: while it runs, soon; after its end once more; then never."""
    if cursor.final_at is not None:
        return
    now = clock()
    if tally.refused:
        # Not settled while 100ms holds what we could not store.
        _put_off(cursor, now)
        return
    end = end_of(Session.objects.get(pk=cursor.pk), now)
    cursor.failures = 0
    if end is None:
        # A long session takes long to read: most of the time is left to the others.
        cursor.due_at = now + max(LIVE_EVERY, timedelta(seconds=10 * took))
    elif cursor.pulled_at is not None and cursor.pulled_at >= end + SETTLED_AFTER:
        cursor.final_at, cursor.due_at = now, None
    else:
        cursor.due_at = end + SETTLED_AFTER
    cursor.save(update_fields=["final_at", "due_at", "failures"])


def _put_off(cursor: Cursor, now: datetime, asked: float | None = None) -> None:
    cursor.failures += 1
    cursor.due_at = now + wait_after(cursor.failures, asked)
    cursor.save(update_fields=["failures", "due_at"])


def sync(
    client: hms.Client, *, room_id: str | None = None, session_id: str | None = None, clock: Clock = timezone.now
) -> Iterator[Pull]:
    """One pull of everything that is not settled, or of one room or session; gives each pull's row as it ends."""
    if session_id is not None:
        yield pull_events(client, session_id, clock=clock)
        yield from poll_sync.sync(client, session_id=session_id, clock=clock)
        yield from recording_sync.sync(client, session_id=session_id, clock=clock)
        return
    if room_id is not None:
        yield pull_room(client, room_id, clock=clock)
    else:
        for kind in MIRRORS:
            yield pull_mirror(client, kind, clock=clock)
    yield pull_sessions(client, clock=clock, room_id=room_id)
    follow(clock=clock)
    open_ones = Cursor.objects.filter(final_at=None)
    if room_id is not None:
        open_ones = open_ones.filter(room_id=room_id)
    of_room = list(open_ones.order_by("room_id", "pk").values_list("room_id", "pk"))
    for _, pk in of_room:
        yield pull_events(client, pk, clock=clock)
    for each in sorted({room for room, _ in of_room}):
        yield pull_failures(client, each, clock=clock)
    yield from poll_sync.sync(client, room_id=room_id, clock=clock)
    yield from recording_sync.sync(client, room_id=room_id, clock=clock)
