"""Processes of their own for each test, and their end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bin.processes import Family, family


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Family]:
    # PostgreSQL's own user must be able to reach its folder in here.
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o711)
    with family(tmp_path / "logs") as members:
        yield members
