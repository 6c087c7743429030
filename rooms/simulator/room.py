"""The workspace and its rooms, as the contract's section Rooms writes them."""

from dataclasses import dataclass, field
from typing import Any

from rooms.simulator.clock import NEVER, in_milliseconds
from rooms.simulator.storage import Storage


@dataclass(frozen=True, slots=True)
class Workspace:
    """Whose rooms these are, and where their files go."""

    account_id: str
    app_id: str
    storage: Storage = field(compare=False)


@dataclass(slots=True)
class Room:
    """A lasting place for sessions. `updated` is None until somebody changes it."""

    id: str
    name: str
    workspace: Workspace
    template_id: str
    template: str
    created: int
    description: str = ""
    enabled: bool = True
    region: str = "eu"
    updated: int | None = None
    large_room: bool = False
    size: int | None = None
    max_duration_seconds: int | None = None
    recording_info: dict[str, Any] | None = None
    polls: list[str] | None = None
    webhook: dict[str, Any] | None = None
    linked: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)  # since when which polls

    def polls_at(self, moment: int) -> tuple[str, ...]:
        """The polls linked to it at a moment."""
        return next((polls for since, polls in reversed(self.linked) if since <= moment), ())

    def as_object(self) -> dict[str, Any]:
        """The room object; what was never set is left out, as in the samples."""
        answer: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "enabled": self.enabled,
            "description": self.description,
            "customer": self.workspace.account_id,
            "customer_id": self.workspace.account_id,
            "app_id": self.workspace.app_id,
            "recording_info": self.recording_info,
            "recording_source_template": self.recording_info is None,
            "template_id": self.template_id,
            "template": self.template,
            "region": self.region,
            "large_room": self.large_room,
            "key": f"{self.workspace.account_id}:{self.name}",
            "created_at": in_milliseconds(self.created),
            "updated_at": NEVER if self.updated is None else in_milliseconds(self.updated),
        }
        optional = {
            "size": self.size,
            "max_duration_seconds": self.max_duration_seconds,
            "polls": self.polls,
            "webhook": self.webhook,
        }
        answer.update({key: value for key, value in optional.items() if value is not None})
        if self.recording_info is None:
            del answer["recording_info"]
        return answer
