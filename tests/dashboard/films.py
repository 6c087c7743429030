"""Recordings that were made, as rows: for tests of pages, which read nothing else."""

import hashlib
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from analytics.models import Asset, KeptFile, Recording, Session, TalkTime, TextFile
from tests.dashboard.classes import new_id

LINES: list[dict[str, Any]] = [
    {
        "start": 60.0,
        "end": 62.5,
        "speaker": "Ada",
        "peer_id": "",
        "text": "Is theta measured from the floor?",
        "words": [],
    },
    {"start": 63.0, "end": 66.0, "speaker": "Mr Kamau", "peer_id": "", "text": "From the floor. Always.", "words": []},
    {"start": 90.0, "end": 91.0, "speaker": "", "peer_id": "", "text": "Łukasz is late again.", "words": []},
]


def recording(held: Session, *, late: timedelta = timedelta(minutes=3), **fields: object) -> Recording:
    """A browser recording from a few minutes after the start of the class to its end, ready."""
    assert held.started_at is not None
    begun = held.started_at + late
    until = held.ended_at or timezone.now()
    job = new_id("job")
    given: dict[str, object] = {
        "id": f"browser-{job}",
        "room": held.room,
        "kind": Recording.Kind.BROWSER,
        "state": Recording.State.READY,
        "job_id": job,
        "aliases": [job],
        "created_at": begun,
        "started_at": begun,
        "stopped_at": until,
        "finished_at": until + timedelta(minutes=2),
        "at": begun,
        "duration_seconds": (until - begun).total_seconds(),
    }
    return Recording.objects.create(session=held, **(given | fields))


def asset(of: Recording, kind: str = "room-composite", **fields: object) -> Asset:
    """A file that 100ms named and finished."""
    given: dict[str, object] = {
        "id": new_id("asset"),
        "type": kind,
        "status": "completed",
        "is_named": True,
        "path": f"{of.room_id}/{kind}.mp4",
        "size": 612_000_000,
        "duration_seconds": of.duration_seconds,
        "width": 1280,
        "height": 720,
    }
    return Asset.objects.create(recording=of, **(given | fields))


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
    made = asset(of, "transcript", output="json", width=None, height=None, **fields)
    return text(made, TextFile.Kind.TRANSCRIPT, LINES if lines is None else lines)


def spoke(file: TextFile, *spans: tuple[float, float], peer_id: str = "", name: str = "") -> TalkTime:
    """Somebody spoke in it, in seconds of the recording."""
    inside = [[round(start * 1_000_000), round(end * 1_000_000)] for start, end in spans]
    return TalkTime.objects.create(text_file=file, session_id=file.session_id, peer_id=peer_id, name=name, spans=inside)
