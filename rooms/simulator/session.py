"""A script played in a room from a moment on: the session, as much of it as the clock has reached."""

from functools import cached_property
from typing import Any

from rooms.simulator.clock import SECOND, in_milliseconds, in_nanoseconds
from rooms.simulator.identifiers import object_id, uuid
from rooms.simulator.occurrence import Occurrence
from rooms.simulator.occurrences import occurrences
from rooms.simulator.room import Room
from rooms.simulator.scenarios.footage import TEXTS, Footage, size_of_film, size_of_sound
from rooms.simulator.scenarios.script import Script, Stay, Track, flips
from rooms.simulator.texts import text_of
from rooms.simulator.truth import PersonTruth, truth


class Session:
    """`start` is in Unix nanoseconds; `compress` 10 plays the script in a tenth of its time.

    `number` counts sessions in the order the world came to know them.
    """

    def __init__(self, room: Room, script: Script, start: int, *, number: int = 0, compress: float = 1.0) -> None:
        if compress <= 0:
            raise ValueError("compress must be above 0")
        self.room = room
        self.start = start
        self.number = number
        self.compress = compress
        self.id = object_id(start, "session", room.id, start, script.name)
        self.messages: list[dict[str, Any]] = []  # what was sent into it by the API, oldest first
        self.version = 0  # counts how often the script was written anew
        self.rewrite(script)

    def rewrite(self, script: Script) -> None:
        """Go on by another script, which must be the same up to now: how commands change a session."""
        self.script = script
        self.version += 1
        self.end = self.when(script.end)
        last = max([script.end, *(notice.at for _, notice in script.told())])
        self.settled = self.when(last) + SECOND  # nothing more is heard of it from then on
        self._sizes: dict[Footage, int] = {}
        for kept in ("_stays", "occurrences", "listed", "sent", "files"):
            self.__dict__.pop(kept, None)

    def when(self, offset: int) -> int:
        """Unix nanoseconds of a moment of the script."""
        return self.start + (offset if self.compress == 1 else int(offset / self.compress))

    @cached_property
    def _stays(self) -> dict[str, Stay]:
        return {stay.key: stay for stay in self.script.stays}

    # What notices ask (scenarios.script.Scene)

    def at(self, offset: int) -> str:
        """That moment as 100ms writes it inside `data`."""
        return in_nanoseconds(self.when(offset))

    def seconds(self, start: int, end: int) -> int:
        """Whole seconds between two moments of the script."""
        return (self.when(end) - self.when(start)) // SECOND

    def uuid(self, *name: object) -> str:
        """A UUID that only this name in this session has."""
        return uuid(self.id, *name)

    def object_id(self, *name: object) -> str:
        """An object id that only this name in this session has."""
        return object_id(self.start, self.id, *name)

    def peer_id(self, key: str) -> str:
        """The peer id of a stay."""
        return self.uuid("peer", key)

    def track_id(self, stay: str, track: str) -> str:
        """The track id of a stay's track."""
        return self.uuid("track", stay, track)

    def stream_id(self, stay: Stay, track: Track) -> str:
        """Microphone and camera share a stream, a share has one of its own."""
        name = "regular" if track.source == "regular" else track.start
        return self.uuid("stream", stay.key, name)

    @cached_property
    def common(self) -> dict[str, Any]:
        """What nearly every webhook of the session carries."""
        return {
            "room_id": self.room.id,
            "room_name": self.room.name,
            "session_id": self.id,
            "template_id": self.room.template_id,
            "session_started_at": self.at(0),
        }

    def peer(self, key: str, at: int = 0) -> dict[str, Any]:
        """`peer_id`, `user_id` (absent without one: EVENTS trap 10), `user_name` at `at`, `role`, `joined_at`."""
        stay = self._stays[key]
        facts = {
            "peer_id": self.peer_id(key),
            "user_id": stay.person.user_id,
            "user_name": stay.naming_at(at).name,
            "role": stay.role,
            "joined_at": self.at(stay.start),
        }
        if stay.person.user_id is None:
            del facts["user_id"]
        return facts

    def track(self, stay: str, track: str) -> dict[str, Any]:
        """`peer_id`, `track_id`, `stream_id` of a stay's track."""
        its_stay = self._stays[stay]
        its_track = next(one for one in its_stay.tracks if one.key == track)
        return {
            "peer_id": self.peer_id(stay),
            "track_id": self.track_id(stay, track),
            "stream_id": self.stream_id(its_stay, its_track),
        }

    # Files

    def file(self, name: str) -> str:
        """Where a file of the session lies, without the bucket."""
        return f"{self.room.id}/{self.id}/{name}"

    def link(self, name: str, at: int) -> str:
        """The link of a file as a webhook of that moment of the script names it."""
        storage = self.room.workspace.storage
        return storage.link(self.file(name), self.when(at) // SECOND + storage.lifetime(self.room.template_id))

    def length_of(self, footage: Footage) -> int:
        """Whole seconds of a file."""
        return sum(self.when(end) - self.when(begin) for begin, end in footage.shown) // SECOND

    def size_of(self, footage: Footage) -> int:
        """Bytes of a file. Of films and sounds they follow from the length; what is text is written for it, once."""
        if footage not in self._sizes:
            if footage.form in TEXTS:
                self._sizes[footage] = len(text_of(self, footage))
            elif footage.form == "sound":
                self._sizes[footage] = size_of_sound(self.length_of(footage))
            else:
                self._sizes[footage] = size_of_film(footage.width, footage.height, self.length_of(footage))
        return self._sizes[footage]

    @cached_property
    def files(self) -> dict[str, tuple[Footage, int]]:
        """All files there will be, by name, each with the moment (Unix nanoseconds) from which it is there."""
        told = sorted((notice for _, notice in self.script.told()), key=lambda notice: notice.at, reverse=True)
        return {footage.name: (footage, self.when(notice.at)) for notice in told for footage in notice.files}

    # What happened

    @cached_property
    def occurrences(self) -> list[Occurrence]:
        """Everything that will have been sent or listed, oldest first."""
        return occurrences(self)

    @cached_property
    def listed(self) -> list[Occurrence]:
        """What the analytics API will have of it, oldest first."""
        return [one for one in self.occurrences if one.channel == "analytics"]

    @cached_property
    def sent(self) -> list[Occurrence]:
        """Its webhooks, oldest first, lost ones among them."""
        return [one for one in self.occurrences if one.channel == "webhook"]

    def truth(self, now: int) -> list[PersonTruth]:
        """Who was there and what was on, up to `now`."""
        return truth(self, now)

    # What the API shows

    def active(self, now: int) -> bool:
        """Whether it is running."""
        return self.start <= now < self.end

    def connected(self, now: int) -> list[Stay]:
        """The peers in it now."""
        return [stay for stay in self.script.stays if self.when(stay.start) <= now < self.when(stay.end)]

    def offset(self, now: int) -> int:
        """The moment of the script that `now` is; the inverse of `when`."""
        return int((now - self.start) * self.compress)

    def as_object(self, now: int) -> dict[str, Any]:
        """The session object of the contract's section Sessions; `left_at` is absent while a peer is in."""
        peers: dict[str, Any] = {}
        changes = [self.start]
        for stay in self.script.stays:
            joined, left = self.when(stay.start), self.when(stay.end)
            if joined > now:
                continue
            changes += [joined, *(self.when(change.at) for change in stay.roles)]
            peer_id = self.peer_id(stay.key)
            peers[peer_id] = {
                "id": peer_id,
                "session_id": self.id,
                "name": stay.naming_at(self.offset(now)).name,
                "role": stay.role_at(self.offset(now)),
                "user_id": stay.person.user_id or "",
                "joined_at": in_milliseconds(joined),
            }
            if left <= now:
                changes.append(left)
                peers[peer_id]["left_at"] = in_milliseconds(left)
        if self.end <= now:
            changes.append(self.end)
        return {
            "id": self.id,
            "room_id": self.room.id,
            "customer_id": self.room.workspace.account_id,
            "app_id": self.room.workspace.app_id,
            "active": self.active(now),
            "peers": peers,
            "created_at": in_milliseconds(self.start),
            "updated_at": in_milliseconds(max(change for change in changes if change <= now)),
        }

    def peer_object(self, stay: Stay, now: int, *, tracks: bool) -> dict[str, Any]:
        """A connected peer, with its tracks when asked for (contract, Peer and PeerWithTracks)."""
        naming = stay.naming_at(self.offset(now))
        answer: dict[str, Any] = {
            "id": self.peer_id(stay.key),
            "name": naming.name,
            "user_id": stay.person.user_id or "",
            "metadata": naming.metadata,
            "role": stay.role_at(self.offset(now)),
            "joined_at": self.at(stay.start),
        }
        if tracks:
            answer["tracks"] = {
                one["id"]: one for one in (self._track(stay, track, now) for track in stay.tracks) if one
            }
        return answer

    def _track(self, stay: Stay, track: Track, now: int) -> dict[str, Any] | None:
        stop = track.stop if track.stop is not None else stay.end
        if not self.when(track.start) <= now < self.when(stop):
            return None
        muted = not (track.on and track.on[0][0] <= track.start)
        for moment, mute in flips(track, stay.end):
            if self.when(moment) <= now:
                muted = mute
        return {
            "id": self.track_id(stay.key, track.key),
            "stream_id": self.stream_id(stay, track),
            "mute": muted,
            "type": track.kind,
            "source": track.source,
            "started_at": self.at(track.start),
            "description": "",
        }
