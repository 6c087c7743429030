"""What is wrong, or likely not meant, in a template: findings in plain words, each with its remedy.

What 100ms refuses is said by `rooms.hms`; here is what it takes and a class suffers from. Pure: no Django, no clock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from rooms.hms.limits import Rule, check
from rooms.hms.resources.template_limits import RECORDINGS, TEMPLATE
from rooms.room_templates.content import canonical
from rooms.room_templates.secrets import restored
from rooms.room_templates.words import KINDS, MEDIA

Severity = Literal["bad", "warn", "note"]
_ORDER: Final = ("bad", "warn", "note")
_SOUND_ALONE: Final = 64  # kbps: a sum of bit rates below it carries no picture


@dataclass(frozen=True, slots=True)
class Finding:
    """`severity`: "bad" will not work, "warn" is likely not meant, "note" is worth knowing.

    `part` and `name` say where: `name` is the role of part "roles", or "rtmpDestinations/main" of part "destinations".
    """

    severity: Severity
    text: str
    remedy: str
    part: str = "roles"
    name: str = ""


def findings(content: Mapping[str, Any], *, largest_room: int | None = None) -> list[Finding]:
    """All findings, the gravest first. `largest_room`: places of the biggest room that uses the template."""
    whole = canonical(content)
    found = [
        *_limits(content),
        *_who_sees_whom(whole["roles"]),
        *_powers(whole["roles"]),
        *_places(whole["roles"], largest_room),
        *_quality(whole["roles"]),
        *_recordings(whole),
        *_destinations(whole),
    ]
    return sorted(found, key=lambda one: _ORDER.index(one.severity))


def publishes(role: Mapping[str, Any]) -> list[str]:
    return [one for one in (role.get("publishParams") or {}).get("allowed") or () if one != "simulcast"]


def sees(role: Mapping[str, Any]) -> list[str]:
    return list((role.get("subscribeParams") or {}).get("subscribeToRoles") or ())


def _limits(content: Mapping[str, Any]) -> Iterator[Finding]:
    """What 100ms itself would refuse; the first of each part, as `rooms.hms` names it."""
    # Secrets may be masked here; what they stand for is not judged.
    bare = restored(content, {}).content
    template = {part: value for part, value in bare.items() if part != "recordings"}
    parts: list[tuple[str, Any, Rule, str]] = [
        ("settings", template, TEMPLATE, ""),
        ("recordings", bare.get("recordings") or [], RECORDINGS, "recordings"),
    ]
    for part, value, rule, name in parts:
        try:
            check(value, rule, name)
        except ValueError as problem:
            at = str(problem).split(" ", 1)[0]
            where = at.split(".")[0].split("[")[0]
            yield Finding("bad", f"100ms would refuse this: {problem}.", "Correct that value.", where or part)


def _who_sees_whom(roles: Mapping[str, Any]) -> Iterator[Finding]:
    if not roles:
        yield Finding("bad", "There is no role, so nobody can join.", "Add a role.")
    for name, role in roles.items():
        unknown = [other for other in sees(role) if other not in roles]
        if unknown:
            yield Finding(
                "bad",
                f"{name} sees {', '.join(unknown)}, which is no role of this template.",
                "Take it out of the roles that it sees.",
                name=name,
            )
        if not sees(role) and role["maxPeerCount"] >= 0:
            yield Finding(
                "warn",
                f"{name} sees and hears nobody.",
                "Choose whom it sees, unless it is meant for a machine that only sends.",
                name=name,
            )
        seen_by = [other for other, one in roles.items() if name in sees(one)]
        if publishes(role) and not seen_by:
            what = ", ".join(MEDIA.get(one, one) for one in publishes(role))
            yield Finding(
                "bad",
                f"Nobody sees {name}, though it may publish {what}.",
                "Let a role see it, or let it publish nothing.",
                name=name,
            )


def _powers(roles: Mapping[str, Any]) -> Iterator[Finding]:
    def nobody(permission: str) -> bool:
        return bool(roles) and not any(role["permissions"].get(permission) for role in roles.values())

    for permission, what, severity in (
        ("endRoom", "end the room", "warn"),
        ("changeRole", "change roles", "note"),
        ("removeOthers", "remove others", "warn"),
    ):
        if nobody(permission):
            remedy = "Give it to the role of whoever leads."
            yield Finding("warn" if severity == "warn" else "note", f"No role may {what}.", remedy)
    if nobody("pollRead") and not nobody("pollWrite"):
        yield Finding("warn", "Polls can be made and nobody may see them.", "Let a role see polls.")
    levels = [role.get("priority") for role in roles.values() if role.get("priority") and publishes(role)]
    if len(levels) > 1 and len(set(levels)) == 1:
        yield Finding(
            "note",
            f"All roles that publish have the priority {levels[0]}: on a poor line 100ms cannot tell whom to keep.",
            "Give whoever leads a 1 and the others a higher number.",
        )


def _places(roles: Mapping[str, Any], largest_room: int | None) -> Iterator[Finding]:
    open_roles = {name: role["maxPeerCount"] for name, role in roles.items() if role["maxPeerCount"] >= 0}
    if roles and not open_roles:
        yield Finding("bad", "Every role has no places, so nobody can join.", "Give a role places.")
        return
    total = sum(open_roles.values())
    if largest_room and open_roles and 0 not in open_roles.values() and total < largest_room:
        yield Finding(
            "warn",
            f"A room that uses this has {largest_room:,} places, the roles together {total:,}.",
            "Give the roles more places, or no limit.",
        )
    for name, places in open_roles.items():
        if largest_room and places > largest_room:
            yield Finding(
                "note",
                f"{name} has {places:,} places, more than the largest room that uses this ({largest_room:,}).",
                "Nothing to do unless the room was meant to be bigger.",
                name=name,
            )


def _quality(roles: Mapping[str, Any]) -> Iterator[Finding]:
    for name, role in roles.items():
        params = role.get("publishParams") or {}
        layers = ((params.get("simulcast") or {}).get("video") or {}).get("layers") or []
        most = max((layer.get("maxBitrate") or 0 for layer in layers), default=0)
        rate = (params.get("video") or {}).get("bitRate") or 0
        if rate and most > rate:
            yield Finding(
                "warn",
                f"A simulcast layer of {name} may take {most:,} kbps, its camera only {rate:,}.",
                "Lower the layer or raise the camera's bit rate.",
                name=name,
            )
        least = (role.get("subscribeParams") or {}).get("maxSubsBitRate")
        cameras = [
            ((roles[other].get("publishParams") or {}).get("video") or {}).get("bitRate") or 0
            for other in sees(role)
            if other in roles and "video" in publishes(roles[other])
        ]
        if least and least > _SOUND_ALONE and cameras and least < max(cameras):
            yield Finding(
                "warn",
                f"{name} receives {least:,} kbps at most, less than one camera that it sees ({max(cameras):,} kbps).",
                "Raise what it may receive.",
                name=name,
            )


def _recordings(whole: Mapping[str, Any]) -> Iterator[Finding]:
    roles, settings = whole["roles"], whole.get("settings") or {}
    recording = settings.get("recording") or {}
    upload = recording.get("upload") or {}
    configs = whole.get("recordings") or []
    hls = (whole.get("destinations") or {}).get("hlsDestinations") or {}
    kept = [one.get("recording") or {} for one in hls.values()]
    if (recording.get("enabled") or configs or any(kept)) and not upload.get("location"):
        yield Finding(
            "warn",
            "Recording is on and no storage of your own is set: 100ms keeps recordings for a limited time only.",
            "Set a bucket in the settings.",
            "settings",
        )
    if upload.get("location") and not upload.get("credentials"):
        yield Finding(
            "bad", "The storage has no keys: uploads would fail.", "Type the keys in the settings.", "settings"
        )
    if recording.get("enabled"):
        yield Finding(
            "note",
            "The old recording switch is on; 100ms has replaced it by the recordings configuration.",
            "Set up the recordings configuration and switch this off.",
            "settings",
        )
    for config in configs:
        yield from _recorder("The recordings configuration", config.get("role", ""), roles, "recordings", "")
        ways = [config.get(way) for way in ("compositeRecording", "trackRecording", "streamRecording")]
        if not any(ways):
            yield Finding("warn", "The recordings configuration records nothing.", "Switch a kind on.", "recordings")
    if any(one.get("enableZipUpload") for one in kept) and not upload.get("location"):
        text = "A zip file of the stream is wanted, which 100ms makes in a storage of your own only."
        yield Finding("bad", text, "Set a bucket, or switch the zip file off.", "settings")


def _destinations(whole: Mapping[str, Any]) -> Iterator[Finding]:
    roles, destinations = whole["roles"], whole.get("destinations") or {}
    for kind, noun in KINDS.items():
        for name, one in (destinations.get(kind) or {}).items():
            where = f"{kind}/{name}"
            said = f"The {noun} {name}"
            if kind == "rtmpDestinations" and not one.get("rtmpUrls") and not one.get("recordingEnabled"):
                yield Finding("bad", f"{said} goes nowhere: it has no address.", "Add one.", "destinations", where)
            if kind == "hlsDestinations" and not one.get("layers"):
                text = f"{said} names no layers: 100ms takes its own."
                yield Finding("note", text, "Nothing to do, unless the size matters.", "destinations", where)
            if kind == "transcriptions":
                if not one.get("modes"):
                    text = f"{said} transcribes nothing: no mode is chosen."
                    yield Finding("bad", text, "Choose recordings, live or captions.", "destinations", where)
                elif "recorded" in one["modes"] and not one.get("outputModes"):
                    text = f"{said} makes no file: no output is chosen."
                    yield Finding("warn", text, "Choose text, subtitles or JSON.", "destinations", where)
            if kind in ("transcriptions", "browserRecordings") and one.get("role"):
                yield from _recorder(said, one["role"], roles, "destinations", where)


def _recorder(what: str, role: str, roles: Mapping[str, Any], part: str, where: str) -> Iterator[Finding]:
    """The role by which something is recorded or transcribed must be there and see somebody."""
    if role not in roles:
        text = f"{what} uses the role {role or '(none)'}, which is not in this template."
        yield Finding("bad", text, "Choose a role that is there, or add it.", part, where)
    elif not sees(roles[role]):
        text = f"{what} uses the role {role}, which sees nobody: nothing would be in it."
        yield Finding("bad", text, "Choose a role that sees the others.", part, where)
    elif roles[role]["maxPeerCount"] < 0:
        text = f"{what} uses the role {role}, which has no places."
        yield Finding("bad", text, "Give it places.", part, where)
