"""One stay: when, why it ended, what was on, and what all of it was read from."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from analytics.models import Event, Peer, Track
from rooms.models import Room
from tests.dashboard import classes
from tests.dashboard.classes import Pupil


def stay(client: Client, peer: Peer) -> str:
    answer = client.get(f"/sessions/{peer.session_id}/peers/{peer.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_drop_is_told_with_the_cause_100ms_gave(teacher: Client, physics: Room) -> None:
    held = classes.session(physics, pupils=[Pupil(dropped=True)])

    page = stay(teacher, held.peers.get())

    assert "network drop" in page
    assert "websocket closed" in page


def test_every_stretch_of_every_track_is_listed(teacher: Client, physics: Room) -> None:
    held = classes.session(physics)
    track = Track.objects.get(session=held)
    start = track.on[0][0]
    track.on = [[start, start + 60_000_000], [start + 120_000_000, start + 150_000_000]]
    track.save()

    page = stay(teacher, held.peers.get())

    assert "1 min 00 s" in page
    assert ">30 s</td>" in page
    assert "2 stretches together" in page
    assert "1 min 30 s" in page


def test_a_track_that_was_never_on_says_so(teacher: Client, physics: Room) -> None:
    held = classes.session(physics)
    Track.objects.filter(session=held).update(on=[])

    assert "never on" in stay(teacher, held.peers.get())


def test_failures_are_told_in_words(teacher: Client, physics: Room) -> None:
    held = classes.session(physics, failures=1)
    classes.failure(held, is_terminal=False, error_code=3001, action="publish")

    page = stay(teacher, held.peers.get())

    assert "Sound or picture not sent: Permission denied" in page
    assert "recovered by itself" in page
    assert "code 3001" in page
    assert "The device went on trying." in page


def test_the_events_behind_it_are_shown_without_their_secrets(teacher: Client, physics: Room) -> None:
    held = classes.session(physics)

    page = stay(teacher, held.peers.get())

    assert "1 event" in page
    assert "auth_token" in page
    assert "hush-hush" not in page


def test_what_another_room_says_of_an_equal_peer_id_stays_there(
    teacher: Client, physics: Room, chemistry: Room
) -> None:
    held, theirs = classes.session(physics), classes.session(chemistry)
    peer = held.peers.get()
    Event.objects.filter(session_id=theirs.pk).update(peer_id=peer.pk, payload={"said": "of another room"})
    classes.failure(theirs, peer_id=peer.pk, error_message="of another room")
    classes.failure(theirs, peer_id=peer.pk, session_id="", error_message="of another room")
    classes.failure(held, session_id="", error_message="told without a session")

    page = stay(teacher, peer)

    assert "of another room" not in page
    assert "told without a session" in page
    assert "1 event" in page


def test_metadata_is_shown_as_the_app_gave_it_but_for_secrets(teacher: Client, physics: Room) -> None:
    held = classes.session(physics)
    held.peers.update(metadata='{"seat": 4, "avatar": "https://cdn.example/a.png?signature=hush-hush"}')

    page = stay(teacher, held.peers.get())

    assert "&quot;seat&quot;: 4" in page
    assert "hush-hush" not in page


def test_other_visits_of_the_same_person_are_a_step_away(teacher: Client, physics: Room) -> None:
    held = classes.session(physics, pupils=[Pupil(), Pupil(), Pupil("Mei", "mei")])
    first, second = held.peers.filter(user_id="ada")

    page = stay(teacher, first)

    assert second.pk in page
    assert held.peers.get(user_id="mei").pk not in page


def test_a_stay_in_a_running_class_is_still_in(teacher: Client, physics: Room) -> None:
    held = classes.session(physics, ago=timedelta(minutes=10), length=None)

    page = stay(teacher, held.peers.get())

    assert "still in" in page
    assert "As of" in page
    assert "some times are estimates" not in page


def test_a_stay_of_which_only_the_leave_was_told_is_an_estimate(teacher: Client, physics: Room) -> None:
    held = classes.session(physics)
    held.peers.update(joined_at=None)
    Track.objects.filter(session=held).delete()

    page = stay(teacher, held.peers.get())

    assert "≈" in page
    assert "Nothing was published" in page


def test_a_person_without_a_user_id_has_no_page_of_their_own(teacher: Client, physics: Room) -> None:
    held = classes.session(physics, pupils=[Pupil("Guest", "")])

    page = stay(teacher, held.peers.get())

    assert "none given" in page
    assert "All their sessions" not in page


def test_a_role_that_changed_is_told(teacher: Client, physics: Room) -> None:
    held = classes.session(physics)
    at = int((timezone.now() - timedelta(hours=2, minutes=50)).timestamp() * 1_000_000)
    held.peers.update(roles=[[None, "student"], [at, "co-host"]], role="co-host")

    assert "student → co-host" in stay(teacher, held.peers.get())
