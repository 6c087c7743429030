"""Times as 100ms writes them: RFC 3339 in UTC with 0 to 9 fraction digits (contract, schema Timestamp)."""

from datetime import UTC, datetime


def moment(text: str) -> datetime | None:
    """The time a text names, cut to microseconds (EVENTS trap 17); None for the zero time (trap 18).

    Raises ValueError for a text that is no time or names no zone.
    """
    if text.startswith("0001-01-01T"):
        return None
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"a time without a zone: {text!r}")
    # At the edges of the calendar other zones have no name for it: no clock showed it.
    return time.astimezone(UTC) if 1 < time.year < 9999 else None


def written(time: datetime, digits: str = "milliseconds") -> str:
    """A time as the filters `after` and `before` take it: UTC, milliseconds, Z. ValueError for a naive one.

    `digits` "auto" writes a fraction only where there is one, as the bodies in the contract do.
    """
    if time.tzinfo is None:
        raise ValueError("a time without a zone")
    return time.astimezone(UTC).isoformat(timespec=digits).replace("+00:00", "Z")
