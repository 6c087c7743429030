"""Deliveries in the admin: shown safely, found, requeued, never edited."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from tests.webhooks.conftest import Deliver, joined
from webhooks import inbox
from webhooks.models import Delivery

State = Delivery.State
LIST = "/admin/webhooks/delivery/"


@pytest.fixture
def ops(ikram: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(ikram)


def page(client: Client, delivery: Delivery) -> str:
    answer = client.get(reverse("admin:webhooks_delivery_change", args=[delivery.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_filters_and_searches(ops: Client, deliver: Deliver) -> None:
    deliver(joined(1), state=State.DEAD, error="broken beyond repair")
    deliver(joined(2))

    everything = ops.get(LIST).content.decode()
    assert "broken beyond repair" in everything
    assert everything.count("peer.join.success") >= 2
    for query, count in [({"state__exact": "dead"}, 1), ({"q": joined(2)["id"]}, 1), ({"q": "nobody"}, 0)]:
        assert ops.get(LIST, query).context["cl"].result_count == count, query


def test_a_body_is_shown_indented_escaped_and_without_secrets(ops: Client, deliver: Deliver) -> None:
    event = joined()
    event["data"] |= {
        "user_name": "<b>Ann</b>",
        "meeting_url": "https://app.example/preview/abc?token=top-secret-1",
        "rtmp": [{"url": "rtmp://live.example/app/top-secret-2"}],
    }
    delivery = deliver(event, headers={"Referer": "https://x.example/?key=top-secret-3"})

    shown = page(ops, delivery)

    assert "&lt;b&gt;Ann&lt;/b&gt;" in shown
    assert "<b>Ann</b>" not in shown
    assert "\n    &quot;room_id&quot;: " in shown
    assert "top-secret" not in shown


@pytest.mark.parametrize("body", [b"", b"<script>alert(1)</script>", b"\xff\xfe\x00", b"[" * 900 + b"]" * 900])
def test_a_body_that_is_no_json_is_shown_all_the_same(ops: Client, deliver: Deliver, body: bytes) -> None:
    assert "<script>alert" not in page(ops, deliver(body))


def test_a_delivery_names_its_event_and_its_repeats(ops: Client, deliver: Deliver) -> None:
    delivery = deliver(joined())
    assert "not stored; came once" in page(ops, delivery)

    deliver(joined())
    inbox.process(delivery.room_id)

    assert "; came 2 times" in page(ops, delivery)


def test_nothing_can_be_edited_added_or_deleted(ops: Client, deliver: Deliver) -> None:
    delivery = deliver(joined())
    change = reverse("admin:webhooks_delivery_change", args=[delivery.pk])

    assert ops.post(change, {"state": State.PROCESSED}).status_code == 403
    assert ops.get(LIST + "add/").status_code == 403
    assert ops.post(reverse("admin:webhooks_delivery_delete", args=[delivery.pk])).status_code == 403
    assert Delivery.objects.get().state == State.PENDING


def test_dead_deliveries_are_requeued_from_the_list(ops: Client, deliver: Deliver) -> None:
    dead, read = deliver(joined(1), state=State.DEAD), deliver(joined(2), state=State.PROCESSED)

    answer = ops.post(LIST, {"action": "requeue", "_selected_action": [dead.pk, read.pk]}, follow=True)

    assert "1 of 2 requeued" in answer.content.decode()
    dead.refresh_from_db()
    assert dead.state == State.PENDING


def test_a_flag_on_the_user_opens_nothing_that_the_group_does_not(
    sam: User, deliver: Deliver, signed_in: Callable[[User], Client]
) -> None:
    sam.is_staff = True
    sam.save()
    sam.user_permissions.add(Permission.objects.get(codename="view_delivery"))
    dead = deliver(joined(), state=State.DEAD)
    client = signed_in(sam)

    assert client.get(LIST).status_code == 302
    client.post(LIST, {"action": "requeue", "_selected_action": [dead.pk]})

    dead.refresh_from_db()
    assert dead.state == State.DEAD
