"""One event of 100ms, and the two envelopes it travels in (EVENTS, "Envelope")."""

from dataclasses import dataclass
from typing import Any

from rooms.simulator.clock import in_nanoseconds, in_seconds
from rooms.simulator.room import Workspace

LISTED = frozenset(
    {
        "track.add.success",
        "track.update.success",
        "track.remove.success",
        "beam.recording.success",
        "client.publish.failed",
        "client.subscribe.failed",
        "client.join.failed",
        "client.disconnected",
        "client.connect.failed",
    }
)
"""What the analytics API knows; all else comes by webhook, `beam.recording.success` by both."""

# The webhook samples carry app_id for these families only (EVENTS, "Envelope").
_WITH_APP = (
    "session.",
    "role.change.",
    "recording.",
    "track.recording.",
    "stream.recording.",
    "transcription.",
    "ingest.",
)

# Keys the analytics copy of beam.recording.success does not have (EVENTS trap 8).
WEBHOOK_ONLY = ("metadata_id", "metadata_timestamp", "recording_id", "chat_recording_path")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """`at`: when 100ms made the event, Unix nanoseconds. `lost`: its webhook never arrives anywhere."""

    at: int
    channel: str  # webhook, analytics
    type: str
    id: str
    data: dict[str, Any]
    lost: bool = False

    @property
    def session_id(self) -> str | None:
        """The session it speaks of, if it says so."""
        return self.data.get("session_id")

    def envelope(self, workspace: Workspace) -> dict[str, Any]:
        """The event as its channel sends it."""
        if self.channel == "analytics":
            return {
                "version": "2.0",
                "id": self.id,
                "timestamp": in_nanoseconds(self.at),
                "type": self.type,
                "data": self.data,
            }
        envelope = {
            "version": "1.0" if self.type in ("recording.success", "recording.failed") else "2.0",
            "id": self.id,
            "account_id": workspace.account_id,
            "timestamp": in_seconds(self.at),
            "type": self.type,
            "data": self.data,
        }
        if self.type.startswith(_WITH_APP):
            envelope["app_id"] = workspace.app_id
        return envelope
