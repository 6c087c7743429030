"""What an event, or an object of the API, says of a run: which family it is of, which ids and files it names.

Five families. A browser recording and a push to RTMP are runs of Beam and share the family "beam"; a live stream is
"hls", and though both may bear one beam id they are never one run (EVENTS trap 13). The media server's composite of a
session, one person's stream and one track have a family each.
"""

import math
from collections.abc import Iterator
from typing import Any, Final

from analytics.envelope import Envelope, is_id
from analytics.projections.batch import moment, plain, to_millisecond
from rooms.masking import masked_text

BEAM: Final = "beam"
HLS: Final = "hls"
COMPOSITE: Final = "composite"
STREAM: Final = "stream"
TRACK: Final = "track"

FAMILIES: Final[dict[str, str]] = {
    "beam.started.success": BEAM,
    "beam.stopped.success": BEAM,
    "beam.recording.success": BEAM,
    "beam.failure": BEAM,
    "snapshot.recording": BEAM,
    "snapshot.external_stream": BEAM,
    "hls.started.success": HLS,
    "hls.stopped.success": HLS,
    "hls.recording.success": HLS,
    "hls.failure": HLS,
    "snapshot.live_stream": HLS,
    "recording.success": COMPOSITE,
    "recording.failed": COMPOSITE,
    "stream.recording.success": STREAM,
    "stream.recording.failure": STREAM,
    "track.recording.started.success": TRACK,
    "track.recording.success": TRACK,
    "track.recording.failure": TRACK,
}
ASSET: Final = "snapshot.recording_asset"
TRANSCRIPTIONS: Final = frozenset({"transcription.started.success", "transcription.success", "transcription.failure"})
RUN_TYPES: Final = frozenset({*FAMILIES, ASSET, *TRANSCRIPTIONS})

STARTS: Final = frozenset({"beam.started.success", "hls.started.success", "track.recording.started.success"})
STOPS: Final = frozenset({"beam.stopped.success", "hls.stopped.success"})
FILES: Final = frozenset(
    {
        "beam.recording.success",
        "hls.recording.success",
        "recording.success",
        "stream.recording.success",
        "track.recording.success",
    }
)
FAILURES: Final = frozenset(
    {"beam.failure", "hls.failure", "recording.failed", "stream.recording.failure", "track.recording.failure"}
)
OBJECTS: Final = frozenset({"snapshot.recording", "snapshot.external_stream", "snapshot.live_stream"})

OUTPUTS: Final = ("summary_json", "transcript_json", "transcript_srt", "transcript_txt")
LONGEST_PATH: Final = 1024

Key = tuple[str, ...]


def ident(value: object) -> str:
    """An id of 100ms; "" for what is none."""
    return value if isinstance(value, str) and is_id(value) else ""


def named(event: Envelope, field: str) -> str:
    return ident(event.data.get(field))


def path(value: object) -> str:
    """Where a file lies; "" where nobody says, or where it is too long to be kept whole.

    Its place in a bucket is no secret. Should it be an address after all, what lets in by it is masked.
    """
    found = plain(value).strip()
    found = masked_text(found) if found.lower().startswith("http") else found
    return found if len(found) <= LONGEST_PATH else ""


def number(value: object, most: float = 2.0**53) -> float | None:
    """A size or a length, which come as numbers or as text (EVENTS trap 20); None for anything else."""
    if isinstance(value, str):
        try:
            value = float(value) if len(value) <= 32 else None
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < most:
        return None
    return float(value) if math.isfinite(value) else None


def whole(value: object, most: float = 2.0**53) -> int | None:
    found = number(value, most)
    return None if found is None else int(found)


def instant(event: Envelope, *fields: str) -> int | None:
    """The first of these times that is one (EVENTS trap 18), as exact as the API's objects."""
    found = next((at for field in fields if (at := moment(event, field)) is not None), None)
    return None if found is None else to_millisecond(found)


def told_at(event: Envelope, *fields: str) -> int:
    """When what it tells happened: the first of these times that is one, else as near as it says (EVENTS trap 22)."""
    at = instant(event, *fields, "metadata_timestamp")
    return to_millisecond(event.emitted_at) if at is None else at


def objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def inner(event: Envelope, field: str) -> dict[str, Any]:
    value = event.data.get(field)
    return value if isinstance(value, dict) else {}


def recording_path(event: Envelope) -> str:
    """`location` is its older name (contract, schema RecordingEventData)."""
    return path(event.data.get("recording_path")) or path(event.data.get("location"))


def paths(event: Envelope) -> list[str]:
    """Every file that it names."""
    if event.type == ASSET:
        found = [path(event.data.get("path"))]
    else:
        found = [recording_path(event)]
        found += [path(event.data.get(f"{name}_path")) for name in ("chat_recording", "hls_vod_recording")]
        found += [path(one.get("recording_path")) for one in objects(event.data.get("recording_single_files"))]
        found += [path(event.data.get(f"{output}_path")) for output in OUTPUTS]
    return [one for one in found if one]


def media_id(event: Envelope) -> str:
    """The track or the stream of which an asset of the API is."""
    about = inner(event, "metadata")
    return ident(about.get("track_id")) or ident(about.get("stream_id"))


def keys(event: Envelope, family: str) -> Iterator[Key]:
    """What makes two of a family one run: ids that no two runs share."""
    if family == COMPOSITE:
        # It has no id of its own (EVENTS trap 12), and a session has one composite.
        yield "session", event.session_id
    if event.type in TRANSCRIPTIONS:
        yield "transcription", named(event, "transcription_id")
        yield "file", named(event, "recording_id")
        for output in OUTPUTS:
            yield "file", named(event, f"{output}_asset_id")
    elif event.type == ASSET:
        yield "file", named(event, "asset_id")
        if family in (BEAM, HLS):
            yield "job", named(event, "job_id")
        elif family == TRACK:
            yield "track", media_id(event)
    else:
        yield "file", named(event, "recording_id")
        if family in (BEAM, HLS):
            yield "beam", named(event, "beam_id")
            yield "job", named(event, "job_id")
            for one in objects(event.data.get("recording_single_files")):
                yield "file", ident(one.get("asset_id"))
        elif family == TRACK:
            yield "track", named(event, "track_id")


def hints(event: Envelope, family: str) -> Iterator[Key]:
    """What two of one run share, and two of different runs may share too: where a file lies, whose stream it is."""
    for one in paths(event):
        yield "path", event.session_id, one
    if family == STREAM and (stream_id := media_id(event) if event.type == ASSET else named(event, "stream_id")):
        yield "stream", event.session_id, stream_id


def guessed_family(event: Envelope) -> str:
    """Of which family an asset is when nothing else is known of its job."""
    kind, about = event.data.get("type"), inner(event, "metadata")
    if kind == "room-vod" or "layer" in about or "num_layers" in about:
        return HLS
    if kind == "track":
        return TRACK
    if kind == "stream":
        return STREAM
    return COMPOSITE if kind == "room-composite-legacy" else BEAM
