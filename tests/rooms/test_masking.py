"""Secrets that events carry do not reach a screen."""

import json
from typing import Any

import pytest

from rooms.masking import MASK, masked, masked_text
from tests.conftest import payload


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtmp://a.rtmp.youtube.com/live2/abcd-efgh", f"rtmp://a.rtmp.youtube.com/live2/{MASK}"),
        ("rtmps://live.example.com:443/app/key/", f"rtmps://live.example.com:443/app/{MASK}"),
        (
            "https://app.100ms.live/preview/rpe-pwl-akt?token=beam_recording",
            f"https://app.100ms.live/preview/rpe-pwl-akt?{MASK}",
        ),
        ("https://bucket.example/a.mp4?X-Amz-Signature=1&x=2#f", f"https://bucket.example/a.mp4?{MASK}#{MASK}"),
        ("https://user:pass@example.com/x", f"https://{MASK}@example.com/x"),
        (
            "see https://a.example/?t=1 and rtmp://b.example/k",
            f"see https://a.example/?{MASK} and rtmp://b.example/{MASK}",
        ),
        ("https://[not-an-address/x?t=1", f"https://{MASK}"),
        ("s3://bucket/prefix/ac.mp4", "s3://bucket/prefix/ac.mp4"),
        ("just words? yes", "just words? yes"),
    ],
)
def test_a_url_is_shown_without_what_opens_it(text: str, shown: str) -> None:
    assert masked_text(text) == shown


@pytest.mark.parametrize("field", ["token", "stream_key", "client_secret", "key", "Authorization", "accessKey"])
def test_a_field_named_for_a_secret_is_masked_at_any_depth(field: str) -> None:
    assert masked({"data": [{field: "s3cret"}, {field: ["s3cret"]}]}) == {"data": [{field: MASK}, {field: [MASK]}]}


def test_what_is_no_secret_stays_as_it_is() -> None:
    value: dict[str, Any] = {"id": "1", "n": 1.5, "flag": True, "none": None, "list": [1, "two"], "keyboard": "qwerty"}

    assert masked(value) == value


def test_what_is_nested_beyond_reading_is_masked_whole() -> None:
    value: Any = "s3cret"
    for _ in range(900):
        value = [value]

    assert "s3cret" not in json.dumps(masked(value))


@pytest.mark.parametrize("name", ["beam.started.success", "hls.recording.success", "transcription.success"])
def test_published_bodies_keep_no_token_and_no_signature(name: str) -> None:
    event = payload(f"webhooks/{name}")
    event["data"]["rtmp"] = [{"url": "rtmp://example.com/live/stream-key-1"}]

    shown = json.dumps(masked(event), ensure_ascii=False)

    assert MASK in shown
    for secret in ("token=", "<signature", "stream-key-1"):
        assert secret not in shown


def test_of_a_meeting_address_the_host_alone_is_seen() -> None:
    """Its path may be a room code, which opens the room."""
    held = {"data": {"meeting_url": "https://school.example.com/meeting/abc-defg-hij?token=x"}}

    assert masked(held) == {"data": {"meeting_url": f"https://school.example.com/{MASK}"}}
    assert "abc-defg" not in masked_text(json.dumps(held))
    assert masked({"meeting_url": ""}) == {"meeting_url": ""}


def test_a_secret_in_a_body_that_was_cut_off_is_masked_too() -> None:
    cut = '{"id": "1", "data": {"stream_key": "sk-STREAMKEY888", "name": "Ann", "token": "abc'
    assert masked_text(cut) == f'{{"id": "1", "data": {{"stream_key": "{MASK}", "name": "Ann", "token": "{MASK}"'
