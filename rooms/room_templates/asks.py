"""What a template and its room ask to be recorded, and where the files go.

Pure: no Django, no clock. The kinds are those of `analytics.models.Recording`; flags that are false may be missing
(contract, TemplateRecordingConfig).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

BROWSER: Final = "browser"
COMPOSITE: Final = "composite"
STREAM: Final = "stream"
TRACK: Final = "track"
# 100ms's own limit of a browser recording where the template names none (EVENTS trap 23).
LONGEST: Final = 4 * 3600


@dataclass(frozen=True, slots=True)
class Asks:
    """`kinds` are recorded by themselves, whoever is there; `transcript` of whatever is recorded.

    `own_storage`: files go into a bucket of the template's own, where 100ms deletes nothing. `longest` in seconds.
    """

    kinds: frozenset[str] = frozenset()
    transcript: bool = False
    own_storage: bool = False
    longest: int = LONGEST


def asks(content: Mapping[str, Any], *, room_says: bool | None = None) -> Asks:
    """`content` in 100ms's spelling; `room_says` is the room's own switch, None where it follows its template.

    The switch of a room is about the composite alone and says nothing of browser recording (contract, RecordingInfo).
    """
    recording = _at(content, "settings", "recording")
    configs = [config for config in content.get("recordings") or () if isinstance(config, Mapping)]
    kinds = set()
    for config in configs:
        if _at(config, "compositeRecording", "browserComposite").get("autoStart"):
            kinds.add(BROWSER)
        if _at(config, "compositeRecording", "customComposite").get("enabled"):
            kinds.add(COMPOSITE)
        if _at(config, "streamRecording").get("enabled"):
            kinds.add(STREAM)
        if _at(config, "trackRecording").get("enabled"):
            kinds.add(TRACK)
    if recording.get("enabled"):
        kinds.add(COMPOSITE)
    if room_says is not None:
        (kinds.add if room_says else kinds.discard)(COMPOSITE)
    transcriptions = _at(content, "destinations", "transcriptions").values()
    told = [config["maxDuration"] for config in configs if _is_length(config.get("maxDuration"))]
    return Asks(
        kinds=frozenset(kinds),
        transcript=any("recorded" in (one.get("modes") or ()) for one in transcriptions if isinstance(one, Mapping)),
        own_storage=bool(_at(recording, "upload").get("location")),
        longest=max(told, default=LONGEST),
    )


def _is_length(value: Any) -> bool:
    return isinstance(value, int | float) and value > 0


def _at(value: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """What is there, or nothing: any part may be missing or null."""
    for key in path:
        inner = value.get(key)
        value = inner if isinstance(inner, Mapping) else {}
    return value
