"""Changes to what runs now: people, messages, the end (contract, tag ActiveRooms).

Muting is not among them, for the API has none. Nothing here is kept by a mirror: after a change whoever looks next
reads 100ms anew (`rooms.live`).
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, Final

from django.utils import timezone

from rooms import hms, live
from rooms.actors import Actor
from rooms.audit import Change, Target, change, of_room
from rooms.connection import client
from rooms.elsewhere import Unsettled
from rooms.hms.resources.active_rooms import Peer
from rooms.mirrors import rooms as mirror
from rooms.models import Room
from rooms.operations.marking import operation

LOCKED: Final = "Locked when its session was ended"


class NotActive(ValueError):
    """Nothing runs in the room (any more), so nothing was done."""

    def __init__(self) -> None:
        super().__init__("This room is no longer active: its session is over. Nothing was done")


class NotIn(ValueError):
    """The person is not in the room (any more), so nothing was done."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name or 'This person'} is no longer in the room, or its session is over. Nothing was done")


class AnotherSession(ValueError):
    """The session that was to be ended is over, and another one runs."""

    def __init__(self) -> None:
        super().__init__("That session is over, and another one has begun since. Nothing was ended; look again")


class NotAsked(ValueError):
    """What runs could not be read before the change, so the change was not sent."""

    def __init__(self) -> None:
        super().__init__("100ms could not be read just now, so nothing was sent. Trying again is safe")


@operation("act")
def update_peer(
    *,
    actor: Actor,
    room: Room,
    peer_id: str,
    name: str | None = None,
    role: str | None = None,
    metadata: str | None = None,
) -> Peer:
    """Give somebody who is in another name, role or metadata; what is None, or as it is already, stays.

    Raises `NotIn`, `NotAsked`, ValueError that names the field, `hms.Error`. Safe to repeat.
    """
    with _read_before():
        try:
            held = client().active_rooms.peer(room.pk, peer_id)
        except hms.NotFound as problem:
            raise NotIn("") from problem
    target = Target("peer", peer_id, held.name, room.pk)
    # An earlier try that got no answer: now we know what became of it.
    found = {"name": held.name, "role": held.role, "metadata": held.metadata}
    Unsettled.of("peer", now=timezone.now()).notice(target, None, found)
    asked = {"name": name, "role": role, "metadata": metadata}
    wish = {key: value for key, value in asked.items() if value is not None and value != getattr(held, key)}
    if not wish:
        return held
    before = {key: getattr(held, key) for key in wish}
    with _acting(actor, "peer.update", target, NotIn(held.name), before=before, after=wish) as under_way:
        answer = client().active_rooms.update_peer(room.pk, peer_id, **wish)
        under_way.done()
    live.told(room, answer)
    live.forget(room)
    return answer


@operation("act")
def remove_peer(*, actor: Actor, room: Room, peer_id: str, name: str, reason: str = "") -> None:
    """Disconnect one person, who may come back by a code. Raises `NotIn`, `hms.Error`.

    Safe to repeat: who came back is another peer.
    """
    target = Target("peer", peer_id, name, room.pk)
    with _acting(actor, "peer.remove", target, NotIn(name), after=_said(reason=reason)) as under_way:
        client().active_rooms.remove_peers(room.pk, peer_id=peer_id, reason=reason or None)
        under_way.done()
    live.forget(room)


@operation("act")
def remove_role(*, actor: Actor, room: Room, role: str, reason: str = "") -> None:
    """Disconnect everybody of a role. Raises `NotActive`, `hms.Error`.

    Never sent twice by itself: a repeat would also catch who came in between.
    """
    target = Target("role", role, role, room.pk)
    with _acting(actor, "role.remove", target, NotActive(), after=_said(reason=reason)) as under_way:
        client().active_rooms.remove_peers(room.pk, role=role, reason=reason or None)
        under_way.done()
    live.forget(room)


@operation("act")
def send_message(
    *, actor: Actor, room: Room, text: str, peer_id: str = "", name: str = "", role: str = "", type: str = "chat"
) -> None:
    """Send a text to one person, else to all of a role, else to everybody. Raises `NotIn`, `NotActive`, `hms.Error`.

    Never sent twice by itself: a repeat would be read twice.
    """
    receiver: dict[str, Any] = {"peer_id": peer_id} if peer_id else {"role": role} if role else {}
    said = {"message": text, "type": type, **(receiver or {"to": "everybody"})}
    target = Target("message", peer_id or role, name or role or "everybody", room.pk)
    refusal = NotIn(name) if peer_id else NotActive()
    with _acting(actor, "message.send", target, refusal, after=said) as under_way:
        client().active_rooms.send_message(room.pk, text, type=type, **receiver)
        under_way.done()


@operation("act")
def end_session(
    *, actor: Actor, room: Room, session_id: str, people: int, reason: str = "", lock: bool = False
) -> None:
    """End this session, throwing out `people` as far as was known; `lock` also disables the room.

    Raises `NotActive`, `AnotherSession`, `NotAsked`, `hms.Error`. Safe to repeat: a session that began in between is
    met here and goes on.
    """
    with _read_before():
        try:
            running = client().active_rooms.get(room.pk).session.id
        except hms.NotFound as problem:
            raise NotActive from problem
    if running != session_id:
        raise AnotherSession
    before = {"people": people, **({"room enabled": room.enabled} if lock else {})}
    after = {"people": 0, **({"room enabled": False} if lock else {}), **_said(reason=reason)}
    target = Target("session", session_id, str(room), room.pk)
    with ExitStack() as changes:
        asked = [
            changes.enter_context(_acting(actor, "session.end", target, NotActive(), before=before, after=after)),
            # A change of the room as well, by which its mirror knows whose it was when the answer is lost.
            *([changes.enter_context(_locking(actor, room))] if lock else []),
        ]
        client().active_rooms.end(room.pk, reason=reason or None, lock=lock)
        for under_way in asked:
            under_way.done()
    if lock:
        mirror.locked(room, at=timezone.now(), reason=LOCKED)
    live.forget(room)


def _locking(actor: Actor, room: Room) -> AbstractContextManager[Change]:
    after = {"enabled": False, "reason": LOCKED}
    return change(actor, "room.disable", of_room(room), before={"enabled": room.enabled}, after=after)


@contextmanager
def _read_before() -> Iterator[None]:
    """Goes around the look before a change: without an answer the change is not sent."""
    try:
        yield
    except (hms.ConnectionFailed, hms.ServerFailed, hms.UnreadableAnswer) as problem:
        raise NotAsked from problem


@contextmanager
def _acting(
    actor: Actor, action: str, target: Target, gone: ValueError, *, before: Any = None, after: Any = None
) -> Iterator[Change]:
    """Goes around a change as `audit.change` does; what 100ms does not find is `gone`."""
    with change(actor, action, target, before=before, after=after) as under_way:
        try:
            yield under_way
        except hms.NotFound as problem:
            live.forget(Room(pk=target.room_id))
            raise gone from problem


def _said(*, reason: str) -> dict[str, str]:
    return {"reason": reason} if reason else {}
