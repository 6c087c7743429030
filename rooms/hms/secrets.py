"""What must not be read back to us in an error: 100ms may quote what we sent in its complaint."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_KEYS = frozenset(
    {
        "credentials",  # of a bucket: key, secret, secretKey
        "headers",  # of a room's webhook, of a SIP call
        "password",
        "code",  # a room code opens the room
        "room_code",
        "meeting_url",  # it may carry a token or a room code
        "rtmp_urls",  # server and stream key in one
        "rtmpUrls",
        "url",  # of a webhook; it may carry a key
        "apiKey",  # of api.video, which is asked through the same calls
        "refreshToken",
    }
)
_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
_SIGNATURE = re.compile(r"(https?://[^\s?\"']+\?)[^\s\"']+")
_STREAM = re.compile(r"(rtmps?://)[^\s\"']+")
_SHORTEST = 4
"""Letters; hiding shorter ones would eat words that are none of ours."""


def without_secrets(text: str, sent: object = None) -> str:
    """`text` without tokens, signatures of links, stream addresses, and whatever secret the body `sent` held."""
    # The longest first: one secret may be the beginning of another.
    for secret in sorted(set(_texts_below(sent, hidden=False)), key=len, reverse=True):
        text = text.replace(secret, "[hidden]")
    text = _TOKEN.sub("[token]", text)
    text = _STREAM.sub(r"\1[hidden]", text)
    return _SIGNATURE.sub(r"\1[hidden]", text)


def _texts_below(value: Any, *, hidden: bool) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts_below(item, hidden=hidden or key in _KEYS)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts_below(item, hidden=hidden)
    elif hidden and isinstance(value, str) and len(value) >= _SHORTEST:
        yield value
