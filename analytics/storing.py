"""Events into their table: COPY on PostgreSQL, a bulk insert elsewhere. Called by `analytics.ingest` alone.

The caller holds the rooms' locks and has dropped what is stored already, so rows go straight into the indexed table
without a temporary one. Should another room's writer store the same event id in the same moment, the unique index
refuses the batch; whoever asked tries again and finds the event known.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

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
BLOCK = 500  # rows a write: enough to keep the socket busy, little enough to hold


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
    """The payload as JSON text that every database takes: PostgreSQL's jsonb has no NUL, so it becomes U+FFFD."""
    written = orjson.dumps(envelope.payload)
    return written.replace(b"\\u0000", "�".encode()) if b"\\u0000" in written else written


def _copy(envelopes: Sequence[Envelope], received_at: datetime) -> None:
    received = received_at.isoformat()
    lines = (_line(envelope, received) for envelope in envelopes)
    with connection.cursor() as cursor:
        statement = f"COPY {Event._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN"
        with cursor.copy(statement) as copy:
            for block in _blocks(lines):
                copy.write(block)


def _line(envelope: Envelope, received: str) -> bytes:
    """One row in COPY's text format. Ids may hold anything, so they are escaped like the payload."""
    head = "\t".join(
        (
            envelope.id,
            envelope.type,
            envelope.channel,
            envelope.room_id,
            envelope.session_id,
            envelope.peer_id,
        )
    )
    if "\\" in head or "\n" in head or "\r" in head or head.count("\t") != 5:
        head = "\t".join(
            _escaped(part)
            for part in (
                envelope.id,
                envelope.type,
                envelope.channel,
                envelope.room_id,
                envelope.session_id,
                envelope.peer_id,
            )
        )
    stamp = instants.to_datetime(envelope.emitted_at).isoformat()
    return f"{head}\t{stamp}\t{received}\t".encode() + document(envelope).replace(b"\\", b"\\\\") + b"\n"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _blocks(lines: Iterable[bytes]) -> Iterator[bytes]:
    lines = iter(lines)
    while block := b"".join(islice(lines, BLOCK)):
        yield block
