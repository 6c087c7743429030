"""Notices of recordings, streams, transcripts and ingest. Files come a while after what they hold has ended."""

from typing import Any

from rooms.simulator.clock import MINUTE, SECOND
from rooms.simulator.scenarios.script import Notice, Scene, Stay

_FILES = "https://files.example.com"
_BUCKET = "s3://school-recordings"


def _file(scene: Scene, name: str, prefix: str = "recording") -> dict[str, str]:
    path = f"{scene.common['room_id']}/{scene.common['session_id']}/{name}"
    signed = scene.uuid("signature", name)
    return {
        f"{prefix}_path": f"{_BUCKET}/{path}",
        f"{prefix}_presigned_url": f"{_FILES}/{path}?signature={signed}",
    }


def _run(scene: Scene, name: str, at: int, by: Stay) -> dict[str, Any]:
    """What all events of one Beam run share; `metadata_timestamp` is the time of the event itself."""
    common = {key: value for key, value in scene.common.items() if key != "room_name"}
    return {
        **common,
        "beam_id": scene.object_id("beam", name),
        "job_id": scene.object_id("job", name),
        "metadata_id": scene.uuid("metadata", name, at),
        "metadata_timestamp": scene.at(at),
        "peer_id": scene.peer_id(by.key),
        "max_width": 1280,
        "max_height": 720,
        "meeting_url": f"https://app.100ms.live/preview/rpe-pwl-akt?token={scene.uuid('beam token')}",
    }


def beam(by: Stay, start: int, stop: int, *, name: str = "browser", reason: str = "client request") -> list[Notice]:
    """A browser recording: started, stopped, its file four minutes later."""
    ready = stop + 4 * MINUTE
    run = {"recording_enabled": True, "rtmp": []}

    def body(at: int, **more: Any) -> Any:
        return lambda scene: {**_run(scene, name, at, by), **run, **more}

    def stopped(scene: Scene) -> dict[str, Any]:
        return {**_run(scene, name, stop, by), **run, "duration": scene.seconds(start, stop), "reason": reason}

    def recorded(scene: Scene) -> dict[str, Any]:
        data = _run(scene, name, ready, by)
        del data["job_id"]
        seconds = scene.seconds(start, stop)
        return {
            **data,
            "rtmp": [],
            "recording_id": scene.object_id("recording", name),
            **_file(scene, f"{name}.mp4"),
            **_file(scene, f"{name}-chat.csv", "chat_recording"),
            "created_at": scene.at(ready - SECOND // 100),
            "started_at": scene.at(start),
            "stopped_at": scene.at(stop),
            "duration": seconds,
            "size": seconds * 180_000,
        }

    return [
        Notice(start, "beam.started.success", body(start, start_delay=12)),
        Notice(stop, "beam.stopped.success", stopped),
        Notice(ready, "beam.recording.success", recorded),
    ]


def beam_failed(by: Stay, start: int, fail: int, *, name: str = "failed") -> list[Notice]:
    """A browser recording whose upload failed: started, stopped as a failure, and no file."""

    def failed(scene: Scene) -> dict[str, Any]:
        return {
            **_run(scene, name, fail, by),
            "recording_enabled": True,
            "rtmp": [],
            "duration": scene.seconds(start, fail),
            "error_code": 1,
            "error_type": "UPLOAD_ERROR",
            "error_message": "Failed to upload recordings. Check if upload config is correct.",
        }

    started, stopped, _ = beam(by, start, fail, name=name, reason="failure: UPLOAD_ERROR")
    return [started, stopped, Notice(fail + MINUTE, "beam.failure", failed)]


def hls(by: Stay, start: int, stop: int, *, name: str = "live", fails: bool = False) -> list[Notice]:
    """A live stream: started, stopped, its files six minutes later; or broken off, with `fails`."""
    flags = {"recording_single_file_per_layer_enabled": True, "recording_vod_playlist_enabled": True}
    ready = stop + 6 * MINUTE

    def started(scene: Scene) -> dict[str, Any]:
        run = _run(scene, name, start, by)
        playlist = f"https://live.example.com/{run['beam_id']}/main.m3u8"
        return {**run, **flags, "start_delay": 9, "url": playlist, "started_at": scene.at(start)}

    def stopped(scene: Scene) -> dict[str, Any]:
        return {
            **_run(scene, name, stop, by),
            **flags,
            "duration": scene.seconds(start, stop),
            "started_at": scene.at(start),
            "stopped_at": scene.at(stop),
            "reason": "failure: INTERNAL_ERROR" if fails else "client request",
        }

    def failed(scene: Scene) -> dict[str, Any]:
        return {
            **_run(scene, name, stop + SECOND, by),
            **flags,
            "duration": scene.seconds(start, stop),
            "error_code": 2,
            "error_type": "INTERNAL_ERROR",
            "error_message": "Internal error",
        }

    def recorded(scene: Scene) -> dict[str, Any]:
        seconds = scene.seconds(start, stop)
        data = _run(scene, name, ready, by)
        del data["job_id"], data["peer_id"]
        layers = [(1280, 720, 240_000), (640, 360, 90_000)]
        return {
            **data,
            "duration": seconds,
            "recording_id": scene.object_id("recording", name),
            "recording_created_at": scene.at(ready - SECOND // 100),
            "started_at": scene.at(start),
            "stopped_at": scene.at(stop),
            **_file(scene, f"{name}.m3u8", "hls_vod_recording"),
            "hls_vod_recording_size": seconds * 330_000,
            **_file(scene, f"{name}-chat.csv", "chat_recording"),
            "recording_single_files": [
                {
                    "asset_id": scene.object_id("asset", name, layer),
                    "layer": str(layer),
                    **_file(scene, f"{name}-{layer}.mp4"),
                    "size": seconds * rate,
                    "width": width,
                    "height": height,
                }
                for layer, (width, height, rate) in enumerate(layers)
            ],
        }

    last = Notice(stop + SECOND, "hls.failure", failed) if fails else Notice(ready, "hls.recording.success", recorded)
    return [Notice(start, "hls.started.success", started), Notice(stop, "hls.stopped.success", stopped), last]


def composite(end: int, *, fails: bool = False) -> Notice:
    """The file the media server composes of a whole session; it has no recording id (EVENTS trap 12)."""

    def body(scene: Scene) -> dict[str, Any]:
        data = {**scene.common, "session_stopped_at": scene.at(end)}
        if fails:
            return {**data, "error": "INTERNAL_ERROR", "error_type": "CONFIG_ERROR"}
        seconds = scene.seconds(0, end)
        return {**data, "duration": seconds, "size": seconds * 150_000, **_file(scene, "composite.mp4")}

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
            **_file(scene, f"{stay.key}-{track}.webm"),
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
            **_file(scene, f"{stay.key}-stream.mp4"),
            **({} if user is None else {"user_id": user}),
        }
        return {**data, "error_message": "INTERNAL_ERROR"} if fails else data

    return Notice(stop + 3 * MINUTE, f"stream.recording.{'failure' if fails else 'success'}", body)


def transcription(start: int, stop: int, *, recording: str = "browser", fails: bool = False) -> list[Notice]:
    """The transcript of a browser recording, at least 5 min plus a fifth of its length late (EVENTS trap 35)."""
    begun = stop + 5 * MINUTE
    ready = begun + 5 * MINUTE + (stop - start) // 5
    outputs = ("summary_json", "transcript_json", "transcript_srt", "transcript_txt")

    def started(scene: Scene) -> dict[str, Any]:
        common = {key: scene.common[key] for key in ("room_id", "room_name", "session_id")}
        return {
            **common,
            "recording_id": scene.object_id("recording", recording),
            "transcription_id": scene.object_id("transcription", recording),
            "metadata_id": scene.uuid("transcription metadata", recording),
            "metadata_timestamp": scene.at(begun),
            "duration": scene.seconds(start, stop),
            **{f"{output}_asset_id": scene.object_id("asset", recording, output) for output in outputs},
        }

    def done(scene: Scene) -> dict[str, Any]:
        data = {**started(scene), "metadata_timestamp": scene.at(ready)}
        for output in outputs[1:] if fails else outputs:
            data |= _file(scene, f"{recording}-{output}.{output.rpartition('_')[2]}", output)
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
