"""What the API says of an object, as events (DESIGN, rule 1).

A session is cut into itself and its peers: a class of 500 in which one person leaves costs two new events, not 501. So
is a run of a poll into itself, its questions, its answers and its scores, and a job into itself and its files.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from analytics.envelope import Envelope, Malformed, is_id, parse, snapshot
from analytics.projections.batch import readable
from analytics.projections.evidence import path
from rooms.masking import MASK, masked


class Place(NamedTuple):
    """Where a poll was asked. The objects of section Polls name no room, and an event must."""

    room_id: str
    session_id: str
    poll_id: str


def of_session(raw: Mapping[str, Any]) -> list[Envelope]:
    """The events of one session object as received (contract, schema Session).

    `peers` is a map in every sample and an array on the object's page: both are read. Raises `Malformed` when the
    object lacks its id or its room.
    """
    session_id, room_id = raw.get("id"), raw.get("room_id")
    changed = readable(raw.get("updated_at")) or readable(raw.get("created_at")) or 0
    session = {key: value for key, value in raw.items() if key not in {"peers", "id"}}
    events = [snapshot("session", {**session, "session_id": session_id}, emitted_at=changed)]
    peers = raw.get("peers") or {}
    for peer in peers.values() if isinstance(peers, Mapping) else peers:
        named = {key: value for key, value in peer.items() if key not in {"id", "name"}}
        events.append(
            snapshot(
                "peer",
                {
                    **named,
                    "room_id": room_id,
                    "session_id": session_id,
                    "peer_id": peer.get("id"),
                    "user_name": peer.get("name", ""),
                },
                emitted_at=changed,
            )
        )
    return events


def of_recording(raw: Mapping[str, Any], *, read_at: int) -> list[Envelope]:
    """The events of a recording job: itself, and each file that a single reading brings (contract, schema Recording).

    Secrets are masked before they become events (EVENTS trap 36): addresses are shown, and nobody gets in by them.
    Raises `Malformed` when it lacks its id or its room.
    """
    return _of_job("recording", raw, read_at)


def of_live_stream(raw: Mapping[str, Any], *, read_at: int) -> list[Envelope]:
    """As `of_recording`, of a live stream (contract, schema LiveStream)."""
    return _of_job("live_stream", raw, read_at)


def of_external_stream(raw: Mapping[str, Any], *, read_at: int) -> list[Envelope]:
    """As `of_recording`, of an external stream (contract, schema ExternalStream)."""
    return _of_job("external_stream", raw, read_at)


def of_recording_asset(raw: Mapping[str, Any], *, read_at: int) -> Envelope:
    """One file (contract, schema RecordingAsset). A link to it, should one be sent, is masked (EVENTS trap 33)."""
    at = readable(raw.get("created_at")) or read_at
    # Where it lies stays to the letter, for webhooks name it too; "#" and "?" are parts of names there.
    content = {**masked(_named(raw, "asset_id")), "path": path(raw.get("path"))}
    return snapshot("recording_asset", content, emitted_at=at)


def _of_job(kind: str, raw: Mapping[str, Any], read_at: int) -> list[Envelope]:
    at = readable(raw.get("updated_at")) or readable(raw.get("created_at")) or read_at
    files = raw.get("recording_assets")
    job = {key: value for key, value in _named(raw, "job_id").items() if key != "recording_assets"}
    if job.get("meeting_url"):
        # Its path may hold a room code, which lets in whoever has it.
        job["meeting_url"] = MASK
    events = [snapshot(kind, masked(job), emitted_at=at)]
    place = {key: job.get(key) for key in ("job_id", "room_id", "session_id")}
    for file in files if isinstance(files, list) else ():
        if isinstance(file, Mapping):
            events.append(of_recording_asset({**file, **place}, read_at=read_at))
    return events


def again(event: Envelope) -> Envelope:
    """The same content told once more, as an event of its own: its id adds the moment to the content's."""
    moment = event.payload["timestamp"]
    event_id = f"{event.id}-{hashlib.blake2b(moment.encode(), digest_size=4).hexdigest()}"
    return parse({**event.payload, "id": event_id}, event.channel)


def content_id(event_id: str) -> str:
    """The id that the content alone gives, of either kind of event."""
    return "-".join(event_id.split("-")[:2])


def of_poll(raw: Mapping[str, Any], place: Place, *, read_at: int) -> Envelope:
    """A poll as it stood at a reading, for one session: later edits do not change what was asked there."""
    return _of_poll_run("poll", {key: value for key, value in raw.items() if key != "id"}, place, read_at)


def of_poll_run(raw: Mapping[str, Any], place: Place, *, read_at: int) -> Envelope:
    """One run of a poll (contract, schema PollSession)."""
    return _of_poll_run("poll_run", _named(raw, "run_id"), place, read_at)


def of_poll_response(raw: Mapping[str, Any], place: Place, *, read_at: int, anonymous: bool) -> Envelope:
    """One answer (contract, schema PollResponse). Of an anonymous one only what says nothing of whose it is."""
    kept = {key: value for key, value in raw.items() if key in _WHAT} if anonymous else raw
    return _of_poll_run("poll_response", _named(kept, "response_id"), place, read_at)


def of_poll_result(raw: Mapping[str, Any], place: Place, *, read_at: int, anonymous: bool) -> Envelope:
    """The points of one participant (contract, schema PollResult); anonymous as `of_poll_response`."""
    kept = {key: value for key, value in raw.items() if key in _WHAT} if anonymous else raw
    return _of_poll_run("poll_result", _named(kept, "result_id"), place, read_at)


# What an answer or a score says beside whose it is.
_WHAT: Final = frozenset(
    {
        "id",
        "question",
        "duration",
        "skipped",
        "text",
        "option",
        "options",
        "update",
        "original_response",
        "retries",
        "sent_at",
        "score",
    }
)


def _named(raw: Mapping[str, Any], name: str) -> dict[str, Any]:
    """With its id under a name of its own. Raises `Malformed` when that could not stand in an address."""
    if not isinstance(raw.get("id"), str) or not is_id(raw["id"]):
        raise Malformed("id", f"expected an id of 100ms, got {raw.get('id')!r}")
    return {**{key: value for key, value in raw.items() if key != "id"}, name: raw["id"]}


def _of_poll_run(kind: str, content: Mapping[str, Any], place: Place, read_at: int) -> Envelope:
    """These objects bear no time of their last change, so an event of them is of the moment it was read."""
    return snapshot(kind, {**content, **place._asdict()}, emitted_at=read_at)
