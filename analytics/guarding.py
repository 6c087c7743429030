"""What the guardian is fed with: sessions, the settings of then, what was started and what came of it."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q

from analytics import instants, queries
from analytics.guardian import Actual, Expected, Finding, Held, Order, Transcribing, findings
from analytics.models import Asset, Recording, Session, Stream, Transcription
from rooms.audit import Outcome
from rooms.jobs import Kind as JobKind
from rooms.models import AuditEntry
from rooms.room_templates.asks import asks
from rooms.room_templates.then import templates_then

# Sessions looked at in one go; the newest of them.
MOST: Final = 2000
# An order may be noted a little before 100ms opens its session.
_BEFORE: Final = timedelta(minutes=1)
_KINDS: Final = {Stream.Kind.LIVE: Recording.Kind.HLS, Stream.Kind.EXTERNAL: Recording.Kind.BROWSER}


def found_in(sessions: Iterable[Session], now: datetime) -> list[Finding]:
    """What is not as it should be in these sessions (each with its room), by session as given. Ten queries at most.

    Whoever asks for more than `MOST` gets the answer for the first `MOST`.
    """
    looked_at = [session for session, _ in zip(sessions, range(MOST), strict=False) if session.started_at is not None]
    if not looked_at:
        return []
    ids = [session.pk for session in looked_at]
    expected = _expected(looked_at)
    recordings, orders = _recordings(ids), _orders(looked_at)
    transcripts = _transcripts(ids, recordings)
    at = instants.from_datetime(now)
    found: list[Finding] = []
    for session in looked_at:
        frame = queries.frame(session, now)
        held = Held(session.pk, frame.started_at, frame.ended_at)
        mine = recordings.get(session.pk, [])
        mine_transcripts = transcripts.get(session.pk, [])
        found += findings(held, expected[session.pk], orders.get(session.pk, []), mine, mine_transcripts, at)
    return found


def _expected(sessions: Sequence[Session]) -> dict[str, Expected]:
    """By session, from its room's switch of today and its template of then."""
    moments = {session.pk: (session.room.template_id, _begun(session)) for session in sessions}
    then = templates_then(moments.values())
    found = {}
    for session in sessions:
        known = then.get(moments[session.pk])
        room_says = session.room.recording_enabled
        asked = asks(known.content if known else {}, room_says=room_says)
        # Nobody keeps how the switch of a room stood.
        sure = known is not None and known.known and room_says is None
        found[session.pk] = Expected(asked.kinds, asked.transcript, asked.longest * instants.SECOND, then=sure)
    return found


def _begun(session: Session) -> datetime:
    assert session.started_at is not None
    return session.started_at


def _recordings(ids: Sequence[str]) -> dict[str, list[Actual]]:
    files = Asset.objects.filter(recording=OuterRef("pk"), status__in=Asset.WHOLE)
    rows = list(
        Recording.objects.filter(session_id__in=ids)
        .annotate(
            has_transcript=Exists(files.filter(type="transcript")), has_summary=Exists(files.filter(type="summary"))
        )
        .order_by("session_id", "at", "pk")
    )
    paused = _paused([row.job_id for row in rows if row.job_id])
    found: dict[str, list[Actual]] = defaultdict(list)
    for row in rows:
        found[row.session_id].append(
            Actual(
                id=row.pk,
                kind=row.kind,
                state=row.state,
                at=instants.from_datetime(row.at),
                job_id=row.job_id,
                started=_instant(row.started_at),
                stopped=_instant(row.stopped_at),
                finished=_instant(row.finished_at),
                length=_length(row.duration_seconds),
                stop_reason=row.stop_reason,
                error_type=row.error_type,
                error_message=row.error_message,
                paused=row.job_id in paused,
                has_transcript=row.has_transcript,
                has_summary=row.has_summary,
            )
        )
    return found


def _paused(job_ids: Sequence[str]) -> frozenset[str]:
    """The jobs that were paused from here: their files are shorter than they ran, and rightly so."""
    if not job_ids:
        return frozenset()
    entries = AuditEntry.objects.filter(
        target_kind__in=[JobKind.RECORDING, JobKind.LIVE], target_id__in=job_ids, outcome=Outcome.SUCCEEDED
    )
    pauses = Q(action__endswith=".pause") | Q(action__endswith=".pause_recording")
    return frozenset(entries.filter(pauses).order_by().values_list("target_id", flat=True))


def _transcripts(ids: Sequence[str], recordings: Mapping[str, Sequence[Actual]]) -> dict[str, list[Transcribing]]:
    """By session. A transcript that names no recording known here is that of the only one which can have any."""
    found: dict[str, list[Transcribing]] = defaultdict(list)
    for row in Transcription.objects.filter(session_id__in=ids).order_by("session_id", "pk"):
        of = row.recording_id or _only([one.id for one in recordings.get(row.session_id, ()) if one.kind == "browser"])
        if of:
            outputs = frozenset(name.partition("_")[0] for name in row.outputs)
            length = _length(row.duration_seconds)
            found[row.session_id].append(Transcribing(of, row.state, _instant(row.begun_at), length, outputs))
    return found


def _only(ids: Sequence[str]) -> str:
    return ids[0] if len(ids) == 1 else ""


def _orders(sessions: Sequence[Session]) -> dict[str, list[Order]]:
    """What was started from here, by the session it fell into; streams that are kept, too."""
    begun = sorted((_begun(session) - _BEFORE, session.pk) for session in sessions)
    by_room: dict[str, list[Session]] = defaultdict(list)
    for session in sorted(sessions, key=_begun):
        by_room[session.room_id].append(session)
    entries = AuditEntry.objects.filter(
        action=f"{JobKind.RECORDING}.start",
        outcome=Outcome.SUCCEEDED,
        room_id__in=by_room,
        at__gte=begun[0][0],
        at__lte=begun[-1][0] + queries.LONGEST_SESSION,
    )
    found: dict[str, list[Order]] = defaultdict(list)
    for entry in entries.order_by("id"):
        held = by_room[entry.room_id]
        place = bisect_right([_begun(session) - _BEFORE for session in held], entry.at)
        if not place or not entry.target_id:
            continue
        before = held[place - 1]
        if before.ended_at is None or entry.at <= before.ended_at:
            order = Order(Recording.Kind.BROWSER, entry.target_id, instants.from_datetime(entry.at), entry.actor)
            found[before.pk].append(order)
    kept = Stream.objects.filter(
        session_id__in=[session.pk for session in sessions], is_recorded=True, recording_id="", stopped_at__isnull=False
    )
    for stream in kept.exclude(job_id="").order_by("pk"):
        assert stream.stopped_at is not None
        ended = instants.from_datetime(stream.stopped_at)
        found[stream.session_id].append(Order(_KINDS[Stream.Kind(stream.kind)], stream.job_id, ended, ""))
    # Its recording may stand in another session than the moment of the order says.
    jobs = [order.job_id for orders in found.values() for order in orders]
    known = set(Recording.objects.filter(job_id__in=jobs).order_by().values_list("job_id", flat=True)) if jobs else ()
    return {pk: [order for order in orders if order.job_id not in known] for pk, orders in found.items()}


def _instant(value: datetime | None) -> int | None:
    return None if value is None else instants.from_datetime(value)


def _length(seconds: float | None) -> int | None:
    """0 is what 100ms says of a length that it does not know."""
    return round(seconds * instants.SECOND) if seconds else None
