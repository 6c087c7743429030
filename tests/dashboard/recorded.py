"""Recordings, their files and what was read in them, as rows: for tests of pages, which read nothing else."""

import hashlib
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from analytics.models import Asset, KeptFile, Recording, Session, TalkTime, TextFile, Transcription
from tests.dashboard.classes import new_id

TYPES = ("room-composite", "chat", "transcript", "summary", "room-vod")
OF_A_JOB = (Recording.Kind.BROWSER, Recording.Kind.HLS)
LINES: list[dict[str, Any]] = [
    {
        "start": 60.0,
        "end": 62.5,
        "speaker": "Ada",
        "peer_id": "",
        "text": "Is theta measured from the floor?",
    },
    {"start": 63.0, "end": 66.0, "speaker": "Mr Kamau", "peer_id": "", "text": "From the floor. Always."},
    {"start": 90.0, "end": 91.0, "speaker": "", "peer_id": "", "text": "Łukasz is late again."},
]


def recording(
    held: Session,
    start: float = 0,
    end: float | None = None,
    *,
    kind: str = Recording.Kind.BROWSER,
    files: int = 0,
    **fields: Any,
) -> Recording:
    """One from a minute of the session to another, or to its end, ready; in a session that goes on it goes on too.

    So many of its files come with it, a video first.
    """
    assert held.started_at is not None
    begun = held.started_at + timedelta(minutes=start)
    until = held.ended_at if end is None else held.started_at + timedelta(minutes=end)
    name = fields.get("job_id") or new_id("job")
    given: dict[str, object] = {
        "id": f"{kind}-{name}",
        "state": Recording.State.RUNNING if until is None else Recording.State.READY,
        "aliases": [name],
        "job_id": name if kind in OF_A_JOB else "",
        "at": begun,
        "created_at": begun,
        "started_at": begun,
        "stopped_at": until,
        "finished_at": until + timedelta(minutes=5) if until else None,
        "duration_seconds": (until - begun).total_seconds() if until else None,
        "size": 26_000_000 * files or None,
    }
    made = Recording.objects.create(room=held.room, session=held, kind=kind, **(given | fields))
    for number in range(files):
        asset(made, TYPES[number % len(TYPES)])
    return made


def asset(of: Recording, kind: str = "room-composite", **fields: object) -> Asset:
    """A file that 100ms named and finished."""
    given: dict[str, object] = {
        "id": new_id("asset"),
        "is_named": True,
        "status": "completed",
        "path": f"recordings/{of.pk}/{kind}",
        "size": 26_000_000,
        "duration_seconds": of.duration_seconds,
        "created_at": of.finished_at,
    }
    if kind == "room-composite":
        given |= {"width": 1280, "height": 720}
    return Asset.objects.create(recording=of, type=kind, **(given | fields))


def transcription(of: Recording, state: str = Transcription.State.READY, **fields: object) -> Transcription:
    """The making of its transcript."""
    given: dict[str, object] = {"begun_at": of.finished_at, "duration_seconds": of.duration_seconds}
    return Transcription.objects.create(
        id=new_id("transcription"),
        recording_id=of.pk,
        room=of.room,
        session_id=of.session_id,
        state=state,
        **(given | fields),
    )


def kept(of: Asset, content: bytes, name: str = "film.mp4") -> KeptFile:
    """Our own copy of it."""
    saved = storages["kept"].save(f"tests/{of.pk}/{name}", ContentFile(content))
    return KeptFile.objects.create(
        asset_id=of.pk,
        room_id=of.recording.room_id,
        session_id=of.recording.session_id,
        recording_id=of.recording_id,
        state=KeptFile.State.KEPT,
        name=saved,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        ordered_at=timezone.now(),
        kept_at=timezone.now(),
    )


def text(of: Asset, kind: TextFile.Kind, content: Any, problem: str = "") -> TextFile:
    """What was read in that file."""
    return TextFile.objects.create(
        asset_id=of.pk,
        recording_id=of.recording_id,
        session_id=of.recording.session_id,
        kind=kind,
        content=content,
        problem=problem,
        read_at=timezone.now(),
    )


def transcript(of: Recording, lines: list[dict[str, Any]] | None = None, **fields: object) -> TextFile:
    """A transcript that was read, without times of words."""
    made = asset(of, "transcript", output="json", **fields)
    return text(made, TextFile.Kind.TRANSCRIPT, LINES if lines is None else lines)


def spoke(file: TextFile, *spans: tuple[float, float], peer_id: str = "", name: str = "") -> TalkTime:
    """Somebody spoke in it, in seconds of the recording."""
    inside = [[round(start * 1_000_000), round(end * 1_000_000)] for start, end in spans]
    return TalkTime.objects.create(text_file=file, session_id=file.session_id, peer_id=peer_id, name=name, spans=inside)
