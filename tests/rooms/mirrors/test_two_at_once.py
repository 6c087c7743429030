"""Two of our processes at one mirror, on PostgreSQL: neither stops the other, and what is newer stays."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from rooms.hms.resources.base import read
from rooms.hms.resources.polls import Poll as HmsPoll
from rooms.hms.resources.room_codes import RoomCode as HmsRoomCode
from rooms.hms.resources.rooms import Room as HmsRoom
from rooms.hms.resources.stream_keys import StreamKey as HmsStreamKey
from rooms.mirrors import polls, room_codes, rooms, stream_keys
from rooms.models import Poll, Room, RoomCode, StreamKey
from tests.rooms.two_at_once import TWO_AT_ONCE, alone, wait_for_a_lock

pytestmark = TWO_AT_ONCE
NOW = timezone.now()
BEFORE, LATER = NOW - timedelta(minutes=5), NOW + timedelta(minutes=5)


def room(**said: object) -> HmsRoom:
    return read(HmsRoom, {"id": "r1", "name": "Choir", "enabled": True, **said})


def poll(title: str) -> HmsPoll:
    return read(HmsPoll, {"id": "p1", "title": title, "type": "poll", "questions": []})


def code(*, enabled: bool) -> HmsRoomCode:
    return read(HmsRoomCode, {"code": "abc-defg-hij", "room_id": "r1", "role": "student", "enabled": enabled})


def test_new_codes_of_a_room_do_not_wait_for_the_mirror_of_rooms() -> None:
    """Each may hold the lock of the audit while it waits for the room: together they would stop each other."""
    rooms.write([room()], at=BEFORE)
    choir = Room.objects.get()
    with ThreadPoolExecutor(1) as workers, transaction.atomic():
        rooms.write([room(size=30)], at=NOW, ours=True)
        other = workers.submit(alone, lambda: room_codes.write([code(enabled=True)], at=NOW, room=choir, ours=True))
        wait_for_a_lock(other)
        waited = not other.done()
    other.result()
    assert not waited
    assert RoomCode.objects.count() == 1


def test_an_older_reading_of_a_poll_waits_and_finds_the_newer() -> None:
    polls.write([poll("first")], at=BEFORE)
    with ThreadPoolExecutor(1) as workers:
        with transaction.atomic():
            polls.write([poll("ours")], at=LATER, ours=True)
            other = workers.submit(alone, lambda: polls.write([poll("first")], at=NOW))
            wait_for_a_lock(other)
        other.result()
    assert Poll.objects.get().title == "ours"


def test_an_older_reading_of_codes_waits_and_finds_the_newer() -> None:
    rooms.write([room()], at=BEFORE)
    choir = Room.objects.get()
    room_codes.write([code(enabled=True)], at=BEFORE, room=choir, ours=True)
    with ThreadPoolExecutor(1) as workers:
        with transaction.atomic():
            room_codes.write([code(enabled=False)], at=LATER, room=choir, ours=True)
            other = workers.submit(
                alone, lambda: room_codes.write([code(enabled=True)], at=NOW, room=choir, whole=True)
            )
            wait_for_a_lock(other)
        other.result()
    assert RoomCode.objects.get().enabled is False


def test_an_older_reading_of_a_stream_key_waits_and_finds_the_newer() -> None:
    rooms.write([room()], at=BEFORE)
    choir = Room.objects.get()
    key = read(HmsStreamKey, {"id": "k1", "room_id": "r1", "url": "rtmps://x/app", "key": "hush", "enabled": True})
    stream_keys.write(key, at=BEFORE, room=choir, ours=True)
    with ThreadPoolExecutor(1) as workers:
        with transaction.atomic():
            stream_keys.write(None, at=LATER, room=choir, ours=True)
            other = workers.submit(alone, lambda: stream_keys.write(key, at=NOW, room=choir))
            wait_for_a_lock(other)
        other.result()
    assert StreamKey.objects.get().enabled is False
