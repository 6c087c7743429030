"""Ids of people in URLs: any text 100ms lets a customer choose."""

import re
from urllib.parse import unquote_to_bytes


class UserId:
    """A `user_id` as the rest of a path; it may hold slashes, dots, spaces, anything.

    Percent-encoding alone carries most of it. What browsers and proxies would rewrite on the way ("..", an empty
    part, control characters) is written as "~" and two hex digits a byte, and so is a "~" that would read as such.
    """

    regex = r"[\s\S]+"

    _fragile = re.compile(r"~(?=[0-9A-Fa-f]{2})|[\x00-\x1f\x7f]|(?<![^/])\.{1,2}(?![^/])|(?<![^/])/|/(?=$)")
    _written = re.compile(r"(?:~[0-9A-Fa-f]{2})+")

    def to_python(self, value: str) -> str:
        def read(found: re.Match[str]) -> str:
            return unquote_to_bytes(found[0].replace("~", "%")).decode(errors="replace")

        return self._written.sub(read, value)

    def to_url(self, value: str) -> str:
        return self._fragile.sub(lambda found: "".join(f"~{byte:02X}" for byte in found[0].encode()), value)
