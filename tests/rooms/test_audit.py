"""Who did what is kept, cannot be changed, and proves itself whole."""

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from structlog.contextvars import bound_contextvars

from rooms import audit, hms
from rooms.actors import SCHEDULE
from rooms.audit import Outcome, Target, of_room
from rooms.models import AuditEntry, Room, Unchangeable


def outcomes() -> list[str]:
    return [entry.outcome for entry in AuditEntry.objects.order_by("id")]


def test_a_change_is_written_before_it_is_made_and_after(ikram: User, physics: Room) -> None:
    with audit.change(ikram, "room.update", of_room(physics), before={"size": 20}, after={"size": 30}) as change:
        assert outcomes() == [Outcome.REQUESTED]
        change.done(after={"size": 30, "region": "eu"})

    asked, made = AuditEntry.objects.order_by("id")
    assert (made.outcome, made.actor, made.action) == (Outcome.SUCCEEDED, "ikram", "room.update")
    assert (made.target_kind, made.target_id, made.target_name) == ("room", physics.pk, physics.name)
    assert (made.before, made.after) == ({"size": 20}, {"size": 30, "region": "eu"})
    assert asked.change == made.change


@pytest.mark.parametrize(
    ("problem", "outcome"),
    [
        (hms.TimedOut("POST /rooms: no answer in time"), Outcome.UNSURE),
        (hms.ConnectionFailed("POST /rooms: cut"), Outcome.UNSURE),
        (hms.UnreadableAnswer("Room: not JSON"), Outcome.UNSURE),
        (hms.ServerFailed("POST /rooms", 500, 500, "oops"), Outcome.UNSURE),
        (hms.BadRequest("POST /rooms", 400, 400, "bad"), Outcome.FAILED),
        (hms.Conflict("POST /rooms", 409, 409, "exists"), Outcome.FAILED),
        (ValueError("size must be a number"), Outcome.FAILED),
    ],
)
def test_what_came_of_it_is_said_as_far_as_it_is_known(
    problem: Exception, outcome: Outcome, ikram: User, physics: Room
) -> None:
    with pytest.raises(type(problem)), audit.change(ikram, "room.update", of_room(physics)):
        raise problem

    last = AuditEntry.objects.first()
    assert last is not None
    assert (last.outcome, last.problem) == (outcome, str(problem))


def test_what_100ms_confirmed_succeeded_even_when_our_copy_fails(ikram: User, physics: Room) -> None:
    def fails_to_copy() -> None:
        with audit.change(ikram, "room.update", of_room(physics)) as change:
            change.done()
            raise RuntimeError("disk full")

    with pytest.raises(RuntimeError):
        fails_to_copy()

    last = AuditEntry.objects.first()
    assert last is not None
    assert (last.outcome, last.problem) == (Outcome.SUCCEEDED, "disk full")


def test_secrets_are_masked(ikram: User, physics: Room) -> None:
    wish = {
        "webhook": {"url": "https://x.example/hook?key=s3cret-1", "headers": {"X-Any": "s3cret-2"}},
        "recording_info": {"upload_info": {"credentials": {"key": "s3cret-3", "secret": "s3cret-4"}}},
    }

    audit.note(ikram, "room.update", of_room(physics), after=wish, problem="POST https://x.example/?t=s3cret-5 refused")

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM rooms_auditentry")
        assert "s3cret" not in str(cursor.fetchall())


def test_what_a_database_cannot_hold_does_not_stop_the_change(ikram: User) -> None:
    entry = audit.note(ikram, "room.update", Target("room", "r\x00", "n" * 400), after={"a\x00": ["\\u0000 \x00", {1}]})

    entry.refresh_from_db()
    assert entry.after == {"a": ["\\u0000 ", [1]]}
    assert audit.broken() == ""


def test_figures_come_back_as_they_were_written(ikram: User) -> None:
    """PostgreSQL keeps numbers without a minus before nothing and without exponents, and neither takes NaN."""
    figures = {
        "large": 1e16,
        "none": -0.0,
        "small": 1e-7,
        "half": 0.5,
        "endless": float("inf"),
        "no number": float("nan"),
    }
    audit.note(ikram, "poll.update", Target("poll", "p1"), after=figures)
    assert audit.broken() == ""
    assert AuditEntry.objects.get().after == {
        "large": 10**16, "none": 0, "small": 1e-7, "half": 0.5, "endless": "inf", "no number": "nan"
    }  # fmt: skip


def test_the_request_in_which_it_was_done_is_named(ikram: User, physics: Room) -> None:
    with bound_contextvars(request_id="4f2e"):
        entry = audit.note(ikram, "room.update", of_room(physics))

    assert entry.request_id == "4f2e"


def test_entries_refuse_change_and_deletion(ikram: User, physics: Room) -> None:
    entry = audit.note(ikram, "room.update", of_room(physics))

    for forbidden in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(actor="nobody"),
        lambda: AuditEntry.objects.bulk_update([entry], ["actor"]),
        lambda: AuditEntry.objects.bulk_create([entry]),
    ):
        with pytest.raises(Unchangeable):
            forbidden()

    assert AuditEntry.objects.get().actor == "ikram"


@pytest.mark.parametrize(
    ("by_hand", "found"),
    [
        ("UPDATE rooms_auditentry SET actor = 'nobody' WHERE id = 2", "entry 2 was changed"),
        ("UPDATE rooms_auditentry SET problem = 'x', digest = 'y' WHERE id = 1", "entry 1 was changed"),
        ("DELETE FROM rooms_auditentry WHERE id = 2", "entry 2 is missing"),
        ("DELETE FROM rooms_auditentry WHERE id = 1", "entry 1 is missing"),
        ("UPDATE rooms_auditentry SET previous_digest = '' WHERE id = 3", "entry 3 does not follow"),
    ],
)
def test_what_is_done_by_hand_in_the_database_breaks_the_chain(
    by_hand: str, found: str, ikram: User, physics: Room
) -> None:
    for size in (10, 20, 30):
        audit.note(ikram, "room.update", of_room(physics), after={"size": size, "at": 1.0, "words": "ü"})
    call_command("verify_audit", stdout=(said := StringIO()))
    assert said.getvalue().startswith("3 audit entries, the chain is whole.")

    with connection.cursor() as cursor:
        cursor.execute(by_hand)

    with pytest.raises(CommandError, match=found):
        call_command("verify_audit")


def test_our_own_machines_sign_by_name(physics: Room) -> None:
    assert audit.note(SCHEDULE, "access.end", of_room(physics)).actor == "Rollcall's schedule"
