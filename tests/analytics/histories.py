"""Histories of a session as 100ms would tell them, for tests of the one truth.

They come from the simulator's scenarios, which know what truly happened; nothing here shares code with the product.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

from analytics import snapshots
from analytics.envelope import Channel, Envelope, parse
from analytics.models import (
    Asset,
    Failure,
    Ingest,
    Peer,
    Recording,
    Session,
    Stream,
    Track,
    Transcription,
)
from rooms.simulator.clock import SECOND
from rooms.simulator.jobs import jobs
from rooms.simulator.scenarios import SCENARIOS, Script
from rooms.simulator.scenarios.runs import Run
from rooms.simulator.session import Session as Played
from rooms.simulator.world import World

MORNING = int(datetime(2026, 11, 12, 7, tzinfo=UTC).timestamp()) * 1_000_000_000


@dataclass(frozen=True)
class History:
    """What the channels say of one session once it is over, each event once."""

    session_id: str
    webhooks: list[Envelope]
    analytics: list[Envelope]
    objects: list[Envelope]
    truth: list[Any]
    before: list[Envelope]
    """What the API said of its jobs and files at moments from its beginning on."""

    @property
    def pulled(self) -> list[Envelope]:
        return self.analytics + self.objects

    @property
    def everything(self) -> list[Envelope]:
        return self.webhooks + self.pulled

    def disturbed(self, dice: Random) -> list[list[Envelope]]:
        """All of it in any order, some of it more than once, cut into batches."""
        events = self.everything + [event for event in self.everything if dice.random() < 0.2]
        dice.shuffle(events)
        return cut(events, dice)


def cut(events: list[Envelope], dice: Random) -> list[list[Envelope]]:
    """Batches of any size, in this order."""
    batches = []
    while events:
        size = dice.choice([1, 3, 20, 200])
        batches.append(events[:size])
        events = events[size:]
    return batches


def nameless(event: Envelope) -> Envelope:
    """The same event of one that does not say in which session it was."""
    data = {key: value for key, value in event.data.items() if key != "session_id"}
    return parse({**event.payload, "data": data}, Channel(event.channel))


def history(scenario: str, seed: int, *, people: int = 6, duration: float = 600) -> History:
    if scenario == "pushed":
        return pushed(seed)
    return of_script(SCENARIOS[scenario](seed, people=people, duration=duration))


def pushed(seed: int) -> History:
    """A class sent to two other platforms, once recorded on the way and once not, and orders that came to nothing."""
    script = SCENARIOS["class"](seed, people=4, duration=600)
    urls = ("rtmp://a.example.com/live2/key-one", "rtmps://b.example.com/app/key-two")
    runs = [
        Run("external", "kept", 60 * SECOND, 200 * SECOND, 57 * SECOND, rtmp=urls, keeps=True, lag=120 * SECOND),
        Run("external", "sent", 210 * SECOND, 300 * SECOND, 207 * SECOND, rtmp=urls[:1], keeps=False),
        Run("external", "broken", 310 * SECOND, 330 * SECOND, 307 * SECOND, rtmp=urls, error="UPLOAD_ERROR"),
        Run("recording", "early", 400 * SECOND, 399 * SECOND, 396 * SECOND),
        Run("live", "only live", 410 * SECOND, 500 * SECOND, 407 * SECOND, keeps=False, vod=False, single=False),
    ]
    return of_script(replace(script, runs=tuple(runs)))


def of_script(script: Script) -> History:
    world = _afterwards()
    return _of_session(world, world.play(script, world.add_room("Year 9 Physics, group B"), MORNING))


def one_after_another(seed: int, *, gap: int) -> list[History]:
    """Two classes in one room, the second `gap` seconds after the first."""
    world = _afterwards()
    room = world.add_room("Year 9 Physics, group B")
    scripts = [SCENARIOS["recorded"](seed + nth, people=4, duration=600) for nth in (0, 1)]
    starts = [MORNING, MORNING + (600 + gap) * SECOND]
    played = [world.play(script, room, start) for script, start in zip(scripts, starts, strict=True)]
    return [_of_session(world, session) for session in played]


def _afterwards() -> World:
    return World(clock=lambda: MORNING + 30 * 3600 * SECOND)


def _of_session(world: World, session: Played) -> History:
    said = world.events(session.id, lost=True)
    return History(
        session_id=session.id,
        webhooks=[parse(event, Channel.WEBHOOK) for channel, event in said if channel == "webhook"],
        analytics=[parse(event, Channel.ANALYTICS) for channel, event in said if channel == "analytics"],
        objects=[*snapshots.of_session(world.session_object(session.id)), *of_jobs(world, session.id)],
        truth=world.truth(session.id),
        before=[event for minutes in range(1, 40, 2) for event in _of_jobs_then(world, session, minutes)],
    )


def of_jobs(world: World, session_id: str) -> list[Envelope]:
    """What the API's lists of jobs and files say of a session now."""
    read_at = world.now() // 1_000
    kinds = {
        "recording": snapshots.of_recording,
        "live": snapshots.of_live_stream,
        "external": snapshots.of_external_stream,
    }
    found = []
    for family, events_of in kinds.items():
        for job in jobs(world, family, session_id=session_id):
            found += events_of(job.as_object(), read_at=read_at)
            found += [snapshots.of_recording_asset(one.as_object(), read_at=read_at) for one in job.assets]
    return found


def _of_jobs_then(world: World, session: Played, minutes: int) -> list[Envelope]:
    with world.standing_still(at=session.start + minutes * 60 * SECOND):
        return of_jobs(world, session.id)


def rows() -> dict[str, list[dict[str, Any]]]:
    """All read models, as plain values in a fixed order. `folded_to` is bookkeeping, not something anybody reads."""
    return {
        model.__name__: [
            {key: value for key, value in row.items() if key != "folded_to"}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in (Session, Peer, Track, Failure, Recording, Asset, Stream, Transcription, Ingest)
    }
