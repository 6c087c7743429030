"""Recordings with their files, from the runs that made them (EVENTS traps 8, 13, 29, 30, 43)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from analytics import instants
from analytics.envelope import Envelope
from analytics.models import Asset, Recording
from analytics.projections.batch import as_datetime, plain, text, user_id
from analytics.projections.evidence import (
    BEAM,
    COMPOSITE,
    FAILURES,
    FILES,
    HLS,
    STARTS,
    STOPS,
    STREAM,
    TRACK,
    inner,
    instant,
    objects,
    told_at,
)
from analytics.projections.files import File, files_of
from analytics.projections.runs import Course, Run, course

Kind = Recording.Kind
State = Recording.State

KINDS: Final = {BEAM: Kind.BROWSER, HLS: Kind.HLS, COMPOSITE: Kind.COMPOSITE, STREAM: Kind.STREAM, TRACK: Kind.TRACK}
_MOST_BYTES: Final = 2**63 - 1
# What a live stream is kept as: flags of its events, and of the `recording` of its object.
_KEPT_HLS: Final = ("recording_single_file_per_layer_enabled", "recording_vod_playlist_enabled")


@dataclass(frozen=True, slots=True)
class Folded:
    """A recording's row and those of its files, not saved yet."""

    recording: Recording
    assets: list[Asset]


def recording_id(run: Run) -> str:
    """ "<kind>-<an id of 100ms's>", as `Recording` says; "" for a run that has none."""
    named_first = {
        COMPOSITE: [run.session_id],
        TRACK: [*run.ids("track"), *run.ids("file")],
        STREAM: run.ids("file"),
    }
    found = named_first.get(run.family) or [*run.ids("beam"), *run.ids("job"), *run.ids("file")]
    return f"{KINDS[run.family].value}-{found[0]}" if found and found[0] else ""


def is_recorded(run: Run, files: list[File]) -> bool:
    """Was it to be kept? A run of Beam may only push to RTMP, a live stream may only be live."""
    if not run.events and not run.assets:
        return False  # a transcript of what nobody told of
    if run.family not in (BEAM, HLS) or run.of(FILES) or any(file.is_main for file in files):
        return True
    said = [_keeps(event, run.family) for event in run.events]
    if any(said):
        return True
    # A run of Beam that says neither is a recording, unless it pushes somewhere.
    return run.family == BEAM and not any(one is False for one in said) and not pushes(run)


def _keeps(event: Envelope, family: str) -> bool | None:
    """What one event says of it; None for nothing."""
    if event.type == "snapshot.recording":
        return True
    if event.type == "snapshot.external_stream":
        return event.data.get("recording") is True
    if event.type == "snapshot.live_stream":
        return any(value is True for value in inner(event, "recording").values())
    fields = _KEPT_HLS if family == HLS else ("recording_enabled",)
    told = [value for name in fields if isinstance(value := event.data.get(name), bool)]
    return any(told) if told else None


def pushes(run: Run) -> bool:
    """Does a run of Beam push to other platforms?"""
    return any(
        event.type == "snapshot.external_stream" or objects(event.data.get("rtmp"))
        for event in run.events
        if run.family == BEAM
    )


def fold_recording(run: Run, ends: Mapping[str, int]) -> Folded | None:
    """The recording of one run; None where it was not to be kept, or nothing places it.

    A file that is there outweighs any word of failure, a failure any word of progress, and progress only goes on: so
    no order matters, and an HLS stop or a late start undo nothing (EVENTS traps 3, 13, 29 and 30).
    """
    pk = recording_id(run)
    files = files_of(run, pk)
    if not pk or not run.session_id or not is_recorded(run, files):
        return None
    went = course(run, ends)
    state = _state(run, files, went)
    finished = _finished(run, files, state)
    failed = state == State.FAILED
    jobs = run.objects
    size = sum(one.size for one in files if one.size is not None)
    times = (went.started, went.ordered, went.stopped, finished, run.all[0].emitted_at)
    whose = run.all if run.family in (TRACK, STREAM) else []
    recording = Recording(
        id=pk,
        room_id=run.room_id,
        session_id=run.session_id,
        kind=KINDS[run.family],
        state=state,
        aliases=sorted({*run.ids("beam"), *run.ids("job"), *run.ids("file"), *run.ids("track")}),
        other_sessions=run.other_sessions,
        job_id=next(iter(run.ids("job")), ""),
        beam_id=next(iter(run.ids("beam")), ""),
        created_at=as_datetime(went.ordered),
        started_at=as_datetime(went.started),
        stopped_at=as_datetime(went.stopped),
        end_estimated=went.estimated,
        finished_at=as_datetime(finished),
        at=instants.to_datetime(next(at for at in times if at is not None)),
        duration_seconds=max((one.duration for one in files if one.is_main and one.duration), default=None),
        size=min(size, _MOST_BYTES) or None,
        started_by="" if whose else went.started_by,
        stopped_by=went.stopped_by,
        stop_reason=went.reason,
        error_type=went.error_type if failed else "",
        error_message=went.error_message if failed else "",
        destination=next((place for event in jobs if (place := text(event, "destination"))), ""),
        peer_id=next((peer for event in whose if (peer := event.peer_id or _of_asset(event, "peer_id"))), "")[:64],
        user_id=next((user for event in whose if (user := user_id(event) or _of_asset(event, "user_id"))), ""),
        transcribed=_is_transcribed(run, files),
    )
    return Folded(recording, [_asset(recording, file) for file in files])


def _of_asset(event: Envelope, field: str) -> str:
    return plain(inner(event, "metadata").get(field)).strip()[:255]


def _state(run: Run, files: list[File], went: Course) -> str:
    main = [file.status for file in files if file.is_main]
    jobs = {text(event, "status", 32) for event in run.objects}
    if run.of(FILES) or "completed" in main:
        return State.READY
    if run.of(FAILURES) or went.failed_stop or "failed" in jobs or (main and set(main) == {"failed"}):
        return State.FAILED
    if "completed" in jobs:
        return State.READY
    if main or run.of(STOPS) or "post_processing" in jobs or went.stopped is not None:
        return State.PROCESSING
    if "stopping" in jobs:
        return State.STOPPING
    return State.RUNNING if run.of(STARTS) or "running" in jobs or went.started is not None else State.STARTING


def _finished(run: Run, files: list[File], state: str) -> int | None:
    """When it was ready or had failed: as the API says, else as the events do."""
    if state == State.READY:
        made = [file.created for file in files if file.is_main and file.created is not None]
        told = [told_at(event, "created_at", "recording_created_at") for event in run.of(FILES)]
        return min(made or told or _updated(run, "completed"), default=None)
    if state == State.FAILED:
        stops = [told_at(event) for event in run.of(STOPS)]
        told = [told_at(event) for event in run.of(FAILURES)]
        made = [file.created for file in files if file.is_main and file.created is not None]
        return min(_updated(run, "failed") or told or made or stops, default=None)
    return None


def _updated(run: Run, status: str) -> list[int]:
    return [
        at
        for event in run.objects
        if event.data.get("status") == status and (at := instant(event, "updated_at")) is not None
    ]


def _is_transcribed(run: Run, files: list[File]) -> bool:
    """Is a transcript made, or was one promised by the job's object?"""
    promised = any(
        "transcript" in kinds for event in run.objects if isinstance(kinds := event.data.get("asset_types"), list)
    )
    return promised or bool(run.transcriptions) or any(file.type in {"transcript", "summary"} for file in files)


def _asset(recording: Recording, file: File) -> Asset:
    return Asset(
        id=file.id,
        recording=recording,
        is_named=file.is_named,
        type=file.type,
        output=file.output,
        layer=file.layer,
        status=file.status,
        path=file.path,
        size=file.size,
        duration_seconds=file.duration,
        width=file.width,
        height=file.height,
        thumbnails=list(file.thumbnails),
        media=file.media,
        peer_id=file.peer_id,
        track_id=file.track_id,
        created_at=as_datetime(file.created),
    )
