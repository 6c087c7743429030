"""Runs of Beam: a browser recording, a live stream (HLS) or a push to other platforms (RTMP), with what they tell."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from rooms.simulator.clock import DAY, MINUTE, SECOND
from rooms.simulator.scenarios.footage import Footage
from rooms.simulator.scenarios.recordings import filed, transcription
from rooms.simulator.scenarios.script import Notice, Scene, Stay
from rooms.simulator.spans import Spans, clip

RECORDER = "beam"  # the key that stands for the recorder itself when nobody in the room began the run
LAYERS = ((1280, 720), (640, 360))  # of a live stream: width, height


# What 100ms says of each beamErrorType; SHORT_RECORDING_ERROR is in no table of its own (EVENTS trap 43).
ERRORS = {
    "INTERNAL_ERROR": "Internal error",
    "MAX_RETRIES_REACHED": "Max retries reached while joining the meeting url",
    "UPLOAD_ERROR": "Failed to upload recordings. Check if upload config is correct.",
    "BEAM_STOPPED": "Beam stopped",
    "SHORT_RECORDING_ERROR": "Recording is too short",
}
_NEVER = 100 * 365 * DAY


@dataclass(frozen=True, slots=True)
class Run:
    """Ordered at `created`, running over `[start, stop)`, its files there `lag` after; all nanoseconds of the script.

    `name` is its own in the session, `by` the key of the stay that began it. `asked` is when somebody asked to
    stop, None while nobody has. `error` is a beamErrorType it ends with, `late` where it came up only after the
    stop; one stopped before it was up ends with an error too (EVENTS trap 30). `keeps`: files follow, unless it is
    `stuck` and they never do. What is in `pauses`, and all since `pausing`, is missing from its file. `unread` are
    the outputs its transcript lacks in the end. `config` is what it was started with, as sent.
    """

    family: str  # recording, live, external
    name: str
    start: int
    stop: int
    created: int
    by: str = RECORDER
    asked: int | None = None
    reason: str = "client request"
    error: str = ""
    late: bool = False
    keeps: bool = True
    stuck: bool = False
    lag: int = 4 * MINUTE
    width: int = 1280
    height: int = 720
    meeting_url: str | None = None
    rtmp: tuple[str, ...] = ()
    vod: bool = True
    single: bool = True
    destination: str = "default"
    transcribed: bool = False
    unread: tuple[str, ...] = ()
    pauses: Spans = ()
    pausing: int | None = None
    config: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def fails(self) -> bool:
        """Whether it ends with an error."""
        return bool(self.error)

    @property
    def ready(self) -> int:
        """When it is over and done with: its files are there, or it has failed for good."""
        if self.stop <= self.start:
            return self.stop
        if self.fails:
            return self.stop + (self.lag if self.late else SECOND if self.family == "live" else MINUTE)
        if self.stuck:
            return self.stop + _NEVER
        return self.stop + (self.lag if self.keeps else 0)

    def status(self, offset: int) -> str:
        """What the API calls it at that moment."""
        if offset < self.start and offset < self.stop:
            return "starting"
        if offset < self.stop:
            return "running" if self.asked is None or offset < self.asked else "stopping"
        if offset < self.ready:
            return "post_processing"
        return "failed" if self.fails or self.stop <= self.start else "completed"

    @property
    def left_out(self) -> Spans:
        """What was paused."""
        rest = () if self.pausing is None else ((self.pausing, self.stop),)
        return clip((*self.pauses, *rest), self.start, self.stop)

    @property
    def film(self) -> Footage:
        """Its best file."""
        if self.family != "live":
            return self._of(f"{self.name}.mp4", "film", self.width, self.height)
        width, height = LAYERS[0]
        return self._of(f"{self.name}-0.mp4", "film", width, height)

    @property
    def chat(self) -> Footage:
        """What was written meanwhile."""
        return self._of(f"{self.name}-chat.csv", "chat")

    @property
    def layers(self) -> tuple[Footage, ...]:
        """A live stream's file for each quality."""
        if not self.single:
            return ()
        return tuple(
            self._of(f"{self.name}-{layer}.mp4", "film", width, height) for layer, (width, height) in enumerate(LAYERS)
        )

    @property
    def playlist(self) -> Footage:
        """A live stream's recording as a playlist."""
        width, height = LAYERS[-1]
        return self._of(f"{self.name}.m3u8", "playlist", width, height)

    @property
    def thumbnails(self) -> tuple[Footage, ...]:
        """Pictures of the playlist."""
        width, height = LAYERS[-1]
        return tuple(
            replace(self._of(f"{self.name}-thumbnail-{number}.png", "picture", width, height), part=number * 60)
            for number in range(2)
        )

    def _of(self, name: str, form: str, width: int = 1280, height: int = 720) -> Footage:
        return Footage(name, form, self.start, self.stop, self.left_out, width, height)

    def url(self, scene: Scene) -> str:
        """The page its browser opens."""
        secret = scene.uuid("beam token")
        return self.meeting_url or f"https://app.100ms.live/preview/rpe-pwl-akt?token={secret}"

    def watched_at(self, scene: Scene) -> str:
        """Where a live stream is watched."""
        return f"https://live.example.com/{scene.object_id('beam', self.name)}/main.m3u8"

    def notices(self) -> list[Notice]:
        """Everything 100ms says of it, its transcript too."""
        kind = self._kind
        if self.stop <= self.start:
            return [Notice(self.stop, f"{kind}.failure", self._failure(self.error or "BEAM_STOPPED"))]
        told = [
            Notice(self.start, f"{kind}.started.success", self._started),
            Notice(self.stop, f"{kind}.stopped.success", self._stopped),
        ]
        if self.fails:
            told.append(Notice(self.ready, f"{kind}.failure", self._failure(self.error)))
        elif self.keeps and not self.stuck:
            body = self._beam_file if kind == "beam" else self._hls_files
            files: tuple[Footage, ...] = (self.film, self.chat)
            if kind == "hls":
                vod = (self.playlist, *self.thumbnails) if self.vod else ()
                files = (*vod, *self.layers, self.chat)
            told.append(Notice(self.ready, f"{kind}.recording.success", body, files=files))
            if self.transcribed:
                told += transcription(self.film, self.name, self.unread)
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
            return {**data, "start_delay": 9, "url": self.watched_at(scene), "started_at": scene.at(self.start)}
        return {**data, "start_delay": 12}

    def _stopped(self, scene: Scene) -> dict[str, Any]:
        data = {**self._shared(scene, self.stop), **self._flags, "duration": scene.seconds(self.start, self.stop)}
        if self.family == "live":
            data |= {"started_at": scene.at(self.start), "stopped_at": scene.at(self.stop)}
        # One that was merely too short stopped as it should.
        broke = self.fails and not self.late and self.error != "SHORT_RECORDING_ERROR"
        return {**data, "reason": f"failure: {self.error}" if broke else self.reason}

    def _failure(self, error_type: str) -> Callable[[Scene], dict[str, Any]]:
        def body(scene: Scene) -> dict[str, Any]:
            return {
                **self._shared(scene, self.ready),
                **self._flags,
                "duration": max(0, scene.seconds(self.start, self.stop)),
                "error_code": 2 if self.family == "live" else 1,
                "error_type": error_type,
                "error_message": ERRORS.get(error_type, "Internal error"),
            }

        return body

    def _beam_file(self, scene: Scene) -> dict[str, Any]:
        data = {**self._shared(scene, self.ready), "rtmp": self._flags["rtmp"]}
        del data["job_id"]
        return {
            **data,
            "recording_id": scene.object_id("recording", self.name),
            **filed(scene, self.film.name, self.ready),
            **filed(scene, self.chat.name, self.ready, "chat_recording"),
            "created_at": scene.at(self.ready - SECOND // 100),
            "started_at": scene.at(self.start),
            "stopped_at": scene.at(self.stop),
            "duration": scene.length_of(self.film),
            "size": scene.size_of(self.film),
        }

    def _hls_files(self, scene: Scene) -> dict[str, Any]:
        data = self._shared(scene, self.ready)
        del data["job_id"], data["peer_id"]
        data |= {
            "duration": scene.length_of(self.film),
            "recording_id": scene.object_id("recording", self.name),
            "recording_created_at": scene.at(self.ready - SECOND // 100),
            "started_at": scene.at(self.start),
            "stopped_at": scene.at(self.stop),
            **filed(scene, self.chat.name, self.ready, "chat_recording"),
        }
        if self.vod:
            data |= filed(scene, self.playlist.name, self.ready, "hls_vod_recording")
            data["hls_vod_recording_size"] = scene.size_of(self.playlist)
            data["recording_thumbnails"] = [self._thumbnail(scene, one) for one in self.thumbnails]
        if self.single:
            data["recording_single_files"] = [
                {
                    "asset_id": scene.object_id("asset", self.name, layer),
                    "layer": str(layer),
                    **filed(scene, file.name, self.ready),
                    "size": scene.size_of(file),
                    "width": file.width,
                    "height": file.height,
                }
                for layer, file in enumerate(self.layers)
            ]
        return data

    def _thumbnail(self, scene: Scene, picture: Footage) -> dict[str, Any]:
        place = filed(scene, picture.name, self.ready)
        return {
            "width": picture.width,
            "height": picture.height,
            "offset": picture.part,
            "location": place["recording_path"],
            "url": place["recording_presigned_url"],
        }


def _ordered(start: int) -> int:
    return max(0, start - 3 * SECOND)  # a run takes some seconds to be up


def beam(by: Stay, start: int, stop: int, *, name: str = "browser", transcribed: bool = False, **facts: Any) -> Run:
    """A browser recording: started, stopped, its file four minutes later; `facts` are other fields of the run."""
    return Run("recording", name, start, stop, _ordered(start), by.key, transcribed=transcribed, **facts)


def hls(by: Stay, start: int, stop: int, *, name: str = "live", **facts: Any) -> Run:
    """A live stream: started, stopped, its files six minutes later; or broken off, with `error`."""
    return Run("live", name, start, stop, _ordered(start), by.key, lag=6 * MINUTE, **facts)


def push(by: Stay, start: int, stop: int, *urls: str, name: str = "push", **facts: Any) -> Run:
    """A push to other platforms."""
    return Run("external", name, start, stop, _ordered(start), by.key, rtmp=urls, **facts)
