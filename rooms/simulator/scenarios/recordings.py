"""Notices of recordings, transcripts and ingest. Files come a while after what they hold has ended."""

from typing import Any

from rooms.simulator.clock import MINUTE
from rooms.simulator.scenarios.script import Notice, Scene, Stay

_FILES = "https://files.example.com"
_BUCKET = "s3://school-recordings"


def filed(scene: Scene, name: str, prefix: str = "recording") -> dict[str, str]:
    """Where a file lies: its path in the bucket and a link, under keys that begin with `prefix`."""
    path = f"{scene.common['room_id']}/{scene.common['session_id']}/{name}"
    signed = scene.uuid("signature", name)
    return {
        f"{prefix}_path": f"{_BUCKET}/{path}",
        f"{prefix}_presigned_url": f"{_FILES}/{path}?signature={signed}",
    }


def composite(end: int, *, fails: bool = False) -> Notice:
    """The file the media server composes of a whole session; it has no recording id (EVENTS trap 12)."""

    def body(scene: Scene) -> dict[str, Any]:
        data = {**scene.common, "session_stopped_at": scene.at(end)}
        if fails:
            return {**data, "error": "INTERNAL_ERROR", "error_type": "CONFIG_ERROR"}
        seconds = scene.seconds(0, end)
        return {**data, "duration": seconds, "size": seconds * 150_000, **filed(scene, "composite.mp4")}

    return Notice(end + 7 * MINUTE, "recording.failed" if fails else "recording.success", body)


def _media(scene: Scene, stay: Stay, track: str) -> dict[str, Any]:
    return {key: scene.common[key] for key in ("room_id", "session_id")} | scene.track(stay.key, track)


def track_recording(stay: Stay, track: str, start: int, stop: int, *, fails: bool = False) -> list[Notice]:
    """One track on file: started, then ready (or failed) two minutes after the track ended."""
    kind = next(one.kind for one in stay.tracks if one.key == track)

    def started(scene: Scene) -> dict[str, Any]:
        return {**_media(scene, stay, track), "track_type": kind}

    def done(scene: Scene) -> dict[str, Any]:
        seconds = scene.seconds(start, stop)
        data = {
            **started(scene),
            "recording_id": scene.object_id("recording", stay.key, track),
            "size": seconds * 40_000,
            **filed(scene, f"{stay.key}-{track}.webm"),
        }
        if fails:
            del data["recording_presigned_url"]
            data["error_message"] = "INTERNAL_ERROR"
        return data

    outcome = "failure" if fails else "success"
    return [
        Notice(start, "track.recording.started.success", started),
        Notice(stop + 2 * MINUTE, f"track.recording.{outcome}", done),
    ]


def stream_recording(stay: Stay, track: str, stop: int, *, fails: bool = False) -> Notice:
    """One peer's microphone and camera in one file; not the room's (EVENTS trap 14)."""

    def body(scene: Scene) -> dict[str, Any]:
        data = _media(scene, stay, track)
        del data["track_id"]
        seconds = scene.seconds(stay.start, stop)
        user = stay.person.user_id
        data |= {
            "type": "regular",
            "duration": seconds,
            "size": seconds * 120_000,
            "recording_id": scene.object_id("stream recording", stay.key),
            **filed(scene, f"{stay.key}-stream.mp4"),
            **({} if user is None else {"user_id": user}),
        }
        return {**data, "error_message": "INTERNAL_ERROR"} if fails else data

    return Notice(stop + 3 * MINUTE, f"stream.recording.{'failure' if fails else 'success'}", body)


OUTPUTS = ("summary_json", "transcript_json", "transcript_srt", "transcript_txt")


def transcribing(start: int, stop: int) -> tuple[int, int]:
    """When a transcript is begun and when it is there: 5 min and a fifth of the length after (EVENTS trap 35)."""
    begun = stop + 5 * MINUTE
    return begun, begun + 5 * MINUTE + (stop - start) // 5


def transcript_name(recording: str, output: str) -> str:
    """The file of one output, with its true ending."""
    return f"{recording}-{output}.{output.rpartition('_')[2]}"


def transcription(start: int, stop: int, *, recording: str = "browser", fails: bool = False) -> list[Notice]:
    """The transcript of a browser recording."""
    begun, ready = transcribing(start, stop)

    def started(scene: Scene) -> dict[str, Any]:
        common = {key: scene.common[key] for key in ("room_id", "room_name", "session_id")}
        return {
            **common,
            "recording_id": scene.object_id("recording", recording),
            "transcription_id": scene.object_id("transcription", recording),
            "metadata_id": scene.uuid("transcription metadata", recording),
            "metadata_timestamp": scene.at(begun),
            "duration": scene.seconds(start, stop),
            **{f"{output}_asset_id": scene.object_id("asset", recording, output) for output in OUTPUTS},
        }

    def done(scene: Scene) -> dict[str, Any]:
        data = {**started(scene), "metadata_timestamp": scene.at(ready)}
        for output in OUTPUTS[1:] if fails else OUTPUTS:
            data |= filed(scene, transcript_name(recording, output), output)
        return data

    outcome = "failure" if fails else "success"
    return [
        Notice(begun, "transcription.started.success", started),
        Notice(ready, f"transcription.{outcome}", done),
    ]


def ingest(start: int, stop: int, *, fails: bool = False) -> list[Notice]:
    """An encoder that pushes into the room: in and out again, or broken off. No session id (EVENTS trap 12)."""

    def ids(scene: Scene) -> dict[str, Any]:
        return {**_place(scene), "ingest_id": scene.object_id("ingest", start)}

    def started(scene: Scene) -> dict[str, Any]:
        return {**ids(scene), "stream_id": scene.object_id("encoder", start), "started_at": scene.at(start)}

    def ended(scene: Scene) -> dict[str, Any]:
        return {
            **started(scene),
            "duration": scene.seconds(start, stop),
            "completed_at": scene.at(stop),
            "last_disconnected_at": scene.at(stop),
            "reason": "stream closed",
        }

    def failed(scene: Scene) -> dict[str, Any]:
        return {**ids(scene), "error_message": "internal error"}

    last = Notice(stop, "ingest.failure", failed) if fails else Notice(stop, "ingest.end.success", ended)
    return [Notice(start, "ingest.start.success", started), last]


def ingest_refused(at: int) -> Notice:
    """An encoder turned away; not even an ingest id."""
    return Notice(at, "ingest.start.failure", lambda scene: {**_place(scene), "error_message": "stream key disabled"})


def _place(scene: Scene) -> dict[str, Any]:
    return {key: scene.common[key] for key in ("room_id", "template_id")}
