"""Files of recordings opened and played: by whom, from where, piece by piece, and how often it is noted."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.files.storage import FileSystemStorage, storages
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from analytics.models import Asset, TextFile
from dashboard.ranges import Unsatisfiable, asked_piece
from rooms.models import AuditEntry, Room
from tests.dashboard import classes, recorded
from tests.rooms.storage import SIGNED, Storage, storage

__all__ = ["storage"]

FILM = bytes(range(256)) * 4


@pytest.fixture
def film(physics: Room) -> Asset:
    return recorded.asset(recorded.recording(classes.session(physics), 3))


@pytest.fixture
def copy(film: Asset) -> Asset:
    recorded.kept(film, FILM)
    return film


def body(answer: object) -> bytes:
    """All of it; whoever reads to the end lets go of the file."""
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def played() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_a_player_is_led_to_a_fresh_link_each_time_and_noted_once(
    teacher: Client, film: Asset, storage: Storage
) -> None:
    storage.files[film.pk] = FILM

    answers = [teacher.get(f"/recording-assets/{film.pk}/play/", headers={"Range": f"bytes={n}-"}) for n in range(5)]

    for answer in answers:
        assert answer.status_code == 302
        assert answer["Location"].startswith(f"{storage.url}/files/")
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
    assert storage.links() == 5
    assert played() == ["recording_asset.play"]
    assert SIGNED not in str(list(AuditEntry.objects.values()))


def test_it_is_noted_anew_hours_later_and_for_another_person(
    teacher: Client, ops: Client, film: Asset, storage: Storage
) -> None:
    storage.files[film.pk] = FILM
    url = f"/recording-assets/{film.pk}/play/"
    teacher.get(url)
    ops.get(url)
    ops.get(url)

    with time_machine.travel(timezone.now() + timedelta(hours=4, minutes=1)):
        # Nobody is signed in for so long in one go.
        later = Client()
        later.force_login(User.objects.get(username="wanjiru"))
        later.get(url)

    assert list(AuditEntry.objects.order_by("id").values_list("actor", flat=True)) == ["wanjiru", "ikram", "wanjiru"]


def test_a_film_of_another_room_is_not_there(
    signed_in: Callable[[User], Client], sam: User, olive: User, copy: Asset
) -> None:
    for user in (sam, olive):
        for url in (f"/recording-assets/{copy.pk}/", f"/recording-assets/{copy.pk}/play/"):
            assert signed_in(user).get(url).status_code == 404
    assert played() == []


def test_while_100ms_makes_no_link_the_player_is_told_so(ops: Client, film: Asset, storage: Storage) -> None:
    storage.files[film.pk], storage.makes_links = FILM, False

    answer = ops.get(f"/recording-assets/{film.pk}/play/")

    assert answer.status_code == 503
    assert "cannot be opened now" in answer.content.decode()
    assert played() == []


def test_what_100ms_does_not_know_is_not_there(ops: Client, film: Asset, storage: Storage) -> None:
    assert ops.get(f"/recording-assets/{film.pk}/play/").status_code == 404
    assert ops.get("/recording-assets/a%00b/play/").status_code == 404


def test_our_own_copy_is_sent_from_here_also_when_100ms_is_silent(ops: Client, copy: Asset) -> None:
    answer = ops.get(f"/recording-assets/{copy.pk}/play/")

    assert answer.status_code == 200
    assert body(answer) == FILM
    assert (answer["Content-Type"], answer["Accept-Ranges"], answer["Content-Length"]) == ("video/mp4", "bytes", "1024")
    assert answer["Cache-Control"] == "private, no-store"
    assert "attachment" not in answer.get("Content-Disposition", "")
    saved = ops.get(f"/recording-assets/{copy.pk}/")
    assert saved["Content-Disposition"].startswith("attachment;")
    assert body(saved) == FILM
    assert played() == ["recording_asset.play", "recording_asset.open"]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-", 0, 1023),
        ("bytes=100-199", 100, 199),
        ("bytes=1000-5000", 1000, 1023),
        ("bytes=-24", 1000, 1023),
        ("bytes=-9999", 0, 1023),
        ("bytes=1023-1023", 1023, 1023),
    ],
)
def test_a_piece_of_our_copy_is_sent_as_asked(ops: Client, copy: Asset, asked: str, first: int, last: int) -> None:
    answer = ops.get(f"/recording-assets/{copy.pk}/play/", headers={"Range": asked})

    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {first}-{last}/1024"
    assert answer["Content-Length"] == str(last - first + 1)
    assert body(answer) == FILM[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=5000-6000", "bytes=-0"])
def test_a_piece_that_lies_outside_is_refused(ops: Client, copy: Asset, asked: str) -> None:
    answer = ops.get(f"/recording-assets/{copy.pk}/play/", headers={"Range": asked})

    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */1024")


@pytest.mark.parametrize("asked", ["bytes=9-3", "bytes=0-1,5-6", "lines=0-1", "bytes=a-b", "bytes=", "bytes=-"])
def test_what_is_no_piece_is_answered_by_the_whole(ops: Client, copy: Asset, asked: str) -> None:
    answer = ops.get(f"/recording-assets/{copy.pk}/play/", headers={"Range": asked})

    assert answer.status_code == 200
    assert body(answer) == FILM


def test_a_piece_of_another_content_than_the_browser_has_is_not_sent(ops: Client, copy: Asset) -> None:
    url = f"/recording-assets/{copy.pk}/play/"
    tag = ops.head(url)["ETag"]

    same = ops.get(url, headers={"Range": "bytes=0-9", "If-Range": tag})
    other = ops.get(url, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    dated = ops.get(url, headers={"Range": "bytes=0-9", "If-Range": "Thu, 12 Nov 2026 07:00:00 GMT"})

    assert [answer.status_code for answer in (same, other, dated)] == [206, 200, 200]
    assert [body(answer) for answer in (same, other, dated)] == [FILM[:10], FILM, FILM]


def test_a_player_that_asks_for_many_pieces_is_noted_once(ops: Client, copy: Asset) -> None:
    for first in range(0, 1000, 100):
        body(ops.get(f"/recording-assets/{copy.pk}/play/", headers={"Range": f"bytes={first}-"}))

    assert played() == ["recording_asset.play"]


@pytest.mark.parametrize("name", ["page.html", "code.svg", "transcript.json", "chat.csv", "list.m3u8"])
def test_what_could_run_as_a_page_of_ours_is_saved_and_not_shown(ops: Client, film: Asset, name: str) -> None:
    recorded.kept(film, b"<script>alert(1)</script>", name)

    answer = ops.get(f"/recording-assets/{film.pk}/play/")
    body(answer)

    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_copy_that_was_lost_leaves_the_film_of_100ms(ops: Client, copy: Asset, storage: Storage) -> None:
    storage.files[copy.pk] = FILM
    for name in storages["kept"].listdir(f"tests/{copy.pk}")[1]:
        storages["kept"].delete(f"tests/{copy.pk}/{name}")

    assert ops.get(f"/recording-assets/{copy.pk}/play/").status_code == 302


class Unreachable(FileSystemStorage):
    """A bucket that does not answer: storages raise errors of their own."""

    def open(self, name: str, mode: str = "rb") -> Any:
        raise RuntimeError(name)


def test_while_our_own_storage_does_not_answer_there_is_the_film_of_100ms(
    ops: Client, copy: Asset, storage: Storage, settings: Settings
) -> None:
    storage.files[copy.pk] = FILM
    settings.STORAGES = {**settings.STORAGES, "kept": {"BACKEND": f"{__name__}.Unreachable"}}

    assert ops.get(f"/recording-assets/{copy.pk}/play/").status_code == 302


def test_so_is_what_was_said(ops: Client, film: Asset, storage: Storage, settings: Settings) -> None:
    asset = recorded.asset(film.recording, "chat")
    recorded.kept(asset, b"", "chat.csv")
    storage.files[asset.pk] = b"SenderName,Message\nAda,Good morning\n"
    settings.STORAGES = {**settings.STORAGES, "kept": {"BACKEND": f"{__name__}.Unreachable"}}

    ops.post(f"/recordings/{film.recording_id}/text/chat/read/")

    assert TextFile.objects.get().content


def test_a_transcript_that_is_unread_is_read_when_somebody_opens_it(
    teacher: Client, film: Asset, storage: Storage
) -> None:
    cache.clear()
    made = film.recording
    asset = recorded.asset(made, "transcript", output="json")
    storage.files[asset.pk] = b'[{"start": 1, "end": 2, "name": "Ada", "transcript": "Good morning"}]'
    page = teacher.get(f"/recordings/{made.pk}/").content.decode()
    assert "being read" in page
    assert f'hx-get="/recordings/{made.pk}/text/?tab=transcript"' in page

    part = teacher.get(
        f"/recordings/{made.pk}/text/?tab=transcript", headers={"HX-Request": "true", "HX-Target": "script"}
    ).content.decode()

    assert "Good morning" in part
    assert 'hx-trigger="load"' not in part
    assert TextFile.objects.get().content


def test_a_file_that_could_not_be_read_says_why_and_is_read_again_by_a_button(
    teacher: Client, film: Asset, storage: Storage
) -> None:
    made = film.recording
    asset = recorded.asset(made, "chat")
    storage.files[asset.pk] = b"no,chat\n1,2\n"
    url = f"/recordings/{made.pk}/?tab=chat"

    teacher.post(f"/recordings/{made.pk}/text/chat/read/")
    assert "has no column with the messages" in teacher.get(url).content.decode()

    storage.files[asset.pk] = b"SenderName,Message\nAda,Good morning\n"
    answer = teacher.post(f"/recordings/{made.pk}/text/chat/read/")
    assert answer["Location"] == f"/recordings/{made.pk}/?tab=chat#script"
    page = teacher.get(url).content.decode()
    assert "Good morning" in page
    assert "The chat was read." in page


def test_nobody_reads_what_is_no_text(teacher: Client, film: Asset) -> None:
    assert teacher.post(f"/recordings/{film.recording_id}/text/film/read/").status_code == 404


@given(st.text(alphabet="bytes=0123456789-, ", max_size=20), st.integers(0, 50))
def test_any_range_is_a_piece_inside_the_file_or_none(header: str, size: int) -> None:
    try:
        piece = asked_piece(header, size)
    except Unsatisfiable:
        return
    if piece is not None:
        first, last = piece
        assert 0 <= first <= last < size
