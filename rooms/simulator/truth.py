"""What truly happened in a session, read off its script and never off its events.

A person's figures are unions over their peers and tracks, clipped to the session and to `now`, so a product's
own arithmetic over the events can be held against them. Spans are half-open, in Unix nanoseconds. The edges
are exactly the instants 100ms tells: `joined_at`, `left_at`, `started_at`, `stopped_at`, and the `timestamp`
of a `track.update.success`. Session objects tell joining and leaving cut to milliseconds.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rooms.simulator.clock import SECOND, in_nanoseconds
from rooms.simulator.spans import Spans, clip, length, union
from rooms.simulator.speech import spoken

if TYPE_CHECKING:
    from rooms.simulator.scenarios.footage import Footage
    from rooms.simulator.scenarios.script import Stay
    from rooms.simulator.session import Session


@dataclass(frozen=True, slots=True)
class PersonTruth:
    """One person; `key` is the user id or, for who has none, the peer id (EVENTS trap 10).

    `running`: still in the session at the moment of asking, so the last spans end at that moment.
    """

    key: str
    user_id: str | None
    name: str
    peer_ids: tuple[str, ...]
    present: Spans
    mic: Spans
    camera: Spans
    screen: Spans
    running: bool

    def as_object(self) -> dict[str, Any]:
        """For the control endpoint: spans as pairs of texts, and the seconds they add up to."""
        lanes = {"present": self.present, "mic": self.mic, "camera": self.camera, "screen": self.screen}
        return {
            "key": self.key,
            "user_id": self.user_id,
            "name": self.name,
            "peer_ids": list(self.peer_ids),
            "running": self.running,
            **{lane: [[in_nanoseconds(a), in_nanoseconds(b)] for a, b in spans] for lane, spans in lanes.items()},
            "seconds": {lane: length(spans) / SECOND for lane, spans in lanes.items()},
        }


@dataclass(frozen=True, slots=True)
class TalkTruth:
    """What one person said in one file. `spans`, milliseconds of the file, hold a word each."""

    key: str
    user_id: str | None
    name: str
    words: int
    spans: Spans

    def as_object(self) -> dict[str, Any]:
        """For the control endpoint."""
        about = {"key": self.key, "user_id": self.user_id, "name": self.name}
        return {**about, "words": self.words, "seconds": length(self.spans) / 1000}


def talk(session: "Session", footage: "Footage") -> list[TalkTruth]:
    """Who speaks in a file, and for how long: words only, not the breath between them nor the open microphone."""
    said: dict[str, list[tuple[int, int]]] = {}
    people: dict[str, Stay] = {}
    for sentence in spoken(session, footage):
        key = sentence.stay.person.user_id or session.peer_id(sentence.stay.key)
        people.setdefault(key, sentence.stay)
        said.setdefault(key, []).extend((word.start, word.end) for word in sentence.words)
    return [
        TalkTruth(key, people[key].person.user_id, people[key].person.name, len(words), union(words))
        for key, words in said.items()
    ]


def truth(session: "Session", now: int) -> list[PersonTruth]:
    """Everybody who has joined by `now`, in order of first joining."""
    people: dict[str, list[Stay]] = {}
    for stay in sorted(session.script.stays, key=lambda stay: stay.start):
        if session.when(stay.start) <= now:
            people.setdefault(stay.person.user_id or session.peer_id(stay.key), []).append(stay)
    return [_person(session, key, stays, now) for key, stays in people.items()]


def _person(session: "Session", key: str, stays: "list[Stay]", now: int) -> PersonTruth:
    until = min(now, session.end)

    def lane(kind: str, source: str) -> Spans:
        found = []
        for stay in stays:
            for track in stay.tracks:
                if source == track.source and kind in ("", track.kind):
                    end = stay.end if track.stop is None else track.stop
                    on = clip(track.on, track.start, min(end, stay.end))
                    found += [(session.when(a), session.when(b)) for a, b in on]
        return clip(found, session.start, until)

    return PersonTruth(
        key=key,
        user_id=stays[0].person.user_id,
        name=stays[0].person.name,
        peer_ids=tuple(session.peer_id(stay.key) for stay in stays),
        present=clip(union((session.when(stay.start), session.when(stay.end)) for stay in stays), session.start, until),
        mic=lane("audio", "regular"),
        camera=lane("video", "regular"),
        screen=lane("", "screen"),
        running=any(session.when(stay.end) > now for stay in stays),
    )
