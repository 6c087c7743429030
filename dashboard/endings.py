"""Why recordings, streams and encoders were over, in words: the one place where 100ms's reasons become ours.

Reasons are open texts (EVENTS traps 29 and 31): what is in no table is shown as it was said, without its secrets. A
reason "failure: X" is no ending but a trouble (`dashboard.troubles`).
"""

from collections.abc import Mapping
from typing import Final

from rooms.masking import masked_text

FAILURE: Final = "failure: "
STOPS: Final[Mapping[str, str]] = {
    "client request": "somebody stopped it",
    "max duration reached": "it ran as long as 100ms lets it",
    "room ended": "the session was ended for all",
    "last peer left": "the last person left",
}
INGEST_ENDS: Final[Mapping[str, str]] = {
    "stream closed": "the encoder stopped sending",
    "reconnection window expired": "the connection broke, and the encoder did not come back in time",
    "publish error": "100ms could not bring its picture into the room",
    "internal error": "something failed inside 100ms",
}
# Of these nobody wanted the end.
BROKEN_OFF: Final = frozenset({"reconnection window expired", "publish error", "internal error"})


def stop_words(reason: str) -> str:
    """Why a recording or a stream was over; "" for a failure, which is told by its trouble."""
    return "" if reason.startswith(FAILURE) else STOPS.get(reason, masked_text(reason))


def failure_in(reason: str) -> str:
    """The error type that a stop reason carries, "" for a plain stop."""
    return reason.removeprefix(FAILURE) if reason.startswith(FAILURE) else ""


def encoder_ended(reason: str) -> str:
    return INGEST_ENDS.get(reason, masked_text(reason))
