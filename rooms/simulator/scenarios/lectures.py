"""A lecture: hundreds listen, a few speak, and one bad minute of the network hits many at once."""

from dataclasses import replace

from rooms.simulator.clock import SECOND
from rooms.simulator.people import HASSAN, INGRID, pupils
from rooms.simulator.scenarios import failures, runs
from rooms.simulator.scenarios.cast import SETTLING, Cast, ns, part
from rooms.simulator.scenarios.script import RoleChange, Script, Stay, Track, count
from rooms.simulator.spans import Span

_SPEAKERS = 9


def lecture(seed: object, *, people: int = 500, duration: float = 5400, events: int | None = None) -> Script:
    """`people` over `duration` seconds.

    With `events`, everybody has a microphone that goes on and off until the session makes exactly so many
    events over both channels. Raises ValueError for fewer than 12 people or fewer events than the coming and
    going alone makes.
    """
    if people < 12:
        raise ValueError("a lecture has at least 12 people")
    cast = Cast("lecture", seed, duration)
    end, closing = cast.end, cast.end - SECOND
    lead = cast.join(HASSAN, "teacher", 0, closing, speaks=14, camera=1, muted=False, star=True)
    cast.join(INGRID, "co-teacher", cast.moment(4, 30), closing - cast.moment(1, 9), speaks=10, camera=0.8, star=True)
    for person in pupils(people - 2):
        start = int(cast.random.betavariate(1.1, 7) * end * 0.6) + cast.moment(0.5, 9)
        stays_on = cast.random.random() < 0.8
        gone = closing - int(cast.random.expovariate(1 / ns(14)) if stays_on else cast.random.random() * end * 0.35)
        cast.join(person, "audience", start, max(gone, start + end // 4), publishes=events is not None)
    for number, stay in enumerate([cast.pick(lasting=duration / 2) for _ in range(min(_SPEAKERS, people // 12))]):
        if stay:
            _ask(cast, stay, end // 4 + number * end // 16, lead)
    _bad_minute(cast, people // 16)
    cast.share(lead, [(end // 60, end // 2), (end // 2 + ns(31), end * 9 // 10)], sound=False)
    cast.run(runs.hls(lead, end // 90, closing), runs.beam(lead, end // 90, closing))
    script = cast.script()
    return script if events is None else _toggle(cast, script, events)


def _ask(cast: Cast, stay: Stay, at: int, by: Stay) -> None:
    """A listener becomes a speaker for two minutes and gets a microphone for that long."""
    stayed = stay.end - stay.start
    up = min(max(at, stay.start + stayed // 10), stay.end - stayed // 3)
    down = min(up + cast.moment(70, 150), up + (stay.end - up) // 2)
    changes = (RoleChange(up, "speaker", by.key), RoleChange(down, "audience", by.key))
    asked = down - up
    spoken = ((up + asked // 20, down - asked // 20),)
    question = Track("question", "audio", "regular", up + asked // 100, down - asked // 100, spoken)
    cast.swap(stay, replace(stay, roles=changes, tracks=(*stay.tracks, question)))


def _bad_minute(cast: Cast, many: int) -> None:
    """`many` lose their connection within one minute; most come back."""
    for _ in range(many):
        if (stay := cast.pick()) and stay.start < cast.end * 2 // 5 and stay.end > cast.end * 3 // 5:
            lost = cast.end * 4 // 9 + cast.moment(0, 60)
            gone = min(lost + cast.moment(57, 63), (lost + stay.end) // 2)
            before = part(stay, stay.start, gone, reason="websocket closed")
            returns = cast.random.random() < 0.85
            back = min(lost + cast.moment(10, 200), (lost + stay.end) // 2)
            cast.swap(stay, before, *([part(stay, back, stay.end, f"{stay.key}-back")] if returns else []))
            cast.notice(failures.disconnected(stay, lost, terminal=not returns))


def _toggle(cast: Cast, script: Script, events: int) -> Script:
    """Spread mute changes over all microphones until the session makes exactly `events` events."""
    missing = events - count(script)
    mics = [stay.key for stay in script.stays for track in stay.tracks if track.key == "mic"]
    if missing < 0 or not mics:
        raise ValueError(f"this lecture makes {count(script)} events by itself")
    share, more = divmod(missing, len(mics))
    turns = {key: share + (number < more) for number, key in enumerate(mics)}
    return replace(script, stays=tuple(_talkative(cast, stay, turns.get(stay.key, 0)) for stay in script.stays))


def _talkative(cast: Cast, stay: Stay, turns: int) -> Stay:
    """The stay with `turns` more changes on its microphone; one that had changes keeps only as many in all."""
    if not turns:
        return stay
    mic = next(track for track in stay.tracks if track.key == "mic")
    assert mic.stop is not None
    room = mic.stop - mic.start - 2 * SETTLING
    # One change a slot keeps instants apart, so none vanishes.
    total = turns + _changes(mic)
    moments = [
        mic.start + SETTLING + room * slot // total + int(cast.random.random() * (room // total // 2))
        for slot in range(total)
    ]
    if len(moments) % 2:
        moments.append(mic.stop)
    on: list[Span] = list(zip(moments[::2], moments[1::2], strict=True))
    talking = replace(mic, on=tuple(on))
    return replace(stay, tracks=tuple(talking if track is mic else track for track in stay.tracks))


def _changes(track: Track) -> int:
    assert track.stop is not None
    return sum((a > track.start) + (b < track.stop) for a, b in track.on)
