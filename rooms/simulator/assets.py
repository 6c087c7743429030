"""The files that runs of Beam leave behind, as the contract's section RecordingAssets writes them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rooms.simulator.clock import in_milliseconds
from rooms.simulator.scenarios.footage import OUTPUTS, Footage
from rooms.simulator.scenarios.recordings import transcribing, transcript_name
from rooms.simulator.scenarios.runs import Run
from rooms.simulator.session import Session


@dataclass(frozen=True, slots=True)
class Asset:
    """`created` in Unix nanoseconds; `file` is the place the webhooks name, without the bucket."""

    id: str
    kind: str
    status: str
    file: str
    path: str
    size: int
    duration: int
    created: int
    metadata: dict[str, Any]
    thumbnails: list[str] | None
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
            "thumbnails": self.thumbnails,
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
    return [*_files(session, run), *(_transcripts(session, run, offset) if run.transcribed and not run.fails else ())]


def _files(session: Session, run: Run) -> Iterator[Asset]:
    maker = _Maker(session, run)
    if run.fails:
        whole: dict[str, Any] = {"resolution": {"width": run.width, "height": run.height}}
        yield maker.made("room-composite", f"{run.name}.mp4", None, whole, "recording")
        return
    if run.family != "live":
        yield maker.film("room-composite", run.film, {}, "recording")
    else:
        if run.vod:
            whole = {"num_layers": str(len(run.layers) or 1), "max_width": run.width, "max_height": run.height}
            pictures = [session.room.workspace.storage.path(session.file(one.name)) for one in run.thumbnails]
            yield maker.made("room-vod", run.playlist.name, run.playlist, whole, "recording", thumbnails=pictures)
        for layer, file in enumerate(run.layers):
            yield maker.film("room-composite", file, {"layer": str(layer)}, "asset", layer)
    yield maker.made("chat", run.chat.name, run.chat, {}, "asset", "chat")


def _transcripts(session: Session, run: Run, offset: int) -> Iterator[Asset]:
    begun, ready = transcribing(run.start, run.stop)
    if offset < begun:
        return
    maker = _Maker(session, run)
    for output in OUTPUTS:
        kind, _, mode = output.rpartition("_")
        name = transcript_name(run.name, output)
        there = offset >= ready
        status = "processing" if not there else "failed" if output in run.unread else "completed"
        file = session.files[name][0] if status == "completed" else None
        about = {"output_mode": mode}
        yield maker.made(kind, name, file, about, "asset", output, status=status, at=begun)


@dataclass(frozen=True, slots=True)
class _Maker:
    session: Session
    run: Run

    def film(self, kind: str, file: Footage, about: dict[str, Any], family: str, *part: object) -> Asset:
        look = {"resolution": {"width": file.width, "height": file.height}}
        return self.made(kind, file.name, file, {**about, **look}, family, *part)

    def made(
        self,
        kind: str,
        name: str,
        file: Footage | None,
        metadata: dict[str, Any],
        family: str,
        *part: object,
        status: str = "",
        thumbnails: list[str] | None = None,
        at: int | None = None,
    ) -> Asset:
        """An asset; without a file it has failed, or is not there yet."""
        session, run = self.session, self.run
        seconds = session.length_of(run.film) if file is not None or status else 0
        place = session.file(name)
        return Asset(
            id=session.object_id(family, run.name, *part),
            kind=kind,
            status=status or ("failed" if file is None else "completed"),
            file=place,
            path=session.room.workspace.storage.path(place),
            size=0 if file is None else session.size_of(file),
            duration=0 if kind == "chat" else seconds,
            created=session.when(run.ready if at is None else at),
            metadata=metadata,
            thumbnails=thumbnails,
            job_id=session.object_id("job", run.name),
            room_id=session.room.id,
            session_id=session.id,
        )
