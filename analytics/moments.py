"""What is worth knowing about a session, in plain words: the moments above the timeline and the notes of a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that stands out. The page draws the mark of `kind`, then `words`, then the clock at `at`, as a link."""

    at: int
    kind: str  # "drop", "removed", "server", "role", "failed", "late", "left"; callers add "recording"
    words: str  # "Łukasz was cut off for 2 min"
    person_key: str = ""  # "" when it is about several people
    tone: str = "plain"  # "bad" for faults, else "plain"
    weight: int = 0  # heavier ones are kept when there are too many


@dataclass(frozen=True, slots=True)
class Note:
    """A few words beside a person: "network drop 2 min". `kind` chooses the icon."""

    words: str
    kind: str  # "late", "devices", "drop", "removed", "server", "rejoined", "left", "role", "failed", "cam-off"
    tone: str = "plain"  # "bad" or "plain"
