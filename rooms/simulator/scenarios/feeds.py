"""Encoders that push into a room (RTMP ingest). Their events name no session (EVENTS trap 12)."""

from dataclasses import dataclass
from typing import Any

from rooms.simulator.scenarios.script import Notice, Scene


@dataclass(frozen=True, slots=True)
class Feed:
    """An encoder that is connected over `[start, stop)`; it ends for `reason`, or breaks with an `error`."""

    name: str
    start: int
    stop: int
    reason: str = "stream closed"
    error: str = ""

    def notices(self) -> list[Notice]:
        """In, and out again or broken off."""
        last = (
            Notice(self.stop, "ingest.failure", self._failed)
            if self.error
            else Notice(self.stop, "ingest.end.success", self._ended)
        )
        return [Notice(self.start, "ingest.start.success", self._started), last]

    def ids(self, scene: Scene) -> dict[str, Any]:
        """What all its events carry."""
        return {**_place(scene), "ingest_id": scene.object_id("ingest", self.name)}

    def _started(self, scene: Scene) -> dict[str, Any]:
        stream = scene.object_id("encoder", self.name)
        return {**self.ids(scene), "stream_id": stream, "started_at": scene.at(self.start)}

    def _ended(self, scene: Scene) -> dict[str, Any]:
        return {
            **self._started(scene),
            "duration": scene.seconds(self.start, self.stop),
            "completed_at": scene.at(self.stop),
            "last_disconnected_at": scene.at(self.stop),
            "reason": self.reason,
        }

    def _failed(self, scene: Scene) -> dict[str, Any]:
        return {**self.ids(scene), "error_message": self.error}


def refused(at: int, error: str = "stream key disabled") -> Notice:
    """An encoder turned away; not even an ingest id."""
    return Notice(at, "ingest.start.failure", lambda scene: {**_place(scene), "error_message": error})


def _place(scene: Scene) -> dict[str, Any]:
    return {key: scene.common[key] for key in ("room_id", "template_id")}
