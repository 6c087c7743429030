"""Ops read who did what; nobody else does, and nobody rewrites it."""

import csv
from collections.abc import Callable
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dashboard.audit_words import action_words, settings_changed
from rooms import audit, hms
from rooms.actors import ELSEWHERE
from rooms.audit import Target, of_room
from rooms.models import AuditEntry, Room
from tests.dashboard import classes


@pytest.fixture
def ops(signed_in: Callable[[User], Client], ikram: User) -> Client:
    return signed_in(ikram)


def change(actor: User, room: Room, *, problem: Exception | None = None, size: int = 30) -> None:
    def make() -> None:
        with audit.change(actor, "room.update", of_room(room), before={"size": 20}, after={"size": size}):
            if problem:
                raise problem

    if problem:
        with pytest.raises(type(problem)):
            make()
    else:
        make()


def test_a_change_is_one_row_with_what_came_of_it(ops: Client, ikram: User, physics: Room) -> None:
    change(ikram, physics, problem=hms.TimedOut("POST /rooms/x: no answer in time"))

    answer = ops.get("/audit/")
    shown = answer.content.decode()

    assert answer.context["listing"].count == 1
    assert "Room changed" in shown
    assert physics.name in shown
    assert "no answer" in shown


def test_a_row_opens_what_was_set_before_and_after(ops: Client, ikram: User, physics: Room) -> None:
    change(ikram, physics)

    shown = ops.get(f"/audit/{AuditEntry.objects.count()}/").content.decode()

    for text in ("Room changed", "places", "20", "30", "by ikram", f"/rooms/{physics.pk}/"):
        assert text in shown


def test_what_was_done_elsewhere_is_not_put_down_to_anybody(ops: Client, physics: Room) -> None:
    audit.note(ELSEWHERE, "room.change", of_room(physics), before={"size": 20}, after={"size": 30})

    assert "outside Rollcall" in ops.get("/audit/").content.decode()
    assert "Nobody did this here" in ops.get("/audit/1/").content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=physics", 2),
        ("q=ikram", 1),
        ("q=none", 0),
        ("outcome=failed", 1),
        ("outcome=succeeded", 2),
        ("actor=ikram", 1),
        ("action=session.export", 1),
        ("target=room:6540c3d70f240f9ebc69dcf9", 2),
        ("target=session:s1", 1),
        ("since=2099-01-01", 0),
        ("actor=nobody", 3),  # not understood, named, and left out
    ],
)
def test_it_can_be_searched_and_filtered(
    query: str, found: int, ops: Client, ikram: User, wanjiru: User, physics: Room, chemistry: Room
) -> None:
    change(ikram, physics)
    change(wanjiru, chemistry, problem=ValueError("size must be a number"))
    audit.note(wanjiru, "session.export", Target("session", "s1", "Physics", physics.pk))

    assert ops.get(f"/audit/?{query}").context["listing"].count == found


def test_the_export_holds_what_is_shown(ops: Client, ikram: User, wanjiru: User, physics: Room) -> None:
    change(ikram, physics)
    change(wanjiru, physics)

    answer = ops.get("/audit.csv?actor=wanjiru")
    (row,) = csv.DictReader(StringIO(b"".join(answer).decode()))

    assert (row["actor"], row["action"], row["outcome"]) == ("wanjiru", "room.update", "succeeded")
    assert (row["before"], row["after"]) == ('{"size":20}', '{"size":30}')


def test_the_list_costs_the_same_for_few_and_for_many(
    ops: Client, ikram: User, physics: Room, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for size in range(60):
        change(ikram, physics, size=size)
        if size in (2, 59):
            ops.get("/audit/")
            with django_assert_num_queries(9):
                ops.get("/audit/")


def test_the_chain_can_be_checked(ops: Client, ikram: User, physics: Room) -> None:
    change(ikram, physics)
    assert "The chain is whole" in ops.get("/audit/check/").content.decode()

    with connection.cursor() as cursor:
        cursor.execute("UPDATE rooms_auditentry SET actor = 'somebody' WHERE id = 1")

    assert "entry 1 was changed" in ops.get("/audit/check/").content.decode().lower()


@pytest.mark.parametrize(
    "path", ["/sessions/{session}/activity.csv", "/sessions/{session}/activity.xlsx", "/people.csv"]
)
def test_taking_students_data_out_is_written_down(
    path: str, signed_in: Callable[[User], Client], wanjiru: User, physics: Room
) -> None:
    held = classes.session(physics)

    assert signed_in(wanjiru).get(path.format(session=held.pk)).status_code == 200

    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action.partition(".")[2], entry.outcome) == ("wanjiru", "export", "succeeded")


def test_what_has_no_words_keeps_its_own() -> None:
    assert action_words("room.create") == "Room made"
    assert action_words("whiteboard.wipe_off") == "Whiteboard wipe off"


def test_values_are_told_in_words() -> None:
    (setting, other) = settings_changed({"enabled": True, "polls": []}, {"enabled": False, "polls": ["a", "b"]})

    assert (setting.name, setting.before, setting.after) == ("enabled", "yes", "no")
    assert (other.before, other.after) == ("none", "a, b")
