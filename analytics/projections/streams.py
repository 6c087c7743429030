"""Live and external streams, from the runs that carried them. One that is recorded too is a `Recording` as well."""

from collections.abc import Mapping
from typing import Final

from analytics import instants
from analytics.envelope import Envelope
from analytics.models import Stream
from analytics.projections.batch import as_datetime, plain, text
from analytics.projections.evidence import BEAM, FAILURES, FILES, HLS, STARTS, STOPS, inner, objects
from analytics.projections.recordings import pushes
from analytics.projections.runs import Course, Run, course
from rooms.masking import masked_text

State = Stream.State
# What befalls the file alone: the stream itself went well (EVENTS traps 30 and 43).
OF_THE_FILE: Final = frozenset({"UPLOAD_ERROR", "SHORT_RECORDING_ERROR"})
_MOST_OUTPUTS: Final = 20


def fold_stream(run: Run, ends: Mapping[str, int], recording_id: str) -> Stream | None:
    """The stream of one run, kept as `recording_id` ("" for not at all); None where it carried none."""
    ids = [*run.ids("beam"), *run.ids("job"), *run.ids("file")]
    is_external = run.family == BEAM and (pushes(run) or not recording_id)
    if not run.events or not ids or not run.session_id or not (run.family == HLS or is_external):
        return None
    kind = Stream.Kind.LIVE if run.family == HLS else Stream.Kind.EXTERNAL
    went = course(run, ends)
    state = _state(run, went, recording_id)
    failed = state == State.FAILED
    times = (went.started, went.ordered, went.stopped, run.all[0].emitted_at)
    return Stream(
        id=f"{kind.value}-{ids[0]}",
        room_id=run.room_id,
        session_id=run.session_id,
        kind=kind,
        state=state,
        aliases=sorted(ids),
        other_sessions=run.other_sessions,
        job_id=next(iter(run.ids("job")), ""),
        beam_id=next(iter(run.ids("beam")), ""),
        created_at=as_datetime(went.ordered),
        started_at=as_datetime(went.started),
        stopped_at=as_datetime(went.stopped),
        end_estimated=went.estimated,
        at=instants.to_datetime(next(at for at in times if at is not None)),
        duration_seconds=went.seconds,
        started_by=went.started_by,
        stopped_by=went.stopped_by,
        stop_reason=went.reason,
        error_type=went.error_type if failed else "",
        error_message=went.error_message if failed else "",
        outputs=_outputs(run),
        recording_id=recording_id,
        is_recorded=bool(recording_id),
    )


def _state(run: Run, went: Course, recording_id: str) -> str:
    """A failure ends it, unless it befell the file alone: then the stream had stopped well, or the error says so."""
    jobs = {text(event, "status", 32) for event in run.objects}
    said = bool(run.of(FAILURES)) or went.failed_stop
    spared = bool(recording_id) and (went.clean_stop or went.error_type in OF_THE_FILE)
    if (said or "failed" in jobs) and not spared:
        return State.FAILED
    if run.of(STOPS) or run.of(FILES) or said or jobs & {"completed", "post_processing", "failed"} or went.stopped:
        return State.ENDED
    if "stopping" in jobs:
        return State.STOPPING
    return State.RUNNING if run.of(STARTS) or "running" in jobs or went.started is not None else State.STARTING


def _outputs(run: Run) -> list[str]:
    """Where it goes, secrets masked (EVENTS trap 36): as the job's object says, else as an event does."""
    for event in [*run.objects, *run.events]:
        if found := [masked_text(url) for url in _addresses(event) if url.strip()]:
            return list(dict.fromkeys(found))[:_MOST_OUTPUTS]
    return []


def _addresses(event: Envelope) -> list[str]:
    data = event.data
    if event.type == "snapshot.live_stream":
        told = [inner(event, "playback").get("url")]
    elif event.type.startswith("hls."):
        told = [data.get("url")]
    elif event.type == "snapshot.external_stream":
        urls = data.get("rtmp_urls")
        told = urls if isinstance(urls, list) else []
    else:
        told = [one.get("url") for one in objects(data.get("rtmp"))]
    return [plain(url)[:2048] for url in told]
