"""All operations of the contract: one method each, asking, reading and failing as the contract says."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rooms import hms
from rooms.hms import Client
from rooms.hms.resources.base import Resource, operation, operations_of
from tests.rooms.hms.asking import ASK, AUTH_TOKEN, received
from tests.rooms.hms.contract import Operation, allowed, as_json, broken, operations
from tests.rooms.hms.far_side import FarSide, Time, client_of, says

pytestmark = pytest.mark.slow  # all 84 operations: for the whole run

OPERATIONS = [pytest.param(one, id=one.id) for one in operations().values()]
WITH_IDS = [pytest.param(one, id=one.id) for one in operations().values() if one.ids]
WITH_BODY = [pytest.param(one, id=one.id) for one in operations().values() if one.takes]
WITH_ANSWER = [pytest.param(one, id=one.id) for one in operations().values() if one.gives]
# 28 December 2025, so that the contract's replay lies within the last 30 days.
THEN = 1_767_000_000.0

# Sent once: doing these twice is not the same as doing them once, or may not be.
ONCE = {
    "create_room_codes",
    "create_room_code_for_role",
    "create_stream_key",
    "disable_stream_key",
    "send_message",
    "end_active_room",
    "start_recording",
    "stop_recordings_for_room",
    "pause_recording_for_room",
    "resume_recording_for_room",
    "send_timed_metadata",
    "pause_live_stream_recording",
    "resume_live_stream_recording",
    "stop_live_streams_for_room",
    "start_live_stream",
    "start_external_stream",
    "stop_external_streams_for_room",
    "create_poll",
    "delete_poll_question",
    "delete_poll_option",
    "create_sip_trunk",
    "start_sip_call",
    "send_sip_dtmf",
}
ERRORS = {
    400: hms.BadRequest,
    401: hms.Unauthorized,
    403: hms.Forbidden,
    404: hms.NotFound,
    408: hms.CallTimedOut,
    409: hms.Conflict,
    429: hms.RateLimited,
    500: hms.ServerFailed,
    503: hms.ServerFailed,
}
# The contract assumes the limits of external streams for recordings, where the docs give none: 100ms may judge.
ASSUMED = {("start_recording", "resolution.width"), ("start_recording", "resolution.height")}
# Where an answer holds what it is about.
NESTED_LISTS = ("data", "events", "responses", "results", "peers")


def opened(far_side: FarSide, **options: Any) -> Client:
    """On this machine, so that no proxy of the environment is set up anew for each of the many clients."""
    addresses = {"base_url": "http://127.0.0.1/v2", "auth_url": "http://localhost/auth/v2"}
    return client_of(far_side, Time(THEN), **{**addresses, **options})


def ask(client: Client, one: Operation, body: Any = None, **ids: Any) -> Any:
    """Call the operation's method and use up what it gives."""
    body = one.bodies[0] if body is None and one.bodies else body
    answer = ASK[one.id](client, {**one.ids, **ids}, body)
    return list(answer) if isinstance(answer, Iterator) else answer


def answer_of(one: Operation) -> httpx.Response:
    status, answer = one.success
    return httpx.Response(status) if answer is None else says(status, one_page(answer))


def one_page(answer: Any) -> Any:
    """The answer as the last page of its list: how pages follow each other is told in test_pages."""
    if not isinstance(answer, dict) or "id" in answer:
        return answer
    page = {key: value for key, value in answer.items() if key not in ("last", "next")}
    return {**page, "pagination": {**page["pagination"], "has_next": False}} if "pagination" in page else page


def content(answer: Any) -> Any:
    """What an answer is about: the items of a list, or all of it."""
    if isinstance(answer, dict) and "id" not in answer:
        return next((answer[key] for key in NESTED_LISTS if key in answer), answer)
    return answer


def test_every_operation_has_one_method_and_no_method_another_operation() -> None:
    assert len(operations()) == 84
    assert set(hms.operations()) == set(operations()) == set(ASK)
    assert len(set(hms.operations().values())) == 84
    with client_of(FarSide(says(200))) as client:
        for name in hms.operations().values():
            section, _, method = name.partition(".")
            assert callable(getattr(getattr(client, section), method))


def test_two_methods_may_not_bear_one_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    class Doors(Resource):
        @operation("get_room")
        def open(self) -> None: ...

    assert list(operations_of(Doors)) == [("get_room", "open")]
    monkeypatch.setitem(Client.__annotations__, "doors", Doors)
    with pytest.raises(ValueError, match=r"get_room is both rooms\.get and doors\.open"):
        hms.operations()


@pytest.mark.parametrize("one", OPERATIONS)
def test_it_asks_as_the_contract_says(one: Operation) -> None:
    far_side = FarSide(answer_of(one))
    for body in one.bodies or [{}]:
        with opened(far_side) as client:
            ask(client, one, body)
        request = far_side.requests[-1]
        base = "/auth/v2" if "servers" in one.node else "/v2"
        assert request.method == one.method
        assert request.url.path == base + one.path.format(**one.ids)
        assert set(request.url.params) <= one.queries
        if one.method == "POST":
            # Without fields {} is sent, as the official SDK does.
            assert far_side.bodies()[-1] == body
            assert request.headers["content-type"] == "application/json"
        else:
            assert request.content == b""


@pytest.mark.parametrize("one", OPERATIONS)
def test_it_shows_who_asks(one: Operation) -> None:
    far_side = FarSide(answer_of(one))
    with opened(far_side) as client:
        ask(client, one)
    [request] = far_side.requests
    if one.id == "create_auth_token_by_room_code":
        assert "authorization" not in request.headers
        assert request.url.host == "localhost"
    elif one.id == "send_sip_dtmf":
        assert far_side.tokens == [AUTH_TOKEN]
    else:
        assert far_side.claims()[0]["type"] == "management"


@pytest.mark.parametrize("one", OPERATIONS)
def test_its_published_answer_is_read(one: Operation) -> None:
    with opened(FarSide(answer_of(one))) as client:
        answer = ask(client, one)
    published = one.success[1]
    if one.method == "DELETE" or one.id == "send_sip_dtmf":
        assert answer is None
    elif one.id == "get_stream_key":
        assert answer.raw == published["data"][0]
    else:
        assert received(answer) == content(published)


@pytest.mark.parametrize("one", OPERATIONS)
def test_each_documented_refusal_has_its_error(one: Operation) -> None:
    assert {401, 403, 500} - {status for status, _ in one.refusals} <= {401}
    for status, body in one.refusals:
        far_side = FarSide(says(status, body))
        with opened(far_side, retries=0) as client, pytest.raises(hms.ErrorAnswer) as caught:
            ask(client, one)
        error = caught.value
        assert type(error) is ERRORS[status]
        assert (error.status, error.code, error.message) == (status, body["code"], body["message"])
        assert list(error.details) == body.get("details", [])
        assert error.call == f"{one.method} {one.path.format(**one.ids)}"
        # A management token may have died early; a token that was given to us cannot be made anew.
        own = one.id not in ("create_auth_token_by_room_code", "send_sip_dtmf")
        assert len(far_side.requests) == (2 if status == 401 and own else 1)


@pytest.mark.parametrize("one", OPERATIONS)
def test_it_is_repeated_only_where_that_is_safe(one: Operation) -> None:
    far_side = FarSide(httpx.ReadTimeout("slow"), answer_of(one))
    with opened(far_side) as client:
        if one.id in ONCE:
            with pytest.raises(hms.TimedOut):
                ask(client, one)
            assert len(far_side.requests) == 1
        else:
            ask(client, one)
            first, second = far_side.requests
            assert (first.method, first.url, first.content) == (second.method, second.url, second.content)


@pytest.mark.parametrize("one", WITH_IDS)
@settings(max_examples=3, deadline=None)
@given(data=st.data())
def test_an_id_cannot_lead_elsewhere(one: Operation, data: st.DataObject) -> None:
    text = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1).filter(
        lambda word: word not in (".", "..")
    )
    ids = {name: data.draw(text if isinstance(value, str) else st.integers(1, 99)) for name, value in one.ids.items()}
    far_side = FarSide(answer_of(one))
    with opened(far_side) as client:
        ask(client, one, **ids)
    segments = far_side.requests[0].url.raw_path.decode().partition("?")[0].removeprefix("/auth").split("/")[2:]
    expected = [ids.get(part.strip("{}"), part) for part in one.path.split("/")[1:]]
    assert [unquote(segment) for segment in segments] == [str(part) for part in expected]


@pytest.mark.parametrize("one", WITH_IDS)
def test_an_empty_id_is_refused_before_asking(one: Operation) -> None:
    far_side = FarSide(answer_of(one))
    for name, value in one.ids.items():
        with opened(far_side) as client, pytest.raises(ValueError, match=r"not a path|0"):
            ask(client, one, **{name: "" if isinstance(value, str) else 0})
    assert far_side.requests == []


@pytest.mark.parametrize("one", WITH_BODY)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_the_contract_takes_is_sent_as_it_is(one: Operation, data: st.DataObject) -> None:
    assert one.takes is not None
    body = as_json(data.draw(allowed(one.takes, answers=False)))
    if one.id in ("create_room", "update_room") and body.get("size", 0) > 2500:
        body["large_room"] = True
    if one.id == "remove_peers" and not {"peer_id", "role"} & set(body):
        body["role"] = "guest"
    if one.id == "replay_webhook_events":
        body |= {"start_time": "2025-12-28T00:00:00Z", "end_time": "2025-12-29T00:00:00.5Z"}
    far_side = FarSide(answer_of(one))
    with opened(far_side) as client:
        ask(client, one, body)
    [sent] = far_side.bodies()
    if one.id == "replay_webhook_events":
        assert sent["end_time"] == "2025-12-29T00:00:00.500000Z"
        body["end_time"] = sent["end_time"]
        if not body.get("event_names"):
            body.pop("event_names", None)
    assert sent == body


@pytest.mark.parametrize("one", WITH_BODY)
def test_what_the_contract_does_not_take_is_refused_by_name(one: Operation) -> None:
    assert one.takes is not None
    far_side = FarSide(answer_of(one))
    with opened(far_side) as client:
        for field, body in broken(one.takes, "recordings" if one.id == "configure_recordings" else ""):
            if (one.id, field) in ASSUMED and not isinstance(body["resolution"].get(field[11:]), str | bool):
                continue
            with pytest.raises((ValueError, TypeError)) as caught:
                ask(client, one, body)
            # The argument is `number`, for `from` is a word of the language.
            assert any(name in str(caught.value) for name in (field, {"from": "number"}.get(field, field))), body
    assert far_side.requests == []


@pytest.mark.parametrize("one", WITH_ANSWER)
@settings(max_examples=7, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_the_contract_gives_is_read_and_kept(one: Operation, data: st.DataObject) -> None:
    assert one.gives is not None
    answer = as_json(data.draw(allowed(one.gives, answers=True)))
    answer = one_page(answer)
    if one.id == "get_stream_key":
        answer["data"] = [*(answer.get("data") or ()), one.success[1]["data"][0]]
    with opened(FarSide(says(200, answer))) as client:
        found = ask(client, one)
    if one.id == "get_stream_key":
        assert found.raw == next(key for key in answer["data"] if key["enabled"])
    elif one.id != "send_sip_dtmf":
        assert received(found) == (content(answer) or ([] if content(answer) is None else content(answer)))
