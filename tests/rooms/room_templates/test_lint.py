"""What a template is warned of, gravest first, and that what is sound is left in peace."""

from collections.abc import Callable
from typing import Any

import pytest

from rooms.room_templates.lint import findings
from rooms.room_templates.roles import BEGINNINGS, beginning

Content = dict[str, Any]
KEYS = {"key": "k", "secret": "s"}


def see(content: Content, role: str, *names: str) -> Content:
    content["roles"][role]["subscribeParams"]["subscribeToRoles"] = list(names)
    return content


def allow(content: Content, permission: str, on: bool) -> None:
    for role in content["roles"].values():
        role["permissions"][permission] = on


def upload(content: Content, **parts: Any) -> None:
    content["settings"]["recording"] = {"upload": {"type": "s3", "location": "b", "credentials": KEYS, **parts}}


def change(path: str, value: Any) -> Callable[[Content], None]:
    def apply(content: Content) -> None:
        *steps, last = path.split("/")
        place: Any = content
        for step in steps:
            place = place.setdefault(step, {})
        place[last] = value

    return apply


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_what_we_begin_with_is_sound(kind: str) -> None:
    assert findings(beginning(kind)) == []


@pytest.mark.parametrize(
    ("wrong", "severity", "said"),
    [
        (change("roles", {}), "bad", "There is no role"),
        (lambda c: see(c, "student", "ghost"), "bad", "student sees ghost, which is no role"),
        (lambda c: see(c, "student"), "warn", "student sees and hears nobody"),
        (lambda c: (see(c, "student", "teacher"), see(c, "teacher", "teacher")), "bad", "Nobody sees student"),
        (lambda c: allow(c, "endRoom", False), "warn", "No role may end the room"),
        (lambda c: allow(c, "changeRole", False), "note", "No role may change roles"),
        (lambda c: allow(c, "removeOthers", False), "warn", "No role may remove others"),
        (lambda c: allow(c, "pollRead", False), "warn", "Polls can be made and nobody may see them"),
        (change("roles/teacher/priority", 2), "note", "have the priority 2"),
        (
            lambda c: [role.update(maxPeerCount=-1) for role in c["roles"].values()],
            "bad",
            "Every role has no places",
        ),
        (
            lambda c: [role.update(maxPeerCount=10) for role in c["roles"].values()],
            "warn",
            "has 100 places, the roles together 20",
        ),
        (change("roles/student/maxPeerCount", 500), "note", "student has 500 places, more than the largest room"),
        (
            change(
                "roles/student/publishParams/simulcast/video/layers",
                [{"rid": "f", "scaleResolutionDownBy": 1, "maxBitrate": 700, "maxFramerate": 30}],
            ),
            "warn",
            "A simulcast layer of student may take 700 kbps",
        ),
        (change("roles/student/subscribeParams/maxSubsBitRate", 200), "warn", "student receives 200 kbps at most"),
        (change("roles/student/priority", 9), "bad", "100ms would refuse this: roles.student.priority must be 1 to 5"),
        (change("roles/student/publishParams/video/bitRate", 9000), "bad", "video.bitRate must be 30 to 2000 kbps"),
        (change("settings/recording", {"enabled": True}), "warn", "no storage of your own"),
        (change("settings/recording", {"enabled": True}), "note", "The old recording switch is on"),
        (lambda c: upload(c, credentials=None), "bad", "The storage has no keys"),
        (change("recordings", [{"name": "a", "role": "ghost"}]), "bad", "recordings configuration uses the role ghost"),
        (change("recordings", [{"name": "a", "role": "teacher"}]), "warn", "records nothing"),
        (
            lambda c: (see(c, "student"), change("recordings", [{"name": "a", "role": "student"}])(c)),
            "bad",
            "the role student, which sees nobody",
        ),
        (
            change("destinations/transcriptions", {"t": {"name": "t", "role": "ghost", "modes": ["live"]}}),
            "bad",
            "The transcription t uses the role ghost",
        ),
        (
            change("destinations/transcriptions", {"t": {"name": "t", "role": "teacher"}}),
            "bad",
            "transcribes nothing: no mode",
        ),
        (
            change("destinations/transcriptions", {"t": {"name": "t", "role": "teacher", "modes": ["recorded"]}}),
            "warn",
            "makes no file",
        ),
        (change("destinations/rtmpDestinations", {"tv": {"name": "tv"}}), "bad", "goes nowhere: it has no address"),
        (change("destinations/hlsDestinations", {"h": {"name": "h"}}), "note", "names no layers"),
        (
            change("destinations/hlsDestinations", {"h": {"name": "h", "recording": {"enableZipUpload": True}}}),
            "bad",
            "A zip file of the stream is wanted",
        ),
        (
            change("destinations/browserRecordings", {"b": {"name": "b", "role": "ghost"}}),
            "bad",
            "The browser recording b uses the role ghost",
        ),
    ],
)
def test_what_is_wrong_is_said(wrong: Callable[[Content], Any], severity: str, said: str) -> None:
    content = beginning("class")
    wrong(content)

    found = findings(content, largest_room=100)

    assert [one.severity for one in found if said in one.text] == [severity]
    assert all(one.remedy for one in found)
    assert [one.severity for one in found] == sorted((one.severity for one in found), key=["bad", "warn", "note"].index)


def test_a_storage_with_its_keys_masked_is_sound() -> None:
    content = beginning("class")
    upload(content, credentials="••••••")

    assert findings(content) == []
