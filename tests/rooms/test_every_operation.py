"""A school year in one go: each method of the client meets the one route of the simulator that is its own.

Every answer is held against the contract's schema on its way back.
"""

import re
from collections.abc import Iterator

import pytest

from rooms.simulator.scenarios import school_class
from tests.rooms.hms.contract import Operation
from tests.rooms.hms.contract import operations as contract
from tests.rooms.hms.test_operations import ERRORS, ask
from tests.rooms.school import School

URL = "https://school.example.com/record"


@pytest.fixture
def school() -> Iterator[School]:
    school = School()
    with school.client:
        yield school


def test_the_contract_names_84_operations_and_67_that_must_work() -> None:
    assert len(contract()) == 84
    assert len([one for one in contract().values() if one.node.get("x-seed")]) == 67


def test_every_method_meets_its_own_route_and_is_answered_as_documented(school: School) -> None:
    do = school.do
    lesson = _templates(school)
    room = do("create_room", name="choir", template_id=lesson)
    assert [one.id for one in do("list_rooms", name="choir")] == [room.id]
    do("update_room", room.id, description="On Fridays")
    assert do("get_room", room.id).description == "On Fridays"
    _entrances(school, room.id)
    poll = _polls(school)
    do("update_room", room.id, polls=[poll])
    place = school.world.rooms[room.id]
    session = school.world.play(school_class(seed=1, people=12, duration=3000), place)
    school.clock.advance(600)
    _commands(school, room.id)
    _jobs(school, room.id)
    _telephone(school, room.id)
    do("end_active_room", room.id, reason="It is late", lock=False)
    school.clock.advance(3600)
    _results(school, poll, session.id)
    _history(school, room.id, session.id)
    met = {name for name, status in school.witness.seen if status < 300}
    assert set(contract()) - met == set()


def _templates(school: School) -> str:
    do = school.do
    made = do("create_template", name="Lesson", roles={"teacher": {}, "student": {}, "guest": {}})
    assert made.id in [one.id for one in do("list_templates")]
    do("update_template", made.id, roles={"teacher": {}, "student": {}, "guest": {}}, settings={"region": "eu"})
    assert do("get_template", made.id).settings.region == "eu"
    do("create_or_update_role", made.id, "student", {"priority": 3, "permissions": {"pollRead": True}})
    assert do("get_role", made.id, "student").priority == 3
    do("delete_role", made.id, "guest")
    do("update_settings", made.id, {"region": "in"})
    assert do("get_settings", made.id).region == "in"
    do("configure_recordings", made.id, [{"name": "all", "role": "teacher"}])
    assert [one.name for one in do("get_recordings_config", made.id)] == ["all"]
    do("update_destinations", made.id, {"rtmpDestinations": {"tube": {"name": "tube"}}})
    assert "tube" in do("get_destinations", made.id).raw["rtmpDestinations"]
    return str(made.id)


def _entrances(school: School, room: str) -> None:
    do = school.do
    assert len(do("create_room_codes", room)) == 2
    code = do("create_room_code_for_role", room, "student").code
    assert len(do("list_room_codes", room)) == 3
    assert do("create_auth_token_by_room_code", code, user_id="amina").token
    assert do("update_room_code", code, enabled=False).enabled is False
    key = do("create_stream_key", room)
    assert do("get_stream_key", room).id == key.id
    do("disable_stream_key", room)


def _polls(school: School) -> str:
    do = school.do
    options = [{"text": "Yes"}, {"text": "No"}, {"text": "Perhaps"}]
    questions = [{"text": "Well?", "options": options}, {"text": "Why?", "type": "short-answer"}, {"text": "?"}]
    poll = do("create_poll", title="Mood", questions=questions)
    do("update_poll", poll.id, title="The mood", questions=questions)
    do("update_poll_question", poll.id, 1, {"text": "How are you?", "options": options})
    do("update_poll_option", poll.id, 1, 1, {"text": "Well"})
    do("delete_poll_option", poll.id, 1, 3)
    do("delete_poll_question", poll.id, 3)
    read = do("get_poll", poll.id)
    assert [one.text for one in read.questions] == ["How are you?", "Why?"]
    assert [one.text for one in read.questions[0].options] == ["Well", "No"]
    return str(poll.id)


def _commands(school: School, room: str) -> None:
    do = school.do
    assert do("get_active_room", room).id == room
    peers = do("list_peers", room)
    student = next(peer for peer in peers.values() if peer.role == "student")
    do("update_peer", room, student.id, name="Somebody else")
    assert do("get_peer", room, student.id).name == "Somebody else"
    do("send_message", room, "Ten minutes left")
    do("remove_peers", room, peer_id=student.id, reason="Asked to")


def _jobs(school: School, room: str) -> None:
    do, wait = school.do, school.clock.advance
    record = do("start_recording", room, meeting_url=URL)
    live = do("start_live_stream", room, meeting_url=URL, recording={"hls_vod": True})
    push = do("start_external_stream", room, meeting_url=URL, rtmp_urls=["rtmp://example.com/a/key"], recording=True)
    wait(10)
    do("pause_recording_for_room", room)
    do("pause_live_stream_recording", live.id)
    wait(10)
    do("resume_recording_for_room", room)
    do("resume_live_stream_recording", live.id)
    do("send_timed_metadata", live.id, "Look here", duration=5)
    do("get_recording_config", record.id)
    wait(60)
    do("stop_recording", record.id)
    do("stop_live_stream", live.id)
    do("stop_external_stream", push.id)
    wait(60)
    for family, started in (("recording", record), ("live_stream", live), ("external_stream", push)):
        assert do(f"get_{family}", started.id).status == "completed"
        assert [one.id for one in do(f"list_{family}s", room_id=room)] == [started.id]
    assets = do("list_recording_assets", room_id=room)
    assert {record.id, live.id, push.id} == {one.job_id for one in assets}
    assert do("get_recording_asset", assets[0].id).id == assets[0].id
    assert do("get_recording_asset_presigned_url", assets[0].id).url
    do("start_recording", room)
    do("start_live_stream", room)
    do("start_external_stream", room, rtmp_urls=["rtmp://example.com/a/key"])
    wait(10)
    do("stop_recordings_for_room", room)
    do("stop_live_streams_for_room", room)
    do("stop_external_streams_for_room", room)


def _telephone(school: School, room: str) -> None:
    do = school.do
    line = {"username": "school", "password": "secret", "address": "trunk.example.com", "number": "+15550100"}
    trunk = do("create_sip_trunk", **line).id
    do("update_sip_trunk", trunk, **line)
    code = do("create_room_code_for_role", room, "student").code
    do("start_sip_call", "+15550101", room_code=code, trunk_id=trunk)
    do("send_sip_dtmf", ["1", "#"], auth_token=do("create_auth_token_by_room_code", code).token)


def _results(school: School, poll: str, session: str) -> None:
    do = school.do
    assert len(do("get_poll_sessions", poll, session)) == len(do("list_poll_sessions", poll)) == 1
    given, scored = do("list_poll_responses", poll, session), do("list_poll_results", poll, session)
    assert given
    assert do("list_poll_responses_all_sessions", poll) == given
    assert do("list_poll_results_all_sessions", poll) == scored
    assert do("get_poll_response", poll, session, given[0].id) == given[0]
    assert do("get_poll_response_unscoped", poll, given[0].id) == given[0]
    assert do("get_poll_result", poll, session, scored[0].id) == scored[0]
    assert do("get_poll_result_unscoped", poll, scored[0].id) == scored[0]


def _history(school: School, room: str, session: str) -> None:
    do = school.do
    assert session in [one.id for one in do("list_sessions", room_id=room)]
    peers = do("get_session", session).peers
    assert do("list_analytics_events", room_id=room)
    assert do("get_peer_stats", peer_id=next(iter(peers)), session_id=session).peer_id in peers
    school.sender.collect()
    while school.sender.deliver():
        school.clock.advance(1)
    assert do("list_webhook_events", status="failed")
    replay = do("replay_webhook_events", room_id=room, status="failed")
    assert do("get_webhook_replay", replay.workflow_id).workflow_id == replay.workflow_id


@pytest.mark.parametrize("one", contract().values(), ids=lambda one: one.id)
def test_every_documented_refusal_arrives_as_its_named_error(school: School, one: Operation) -> None:
    statuses = sorted({status for status, _ in one.refusals})
    assert len(statuses) >= 2
    for status in statuses:
        [message, *_] = [body["message"] for known, body in one.refusals if known == status]
        school.faults.add({"status": status, "message": message, "path": "*", "times": 2 if status == 401 else 1})
        with pytest.raises(ERRORS[status], match=re.escape(message)) as caught:
            ask(school.client, one)
        assert type(caught.value) is ERRORS[status]
        school.faults.clear()
    assert {name for name, _ in school.witness.seen} == {one.id}
