"""Runs of Beam: a browser recording, a live stream (HLS) or a push to other platforms (RTMP), with what they tell."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rooms.simulator.clock import MINUTE, SECOND
from rooms.simulator.scenarios.recordings import filed, transcription
from rooms.simulator.scenarios.script import Notice, Scene, Stay

RECORDER = "beam"  # the key that stands for the recorder itself when nobody in the room began the run
LAYERS = ((1280, 720, 240_000), (640, 360, 90_000))  # of a live stream: width, height, bytes a second


@dataclass(frozen=True, slots=True)
class Run:
    """Ordered at `created`, running over `[start, stop)`, its files there `lag` after; all nanoseconds of the script.

    `name` is its own in the session, `by` the key of the stay that began it. `asked` is when somebody asked to
    stop, None while nobody has. `keeps`: files follow. A run stopped before it was up only fails (EVENTS trap 30).
    `paused` nanoseconds are missing from its file, and all since `pausing`. `config` is what it was
    started with, as sent.
    """

    family: str  # recording, live, external
    name: str
    start: int
    stop: int
    created: int
    by: str = RECORDER
    asked: int | None = None
    reason: str = "client request"
    fails: bool = False
    keeps: bool = True
    lag: int = 4 * MINUTE
    width: int = 1280
    height: int = 720
    meeting_url: str | None = None
    rtmp: tuple[str, ...] = ()
    vod: bool = True
    single: bool = True
    destination: str = "default"
    transcribed: bool = False
    paused: int = 0
    pausing: int | None = None
    config: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def ready(self) -> int:
        """When it is over and done with: its files are there, or it has failed for good."""
        if self.fails:
            return self.stop + (SECOND if self.family == "live" else MINUTE)
        return self.stop + (self.lag if self.keeps and self.stop > self.start else 0)

    def status(self, offset: int) -> str:
        """What the API calls it at that moment."""
        if offset < self.start and offset < self.stop:
            return "starting"
        if offset < self.stop:
            return "running" if self.asked is None or offset < self.asked else "stopping"
        if offset < self.ready:
            return "post_processing"
        return "failed" if self.fails or self.stop <= self.start else "completed"

    def seconds(self, scene: Scene) -> int:
        """The length of its file."""
        missing = self.paused + (0 if self.pausing is None else max(0, self.stop - self.pausing))
        return max(0, scene.seconds(self.start, self.stop - missing))

    def url(self, scene: Scene) -> str:
        """The page its browser opens."""
        secret = scene.uuid("beam token")
        return self.meeting_url or f"https://app.100ms.live/preview/rpe-pwl-akt?token={secret}"

    def playlist(self, scene: Scene) -> str:
        """Where a live stream is watched."""
        return f"https://live.example.com/{scene.object_id('beam', self.name)}/main.m3u8"

    def notices(self) -> list[Notice]:
        """Everything 100ms says of it, its transcript too."""
        if self.stop <= self.start:
            return [Notice(self.stop, f"{self._kind}.failure", self._failure("BEAM_STOPPED", "Beam stopped"))]
        kind = self._kind
        told = [
            Notice(self.start, f"{kind}.started.success", self._started),
            Notice(self.stop, f"{kind}.stopped.success", self._stopped),
        ]
        if self.fails:
            error = ("INTERNAL_ERROR", "Internal error")
            if kind == "beam":
                error = ("UPLOAD_ERROR", "Failed to upload recordings. Check if upload config is correct.")
            told.append(Notice(self.ready, f"{kind}.failure", self._failure(*error)))
        elif self.keeps:
            body = self._beam_file if kind == "beam" else self._hls_files
            told.append(Notice(self.ready, f"{kind}.recording.success", body))
            if self.transcribed:
                told += transcription(self.start, self.stop, recording=self.name)
        return told

    @property
    def _kind(self) -> str:
        return "hls" if self.family == "live" else "beam"

    @property
    def _flags(self) -> dict[str, Any]:
        if self.family == "live":
            return {
                "recording_single_file_per_layer_enabled": self.single,
                "recording_vod_playlist_enabled": self.vod,
            }
        return {"recording_enabled": self.keeps, "rtmp": [{"url": url} for url in self.rtmp]}

    def _shared(self, scene: Scene, at: int) -> dict[str, Any]:
        """What all events of one run share; `metadata_timestamp` is the time of the event itself."""
        common = {key: value for key, value in scene.common.items() if key != "room_name"}
        return {
            **common,
            "beam_id": scene.object_id("beam", self.name),
            "job_id": scene.object_id("job", self.name),
            "metadata_id": scene.uuid("metadata", self.name, at),
            "metadata_timestamp": scene.at(at),
            "peer_id": scene.peer_id(self.by),
            "max_width": self.width,
            "max_height": self.height,
            "meeting_url": self.url(scene),
        }

    def _started(self, scene: Scene) -> dict[str, Any]:
        data = {**self._shared(scene, self.start), **self._flags}
        if self.family == "live":
            return {**data, "start_delay": 9, "url": self.playlist(scene), "started_at": scene.at(self.start)}
        return {**data, "start_delay": 12}

    def _stopped(self, scene: Scene) -> dict[str, Any]:
        data = {**self._shared(scene, self.stop), **self._flags, "duration": scene.seconds(self.start, self.stop)}
        if self.family == "live":
            data |= {"started_at": scene.at(self.start), "stopped_at": scene.at(self.stop)}
        failure = "INTERNAL_ERROR" if self.family == "live" else "UPLOAD_ERROR"
        return {**data, "reason": f"failure: {failure}" if self.fails else self.reason}

    def _failure(self, error_type: str, message: str) -> Callable[[Scene], dict[str, Any]]:
        def body(scene: Scene) -> dict[str, Any]:
            return {
                **self._shared(scene, self.ready),
                **self._flags,
                "duration": max(0, scene.seconds(self.start, self.stop)),
                "error_code": 2 if self.family == "live" else 1,
                "error_type": error_type,
                "error_message": message,
            }

        return body

    def _beam_file(self, scene: Scene) -> dict[str, Any]:
        data = {**self._shared(scene, self.ready), "rtmp": self._flags["rtmp"]}
        del data["job_id"]
        seconds = self.seconds(scene)
        return {
            **data,
            "recording_id": scene.object_id("recording", self.name),
            **filed(scene, f"{self.name}.mp4"),
            **filed(scene, f"{self.name}-chat.csv", "chat_recording"),
            "created_at": scene.at(self.ready - SECOND // 100),
            "started_at": scene.at(self.start),
            "stopped_at": scene.at(self.stop),
            "duration": seconds,
            "size": seconds * 180_000,
        }

    def _hls_files(self, scene: Scene) -> dict[str, Any]:
        seconds = self.seconds(scene)
        data = self._shared(scene, self.ready)
        del data["job_id"], data["peer_id"]
        data |= {
            "duration": seconds,
            "recording_id": scene.object_id("recording", self.name),
            "recording_created_at": scene.at(self.ready - SECOND // 100),
            "started_at": scene.at(self.start),
            "stopped_at": scene.at(self.stop),
            **filed(scene, f"{self.name}-chat.csv", "chat_recording"),
        }
        if self.vod:
            data |= filed(scene, f"{self.name}.m3u8", "hls_vod_recording")
            data["hls_vod_recording_size"] = seconds * 330_000
        if self.single:
            data["recording_single_files"] = [
                {
                    "asset_id": scene.object_id("asset", self.name, layer),
                    "layer": str(layer),
                    **filed(scene, f"{self.name}-{layer}.mp4"),
                    "size": seconds * rate,
                    "width": width,
                    "height": height,
                }
                for layer, (width, height, rate) in enumerate(LAYERS)
            ]
        return data


def _ordered(start: int) -> int:
    return max(0, start - 3 * SECOND)  # a run takes some seconds to be up


def beam(by: Stay, start: int, stop: int, *, name: str = "browser", transcribed: bool = False) -> Run:
    """A browser recording: started, stopped, its file four minutes later."""
    return Run("recording", name, start, stop, _ordered(start), by.key, transcribed=transcribed)


def beam_failed(by: Stay, start: int, fail: int, *, name: str = "failed") -> Run:
    """A browser recording whose upload failed: started, stopped as a failure, and no file."""
    return Run("recording", name, start, fail, _ordered(start), by.key, fails=True)


def hls(by: Stay, start: int, stop: int, *, name: str = "live", fails: bool = False) -> Run:
    """A live stream: started, stopped, its files six minutes later; or broken off, with `fails`."""
    return Run("live", name, start, stop, _ordered(start), by.key, fails=fails, lag=6 * MINUTE)
