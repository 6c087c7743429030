"""Keys, codes, tokens, links and passwords: in the object's field, and nowhere else."""

import traceback
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from rooms.hms import BadRequest, Client, UnreadableAnswer
from rooms.hms.secrets import without_secrets
from tests.rooms.hms.asking import ASK, AUTH_TOKEN
from tests.rooms.hms.contract import operations
from tests.rooms.hms.far_side import FarSide, client_of, says

HIDDEN = "hunter2-hunter2"
BUCKET = {"type": "s3", "location": "bucket", "credentials": {"key": f"AKIA-{HIDDEN}", "secret": HIDDEN}}
CODE = "wpi-srjb-wer"


def opened(far_side: FarSide) -> Client:
    return client_of(far_side, base_url="http://127.0.0.1/v2", auth_url="http://127.0.0.1/auth")


def echo(request: httpx.Request) -> httpx.Response:
    """A complaint that quotes everything it got, in both places."""
    told = f"{request.content.decode()} {request.headers.get('authorization')}"
    return says(400, {"code": 400, "message": told, "details": [told]})


@pytest.mark.parametrize(
    ("ask", "secret"),
    [
        (lambda client: client.rooms.create(recording_info={"upload_info": BUCKET}), HIDDEN),
        (lambda client: client.rooms.update("r1", webhook={"url": "https://x/y", "headers": {"X": HIDDEN}}), HIDDEN),
        (lambda client: client.rooms.update("r1", webhook={"url": f"https://x/{HIDDEN}"}), HIDDEN),
        (lambda client: client.templates.update_settings("t1", {"recording": {"upload": BUCKET}}), HIDDEN),
        (
            lambda client: client.templates.update_settings(
                "t1", {"recording": {"upload": {**BUCKET, "credentials": {"key": "AKIA", "secretKey": HIDDEN}}}}
            ),
            HIDDEN,
        ),
        (
            lambda client: client.templates.update_destinations(
                "t1", {"rtmpDestinations": {"a": {"name": "a", "rtmpUrls": [f"rtmp://x/{HIDDEN}"]}}}
            ),
            HIDDEN,
        ),
        (lambda client: client.external_streams.start("r1", rtmp_urls=[f"rtmps://x/{HIDDEN}"]), HIDDEN),
        (lambda client: client.sip.create_trunk(username="u", password=HIDDEN, address="a", number="+1"), HIDDEN),
        (lambda client: client.sip.call("+1", room_code=CODE, trunk_id="x1", headers={"X": HIDDEN}), HIDDEN),
        (lambda client: client.sip.call("+1", room_code=CODE, trunk_id="x1"), CODE),
        (lambda client: client.room_codes.update(CODE, enabled=False), CODE),
        (lambda client: client.auth.token(CODE), CODE),
    ],
)  # fmt: skip
def test_an_error_that_quotes_us_does_not_quote_secrets(ask: Callable[[Client], Any], secret: str) -> None:
    far_side = FarSide(echo)
    with opened(far_side) as client, pytest.raises(BadRequest) as caught:
        ask(client)
    assert secret in far_side.requests[0].content.decode()
    error = caught.value
    told = [str(error), repr(error), *error.details, "".join(traceback.format_exception(error))]
    for text in told:
        assert secret not in text
        assert not far_side.requests[0].headers.get("authorization") or far_side.tokens[0] not in text
    assert "[hidden]" in error.message


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("no https://files.example/a.mp4?sig=x&y=z now", "no https://files.example/a.mp4?[hidden] now"),
        ('bad "rtmp://a.example/live2/k0jv-329m" and rtmps://b/c', 'bad "rtmp://[hidden]" and rtmps://[hidden]'),
        ("bad token eyJhbGciOiJIUzI1NiJ9.e30.sig", "bad token [token]"),
        ("room not found, is the name right?", "room not found, is the name right?"),
    ],
)  # fmt: skip
def test_what_looks_like_a_secret_is_hidden(text: str, left: str) -> None:
    assert without_secrets(text) == left


def test_a_longer_secret_is_not_left_behind_by_a_shorter_one() -> None:
    sent = {"credentials": {"key": "hunter2", "secret": "hunter2-and-more"}, "name": "hunter"}
    assert without_secrets("hunter said hunter2-and-more, hunter2", sent) == "hunter said [hidden], [hidden]"


SECRETS_OF_ANSWERS = {
    "create_stream_key": ("sk-1f2c3b",),
    "get_stream_key": ("sk-1f2c3b",),
    "create_auth_token_by_room_code": ("eyJhbGciOiJIUzI1NiJ9.e30.sig",),
    "get_recording_asset_presigned_url": ("sig=x",),
    "create_room_code_for_role": (CODE,),
    "update_room_code": (CODE,),
    "create_room_codes": (CODE, "dfj-ewbe-oqw"),
    "get_external_stream": ("k0jv-329m-1y7f-ktth-ck48",),
    "stop_external_streams_for_room": ("k0jv-329m-1y7f-ktth-ck48",),
}


@pytest.mark.parametrize("operation_id", SECRETS_OF_ANSWERS)
def test_an_object_does_not_show_its_secret(operation_id: str) -> None:
    one = operations()[operation_id]
    far_side = FarSide(says(200, one.success[1]))
    with opened(far_side) as client:
        found = ASK[operation_id](client, one.ids, one.bodies[0] if one.bodies else {})
    for secret in SECRETS_OF_ANSWERS[operation_id]:
        assert secret in str(one.success[1])
        assert secret not in f"{found!r} {found!s}"


def test_words_about_streams_that_would_not_stop_do_not_show_where_they_go() -> None:
    with opened(FarSide(says(200, {"data": [], "error": f"rtmp://x/{HIDDEN} would not stop"}))) as client:
        assert client.external_streams.stop_all("r1").error == "rtmp://[hidden] would not stop"


@pytest.mark.parametrize("operation_id", ["create_stream_key", "create_auth_token_by_room_code", "update_room_code"])
def test_an_answer_of_another_shape_does_not_show_its_secret(operation_id: str) -> None:
    one = operations()[operation_id]
    wrong = {key: [f"{HIDDEN}"] for key in one.success[1]}
    with opened(FarSide(says(200, wrong))) as client, pytest.raises(UnreadableAnswer) as caught:
        ASK[operation_id](client, one.ids, one.bodies[0] if one.bodies else {})
    assert HIDDEN not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.external_streams.start("r1", rtmp_urls=[HIDDEN]),
        lambda client: client.rooms.create(recording_info={"upload_info": {**BUCKET, "type": HIDDEN}}),
        lambda client: client.sip.send_tones([HIDDEN], auth_token=AUTH_TOKEN),
    ],
)
def test_our_own_refusal_does_not_quote_what_we_were_given(ask: Callable[[Client], Any]) -> None:
    with opened(FarSide(says(200, {}))) as client, pytest.raises(ValueError, match="must be") as caught:
        ask(client)
    assert HIDDEN not in str(caught.value)
