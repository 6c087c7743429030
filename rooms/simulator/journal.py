"""A file of what happened while the simulator ran, so that a restart does not forget it (`recollection`)."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson


@dataclass(slots=True)
class Recollection:
    """What came back, and how many lines were `passed_over`: torn by a crash, or written by another version."""

    sessions: int = 0
    changes: int = 0
    passed_over: int = 0

    def __str__(self) -> str:
        back = f"{self.sessions} sessions and {self.changes} changes are back from an earlier run"
        if not self.passed_over:
            return back
        return f"{back}; {self.passed_over} lines of its file could not be read or no longer fit, and are passed over"


class Journal:
    """One JSON object a line, for the eyes of its owner: what is set may hold secrets."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, entry: dict[str, Any]) -> None:
        """Add an entry."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with open(self._path, "a+b", opener=_for_its_owner) as file:
            if file.tell() and os.pread(file.fileno(), 1, file.tell() - 1) != b"\n":
                file.write(b"\n")  # the line before was cut short by a crash
            file.write(orjson.dumps(entry) + b"\n")

    def read(self) -> tuple[list[dict[str, Any]], int]:
        """All whole entries, oldest first, and how many lines are none."""
        if not self._path.exists():
            return [], 0
        entries, others = [], 0
        for line in self._path.read_bytes().splitlines():
            try:
                entry = orjson.loads(line)
            except orjson.JSONDecodeError:
                entry = None
            if isinstance(entry, dict):
                entries.append(entry)
            else:
                others += 1
        return entries, others


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
