"""A recording is found by every name 100ms has for it."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from analytics.models import Asset, Recording
from analytics.queries import find_recording
from rooms.models import Room

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(physics: Room) -> Callable[..., Recording]:
    def made(pk: str, **more: object) -> Recording:
        kind = pk.partition("-")[0]
        values = {"room": physics, "session_id": "s1", "kind": kind, "state": "ready", "at": timezone.now(), **more}
        return Recording.objects.create(id=pk, **values)

    return made


@pytest.mark.parametrize("name", ["browser-b1", "b1", "j1", "r1", "a1", "a2"])
def test_a_recording_is_found_by_any_of_its_ids(name: str, make: Callable[..., Recording]) -> None:
    ours = make("browser-b1", job_id="j1", beam_id="b1", aliases=["b1", "j1", "r1", "a1"])
    make("hls-b2", job_id="j2", beam_id="b2", aliases=["b2", "j2", "r2"])
    Asset.objects.create(id="a2", recording=ours, type="chat")

    assert find_recording(name) == ours


def test_the_browser_recording_comes_first_where_a_stream_has_the_same_beam(make: Callable[..., Recording]) -> None:
    make("hls-b1", beam_id="b1")
    ours = make("browser-b1", beam_id="b1")

    assert find_recording("b1") == ours
    assert find_recording("hls-b1") == Recording.objects.get(pk="hls-b1")


def test_a_name_of_ours_made_before_its_beam_was_known_goes_on_leading_to_it(make: Callable[..., Recording]) -> None:
    make("hls-b1", job_id="j2", beam_id="b1", aliases=["b1", "j2"])
    ours = make("browser-b1", job_id="j1", beam_id="b1", aliases=["b1", "j1", "r1"])

    assert find_recording("browser-j1") == find_recording("browser-r1") == ours
    assert find_recording("hls-j1") is None  # that job was none of a live stream


@pytest.mark.parametrize("name", ["", "b", "1", "b%", "b_", 'b1", "j1', "b1\x00", "b" * 200, "browser-", "..", "ü"])
def test_what_is_no_id_or_a_part_of_one_finds_nothing(name: str, make: Callable[..., Recording]) -> None:
    make("browser-b1", job_id="j1", aliases=["b1", "j1", "r1"])

    assert find_recording(name) is None
