"""How the network of a stay was, as 100ms tells it after the session, and what is said when it does not."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from analytics import instants
from analytics.models import Peer
from analytics.quality import STEP, Series, quality
from dashboard.peer_quality import reading_of
from rooms.models import Room
from rooms.simulator.scenarios.classes import one_incident, school_class
from tests.dashboard import classes
from tests.played import nanoseconds
from tests.rooms.simulated import SimulatedHms

STATS = "/analytics/peer-stats"


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def stay(hms_simulator: SimulatedHms, physics: Room) -> Peer:
    """Of the class of this morning that 100ms knows: the teacher's."""
    place = hms_simulator.world.add_room(physics.name)
    begun = timezone.now() - timedelta(hours=3)
    played = hms_simulator.world.play(school_class(7, people=6, duration=1800), place, nanoseconds(begun))
    held = classes.session(physics, length=timedelta(minutes=30), pupils=())
    person = played.script.stays[0]
    return Peer.objects.create(
        id=played.peer_id(person.key), session=rename(held, played.id), name="Wanjiru", joined_at=begun
    )


def rename(held: Any, name: str) -> Any:
    """The same session under the id that the far side gave it."""
    held.delete()
    held.pk = name
    held.save(force_insert=True)
    return held


def url(peer: Peer) -> str:
    return f"/sessions/{peer.session_id}/peers/{peer.pk}/quality/"


def shown(client: Client, peer: Peer) -> str:
    answer = client.get(url(peer))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_good_network_is_said_to_be_none_of_the_trouble(
    teacher: Client, stay: Peer, hms_simulator: SimulatedHms
) -> None:
    page = shown(teacher, stay)

    assert "Nothing here points to the network." in page
    assert "Microphone" in page
    assert "kbit/s" in page
    assert "Mbit/s" in page
    assert "Sound of others" in page
    assert "ITU-T G.1010" in page
    assert hms_simulator.requests() == [("GET", STATS)]


def test_100ms_is_asked_once(teacher: Client, stay: Peer, hms_simulator: SimulatedHms) -> None:
    shown(teacher, stay)
    hms_simulator.fault(status=500, times=None)

    assert "Nothing here points to the network." in shown(teacher, stay)
    assert hms_simulator.requests() == [("GET", STATS)]


def test_the_page_of_the_stay_asks_for_it_once_it_is_there(
    teacher: Client, stay: Peer, hms_simulator: SimulatedHms
) -> None:
    page = teacher.get(f"/sessions/{stay.session_id}/peers/{stay.pk}/").content.decode()

    assert f'hx-get="{url(stay)}"' in page
    assert f'href="{url(stay)}"' in page
    assert hms_simulator.requests() == []


def test_before_a_network_drop_the_upload_was_weak(teacher: Client, physics: Room, hms_simulator: SimulatedHms) -> None:
    place = hms_simulator.world.add_room(physics.name)
    begun = timezone.now() - timedelta(hours=3)
    played = hms_simulator.world.play(one_incident("cut_off", 1), place, nanoseconds(begun))
    dropped = next(one for one in played.script.stays if one.reason == "websocket closed" and one.tracks)
    held = rename(classes.session(physics, length=timedelta(minutes=10), pupils=()), played.id)
    peer = Peer.objects.create(id=played.peer_id(dropped.key), session=held, joined_at=begun)

    page = shown(teacher, peer)

    assert "The upload of this device was weak." in page
    assert "Sent little and lost" in page


def test_htmx_gets_the_part_alone(teacher: Client, stay: Peer) -> None:
    part = teacher.get(url(stay), headers={"HX-Request": "true", "HX-Target": "quality"}).content.decode()

    assert "<html" not in part
    assert "Nothing here points to the network." in part


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"status": 500}, "100ms has a fault of its own (500)."),
        ({"status": 429, "retry_after": 45}, "it wants us to wait 45 s."),
        ({"status": 403}, "100ms does not let us read this."),
        ({"status": 400}, "100ms refused"),
        ({"cut": "before"}, "100ms cannot be reached just now."),
        ({"cut": "middle"}, "100ms cannot be reached just now."),
        ({"hang": 30}, "100ms did not answer in time."),
    ],
    ids=str,
)
def test_an_outage_is_told_and_the_next_look_asks_again(
    wish: dict[str, Any], words: str, teacher: Client, stay: Peer, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.fault("GET", STATS, **wish)

    assert words in shown(teacher, stay)
    assert "Nothing here points to the network." in shown(teacher, stay)


def test_without_keys_it_says_so(teacher: Client, stay: Peer, settings: Settings) -> None:
    settings.HMS_SECRET = ""

    assert "HMS_ACCESS_KEY and HMS_SECRET are not set" in shown(teacher, stay)


def test_of_whom_100ms_has_nothing(teacher: Client, physics: Room, hms_simulator: SimulatedHms) -> None:
    peer = classes.session(physics).peers.get()

    assert "100ms has nothing on this" in shown(teacher, peer)


def test_while_it_runs_100ms_is_not_asked(teacher: Client, physics: Room, hms_simulator: SimulatedHms) -> None:
    peer = classes.session(physics, ago=timedelta(minutes=5), length=None).peers.get()

    assert "once the session has ended" in shown(teacher, peer)
    assert hms_simulator.requests() == []


def test_after_30_days_100ms_is_not_asked(teacher: Client, physics: Room, hms_simulator: SimulatedHms) -> None:
    peer = classes.session(physics, ago=timedelta(days=31)).peers.get()

    assert "100ms keeps this for 30 days" in shown(teacher, peer)
    assert hms_simulator.requests() == []


def test_the_queries_do_not_grow_with_the_class(
    teacher: Client, physics: Room, hms_simulator: SimulatedHms, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    small, large = classes.crowd(physics, 3), classes.crowd(physics, 200, ago=timedelta(hours=6))
    for held in (small, large):
        peer = held.peers.order_by("pk")[0]
        shown(teacher, peer)
        with django_assert_num_queries(5):
            shown(teacher, peer)


def measured(kind: str, loss: list[float], rate: list[float]) -> Series:
    begun = instants.from_datetime(timezone.localtime().replace(hour=10, minute=10, second=0, microsecond=0))
    times = [begun + number * STEP for number in range(len(loss))]
    return Series(kind, times, {"packet_loss_percent": loss, "bitrate": rate})


def test_a_weak_upload_is_a_sentence_with_local_times() -> None:
    loss, rate = [0.1] * 12 + [12.0] * 48 + [0.1] * 12, [32_000.0] * 12 + [8_000.0] * 48 + [32_000.0] * 12

    reading = reading_of(quality([measured("mic", loss, rate)], []))

    assert reading.verdict == "The upload of this device was weak."
    assert reading.sentences == (
        "Sent little and lost 12 % of the packets it sent (microphone) between 10:12 and 10:20: the upload was weak.",
    )
    (row,) = reading.rows
    assert (row.bitrate, row.lost_most, row.is_weak) == ("8 kbit/s", "12 %", True)
    assert len(row.drawn.weak) == 1


def test_a_weak_download_and_both_ways() -> None:
    bad = [9.0] * 6

    down = reading_of(quality([], [measured("camera", bad, [1e6] * 6)]))
    both = reading_of(quality([measured("mic", bad, [1e4] * 6)], [measured("camera", bad, [1e6] * 6)]))

    assert down.verdict == "The download of this device was weak."
    assert "of what came from others (camera)" in down.sentences[0]
    assert both.verdict == "The network of this device was weak, both ways."


def test_many_stretches_are_counted_not_listed() -> None:
    loss = ([5.0] * 3 + [0.0] * 6) * 9

    reading = reading_of(quality([measured("mic", loss, [1.0] * len(loss))], []))

    assert (len(reading.sentences), reading.more) == (4, 5)
