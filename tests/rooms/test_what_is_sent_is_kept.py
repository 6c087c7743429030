"""Whatever the contract takes is sent, kept by 100ms and read again; whatever it does not take is never sent."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rooms.hms import Client
from rooms.simulator.scenarios import school_class
from tests.rooms.hms.asking import ASK
from tests.rooms.hms.contract import Operation, allowed, as_json, broken, operations
from tests.rooms.hms.test_operations import ASSUMED, ask
from tests.rooms.school import School

pytestmark = pytest.mark.slow  # all changes of the contract: for the whole run

Ids = dict[str, Any]
Read = Callable[[Client, Ids, Any], Any]


def _room(client: Client, ids: Ids, made: Any) -> Any:
    return client.rooms.get(made.id).raw


def _template(client: Client, ids: Ids, made: Any) -> Any:
    return client.templates.get(made.id).raw


def _poll(client: Client, ids: Ids, made: Any) -> Any:
    return client.polls.get(made.id).raw


# How what an operation set is read again, by another operation, from what it answered.
READ: dict[str, Read] = {
    "create_room": _room,
    "update_room": _room,
    "create_template": _template,
    "update_template": _template,
    "create_or_update_role": lambda client, ids, made: client.templates.get_role(ids["template_id"], made.name).raw,
    "update_settings": lambda client, ids, made: client.templates.get_settings(ids["template_id"]).raw,
    "configure_recordings": lambda client, ids, made: [
        one.raw for one in client.templates.get_recordings(ids["template_id"])
    ],
    "update_destinations": lambda client, ids, made: client.templates.get_destinations(ids["template_id"]).raw,
    "create_poll": _poll,
    "update_poll": _poll,
    "update_poll_question": lambda client, ids, made: client.polls.get(ids["poll_id"]).questions[0].raw,
    "update_poll_option": lambda client, ids, made: client.polls.get(ids["poll_id"]).questions[0].options[0].raw,
    "update_room_code": lambda client, ids, made: next(
        one.raw for one in client.room_codes.list(ids["room_id"]) if one.code == ids["code"]
    ),
    "update_peer": lambda client, ids, made: client.active_rooms.peer(ids["room_id"], ids["peer_id"]).raw,
    "start_recording": lambda client, ids, made: {
        **client.recordings.config(made.id).raw,
        **client.recordings.get(made.id).raw,
    },
    "start_live_stream": lambda client, ids, made: client.live_streams.get(made.id).raw,
    "start_external_stream": lambda client, ids, made: client.external_streams.get(made.id).raw,
}
# No answer of the contract shows them.
NEVER_SHOWN = {"transcription", "audio_only"}
TAKES_BODY = [pytest.param(one, id=one.id) for one in operations().values() if one.takes]


def there(school: School) -> Ids:
    """What the changes are made to, by the names of the contract's parameters."""
    room = school.world.add_room("choir")
    session = school.world.play(school_class(seed=1, people=2, duration=600, incidents=[]), room)
    school.clock.advance(120)
    poll = school.world.add_poll({"questions": [{"text": "Well?", "options": [{"text": "Yes"}]}]})
    return {
        "room_id": room.id,
        "template_id": room.template_id,
        "role_name": "student",
        "poll_id": poll.id,
        "question_id": 1,
        "option_id": 1,
        "peer_id": session.peer_id(session.connected(school.world.now())[0].key),
        "code": school.client.room_codes.create(room.id)[0].code,
    }


def in_words(value: Any, template_id: str, key: str = "") -> Any:
    """A body of the schema as the contract's words want it too: names of what is there, and sizes above nothing."""
    if isinstance(value, dict):
        return {name: in_words(one, template_id, name) for name, one in value.items()}
    if isinstance(value, list):
        return [in_words(one, template_id, key) for one in value]
    if key == "template_id":
        return template_id
    if key == "role":
        return "student"
    if key in ("rtmpUrls", "rtmp_urls"):
        return "rtmp://example.net/live"
    if key == "meeting_url":
        return "https://example.net/record"
    if key == "enableZipUpload":
        return False  # without storage of one's own
    if isinstance(value, int) and not isinstance(value, bool) and key not in ("weight", "maxPeerCount"):
        return abs(value) or 1
    return value


def left_out(sent: Any) -> bool:
    """What an answer need not tell: nothing, no, and what is empty."""
    return sent is None or sent is False or sent in ({}, [])


def kept(sent: Any, read: Any, at: str = "") -> list[str]:
    """Where what was read is not what was sent; names of fields."""
    if isinstance(sent, dict) and isinstance(read, dict):
        found = []
        for name, one in sent.items():
            known = "secret" if name == "secretKey" else name
            # A place in a list is told by the place; a region "auto" by the region that it came to.
            if name == "index" or (name, one) == ("region", "auto") or name in NEVER_SHOWN:
                continue
            if known in read:
                found += [] if one is None else kept(one, read[known], f"{at}.{name}")
            elif not left_out(one):
                found.append(f"{at}.{name}")
        return found
    if isinstance(sent, list) and isinstance(read, list) and len(sent) == len(read):
        return [wrong for one, two in zip(sent, read, strict=True) for wrong in kept(one, two, f"{at}[]")]
    return [] if sent == read or (sent == [] and read is None) else [at]


def test_every_change_that_can_be_read_again_is() -> None:
    changes = {one.id for one in operations().values() if one.takes}
    assert changes - set(READ) == {
        "create_auth_token_by_room_code",  # gives a token
        "send_message",
        "remove_peers",
        "end_active_room",
        "send_timed_metadata",
        "replay_webhook_events",
        "create_sip_trunk",  # 100ms never shows a line again
        "update_sip_trunk",
        "start_sip_call",
        "send_sip_dtmf",
    }


@pytest.mark.parametrize("name", READ)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_sent_is_read_again(name: str, data: st.DataObject) -> None:
    takes = operations()[name].takes
    assert takes is not None
    school = School()
    with school.client as client:
        ids = there(school)
        body = in_words(as_json(data.draw(allowed(takes, answers=False))), ids["template_id"])
        if name in ("create_room", "update_room") and (body.get("size") or 0) > 2500:
            body["large_room"] = True
        if name in ("create_template", "update_template"):
            roles = {name: {**role, "name": name} for name, role in (body.get("roles") or {}).items()}
            body["roles"] = {**roles, "student": {}}
        if name == "create_or_update_role" and "name" in body:
            body["name"] = f"role {len(body['name'])}"
        if name == "update_room_code":
            body["code"] = ids["code"]
        made = ASK[name](client, ids, body)
        assert kept(body, READ[name](client, ids, made)) == []


@pytest.mark.parametrize("one", TAKES_BODY)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_one_wrong_field_among_good_ones_is_named_before_anything_is_sent(one: Operation, data: st.DataObject) -> None:
    assert one.takes is not None
    wrong = list(broken(one.takes, "recordings" if one.id == "configure_recordings" else ""))
    field, bad = data.draw(st.sampled_from([case for case in wrong if (one.id, case[0]) not in ASSUMED]))
    body = bad
    if isinstance(bad, dict):
        # The good fields beside the one that breaks a limit, or that is missing.
        good = as_json(data.draw(allowed(one.takes, answers=False)))
        top = field.split(".")[0].split("[")[0]
        body = {name: value for name, value in {**good, **bad}.items() if name != top or name in bad}
        if top not in ("start_time", "end_time"):
            body = {name: value for name, value in body.items() if name not in ("start_time", "end_time")}
    school = School()
    with school.client, pytest.raises((ValueError, TypeError)) as caught:
        ask(school.client, one, body)
    # The argument is `number`, for `from` is a word of the language.
    assert any(name in str(caught.value) for name in (field, {"from": "number"}.get(field, field))), body
    assert school.witness.seen == []
