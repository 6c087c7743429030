"""`docs/api-coverage.md` is what the code says, and every operation that must work can be reached."""

from typing import Final

from tests.api_coverage.source import ROOT
from tests.api_coverage.table import document, rows

# Sent from no page and no task yet: recordings, streams. To be shortened, never lengthened.
AWAITED: Final[frozenset[str]] = frozenset()


def test_the_document_says_what_the_code_does() -> None:
    stale = "docs/api-coverage.md is stale: python -m tests.api_coverage"
    assert (ROOT / "docs" / "api-coverage.md").read_text() == document(), stale


def test_each_of_the_67_is_reachable_from_a_page_or_a_task_but_for_those_awaited() -> None:
    must = [row for row in rows() if row.must]
    assert len(must) == 67
    unreachable = {row.operation for row in must if not row.reachable}
    assert unreachable - AWAITED == set(), "nothing sends these any more"
    assert AWAITED - unreachable == set(), "these can be reached: take them off the list"
