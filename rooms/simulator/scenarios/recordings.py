"""Notices of recordings by the media server and of transcripts. Files come a while after what they hold has ended.

Which scenario ends in which failure: `outcomes`.
"""

from typing import Any

from rooms.simulator.clock import MINUTE
from rooms.simulator.scenarios.footage import OUTPUTS, Footage
from rooms.simulator.scenarios.script import Notice, Scene, Stay
from rooms.simulator.storage import BUCKET


def filed(scene: Scene, name: str, at: int, prefix: str = "recording") -> dict[str, str]:
    """Where a file lies: its path in the bucket and a link as of `at`, under keys that begin with `prefix`."""
    return {
        f"{prefix}_path": f"{BUCKET}/{scene.file(name)}",
        f"{prefix}_presigned_url": scene.link(name, at),
    }


# What is told of each recordingErrorType.
COMPOSITE_ERRORS = {
    "INPUT_ERROR": "no media was found for the session",
    "CLOUD_ACCESS_ERROR": "access to the bucket was denied",
    "CONFIG_ERROR": "the recording config could not be read",
    "MEMORY_ERROR": "the composer ran out of memory",
    "PROCESSING_CMD_ERROR": "the composer command failed",
    "API_ERROR": "the recording could not be registered",
}


def composite(end: int, *, error: str = "", at: int | None = None) -> Notice:
    """The file the media server composes of a whole session; it has no recording id (EVENTS trap 12)."""
    moment = end + 7 * MINUTE if at is None else at
    film = Footage("composite.mp4", "film", 0, end, width=640, height=360)

    def body(scene: Scene) -> dict[str, Any]:
        data = {**scene.common, "session_stopped_at": scene.at(end)}
        if error:
            return {**data, "error": COMPOSITE_ERRORS.get(error, "INTERNAL_ERROR"), "error_type": error}
        return {
            **data,
            "duration": scene.length_of(film),
            "size": scene.size_of(film),
            **filed(scene, film.name, moment),
        }

    return (
        Notice(moment, "recording.failed", body) if error else Notice(moment, "recording.success", body, files=(film,))
    )


def _media(scene: Scene, stay: Stay, track: str) -> dict[str, Any]:
    return {key: scene.common[key] for key in ("room_id", "session_id")} | scene.track(stay.key, track)


def track_recording(stay: Stay, track: str, start: int, stop: int, *, fails: bool = False) -> list[Notice]:
    """One track on file: started, then ready (or failed) two minutes after the track ended."""
    kind = next(one.kind for one in stay.tracks if one.key == track)
    ready = stop + 2 * MINUTE
    form = "sound" if kind == "audio" else "film"
    file = Footage(f"{stay.key}-{track}.webm", form, start, stop, width=320, height=180, stay=stay.key)

    def started(scene: Scene) -> dict[str, Any]:
        return {**_media(scene, stay, track), "track_type": kind}

    def done(scene: Scene) -> dict[str, Any]:
        data = {
            **started(scene),
            "recording_id": scene.object_id("recording", stay.key, track),
            "size": scene.size_of(file),
            **filed(scene, file.name, ready),
        }
        if fails:
            del data["recording_presigned_url"]
            data |= {"error_message": "INTERNAL_ERROR", "size": 0}
        return data

    last = Notice(ready, f"track.recording.{'failure' if fails else 'success'}", done, files=() if fails else (file,))
    return [Notice(start, "track.recording.started.success", started), last]


def stream_recording(stay: Stay, track: str, stop: int, *, fails: bool = False) -> Notice:
    """One peer's microphone and camera in one file; not the room's (EVENTS trap 14)."""
    ready = stop + 3 * MINUTE
    file = Footage(f"{stay.key}-stream.mp4", "film", stay.start, stop, width=320, height=180, stay=stay.key)

    def body(scene: Scene) -> dict[str, Any]:
        data = _media(scene, stay, track)
        del data["track_id"]
        user = stay.person.user_id
        data |= {
            "type": "regular",
            "duration": scene.length_of(file),
            "size": scene.size_of(file),
            "recording_id": scene.object_id("stream recording", stay.key),
            **filed(scene, file.name, ready),
            **({} if user is None else {"user_id": user}),
        }
        if fails:
            del data["recording_presigned_url"]
            data |= {"error_message": "INTERNAL_ERROR", "size": 0}
        return data

    if fails:
        return Notice(ready, "stream.recording.failure", body)
    return Notice(ready, "stream.recording.success", body, files=(file,))


def transcribing(start: int, stop: int) -> tuple[int, int]:
    """When a transcript is begun and when it is there: 5 min and a fifth of the length after (EVENTS trap 35)."""
    begun = stop + 5 * MINUTE
    return begun, begun + 5 * MINUTE + (stop - start) // 5


def transcription(film: Footage, recording: str, failed: tuple[str, ...] = ()) -> list[Notice]:
    """The transcript of a browser recording; where outputs `failed`, a failure that names the others only."""
    begun, ready = transcribing(film.start, film.stop)
    files = {output: _transcript(film, recording, output) for output in OUTPUTS if output not in failed}

    def started(scene: Scene) -> dict[str, Any]:
        common = {key: scene.common[key] for key in ("room_id", "room_name", "session_id")}
        return {
            **common,
            "recording_id": scene.object_id("recording", recording),
            "transcription_id": scene.object_id("transcription", recording),
            "metadata_id": scene.uuid("transcription metadata", recording),
            "metadata_timestamp": scene.at(begun),
            "duration": scene.length_of(film),
            **{f"{output}_asset_id": scene.object_id("asset", recording, output) for output in OUTPUTS},
        }

    def done(scene: Scene) -> dict[str, Any]:
        data = {**started(scene), "metadata_timestamp": scene.at(ready)}
        for output, file in files.items():
            data |= filed(scene, file.name, ready, output)
        return data

    return [
        Notice(begun, "transcription.started.success", started),
        Notice(ready, f"transcription.{'failure' if failed else 'success'}", done, files=tuple(files.values())),
    ]


def _transcript(film: Footage, recording: str, output: str) -> Footage:
    return Footage(transcript_name(recording, output), output, film.start, film.stop, film.left_out)


def transcript_name(recording: str, output: str) -> str:
    """The file of one output, with its true ending."""
    return f"{recording}-{output}.{output.rpartition('_')[2]}"
