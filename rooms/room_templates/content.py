"""A template's content: taken from what was received, and brought into one form to be compared (contract, tag Policy).

Pure: no Django, no clock.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

Content = dict[str, Any]

PARTS: Final = ("name", "default", "roles", "settings", "destinations", "plugins", "recordings")
KINDS: Final = ("rtmpDestinations", "hlsDestinations", "transcriptions", "browserRecordings")
"""The kinds of destinations, by their names in `destinations`."""

PERMISSIONS: Final[Mapping[str, bool]] = {
    "endRoom": False,
    "removeOthers": False,
    "mute": False,
    "unmute": False,
    "changeRole": False,
    "sendRoomState": False,
    "pollRead": False,
    "pollWrite": False,
    "browserRecording": True,
    "rtmpStreaming": True,
    "hlsStreaming": True,
}
"""The permissions of the contract, each with what it is where nobody says (schema Permissions)."""


def content_of(received: Mapping[str, Any]) -> Content:
    """The content of a template as received, with its `recordings` among the rest; what is null is left out."""
    return {part: deepcopy(received[part]) for part in PARTS if received.get(part) is not None}


def canonical(content: Mapping[str, Any]) -> Content:
    """The content as it compares: what an answer leaves out is filled in or left out alike.

    Answers leave out permissions and flags that are false; empty and missing say the same; the secret of a storage is
    `secret` in answers and `secretKey` in requests.
    """
    roles = {name: canonical_role(name, role or {}) for name, role in sorted((content.get("roles") or {}).items())}
    rest = {part: _said(content.get(part)) for part in PARTS if part != "roles"}
    destinations = {
        kind: {name: _said(one) for name, one in sorted(named.items())} if kind in KINDS else _said(named)
        for kind, named in (content.get("destinations") or {}).items()
        if named
    }
    rest["destinations"] = destinations
    return {"roles": roles, **{part: value for part, value in rest.items() if value}}


def canonical_role(name: str, role: Mapping[str, Any]) -> Content:
    said = {part: _said(value) for part, value in role.items() if part not in ("name", "permissions")}
    given = {key: on for key, on in (role.get("permissions") or {}).items() if on is not None}
    kept = {part: value for part, value in said.items() if not _is_nothing(value)}
    return {"maxPeerCount": 0, **kept, "name": name, "permissions": {**PERMISSIONS, **given}}


def flat(content: Mapping[str, Any]) -> dict[str, Any]:
    """The canonical content as settings by name: "role host", "settings region", "destination hlsDestinations main".

    With the names of the roles and of the destinations, so that a role that is not there can be told from one that
    nobody asked about. Mirror and audit compare these.
    """
    whole = canonical(content)
    destinations = whole.get("destinations") or {}
    named = {f"{kind} {name}": one for kind in KINDS for name, one in (destinations.get(kind) or {}).items()}
    return {
        "name": whole.get("name", ""),
        "default": bool(whole.get("default")),
        "roles": list(whole["roles"]),
        **{f"role {name}": role for name, role in whole["roles"].items()},
        **{f"settings {part}": value for part, value in (whole.get("settings") or {}).items()},
        "destinations": list(named),
        **{f"destination {name}": one for name, one in named.items()},
        **{f"destinations {kind}": one for kind, one in destinations.items() if kind not in KINDS},
        "plugins": whole.get("plugins") or {},
        "recordings": whole.get("recordings") or [],
    }


def _said(value: Any) -> Any:
    """Without what says nothing: null, false, and whatever is empty."""
    if isinstance(value, Mapping):
        said = {("secret" if key == "secretKey" else str(key)): _said(inner) for key, inner in value.items()}
        return {key: inner for key, inner in said.items() if not _is_nothing(inner)}
    if isinstance(value, list | tuple):
        return [_said(inner) for inner in value]
    return value


def _is_nothing(value: Any) -> bool:
    return value is None or value is False or value in ("", [], {})
