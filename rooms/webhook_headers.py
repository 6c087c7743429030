"""The headers that 100ms sends to a room's webhook, as people write them: "Name: value", one a line. Pure."""

import re
from typing import Final

# RFC 9110: a token, and what a field may hold.
_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE: Final = re.compile(r"[\x20-\x7e\x80-\U0010ffff\t]*")


def headers_of(text: str) -> dict[str, str]:
    """Raises ValueError that names the line, and never quotes it: it may hold a secret."""
    headers: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, colon, value = line.partition(":")
        name, value = name.strip(), value.strip()
        if not colon or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError(f"Line {number} is no header: write “Name: value”, one a line.")
        if name.casefold() in (one.casefold() for one in headers):
            raise ValueError(f"Line {number} names a header that is there already.")
        headers[name] = value
    return headers
