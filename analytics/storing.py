"""Events into their table: COPY on PostgreSQL, a bulk insert elsewhere. Called by `analytics.ingest` alone.

The caller holds the rooms' locks and has dropped what is stored already, so rows go straight into the indexed table
without a temporary one. Should another room's writer store the same event id in the same moment, the unique index
refuses the batch; whoever asked tries again and finds the event known.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import orjson
from django.db import connection

from analytics import instants
from analytics.envelope import Envelope
from analytics.models import Event

COLUMNS = (
    "event_id",
    "type",
    "channel",
    "room_id",
    "session_id",
    "peer_id",
    "emitted_at",
    "received_at",
    "payload",
)
BLOCK = 250  # rows a write: enough to keep the socket busy, little enough to hold


def store(envelopes: Sequence[Envelope], *, received_at: datetime) -> None:
    """Append these events."""
    if connection.vendor == "postgresql":
        _copy(envelopes, received_at)
    else:
        Event.objects.bulk_create(
            [
                Event(
                    event_id=envelope.id,
                    type=envelope.type,
                    channel=envelope.channel,
                    room_id=envelope.room_id,
                    session_id=envelope.session_id,
                    peer_id=envelope.peer_id,
                    emitted_at=instants.to_datetime(envelope.emitted_at),
                    received_at=received_at,
                    payload=_storable(envelope),
                )
                for envelope in envelopes
            ],
            batch_size=1_000,
        )


def _storable(envelope: Envelope) -> object:
    return orjson.loads(document(envelope))


def document(envelope: Envelope) -> bytes:
    """The payload as JSON text on one line that every database takes. NUL, which jsonb has not, becomes U+FFFD."""
    raw = envelope.raw
    # Byte for byte, but for line breaks and tabs, which COPY reads as its own, and written-out characters, among them
    # those that PostgreSQL's jsonb does not have.
    if raw is not None:
        # One pass instead of four clears most events.
        special = len(raw) != len(raw.translate(None, b"\\\n\t\r"))
        if not special or not (b"\\u" in raw or b"\n" in raw or b"\t" in raw or b"\r" in raw):
            return raw
    written = orjson.dumps(envelope.payload)
    return orjson.dumps(_without_nul(envelope.payload)) if b"\\u0000" in written else written


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, Mapping):
        return {_without_nul(key): _without_nul(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_nul(inner) for inner in value]
    return value


def _copy(envelopes: Sequence[Envelope], received_at: datetime) -> None:
    received = received_at.isoformat()
    lines = (_line(envelope, received) for envelope in envelopes)
    with connection.cursor() as cursor:
        statement = f"COPY {Event._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN"
        # Django wraps the errors of its own cursor methods only; COPY is psycopg's.
        with connection.wrap_database_errors, cursor.copy(statement) as copy:
            for block in _blocks(lines):
                copy.write(block)


def _line(envelope: Envelope, received: str) -> bytes:
    """One row in COPY's text format. Ids hold nothing that it would read as its own (`envelope.is_id`)."""
    fields = (envelope.id, envelope.type, envelope.channel, envelope.room_id, envelope.session_id, envelope.peer_id)
    body = document(envelope)
    if b"\\" in body:
        body = body.replace(b"\\", b"\\\\")
    head = "\t".join(fields)
    return f"{head}\t{instants.to_datetime(envelope.emitted_at)}\t{received}\t".encode() + body + b"\n"


def _blocks(lines: Iterable[bytes]) -> Iterator[bytes]:
    lines = iter(lines)
    while block := b"".join(islice(lines, BLOCK)):
        yield block
