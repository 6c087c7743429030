"""What is read of a room's recordings and streams: once for all who look, without secrets, of this room alone."""

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from bin import servers
from rooms import jobs
from rooms.actors import NotPermitted
from rooms.connection import client
from rooms.hms.resources.base import read
from rooms.hms.resources.external_streams import ExternalStream
from rooms.hms.resources.recordings import Recording
from rooms.jobs import Kind, NotInRoom
from rooms.masking import without_path
from rooms.models import AuditEntry, Room
from rooms.operations import external_streams, recordings
from rooms.recording_assets import opened
from tests.rooms.jobs import MEETING, RTMP, SECRETS, choir, sung_in
from tests.rooms.simulated import SimulatedHms

__all__ = ["choir"]

LONG = 60.0  # seconds: where nobody waits in vain
PATHS = ["/recordings", "/live-streams", "/external-streams"]
BARE: dict[str, Any] = {"id": "j1", "room_id": "r1", "status": "running"}


def asked(hms_simulator: SimulatedHms) -> list[str]:
    return [path for _, path in hms_simulator.requests()]


def test_one_reading_serves_all_who_look_for_some_seconds(choir: Room, hms_simulator: SimulatedHms) -> None:
    now = timezone.now()
    hms_simulator.forget()
    first = jobs.look(choir, now=now)
    assert jobs.look(choir, now=now + jobs.FRESH_FOR - timedelta(seconds=1)) == first
    assert asked(hms_simulator) == PATHS

    later = jobs.look(choir, now=now + jobs.FRESH_FOR)
    assert asked(hms_simulator) == PATHS * 2
    assert later.as_of == now + jobs.FRESH_FOR


def test_while_one_asks_others_take_what_was_read_last(choir: Room, hms_simulator: SimulatedHms) -> None:
    now = timezone.now()
    known = jobs.look(choir, now=now)
    hms_simulator.forget()
    cache.add(f"room-jobs:{choir.pk}:turn", True, 30)

    assert jobs.look(choir, now=now + timedelta(minutes=1)) == known
    assert asked(hms_simulator) == []


def at_once(look: Callable[[], object]) -> None:
    """Ten viewers in threads of their own, which begin together."""
    together = threading.Barrier(10)

    def begin() -> None:
        together.wait()
        look()
        connection.close()

    viewers = [threading.Thread(target=begin) for _ in range(10)]
    for viewer in viewers:
        viewer.start()
    for viewer in viewers:
        viewer.join()


def test_ten_who_look_at_once_are_one_question(
    choir: Room, hms_simulator: SimulatedHms, transactional_db: None
) -> None:
    now = timezone.now()
    jobs.look(choir, now=now)
    hms_simulator.forget()

    at_once(lambda: jobs.look(choir, now=now + timedelta(minutes=1)))

    assert asked(hms_simulator) == PATHS


def test_ten_who_look_first_of_all_wait_for_the_one_who_asks(
    choir: Room,
    ikram: User,
    hms_simulator: SimulatedHms,
    transactional_db: None,
) -> None:
    recordings.start(actor=ikram, room=choir, settings={})
    cache.clear()
    hms_simulator.forget()
    now = timezone.now()  # one for all: whoever comes late must not find the reading old
    seen: list[int] = []

    at_once(lambda: seen.append(len(jobs.look(choir, now=now, timeout=LONG).found)))

    assert asked(hms_simulator) == PATHS
    assert seen == [1] * 10


class Interrupted(LocMemCache):
    """A cache during whose work somebody else gets a turn: before it adds or sets a key, after it has deleted one."""

    before_add: list[Callable[[], object]] = []
    before_set: list[Callable[[], object]] = []
    after_delete: list[Callable[[], object]] = []

    def add(self, *args: Any, **kwargs: Any) -> bool:
        if self.before_add:
            self.before_add.pop()()
        return super().add(*args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> None:
        if self.before_set:
            self.before_set.pop()()
        super().set(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        done = super().delete(*args, **kwargs)
        if self.after_delete:
            self.after_delete.pop()()
        return done


@pytest.fixture(autouse=True)
def nobody_interrupts() -> Iterator[None]:
    yield
    for moments in (Interrupted.before_add, Interrupted.before_set, Interrupted.after_delete):
        moments.clear()


@pytest.mark.parametrize("moment", ["before_add", "after_delete"])
@pytest.mark.parametrize("first", [True, False], ids=["first of all", "anew"])
def test_a_viewer_who_is_overtaken_takes_what_the_other_has_read(
    moment: str, first: bool, choir: Room, hms_simulator: SimulatedHms, settings: Settings
) -> None:
    """The other reads between this one's look at the cache and its turn, or comes just when the turn is given back."""
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.Interrupted", "LOCATION": f"{moment}-{first}"}}
    now = timezone.now()
    if not first:
        jobs.look(choir, now=now - timedelta(minutes=1))
    hms_simulator.forget()
    others: list[jobs.Look] = []
    getattr(Interrupted, moment).append(lambda: others.append(jobs.look(choir, now=now)))

    mine = jobs.look(choir, now=now)

    assert asked(hms_simulator) == PATHS
    assert others == [mine]
    assert mine.as_of == now


@pytest.mark.parametrize("first", [True, False], ids=["first of all", "anew"])
def test_what_is_changed_while_it_is_read_is_asked_for_again(
    first: bool, choir: Room, hms_simulator: SimulatedHms, settings: Settings
) -> None:
    """What was asked for before the change may be without it, also where it is stored after."""
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.Interrupted", "LOCATION": f"changed-{first}"}}
    now = timezone.now()
    if not first:
        jobs.look(choir, now=now - timedelta(minutes=1))
    Interrupted.before_set.append(lambda: jobs.forget(choir))
    jobs.look(choir, now=now)
    hms_simulator.forget()

    jobs.look(choir, now=now)
    jobs.look(choir, now=now)

    assert asked(hms_simulator) == PATHS


@pytest.mark.redis
def test_ten_who_share_nothing_but_redis_are_one_question(
    choir: Room,
    hms_simulator: SimulatedHms,
    transactional_db: None,
    settings: Settings,
) -> None:
    """As the processes of a web server do that has `REDIS_URL`: what one has read the others find there."""
    if not servers.redis():
        pytest.skip("redis-server is not installed here")
    # At a file of its own: a port that was found free may be somebody else's by the time the server takes it.
    with TemporaryDirectory() as folder, redis_at(f"{folder}/redis.sock") as at:
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": at}}
        hms_simulator.forget()
        now = timezone.now()

        at_once(lambda: jobs.look(choir, now=now, timeout=LONG))
        at_once(lambda: jobs.look(choir, now=now + jobs.FRESH_FOR, timeout=LONG))

        assert asked(hms_simulator) == PATHS * 2


@contextmanager
def redis_at(file: str) -> Iterator[str]:
    """A Redis that listens there and keeps nothing; its URL."""
    command = [servers.redis(), "--port", "0", "--unixsocket", file, "--dir", str(Path(file).parent), "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server, closing(socket.socket(socket.AF_UNIX)) as door:
        try:
            for _ in range(1_200):
                with suppress(OSError):
                    door.connect(file)
                    break
                sleep(0.05)
            yield f"unix://{file}?db=1"
        finally:
            server.terminate()


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"cut": "before"}, "100ms did not answer"),
        ({"hang": 30}, "100ms did not answer"),
        ({"status": 500}, "100ms failed (500)"),
        ({"status": 429}, "100ms asks us to wait"),
        ({"status": 401}, "100ms does not take our keys"),
    ],
    ids=str,
)
def test_what_was_read_last_stays_while_100ms_is_down_and_it_is_left_in_peace(
    wish: dict[str, Any], words: str, choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    recordings.start(actor=ikram, room=choir, settings={})
    now = timezone.now()
    known = jobs.look(choir, now=now)
    hms_simulator.fault("GET", times=None, **wish)
    late = jobs.look(choir, now=now + timedelta(minutes=1))
    hms_simulator.forget()

    again = jobs.look(choir, now=now + timedelta(minutes=1) + jobs.REST - timedelta(seconds=1))

    assert (late.found, late.as_of, late.problem) == (known.found, now, words)
    assert late.is_late
    assert again == late
    assert asked(hms_simulator) == []
    hms_simulator.mend()
    well = jobs.look(choir, now=now + timedelta(minutes=1) + jobs.REST)
    assert (well.problem, len(well.found)) == ("", 1)


def test_without_keys_nothing_is_asked_and_it_is_said(choir: Room, settings: Settings) -> None:
    settings.HMS_SECRET = ""

    look = jobs.look(choir, now=timezone.now())

    assert look.as_of is None
    assert look.problem.startswith("HMS_ACCESS_KEY and HMS_SECRET are not set")


def test_after_a_change_the_next_to_look_asks(choir: Room, ikram: User, hms_simulator: SimulatedHms) -> None:
    now = timezone.now()
    assert jobs.look(choir, now=now).found == ()

    made = recordings.start(actor=ikram, room=choir, settings={})

    assert [job.id for job in jobs.look(choir, now=now).found] == [made.id]


def test_nothing_of_another_room_is_read(choir: Room, ikram: User, hms_simulator: SimulatedHms) -> None:
    other = sung_in(hms_simulator, "Band")
    made = recordings.start(actor=ikram, room=choir, settings={})
    hms_simulator.clock.advance(60)
    recordings.stop_all(actor=ikram, room=choir)
    hms_simulator.clock.advance(60)

    assert jobs.look(other, now=timezone.now()).found == ()
    assert jobs.look_at_files(other, now=timezone.now()).found == ()
    assert {file.job_id for file in jobs.look_at_files(choir, now=timezone.now()).found} == {made.id}
    for wrong in (made.id, "nobody", "..", ""):
        with pytest.raises(NotInRoom):
            jobs.one(other, Kind.RECORDING, wrong)


def test_no_secret_goes_into_the_cache(choir: Room, ikram: User) -> None:
    external_streams.start(actor=ikram, room=choir, settings={"rtmp_urls": [RTMP], "meeting_url": MEETING})

    [job] = jobs.look(choir, now=timezone.now()).found

    assert job.outputs == ("rtmp://a.tube.example.com/live2/••••••",)
    assert job.meeting == "https://school.example.com/••••••"
    assert [secret for secret in SECRETS if secret in repr(cache.get(f"room-jobs:{choir.pk}"))] == []


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://school.example.com/meeting/abc-defg-hij?token=x", "https://school.example.com/••••••"),
        ("https://user:secret@school.example.com/x", "https://school.example.com/••••••"),
        ("abc-defg-hij", "••••••"),
        ("https://[broken", "••••••"),
        ("", ""),
    ],
)
def test_of_a_meeting_address_only_the_host_is_kept(url: str, shown: str) -> None:
    assert without_path(url) == shown


def test_what_100ms_leaves_out_or_words_anew_is_read_all_the_same() -> None:
    bare = jobs.of(Kind.RECORDING, read(Recording, {**BARE, "status": "dreaming", "recording_assets": None}))
    assert (bare.status, bare.is_active, bare.files, bare.seconds) == ("dreaming", False, (), 0)

    push = {**BARE, "rtmp_urls": None, "recording": True, "started_at": "2026-01-01T10:00:00Z"}
    push["stopped_at"] = "2026-01-01T09:59:00Z"  # before its start (EVENTS trap 19)
    assert jobs.of(Kind.EXTERNAL, read(ExternalStream, push)).seconds == 0


def test_what_a_recording_was_started_with_is_told_without_secrets(choir: Room, ikram: User) -> None:
    made = recordings.start(actor=ikram, room=choir, settings={"meeting_url": MEETING, "audio_only": True})

    found = jobs.config(made)

    assert found["audio_only"] is True
    assert found["meeting_url"] == "https://school.example.com/••••••"


def test_a_file_is_opened_by_who_may_see_its_room_and_it_is_noted_first(
    choir: Room, ikram: User, wanjiru: User, hms_simulator: SimulatedHms
) -> None:
    recordings.start(actor=ikram, room=choir, settings={})
    hms_simulator.clock.advance(60)
    recordings.stop_all(actor=ikram, room=choir)
    hms_simulator.clock.advance(60)
    file = jobs.file(next(client().recording_assets.list(room_id=choir.pk)).id)
    other = sung_in(hms_simulator, "Band")
    hms_simulator.forget()

    with pytest.raises(NotPermitted):
        opened(actor=wanjiru, room=choir, file=file)
    with pytest.raises(NotInRoom):
        opened(actor=ikram, room=other, file=file)
    assert asked(hms_simulator) == []

    url = opened(actor=ikram, room=choir, file=file)
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.target_id, entry.room_id) == ("recording_asset.open", file.id, choir.pk)
    assert url not in str(AuditEntry.objects.values())
