"""Roles of a content renamed, taken out, and made to begin with. Pure: no Django, no clock."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

from rooms.room_templates.content import KINDS, Content

_SIMPLE: Final = ("audio", "video", "screen")
# Classroom cameras are small; what is shared must be read.
_QUALITY: Final[Mapping[str, Mapping[str, Any]]] = {
    "audio": {"bitRate": 32, "codec": "opus"},
    "video": {"bitRate": 310, "codec": "vp8", "frameRate": 30, "width": 480, "height": 360},
    "screen": {"codec": "vp8", "frameRate": 10, "width": 1920, "height": 1080},
}
_LEADS: Final = ("endRoom", "removeOthers", "mute", "unmute", "changeRole", "pollRead", "pollWrite")
_STREAMS: Final = ("browserRecording", "rtmpStreaming", "hlsStreaming")

BEGINNINGS: Final[Mapping[str, tuple[str, Sequence[tuple[str, Sequence[str], bool]]]]] = {
    "class": ("A class: teacher and students", (("teacher", _SIMPLE, True), ("student", _SIMPLE, False))),
    "lecture": (
        "A lecture: speakers and an audience that listens",
        (("teacher", _SIMPLE, True), ("speaker", ("audio", "video"), False), ("audience", (), False)),
    ),
    "meeting": ("A meeting: host and guests", (("host", _SIMPLE, True), ("guest", _SIMPLE, False))),
}
"""Kinds to begin from: what they are called, and their roles with what each publishes and whether it leads."""


def beginning(kind: str) -> Content:
    """The content of a new template, all said, so that what 100ms would fill in does not matter."""
    named = BEGINNINGS[kind][1]
    heard = [name for name, publishes, _ in named if publishes]
    roles = {name: role(name, publishes, heard, leads=leads) for name, publishes, leads in named}
    return {"roles": roles, "settings": {"region": "auto"}, "destinations": {}, "recordings": []}


def role(name: str, publishes: Sequence[str], sees: Sequence[str], *, leads: bool = False) -> dict[str, Any]:
    return {
        "name": name,
        "publishParams": {
            "allowed": list(publishes),
            **deepcopy(dict(_QUALITY)),
            "simulcast": {"video": {}, "screen": {}},
        },
        "subscribeParams": {
            "subscribeToRoles": list(sees),
            "maxSubsBitRate": 3200,
            "subscribeDegradation": {
                "packetLossThreshold": 25,
                "degradeGracePeriodSeconds": 1,
                "recoverGracePeriodSeconds": 4,
            },
        },
        "permissions": {
            **dict.fromkeys(_LEADS, leads),
            **dict.fromkeys(_STREAMS, leads),
            "sendRoomState": False,
            "pollRead": True,
        },
        "priority": 1 if leads else 2,
        "maxPeerCount": 0,
    }


def renamed(content: Mapping[str, Any], old: str, new: str) -> Content:
    """The content with a role under another name wherever it is named; recordings and destinations included."""
    found = deepcopy(dict(content))
    found["roles"] = {(new if name == old else name): one for name, one in found["roles"].items()}
    found["roles"][new] = {**(found["roles"][new] or {}), "name": new}
    for one in found["roles"].values():
        _replace(one, old, [new])
    for holder in _holders(found):
        if holder.get("role") == old:
            holder["role"] = new
        languages = (holder.get("translation") or {}).get("roleLanguages") or {}
        if old in languages:
            languages[new] = languages.pop(old)
    for plugin in (found.get("plugins") or {}).values():
        for who, names in ((plugin or {}).get("permissions") or {}).items():
            plugin["permissions"][who] = [new if name == old else name for name in names]
    return found


def without(content: Mapping[str, Any], name: str) -> Content:
    """The content without a role, and without it among those that others see.

    A recording or transcription that uses it stays as it is: what should record instead is not ours to guess.
    """
    found = deepcopy(dict(content))
    found["roles"] = {other: one for other, one in found["roles"].items() if other != name}
    for one in found["roles"].values():
        _replace(one, name, [])
    return found


def _replace(one: Any, old: str, by: Sequence[str]) -> None:
    """In the list of those whom a role sees."""
    params = (one or {}).get("subscribeParams") or {}
    names = params.get("subscribeToRoles")
    if names and old in names:
        params["subscribeToRoles"] = [new for name in names for new in (by if name == old else [name])]


def _holders(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Whatever names a role as `role`: destinations and recordings."""
    destinations = content.get("destinations") or {}
    named = [one for kind in KINDS for one in (destinations.get(kind) or {}).values()]
    return [one for one in [*named, *(content.get("recordings") or ())] if one]
