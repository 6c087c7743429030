"""Opening a file that 100ms made of a room: by a link made fresh each time, and noted in the audit."""

from datetime import timedelta
from time import monotonic
from typing import Final

import httpx
from django.views.decorators.debug import sensitive_variables

from rooms import audit
from rooms.actors import Actor, permit
from rooms.audit import Target
from rooms.connection import LOOK, client
from rooms.hms.address import by_proxy
from rooms.jobs import File, NotInRoom
from rooms.models import Room

# Long enough to watch a lesson with breaks: a player fetches the rest of the file by the same link.
OPEN_FOR: Final = 3 * 3600  # seconds
# So long 100ms keeps a file in its own storage (EVENTS trap 34); in a bucket of one's own it deletes nothing.
KEPT_BY_100MS: Final = timedelta(days=15)
# A player asks again for every jump in a film, with the same film on the same screen: noted once in so long.
PLAYED_WITHIN: Final = timedelta(hours=4)
READ_FOR: Final = 300  # seconds: a file that we read ourselves is read at once
_READ_WITHIN: Final = 20.0  # seconds


class Unfetched(Exception):
    """The storage did not give the file. The message says why, without the link."""


def opened(*, actor: Actor, room: Room, file: File) -> str:
    """A link to the file, good for `OPEN_FOR`. Whoever has it can read the file, so it goes nowhere but to the browser.

    It is in the audit before anybody has the link. Raises `NotPermitted`, `NotInRoom`, `hms.Error`.
    """
    url = _link(actor, room, file)
    audit.note(actor, "recording_asset.open", _target(room, file), after=_about(file))
    return url


def played(*, actor: Actor, room: Room, file: File) -> str:
    """As `opened`, for a player: noted once per person and file in `PLAYED_WITHIN`, however often it asks."""
    url = _link(actor, room, file)
    audit.note_once(actor, "recording_asset.play", _target(room, file), within=PLAYED_WITHIN, after=_about(file))
    return url


def opened_copy(*, actor: Actor, room: Room, file: File, played: bool) -> None:
    """Our own copy of the file is about to be opened: permitted and noted as one of 100ms's is."""
    permit(actor, "export", room)
    act = "recording_asset.play" if played else "recording_asset.open"
    # A download that goes on where it broke off asks in pieces too.
    audit.note_once(actor, act, _target(room, file), within=PLAYED_WITHIN, after={**_about(file), "copy": "our own"})


@sensitive_variables()
def contents(*, actor: Actor, room: Room, file: File, most: int) -> bytes:
    """What is in the file, for our own reading of it. Raises `Unfetched`, also when it is longer than `most` bytes,
    `NotPermitted`, `NotInRoom`, `hms.Error`."""
    found = _fetched(_link(actor, room, file, seconds=READ_FOR), most)
    audit.note(actor, "recording_asset.read", _target(room, file), after=_about(file))
    return found


def _link(actor: Actor, room: Room, file: File, *, seconds: int = OPEN_FOR) -> str:
    permit(actor, "export", room)
    if file.room_id != room.pk:
        raise NotInRoom
    return client(patience=0, timeout=LOOK).recording_assets.presigned_url(file.id, seconds=seconds).url


def _target(room: Room, file: File) -> Target:
    return Target("recording_asset", file.id, str(room), room.pk)


def _about(file: File) -> dict[str, str]:
    return {"type": file.type, "job": file.job_id}


@sensitive_variables()
def _fetched(url: str, most: int) -> bytes:
    """Errors of httpx name the whole address, so none of them is let out."""
    until = monotonic() + _READ_WITHIN
    found = bytearray()
    try:
        with (
            httpx.Client(timeout=LOOK, follow_redirects=True, max_redirects=3, trust_env=by_proxy(url)) as web,
            web.stream("GET", url) as answer,
        ):
            if answer.status_code != 200:
                raise Unfetched(f"the storage answered {answer.status_code}")
            for part in answer.iter_bytes():
                found += part
                if len(found) > most:
                    raise Unfetched(f"the file is longer than {most // 1_000_000} MB")
                if monotonic() > until:
                    raise Unfetched("the storage was too slow")
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as problem:
        raise Unfetched(f"the storage did not answer ({type(problem).__name__})") from None
    return bytes(found)
