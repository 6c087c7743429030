"""Section Policy: what a template may hold, what it is filled up with, and what is refused."""

from typing import Any

import pytest

from rooms.simulator.clock import SimulatedClock
from rooms.simulator.room import Room
from rooms.simulator.world import World
from tests.rooms.simulator.conftest import Ask
from tests.rooms.simulator.contract import documented


def sample(method: str, path: str) -> Any:
    """The body that the contract gives as a sample."""
    content = documented(method, path)["requestBody"]["content"]["application/json"]
    return content["examples"]["sample"]["value"]


@pytest.fixture
def template(world: World) -> dict[str, str]:
    """The default template, as the path names it."""
    return {"template_id": world.default_template().id}


def test_a_new_template_is_filled_up_with_the_documented_defaults(ask: Ask) -> None:
    made = ask("create_template", json=sample("POST", "/templates"))
    host = made["roles"]["host"]
    assert host["publishParams"]["allowed"] == ["audio", "video", "screen"]
    assert host["publishParams"]["video"] == {
        "bitRate": 256,
        "codec": "vp8",
        "frameRate": 25,
        "width": 320,
        "height": 180,
    }
    assert host["subscribeParams"]["subscribeToRoles"] == ["host", "guest"]
    assert host["permissions"] == {
        "sendRoomState": False,
        "pollRead": False,
        "pollWrite": False,
        "browserRecording": True,
        "rtmpStreaming": True,
        "hlsStreaming": True,
    }
    assert (made["settings"]["region"], made["destinations"]) == ("eu", {})
    assert ask("get_template", template_id=made["id"]) == made
    assert ask("list_templates")["data"][0] == made
    unnamed = ask("create_template", json={})
    assert (len(unnamed["name"]), unnamed["roles"]) == (36, {})


def test_an_existing_name_overwrites_that_template(ask: Ask, clock: SimulatedClock) -> None:
    first = ask("create_template", json={"name": "Exam", "roles": {"host": {}}})
    clock.advance(5)
    again = ask("create_template", json={"name": "Exam", "roles": {"guest": {}}})
    assert (again["id"], list(again["roles"])) == (first["id"], ["guest"])
    assert again["updatedAt"] > again["createdAt"] == first["createdAt"]


def test_an_update_replaces_everything_but_the_name(ask: Ask, physics: Room, template: dict[str, str]) -> None:
    body = sample("POST", "/templates/{template_id}")
    changed = ask("update_template", **template, json={**body, "plugins": {"whiteboard": {}}})
    assert (changed["name"], list(changed["roles"])) == ("Class", ["host"])
    assert changed["roles"]["host"] == body["roles"]["host"]
    assert changed["plugins"] == {"whiteboard": {}}
    renamed = ask("update_template", **template, json={**body, "name": "Lessons"})
    assert renamed["name"] == ask("get_room", room_id=physics.id)["template"] == "Lessons"
    assert "plugins" not in renamed
    ask("create_template", json={"name": "Other"})
    refused = ask.refused("update_template", 400, **template, json={**body, "name": "Other"})
    assert refused == "template name already exists"


def test_the_default_template_is_the_one_for_rooms_that_name_none(ask: Ask) -> None:
    made = ask("create_template", json={"name": "Exam", "default": True, "roles": {"host": {}}})
    assert ask("create_room", json={"name": "exam-1"})["template_id"] == made["id"]
    assert [one["name"] for one in ask("list_templates")["data"] if one["default"]] == ["Exam"]


def test_a_room_of_region_auto_follows_its_template(ask: Ask, template: dict[str, str]) -> None:
    ask("update_settings", **template, json={"region": "in"})
    assert ask("create_room", json={"name": "a", "region": "auto"})["region"] == "in"


def test_a_role_is_made_changed_renamed_and_deleted(ask: Ask, template: dict[str, str]) -> None:
    named = {**template, "role_name": "speaker"}
    assert ask.refused("get_role", 404, **named) == "role not found"
    made = ask("create_or_update_role", **named, json={"priority": 2, "publishParams": {"allowed": ["audio"]}})
    assert (made["name"], made["publishParams"]["allowed"]) == ("speaker", ["audio"])
    changed = ask("create_or_update_role", **named, json={"maxPeerCount": 3})
    assert (changed["priority"], changed["maxPeerCount"]) == (2, 3)
    assert ask("get_role", **named) == changed
    silent = ask("create_or_update_role", **named, json={"publishParams": {}, "permissions": {"mute": False}})
    assert "allowed" not in silent["publishParams"]
    assert "mute" not in silent["permissions"]
    taken = ask.refused("create_or_update_role", 400, **named, json={"name": "teacher"})
    assert taken == "role name already exists"
    renamed = ask("create_or_update_role", **named, json={"name": "orator"})
    assert renamed == {**silent, "name": "orator"}
    ask.refused("get_role", 404, **named)
    named["role_name"] = "orator"
    assert ask("delete_role", **named) is None
    assert ask.status == 204
    assert ask.refused("delete_role", 404, **named) == "role not found"


def test_settings_are_replaced_and_the_secret_comes_back_by_its_other_name(ask: Ask, template: dict[str, str]) -> None:
    before = ask("get_settings", **template)
    body = sample("POST", "/templates/{template_id}/settings")
    changed = ask("update_settings", **template, json=body)
    assert changed["recording"]["upload"]["credentials"] == {"key": "AKIA", "secret": "x"}
    assert ask("get_settings", **template) == changed == ask("get_template", **template)["settings"]
    assert ask("update_settings", **template, json={}) == before


def test_recordings_are_a_bare_list_without_false_flags(ask: Ask, template: dict[str, str]) -> None:
    assert ask("get_recordings_config", **template) == []
    (body,) = sample("POST", "/templates/{template_id}/recordings")
    body["role"] = "teacher"
    stored = ask("configure_recordings", **template, json=[body])
    assert stored[0]["trackRecording"] == {}
    assert stored[0]["compositeRecording"]["browserComposite"] == {
        "autoStopTimeout": 500,
        "width": 1920,
        "height": 1080,
    }
    assert ask("get_recordings_config", **template) == stored
    for wrong in ([body, body], [{**body, "role": "pirate"}], [{"name": "default"}], [{**body, "maxDuration": "1h"}]):
        ask.refused("configure_recordings", 400, **template, json=wrong)
    assert ask("get_recordings_config", **template) == stored


def test_destinations_are_replaced(ask: Ask, template: dict[str, str]) -> None:
    assert ask("get_destinations", **template) == {}
    body = sample("POST", "/templates/{template_id}/destinations")
    body["hlsDestinations"]["default"]["layers"] = [{"width": 1280, "height": 720}, {"width": 640, "height": 360}]
    assert ask("update_destinations", **template, json=body) == body
    assert ask("get_destinations", **template) == ask("get_template", **template)["destinations"] == body
    assert ask("update_destinations", **template, json={}) == {}


def hls(**more: Any) -> dict[str, Any]:
    return {"hlsDestinations": {"default": {"name": "default", **more}}}


@pytest.mark.parametrize(
    "body",
    [
        {"hlsDestinations": {"default": {}}},
        hls(layers=[{"width": 641, "height": 360}]),
        hls(layers=[{"width": 100, "height": 90}]),
        hls(layers=[{"width": 640, "height": 360}, {"width": 1280, "height": 720}]),
        hls(playlistType="forever"),
        hls(numPlaylistSegments=2),
        hls(recording={"enableZipUpload": True}),
        {"rtmpDestinations": {"default": {"name": "default", "rtmpUrls": ["rtmp://x/y"] * 4}}},
        {"transcriptions": {"default": {"name": "default", "role": "pirate"}}},
        {"transcriptions": {"default": {"name": "default", "role": "teacher", "modes": ["whispered"]}}},
    ],
    ids=str,
)
def test_destinations_that_cannot_be(ask: Ask, template: dict[str, str], body: dict[str, Any]) -> None:
    ask.refused("update_destinations", 400, **template, json=body)


def test_zip_files_go_with_a_bucket_of_ones_own(ask: Ask, template: dict[str, str]) -> None:
    ask("update_settings", **template, json=sample("POST", "/templates/{template_id}/settings"))
    body = hls(recording={"enableZipUpload": True})
    assert ask("update_destinations", **template, json=body) == body


def layers(*pairs: tuple[str, float]) -> dict[str, Any]:
    made = [{"rid": rid, "scaleResolutionDownBy": scale, "maxFramerate": 25} for rid, scale in pairs]
    return {"publishParams": {"simulcast": {"video": {"layers": made}}}}


@pytest.mark.parametrize(
    ("role", "field"),
    [
        ({"publishParams": {"allowed": ["smell"]}}, "publishParams.allowed[0]"),
        ({"publishParams": {"audio": {"bitRate": 15}}}, "publishParams.audio.bitRate"),
        ({"publishParams": {"video": {"bitRate": 2001}}}, "publishParams.video.bitRate"),
        ({"publishParams": {"video": {"codec": "h264"}}}, "publishParams.video.codec"),
        ({"publishParams": {"screen": {"height": 269}}}, "publishParams.screen.height"),
        (layers(("h", 1)), "publishParams.simulcast.video.layers"),
        (layers(("f", 1), ("f", 2)), "publishParams.simulcast.video.layers"),
        (layers(("f", 2)), "publishParams.simulcast.video.layers"),
        (layers(("f", 1), ("h", 4), ("q", 4)), "publishParams.simulcast.video.layers"),
        ({"subscribeParams": {"subscribeToRoles": "all"}}, "subscribeParams.subscribeToRoles"),
        (
            {"subscribeParams": {"subscribeDegradation": {"packetLossThreshold": 0}}},
            "subscribeParams.subscribeDegradation.packetLossThreshold",
        ),
        ({"permissions": {"mute": "yes"}}, "permissions.mute"),
        ({"priority": 6}, "priority"),
        ({"maxPeerCount": -2}, "maxPeerCount"),
    ],
    ids=str,
)
def test_what_no_role_can_be_is_refused_by_the_name_of_its_field(
    ask: Ask, template: dict[str, str], role: dict[str, Any], field: str
) -> None:
    body = ask("create_or_update_role", **template, role_name="teacher", json=role)
    assert (ask.status, body["message"], body["details"][0].split(" must ")[0]) == (400, "invalid input", field)
    body = ask("create_template", json={"roles": {"host": role}})
    assert body["details"][0].startswith(f"roles.host.{field} ")


@pytest.mark.parametrize(
    "settings",
    [
        {"region": "mars"},
        {"recording": {"upload": {"type": "s3"}}},
        {"recording": {"upload": {"type": "floppy", "location": "a"}}},
        {"recording": {"upload": {"type": "s3", "location": "a", "credentials": {}}}},
        {"roomState": {"messageInterval": 7}},
        {"roomState": {"messageInterval": 3605}},
        {"roomState": {"enabled": 1}},
    ],
    ids=str,
)
def test_settings_that_cannot_be(ask: Ask, template: dict[str, str], settings: dict[str, Any]) -> None:
    ask.refused("update_settings", 400, **template, json=settings)
    ask.refused("create_template", 400, json={"settings": settings})


@pytest.mark.parametrize(
    "body",
    [{"name": "a/b"}, {"roles": ["host"]}, {"default": "yes"}, {"plugins": {"whiteboard": []}}, {"destinations": 3}],
    ids=str,
)
def test_templates_that_cannot_be(ask: Ask, template: dict[str, str], body: dict[str, Any]) -> None:
    ask.refused("create_template", 400, json=body)
    ask.refused("update_template", 400, **template, json={"roles": {}, "settings": {}, **body})
    ask.refused("update_template", 400, **template, json={"roles": {}})
