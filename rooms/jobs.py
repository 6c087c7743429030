"""What 100ms runs in a room and ran there: recordings, live streams, external streams, and the files they left.

Nothing is mirrored: it is read when somebody looks, and kept in the cache for a few seconds for all who look. The cache
may be another machine, so addresses that hold secrets (stream keys, meeting tokens) are masked before they go there.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import Any, Final, cast
from uuid import uuid4

from django.core.cache import cache

from rooms import hms
from rooms.connection import NotConfigured, client
from rooms.hms import Client
from rooms.hms.resources.external_streams import ExternalStream
from rooms.hms.resources.jobs import Asset
from rooms.hms.resources.jobs import Job as HmsJob
from rooms.hms.resources.live_streams import LiveStream
from rooms.hms.resources.recording_assets import RecordingAsset
from rooms.masking import masked, masked_text, without_path
from rooms.mirrors.reading import words_of
from rooms.models import Room
from rooms.unsettled_jobs import settle

# One page of each list. No order is documented; all samples have the newest first.
NEWEST: Final = 100
ACTIVE: Final = frozenset({"starting", "running", "stopping"})
FRESH_FOR: Final = timedelta(seconds=4)
FILES_FRESH_FOR: Final = timedelta(seconds=20)
EVERYWHERE_FRESH_FOR: Final = timedelta(seconds=10)
# After a try that failed nobody asks for so long: each try may cost a whole time-out.
REST: Final = timedelta(seconds=15)
TIMEOUT: Final = 3.0  # seconds that a page waits for one answer
_KEPT: Final = 24 * 3600  # seconds that the last reading is shown while 100ms is down
_TURN: Final = 30  # seconds; longer than one reading takes
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
_EVERYWHERE: Final = "jobs-everywhere"


class Kind(StrEnum):
    """The value is the noun of the audit."""

    RECORDING = "recording"
    LIVE = "live_stream"
    EXTERNAL = "external_stream"


@dataclass(frozen=True, slots=True)
class File:
    """A file that a job left (contract, RecordingAsset). `size` in bytes, `seconds` 0 for chat; `room_id` "" inside
    its job."""

    id: str
    type: str
    status: str
    size: int
    seconds: float
    created_at: datetime | None
    job_id: str = ""
    room_id: str = ""
    output: str = ""
    layer: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A recording or stream, without its secrets.

    `status` as 100ms says it; there is none for "paused". `outputs` are masked addresses; `keeps` names what is kept
    of a stream; `started_by` and `stopped_by` are peer ids, "" when it was done over the API.
    """

    kind: Kind
    id: str
    room_id: str
    session_id: str
    status: str
    created_at: datetime | None
    started_at: datetime | None
    stopped_at: datetime | None
    started_by: str = ""
    stopped_by: str = ""
    destination: str = ""
    meeting: str = ""
    outputs: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    kinds_of_files: tuple[str, ...] = ()
    files: tuple[File, ...] = ()

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def seconds(self) -> float:
        """How long it ran; 0 while nobody knows."""
        if self.started_at is None or self.stopped_at is None:
            return 0
        return max(0.0, (self.stopped_at - self.started_at).total_seconds())


@dataclass(frozen=True, slots=True)
class Look:
    """What was read last: `as_of` None when never; `problem` why it is no newer, in words ("" when it is new)."""

    found: tuple[Any, ...] = ()
    as_of: datetime | None = None
    asked_at: datetime = _LONG_AGO
    problem: str = ""

    @property
    def is_late(self) -> bool:
        """To `_asof.html` it looks like a `dashboard.freshness.Freshness`."""
        return bool(self.problem)


class NotInRoom(LookupError):
    """No such job or file is in this room."""


def look(room: Room, *, now: datetime, timeout: float = TIMEOUT) -> Look:
    """The newest jobs of a room, by the time they were ordered. Never raises for what 100ms does."""

    def read() -> tuple[Job, ...]:
        found = tuple(job for kind in Kind for job in _newest(client(patience=0, timeout=timeout), kind, room))
        settle(room, found, now=now)
        return tuple(sorted(found, key=lambda job: job.created_at or _LONG_AGO, reverse=True))

    return _looked(_key("jobs", room), read, fresh_for=FRESH_FOR, now=now, timeout=timeout)


def held(room: Room) -> Look:
    """The last look at the jobs of a room, however old. Asks nobody."""
    known: Look | None = cache.get(_key("jobs", room))
    return known or Look()


def look_everywhere(*, now: datetime) -> Look:
    """What runs now in any room, for who watches over all of them. Never raises for what 100ms does."""

    def read() -> tuple[Job, ...]:
        lists = _lists(client(patience=0, timeout=TIMEOUT)).items()
        return tuple(of(kind, job) for kind, ask in lists for job in islice(ask(status="running"), NEWEST))

    return _looked(_EVERYWHERE, read, fresh_for=EVERYWHERE_FRESH_FOR, now=now)


def held_everywhere() -> Look:
    """The last look at what runs in any room, however old. Asks nobody."""
    known: Look | None = cache.get(_EVERYWHERE)
    return known or Look()


def look_at_files(room: Room, *, now: datetime) -> Look:
    """The newest files of a room, of all its jobs."""

    def read() -> tuple[File, ...]:
        assets = client(patience=0, timeout=TIMEOUT).recording_assets.list(room_id=room.pk, limit=NEWEST)
        return tuple(of_asset(asset) for asset in islice(assets, NEWEST) if asset.room_id == room.pk)

    return _looked(_key("files", room), read, fresh_for=FILES_FRESH_FOR, now=now)


def forget(room: Room) -> None:
    """Something was changed, or may have been: whoever looks next asks 100ms."""
    for part in ("jobs", "files"):
        key = _key(part, room)
        cache.set(f"{key}:forgotten", uuid4().hex, 2 * _TURN)  # for who is asking at this moment
        if known := cache.get(key):
            cache.set(key, replace(known, asked_at=_LONG_AGO), _KEPT)


def active(room: Room, kind: Kind) -> list[Job]:
    """Those that start, run or stop right now, fresh from 100ms. Raises `hms.Error`."""
    return [job for job in _newest(client(timeout=TIMEOUT), kind, room) if job.is_active]


def has_session(room: Room) -> bool:
    """Does a session run in the room, by 100ms at this moment? Raises `hms.Error`."""
    try:
        client(timeout=TIMEOUT).active_rooms.get(room.pk)
    except hms.NotFound:
        return False
    return True


def one(room: Room, kind: Kind, job_id: str) -> Job:
    """One job of this room with its files, fresh. Raises `NotInRoom`, `hms.Error`."""
    asked = client(patience=0, timeout=TIMEOUT)
    get: Mapping[Kind, Callable[[str], HmsJob]] = {
        Kind.RECORDING: asked.recordings.get,
        Kind.LIVE: asked.live_streams.get,
        Kind.EXTERNAL: asked.external_streams.get,
    }
    answer = _if_there(partial(get[kind], job_id))
    if answer.room_id != room.pk:
        raise NotInRoom
    return of(kind, answer)


def config(recording: Job) -> dict[str, Any]:
    """What a recording was started with, masked; by the contract any key may come. {} when 100ms keeps none.

    Raises `hms.Error`.
    """
    try:
        answer = client(patience=0, timeout=TIMEOUT).recordings.config(recording.id)
    except hms.NotFound:
        return {}
    settings = {name: value for name, value in answer.raw.items() if value not in (None, "", {}, [])}
    if isinstance(settings.get("meeting_url"), str):
        settings["meeting_url"] = without_path(settings["meeting_url"])
    return dict(masked(settings))


def file(asset_id: str) -> File:
    """One file of any room, by its `room_id`. Raises `NotInRoom`, `hms.Error`."""
    return of_asset(_if_there(partial(client(patience=0, timeout=TIMEOUT).recording_assets.get, asset_id)))


def of(kind: Kind, job: HmsJob) -> Job:
    """An answer of 100ms as we keep and show it."""
    outputs: Iterable[str] = ()
    keeps: tuple[str, ...] = ()
    if isinstance(job, LiveStream):
        outputs = [url for url in [job.playback.get("url")] if isinstance(url, str) and url]
        keeps = tuple(name for name in ("hls_vod", "single_file_per_layer") if job.recording.get(name) is True)
    elif isinstance(job, ExternalStream):
        outputs, keeps = job.rtmp_urls, ("video",) if job.recording else ()
    return Job(
        kind=kind,
        id=job.id,
        room_id=job.room_id,
        session_id=job.session_id,
        status=job.status,
        created_at=job.created_at,
        started_at=job.started_at,
        stopped_at=job.stopped_at,
        started_by=job.started_by,
        stopped_by=job.stopped_by,
        destination=job.destination,
        meeting=without_path(job.meeting_url),
        outputs=tuple(masked_text(url) for url in outputs),
        keeps=keeps,
        kinds_of_files=getattr(job, "asset_types", ()),
        files=tuple(replace(of_asset(asset), job_id=job.id, room_id=job.room_id) for asset in job.recording_assets),
    )


def of_asset(asset: Asset) -> File:
    """An asset, alone or inside its job, without the path it lies at."""
    about = asset.metadata
    return File(
        id=asset.id,
        type=asset.type,
        status=asset.status,
        size=asset.size,
        seconds=asset.duration,
        created_at=asset.created_at,
        job_id=asset.job_id if isinstance(asset, RecordingAsset) else "",
        room_id=asset.room_id if isinstance(asset, RecordingAsset) else "",
        output=str(about.get("output_mode") or ""),
        layer=str(about.get("layer") or ""),
    )


def _lists(asked: Client) -> Mapping[Kind, Callable[..., Iterator[HmsJob]]]:
    return {
        Kind.RECORDING: asked.recordings.list,
        Kind.LIVE: asked.live_streams.list,
        Kind.EXTERNAL: asked.external_streams.list,
    }


def _newest(asked: Client, kind: Kind, room: Room) -> Iterator[Job]:
    found = islice(_lists(asked)[kind](room_id=room.pk, limit=NEWEST), NEWEST)
    return (of(kind, job) for job in found if job.room_id == room.pk)


def _if_there(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except (hms.NotFound, hms.Forbidden, ValueError) as problem:
        # Forbidden is what 100ms says to an id it never made; ValueError is ours, for what can be none.
        raise NotInRoom from problem


def _looked(
    key: str, read: Callable[[], tuple[Any, ...]], *, fresh_for: timedelta, now: datetime, timeout: float = TIMEOUT
) -> Look:
    if known := _fresh(key, fresh_for, now):
        return known
    if not cache.add(f"{key}:turn", True, _TURN):
        return cache.get(key) or _awaited(key, timeout)  # somebody else is asking at this moment
    try:
        # Whoever had the turn before may have ended between our look and our turn.
        if known := _fresh(key, fresh_for, now):
            return known
        forgotten = cache.get(f"{key}:forgotten")
        try:
            newest = Look(read(), as_of=now, asked_at=now)
        except (hms.Error, NotConfigured) as problem:
            newest = replace(cache.get(key) or Look(), asked_at=now, problem=words_of(problem))
        cache.set(key, newest, _KEPT)  # before the turn is given back: who comes next finds it
        if cache.get(f"{key}:forgotten") != forgotten:
            # Something was changed while we asked: the answer may be from before, so whoever looks next asks again.
            cache.set(key, replace(newest, asked_at=_LONG_AGO), _KEPT)
    finally:
        cache.delete(f"{key}:turn")
    return newest


def _fresh(key: str, fresh_for: timedelta, now: datetime) -> Look | None:
    """What was read, or tried in vain, so lately that nobody need ask again."""
    known: Look | None = cache.get(key)
    return known if known and known.asked_at > now - (REST if known.problem else fresh_for) else None


def _awaited(key: str, timeout: float) -> Look:
    """What somebody else is reading for the first time; nothing when that takes longer than a page may wait."""
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        if known := cache.get(key):
            return cast(Look, known)
        time.sleep(0.05)
    return Look()


def _key(part: str, room: Room) -> str:
    return f"room-{part}:{room.pk}"
