"""Switches of this machine: a video more, somebody who watches now. The package's docstring lists them."""

from typing import Any

from rooms.simulator.api_video.library import Library, written
from rooms.simulator.api_video.viewers import MANNERS
from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.refusals import bad_body


def routes(library: Library) -> list[Route]:
    """To be found below `/_control`."""

    def add_video(request: Request) -> Answer:
        wish = request.json()
        given = wish.get("metadata", {})
        if not isinstance(given, dict):
            raise bad_body("metadata must be an object")
        metadata = {str(key): str(value) for key, value in given.items()}
        video = library.add(str(wish.get("title", "Video")), _number(wish, "length", 600), metadata=metadata)
        return answer({"video_id": video.id, "length": video.length})

    def watch(request: Request) -> Answer:
        wish = request.json()
        video = library.videos.get(str(wish.get("video_id")))
        if video is None:
            raise bad_body("video_id must be the id of a video")
        how = wish.get("how", "whole")
        if how not in MANNERS:
            raise bad_body(f"how must be one of {', '.join(MANNERS)}")
        try:
            parts = [(float(start), float(end)) for start, end in wish.get("parts", [])]
        except (TypeError, ValueError) as problem:
            raise bad_body("parts must be a list of [from, to]") from problem
        viewing = library.watch(
            video,
            user_id=str(wish.get("user_id", "")),
            name=str(wish.get("name", "")),
            how=how,
            watched=parts,
            ago=_number(wish, "ago", 0),
            closes=wish.get("closes") is True,
        )
        return answer({"session_id": viewing.id, "ends_at": written(viewing.at(viewing.told[-1]))})

    return [("POST", "/_control/videos", add_video), ("POST", "/_control/viewings", watch)]


def _number(wish: dict[str, Any], name: str, default: float) -> float:
    value = wish.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise bad_body(f"{name} must be a number of seconds")
    return float(value)
