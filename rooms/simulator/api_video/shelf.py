"""The recordings of past classes as videos that the school put up, and who of each class watched them since.

Each follows from the seed, the class and the person: of those who missed a part some watch just that, some begin and
give up, some never come; of those who were there a few look again.
"""

import random
from typing import TYPE_CHECKING, Final

from rooms.simulator.api_video.library import SECOND, Library, Video
from rooms.simulator.api_video.viewers import MANNERS, Part

if TYPE_CHECKING:
    from rooms.simulator.scenarios.runs import Run
    from rooms.simulator.session import Session
    from rooms.simulator.truth import PersonTruth

WORTH_IT: Final = 30.0  # seconds: who missed less does not come for it
AROUND: Final = 15.0  # seconds that somebody watches before and after what they missed


def put_up(library: Library, session: "Session", run: "Run") -> Video:
    """The video of one recording, from its first second on, with its viewers until now."""
    begun, ended, now = session.when(run.start), session.when(run.stop), library.clock()
    length = (ended - begun) / SECOND
    since = (now - session.when(run.ready)) / SECOND
    known = {"session_id": session.id, "job_id": session.object_id("job", run.name)}
    video = library.add(session.room.name, length, metadata=known, ago=since)
    for person in session.truth(now):
        chance = random.Random(f"{library.seed}/{session.id}/{person.key}")
        missed = _missed(person, begun, ended)
        # Nobody is still watching: it began early enough to be over.
        if since < 2 * length:
            continue
        ago = chance.uniform(2 * length, since)
        user_id, name = person.user_id or "", person.name if person.user_id else ""
        if missed:
            fate = chance.random()
            if fate < 0.5:
                around = _with_some_around(missed, length)
                library.watch(video, watched=around, ago=ago, user_id=user_id, name=name)
            elif fate < 0.75:
                part, closes = _a_part_of(missed, chance), chance.random() < 0.3
                library.watch(video, watched=part, ago=ago, closes=closes, user_id=user_id, name=name)
        elif chance.random() < 0.2:
            library.watch(video, how=chance.choice(MANNERS), ago=ago, user_id=user_id, name=name)
    if since > 2 * length:
        library.watch(video, how="beginning", ago=since)  # somebody with the address, whom no page named
    return video


def _missed(person: "PersonTruth", begun: int, ended: int) -> list[Part]:
    """The parts of the recording in which somebody was not in the class."""
    parts: list[Part] = []
    at = begun
    for start, end in [*person.present, (ended, ended)]:
        until = min(start, ended)
        if (until - at) / SECOND >= WORTH_IT:
            parts.append(((at - begun) / SECOND, (until - begun) / SECOND))
        at = max(at, end)
    return parts


def _with_some_around(missed: list[Part], length: float) -> list[Part]:
    return [(max(0.0, start - AROUND), min(length, end + AROUND)) for start, end in missed]


def _a_part_of(missed: list[Part], chance: random.Random) -> list[Part]:
    start, end = missed[0]
    return [(start, start + (end - start) * chance.uniform(0.2, 0.8))]
