"""Every body that 100ms has published, posted as it stands: all stored, none failing, and the session page shows it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from analytics.models import Event, Failure, Peer, Track
from tests.conftest import PAYLOADS, payload
from tests.webhooks.conftest import Post
from webhooks import inbox
from webhooks.models import Delivery

SESSION = "61a61db1c4f73df18b03534d"


def published() -> dict[str, dict[str, Any]]:
    """Events by id: the 32 webhook samples, the 8 of the analytics API, and those in its answers."""
    bodies = [payload(f"{folder}/{file.stem}") for folder in ("webhooks", "analytics/events") for file in files(folder)]
    answers = [payload(f"analytics/{file.stem}") for file in files("analytics")]
    inside = [event for answer in answers for event in answer.get("events", []) if "type" in event]
    return {event["id"]: event for event in [*bodies, *inside]}


def files(folder: str) -> list[Any]:
    return sorted((PAYLOADS / folder).glob("*.json"))


@pytest.fixture
def events(post: Post) -> dict[str, dict[str, Any]]:
    found = published()
    for event in found.values():
        assert post(event).status_code == 200
    for room_id in set(Delivery.objects.values_list("room_id", flat=True)):
        inbox.process(room_id)
    return found


@pytest.mark.django_db
def test_all_are_stored_and_none_fails(events: dict[str, dict[str, Any]]) -> None:
    assert len(events) > 40
    assert list(Delivery.objects.exclude(state=Delivery.State.PROCESSED).values_list("event_type", "error")) == []
    assert not Delivery.objects.exclude(note="").exists()
    assert set(Event.objects.values_list("event_id", flat=True)) == set(events)


@pytest.mark.django_db
def test_the_session_page_shows_them(
    events: dict[str, dict[str, Any]], ikram: User, signed_in: Callable[[User], Client]
) -> None:
    answer = signed_in(ikram).get(f"/sessions/{SESSION}/")

    assert answer.status_code == 200
    shown = answer.content.decode()
    people = Peer.objects.filter(session=SESSION).exclude(name="")
    assert people
    assert all(peer.name in shown for peer in people)
    assert Track.objects.filter(session=SESSION).exists()
    assert Failure.objects.filter(session_id=SESSION).exists()


@pytest.mark.django_db
def test_posting_them_all_again_changes_nothing(events: dict[str, dict[str, Any]], post: Post) -> None:
    before = list(Peer.objects.values()), list(Track.objects.values()), list(Failure.objects.order_by("pk").values())

    for event in events.values():
        post(event)
    for room_id in set(Delivery.objects.values_list("room_id", flat=True)):
        inbox.process(room_id)

    assert Event.objects.count() == len(events)
    after = list(Peer.objects.values()), list(Track.objects.values()), list(Failure.objects.order_by("pk").values())
    assert after == before
