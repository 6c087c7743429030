"""Recordings: a browser of 100ms joins the room and records (contract, tag Recordings)."""

from collections.abc import Iterator, Mapping
from typing import Any

from rooms.hms.limits import check, fields, flag, one_of, text
from rooms.hms.resources.base import Object, Resource, body, operation, query, read, read_list
from rooms.hms.resources.jobs import MEETING_URL, RESOLUTION, STATUSES, TRANSCRIPTION, Job

# 100ms gives no limits of size for recordings, so none is checked beyond being one.
_START = fields(
    {
        "meeting_url": MEETING_URL,
        "resolution": RESOLUTION,
        "destination": text(),
        "audio_only": flag,
        "transcription": TRANSCRIPTION,
    }
)


class Recording(Job, frozen=True, kw_only=True):
    """A recording. `asset_types` are the kinds of files to expect; none are named on pause and resume."""

    asset_types: tuple[str, ...] = ()


class RecordingConfig(Object, frozen=True, kw_only=True):
    """What a recording ran with. No source shows this answer, so nothing in it is relied on; see `raw`."""

    meeting_url: str = ""
    destination: str = ""
    audio_only: bool = False
    resolution: dict[str, Any] = {}
    transcription: dict[str, Any] = {}


class Recordings(Resource):
    """`client.recordings`. An unknown room answers Forbidden in tests against the live API, or NotFound."""

    @operation("start_recording")
    def start(
        self,
        room_id: str,
        *,
        meeting_url: str | None = None,
        resolution: Mapping[str, int] | None = None,
        destination: str | None = None,
        audio_only: bool | None = None,
        transcription: Mapping[str, Any] | None = None,
    ) -> Recording:
        """Start a recording; the room may be empty yet. Raises Conflict ("beam already started").

        `meeting_url` lands in the room without clicks, and is needed when the template has no subdomain;
        `destination` when the template has several. Sent once: after TimedOut it may run, and a second start
        would be refused.
        """
        asked = body(
            meeting_url=meeting_url,
            resolution=resolution,
            destination=destination,
            audio_only=audio_only,
            transcription=transcription,
        )
        check(asked, _START)
        return read(Recording, self._post("recordings", "room", room_id, "start", body=asked, repeatable=False))

    @operation("stop_recordings_for_room")
    def stop_all(self, room_id: str) -> tuple[Recording, ...]:
        """Stop all recordings of a room. Raises NotFound ("beam not found") when none runs.

        Sent once: a repeat could stop one that was started in between.
        """
        return read_list(Recording, self._post("recordings", "room", room_id, "stop", body={}, repeatable=False))

    @operation("stop_recording")
    def stop(self, recording_id: str) -> Recording:
        """Stop one recording. Raises NotFound when it does not run.

        Safe to repeat: a stopped recording never runs again. NotFound after a failed connection may mean success.
        """
        return read(Recording, self._post("recordings", recording_id, "stop", body={}, repeatable=True))

    @operation("get_recording")
    def get(self, recording_id: str) -> Recording:
        """One recording with its files. Raises NotFound, or Forbidden for an id 100ms never made."""
        return read(Recording, self._get("recordings", recording_id))

    @operation("list_recordings")
    def list(
        self,
        *,
        room_id: str | None = None,
        session_id: str | None = None,
        status: str | None = None,
        limit: int = 100,
    ) -> Iterator[Recording]:
        """All recordings that match, without their files, page by page as they are used."""
        check({"status": status}, fields({"status": one_of(*STATUSES)}))
        asked = query(room_id=room_id, session_id=session_id, status=status)
        return self._list(Recording, "recordings", query=asked, limit=limit)

    @operation("get_recording_config")
    def config(self, recording_id: str) -> RecordingConfig:
        """What a recording runs or ran with. Raises NotFound."""
        return read(RecordingConfig, self._get("recordings", recording_id, "config"))

    @operation("pause_recording_for_room")
    def pause(self, room_id: str) -> Recording:
        """Pause the room's recording; its status stays running. Raises NotFound when none runs.

        Sent once: what 100ms makes of a pause when already paused is not stated.
        """
        return read(Recording, self._post("recordings", "room", room_id, "pause", body={}, repeatable=False))

    @operation("resume_recording_for_room")
    def resume(self, room_id: str) -> Recording:
        """Go on with the room's paused recording. Raises NotFound when none runs. Sent once, as `pause`."""
        return read(Recording, self._post("recordings", "room", room_id, "resume", body={}, repeatable=False))
