"""Live streams: a room as HLS for many who only watch (contract, tag LiveStreams)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rooms.hms.limits import check, fields, flag, one_of, text, whole
from rooms.hms.resources.base import Resource, body, operation, query, read
from rooms.hms.resources.jobs import MEETING_URL, STATUSES, TRANSCRIPTION, Job, stopped

_START = fields(
    {
        "meeting_url": MEETING_URL,
        "recording": fields({"hls_vod": flag, "single_file_per_layer": flag}),
        "destination": text(),
        "transcription": TRANSCRIPTION,
    }
)
_METADATA = fields(
    {"payload": text(most=100, empty=True), "duration": whole(1, unit="seconds")}, required=("payload", "duration")
)


class LiveStream(Job, frozen=True, kw_only=True):
    """A live stream; `playback` holds the `url` to watch, known from the start, `recording` what is kept of it."""

    playback: dict[str, Any] = {}
    recording: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class StoppedLiveStreams:
    """The streams being stopped, and 100ms's words about those that are not ("" without any)."""

    streams: tuple[LiveStream, ...]
    error: str


class LiveStreams(Resource):
    """`client.live_streams`. An unknown room answers Forbidden in tests against the live API, or NotFound."""

    @operation("start_live_stream")
    def start(
        self,
        room_id: str,
        *,
        meeting_url: str | None = None,
        recording: Mapping[str, bool] | None = None,
        destination: str | None = None,
        transcription: Mapping[str, Any] | None = None,
    ) -> LiveStream:
        """Start a live stream. Raises Conflict ("beam already started").

        Sent once: after TimedOut it may run, and a second start would be refused.
        """
        asked = body(meeting_url=meeting_url, recording=recording, destination=destination, transcription=transcription)
        check(asked, _START)
        return read(LiveStream, self._post("live-streams", "room", room_id, "start", body=asked, repeatable=False))

    @operation("stop_live_streams_for_room")
    def stop_all(self, room_id: str) -> StoppedLiveStreams:
        """Stop all live streams of a room. Raises NotFound when none runs.

        Sent once: a repeat could stop one that was started in between.
        """
        # The sample has an error text beside the data; unexplained, read as "some would not stop".
        answer = self._post("live-streams", "room", room_id, "stop", body={}, repeatable=False)
        return StoppedLiveStreams(*stopped(LiveStream, answer))

    @operation("stop_live_stream")
    def stop(self, stream_id: str) -> LiveStream:
        """Stop one live stream. Raises NotFound when it does not run.

        Safe to repeat: a stopped stream never runs again. NotFound after a failed connection may mean success.
        """
        return read(LiveStream, self._post("live-streams", stream_id, "stop", body={}, repeatable=True))

    @operation("get_live_stream")
    def get(self, stream_id: str) -> LiveStream:
        """One live stream with its files. Raises NotFound."""
        return read(LiveStream, self._get("live-streams", stream_id))

    @operation("list_live_streams")
    def list(
        self,
        *,
        room_id: str | None = None,
        session_id: str | None = None,
        status: str | None = None,
        limit: int = 100,
    ) -> Iterator[LiveStream]:
        """All live streams that match, page by page as they are used."""
        check({"status": status}, fields({"status": one_of(*STATUSES)}))
        asked = query(room_id=room_id, session_id=session_id, status=status)
        return self._list(LiveStream, "live-streams", query=asked, limit=limit)

    @operation("send_timed_metadata")
    def send_metadata(self, stream_id: str, payload: str, *, duration: int) -> LiveStream:
        """Put a text of 100 characters at most into the stream, for `duration` seconds from 1 on.

        Comments in the SDK read `duration` as a delay; the docs only say seconds. What a stream that does not
        run answers is not documented. Sent once: a repeat would show the text twice.
        """
        asked = body(payload=payload, duration=duration)
        check(asked, _METADATA)
        answer = self._post("live-streams", stream_id, "timed-metadata", body=asked, repeatable=False)
        return read(LiveStream, answer)

    @operation("pause_live_stream_recording")
    def pause_recording(self, stream_id: str) -> LiveStream:
        """Pause the recording of a stream, which goes on. Raises NotFound.

        Sent once: what 100ms makes of a pause when already paused is not stated.
        """
        return read(LiveStream, self._post("live-streams", stream_id, "pause-recording", body={}, repeatable=False))

    @operation("resume_live_stream_recording")
    def resume_recording(self, stream_id: str) -> LiveStream:
        """Go on with a stream's paused recording. Raises NotFound. Sent once, as `pause_recording`."""
        return read(LiveStream, self._post("live-streams", stream_id, "resume-recording", body={}, repeatable=False))
