"""What was written in the chat, from the CSV file that 100ms keeps of it.

Read by header and not by place: the file has one column more than documented, `MessageID` (EVENTS trap 45), and none
promises its order. What a message says is needed; who wrote it, when, and to whom is taken where it is told.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from analytics import instants
from analytics.transcripts import Unreadable

MOST: Final = 20_000
LONGEST: Final = 10_000  # characters of one message

# What a column is for, by what is left of its heading in small letters and digits.
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("message", "text", "messagetext", "body", "content"),
    "sender": ("sendername", "name", "sender", "from", "username", "peername"),
    "peer_id": ("senderid", "senderpeerid", "peerid", "from"),
    "at": ("timestamp", "time", "sentat", "createdat", "senttime", "date", "datetime", "messagetime"),
    "to": ("recipientname", "recipientrole", "recipients", "recipient", "recipientid", "recipientids", "roles", "to"),
}
_GO: Final = re.compile(r"^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)(?: ?(?:UTC|Z|\+00:?00)(?: UTC)?)?$")
# How many of one unit of an epoch make a microsecond's worth, by the digits that such a number has in our time.
_EPOCHS: Final = {10: (1_000_000, 1), 13: (1_000, 1), 16: (1, 1), 19: (1, 1_000)}


@dataclass(frozen=True, slots=True)
class Message:
    """`at` is an instant, None where the file tells none; `to` is "" for what everybody could read."""

    at: int | None
    sender: str
    peer_id: str
    to: str
    text: str


def messages(text: str) -> list[Message]:
    """The messages in the order sent. Raises `Unreadable`."""
    text = text.replace("\x00", "").lstrip("\ufeff")
    if not text.strip():
        return []
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text.lstrip(), newline=""), delimiter=delimiter))
    except csv.Error as problem:
        raise Unreadable("The file is no CSV that can be read.") from problem
    places = _places(rows[0])
    if "text" not in places:
        raise Unreadable("The file has no column with the messages.")
    found = [message for row in rows[1 : MOST + 1] if (message := _message(row, places)) is not None]
    timed = all(message.at is not None for message in found)
    return sorted(found, key=lambda message: message.at or 0) if timed else found


def _places(header: list[str]) -> dict[str, int]:
    said = [re.sub(r"[^a-z0-9]", "", heading.casefold()) for heading in header]
    places: dict[str, int] = {}
    for column, headings in _COLUMNS.items():
        place = next((said.index(heading) for heading in headings if heading in said), None)
        if place is not None:
            places[column] = place
    return places


def _message(row: list[str], places: Mapping[str, int]) -> Message | None:
    told = {column: row[place].strip() if place < len(row) else "" for column, place in places.items()}
    if not told["text"]:
        return None
    return Message(
        at=_instant(told.get("at", "")),
        sender=told.get("sender", "")[:255],
        peer_id=told.get("peer_id", "")[:64],
        to=told.get("to", "").strip("[]")[:255],  # a list of roles, "[]" for everybody
        text=told["text"][:LONGEST],
    )


def _instant(text: str) -> int | None:
    """RFC 3339, the way Go prints a time, or an epoch in seconds down to nanoseconds."""
    if text.isdecimal() and text.isascii() and len(text) in _EPOCHS:
        times, parts = _EPOCHS[len(text)]
        moment = int(text) * times // parts
        return moment if instants.FIRST <= moment < instants.LAST else None
    if found := _GO.match(text):
        text = f"{found[1]}T{found[2]}Z"
    try:
        return instants.parse(text)
    except ValueError:
        return None
