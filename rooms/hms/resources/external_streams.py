"""External streams: a room sent to other platforms by RTMP (contract, tag ExternalStreams)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rooms.hms.limits import check, each, fields, flag, one_of, text
from rooms.hms.resources.base import Resource, body, operation, query, read
from rooms.hms.resources.jobs import MEETING_URL, STATUSES, Job, stopped, stream_resolution

# Five addresses by the page of this operation; the overview and the template page say three.
_START = fields(
    {
        "meeting_url": MEETING_URL,
        "rtmp_urls": each(
            text(pattern=r"rtmps?://.*", form="an address that begins with rtmp:// or rtmps://"), least=1, most=5
        ),
        "recording": flag,
        "resolution": stream_resolution,
        "destination": text(),
    },
    required=("rtmp_urls",),
)


class ExternalStream(Job, frozen=True, kw_only=True):
    """An external stream. `rtmp_urls` hold stream keys; `recording` is a plain flag here."""

    rtmp_urls: tuple[str, ...] = ()
    recording: bool = False
    resolution: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class StoppedExternalStreams:
    """The streams being stopped, and 100ms's words about those that are not ("" without any)."""

    streams: tuple[ExternalStream, ...]
    error: str


class ExternalStreams(Resource):
    """`client.external_streams`. An unknown room answers Forbidden in tests against the live API, or NotFound."""

    @operation("start_external_stream")
    def start(
        self,
        room_id: str,
        *,
        rtmp_urls: Sequence[str],
        meeting_url: str | None = None,
        recording: bool | None = None,
        resolution: Mapping[str, int] | None = None,
        destination: str | None = None,
    ) -> ExternalStream:
        """Start streaming to one to five addresses, each with its key. Raises Conflict ("beam already started").

        Sent once: after TimedOut it may run, and a second start would be refused.
        """
        asked = body(
            meeting_url=meeting_url,
            rtmp_urls=rtmp_urls,
            recording=recording,
            resolution=resolution,
            destination=destination,
        )
        check(asked, _START)
        answer = self._post("external-streams", "room", room_id, "start", body=asked, repeatable=False)
        return read(ExternalStream, answer)

    @operation("stop_external_streams_for_room")
    def stop_all(self, room_id: str) -> StoppedExternalStreams:
        """Stop all external streams of a room. Raises NotFound when none runs.

        Sent once: a repeat could stop one that was started in between.
        """
        # The sample has an error text beside the data; unexplained, read as "some would not stop".
        answer = self._post("external-streams", "room", room_id, "stop", body={}, repeatable=False)
        return StoppedExternalStreams(*stopped(ExternalStream, answer))

    @operation("stop_external_stream")
    def stop(self, stream_id: str) -> ExternalStream:
        """Stop one external stream. Raises NotFound when it does not run.

        Safe to repeat: a stopped stream never runs again. NotFound after a failed connection may mean success.
        """
        return read(ExternalStream, self._post("external-streams", stream_id, "stop", body={}, repeatable=True))

    @operation("list_external_streams")
    def list(
        self,
        *,
        room_id: str | None = None,
        session_id: str | None = None,
        status: str | None = None,
        limit: int = 100,
    ) -> Iterator[ExternalStream]:
        """All external streams that match, page by page as they are used."""
        check({"status": status}, fields({"status": one_of(*STATUSES)}))
        asked = query(room_id=room_id, session_id=session_id, status=status)
        return self._list(ExternalStream, "external-streams", query=asked, limit=limit)

    @operation("get_external_stream")
    def get(self, stream_id: str) -> ExternalStream:
        """One external stream with its files. Raises NotFound."""
        return read(ExternalStream, self._get("external-streams", stream_id))
