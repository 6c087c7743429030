"""What recordings, live streams and external streams share: a job, its files, and how it is started and stopped."""

from typing import Any

from rooms.hms.errors import UnreadableAnswer
from rooms.hms.limits import Rule, each, fields, flag, number, one_of, text, whole
from rooms.hms.resources.base import Moment, Object, read_list
from rooms.hms.secrets import without_secrets

STATUSES = ("starting", "running", "stopping", "post_processing", "completed", "failed")


class Asset(Object, frozen=True, kw_only=True):
    """A file as its job names it (contract, schema RecordingAssetBase).

    `path` is where it lies, no link; `size` bytes, `duration` seconds, 0 for chat; `thumbnails` paths. Any
    `status` is read: completed and failed are documented, one page also knows processing.
    """

    id: str
    type: str = ""
    status: str = ""
    path: str = ""
    size: int = 0
    duration: float = 0
    thumbnails: tuple[str, ...] = ()
    metadata: dict[str, Any] = {}
    created_at: Moment | None = None


class Job(Object, frozen=True, kw_only=True):
    """What the three kinds of job have in common. There is no status for "paused": it stays running.

    `started_by` and `stopped_by` are peer ids, "" when it was done over this API; `recording_assets` come with
    single reads of ended jobs.
    """

    id: str
    room_id: str
    status: str
    session_id: str = ""
    meeting_url: str = ""
    destination: str = ""
    started_by: str = ""
    stopped_by: str = ""
    recording_assets: tuple[Asset, ...] = ()
    created_at: Moment | None = None
    started_at: Moment | None = None
    stopped_at: Moment | None = None
    updated_at: Moment | None = None


def stopped(kind: type[Any], answer: dict[str, Any]) -> tuple[tuple[Any, ...], str]:
    """The jobs being stopped, and the `error` that some samples have beside them ("" without one)."""
    error = answer.get("error") or ""
    if not isinstance(error, str):
        raise UnreadableAnswer(f"error: expected text, got {type(error).__name__}")
    return read_list(kind, answer), without_secrets(error)


def _landscape_or_portrait(name: str, value: dict[str, int]) -> None:
    width, height = value["width"], value["height"]
    if width >= height:
        whole(500, 1920, unit="pixels in landscape")(f"{name}.width", width)
        whole(480, 1080, unit="pixels in landscape")(f"{name}.height", height)
    else:
        whole(500, 1080, unit="pixels in portrait")(f"{name}.width", width)
        whole(500, 1920, unit="pixels in portrait")(f"{name}.height", height)


RESOLUTION: Rule = fields({"width": whole(1), "height": whole(1)}, required=("width", "height"))


def stream_resolution(name: str, value: Any) -> None:
    """Documented for external streams: landscape 500×480 to 1920×1080, portrait 500×500 to 1080×1920."""
    RESOLUTION(name, value)
    _landscape_or_portrait(name, value)


SUMMARY: Rule = fields(
    {
        "enabled": flag,
        "context": text(most=300, empty=True),
        "temperature": number(0.1, 1.0),
        "sections": each(
            fields(
                {"title": text(most=100), "format": one_of("bullets", "paragraph")},
                required=("title", "format"),
            ),
            most=6,
        ),
    }
)
TRANSCRIPTION: Rule = fields(
    {
        "enabled": flag,
        "modes": each(one_of("recorded", "live")),
        "output_modes": each(one_of("txt", "srt", "json")),
        "custom_vocabulary": each(text()),
        "summary": SUMMARY,
    }
)
# Tests against the live API got 400 "invalid input" for an empty address.
MEETING_URL: Rule = text()
