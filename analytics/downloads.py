"""A file from a link, part by part, going on where an earlier try broke off.

A link is its own permission to read (EVENTS trap 33): no error here names it, and neither does the text of httpx's own,
so none of those leaves this module.
"""

from collections.abc import Iterator
from typing import IO, Final

import httpx

from rooms.hms.address import by_proxy

_TIMEOUT: Final = httpx.Timeout(30.0, connect=10.0)


class Broken(Exception):
    """It broke off, or the storage of 100ms had trouble: what has come is good, the rest may come later."""


class Expired(Exception):
    """The link opens nothing any more; another one may."""


class Gone(Exception):
    """The file is not there."""


def fetch(link: str, out: IO[bytes], *, have: int = 0) -> Iterator[int]:
    """Write the file behind `link` to `out`, opened to append, which holds its first `have` bytes already.

    Yields how many bytes are there, after each part. A storage that does not go on from the middle sends it whole, and
    `out` begins anew. Raises `Broken`, `Expired` and `Gone`.
    """
    asked = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
    try:
        with (
            httpx.Client(timeout=_TIMEOUT, trust_env=by_proxy(link)) as http,
            http.stream("GET", link, headers=asked, follow_redirects=True) as answer,
        ):
            if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                if answer.headers.get("Content-Range", "").rpartition("/")[2] != str(have):
                    out.truncate(0)
                    raise Broken("What had come of the file no longer fits it; it is fetched anew.")
                yield have
                return
            _refuse(answer.status_code)
            if answer.status_code != httpx.codes.PARTIAL_CONTENT or _begins_at(answer) != have:
                if answer.status_code == httpx.codes.PARTIAL_CONTENT:
                    raise Broken("The storage of 100ms sent another part than was asked for.")
                out.truncate(0)
                have = 0
            # As it comes: what httpx gathers into larger parts is lost when the line breaks.
            for part in answer.iter_raw():
                out.write(part)
                have += len(part)
                yield have
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        out.flush()
        raise Broken(f"The connection broke off after {have} bytes ({type(problem).__name__}).") from None


def _begins_at(answer: httpx.Response) -> int | None:
    """ "bytes 100-199/200" → 100."""
    begin = answer.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
    return int(begin) if begin.isdecimal() else None


def _refuse(status: int) -> None:
    match status:
        case 200 | 206:
            return
        # What storages say to a link whose time is over, or whose signature they cannot read.
        case 400 | 401 | 403:
            raise Expired("The link to the file had expired.")
        case 404 | 410:
            raise Gone("100ms no longer has this file.")
    raise Broken(f"The storage of 100ms answered {status}.")
