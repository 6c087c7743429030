"""Reads the events off a session's script: what 100ms would have sent by webhook and listed by analytics."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rooms.simulator.clock import SECOND, in_nanoseconds
from rooms.simulator.occurrence import LISTED, WEBHOOK_ONLY, Occurrence
from rooms.simulator.scenarios.script import Notice, Stay, Track, flips

if TYPE_CHECKING:
    from rooms.simulator.session import Session

# 100ms makes an event a moment after what it tells of; the published track events lag by 1.3 and 1.8 ms.
_LAG = 1_300_000


def occurrences(session: "Session") -> list[Occurrence]:
    """Every event of the session, oldest first."""
    found = [] if session.script.aside else [*_opening_and_closing(session)]
    for stay in session.script.stays:
        found += _coming_and_going(session, stay)
        for track in stay.tracks:
            found += _track(session, stay, track)
    for name, notice in session.script.told():
        found += _notice(session, name, notice)
    found.sort(key=lambda one: (one.at, one.id))
    return found


def _lag(session: "Session") -> int:
    return int(_LAG / session.compress)


def _webhook(session: "Session", at: int, kind: str, *name: object, **data: Any) -> Occurrence:
    lost = data.pop("lost", False)
    return Occurrence(at, "webhook", kind, session.uuid("event", kind, *name), data, lost)


def _opening_and_closing(session: "Session") -> Iterator[Occurrence]:
    lost = session.script.lost
    yield _webhook(
        session,
        session.start,
        "session.open.success",
        **session.common,
        lost="session.open.success" in lost,
    )
    yield _webhook(
        session,
        session.end + _lag(session),
        "session.close.success",
        **session.common,
        session_duration=(session.end - session.start) // SECOND,
        session_stopped_at=in_nanoseconds(session.end),
        lost="session.close.success" in lost,
    )


def _coming_and_going(session: "Session", stay: Stay) -> Iterator[Occurrence]:

    def facts(at: int) -> dict[str, Any]:
        return {**session.common, **session.peer(stay.key, at), "user_data": stay.naming_at(at).metadata}

    kind = "sip" if stay.person.phone else "regular"
    joined, left = session.when(stay.start), session.when(stay.end)
    yield _webhook(
        session,
        joined + _lag(session),
        "peer.join.success",
        stay.key,
        **facts(stay.start),
        type=kind,
        lost="peer.join.success" in stay.lost,
    )
    before = stay.role
    for change in sorted(stay.roles, key=lambda change: change.at):
        asked = {} if change.by is None else {"role_change_requested_by": session.peer_id(change.by)}
        yield _webhook(
            session,
            session.when(change.at) + _lag(session),
            "role.change.success",
            stay.key,
            change.at,
            **{**facts(change.at), "role": change.role},
            previous_role=before,
            role_changed_at=session.at(change.at),
            **asked,
            lost="role.change.success" in stay.lost,
        )
        before = change.role
    said = {} if stay.message is None else {"message": stay.message}
    yield _webhook(
        session,
        left + _lag(session),
        "peer.leave.success",
        stay.key,
        **{**facts(stay.end), "role": before},
        type=kind,
        left_at=in_nanoseconds(left),
        duration=(left - joined) // SECOND,
        reason=stay.reason,
        **said,
        lost="peer.leave.success" in stay.lost,
    )


def _track(session: "Session", stay: Stay, track: Track) -> Iterator[Occurrence]:
    facts = {
        "room_id": session.room.id,
        "session_id": session.id,
        "room_name": session.room.name,
        **session.peer(stay.key),
        **session.track(stay.key, track.key),
        "type": track.kind,
        "source": track.source,
        "started_at": session.at(track.start),
    }

    def listed(at: int, kind: str, moment: int, *, mute: bool, **more: str) -> Occurrence:
        data = {**facts, "role": stay.role_at(moment), "mute": mute, **more}
        if stay.namings:
            data["user_name"] = stay.naming_at(moment).name
        return Occurrence(at, "analytics", kind, session.uuid("event", kind, stay.key, track.key, moment), data)

    mute = not (track.on and track.on[0][0] <= track.start)
    yield listed(session.when(track.start) + _lag(session), "track.add.success", track.start, mute=mute)
    for moment, muted in flips(track, stay.end):
        mute = muted
        yield listed(session.when(moment), "track.update.success", moment, mute=mute)
    if track.stop is not None:
        yield listed(
            session.when(track.stop) + _lag(session),
            "track.remove.success",
            track.stop,
            mute=mute,
            stopped_at=session.at(track.stop),
        )


def _notice(session: "Session", name: tuple[object, ...], notice: Notice) -> Iterator[Occurrence]:
    data = notice.body(session)
    at = session.when(notice.at)
    event = session.uuid("event", notice.type, *name)
    if notice.type not in LISTED:
        yield Occurrence(at, "webhook", notice.type, event, data, notice.lost)
    elif notice.type != "beam.recording.success":
        yield Occurrence(at, "analytics", notice.type, event, data)
    else:
        # The same fact by both channels. That the copies share an id is not documented, so they do not.
        yield Occurrence(at, "webhook", notice.type, event, data, notice.lost)
        copy = {key: value for key, value in data.items() if not key.startswith(WEBHOOK_ONLY)}
        copy.pop("chat_recording_presigned_url", None)
        yield Occurrence(at + 1, "analytics", notice.type, session.uuid("event", event, "listed"), copy)
