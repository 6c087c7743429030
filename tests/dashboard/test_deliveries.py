"""The inbox as ops see it, and the second try."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from analytics.models import Event
from rooms.models import Room
from tests.dashboard import classes
from webhooks.models import Delivery

State = Delivery.State


def shown(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_deliveries_are_found_by_state_type_id_and_day(ops: Client, physics: Room) -> None:
    old = classes.delivery(State.DEAD, event_type="peer.leave.success", received_at=timezone.now() - timedelta(days=9))
    new = classes.delivery(room_id=physics.pk)

    def found(query: str) -> set[int]:
        page = shown(ops, f"/deliveries/{query}")
        return {delivery.pk for delivery in (old, new) if f'href="/deliveries/{delivery.pk}/"' in page}

    assert found("") == {old.pk, new.pk}
    assert found("?state=dead") == {old.pk}
    assert found("?q=leave") == {old.pk}
    assert found(f"?q={new.event_id}") == {new.pk}
    assert found(f"?q={physics.pk}") == {new.pk}
    assert found(f"?since={timezone.localdate() - timedelta(days=1)}") == {new.pk}
    assert found(f"?until={timezone.localdate() - timedelta(days=2)}") == {old.pk}  # a midnight may have passed since
    assert physics.name in shown(ops, "/deliveries/")


def test_a_delivery_is_shown_as_it_came_but_for_secrets(ops: Client) -> None:
    delivery = classes.delivery(headers={"X-Webhook-Secret": "hush-hush", "User-Agent": "100ms"})

    page = shown(ops, f"/deliveries/{delivery.pk}/")

    assert "auth_token" in page
    assert "User-Agent" in page
    assert "hush-hush" not in page


@pytest.mark.parametrize("url", ["/deliveries/", "/deliveries.csv", "/admin/webhooks/delivery/", "/deliveries/{pk}/"])
def test_no_secret_shows_through_an_error(url: str, ops: Client) -> None:
    delivery = classes.delivery(State.DEAD, error="Malformed: got 'rtmp://live.example/app/hush-hush'")

    answer = ops.get(url.format(pk=delivery.pk))
    page = b"".join(answer).decode() if answer.streaming else answer.content.decode()

    assert "rtmp://live.example/app/" in page
    assert "hush-hush" not in page


def test_no_secret_shows_through_an_error_in_the_admin(ops: Client) -> None:
    delivery = classes.delivery(State.DEAD, error="Malformed: got 'rtmp://live.example/app/hush-hush'")

    assert "hush-hush" not in shown(ops, f"/admin/webhooks/delivery/{delivery.pk}/change/")


@pytest.mark.parametrize("body", [b"not json <b>x</b>", b"\xff\xfe\x00", b"", b"[1, 2]", b'"text"', b"null"])
def test_any_body_can_be_looked_at(body: bytes, ops: Client) -> None:
    delivery = classes.delivery(State.DEAD, body=body, event_type="", event_id="", error="body: <b>x</b>")

    page = shown(ops, f"/deliveries/{delivery.pk}/")

    assert "A delivery that cannot be read" in page
    assert "<b>x</b>" not in page


def test_it_leads_to_the_session_it_told_of(ops: Client, physics: Room) -> None:
    held = classes.session(physics)
    event = Event.objects.get(session_id=held.pk)
    delivery = classes.delivery(event_id=event.event_id, room_id=physics.pk)

    assert f'href="/sessions/{held.pk}/"' in shown(ops, f"/deliveries/{delivery.pk}/")


def test_one_dead_delivery_is_read_again_and_who_asked_is_kept(ops: Client, ikram: User) -> None:
    delivery = classes.delivery(State.DEAD, attempts=6)
    assert "Read again" in shown(ops, f"/deliveries/{delivery.pk}/")

    answer = ops.post(f"/deliveries/{delivery.pk}/requeue/", follow=True)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.PENDING, 0)
    assert "1 delivery will be read again" in answer.content.decode()
    assert LogEntry.objects.get().user == ikram


def test_one_that_was_read_is_left_alone(ops: Client) -> None:
    delivery = classes.delivery()

    answer = ops.post(f"/deliveries/{delivery.pk}/requeue/", follow=True)

    delivery.refresh_from_db()
    assert delivery.state == State.PROCESSED
    assert "Nothing to read again" in answer.content.decode()


def test_all_dead_ones_are_read_again_at_once(ops: Client) -> None:
    dead = [classes.delivery(State.DEAD) for _ in range(3)]
    classes.delivery(State.FAILED)

    assert "Read 3 dead again" in shown(ops, "/deliveries/")
    answer = ops.post("/deliveries/requeue/", {"next": "/deliveries/?state=dead"})

    assert answer.headers["Location"] == "/deliveries/?state=dead"
    assert Delivery.objects.filter(state=State.PENDING).count() == len(dead)


def test_a_dead_delivery_is_set_aside_and_brought_back(ops: Client) -> None:
    delivery = classes.delivery(State.DEAD, error="body: not JSON")
    assert "Set aside" in shown(ops, f"/deliveries/{delivery.pk}/")

    page = ops.post(f"/deliveries/{delivery.pk}/set-aside/", follow=True).content.decode()

    assert "1 delivery set aside." in page
    assert "Set aside by ikram" in page
    assert '<span class="nav-count">' not in page
    assert f'href="/deliveries/{delivery.pk}/"' in shown(ops, "/deliveries/?state=aside")

    ops.post(f"/deliveries/{delivery.pk}/requeue/")

    delivery.refresh_from_db()
    assert delivery.state == State.PENDING


def test_setting_all_dead_ones_aside_asks_once_and_says_what_they_are(ops: Client) -> None:
    for error in ("body: not JSON", "body: not JSON", "data: missing"):
        classes.delivery(State.DEAD, error=error)

    asked = shown(ops, "/deliveries/set-aside/")
    assert "Set 3 dead deliveries aside?" in asked
    assert "2: body: not JSON" in asked
    assert (
        "<html"
        not in ops.get("/deliveries/set-aside/", headers={"HX-Request": "true", "HX-Target": "dialog"}).content.decode()
    )

    page = ops.post("/deliveries/set-aside/", follow=True).content.decode()

    assert "3 deliveries set aside." in page
    assert Delivery.objects.filter(state=State.ASIDE).count() == 3


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_it_leads_nowhere_else(elsewhere: str, ops: Client) -> None:
    assert ops.post("/deliveries/requeue/", {"next": elsewhere}).headers["Location"] == "/deliveries/"


def test_only_a_post_changes_anything(ops: Client) -> None:
    delivery = classes.delivery(State.DEAD)

    assert ops.get(f"/deliveries/{delivery.pk}/requeue/").status_code == 405
    assert ops.get("/deliveries/requeue/").status_code == 405
    assert Client(enforce_csrf_checks=True).post("/deliveries/requeue/").status_code == 403
