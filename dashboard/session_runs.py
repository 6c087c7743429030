"""What ran beside the people of a session, from the read models, with its failures in words."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from analytics import instants
from analytics.activity import Frame
from analytics.guardian import Expected, Held, findings
from analytics.models import Ingest, Recording, Session, Stream
from analytics.queries import LONGEST_SESSION
from analytics.runs import OF_THE_ROOM, Kind, Run
from dashboard.endings import BROKEN_OFF, encoder_ended, stop_words
from dashboard.troubles import ingest_trouble_of, trouble_in
from rooms.room_templates.asks import BROWSER, COMPOSITE, asks
from rooms.room_templates.then import templates_then

MOST: Final = 1000  # of a kind; a recording of every track of a large class is one for each device

_RECORDINGS: Final = {
    Recording.Kind.BROWSER: Kind.RECORDING,
    Recording.Kind.COMPOSITE: Kind.RECORDING,
    Recording.Kind.HLS: Kind.STREAM_RECORDING,
    Recording.Kind.STREAM: Kind.PARTS,
    Recording.Kind.TRACK: Kind.PARTS,
}
_STREAMS: Final = {Stream.Kind.LIVE: Kind.LIVE, Stream.Kind.EXTERNAL: Kind.EXTERNAL}
OF_A_ROOM: Final = frozenset({BROWSER, COMPOSITE})
_GOING_ON: Final = frozenset({"starting", "running", "stopping"})


def runs(session: Session, frame: Frame) -> list[Run]:
    """Three queries, whatever there is.

    Encoders name no session (EVENTS trap 12): those of its room while it ran are its own.
    """
    begun, until = instants.to_datetime(frame.started_at), instants.to_datetime(frame.until)
    encoders = Ingest.objects.filter(room_id=session.room_id, at__gt=begun - LONGEST_SESSION, at__lt=until)
    return [
        *(of_recording(row) for row in Recording.objects.filter(session_id=session.pk).order_by("at", "pk")[:MOST]),
        *(of_stream(row) for row in Stream.objects.filter(session_id=session.pk).order_by("at", "pk")[:MOST]),
        *(of_encoder(row) for row in encoders.order_by("at", "pk")[:MOST] if _was_there(row, begun)),
    ]


def is_missed(session: Session, frame: Frame, found: Iterable[Run]) -> bool:
    """Nothing was recorded, the settings of then record by themselves, and it is late by the guardian's patience.

    Three queries at most, and none where something was recorded.
    """
    if session.started_at is None or any(run.kind in OF_THE_ROOM for run in found):
        return False
    begun = (session.room.template_id, session.started_at)
    then = templates_then([begun]).get(begun)
    asked = asks(then.content if then else {}, room_says=session.room.recording_enabled)
    held = Held(session.pk, frame.started_at, frame.ended_at)
    return bool(findings(held, Expected(asked.kinds & OF_A_ROOM), (), (), (), frame.now))


def of_recording(row: Recording) -> Run:
    trouble = trouble_in(row)
    return Run(
        id=row.pk,
        kind=_RECORDINGS[Recording.Kind(row.kind)],
        started_at=_instant(row.started_at),
        ended_at=_instant(row.stopped_at),
        at=instants.from_datetime(row.at),
        state=row.get_state_display(),
        end_estimated=row.end_estimated,
        is_open=row.state in _GOING_ON and row.stopped_at is None,
        is_ready=row.state == Recording.State.READY,
        failed=trouble is not None,
        trouble=trouble.cause if trouble else "",
        ended=stop_words(row.stop_reason),
        length=_length(row.duration_seconds),
        started_by=row.started_by,
    )


def of_stream(row: Stream) -> Run:
    trouble = trouble_in(row)
    return Run(
        id=row.pk,
        kind=_STREAMS[Stream.Kind(row.kind)],
        started_at=_instant(row.started_at),
        ended_at=_instant(row.stopped_at),
        at=instants.from_datetime(row.at),
        state=row.get_state_display(),
        end_estimated=row.end_estimated,
        is_open=row.state in _GOING_ON and row.stopped_at is None,
        failed=trouble is not None,
        trouble=trouble.cause if trouble else "",
        ended=stop_words(row.stop_reason),
        length=_length(row.duration_seconds),
        started_by=row.started_by,
    )


def of_encoder(row: Ingest) -> Run:
    """One that ended because it dropped has failed just as one that 100ms says failed."""
    failed = row.state in (Ingest.State.BROKEN, Ingest.State.REFUSED) or row.end_reason in BROKEN_OFF
    never_in = row.state == Ingest.State.REFUSED
    told = ingest_trouble_of(row.error_message).cause if row.error_message else encoder_ended(row.end_reason)
    return Run(
        id=row.pk,
        kind=Kind.ENCODER,
        started_at=None if never_in else _instant(row.started_at),
        ended_at=None if never_in else _instant(row.ended_at),
        at=instants.from_datetime(row.at),
        state=row.get_state_display(),
        is_open=row.state == Ingest.State.CONNECTED,
        failed=failed,
        trouble=told if failed else "",
        ended=encoder_ended(row.end_reason),
        length=_length(row.duration_seconds),
    )


def _was_there(row: Ingest, begun: datetime) -> bool:
    if row.state == Ingest.State.REFUSED:
        return row.at >= begun
    length = timedelta(seconds=row.duration_seconds or 0)
    return row.state == Ingest.State.CONNECTED or (row.ended_at or row.at + length) > begun


def _instant(value: datetime | None) -> int | None:
    return None if value is None else instants.from_datetime(value)


def _length(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * instants.SECOND)
