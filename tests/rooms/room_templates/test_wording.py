"""Differences in the words of a school, never in the paths of an API, and never with a secret."""

from copy import deepcopy
from typing import Any

import pytest

from rooms.room_templates.roles import beginning
from rooms.room_templates.wording import in_a_line, lines

URL = "rtmp://live.example/app/stream-key"
SHOWN = "rtmp://live.example/app/••••••"


def content() -> dict[str, Any]:
    found = beginning("class")
    upload = {"type": "s3", "location": "bucket", "credentials": {"key": "AKIA", "secret": "hidden"}}
    found["name"] = "Class"
    found["settings"] = {"region": "eu", "recording": {"upload": upload}}
    found["destinations"] = {"rtmpDestinations": {"tv": {"name": "tv", "rtmpUrls": [URL]}}}
    return found


def put(value: dict[str, Any], path: str, wanted: Any) -> dict[str, Any]:
    found = deepcopy(value)
    *steps, last = path.split("/")
    place = found
    for step in steps:
        place = place.setdefault(step, {})
    if wanted is None:
        del place[last]
    else:
        place[last] = wanted
    return found


@pytest.mark.parametrize(
    ("path", "wanted", "said"),
    [
        ("name", "Lesson", "The template is called: Class → Lesson"),
        ("default", True, "The template is the workspace's default: no → yes"),
        ("roles/student/permissions/endRoom", True, "student may end the room: no → yes"),
        ("roles/student/permissions/hlsStreaming", True, "student may start live streams (HLS): no → yes"),
        ("roles/student/maxPeerCount", 30, "student has places: no limit → 30"),
        ("roles/student/maxPeerCount", -1, "student has places: no limit → nobody"),
        ("roles/student/publishParams/allowed", ["audio"], "student may publish: sound, camera, screen → sound"),
        ("roles/student/publishParams/allowed", [], "student may publish: sound, camera, screen → none"),
        ("roles/student/publishParams/video/bitRate", 500, "student camera, bit rate: 310 kbps → 500 kbps"),
        ("roles/student/publishParams/newThing", 5, "student publish params, new thing: not set → 5"),
        (
            "roles/student/subscribeParams/subscribeToRoles",
            ["teacher"],
            "student sees and hears: teacher, student → teacher",
        ),
        (
            "roles/student/publishParams/simulcast/video/layers",
            [{"rid": "f", "scaleResolutionDownBy": 1, "maxFramerate": 30, "maxBitrate": 300}],
            "student camera, simulcast layers: none → f 1/1 300 kbps",
        ),
        ("roles/guest", {"name": "guest"}, "The role guest is new"),
        ("roles/student", None, "The role student goes"),
        ("settings/region", "in", "Settings: region: Europe → India"),
        ("settings/recording/upload/prefix", "2026", "Settings: path in the bucket: not set → 2026"),
        (
            "settings/recording/upload/credentials/secret",
            "other",
            "Settings: secret of the bucket: •••••• → •••••• (another one)",
        ),
        (
            "destinations/rtmpDestinations/tv/rtmpUrls",
            ["rtmp://live.example/app/other-key"],
            f"The RTMP stream tv: addresses: {SHOWN} → {SHOWN} (another one)",
        ),
        ("destinations/hlsDestinations", {"main": {"name": "main"}}, "The HLS stream main is new"),
        ("recordings", [{"name": "films", "role": "teacher"}], "The recordings configuration is new"),
        (
            "plugins/whiteboard",
            {"permissions": {"admin": ["teacher"]}},
            "Plug-ins: whiteboard, permissions, admin: none → teacher",
        ),
    ],
)
def test_a_difference_in_words(path: str, wanted: Any, said: str) -> None:
    assert [str(line) for line in lines(content(), put(content(), path, wanted))] == [said]


def test_a_new_part_is_told_setting_by_setting_and_without_its_secrets() -> None:
    before = put(content(), "settings/recording", None)

    said = [str(line) for line in lines(before, content())]

    assert "Settings: recordings are stored in: not set → Amazon S3" in said
    assert "Settings: secret of the bucket: none → ••••••" in said
    assert "AKIA" not in str(said)
    assert "hidden" not in str(said)


def test_the_same_has_no_difference() -> None:
    assert lines(content(), content()) == []
    assert in_a_line(content(), content()) == "Nothing that Rollcall shows"


def test_a_line_names_the_first_few_and_counts_the_rest() -> None:
    after = content()
    for key in ("endRoom", "mute", "unmute", "changeRole", "pollWrite"):
        after["roles"]["student"]["permissions"][key] = True

    said = in_a_line(content(), after)

    assert said.startswith("student may end the room: no → yes; student may mute others: no → yes; ")
    assert said.endswith("; and 2 more")
