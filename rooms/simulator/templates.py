"""The workspace's templates: blueprints of roles, as the contract's section Policy writes them (camelCase)."""

from dataclasses import dataclass, field
from typing import Any

from rooms.simulator.clock import in_milliseconds
from rooms.simulator.room import Workspace

_VIDEO = {"bitRate": 310, "codec": "vp8", "frameRate": 30, "width": 480, "height": 360}
_SCREEN = {"codec": "vp8", "frameRate": 10, "width": 1920, "height": 1080}


def role(name: str, hears: list[str], *, publishes: tuple[str, ...], leads: bool = False) -> dict[str, Any]:
    """A role; `endRoom` and its like are left out when false, as in answers of 100ms."""
    allowed: dict[str, Any] = {"allowed": list(publishes)} if publishes else {}
    powers = {"endRoom": True, "removeOthers": True, "mute": True, "unmute": True, "changeRole": True}
    return {
        "name": name,
        "publishParams": {
            **allowed,
            "audio": {"bitRate": 32, "codec": "opus"},
            "video": dict(_VIDEO),
            "screen": dict(_SCREEN),
            "simulcast": {"video": {}, "screen": {}},
        },
        "subscribeParams": {
            "subscribeToRoles": hears,
            "maxSubsBitRate": 3200,
            "subscribeDegradation": {
                "packetLossThreshold": 25,
                "degradeGracePeriodSeconds": 1,
                "recoverGracePeriodSeconds": 4,
            },
        },
        "permissions": {
            **(powers if leads else {}),
            "rtmpStreaming": leads,
            "hlsStreaming": leads,
            "browserRecording": leads,
            "sendRoomState": False,
            "pollRead": True,
            "pollWrite": leads,
        },
        "priority": 1 if leads else 2,
        "maxPeerCount": 0,
    }


@dataclass(slots=True)
class Template:
    """A blueprint of a room."""

    id: str
    name: str
    workspace: Workspace
    roles: dict[str, dict[str, Any]]
    created: int
    default: bool = False
    settings: dict[str, Any] = field(default_factory=dict)

    def as_object(self) -> dict[str, Any]:
        """The template object."""
        return {
            "id": self.id,
            "_id": self.id,
            "name": self.name,
            "default": self.default,
            "customerId": self.workspace.account_id,
            "customer": self.workspace.account_id,
            "appId": self.workspace.app_id,
            "roles": self.roles,
            "settings": {
                "region": "eu",
                "recording": None,
                "roomState": {
                    "messageInterval": 5,
                    "sendPeerList": False,
                    "stopRoomStateOnJoin": True,
                    "enabled": False,
                },
                "retry": {},
                **self.settings,
            },
            "destinations": {},
            "createdAt": in_milliseconds(self.created),
            "updatedAt": in_milliseconds(self.created),
        }


_ALL = ("audio", "video", "screen")


def roles_of(name: str) -> dict[str, dict[str, Any]]:
    """The roles of the school's three templates. Raises KeyError for another name."""
    kinds: dict[str, list[tuple[str, tuple[str, ...], bool]]] = {
        "Class": [
            ("teacher", _ALL, True),
            ("co-teacher", _ALL, True),
            ("student", _ALL, False),
            ("guest", ("audio",), False),
        ],
        "Lecture": [
            ("teacher", _ALL, True),
            ("co-teacher", _ALL, True),
            ("speaker", ("audio", "video"), False),
            ("audience", (), False),
        ],
        "Meeting": [("host", _ALL, True), ("guest", _ALL, False)],
    }
    names = [role_name for role_name, _, _ in kinds[name]]
    return {
        role_name: role(role_name, names, publishes=publishes, leads=leads)
        for role_name, publishes, leads in kinds[name]
    }
