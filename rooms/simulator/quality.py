"""One peer's quality series over an ended session (EVENTS trap 39): made up, but over the stretches that were, and bad
before a network drop.
"""

import random
from typing import Any

from rooms.simulator.clock import SECOND
from rooms.simulator.scenarios.script import Stay, Track
from rooms.simulator.session import Session

_STEP = 10 * SECOND
_LAYERS = (("h", 1.0), ("m", 0.4), ("l", 0.12))  # of a camera: name, share of the bitrate
_SEEN = 9  # how many others a screen shows at once
_DROPS = ("websocket closed", "ice connection state closed")
_FADING = 120 * SECOND  # before a network drop the way up is bad for so long


def peer_stats(session: Session, stay: Stay) -> dict[str, Any]:
    """The series of what a peer sent and of what it got, a point each ten seconds of a track that was on."""
    sent = [(track, moments) for track in stay.tracks if (moments := _moments(session, stay, track, stay))]
    got = [
        (other, track, moments)
        for other in session.script.stays
        if other.key != stay.key
        for track in other.tracks
        if (moments := _moments(session, other, track, stay))
    ]
    video = [one for one in got if one[1].kind == "video"][:_SEEN]
    audio = [one for one in got if one[1].kind == "audio"][:_SEEN]
    return {
        "peer_id": session.peer_id(stay.key),
        "session_id": session.id,
        "room_id": session.room.id,
        "publisher": {
            "video": [
                _sent_video(session, stay, track, moments, rid, share)
                for track, moments in sent
                if track.kind == "video"
                for rid, share in (_LAYERS if track.source == "regular" else ((None, 1.0),))
            ],
            "audio": [_sent_audio(session, stay, track, moments) for track, moments in sent if track.kind == "audio"],
        },
        "subscriber": {
            "video": [_got_video(session, other, track, moments) for other, track, moments in video],
            "audio": [_got_audio(session, other, track, moments) for other, track, moments in audio],
        },
    }


def _moments(session: Session, owner: Stay, track: Track, watcher: Stay) -> list[int]:
    """Unix milliseconds of the points of a track while the watcher was there."""
    found: list[int] = []
    for start, end in track.on:
        begin = session.when(max(start, watcher.start, owner.start))
        until = session.when(min(end, watcher.end, owner.end))
        found += [moment // 1_000_000 for moment in range(-(-begin // _STEP) * _STEP, until, _STEP)]
    return found


def _chance(session: Session, stay: Stay, track: Track, *more: object) -> random.Random:
    return random.Random(f"{session.id}/{stay.key}/{track.key}/{more}")


def _around(chance: random.Random, middle: float, moments: list[int], digits: int | None = 1) -> list[float]:
    return [round(middle * chance.triangular(0.6, 1.3, 1), digits) for _ in moments]


def _bad(session: Session, stay: Stay, moments: list[int]) -> list[bool]:
    """Which of the points lie shortly before the network of a stay broke."""
    end = session.when(stay.end) // 1_000_000
    dropped = stay.reason in _DROPS
    return [dropped and end - moment <= _FADING // 1_000_000 for moment in moments]


def _faded(values: list[float], bad: list[bool], factor: float) -> list[float]:
    return [round(value * factor, 1) if is_bad else value for value, is_bad in zip(values, bad, strict=True)]


def _sent_video(
    session: Session, stay: Stay, track: Track, moments: list[int], rid: str | None, share: float
) -> dict[str, Any]:
    chance = _chance(session, stay, track, rid)
    screen = track.source == "screen"
    bad = _bad(session, stay, moments)
    return {
        "track_id": session.track_id(stay.key, track.key),
        "type": track.source,
        "rid": rid,
        "time_series": {
            "timestamps": moments,
            "bitrate": _faded(_around(chance, (800_000 if screen else 2_400_000) * share, moments, None), bad, 0.2),
            "fps": _around(chance, 5 if screen else 28, moments, None),
            "packet_loss_percent": _faded(_around(chance, 0.3, moments), bad, 40),
            "rtt_ms": _around(chance, 55, moments, None),
        },
    }


def _sent_audio(session: Session, stay: Stay, track: Track, moments: list[int]) -> dict[str, Any]:
    chance = _chance(session, stay, track)
    bad = _bad(session, stay, moments)
    return {
        "track_id": session.track_id(stay.key, track.key),
        "time_series": {
            "timestamps": moments,
            "bitrate": _faded(_around(chance, 32_000, moments, None), bad, 0.2),
            "packet_loss_percent": _faded(_around(chance, 0.2, moments), bad, 40),
            "rtt_ms": _around(chance, 55, moments, None),
            "jitter_ms": _around(chance, 2.5, moments),
        },
    }


def _bitrates(chance: random.Random, middle: float, moments: list[int]) -> list[float | None]:
    """The first point has none: there is nothing yet to take the difference to."""
    return [None, *_around(chance, middle, moments[1:], None)]


def _got_video(session: Session, other: Stay, track: Track, moments: list[int]) -> dict[str, Any]:
    chance = _chance(session, other, track, "got")
    return {
        "track_id": session.track_id(other.key, track.key),
        "type": track.source,
        "time_series": {
            "timestamps": moments,
            "bitrate": _bitrates(chance, 700_000, moments),
            "fps": _around(chance, 24, moments, None),
            "freeze_count": [int(chance.random() < 0.02) for _ in moments],
        },
    }


def _got_audio(session: Session, other: Stay, track: Track, moments: list[int]) -> dict[str, Any]:
    chance = _chance(session, other, track, "got")
    return {
        "track_id": session.track_id(other.key, track.key),
        "time_series": {
            "timestamps": moments,
            "bitrate": _bitrates(chance, 30_000, moments),
            "concealed_samples": [int(chance.random() < 0.05) * 480 for _ in moments],
            "packet_loss_percent": _around(chance, 0.2, moments),
        },
    }
