"""What pages show of a room's recordings and streams: who began them, how they stand, why they ended, in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from analytics.models import Event
from dashboard.doers import Acts, acts_on, names_of, who
from dashboard.endings import failure_in, stop_words
from dashboard.troubles import Trouble, trouble_of
from rooms.audit import Outcome
from rooms.jobs import File, Job, Kind
from rooms.models import Room


@dataclass(frozen=True, slots=True)
class State:
    """Word, Lucide icon and tone (a class of `.state`)."""

    word: str
    icon: str
    tone: str = ""


STATES: Final[Mapping[str, State]] = {
    "starting": State("starting", "loader"),
    "running": State("running", "circle-dot", "ok"),
    "stopping": State("stopping", "square"),
    "post_processing": State("being processed", "cog"),
    "completed": State("done", "check"),
    "failed": State("failed", "octagon-x", "bad"),
}
PAUSED: Final = State("paused", "pause", "warn")
_FILES: Final[Mapping[str, str]] = {
    "room-composite": "video",
    "room-composite-legacy": "video",
    "room-vod": "video as a playlist",
    "transcript": "transcript",
    "summary": "summary",
    "chat": "chat",
    "track": "one track",
    "stream": "one person's stream",
}
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


def file_words(file: File) -> str:
    """ "transcript, SRT"."""
    word = _FILES.get(file.type, file.type.replace("-", " "))
    if file.output:
        return f"{word}, {file.output.upper()}"
    return f"{word}, quality {int(file.layer) + 1}" if file.layer.isdecimal() else word


def size_words(size: int) -> str:
    """ "26 MB"; "" for nothing."""
    if not size:
        return ""
    for unit, bytes_ in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= bytes_:
            return f"{size / bytes_:.1f} {unit}" if size < 10 * bytes_ else f"{size / bytes_:.0f} {unit}"
    return f"{size} bytes"


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
    files = sorted(list(job.files) or files, key=lambda file: (_rank(file.type), file.output, file.layer))
    videos = [file for file in files if file.type.startswith("room-")]
    paused, maybe = _paused(job, acts)
    error = told.get("error", "")
    reason = told.get("reason", "")
    error = error or failure_in(reason)
    failed = job.status == "failed" or any(file.status == "failed" for file in files) or bool(error)
    state = PAUSED if paused else STATES.get(job.status, State(job.status.replace("_", " "), "circle-dashed"))
    return Shown(
        job=job,
        state=State("live", "radio", "ok") if state.word == "running" and job.kind == Kind.LIVE else state,
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


def _rank(kind: str) -> int:
    """What people look for first."""
    known = list(_FILES)
    return known.index(kind) if kind in known else len(known)


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
