"""A stored file sent whole or in the piece that was asked for: players jump by asking for pieces (RFC 9110, 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from django.core.files.base import File
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

PIECE: Final = 256 * 1024  # bytes read at once
_ONE: Final = re.compile(r"^bytes=(?:(\d{1,18})-(\d{1,18})?|-(\d{1,18}))$")


class Unsatisfiable(ValueError):
    """The piece lies outside the file."""


def asked_piece(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of the one piece that a Range header asks for; None to send the whole.

    What is no range of bytes, or several at once, is answered by the whole, as the standard allows. Raises
    `Unsatisfiable`.
    """
    found = _ONE.match(header.replace(" ", ""))
    if found is None:
        return None
    first, last, end = found.groups()
    if end is not None:
        if not int(end) or not size:
            raise Unsatisfiable
        return max(0, size - int(end)), size - 1
    begin, until = int(first), int(last) if last else size - 1
    if last and until < begin:
        return None  # not a range at all
    if begin >= size:
        raise Unsatisfiable
    return begin, min(until, size - 1)


def send(request: HttpRequest, file: File[Any], *, size: int, tag: str, content_type: str) -> HttpResponseBase:
    """The file, or the piece of it that the request asks for; the response closes the file.

    `tag` names the content: a piece that belongs to another content than the browser has (If-Range) is not sent, but
    the whole.
    """
    etag = f'"{tag}"'
    headers = {"Accept-Ranges": "bytes", "ETag": etag, "Content-Type": content_type}
    asked = request.headers.get("Range", "")
    try:
        # A date cannot be compared strongly, so it never matches (RFC 9110, 13.1.5).
        piece = asked_piece(asked, size) if request.headers.get("If-Range", etag) == etag else None
    except Unsatisfiable:
        file.close()
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    first, last = piece or (0, size - 1)
    headers["Content-Length"] = str(last - first + 1)
    if piece:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    status = 206 if piece else 200
    if request.method == "HEAD":
        file.close()
        return HttpResponse(status=status, headers=headers)
    return StreamingHttpResponse(_Piece(file, first, last - first + 1), status=status, headers=headers)


class _Piece:
    """What a streamed answer reads, and closes in the end, also when nobody read it."""

    def __init__(self, file: File[Any], first: int, length: int) -> None:
        self.file, self.first, self.length = file, first, length

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(self.first)
        left = self.length
        while left > 0 and (piece := self.file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece

    def close(self) -> None:
        self.file.close()
