"""The builder every scenario uses: people are let in, their stays then cut, doubled and troubled."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rooms.simulator.clock import SECOND
from rooms.simulator.people import Person
from rooms.simulator.scenarios.feeds import Feed
from rooms.simulator.scenarios.runs import Run
from rooms.simulator.scenarios.script import Notice, RoleChange, Script, Stay, Track
from rooms.simulator.spans import Span, Spans, clip, union

SETTLING = SECOND // 20  # the soonest a fresh track changes; events of one track never share an instant


def ns(seconds: float) -> int:
    """Nanoseconds of a number of seconds."""
    return int(seconds * SECOND)


class Cast:
    """A session in the making. Offsets are nanoseconds from its start; everything random comes from `seed`."""

    def __init__(self, name: str, seed: object, length: float) -> None:
        self.name = name
        self.random = random.Random(f"{seed}/{name}")
        self.end = ns(length)
        self.stays: list[Stay] = []
        self.notices: list[Notice] = []
        self.runs: list[Run] = []
        self.feeds: list[Feed] = []
        self.unrecorded = False
        self.lost: set[str] = set()
        self._free: set[str] = set()  # keys of stays that nothing has happened to yet

    def moment(self, low: float, high: float) -> int:
        """Some moment between two, both in seconds."""
        return ns(self.random.uniform(low, high))

    def spells(self, start: int, end: int, times: int, low: float, high: float) -> Spans:
        """`times` stretches (fewer where they meet) of `low` to `high` seconds within `[start, end)`."""
        found: list[Span] = []
        for _ in range(times):
            begin = start + int(self.random.random() * max(1, end - start - ns(low)))
            found.append((begin, begin + self.moment(low, high)))
        return clip(found, start + SETTLING, end - SETTLING)

    def join(
        self,
        person: Person,
        role: str,
        start: int,
        end: int,
        *,
        speaks: int = 0,
        camera: float = 0.0,
        muted: bool = True,
        star: bool = False,
        publishes: bool = True,
    ) -> Stay:
        """Let somebody in, with a microphone, and a camera on for about the share `camera` of the time.

        `speaks` times the microphone opens (held open most of the time when not `muted`). Who is the `star` is
        left alone by `pick`; who does not publish has no tracks.
        """
        key = f"{len(self.stays)}"
        tracks: list[Track] = []
        if publishes:
            added = start + self.moment(0.15, 1.8)
            gone = end - self.moment(0.001, 0.02)
            on = self.spells(added, gone, speaks, 3, 45) if muted else self.pauses(added, gone, speaks)
            tracks.append(Track("mic", "audio", "regular", added, gone, on))
            if camera > 0:
                seen = added + self.moment(0.05, 0.3)
                rests = 0 if camera >= 1 else max(1, round((1 - camera) * 5))
                tracks.append(Track("camera", "video", "regular", seen, gone, self.pauses(seen, gone, rests, 30, 400)))
        stay = Stay(key, person, role, start, end, tracks=tuple(track for track in tracks if _sound(track)))
        self.stays.append(stay)
        if not star:
            self._free.add(key)
        return stay

    def pauses(self, start: int, end: int, times: int, low: float = 4, high: float = 60) -> Spans:
        """All of `[start, end)` but `times` stretches of `low` to `high` seconds."""
        on: list[Span] = []
        at = start
        for begin, stop in self.spells(start, end, times, low, high):
            on.append((at, begin))
            at = stop
        return union([*on, (at, end)])

    def pick(self, *, lasting: float = 60) -> Stay | None:
        """A stay of at least so many seconds that nothing has happened to yet; None when there is none left."""
        fit = [stay for stay in self.stays if stay.key in self._free and stay.end - stay.start >= ns(lasting)]
        if not fit:
            return None
        chosen = self.random.choice(fit)
        self._free.remove(chosen.key)
        return chosen

    def swap(self, old: Stay, *new: Stay) -> None:
        """Put others in the place of a stay."""
        at = next(index for index, stay in enumerate(self.stays) if stay.key == old.key)
        self.stays[at : at + 1] = new

    def notice(self, *notices: Notice) -> None:
        """Let something else happen."""
        self.notices += notices

    def run(self, *runs: Run) -> None:
        """Let a recording or a stream run."""
        self.runs += runs

    def feed(self, *feeds: Feed) -> None:
        """Let an encoder push into the room."""
        self.feeds += feeds

    def share(self, stay: Stay, spans: Iterable[Span], *, sound: bool = True) -> Stay:
        """The stay with its screen shared over each of the spans, by a track of its own each time."""
        tracks = list(stay.tracks)
        for number, (start, end) in enumerate(clip(spans, stay.start + SETTLING, stay.end - SETTLING)):
            tracks.append(Track(f"screen{number}", "video", "screen", start, end, ((start, end),)))
            if sound:
                heard = start + ns(0.04)
                tracks.append(
                    Track(f"screen-sound{number}", "audio", "screen", heard, end, clip([(heard, end)], 0, end))
                )
        shared = replace(stay, tracks=tuple(track for track in tracks if _sound(track)))
        self.swap(stay, shared)
        return shared

    def script(self) -> Script:
        """The finished plan."""
        stays = tuple(sorted(self.stays, key=lambda stay: (stay.start, stay.key)))
        notices = tuple(sorted(self.notices, key=lambda notice: notice.at))
        return Script(
            self.name,
            self.end,
            stays,
            notices,
            frozenset(self.lost),
            tuple(self.runs),
            tuple(self.feeds),
            unrecorded=self.unrecorded,
        )


def _sound(track: Track) -> bool:
    return track.stop is None or track.stop - track.start > 2 * SETTLING


def part(stay: Stay, start: int, end: int, key: str | None = None, reason: str | None = None) -> Stay:
    """The stretch `[start, end)` of a stay as a stay: its tracks come late and go early with it."""
    tracks = []
    for track in stay.tracks:
        stop = stay.end if track.stop is None else track.stop
        fresh = max(track.start, start + ns(0.2)) if start > track.start else track.start
        gone = min(stop, end - ns(0.004)) if end < stop else stop
        # An edge too near to the new ends would make two events of one instant.
        on = [
            (fresh if a <= fresh + SETTLING else a, gone if b >= gone - SETTLING else b)
            for a, b in track.on
            if b > fresh + SETTLING and a < gone - SETTLING
        ]
        trimmed = replace(track, start=fresh, stop=gone, on=clip(on, fresh, gone))
        if fresh < gone and _sound(trimmed):
            tracks.append(trimmed)
    return replace(
        stay,
        key=key or stay.key,
        start=start,
        end=end,
        reason=reason or stay.reason,
        role=stay.role_at(start),
        tracks=tuple(tracks),
        roles=_within(stay.roles, start, end),
    )


def _within(changes: Sequence[RoleChange], start: int, end: int) -> tuple[RoleChange, ...]:
    return tuple(change for change in changes if start < change.at < end)
