"""What 100ms says, without the secrets it carries: for the mirror, the audit, screens and logs (EVENTS trap 36).

`rtmp[].url` ends in a stream key, `meeting_url` carries a room code in its path and a token, presigned URLs are their
own permission to read.
Which fields hold such URLs changes, so every URL in every text is treated alike.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

MASK: Final = "••••••"
DEEPEST: Final = 100

_URL: Final = re.compile(r"""\b[a-z][a-z0-9+.-]*://[^\s"'\\]+""", re.IGNORECASE)
_JSON_FIELD: Final = re.compile(r'("([^"\\]{1,64})\s*"\s*:\s*")[^"]+"?')
_SECRET_FIELD: Final = re.compile(
    r"secret|password|passwd|passcode|passphrase|credential|cookie|token|authorization|signature"
    r"|(api|access|stream)_?key|(^|_)key$",
    re.IGNORECASE,
)
# Whatever is inside these is secret, by any name: keys of a bucket, headers that a webhook signs in with.
_SECRET_WHOLE: Final = frozenset({"credentials", "headers"})
# Of these the host alone may be seen: the path may be a room code, which opens the room.
_MEETING_FIELD: Final = frozenset({"meeting_url", "meetingUrl", "meetingURL"})
# In these the last step of the path is the key of the stream itself.
_KEY_IN_PATH: Final = frozenset({"rtmp", "rtmps", "rtsp", "srt"})


def masked(value: Any, *, field: str = "", levels: int = DEEPEST) -> Any:
    """The same JSON value with every secret replaced: by the name of its field, and inside URLs.

    What lies deeper than `levels` is masked whole: nothing of 100ms does, and neither Python nor a reader goes there.
    """
    if isinstance(value, Mapping | list | tuple) and not levels:
        return MASK
    if value and field in _SECRET_WHOLE:
        return MASK
    if isinstance(value, Mapping):
        return {name: masked(inner, field=str(name), levels=levels - 1) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [masked(inner, field=field, levels=levels - 1) for inner in value]
    if value and _SECRET_FIELD.search(field):
        return MASK
    if not isinstance(value, str):
        return value
    return without_path(value) if field in _MEETING_FIELD else masked_text(value)


def masked_text(text: str) -> str:
    """The text with the secrets of its URLs masked: sign-in, query, fragment, and a stream's key.

    So are the values of fields in JSON that is inside a text or was cut off.
    """
    if '"' in text:
        text = _JSON_FIELD.sub(_masked_field, text)
    return _URL.sub(lambda found: _masked_url(found[0]), text) if "://" in text else text


def _masked_field(found: re.Match[str]) -> str:
    is_secret = found[2] in _MEETING_FIELD or _SECRET_FIELD.search(found[2])
    return f'{found[1]}{MASK}"' if is_secret else found[0]


def without_path(url: str) -> str:
    """A meeting address by its host alone: what follows may be a room code or hold a token."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return MASK  # not an address, so nobody can tell what in it is secret
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}/{MASK}" if parts.scheme and host else MASK if url else ""


def _masked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        # Not a URL after all, by Python's reading; what in it is secret cannot be told apart.
        return f"{url.partition('://')[0]}://{MASK}"
    host = f"{MASK}@{parts.netloc.rpartition('@')[2]}" if "@" in parts.netloc else parts.netloc
    path = parts.path
    if parts.scheme.lower() in _KEY_IN_PATH and path.strip("/"):
        path = f"{path.rstrip('/').rpartition('/')[0]}/{MASK}"
    query = f"?{MASK}" if parts.query else ""
    fragment = f"#{MASK}" if parts.fragment else ""
    return f"{parts.scheme}://{host}{path}{query}{fragment}"
