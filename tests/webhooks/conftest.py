"""A sender as 100ms is one, and deliveries that have come in."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from webhooks import label
from webhooks.models import Delivery

CAME_AT = datetime(2026, 11, 12, 7, 0, tzinfo=UTC)

Post = Callable[..., Any]
Deliver = Callable[..., Delivery]


@pytest.fixture
def post(client: Client) -> Post:
    """Post a body as 100ms does; `secret=None` leaves the header out, other keywords are WSGI headers."""

    def send(body: bytes | dict[str, Any], *, secret: str | None = settings.HMS_WEBHOOK_SECRET, **meta: Any) -> Any:
        if secret is not None:
            meta["HTTP_X_WEBHOOK_SECRET"] = secret
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return client.generic("POST", "/webhooks/100ms/", content, "application/json", **meta)

    return send


@pytest.fixture
def deliver(db: None) -> Deliver:
    """A delivery in the inbox, as the endpoint would have left it."""

    def put(body: bytes | dict[str, Any], **fields: Any) -> Delivery:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        outside = label.read(content)
        named = {
            "received_at": CAME_AT,
            "event_id": outside.event_id,
            "event_type": outside.event_type,
            "room_id": outside.room_id,
            "is_replay": outside.is_replay,
        }
        return Delivery.objects.create(body=content, **{**named, **fields})

    return put


@pytest.fixture
def poison(db: None) -> Iterator[str]:
    """An event id that the database refuses to store, as content does that we did not foresee."""
    table = "analytics_event"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT antidote CHECK (event_id NOT LIKE 'poison%')")
        else:
            cursor.execute(
                f"CREATE TRIGGER antidote BEFORE INSERT ON {table} WHEN NEW.event_id LIKE 'poison%' "
                "BEGIN SELECT RAISE(ABORT, 'antidote'); END"
            )
    yield "poison"
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER antidote")


def joined(number: int = 1, *, room_id: str = "6540c3d70f240f9ebc69dcf9", **changes: Any) -> dict[str, Any]:
    """A person's join; `number` makes it another person's."""
    data = {
        "room_id": room_id,
        "session_id": f"session-{room_id[-4:]}",
        "room_name": "physics",
        "template_id": "template-1",
        "peer_id": f"peer-{number}-{room_id[-4:]}",
        "user_id": f"user-{number}",
        "user_name": f"Person {number}",
        "role": "student",
        "joined_at": "2026-11-12T07:00:01.5Z",
        "type": "regular",
    }
    return {
        "version": "2.0",
        "id": f"event-{number}-{room_id[-4:]}",
        "account_id": "account-1",
        "app_id": "app-1",
        "timestamp": "2026-11-12T07:00:02Z",
        "type": "peer.join.success",
        "data": data,
        **changes,
    }
