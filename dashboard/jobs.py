"""What pages show of a room's recordings and streams: who began them, how they stand, why they ended, in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from analytics.models import Event
from dashboard.doers import Acts, acts_on, names_of, who
from dashboard.endings import failure_in, stop_words
from dashboard.file_words import file_rank
from dashboard.states import JOBS, LIVE, PAUSED, State
from dashboard.troubles import Trouble, trouble_of
from rooms.audit import Outcome
from rooms.jobs import File, Job, Kind
from rooms.models import Room

_KEEPS: Final[Mapping[str, str]] = {
    "hls_vod": "playlist",
    "single_file_per_layer": "a file for each quality",
    "video": "video",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A job as pages have it. `seconds` and `size` are of its longest video; 0 while there is none."""

    job: Job
    state: State
    files: tuple[File, ...]
    started_by: str
    stopped_by: str
    ended: str
    trouble: Trouble | None
    is_paused: bool
    may_be_paused: bool
    seconds: float
    size: int

    @property
    def keeps(self) -> str:
        return ", ".join(_KEEPS.get(name, name) for name in self.job.keeps)


def shown(room: Room, jobs: Sequence[Job], files: Iterable[File] = ()) -> list[Shown]:
    """Four queries, however many jobs; none for no jobs."""
    if not jobs:
        return []
    ids = [job.id for job in jobs]
    by_job: dict[str, list[File]] = {}
    for file in files:
        by_job.setdefault(file.job_id, []).append(file)
    acts = acts_on(ids, room_id=room.pk)
    people = names_of([one for job in jobs for one in (job.started_by, job.stopped_by)], acts)
    told = _told(jobs)
    return [_shown(job, by_job.get(job.id, []), acts.get(job.id, {}), people, told.get(job.id, {})) for job in jobs]


def _shown(job: Job, files: list[File], acts: Acts, people: Mapping[str, str], told: Mapping[str, str]) -> Shown:
    files = sorted(list(job.files) or files, key=lambda file: (file_rank(file.type), file.output, file.layer))
    videos = [file for file in files if file.type.startswith("room-")]
    paused, maybe = _paused(job, acts)
    error = told.get("error", "")
    reason = told.get("reason", "")
    error = error or failure_in(reason)
    failed = job.status == "failed" or any(file.status == "failed" for file in files) or bool(error)
    state = PAUSED if paused else JOBS.get(job.status, State(job.status.replace("_", " "), "circle-dashed"))
    return Shown(
        job=job,
        state=LIVE if state.word == "running" and job.kind == Kind.LIVE else state,
        files=tuple(files),
        started_by=who(job.started_by, acts.get("start"), people),
        stopped_by=who(job.stopped_by, acts.get("stop"), people) if job.stopped_by or "stop" in acts else "",
        ended=stop_words(reason),
        trouble=trouble_of(error) if failed else None,
        is_paused=paused,
        may_be_paused=maybe,
        seconds=max((file.seconds for file in videos), default=0) or job.seconds,
        size=sum(file.size for file in files),
    )


def _paused(job: Job, acts: Acts) -> tuple[bool, bool]:
    """(paused, nobody knows): 100ms has no status for it, so only what was asked for from here is known."""
    last = acts.get("pause")
    if job.status != "running" or last is None:
        return False, False
    pauses = last.action.endswith((".pause", ".pause_recording"))
    if last.outcome == Outcome.UNSURE:
        return False, True
    # A live stream itself goes on while its recording waits.
    return pauses and job.kind == Kind.RECORDING, pauses and job.kind == Kind.LIVE


def _told(jobs: Sequence[Job]) -> dict[str, dict[str, str]]:
    """What webhooks said of these jobs: `reason` of the stop, `error` type of the failure."""
    ended = [job for job in jobs if not job.is_active]
    if not ended:
        return {}
    types = ("beam.stopped.success", "hls.stopped.success", "beam.failure", "hls.failure")
    events = Event.objects.filter(session_id__in={job.session_id for job in ended} - {""}, type__in=types)
    wanted = {job.id for job in ended}
    found: dict[str, dict[str, str]] = {}
    for payload in events.order_by("emitted_at", "pk").values_list("payload", flat=True)[:1000]:
        data = payload.get("data") if isinstance(payload, dict) else None
        if not isinstance(data, dict) or data.get("job_id") not in wanted:
            continue
        said = found.setdefault(str(data["job_id"]), {})
        if isinstance(reason := data.get("reason"), str) and reason:
            said["reason"] = reason
        if isinstance(error := data.get("error_type"), str) and error:
            said["error"] = error
    return found
