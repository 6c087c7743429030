"""A file of the sessions that were begun while the simulator ran, so that a restart does not forget them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson


class Journal:
    """One JSON object a line. A line cut short by a crash is passed over."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, entry: dict[str, Any]) -> None:
        """Add an entry."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            file.write(orjson.dumps(entry) + b"\n")

    def read(self) -> Iterator[dict[str, Any]]:
        """All whole entries, oldest first."""
        if not self._path.exists():
            return
        for line in self._path.read_bytes().splitlines():
            try:
                entry = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            yield entry
