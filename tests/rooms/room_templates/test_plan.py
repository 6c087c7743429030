"""Which calls a change takes: the narrowest one that does, and recordings last."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from rooms.room_templates import roles
from rooms.room_templates.content import canonical
from rooms.room_templates.plan import steps

Content = dict[str, Any]


def lesson() -> Content:
    return {"name": "Class", **roles.beginning("class")}


def only(content: Content, *names: str) -> Content:
    return {**content, "roles": {name: content["roles"].get(name) or {} for name in names}}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda c: c, []),
        (lambda c: {**c, "roles": {**c["roles"], "student": {}}}, [("set_role", "student")]),
        (lambda c: {**c, "roles": {**c["roles"], "guest": {}}}, [("set_role", "guest")]),
        (lambda c: only(c, "teacher"), [("delete_role", "student")]),
        (lambda c: roles.without(c, "student"), [("delete_role", "student"), ("set_role", "teacher")]),
        (lambda c: only(c, "a", "b"), [("update", "")]),
        (lambda c: {**c, "settings": {}}, [("update_settings", "")]),
        (lambda c: {**c, "destinations": {"transcriptions": {"a": {}}}}, [("update_destinations", "")]),
        (lambda c: {**c, "recordings": [{"name": "a"}]}, [("configure_recordings", "")]),
        (lambda c: {**c, "name": "Lesson"}, [("update", "")]),
        (lambda c: {**c, "default": True}, [("update", "")]),
        (lambda c: {**c, "plugins": {"a": {"b": 1}}}, [("update", "")]),
        (
            lambda c: {**c, "settings": {}, "recordings": [{"name": "a"}]},
            [("update_settings", ""), ("configure_recordings", "")],
        ),
        (lambda c: {**c, "settings": {}, "roles": {**c["roles"], "student": {}}}, [("update", "")]),
    ],
)
def test_the_calls_of_a_change(change: Callable[[Content], Content], expected: list[tuple[str, str]]) -> None:
    wanted = change(deepcopy(lesson()))

    found = steps(lesson(), wanted)

    assert [(step.action, step.role) for step in found] == expected
    assert not found or canonical(found[-1].after) == canonical(wanted)


def test_a_role_is_renamed_first_and_those_who_name_it_follow() -> None:
    before = {**lesson(), "recordings": [{"name": "films", "role": "student"}]}
    wanted = roles.renamed(before, "student", "pupil")

    found = steps(before, wanted, renamed=("student", "pupil"))

    assert [(step.action, step.role, step.becomes) for step in found] == [
        ("set_role", "student", "pupil"),
        ("set_role", "teacher", ""),
        ("configure_recordings", "", ""),
    ]
    assert list(found[0].after["roles"]) == ["teacher", "pupil"]
    assert wanted["recordings"] == [{"name": "films", "role": "pupil"}]


def test_a_renamed_role_is_renamed_in_plug_ins_and_translations_too() -> None:
    translated = {"name": "t", "role": "student", "translation": {"roleLanguages": {"student": "fr"}}}
    before = {
        **lesson(),
        "plugins": {"whiteboard": {"permissions": {"admin": ["teacher", "student"]}}},
        "destinations": {"transcriptions": {"t": translated}},
    }

    wanted = roles.renamed(before, "student", "pupil")

    assert wanted["plugins"]["whiteboard"]["permissions"]["admin"] == ["teacher", "pupil"]
    assert wanted["destinations"]["transcriptions"]["t"] == {
        "name": "t",
        "role": "pupil",
        "translation": {"roleLanguages": {"pupil": "fr"}},
    }
    assert before["destinations"]["transcriptions"]["t"] == translated
