"""Every refusal of 100ms as its own error, and none that tells a secret."""

import pickle
import traceback

import httpx
import pytest

from rooms.hms import (
    BadRequest,
    Conflict,
    ConnectionFailed,
    CursorExpired,
    Error,
    ErrorAnswer,
    Forbidden,
    NotFound,
    RateLimited,
    Refused,
    ServerFailed,
    TimedOut,
    Unauthorized,
    UnreadableAnswer,
)
from rooms.hms.errors import retry_after
from rooms.hms.tokens import Tokens
from tests.rooms.hms.far_side import ACCESS_KEY, NOON, SECRET, FarSide, client_of, refuses, says

ROOM = {"id": "r1", "name": "a", "enabled": True}
DEEP = b'{"id":' + b"[" * 3_000 + b"]" * 3_000 + b"}"
DEEP_OBJECT = b'{"id":"r1","name":"a","enabled":true,"x":' + b"[" * 900 + b"]" * 900 + b"}"
NOT_GZIP = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"not gzip"))


def failure(*answers: httpx.Response | Exception, retries: int = 0) -> Error:
    with client_of(FarSide(*answers), retries=retries) as client, pytest.raises(Error) as caught:
        client.rooms.get("r1")
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequest),
        (401, Unauthorized),
        (402, Refused),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (429, RateLimited),
        (500, ServerFailed),
        (503, ServerFailed),
    ],
)
def test_each_status_has_its_error(status: int, kind: type[ErrorAnswer]) -> None:
    error = failure(refuses(status))
    assert type(error) is kind
    assert isinstance(error, ErrorAnswer)
    assert error.status == error.code == status


def test_an_error_says_what_100ms_said() -> None:
    body = {"code": 400, "message": "Invalid body param", "details": ["room size greater than 2500"]}
    error = failure(says(400, body, x_request_id="req-7"))
    assert isinstance(error, BadRequest)
    assert (error.call, error.message, error.details) == (
        "GET /rooms/r1",
        "Invalid body param",
        ("room size greater than 2500",),
    )
    assert error.request_id == "req-7"
    assert str(error) == "GET /rooms/r1 answered 400: Invalid body param (room size greater than 2500)"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(502, html="<h1>Bad gateway</h1>"),
        httpx.Response(502),
        httpx.Response(502, json=["what"]),
        httpx.Response(502, json={"code": "E7", "details": None}),
        httpx.Response(502, content=b"\xff\xfe"),
    ],
)
def test_an_error_whose_body_is_anything_is_told_by_its_status(answer: httpx.Response) -> None:
    error = failure(answer)
    assert isinstance(error, ServerFailed)
    assert (error.code, error.message, error.details) == (502, "Bad Gateway", ())


def test_a_refusal_nested_past_reading_keeps_its_status() -> None:
    error = failure(httpx.Response(400, content=DEEP))
    assert isinstance(error, BadRequest)
    assert error.message == "Bad Request"


def test_details_that_are_no_list_are_kept() -> None:
    error = failure(says(400, {"message": "no", "details": "just words"}))
    assert isinstance(error, BadRequest)
    assert error.details == ("just words",)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(200, html="<h1>Sign in to the Wi-Fi</h1>"), "not JSON but text/html"),
        (httpx.Response(200, content=b'{"id": "r1"'), "not JSON"),
        (httpx.Response(200, json=[1]), "expected an object, got list"),
        (httpx.Response(200, json={"name": "a", "enabled": True}), "missing required field `id`"),
        (httpx.Response(200, json={"id": 7, "name": "a", "enabled": True}), "Expected `str`, got `int`"),
        (httpx.Response(200, json={**ROOM, "created_at": "soon"}), "created_at"),
        (httpx.Response(200, json={**ROOM, "created_at": "2023-01-01T00:00:00"}), "created_at"),
        (httpx.Response(302, headers={"location": "https://elsewhere.example/"}), "redirect"),
        (NOT_GZIP, "compression"),
        (httpx.Response(200, content=DEEP), "nested too deep"),
        (httpx.Response(200, content=DEEP_OBJECT), "recursion"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_read_is_said_to_be_so(answer: httpx.Response, words: str) -> None:
    far_side = FarSide(lambda _: answer)
    with client_of(far_side) as client, pytest.raises(UnreadableAnswer, match=words):
        client.rooms.get("r1")
    assert len(far_side.requests) == 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectTimeout("slow"), TimedOut),
        (httpx.ReadTimeout("slow"), TimedOut),
        (httpx.ConnectError("[Errno 111] Connection refused"), ConnectionFailed),
        (httpx.ReadError(""), ConnectionFailed),
        (httpx.RemoteProtocolError("peer closed"), ConnectionFailed),
    ],
)
def test_a_failed_connection_has_its_error(error: Exception, kind: type[Error]) -> None:
    caught = failure(error)
    assert type(caught) is kind
    assert "GET /rooms/r1" in str(caught)
    assert str(error) in str(caught) or kind is TimedOut


def test_no_error_or_object_tells_a_secret() -> None:
    def echo(request: httpx.Request) -> httpx.Response:
        token = request.headers["authorization"]
        return says(400, {"code": 400, "message": f"bad {token}", "details": [f"header {token}"]})

    far_side = FarSide(echo)
    with client_of(far_side) as client:
        with pytest.raises(BadRequest) as caught:
            client.rooms.get("r1")
        shown = [repr(client), repr(client.rooms), repr(client.stats), repr(vars(client))]
    shown += [repr(caught.value), str(caught.value), "".join(traceback.format_exception(caught.value))]
    shown += [repr(Tokens(ACCESS_KEY, SECRET, lambda: NOON))]
    assert "bad Bearer [token]" in str(caught.value)
    for text in shown:
        assert SECRET not in text
        assert ACCESS_KEY not in text
        assert far_side.tokens[0] not in text
        assert far_side.tokens[0].split(".")[2] not in text


def test_a_password_in_the_address_is_not_shown() -> None:
    with client_of(FarSide(says(200)), base_url="https://me:hunter2@api.example/v2") as client:
        assert repr(client) == "<Client of api.example>"


def test_an_object_does_not_show_what_it_carries() -> None:
    room = {"id": "r1", "name": "a", "enabled": True, "webhook": {"headers": {"X-Secret": "hunter2"}}}
    with client_of(FarSide(says(200, room))) as client:
        assert repr(client.rooms.get("r1")) == "<Room r1>"


@pytest.mark.parametrize(
    "error",
    [
        RateLimited("GET /rooms", 429, 429, "slow down", ("a",), "req", 7.0),
        CursorExpired("GET /rooms", 410, 410, "gone"),
        TimedOut("GET /rooms: no answer in time"),
        UnreadableAnswer("not JSON"),
    ],
)
def test_errors_travel_between_processes(error: Error) -> None:
    there = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(there) is type(error)
    assert str(there) == str(error)
    assert vars(there) == vars(error)


@pytest.mark.parametrize(
    ("header", "message", "seconds"),
    [
        ("7", "", 7),
        (" 7 ", "", 7),
        ("7", "retry after 45 seconds", 7),
        ("", "rate limit exceeded, retry after 45 seconds", 45),
        ("", "Retry after 1.5s", 1.5),
        ("soon", "retry after 45 seconds", 45),
        ("", "retry after 2 minutes", None),
        ("", "rate limit exceeded", None),
        ("-3", "", None),
        ("Tue, 14 Nov 2023 22:13:50 GMT", "", 30),
        ("Tue, 14 Nov 2023 22:13:50 -0000", "", 30),
        ("Tue, 14 Nov 2023 22:13:00 GMT", "", 0),
    ],
)
def test_the_wait_that_100ms_asks_for_is_understood(header: str, message: str, seconds: float | None) -> None:
    assert retry_after(header, message, now=NOON) == seconds
