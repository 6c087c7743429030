"""A room template as its page shows it: roles side by side, and what is set besides, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rooms.masking import MASK
from rooms.room_templates.content import KINDS, PERMISSIONS, Content, canonical
from rooms.room_templates.lint import publishes, sees
from rooms.room_templates.words import KINDS as KIND_WORDS
from rooms.room_templates.words import PERMISSIONS as PERMISSION_WORDS
from rooms.room_templates.words import REGIONS, STORAGES

NAMED: Final = 6
_SHORT: Final[Mapping[str, str]] = {
    "endRoom": "End room",
    "removeOthers": "Remove",
    "mute": "Mute",
    "unmute": "Unmute",
    "changeRole": "Change role",
    "sendRoomState": "Room state",
    "pollRead": "See polls",
    "pollWrite": "Make polls",
    "browserRecording": "Record",
    "rtmpStreaming": "RTMP",
    "hlsStreaming": "HLS",
}


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role of the matrix. `sound`, `camera`, `screen` are "" where it may not publish that."""

    name: str
    sound: str
    camera: str
    screen: str
    sees: str
    sees_all: str
    may: tuple[bool, ...]
    priority: str
    places: str


@dataclass(frozen=True, slots=True)
class Destination:
    kind: str
    noun: str
    name: str
    says: str


@dataclass(frozen=True, slots=True)
class Permission:
    short: str
    words: str


def permission_heads(content: Content) -> list[Permission]:
    """The columns of the matrix of permissions: those of the contract, and whatever else a role was given."""
    return [Permission(_SHORT.get(key, key), PERMISSION_WORDS.get(key, key)) for key in _permissions(content)]


def role_rows(content: Content) -> list[RoleRow]:
    """By priority, then by name."""
    roles = canonical(content)["roles"]
    keys = _permissions(content)
    ordered = sorted(roles.items(), key=lambda item: (item[1].get("priority") or 9, item[0].casefold()))
    return [_row(name, role, list(roles), keys) for name, role in ordered]


def _permissions(content: Content) -> list[str]:
    given = [key for role in (content.get("roles") or {}).values() for key in ((role or {}).get("permissions") or {})]
    return list(dict.fromkeys([*PERMISSIONS, *given]))


def _row(name: str, role: Mapping[str, Any], names: list[str], keys: list[str]) -> RoleRow:
    params, allowed, seen = role.get("publishParams") or {}, publishes(role), sees(role)
    sound, camera, screen = (
        _quality(params.get(medium) or {}) if medium in allowed else "" for medium in ("audio", "video", "screen")
    )
    places = role["maxPeerCount"]
    return RoleRow(
        name,
        sound,
        camera,
        screen,
        "everybody" if set(names) <= set(seen) else _first(seen) or "nobody",
        "" if set(names) <= set(seen) else ", ".join(seen),
        tuple(bool(role["permissions"].get(key)) for key in keys),
        str(role.get("priority") or ""),
        "no limit" if places == 0 else "nobody" if places < 0 else f"{places:,}",
    )


def _first(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _quality(params: Mapping[str, Any]) -> str:
    size = f"{params['width']}×{params['height']}" if params.get("width") and params.get("height") else ""
    rate = f"{params['bitRate']:,} kbps" if params.get("bitRate") else ""
    return ", ".join(filter(None, (size, rate))) or "yes"


def settings_pairs(content: Content) -> list[tuple[str, str]]:
    settings = content.get("settings") or {}
    upload = (settings.get("recording") or {}).get("upload") or {}
    state = settings.get("roomState") or {}
    stored = STORAGES.get(upload.get("type", ""), str(upload.get("type", "")))
    interval = state.get("messageInterval")
    return [
        ("Region", REGIONS.get(settings.get("region", ""), settings.get("region") or "100ms decides")),
        (
            "Recordings are kept",
            f"{stored}, {upload.get('location', '')}" if upload else "by 100ms, for a limited time",
        ),
        ("Keys of the storage", MASK if upload.get("credentials") else "none"),
        ("Old recording switch", "on" if (settings.get("recording") or {}).get("enabled") else "off"),
        ("Tells who is in a room", (f"every {interval} s" if interval else "yes") if state.get("enabled") else "no"),
    ]


def recordings_pairs(content: Content) -> list[tuple[str, str]]:
    """() while nothing is set up."""
    for config in content.get("recordings") or ():
        composite = config.get("compositeRecording") or {}
        film = composite.get("browserComposite") or {}
        kinds = [
            ("one film of the room" + (", starts by itself" if film.get("autoStart") else ""))
            if any(film.values())
            else "",
            "a layout of one's own" if (composite.get("customComposite") or {}).get("enabled") else "",
            "a file for each person" if (config.get("streamRecording") or {}).get("enabled") else "",
            "a file for each track" if (config.get("trackRecording") or {}).get("enabled") else "",
        ]
        return [
            ("Name", str(config.get("name", ""))),
            ("Records as", str(config.get("role", ""))),
            ("Makes", "; ".join(filter(None, kinds)) or "nothing"),
            ("Thumbnails", "yes" if (config.get("thumbnails") or {}).get("enabled") else "no"),
        ]
    return []


def destinations(content: Content) -> list[Destination]:
    held = content.get("destinations") or {}
    return [
        Destination(kind, KIND_WORDS[kind], name, _says(kind, one or {}))
        for kind in KINDS
        for name, one in sorted((held.get(kind) or {}).items())
    ]


def _says(kind: str, one: Mapping[str, Any]) -> str:
    """One line on a destination. Its content is that of the mirror, masked."""
    if kind == "rtmpDestinations":
        return ", ".join(one.get("rtmpUrls") or ()) or "no address"
    if kind == "hlsDestinations":
        layers = [
            f"{layer['width']}×{layer['height']}"
            for layer in one.get("layers") or ()
            if layer.get("width") and layer.get("height")
        ]
        return ", ".join(layers) or "sizes of 100ms"
    if kind == "transcriptions":
        return f"{', '.join(one.get('modes') or ()) or 'nothing'}, as {one.get('role') or 'nobody'}"
    return f"as {one.get('role') or 'a recorder of 100ms'}"
