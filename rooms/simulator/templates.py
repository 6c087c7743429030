"""The workspace's templates: blueprints of roles, as the contract's section Policy writes them (camelCase)."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from rooms.simulator.clock import in_milliseconds
from rooms.simulator.limits import PERMISSIONS
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
    destinations: dict[str, Any] = field(default_factory=dict)
    recordings: list[dict[str, Any]] = field(default_factory=list)
    plugins: dict[str, Any] | None = None
    updated: int | None = None

    def all_settings(self) -> dict[str, Any]:
        """The settings with what nobody set. A secret comes back under `secret`, under whichever name it was sent."""
        whole = {
            "region": "eu",
            "recording": None,
            "roomState": {
                "messageInterval": 5,
                "sendPeerList": False,
                "stopRoomStateOnJoin": True,
                "enabled": False,
            },
            "retry": {},
            **deepcopy(self.settings),
        }
        credentials = ((whole["recording"] or {}).get("upload") or {}).get("credentials") or {}
        if "secretKey" in credentials:
            credentials["secret"] = credentials.pop("secretKey")
        return whole

    def all_recordings(self) -> list[dict[str, Any]]:
        """The recording configs; false flags are left out, as in answers of 100ms."""
        return [_without_false(one) for one in self.recordings]

    def as_object(self) -> dict[str, Any]:
        """The template object."""
        plugins = {} if self.plugins is None else {"plugins": self.plugins}
        return {
            "id": self.id,
            "_id": self.id,
            "name": self.name,
            "default": self.default,
            "customerId": self.workspace.account_id,
            "customer": self.workspace.account_id,
            "appId": self.workspace.app_id,
            "roles": self.roles,
            "settings": self.all_settings(),
            "destinations": self.destinations,
            **plugins,
            "createdAt": in_milliseconds(self.created),
            "updatedAt": in_milliseconds(self.created if self.updated is None else self.updated),
        }


def _without_false(value: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_false(one) if isinstance(one, dict) else one for name, one in value.items() if one is not False
    }


def whole_role(name: str, wish: dict[str, Any], roles: Iterable[str]) -> dict[str, Any]:
    """A role with the documented defaults for all that was not said; without more it hears everybody.

    A share's bitrate is not filled in: the samples of filled templates have none.

    The permissions that answers leave out when false are left out.
    """
    publish, subscribe = wish.get("publishParams") or {}, wish.get("subscribeParams") or {}
    permissions = {**PERMISSIONS, **(wish.get("permissions") or {})}
    quiet = ("endRoom", "removeOthers", "mute", "unmute", "changeRole")
    defaults: dict[str, dict[str, Any]] = {
        "audio": {"bitRate": 32, "codec": "opus"},
        "video": {"bitRate": 256, "codec": "vp8", "frameRate": 25, "width": 320, "height": 180},
        "screen": {"codec": "vp8", "frameRate": 10, "width": 1280, "height": 720},
        "simulcast": {"video": {}, "screen": {}},
    }
    degradation = {"packetLossThreshold": 50, "degradeGracePeriodSeconds": 1, "recoverGracePeriodSeconds": 4}
    allowed = publish.get("allowed", [*_ALL] if "publishParams" not in wish else [])
    return {
        "name": name,
        "publishParams": {
            **({"allowed": allowed} if allowed else {}),
            **{part: {**given, **(publish.get(part) or {})} for part, given in defaults.items()},
        },
        "subscribeParams": {
            "subscribeToRoles": subscribe.get("subscribeToRoles", list(roles)),
            "maxSubsBitRate": subscribe.get("maxSubsBitRate", 3200),
            "subscribeDegradation": {**degradation, **(subscribe.get("subscribeDegradation") or {})},
        },
        "permissions": {key: on for key, on in permissions.items() if on or key not in quiet},
        "priority": wish.get("priority", 1),
        "maxPeerCount": wish.get("maxPeerCount", 0),
    }


_ALL = ("audio", "video", "screen")


def roles_of(name: str) -> dict[str, dict[str, Any]]:
    """The roles of the school's templates. Raises KeyError for another name."""
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
    kinds["Recorded class"] = kinds["Class"]
    names = [role_name for role_name, _, _ in kinds[name]]
    return {
        role_name: role(role_name, names, publishes=publishes, leads=leads)
        for role_name, publishes, leads in kinds[name]
    }


def recordings_of(name: str) -> list[dict[str, Any]]:
    """The recording configs of the school's templates: one records every session by itself, from the first peer on."""
    if name != "Recorded class":
        return []
    film = {"autoStart": True, "autoStopTimeout": 300, "width": 1280, "height": 720}
    return [{"name": "default", "role": "teacher", "compositeRecording": {"browserComposite": film}}]
