"""Templates as files: what was written is read again, and what is wrong is named by its place."""

import json
from typing import Any

import pytest

from rooms.room_templates.files import BIGGEST, NotATemplate, read, written
from rooms.room_templates.roles import BEGINNINGS, beginning


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_what_was_written_is_read_again(kind: str) -> None:
    content = {"name": "Class", **beginning(kind)}

    assert read(written(content)) == content


def test_secrets_are_masked_in_files_and_the_masks_are_read() -> None:
    upload = {"type": "s3", "location": "b", "credentials": {"key": "AKIA", "secret": "hidden"}}
    content = {**beginning("class"), "settings": {"recording": {"upload": upload}}}

    text = written(content)

    assert "AKIA" not in text
    assert "hidden" not in text
    assert read(text)["settings"]["recording"]["upload"]["credentials"] == "••••••"


def test_a_template_as_100ms_gives_it_is_read_without_what_nobody_sets() -> None:
    raw = {"id": "1", "_id": "1", "customerId": "2", "createdAt": "2024", "name": "a", "roles": {"host": None}}

    assert read(json.dumps(raw)) == {"name": "a", "roles": {"host": {"name": "host"}}}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"roles": {" ": {}}}, "roles: a role needs a name."),
        ({"roles": {"a": {}}, "settings": []}, "settings: must be an object."),
        ({"roles": {"a": {}}, "destinations": 1}, "destinations: must be an object."),
        ({"roles": {"a": {}}, "recordings": [{"name": "a"}]}, "recordings[0].role: is required."),
        (
            {"roles": {"a": {"publishParams": {"video": {"width": 5000}}}}},
            "roles.a.publishParams.video.width: must be 50 to 1920",
        ),
        ({"roles": {"a": {}}, "name": "a/b"}, "name: must be made of letters"),
    ],
)
def test_a_fault_is_named_by_its_place(value: Any, said: str) -> None:
    with pytest.raises(NotATemplate) as refused:
        read(json.dumps(value))

    assert said in str(refused.value)


def test_a_file_that_is_too_large_is_not_read() -> None:
    with pytest.raises(NotATemplate, match="larger than"):
        read(" " * (BIGGEST + 1))


def test_half_a_letter_is_refused_in_words() -> None:
    """JSON can name one; it would break on its way to 100ms."""
    with pytest.raises(NotATemplate, match="half a letter"):
        read('{"name": "Class \\ud800", "roles": {"host": {}}}')
