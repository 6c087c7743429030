"""Changes to stream keys (contract, tag StreamKeys), and showing one.

A room has one key that works at most, and 100ms takes neither making nor disabling twice for one. So both read first:
what an earlier try without an answer did is found then.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.utils import timezone

from rooms import audit, hms
from rooms.actors import Actor
from rooms.audit import change
from rooms.connection import client
from rooms.mirrors import reading
from rooms.mirrors import stream_keys as mirror
from rooms.models import Room, StreamKey
from rooms.operations.marking import operation


@dataclass(frozen=True, slots=True)
class Made:
    """The key that works now. `new` is False when it was there already and 100ms was asked for none."""

    key: StreamKey
    new: bool


@dataclass(frozen=True, slots=True)
class Revealed:
    """A key to be shown once."""

    url: str
    key: str = field(repr=False)


class NotThatKey(ValueError):
    """Another key works by now than the one that was to be disabled."""

    def __init__(self) -> None:
        super().__init__("Another key works by now than the one you saw. Nothing was disabled; look again")


@operation("operate")
def create(*, actor: Actor, room: Room) -> Made:
    """A key for encoders, unless one that works is there.

    Raises `BeingChanged`, `NotRead` when 100ms could not be read first (nothing was asked for then), else `hms.Error`:
    Forbidden for a disabled room, or when streaming in is not switched on for the account; BadRequest when a key came
    in between.
    """
    with reading.alone(room, mirror.KIND):
        held = _read(room)
        if held:
            return Made(held, new=False)
        with (
            _watched(room),
            change(actor, "stream_key.create", mirror.of_key(room), after={"enabled": True}) as under_way,
        ):
            answer = client().stream_keys.create(room.pk)
            under_way.done(after={"enabled": True, "id": answer.id})
            mirror.write(answer, at=timezone.now(), room=room, ours=True)
        return Made(StreamKey.objects.get(pk=answer.id), new=True)


@operation("operate")
def disable(*, actor: Actor, room: Room, key: StreamKey) -> None:
    """Encoders that use this key can no longer connect. Done already when none works any more.

    Raises `NotThatKey` when another one works by now, `BeingChanged`, `NotRead`, `hms.Error`.
    """
    with reading.alone(room, mirror.KIND):
        held = _read(room)
        if held is None:
            return
        if held.pk != key.pk:
            raise NotThatKey
        before, after = mirror.settings_of(held), {"enabled": False}
        with (
            _watched(room),
            change(actor, "stream_key.disable", mirror.of_key(room), before=before, after=after) as under_way,
        ):
            client().stream_keys.disable(room.pk)
            under_way.done()
            mirror.write(None, at=timezone.now(), room=room, ours=True)


@operation("operate")
def reveal(*, actor: Actor, room: Room) -> Revealed:
    """The key that works, fresh from 100ms and kept nowhere. It is in the audit before anybody sees it.

    Raises `hms.Error`; NotFound when none works.
    """
    with _watched(room):
        at = timezone.now()
        answer = client(patience=0).stream_keys.get(room.pk)
        mirror.write(answer, at=at, room=room)
    audit.note(actor, "stream_key.reveal", mirror.of_key(room), after={"id": answer.id})
    return Revealed(answer.url, answer.key)


def _read(room: Room) -> StreamKey | None:
    with reading.before_a_change():
        mirror.pull(client(patience=0), at=timezone.now(), room=room)
    return mirror.active(room)


@contextmanager
def _watched(room: Room) -> Iterator[None]:
    """After anything but a plain yes, the next one to look reads again."""
    try:
        yield
    except hms.Error:
        reading.forget(room, mirror.KIND)
        raise
