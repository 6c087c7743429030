"""Tracks: when a microphone, a camera or a screen was not muted (EVENTS traps 24 to 27).

The fold is `intervals.on_spans`. Events that come after everything a row holds continue it: its open stretch is the
state they start from, so continuing and folding anew give the same. Anything late folds the track anew.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from analytics import instants
from analytics.envelope import Envelope
from analytics.intervals import TrackState, on_spans
from analytics.models import Peer, Track
from analytics.projections import peers
from analytics.projections.batch import Batch, moment, plain, text
from analytics.projections.peers import TRACK_TYPES

Events = dict[str, list[Envelope]]  # by track

FIELDS = ["peer_id", "session_id", "kind", "started_at", "stopped_at", "on", "folded_to"]

KINDS = {
    ("audio", "regular"): Track.Kind.MIC,
    ("video", "regular"): Track.Kind.CAMERA,
    ("video", "screen"): Track.Kind.SCREEN,
    ("audio", "screen"): Track.Kind.SCREEN_AUDIO,
}
ACTIONS: dict[str, Literal["add", "update", "remove"]] = {
    "track.add.success": "add",
    "track.update.success": "update",
    "track.remove.success": "remove",
}


@dataclass(frozen=True, slots=True)
class Folded:
    """`on`: stretches not muted as instants, an open end None. `folded_to`: the latest state's instant."""

    peer_id: str
    session_id: str
    kind: str
    started: int | None
    stopped: int | None
    on: tuple[tuple[int, int | None], ...]
    folded_to: int


def state(event: Envelope) -> TrackState:
    """What a track event says; `mute` is the state after it (trap 24)."""
    stamp = event.payload.get("timestamp")
    return TrackState(
        at=event.emitted_at,
        sequence_key=f"{instants.sequence(stamp) if isinstance(stamp, str) else ''}{event.id}",
        kind=ACTIONS[event.type],
        mute=event.data.get("mute") is not False,
    )


def fold_track(events: Sequence[Envelope], row: Track | None = None) -> Folded:
    """One track from its events in any order; with `row`, from what the row holds and events that came after it.

    The first event says whose it is, the first that names a kind we know says which. Start and stop are what the
    events name, else the moment of the add or the removal itself.
    """
    events = sorted(events, key=lambda event: (event.emitted_at, event.id))
    states = [state(event) for event in events]
    adds = [at for event in events if (at := _started(event)) is not None]
    removes = [_stopped(event) for event in events if event.type == "track.remove.success"]
    kinds = [kind for event in events if (kind := KINDS.get((text(event, "type"), text(event, "source"))))]
    peer_id, session_id = events[0].peer_id, events[0].session_id
    settled: list[tuple[int, int | None]] = []
    if row is not None:
        # What is closed stays closed, for all new states come later; what is still open is the state to go on from.
        settled = [(start, end) for start, end in row.on if end is not None]
        states += [TrackState(start, "", "update", mute=False) for start, end in row.on if end is None]
        kinds = [Track.Kind(row.kind), *kinds] if row.kind != Track.Kind.OTHER else kinds
        peer_id, session_id = row.peer_id, row.session_id
        if row.started_at is not None:
            adds.append(instants.from_datetime(row.started_at))
    return Folded(
        peer_id=peer_id,
        session_id=session_id,
        kind=kinds[0] if kinds else Track.Kind.OTHER,
        started=min(adds, default=None),
        stopped=min(removes, default=None),
        on=(*settled, *on_spans(states)),
        folded_to=events[-1].emitted_at,
    )


def _started(event: Envelope) -> int | None:
    named = moment(event, "started_at")
    return event.emitted_at if named is None and event.type == "track.add.success" else named


def _stopped(event: Envelope) -> int:
    named = moment(event, "stopped_at")
    return event.emitted_at if named is None else named


def project_tracks(batch: Batch) -> None:
    """Write the row of every track the batch speaks of, and of its peer where nothing else has named that yet."""
    new: Events = defaultdict(list)
    for event in batch.of(TRACK_TYPES):
        if event.peer_id and event.session_id and (track_id := _track_id(event)):
            new[track_id].append(event)
    if not new:
        return
    _ensure_peers(batch, {events[0].peer_id for events in new.values()})
    rows = Track.objects.in_bulk(new)
    continued = {track_id for track_id, row in rows.items() if _comes_after(new[track_id], row)}
    late = {track_id: row for track_id, row in rows.items() if track_id not in continued}
    folded = {track_id: fold_track(events) for track_id, events in new.items() if track_id not in rows}
    folded |= {track_id: fold_track(new[track_id], rows[track_id]) for track_id in continued}
    folded |= {track_id: fold_track(events) for track_id, events in _all_of(batch, late, new).items()}
    Track.objects.bulk_create(
        [_row(track_id, each) for track_id, each in folded.items()],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=FIELDS,
    )


def _track_id(event: Envelope) -> str:
    value = plain(event.data.get("track_id"))
    return value if len(value) <= 64 else ""


def _ensure_peers(batch: Batch, peer_ids: set[str]) -> None:
    settled = set(Peer.objects.filter(pk__in=peer_ids, announced=True).values_list("pk", flat=True))
    peers.write(batch, peer_ids - settled)


def _comes_after(events: Sequence[Envelope], row: Track) -> bool:
    return row.stopped_at is None and min(event.emitted_at for event in events) > row.folded_to


def _all_of(batch: Batch, rows: Mapping[str, Track], new: Events) -> Events:
    """Every event of these tracks, by the peers that name them."""
    every: Events = defaultdict(list)
    if rows:
        peer_ids = {row.peer_id for row in rows.values()} | {event.peer_id for pk in rows for event in new[pk]}
        for event in batch.history(types=TRACK_TYPES, peer_id__in=peer_ids):
            if (track_id := _track_id(event)) in rows:
                every[track_id].append(event)
    return every


def _row(track_id: str, folded: Folded) -> Track:
    return Track(
        id=track_id,
        peer_id=folded.peer_id,
        session_id=folded.session_id,
        kind=folded.kind,
        started_at=None if folded.started is None else instants.to_datetime(folded.started),
        stopped_at=None if folded.stopped is None else instants.to_datetime(folded.stopped),
        on=[list(span) for span in folded.on],
        folded_to=folded.folded_to,
    )
