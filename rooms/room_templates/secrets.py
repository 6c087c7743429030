"""Secrets of a template that was shown masked: put back from what 100ms has, never sent as they were shown.

Keys of a storage come back in answers under `secret` in the one sample there is (contract, schema UploadSettings);
should an answer lack it, sending the rest back could lose it, and that is refused. Pure: no Django, no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rooms.masking import MASK, masked
from rooms.room_templates.content import Content

_LOST: Final = object()


@dataclass(slots=True)
class Restored:
    """`content` with its secrets; `lost` names the places, as paths, whose secret nobody has any more: they are out."""

    content: Content
    lost: list[str] = field(default_factory=list)


def restored(shown: Mapping[str, Any], held: Mapping[str, Any]) -> Restored:
    """A content that was shown masked, each masked value replaced by the one that `held` has in its place."""
    found = Restored({})
    content = _restored("", shown, held, "", found.lost)
    found.content = content if isinstance(content, dict) else {}
    return found


def outgoing(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as they are sent: the secret of the storage under the name that requests give it.

    Raises ValueError where the storage has a key and no secret.
    """
    recording = dict(settings.get("recording") or {})
    upload = dict(recording.get("upload") or {})
    keys = upload.get("credentials")
    if not keys:
        return dict(settings)
    secret = keys.get("secretKey") or keys.get("secret") or ""
    if not str(secret).strip("*•"):
        raise ValueError(
            "settings.recording.upload.credentials.secretKey is not told by 100ms: type it again, or it would be lost"
        )
    upload["credentials"] = {**{key: one for key, one in keys.items() if key != "secret"}, "secretKey": secret}
    return {**settings, "recording": {**recording, "upload": upload}}


def check_unmasked(value: Any, path: str = "") -> None:
    """Raises ValueError that names the first place that still holds a mask instead of a secret."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            check_unmasked(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            check_unmasked(inner, f"{path}[{place}]")
    elif isinstance(value, str) and MASK in value:
        raise ValueError(f"{path} is masked: type the real value, the mask cannot be sent to 100ms")


def _restored(path: str, shown: Any, held: Any, key: str, lost: list[str]) -> Any:
    if isinstance(shown, str) and MASK in shown:
        if held is not None and masked(held, field=key) == shown:
            return held
        lost.append(path)
        return _LOST
    if isinstance(shown, Mapping):
        inside = held if isinstance(held, Mapping) else {}
        named = {
            name: _restored(f"{path}.{name}" if path else str(name), inner, inside.get(name), str(name), lost)
            for name, inner in shown.items()
        }
        return {name: inner for name, inner in named.items() if inner is not _LOST}
    if isinstance(shown, list | tuple):
        among = held if isinstance(held, list | tuple) else ()
        items = [
            _restored(f"{path}[{place}]", inner, _like(inner, place, among, key), key, lost)
            for place, inner in enumerate(shown)
        ]
        return [inner for inner in items if inner is not _LOST]
    return shown


def _like(shown: Any, place: int, among: Any, key: str) -> Any:
    """What an item of a list stood for: the one in its place if that looks like it, else another that does."""
    here = among[place] if place < len(among) else None
    if isinstance(shown, str) and MASK in shown and masked(here, field=key) != shown:
        return next((other for other in among if masked(other, field=key) == shown), None)
    return here
