"""Audit entries in the words of who reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.urls import NoReverseMatch, reverse

from rooms.actors import ELSEWHERE
from rooms.differences import ABSENT, differences
from rooms.models import AuditEntry

NOUNS: Final[Mapping[str, str]] = {
    "room_code": "Room code",
    "stream_key": "Stream key",
    "template": "Room template",
    "room_template": "Room template",
    "poll_results": "Poll results",
    "access": "Access to a room",
    "person": "Place of a person",
    "id_in_class": "Id in class",
    "people": "List of people",
    "auth_token": "Sign-in token",
    "handed_out_role": "Role to hand out",
    "delivery": "Delivery",
    "lock_out": "Lock-out",
    "recording_asset": "File of a recording",
    "recording_video": "Video of a recording",
    "recording_viewers": "Viewers of a recording",
    "webhook_replay": "Webhook replay",
    "peer": "Person in the room",
    "role": "Everybody of a role",
}
VERBS: Final[Mapping[str, str]] = {
    "create": "made",
    "create_all": "made for every role",
    "update": "changed",
    "change": "changed",
    "set": "set",
    "enable": "enabled",
    "disable": "disabled",
    "delete": "deleted",
    "reveal": "revealed",
    "export": "taken out as a file",
    "import": "imported",
    "give": "given",
    "take": "taken away",
    "end": "ended",
    "link": "linked",
    "unlink": "unlinked",
    "put_away": "put away",
    "bring_back": "brought back",
    "roll_back": "rolled back",
    "rename": "renamed",
    "requeue": "set to be read again",
    "set_aside": "set aside",
    "lift": "lifted",
    "hand_out": "opened to teachers",
    "reveal_token": "turned into a sign-in token",
    "set_role": "role set",
    "delete_role": "role deleted",
    "update_settings": "settings changed",
    "update_destinations": "destinations changed",
    "configure_recordings": "recordings changed",
    "update_question": "question changed",
    "delete_question": "question deleted",
    "update_option": "option changed",
    "delete_option": "option deleted",
    "stop": "stopped",
    "stop_all": "stopped, all of the room",
    "pause": "paused",
    "resume": "resumed",
    "pause_recording": "no longer recorded (paused)",
    "resume_recording": "recorded again",
    "send_metadata": "given a text",
    "open": "opened",
    "keep": "set to be copied to our own storage",
    "play": "played",
    "read": "read",
    "start": "started",
    "remove": "removed",
    "send": "sent",
}


def action_words(action: str) -> str:
    """ "room.create" → "Room made"; what has no words here keeps its own, without the dots."""
    noun, _, verb = action.partition(".")
    spoken = NOUNS.get(noun) or noun.replace("_", " ").capitalize()
    return f"{spoken} {VERBS.get(verb) or verb.replace('_', ' ')}".strip()


def is_elsewhere(entry: AuditEntry) -> bool:
    """Made by nobody here: a mirror found it."""
    return entry.actor == ELSEWHERE.name


_PAGES: Final[Mapping[str, tuple[str, str]]] = {
    "room": ("room", "room_id"),
    "template": ("room_template", "template_id"),
    "poll": ("poll", "poll_id"),
    "session": ("session", "session_id"),
    "person": ("person", "user_id"),
    "member": ("member", "username"),
    "access": ("member", "username"),
    "delivery": ("delivery", "delivery_id"),
    "webhook_replay": ("webhook_replay", "workflow_id"),
}


def target_url(entry: AuditEntry) -> str:
    """The page of what was changed, else of its room; "" where there is none."""
    name, key = _PAGES.get(entry.target_kind, ("", ""))
    for page, keys in ((name, {key: entry.target_id}), ("room", {"room_id": entry.room_id})):
        if page and all(keys.values()):
            try:
                return reverse(page, kwargs=keys)
            except NoReverseMatch:
                continue  # an id of a shape that has no page
    return ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that was set: its path in words, and both values as text ("" for what was not there)."""

    name: str
    before: str
    after: str
    known_before: bool


def settings_changed(before: Any, after: Any) -> list[Setting]:
    """What an entry changed. Without a `before` only what was asked for is known."""
    known = before is not None
    return [
        Setting(_name(part.path), _value(part.before), _value(part.after), known)
        for part in differences(before if known else {}, after if after is not None else {})
    ]


# What 100ms calls a setting, where its name says little to who reads the audit.
_SETTINGS: Final[Mapping[str, str]] = {
    "size": "places",
    "large_room": "room for many",
    "max_duration_seconds": "longest session (seconds)",
    "recording_info": "recording",
    "template_id": "template",
    "rtmp_urls": "addresses",
    "meeting_url": "meeting address",
    "audio_only": "sound only",
    "hls_vod": "kept as a playlist",
    "single_file_per_layer": "kept as video files",
    "output_modes": "as",
    "custom_vocabulary": "words to know",
    "answer_min_len": "fewest characters",
    "answer_max_len": "most characters",
    "skippable": "may be skipped",
    "maxPeerCount": "places",
    "subscribeParams": "sees",
    "publishParams": "may publish",
    "subscribeToRoles": "roles",
    "rtmpUrls": "addresses",
}


def _name(path: str) -> str:
    return " › ".join(_SETTINGS.get(step) or step.replace("_", " ") for step in path.split("."))


def _value(value: Any) -> str:
    if value is ABSENT:
        return ""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_value(item) for item in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{_name(key)}: {_value(item)}" for key, item in value.items()) or "none"
    return str(value) if value != "" else "empty"
