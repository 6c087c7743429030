"""Recordings of classes and their files, as rows: for tests of pages, which read nothing else."""

from datetime import timedelta

from analytics.models import Asset, Recording, Session, Transcription
from tests.dashboard.classes import new_id


def recording(held: Session, kind: str = Recording.Kind.BROWSER, *, files: int = 1, **fields: object) -> Recording:
    """A recording of the whole class, ready, with a video (and more files of it where more are wanted)."""
    job = new_id("job")
    ended = held.ended_at
    length = (ended - held.started_at).total_seconds() if ended and held.started_at else None
    given: dict[str, object] = {
        "id": f"{kind}-{job}",
        "job_id": job if kind in (Recording.Kind.BROWSER, Recording.Kind.HLS) else "",
        "state": Recording.State.READY,
        "at": held.started_at,
        "started_at": held.started_at,
        "stopped_at": ended,
        "finished_at": ended + timedelta(minutes=5) if ended else None,
        "duration_seconds": length,
        "size": 26_000_000 * files or None,
    }
    made = Recording.objects.create(room=held.room, session=held, kind=kind, **(given | fields))
    types = ["room-composite", "chat", "transcript", "summary", "room-vod"]
    for number in range(files):
        asset(made, types[number % len(types)])
    return made


def asset(of: Recording, kind: str = "room-composite", **fields: object) -> Asset:
    given: dict[str, object] = {
        "is_named": True,
        "status": "completed",
        "path": f"recordings/{of.pk}/{kind}",
        "size": 26_000_000,
        "duration_seconds": of.duration_seconds,
        "created_at": of.finished_at,
    }
    return Asset.objects.create(id=new_id("asset"), recording=of, type=kind, **(given | fields))


def transcription(of: Recording, state: str = Transcription.State.READY, **fields: object) -> Transcription:
    given: dict[str, object] = {"begun_at": of.finished_at, "duration_seconds": of.duration_seconds}
    return Transcription.objects.create(
        id=new_id("transcription"),
        recording_id=of.pk,
        room=of.room,
        session_id=of.session_id,
        state=state,
        **(given | fields),
    )
