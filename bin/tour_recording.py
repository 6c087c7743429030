"""A recording as its teacher finds it: in the list, on its page, in the player, beside who missed what."""

import re

from bin.visitor import Disappointed, Say, Visitor, plain

READY = "/recordings/?state=ready&kind=browser&q="


def follow(teacher: Visitor, observer: Visitor, room: str, say: Say) -> None:
    """From the list of a room's recordings to the film. Raises `Disappointed`."""
    listed = re.findall(r'href="(/recordings/browser-[0-9a-f]{24}/)', teacher.read(READY + room.replace(" ", "+")))
    if not listed:
        raise Disappointed(f"no recording of {room} is listed as ready")
    page = teacher.read(listed[0])
    absent = [
        word for word in ("Recording starts", "Missed and caught up", "What was watched") if word not in plain(page)
    ]
    if absent:
        raise Disappointed(f"{listed[0]} does not show {', '.join(absent)}")
    teacher.read(f"{listed[0]}viewers/")
    film = re.search(r'src="(/recording-assets/[0-9a-f]{24}/play/)', page)
    if film is None:
        raise Disappointed(f"{listed[0]} has nothing to play")
    status, _ = teacher.open(film[1])
    if status != 302:
        raise Disappointed(f"{film[1]} answers {status} and leads to no film")
    if "/play/" in observer.read(listed[0]) or observer.open(film[1])[0] != 404:
        raise Disappointed(f"an observer is let into the film of {listed[0]}")
    say(f"  teacher: {len(listed)} recordings of {room} are ready, the newest plays; to the observer it is closed")
