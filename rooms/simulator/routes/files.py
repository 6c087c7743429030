"""What links lead to. A link needs no token and lets nobody at another file; ranges are served, as players ask for
them."""

import re
from typing import Final

from rooms.simulator.exchange import Answer, Request, Route
from rooms.simulator.files import File, Files
from rooms.simulator.refusals import Refused
from rooms.simulator.storage import PREFIX
from rooms.simulator.world import World

_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")


def routes(world: World) -> list[Route]:
    """The routes of files over a world."""
    files = Files(world)

    def allowed(request: Request) -> tuple[File, int]:
        place = request.path.removeprefix(PREFIX)
        expires = request.text("expires")
        if not world.workspace.storage.allows(place, expires, request.text("signature"), world.now()):
            raise Refused(403, "the link is not valid, or no longer")
        return files.find(place), int(expires or 0)

    def read(request: Request) -> Answer:
        file, expires = allowed(request)
        size = files.size(file)
        head: tuple[tuple[str, str], ...]
        head = (("Content-Type", file.type), ("Accept-Ranges", "bytes"), ("ETag", f'"{file.tag}"'))
        status, start, stop = 200, 0, size
        # A range of a file that has changed since would not fit to what somebody has.
        if request.range and request.if_range in ("", f'"{file.tag}"'):
            wanted = _wanted(request.range, size)
            if wanted is not None:
                start, stop = wanted
                if start >= stop:
                    return Answer(416, b"", (*head, ("Content-Range", f"bytes */{size}")))
                status, head = 206, (*head, ("Content-Range", f"bytes {start}-{stop - 1}/{size}"))
        if request.method == "HEAD":
            return Answer(status, b"", head, length=stop - start)
        return Answer(status, files.read(file, expires, start, stop), head)

    path = f"{PREFIX}{{room_id}}/{{session_id}}/{{name}}"
    return [("GET", path, read), ("HEAD", path, read)]


def _wanted(text: str, size: int) -> tuple[int, int] | None:
    """The bytes `[start, stop)` of a range, none where it lies past the end; None for what is no single range."""
    match = _RANGE.fullmatch(text.strip())
    if match is None or match[1] == match[2] == "":
        return None
    if not match[1]:
        return max(0, size - int(match[2])), size if int(match[2]) else 0
    start = int(match[1])
    stop = min(size, int(match[2]) + 1) if match[2] else size
    if match[2] and int(match[2]) < start:
        return None
    return (start, stop) if start < size else (size, size)
