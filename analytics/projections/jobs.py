"""Recordings, streams and transcripts: folded together, a whole session at a time, for they speak of each other.

What belongs to which run is seen only from all that a session told (module `runs`); such events are few. A run whose
events name two sessions (Beam stays for minutes after the last person left, and the next session begins) has both
folded, and is the first one's. One whose events name none (EVENTS trap 12) is of the session that ran in its room then.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, Subquery

from analytics import instants, queries
from analytics.envelope import Envelope
from analytics.models import Asset, Event, Recording, Session, Stream, Transcription
from analytics.projections.batch import Batch, write
from analytics.projections.evidence import COMPOSITE, FAMILIES, RUN_TYPES, keys, named
from analytics.projections.recordings import Folded, fold_recording
from analytics.projections.runs import Run, runs
from analytics.projections.sessions import SESSION_TYPES, fold_session
from analytics.projections.streams import fold_stream
from analytics.projections.transcriptions import fold_transcription

_KINDS: Final = [*Recording.Kind.values, *Stream.Kind.values]
_ALL_FAMILIES: Final = frozenset(FAMILIES.values())


@dataclass(frozen=True, slots=True)
class Rows:
    """Not saved yet, each row once."""

    recordings: list[Recording]
    assets: list[Asset]
    streams: list[Stream]
    transcriptions: list[Transcription]


def fold_jobs(found: Iterable[Run], ends: Mapping[str, int]) -> Rows:
    """The rows of these runs; `ends` are the ends of their sessions as far as they are known."""
    recordings: dict[str, Folded] = {}
    assets: dict[str, Asset] = {}
    streams: dict[str, Stream] = {}
    transcriptions: dict[str, Transcription] = {}
    for run in found:
        folded = fold_recording(run, ends)
        pk = folded.recording.pk if folded else ""
        if folded and pk not in recordings:
            recordings[pk] = folded
            assets |= {asset.pk: asset for asset in folded.assets if asset.pk not in assets}
        stream = fold_stream(run, ends, pk)
        if stream:
            streams.setdefault(stream.pk, stream)
        of_one: dict[str, list[Envelope]] = defaultdict(list)
        for event in run.transcriptions:
            of_one[named(event, "transcription_id")].append(event)
        for transcription_id, events in of_one.items():
            if transcription := fold_transcription(events, pk):
                transcriptions.setdefault(transcription_id, transcription)
    return Rows(
        [folded.recording for folded in recordings.values()],
        list(assets.values()),
        list(streams.values()),
        list(transcriptions.values()),
    )


def project_jobs(batch: Batch) -> None:
    """Write every row of the sessions that the batch speaks of, and take away those that no event stands for."""
    new = batch.of(RUN_TYPES | SESSION_TYPES)
    _project(batch, {event.room_id for event in new}, {event.session_id for event in new})


def _project(batch: Batch, rooms: set[str], of_sessions: set[str]) -> None:
    sessions = of_sessions - {""}
    events = _told(batch, rooms, sessions)
    found: list[Run] = []
    while True:
        while wider := _elsewhere(events, rooms, sessions):
            sessions |= wider
            events = _told(batch, rooms, sessions)
        if not events:
            return  # a session without any, as most
        found = runs(events)
        for run in found:
            if not run.session_id:
                run.placed = _running_then(run)
        # What names no session may be of a run that the session it is placed in tells of too.
        if not (placed := {run.placed for run in found} - sessions - {""}):
            break
        sessions |= placed
        events = _told(batch, rooms, sessions)
    rows = fold_jobs(found, _ends(batch, {run.session_id for run in found}))
    # Referred to first, and taken away last: what a file moved to must be there, what it left may go.
    write(Recording, rows.recordings)
    write(Asset, rows.assets)
    write(Stream, rows.streams)
    write(Transcription, rows.transcriptions)
    theirs = Q(session_id__in=sessions)
    Asset.objects.filter(pk__in=_stale(Asset, Q(recording__session_id__in=sessions), rows.assets)).delete()
    Recording.objects.filter(pk__in=_stale(Recording, theirs, rows.recordings)).delete()
    Stream.objects.filter(pk__in=_stale(Stream, theirs, rows.streams)).delete()
    Transcription.objects.filter(pk__in=_stale(Transcription, theirs, rows.transcriptions)).delete()


def project_unplaced(batch: Batch) -> None:
    """As `project_jobs`, where what the batch tells of sessions may place a run that names none.

    Such a run is of a session that had begun when it was told of.
    """
    rooms, sessions = {event.room_id for event in batch.new}, {event.session_id for event in batch.new}
    begun = Session.objects.filter(pk__in=sessions).order_by("started_at").values("started_at")[:1]
    unplaced = Event.objects.filter(session_id="", room_id__in=rooms, type__in=RUN_TYPES)
    if unplaced.filter(emitted_at__gte=Subquery(begun)).exists():
        _project(batch, rooms, sessions)


def _told(batch: Batch, rooms: set[str], sessions: set[str]) -> list[Envelope]:
    unplaced = Q(session_id="", room_id__in=rooms)
    return batch.related(Q(session_id__in=sessions) | unplaced, types=RUN_TYPES)


def _elsewhere(events: Iterable[Envelope], rooms: set[str], sessions: set[str]) -> set[str]:
    """Other sessions that tell of the same runs, or to which one of these was taken to belong before more was told."""
    nameless = [event for event in events if not event.session_id]
    ids = {key[-1] for event in nameless for family in _ALL_FAMILIES for key in keys(event, family)}
    jobs = {named(event, "job_id") for event in events} - {""}
    ids |= {named(event, "beam_id") for event in events} | jobs
    same = Q(pk__in=[f"{kind}-{one}" for one in ids - {""} for kind in _KINDS]) | Q(job_id__in=jobs)
    if composites := [event.emitted_at for event in nameless if FAMILIES.get(event.type) == COMPOSITE]:
        # One goes by its session alone: it may have been taken to be of any that had begun by then.
        begun = Session.objects.filter(room_id__in=rooms, started_at__lte=instants.to_datetime(max(composites)))
        same |= Q(kind=Recording.Kind.COMPOSITE, session__in=begun)
    found: set[str] = set()
    for model in (Recording, Stream):
        rows = model._default_manager.filter(same, room_id__in=rooms)
        for session_id, others in rows.values_list("session_id", "other_sessions"):
            found |= {session_id, *others}
    return found - sessions


def _running_then(run: Run) -> str:
    """The session that ran in the room at a run's first event, else the last before it; "" where none is known."""
    moment = instants.to_datetime(run.all[0].emitted_at)
    at_all = Session.objects.filter(room_id=run.room_id, started_at__lte=moment).order_by("-started_at", "pk")
    found = at_all.filter(queries.running_at(run.room_id, moment)).first() or at_all.first()
    return found.pk if found else ""


def _ends(batch: Batch, sessions: set[str]) -> dict[str, int]:
    own: dict[str, list[Envelope]] = defaultdict(list)
    for event in batch.history(types=SESSION_TYPES, session_id__in=sessions):
        own[event.session_id].append(event)
    ends = {session_id: fold_session(told).ended for session_id, told in own.items()}
    return {session_id: end for session_id, end in ends.items() if end is not None}


def _stale(
    model: type[Recording] | type[Asset] | type[Stream] | type[Transcription],
    where: Q,
    rows: Sequence[Asset | Recording | Stream | Transcription],
) -> set[str]:
    return set(model._default_manager.filter(where).values_list("pk", flat=True)) - {row.pk for row in rows}
