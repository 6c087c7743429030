"""The stream key of a room as ops see it: masked, revealed once, disabled."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from rooms.connection import client
from rooms.mirrors import rooms
from rooms.models import AuditEntry, Reading, Room
from tests.rooms.simulated import SimulatedHms

KEY = "/stream-keys/room/{room_id}"
DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


@pytest.fixture
def choir(hms_simulator: SimulatedHms, db: None) -> Room:
    made = hms_simulator.world.add_room("Choir")
    rooms.pull(client(), at=timezone.now())
    return Room.objects.get(pk=made.id)


@pytest.fixture
def key(choir: Room) -> str:
    return client().stream_keys.create(choir.pk).key


@pytest.fixture
def url(choir: Room) -> str:
    return f"/rooms/{choir.pk}/stream-key/"


def shown(viewer: Client, url: str) -> str:
    answer = viewer.get(url)
    assert answer.status_code == 200
    return str(answer.content.decode())


def said(answer: Any) -> str:
    [messages] = re.findall(r'<div class="messages".*?</div>', answer.content.decode(), re.DOTALL)
    return str(re.findall(r"<span>(.*?)</span>", messages, re.DOTALL)[-1])


def test_a_key_is_made_revealed_once_and_disabled(ops: Client, choir: Room, url: str) -> None:
    assert "No key works" in shown(ops, url)
    assert said(ops.post(url + "create/", follow=True)) == "A stream key is made."
    key = client().stream_keys.get(choir.pk)

    page = shown(ops, url)
    assert "rtmp://ingest.example.com/live" in page
    assert key.key not in page
    revealed = ops.post(url + "reveal/", headers=DIALOG)
    assert key.key in revealed.content.decode()
    assert revealed["Cache-Control"] == "private, no-store"
    assert AuditEntry.objects.latest("id").action == "stream_key.reveal"
    for again in (url, "/audit/", url + "disable/"):
        assert key.key not in shown(ops, again)

    assert "An encoder that sends with it is cut off" in shown(ops, url + "disable/")
    answer = ops.post(url + "disable/", {"key": key.id}, headers=DIALOG)
    assert answer["HX-Redirect"] == url
    page = shown(ops, url)
    assert "No key works" in page
    assert "Keys of before" in page
    assert said(ops.post(url + "create/", follow=True)) == "A stream key is made."


def test_revealing_is_no_reading(ops: Client, key: str, url: str) -> None:
    assert ops.get(url + "reveal/").status_code == 405


def test_a_key_of_others_is_shown_and_not_made_again(
    ops: Client, key: str, url: str, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.forget()

    assert said(ops.post(url + "create/", follow=True)) == "There was a key already, so none was made."
    assert hms_simulator.changes() == []


def test_a_key_that_came_in_between_is_told_in_words(
    ops: Client, key: str, url: str, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.fault("GET", KEY, status=404, message="No active key found")

    answer = ops.post(url + "create/", follow=True)

    assert said(answer).startswith("Somebody has just made a key for this room.")
    assert "Reveal" in answer.content.decode()


def test_a_feature_that_is_not_switched_on_is_told_in_words(ops: Client, url: str, hms_simulator: SimulatedHms) -> None:
    hms_simulator.fault("POST", KEY, status=403, message="feature not enabled")
    answer = ops.post(url + "create/", follow=True)
    assert said(answer).startswith("100ms does not allow stream keys for this account")

    hms_simulator.fault(None, KEY, status=403, message="feature not enabled", times=None)
    Reading.objects.update(asked_at=timezone.now() - timedelta(minutes=2))
    assert "Sending streams into rooms is switched on by 100ms on request" in shown(ops, url)


def test_a_disabled_room_is_told_in_words(ops: Client, choir: Room, url: str, hms_simulator: SimulatedHms) -> None:
    hms_simulator.world.rooms[choir.pk].enabled = False
    assert said(ops.post(url + "create/", follow=True)).startswith("The room is disabled")

    rooms.pull(client(), at=timezone.now())
    assert "This room is disabled: no encoder can connect" in shown(ops, url)


def test_after_no_answer_the_next_page_looks_and_shows_the_key(
    ops: Client, url: str, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.fault("POST", KEY, cut="before")

    answer = ops.post(url + "create/", follow=True)

    assert said(answer).startswith("100ms did not answer, so nobody knows yet")
    assert "Reveal" in answer.content.decode()


def test_only_the_key_that_was_shown_is_disabled(ops: Client, choir: Room, key: str, url: str) -> None:
    shown(ops, url)
    old = client().stream_keys.get(choir.pk).id
    client().stream_keys.disable(choir.pk)
    new = client().stream_keys.create(choir.pk)

    answer = ops.post(url + "disable/", {"key": old}, headers=DIALOG)

    assert "Another key works by now" in answer.content.decode()
    assert client().stream_keys.get(choir.pk).id == new.id


def test_what_cannot_be_revealed_says_why(
    ops: Client, choir: Room, key: str, url: str, hms_simulator: SimulatedHms
) -> None:
    shown(ops, url)
    hms_simulator.fault("GET", KEY, cut="before")
    silent = ops.post(url + "reveal/", headers=DIALOG).content.decode()
    assert "100ms cannot be reached just now. Nothing was shown, and nothing was changed." in silent

    client().stream_keys.disable(choir.pk)
    answer = ops.post(url + "reveal/", headers=DIALOG).content.decode()
    assert "no key that works any more" in answer


def test_while_100ms_does_not_answer_the_copy_is_shown_and_says_so(
    ops: Client, key: str, url: str, hms_simulator: SimulatedHms
) -> None:
    shown(ops, url)
    Reading.objects.update(asked_at=timezone.now() - timedelta(minutes=2))
    hms_simulator.fault("GET", KEY, status=502, times=None)

    page = shown(ops, url)

    assert "100ms failed (502). This is the copy of today" in page
    assert "Reveal" in page
