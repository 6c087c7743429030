"""How the network of one stay was, in words and figures: asked of 100ms when somebody looks, and kept for a while."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.core.cache import cache

from analytics import instants, queries
from analytics.models import Peer
from analytics.quality import (
    LOSS,
    ROUND_TRIP,
    ROUND_TRIP_MOST,
    STEP,
    Finding,
    Line,
    Quality,
    Series,
    Stream,
    Stretch,
    Way,
    figure,
    quality,
)
from dashboard.times import local
from dashboard.unread import why_unread
from rooms import hms
from rooms.connection import LOOK, NotConfigured, client
from rooms.hms.resources.analytics import Quality as HmsQuality
from rooms.hms.resources.analytics import TrackStats

HELD: Final = timedelta(days=30)  # EVENTS trap 38
KEPT: Final = 6 * 3600  # seconds; what an ended session had does not change
KEPT_NOTHING: Final = 5 * 60  # 100ms may be working it out yet
TOLD: Final = 4  # findings; the rest is counted
_POINTS: Final = 120  # of a line drawn
_WIDTH, _HEIGHT = 1000, 40
_MEASURES: Final = ("bitrate", "fps", "packet_loss_percent", "rtt_ms", "jitter_ms", "freeze_count")
_KINDS: Final = {"mic": "microphone", "camera": "camera", "screen": "screen"}
_GOT: Final = {"mic": "sound of others", "camera": "cameras of others", "screen": "screens of others"}


class State(StrEnum):
    """`NOTHING`: 100ms has no figures. `UNREAD`: it did not tell."""

    KNOWN = "known"
    LIVE = "live"
    TOO_OLD = "too_old"
    NOTHING = "nothing"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line as SVG in a box of 1000 by 40: what lies under it, and where it was weak (x and width)."""

    line: str
    area: str
    weak: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One kind in one direction. Figures are words with units, "" where 100ms has none; `said` reads the line aloud."""

    name: str
    drawn: Drawn
    said: str
    bitrate: str
    lost: str
    lost_most: str
    is_weak: bool
    round_trip: str
    is_slow: bool
    jitter: str
    fps: str
    freezes: int | None


@dataclass(frozen=True, slots=True)
class QualityReading:
    """`verdict` says whose side it points to; `sentences` the stretches that stand out, `more` how many others."""

    state: State
    problem: str = ""
    verdict: str = ""
    is_well: bool = True
    sentences: tuple[str, ...] = ()
    more: int = 0
    start: int = 0
    end: int = 0
    rows: tuple[Row, ...] = ()


def quality_reading(peer: Peer, now: datetime) -> QualityReading:
    """Of a stay that came with its session. One call to 100ms at most, without a second try."""
    frame = queries.frame(peer.session, now)
    if frame.is_live:
        return QualityReading(State.LIVE)
    found = _kept(peer)
    if found is None:
        if instants.to_datetime(frame.until) < now - HELD:
            return QualityReading(State.TOO_OLD)
        try:
            found = _asked(peer)
        except (hms.Error, NotConfigured) as problem:
            return QualityReading(State.UNREAD, problem=why_unread(problem))
    return reading_of(found) if not found.is_empty else QualityReading(State.NOTHING)


def reading_of(found: Quality) -> QualityReading:
    """The words and pictures of what the series say. Times are those of the viewer's clock."""
    times = [at for stream in found.streams for line in (stream.bitrate, stream.loss, stream.fps) for at, _ in line]
    start, end = (min(times), max(times) + STEP) if times else (0, 0)
    told = sorted(found.findings, key=lambda one: one.lost * (one.end - one.start), reverse=True)[:TOLD]
    slow = sorted(found.slow, key=lambda one: one.end - one.start, reverse=True)[:1]
    sentences = [(one.start, _sentence(one)) for one in told] + [(one.start, _slow(one)) for one in slow]
    return QualityReading(
        State.KNOWN,
        verdict=_verdict(found),
        is_well=not found.findings and not found.slow,
        sentences=tuple(words for _, words in sorted(sentences)),
        more=len(found.findings) - len(told) + len(found.slow) - len(slow),
        start=start,
        end=end,
        rows=tuple(_row(stream, start, end) for stream in found.streams),
    )


def _kept(peer: Peer) -> Quality | None:
    found = cache.get(_key(peer))
    return found if isinstance(found, Quality) else None


def _asked(peer: Peer) -> Quality:
    try:
        stats = client(patience=0, timeout=LOOK).analytics.peer_stats(peer_id=peer.pk, session_id=peer.session_id)
    except hms.NotFound:
        found = quality((), ())
    else:
        found = quality(_series(stats.publisher), _series(stats.subscriber))
    cache.set(_key(peer), found, KEPT_NOTHING if found.is_empty else KEPT)
    return found


def _key(peer: Peer) -> str:
    # Ids are 100ms's to give out; a cache takes keys of some shapes only.
    return "peer-quality-" + hashlib.sha256(f"{peer.session_id}/{peer.pk}".encode()).hexdigest()


def _series(direction: HmsQuality) -> Iterator[Series]:
    for stats in direction.audio:
        yield _one("mic", stats)
    for stats in direction.video:
        yield _one("screen" if stats.type == "screen" else "camera", stats)


def _one(kind: str, stats: TrackStats) -> Series:
    points = [
        (number, int(at) * instants.MILLISECOND)
        for number, at in enumerate(stats.series("timestamps"))
        if at is not None and instants.FIRST <= at * instants.MILLISECOND < instants.LAST
    ]
    values = {name: stats.series(name) for name in _MEASURES}
    return Series(
        kind,
        [at for _, at in points],
        {
            name: [series[number] if number < len(series) else None for number, _ in points]
            for name, series in values.items()
            if series
        },
    )


# In words


def _verdict(found: Quality) -> str:
    up, down = found.lost(Way.SENT), found.lost(Way.GOT)
    if up and down:
        return "The network of this device was weak, both ways."
    if up:
        return "The upload of this device was weak."
    if down:
        return "The download of this device was weak."
    if found.slow:
        return "The way between this device and 100ms was long."
    return "Nothing here points to the network."


def _sentence(finding: Finding) -> str:
    between = f"between {_hm(finding.start)} and {_hm(finding.end)}"
    kinds = " and ".join(_KINDS[kind] for kind in finding.kinds)
    if finding.way == Way.GOT:
        return f"Lost {_percent(finding.lost)} of what came from others ({kinds}) {between}: the download was weak."
    verb = "Sent little and lost" if finding.little else "Lost"
    return f"{verb} {_percent(finding.lost)} of the packets it sent ({kinds}) {between}: the upload was weak."


def _slow(stretch: Stretch) -> str:
    felt = "too long to talk to and fro" if stretch.value >= ROUND_TRIP_MOST else "answers came late"
    between = f"between {_hm(stretch.start)} and {_hm(stretch.end)}"
    return f"Needed {stretch.value:.0f} ms to 100ms and back {between}: {felt}."


def _row(stream: Stream, start: int, end: int) -> Row:
    name = (_KINDS if stream.way == Way.SENT else _GOT)[stream.kind]
    rate, lost, trip = figure(stream.bitrate, low_is_bad=True), figure(stream.loss), figure(stream.round_trip)
    jitter, fps = figure(stream.jitter), figure(stream.fps, low_is_bad=True)
    usual = _bits(rate.usual) if rate else "not told"
    return Row(
        name=name,
        drawn=_drawn(stream.bitrate, stream.weak, start, end),
        said=f"Bit rate of {name}: usually {usual}; weak {len(stream.weak)} times",
        bitrate=_bits(rate.usual) if rate else "",
        lost=_percent(lost.usual) if lost else "",
        lost_most=_percent(lost.worst) if lost else "",
        is_weak=bool(stream.weak),
        round_trip=f"{trip.usual:.0f} ms" if trip else "",
        is_slow=bool(trip and trip.usual >= ROUND_TRIP),
        jitter=f"{jitter.usual:.1f} ms" if jitter else "",
        fps=f"{fps.usual:.0f} a second" if fps else "",
        freezes=stream.freezes,
    )


def _hm(at: int) -> str:
    return f"{local(at):%H:%M}"


def _percent(value: float) -> str:
    return f"{value:.0f} %" if value >= 10 else f"{value:.1f} %"


def _bits(value: float) -> str:
    """Bits per second: "64 kbit/s", "2.4 Mbit/s"."""
    return f"{value / 1e6:.1f} Mbit/s" if value >= 999_500 else f"{value / 1e3:.0f} kbit/s"


# As a picture


def _drawn(line: Line, weak: Iterable[Stretch], start: int, end: int) -> Drawn:
    """The line over the whole stay, broken where there was nothing for a while."""
    width = max(end - start, 1)
    step = max(width // _POINTS, 1)
    most = max((value for _, value in line), default=0) or 1
    pieces: list[list[tuple[float, float]]] = []
    last = None
    for at, value in _thinned(line, start, step):
        if last is None or at - last > max(4 * step, instants.MINUTE // 2):
            pieces.append([])
        pieces[-1].append(((at - start) / width * _WIDTH, _HEIGHT - 1 - value / most * (_HEIGHT - 4)))
        last = at
    bands = tuple((_x(one.start, start, width), max(_x(one.end, one.start, width), 4)) for one in weak)
    return Drawn(
        line=" ".join(_path(piece) for piece in pieces),
        area=" ".join(f"{_path(piece)}L{piece[-1][0]:.0f} {_HEIGHT}L{piece[0][0]:.0f} {_HEIGHT}Z" for piece in pieces),
        weak=bands,
    )


def _x(at: int, start: int, width: int) -> float:
    return round((at - start) / width * _WIDTH, 1)


def _thinned(line: Line, start: int, step: int) -> Iterator[tuple[int, float]]:
    """At most one point a step, the mean of what falls into it."""
    held: dict[int, list[tuple[int, float]]] = {}
    for at, value in line:
        held.setdefault((at - start) // step, []).append((at, value))
    for points in held.values():
        yield points[0][0], sum(value for _, value in points) / len(points)


def _path(piece: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.0f} {y:.1f}" for x, y in piece)


LIMITS: Final = (
    f"Weak is {LOSS['mic']:.0f} % lost of sound or {LOSS['camera']:.0f} % of picture for 20 s and more (ITU-T G.1010); "
    f"a long way is {ROUND_TRIP:.0f} ms there and back (ITU-T G.114)."
)
