"""A delivery into its table by one INSERT, written out once: on the only path that 100ms waits for, putting together
the same statement for every row would take the ORM about as long as the database needs to carry it out.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from django.db import connection

from webhooks.label import Label
from webhooks.models import Delivery

COLUMNS: Final = (
    "received_at",
    "remote_address",
    "headers",
    "body",
    "event_id",
    "event_type",
    "room_id",
    "is_replay",
    "state",
    "attempts",
    "error",
    "note",
)
INSERT: Final = (
    f"INSERT INTO {Delivery._meta.db_table} ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"  # noqa: S608
)


def store(
    *,
    received_at: datetime,
    remote_address: IPv4Address | IPv6Address | None,
    headers: Mapping[str, str],
    body: bytes,
    outside: Label,
) -> None:
    """Keep what arrived, to be read by a task. Outside a transaction it is committed when this returns.

    Raises `django.db.Error` when the database cannot keep it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            [
                connection.ops.adapt_datetimefield_value(received_at),
                None if remote_address is None else str(remote_address),
                json.dumps(headers),
                body,
                outside.event_id,
                outside.event_type,
                outside.room_id,
                outside.is_replay,
                Delivery.State.PENDING.value,
                0,
                "",
                "",
            ],
        )
