"""Whatever stands in a query or in a form, however it came there, the answer is a page and never a fault of ours."""

from typing import Any

import pytest
from django.test import Client

from tests.dashboard.test_permissions import TABLE, address, clients, ids, nobody_answers

__all__ = ["clients", "ids", "nobody_answers"]

# What forms and lists call their fields.
FIELDS = [
    "actor", "action", "after", "base", "by", "change", "code", "copy", "counted", "do", "ends", "elsewhere", "file",
    "held", "key", "kind", "mode", "name", "next", "note", "once", "overwrite", "page", "part", "person", "plan",
    "poll", "question", "q", "reason", "region", "reviewed", "role", "roles", "room", "rooms", "seen", "session",
    "since", "size", "sort", "state", "target", "template", "text", "title", "until", "url", "used", "user_id",
]  # fmt: skip
# One signs out, one tells that no worker runs, one is for machines (tests/webhooks).
NOT_ASKED = {"logout", "readyz", "webhooks:100ms"}
VALUES = {"NUL": "a\x00b", "not ASCII": "\N{GRINNING FACE}" * 300}


@pytest.mark.slow
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_no_field_breaks_a_page(value: str, clients: dict[str, Client], ids: dict[str, Any]) -> None:
    sent = dict.fromkeys(FIELDS, value)
    ops = clients["ops"]
    ops.raise_request_exception = False
    asked = [(method, name) for name, row in TABLE.items() if name not in NOT_ASKED for method in row.asked]

    answers = {(method, name): getattr(ops, method)(address(name, ids), sent).status_code for method, name in asked}

    assert [asked for asked, status in answers.items() if status == 500] == []
