"""The files that runs of Beam leave behind, as the contract's section RecordingAssets writes them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rooms.simulator.clock import in_milliseconds
from rooms.simulator.scenarios.recordings import OUTPUTS, filed, transcribing, transcript_name
from rooms.simulator.scenarios.runs import LAYERS, Run
from rooms.simulator.session import Session


@dataclass(frozen=True, slots=True)
class Asset:
    """`created` in Unix nanoseconds; `path` and `link` are those the webhooks name."""

    id: str
    kind: str
    status: str
    path: str
    link: str
    size: int
    duration: int
    created: int
    metadata: dict[str, Any]
    job_id: str
    room_id: str
    session_id: str

    def inside(self) -> dict[str, Any]:
        """As embedded in its job."""
        return {
            "id": self.id,
            "type": self.kind,
            "status": self.status,
            "path": self.path,
            "size": self.size,
            "duration": self.duration,
            "created_at": in_milliseconds(self.created),
            "thumbnails": None,
            "metadata": self.metadata,
        }

    def as_object(self) -> dict[str, Any]:
        """As the section lists it."""
        return {**self.inside(), "job_id": self.job_id, "room_id": self.room_id, "session_id": self.session_id}


def assets(session: Session, run: Run, now: int) -> list[Asset]:
    """What is there of a run by now: nothing before it is done, then its files, then its transcript.

    A run that failed in the end leaves one asset that says so.
    """
    offset = session.offset(now)
    if run.stop <= run.start or not run.keeps or offset < run.ready:
        return []
    return [*_files(session, run), *(_transcripts(session, run, offset) if run.transcribed else ())]


def _files(session: Session, run: Run) -> Iterator[Asset]:
    seconds = run.seconds(session)
    resolution = {"resolution": {"width": run.width, "height": run.height}}
    if run.fails:
        yield _asset(session, run, "room-composite", f"{run.name}.mp4", "failed", 0, 0, resolution, "recording")
        return
    if run.family != "live":
        size = seconds * 180_000
        yield _asset(
            session, run, "room-composite", f"{run.name}.mp4", "completed", size, seconds, resolution, "recording"
        )
    else:
        if run.vod:
            whole = {"num_layers": str(len(LAYERS)), "max_width": run.width, "max_height": run.height}
            size = seconds * 330_000
            yield _asset(session, run, "room-vod", f"{run.name}.m3u8", "completed", size, seconds, whole, "recording")
        for layer, (width, height, rate) in enumerate(LAYERS if run.single else ()):
            about = {"layer": str(layer), "resolution": {"width": width, "height": height}}
            file = f"{run.name}-{layer}.mp4"
            yield _asset(
                session, run, "room-composite", file, "completed", seconds * rate, seconds, about, "asset", layer
            )
    size = 80 + seconds * 12
    yield _asset(session, run, "chat", f"{run.name}-chat.csv", "completed", size, 0, {}, "asset", "chat")


def _transcripts(session: Session, run: Run, offset: int) -> Iterator[Asset]:
    begun, ready = transcribing(run.start, run.stop)
    if offset < begun:
        return
    there = offset >= ready
    for output in OUTPUTS:
        kind, _, mode = output.rpartition("_")
        size = run.seconds(session) * 40 if there else 0
        yield _asset(
            session,
            run,
            kind,
            transcript_name(run.name, output),
            "completed" if there else "processing",
            size,
            run.seconds(session),
            {"output_mode": mode},
            "asset",
            output,
            at=begun,
        )


def _asset(
    session: Session,
    run: Run,
    kind: str,
    file: str,
    status: str,
    size: int,
    duration: int,
    metadata: dict[str, Any],
    family: str,
    *part: object,
    at: int | None = None,
) -> Asset:
    place = filed(session, file)
    return Asset(
        id=session.object_id(family, run.name, *part),
        kind=kind,
        status=status,
        path=place["recording_path"],
        link=place["recording_presigned_url"],
        size=size,
        duration=duration,
        created=session.when(run.ready if at is None else at),
        metadata=metadata,
        job_id=session.object_id("job", run.name),
        room_id=session.room.id,
        session_id=session.id,
    )
