"""Why a visit ended, in six groups and in words.

100ms names a few reasons (EVENTS trap 28); what it does not name stays in a group of its own. A kick is read from
the reason alone, never from the message: the published sample pairs a message with a plain "client request".
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Ending(StrEnum):
    """The group a leave reason belongs to, and two endings that are no leave at all."""

    LEFT = "left"  # client request: the person's own choice, a closed tab included
    REMOVED = "removed"  # peer kicked
    NETWORK = "network"  # websocket closed, ice connection state closed
    SERVER = "server"  # server removed peer
    OTHER = "other"  # a reason nobody documents, or none
    SESSION_END = "session_end"  # no leave was told; the session ended with the person in it
    STILL_IN = "still_in"  # the session runs and the person is in it

    @property
    def words(self) -> str:
        """For "Ended because": "left by own choice"."""
        return _WORDS[self]

    @property
    def is_trouble(self) -> bool:
        """True for what a teacher would call trouble: cut off, removed, thrown out by the server."""
        return self in {Ending.NETWORK, Ending.REMOVED, Ending.SERVER}


_WORDS: Final = {
    Ending.LEFT: "left by own choice",
    Ending.REMOVED: "removed by the host",
    Ending.NETWORK: "network drop",
    Ending.SERVER: "removed by the server",
    Ending.OTHER: "left, reason not told",
    Ending.SESSION_END: "session ended",
    Ending.STILL_IN: "still in",
}

_GROUPS: Final = {
    "client request": Ending.LEFT,
    "peer kicked": Ending.REMOVED,
    "websocket closed": Ending.NETWORK,
    "ice connection state closed": Ending.NETWORK,
    "server removed peer": Ending.SERVER,
}


def ending_of(reason: str) -> Ending:
    """The group of a leave reason as 100ms writes it; OTHER for one that is empty or unknown (EVENTS trap 28)."""
    return _GROUPS.get(reason.strip().lower(), Ending.OTHER)
