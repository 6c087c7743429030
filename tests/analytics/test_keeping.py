"""Our own copies: whole, checked, and going on where an earlier try broke off."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.serializers import serialize
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from analytics import keeping, tasks
from analytics.models import KeptFile, Recording
from rooms.actors import NotPermitted
from rooms.mirrors import templates
from rooms.models import AuditEntry, Room
from tests.dashboard import classes, recorded
from tests.rooms.storage import SIGNED, Storage, storage

__all__ = ["storage"]

pytestmark = pytest.mark.django_db

VIDEO = random.Random(7).randbytes(3_000_000)
State = KeptFile.State


class Forgetful(FileSystemStorage):
    """A storage that keeps something else than it is given."""

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        return super().save(name, ContentFile(b"?" + content.read()[1:]), max_length)


class Slow(FileSystemStorage):
    """A storage that takes longer than a claim usually lasts; meanwhile another worker looks what is due."""

    taken: ClassVar[list[KeptFile | None]] = []

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        self.taken.append(keeping.claim_due(clock=lambda: timezone.now() + 2 * keeping.LEASE))
        return super().save(name, content, max_length)


@pytest.fixture
def far_side(storage: Storage, settings: Settings, tmp_path: Path) -> Storage:
    """100ms with its storage, and a folder of our own."""
    settings.KEPT_SPOOL = tmp_path / "spool"
    keep_in(settings, tmp_path / "kept")
    return storage


def keep_in(settings: Settings, folder: Path, backend: str = "django.core.files.storage.FileSystemStorage") -> None:
    kept = {"BACKEND": backend, "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = {**settings.STORAGES, "kept": kept}


@pytest.fixture
def film(physics: Room, far_side: Storage) -> Recording:
    """A recording with one video, which 100ms has."""
    made = recorded.recording(classes.session(physics))
    asset = recorded.asset(made, size=len(VIDEO), path="recordings/abc.mp4")
    far_side.files[asset.pk] = VIDEO
    return made


def ordered(film: Recording, ikram: User) -> KeptFile:
    assert keeping.order(film, actor=ikram) == 1
    return KeptFile.objects.get()


def tried(*, at: datetime | None = None) -> KeptFile:
    claimed = keeping.claim_due(clock=lambda: at or timezone.now())
    assert claimed is not None
    keeping.copy(claimed, clock=lambda: at or timezone.now())
    claimed.refresh_from_db()
    return claimed


def test_a_file_is_copied_whole_and_its_checksum_kept(
    film: Recording, ikram: User, far_side: Storage, tmp_path: Path, physics: Room
) -> None:
    ordered(film, ikram)

    kept = tried()

    assert (kept.state, kept.size, kept.problem) == (State.KEPT, len(VIDEO), "")
    assert kept.sha256 == sha256(VIDEO).hexdigest()
    assert kept.name == f"{physics.pk}/{film.session_id}/{kept.pk}.mp4"
    assert (tmp_path / "kept" / kept.name).read_bytes() == VIDEO
    assert list((tmp_path / "spool").iterdir()) == []
    assert keeping.claim_due() is None


def test_what_broke_off_goes_on_from_there(film: Recording, ikram: User, far_side: Storage, tmp_path: Path) -> None:
    ordered(film, ikram)
    far_side.break_after = [1_000_000, 500_000]
    now = timezone.now()

    first = tried(at=now)
    assert first.state == State.WAITING
    assert 0 < first.size <= 1_000_000
    assert "broke off" in first.problem
    assert keeping.claim_due(clock=lambda: now) is None  # not at once

    second = tried(at=now + timedelta(hours=1))
    third = tried(at=now + timedelta(hours=2))

    assert first.size < second.size <= 1_500_000
    assert far_side.pieces == ["", f"bytes={first.size}-", f"bytes={second.size}-"]
    assert third.state == State.KEPT
    assert (tmp_path / "kept" / third.name).read_bytes() == VIDEO
    # Each try had a link of its own.
    assert far_side.links() == 3


def test_a_long_file_over_a_bad_line_is_not_given_up_while_some_of_it_comes(
    film: Recording, ikram: User, far_side: Storage
) -> None:
    ordered(film, ikram)
    far_side.break_after = [100_000] * (keeping.TRIES + 5)
    now = timezone.now()

    for hours in range(keeping.TRIES + 5):
        assert tried(at=now + timedelta(hours=2 * hours)).state == State.WAITING

    assert tried(at=now + timedelta(days=9)).state == State.KEPT


def test_a_storage_that_does_not_go_on_from_the_middle_sends_it_whole(
    film: Recording, ikram: User, far_side: Storage, tmp_path: Path
) -> None:
    ordered(film, ikram)
    far_side.break_after, far_side.takes_ranges = [1_000_000], False
    now = timezone.now()
    tried(at=now)

    kept = tried(at=now + timedelta(hours=1))

    assert kept.state == State.KEPT
    assert (tmp_path / "kept" / kept.name).read_bytes() == VIDEO


def test_all_that_came_before_a_crash_is_not_fetched_again(film: Recording, ikram: User, far_side: Storage) -> None:
    kept = ordered(film, ikram)
    keeping.spool_of(kept.pk).write_bytes(VIDEO)

    assert tried().state == State.KEPT
    assert far_side.pieces == []


def test_where_100ms_tells_no_size_the_storage_says_that_it_is_whole(
    film: Recording, ikram: User, far_side: Storage
) -> None:
    kept = ordered(film, ikram)
    KeptFile.objects.update(size_told=None)
    keeping.spool_of(kept.pk).write_bytes(VIDEO)

    assert tried().state == State.KEPT
    assert far_side.pieces == [f"bytes={len(VIDEO)}-"]


def test_an_expired_link_is_answered_with_a_fresh_one(film: Recording, ikram: User, far_side: Storage) -> None:
    ordered(film, ikram)
    far_side.expired = {1}

    assert tried().state == State.KEPT
    assert far_side.links() == 2


def test_links_that_expire_at_once_are_tried_again_later(film: Recording, ikram: User, far_side: Storage) -> None:
    ordered(film, ikram)
    far_side.expired = {1, 2}

    kept = tried()

    assert (kept.state, kept.problem) == (State.WAITING, "The link to the file had expired.")
    assert kept.due_at is not None
    assert far_side.links() == 2


@pytest.mark.parametrize("where", ["api", "storage"])
def test_a_file_that_is_gone_is_given_up_and_says_so(
    film: Recording, ikram: User, far_side: Storage, where: str
) -> None:
    ordered(film, ikram)
    if where == "api":
        far_side.files.clear()
    else:
        far_side.status = 404

    kept = tried()

    assert (kept.state, kept.problem) == (State.FAILED, "100ms no longer has this file.")
    assert keeping.claim_due(clock=lambda: timezone.now() + timedelta(days=1)) is None
    # Somebody may have it tried again.
    assert keeping.order(film, actor=ikram) == 1


def test_a_file_of_another_size_than_told_is_fetched_anew(
    film: Recording, ikram: User, far_side: Storage, tmp_path: Path
) -> None:
    kept = ordered(film, ikram)
    far_side.files[kept.pk] = VIDEO[:-1]
    now = timezone.now()

    assert "2999999 bytes came, and 100ms says it has 3000000" in tried(at=now).problem
    assert not keeping.spool_of(kept.pk).exists()

    far_side.files[kept.pk] = VIDEO
    assert tried(at=now + timedelta(hours=1)).state == State.KEPT


def test_what_our_storage_changes_is_no_copy(
    film: Recording, ikram: User, far_side: Storage, settings: Settings, tmp_path: Path
) -> None:
    ordered(film, ikram)
    keep_in(settings, tmp_path / "kept", f"{__name__}.Forgetful")

    kept = tried()

    assert kept.state == State.WAITING
    assert "the checksums differ" in kept.problem
    assert [path for path in (tmp_path / "kept").rglob("*") if path.is_file()] == []


def test_no_other_worker_saves_what_is_being_saved(
    film: Recording, ikram: User, far_side: Storage, settings: Settings, tmp_path: Path
) -> None:
    ordered(film, ikram)
    keep_in(settings, tmp_path / "kept", f"{__name__}.Slow")

    assert tried().state == State.KEPT
    assert Slow.taken == [None]


def test_what_has_come_so_far_is_for_nobody_else_on_the_machine(film: Recording, far_side: Storage) -> None:
    assert keeping.spool_of("any").parent.stat().st_mode & 0o077 == 0


def test_what_goes_wrong_is_given_up_in_the_end(film: Recording, ikram: User, far_side: Storage) -> None:
    ordered(film, ikram)
    far_side.status = 503
    now = timezone.now()

    states = [tried(at=now + timedelta(hours=2 * number)).state for number in range(keeping.TRIES)]

    assert states == [State.WAITING] * (keeping.TRIES - 1) + [State.FAILED]
    assert list(keeping.spool_of("any").parent.iterdir()) == []


def test_the_link_is_nowhere_but_in_the_request(
    film: Recording, ikram: User, far_side: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="analytics")
    ordered(film, ikram)
    far_side.break_after = [1000]
    now = timezone.now()
    tried(at=now)
    far_side.status = 503
    tried(at=now + timedelta(hours=1))
    far_side.status = 200
    tried(at=now + timedelta(hours=2))

    held = serialize("json", [*KeptFile.objects.all(), *AuditEntry.objects.all()])
    for text in (held, caplog.text):
        assert SIGNED not in text
        assert "/files/" not in text


def test_every_opening_stands_in_the_audit_under_the_name_of_the_keeper(
    film: Recording, ikram: User, far_side: Storage
) -> None:
    kept = ordered(film, ikram)
    tried()

    assert AuditEntry.objects.get(action="recording.keep").actor == "ikram"
    opening = AuditEntry.objects.get(action="recording_asset.open")
    assert (opening.actor, opening.target_id) == ("Rollcall's keeper of recordings", kept.pk)


def test_ten_files_are_ordered_by_as_many_queries_as_one(film: Recording, physics: Room, ikram: User) -> None:
    many = recorded.recording(classes.session(physics), files=0)
    for _ in range(10):
        recorded.asset(many, "track")

    costs = []
    for one in (film, many):
        with CaptureQueriesContext(connection) as asked:
            keeping.order(one, actor=ikram)
        costs.append(len(asked))

    assert KeptFile.objects.count() == 11
    assert costs[1] <= costs[0]  # who they are is asked once


def test_only_ops_order_copies(film: Recording, wanjiru: User) -> None:
    with pytest.raises(NotPermitted):
        keeping.order(film, actor=wanjiru)

    assert not KeptFile.objects.exists()


def test_nothing_is_kept_by_itself_unless_the_setting_says_so(film: Recording, settings: Settings) -> None:
    settings.KEEP_RECORDINGS = False
    assert keeping.follow() == 0

    settings.KEEP_RECORDINGS = True
    assert keeping.follow() == 1
    assert keeping.follow() == 0


def test_what_100ms_does_not_delete_or_has_deleted_is_left_out(
    film: Recording, physics: Room, settings: Settings
) -> None:
    settings.KEEP_RECORDINGS = True
    upload = {"recording": {"upload": {"type": "s3", "location": "films"}}}
    templates.write([{"id": "own", "name": "Own", "roles": {}, "settings": upload}], at=timezone.now())
    own = classes.room("Bucket", template_id="own")
    recorded.recording(classes.session(own), files=1)
    recorded.recording(classes.session(physics, ago=timedelta(days=16)), files=1)
    recorded.asset(film, "chat", is_named=False)
    recorded.asset(film, "summary", status="processing")

    assert keeping.follow() == 1
    assert KeptFile.objects.get().recording_id == film.pk


def test_the_schedule_copies_what_is_due(film: Recording, settings: Settings, far_side: Storage) -> None:
    settings.KEEP_RECORDINGS = True
    second = recorded.asset(film, "chat", size=4)
    far_side.files[second.pk] = b"a,b\n"

    tasks.keep_due()

    assert list(KeptFile.objects.values_list("state", flat=True)) == [State.KEPT] * 2


def test_a_worker_that_was_killed_leaves_the_file_to_the_next(film: Recording, ikram: User, far_side: Storage) -> None:
    ordered(film, ikram)
    now = timezone.now()
    left_behind = keeping.claim_due(clock=lambda: now)
    assert left_behind is not None
    assert keeping.claim_due(clock=lambda: now + timedelta(minutes=1)) is None

    kept = tried(at=now + keeping.LEASE)
    assert kept.state == State.KEPT

    # It was not killed after all, and finds that another has done it.
    keeping.copy(left_behind, clock=lambda: now + keeping.LEASE)
    kept.refresh_from_db()
    assert (kept.state, kept.problem) == (State.KEPT, "")


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_never_take_the_same_file(film: Recording, ikram: User, far_side: Storage) -> None:
    for _ in range(6):
        asset = recorded.asset(film, "chat", size=3)
        far_side.files[asset.pk] = b"a,b"
    keeping.order(film, actor=ikram)

    def work() -> list[str]:
        try:
            mine: list[Any] = []
            while (kept := keeping.claim_due()) is not None:
                mine.append(keeping.copy(kept).pk)
            return mine
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as workers:
        first, second = (work.result() for work in [workers.submit(work) for _ in range(2)])

    assert sorted(first + second) == sorted(far_side.files)
    assert set(KeptFile.objects.values_list("state", flat=True)) == {State.KEPT}
    assert far_side.links() == 7
