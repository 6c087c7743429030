"""The videos of the workspace and their viewings, as far as the clock has come."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final

from rooms.simulator.api_video.viewers import Part, Said, parts, said

SECOND: Final = 1_000_000_000
_DEVICES: Final = (
    ("desktop", "Dell", "Microsoft Windows", "Firefox"),
    ("mobile", "Samsung", "Android", "Chrome"),
    ("tablet", "Apple", "iPadOS", "Safari"),
)


def name_of(kind: str, *what: object) -> str:
    """An id as api.video makes them: two letters for the kind, then letters and digits."""
    return kind + blake2b("\x1f".join(map(str, what)).encode(), digest_size=11).hexdigest()


def written(moment: int) -> str:
    """Unix nanoseconds, cut to the second, as the published sample writes times."""
    return datetime.fromtimestamp(moment // SECOND, UTC).isoformat().replace("+00:00", ".000Z")


@dataclass(frozen=True, slots=True)
class Video:
    id: str
    title: str
    length: float
    created: int
    metadata: Mapping[str, str] = field(default_factory=dict)

    def as_object(self) -> dict[str, Any]:
        """Contract, schema Video."""
        return {
            "videoId": self.id,
            "title": self.title,
            "createdAt": written(self.created),
            "publishedAt": written(self.created),
            "updatedAt": written(self.created),
            "discarded": False,
            "discardedAt": None,
            "deletesAt": None,
            "language": None,
            "languageOrigin": None,
            "tags": [],
            "metadata": [{"key": key, "value": value} for key, value in self.metadata.items()],
            "source": {"uri": f"/videos/{self.id}/source"},
            "public": False,
            "panoramic": False,
            "mp4Support": True,
        }


@dataclass(frozen=True, slots=True)
class Viewing:
    """One player that somebody opened; `told` is what it will have said in the end."""

    id: str
    video_id: str
    loaded: int
    told: tuple[Said, ...]
    metadata: Mapping[str, str]

    def at(self, event: Said) -> int:
        return self.loaded + round(event.after * SECOND)

    def heard(self, now: int) -> list[dict[str, Any]]:
        """The events until now: by the second, and within one the jumps last, wherever they belong."""
        past = [event for event in self.told if self.at(event) <= now]
        listed = sorted(past, key=lambda event: (self.at(event) // SECOND, event.jump is not None))
        return [event.as_object(written(self.at(event))) for event in listed]

    def as_object(self, now: int) -> dict[str, Any]:
        """Contract, schema PlayerSession."""
        past = [self.at(event) for event in self.told if self.at(event) <= now] or [self.loaded]
        kind, vendor, system, browser = _DEVICES[sum(self.id.encode()) % len(_DEVICES)]
        return {
            "session": {
                "sessionId": self.id,
                "loadedAt": written(self.loaded),
                "endedAt": written(past[-1]),
                "metadata": [{"key": key, "value": value} for key, value in self.metadata.items()],
            },
            "location": {"country": "Kenya", "city": "Nairobi"},
            "referrer": {"url": "unknown", "medium": "unknown", "source": "unknown", "searchTerm": "unknown"},
            "device": {"type": kind, "vendor": vendor, "model": "unknown"},
            "os": {"name": system, "shortname": "unknown", "version": "unknown"},
            "client": {"name": browser, "version": "131.0", "type": "browser"},
        }


class Library:
    """`clock` gives Unix nanoseconds; all ids follow from `seed` and what was added before. Threads may share it."""

    def __init__(self, clock: Callable[[], int], seed: int) -> None:
        self.clock = clock
        self.seed = seed
        self.videos: dict[str, Video] = {}
        self.viewings: dict[str, Viewing] = {}
        self._lock = threading.Lock()

    def add(
        self, title: str, length: float, *, metadata: Mapping[str, str] | None = None, ago: float = 0, name: str = ""
    ) -> Video:
        """A video uploaded `ago` seconds before now; `name` is the id it is to have."""
        with self._lock:
            created = self.clock() - round(ago * SECOND)
            made = name or name_of("vi", self.seed, len(self.videos), title)
            video = Video(made, title, length, created, metadata or {})
            self.videos[video.id] = video
            return video

    def watch(
        self,
        video: Video,
        *,
        user_id: str = "",
        name: str = "",
        how: str = "whole",
        watched: Sequence[Part] = (),
        ago: float = 0,
        closes: bool = False,
    ) -> Viewing:
        """Somebody opens a player, now or `ago` seconds before, and watches (`watched`, else by `how`)."""
        with self._lock:
            number = len(self.viewings)
            told = said(watched or parts(how, video.length, f"{self.seed}/{number}"), video.length, closes=closes)
            known = {"user_id": user_id, "name": name}
            viewing = Viewing(
                name_of("ps", self.seed, number, video.id),
                video.id,
                self.clock() - round(ago * SECOND),
                tuple(told),
                {key: value for key, value in known.items() if value},
            )
            self.viewings[viewing.id] = viewing
            return viewing

    def of_video(self, video_id: str) -> list[Viewing]:
        """Those opened by now, oldest first."""
        now = self.clock()
        found = [one for one in list(self.viewings.values()) if one.video_id == video_id and one.loaded <= now]
        return sorted(found, key=lambda one: (one.loaded, one.id))
