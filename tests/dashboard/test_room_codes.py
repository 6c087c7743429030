"""Codes of a room as ops and teachers see, hand out, print and change them."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape
from pytest_django.fixtures import Settings

from rooms.connection import client
from rooms.mirrors import rooms, templates
from rooms.mirrors.room_codes import reference
from rooms.models import AuditEntry, HandedOutRole, Reading, Role, Room, RoomAccess, RoomCode
from tests.rooms.simulated import SimulatedHms

LIST = "/room-codes/room/{room_id}"
DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


@pytest.fixture
def choir(hms_simulator: SimulatedHms, wanjiru: User) -> Room:
    """A room that 100ms has; Wanjiru teaches in it and may hand out the codes of students."""
    made = hms_simulator.world.add_room("Choir")
    rooms.pull(client(), at=timezone.now())
    templates.pull(client(), at=timezone.now())
    room = Room.objects.get(pk=made.id)
    RoomAccess.objects.create(user=wanjiru, room=room)
    HandedOutRole.objects.create(room=room, role="student")
    return room


@pytest.fixture
def codes(choir: Room) -> dict[str, str]:
    """The codes that 100ms has, by role."""
    return {code.role: code.code for code in client().room_codes.create(choir.pk)}


def old(room: Room) -> None:
    """Let the copy of the codes be older than pages show it."""
    Reading.objects.filter(room=room).update(asked_at=timezone.now() - timedelta(minutes=2))


def shown(viewer: Client, url: str, **headers: Any) -> str:
    answer = viewer.get(url, **headers)
    assert answer.status_code == 200
    return str(answer.content.decode())


def said(answer: Any) -> str:
    """The last message on the page that an answer leads to."""
    [messages] = re.findall(r'<div class="messages".*?</div>', answer.content.decode(), re.DOTALL)
    return str(re.findall(r"<span>(.*?)</span>", messages, re.DOTALL)[-1])


def test_ops_see_all_codes_by_role_fresh_from_100ms(ops: Client, choir: Room, codes: dict[str, str]) -> None:
    page = shown(ops, f"/rooms/{choir.pk}/codes/")

    assert sorted(codes) == ["co-teacher", "guest", "student", "teacher"]
    assert all(code in page for code in codes.values())
    assert "Roles without a code" not in page
    assert "as of" in page


def test_teachers_see_the_codes_that_ops_let_them_hand_out_and_no_others(
    teacher: Client, choir: Room, codes: dict[str, str]
) -> None:
    for url in ("codes/", "codes.csv", "codes/sheet/"):
        answer = teacher.get(f"/rooms/{choir.pk}/{url}")
        page = b"".join(answer).decode() if answer.streaming else answer.content.decode()
        assert codes["student"] in page
        assert not [role for role in ("guest", "teacher", "co-teacher") if codes[role] in page]
    assert "Disable" not in shown(teacher, f"/rooms/{choir.pk}/codes/")
    for part in ("", "qr.svg"):
        assert teacher.get(f"/rooms/{choir.pk}/codes/{reference(codes['student'])}/{part}").status_code == 200
        assert teacher.get(f"/rooms/{choir.pk}/codes/{reference(codes['teacher'])}/{part}").status_code == 404


def test_a_code_is_not_found_through_another_room(
    ops: Client, choir: Room, codes: dict[str, str], physics: Room
) -> None:
    shown(ops, f"/rooms/{choir.pk}/codes/")

    assert ops.get(f"/rooms/{physics.pk}/codes/{reference(codes['student'])}/").status_code == 404


def test_no_address_holds_a_code(ops: Client, choir: Room, codes: dict[str, str]) -> None:
    page = shown(ops, f"/rooms/{choir.pk}/codes/")

    addresses = re.findall(r'(?:href|action|hx-get|hx-post)="([^"]*)"', page)
    assert not [url for url in addresses for code in codes.values() if code in url]


def test_codes_are_searched_filtered_and_exported_as_shown(
    ops: Client, choir: Room, codes: dict[str, str], settings: Settings
) -> None:
    settings.HMS_JOIN_URL = "https://school.example/meeting/{code}"
    client().room_codes.update(codes["guest"], enabled=False)

    assert codes["teacher"] not in shown(ops, f"/rooms/{choir.pk}/codes/?q=stud")
    page = shown(ops, f"/rooms/{choir.pk}/codes/?q={codes['teacher'][-3:]}")
    assert codes["teacher"] in page
    page = shown(ops, f"/rooms/{choir.pk}/codes/?state=disabled")
    assert codes["guest"] in page
    assert codes["student"] not in page
    lines = b"".join(ops.get(f"/rooms/{choir.pk}/codes.csv?q=student")).decode().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(
        f"{choir.pk},Choir,student,{codes['student']},true,false,https://school.example/meeting/{codes['student']},"
    )


def test_the_join_link_is_offered_where_ops_said_it_is_and_else_the_page_says_how(
    ops: Client, teacher: Client, choir: Room, codes: dict[str, str], settings: Settings
) -> None:
    url = f"/rooms/{choir.pk}/codes/"
    assert "HMS_JOIN_URL" in shown(ops, url)
    assert "HMS_JOIN_URL" not in shown(teacher, url)
    assert "Copy the join link" not in shown(ops, url)

    settings.HMS_JOIN_URL = "https://school.example/meeting/{code}?a=1&b=2"
    page = shown(ops, url)
    assert "HMS_JOIN_URL" not in page
    link = escape(f"https://school.example/meeting/{codes['student']}?a=1&b=2")
    assert f'data-copy="{link}"' in page


def test_a_qr_code_is_drawn_without_styles_and_can_be_taken_as_a_file(
    ops: Client, choir: Room, codes: dict[str, str]
) -> None:
    shown(ops, f"/rooms/{choir.pk}/codes/")
    url = f"/rooms/{choir.pk}/codes/{reference(codes['student'])}/"

    page = shown(ops, url)
    assert 'aria-label="QR code to join Choir as student"' in page
    assert "style=" not in page
    fragment = shown(ops, url, headers=DIALOG)
    assert fragment.count("<svg") < page.count("<svg")
    assert "<html" not in fragment
    file = ops.get(url + "qr.svg")
    assert file["Content-Type"] == "image/svg+xml"
    assert file["Content-Disposition"] == 'attachment; filename="choir-student.svg"'
    assert b"<title>Join Choir as student</title>" in file.content
    assert b"style=" not in file.content


def test_the_sheet_has_a_card_a_role_or_those_ticked(ops: Client, choir: Room, codes: dict[str, str]) -> None:
    client().room_codes.update(codes["guest"], enabled=False)
    shown(ops, f"/rooms/{choir.pk}/codes/")

    whole = shown(ops, f"/rooms/{choir.pk}/codes/sheet/")
    some = shown(ops, f"/rooms/{choir.pk}/codes/sheet/?roles=student&roles=teacher")

    assert whole.count('class="handout"') == 3
    assert codes["guest"] not in whole
    assert some.count('class="handout"') == 2
    assert codes["co-teacher"] not in some


# making


def test_codes_for_all_roles_are_made_by_one_press(ops: Client, choir: Room, hms_simulator: SimulatedHms) -> None:
    assert "Roles without a code" in shown(ops, f"/rooms/{choir.pk}/codes/")

    page = ops.post(f"/rooms/{choir.pk}/codes/make/", follow=True)
    assert said(page) == "Each role has a code now."
    assert choir.codes.count() == 4
    page = ops.post(f"/rooms/{choir.pk}/codes/make/", follow=True)
    assert said(page) == "Each role had a code already, so none was made."


def test_after_no_answer_the_next_page_looks_and_pressing_again_makes_none(
    ops: Client, choir: Room, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.fault("POST", LIST, cut="before")
    page = ops.post(f"/rooms/{choir.pk}/codes/make/", follow=True)

    assert said(page).startswith("100ms did not answer, so nobody knows yet")
    assert choir.codes.count() == 4
    assert said(ops.post(f"/rooms/{choir.pk}/codes/make/", follow=True)).endswith("none was made.")
    assert hms_simulator.changes() == [("POST", f"/room-codes/room/{choir.pk}")]


def test_a_teacher_makes_a_missing_code_of_a_role_they_hand_out(teacher: Client, choir: Room) -> None:
    url = f"/rooms/{choir.pk}/codes/make-one/"
    page = shown(teacher, f"/rooms/{choir.pk}/codes/")
    assert 'name="role" value="student"' in page
    assert 'value="guest"' not in page

    assert said(teacher.post(url, {"role": "student"}, follow=True)) == "A code for student is made."
    assert teacher.post(url, {"role": "guest"}).status_code == 404
    assert choir.codes.get().role == "student"


def test_a_role_that_100ms_does_not_know_is_told(ops: Client, choir: Room) -> None:
    answer = ops.post(f"/rooms/{choir.pk}/codes/make-one/", {"role": "headmaster"}, follow=True)

    assert "Role not found" in said(answer)
    assert AuditEntry.objects.latest("id").outcome == "failed"


# enabling, disabling


def test_disabling_names_who_is_kept_out_and_then_does_it(ops: Client, choir: Room, codes: dict[str, str]) -> None:
    page = shown(ops, f"/rooms/{choir.pk}/codes/")
    url = f"/rooms/{choir.pk}/codes/{reference(codes['student'])}/"
    assert url + "disable/" in page

    dialog = shown(ops, url + "disable/", headers=DIALOG)
    assert re.search(r"Nobody can join .*Choir.* as .*student", dialog)
    answer = ops.post(url + "disable/", headers=DIALOG)

    assert answer["HX-Redirect"] == f"/rooms/{choir.pk}/codes/"
    assert not choir.codes.get(role="student").enabled
    page = shown(ops, f"/rooms/{choir.pk}/codes/")
    assert url + "enable/" in page
    assert f'data-copy="{codes["student"]}"' not in page
    assert ops.post(url + "enable/").status_code == 302
    assert choir.codes.get(role="student").enabled


def test_a_refusal_stays_in_the_dialog(
    ops: Client, choir: Room, codes: dict[str, str], hms_simulator: SimulatedHms
) -> None:
    shown(ops, f"/rooms/{choir.pk}/codes/")
    hms_simulator.fault("POST", "/room-codes/code", status=403, message="Not now")

    answer = ops.post(f"/rooms/{choir.pk}/codes/{reference(codes['student'])}/disable/", headers=DIALOG)

    assert "100ms refused: Not now. Nothing was changed." in answer.content.decode()
    assert choir.codes.get(role="student").enabled


def test_ops_say_what_teachers_hand_out(ops: Client, teacher: Client, choir: Room, codes: dict[str, str]) -> None:
    shown(ops, f"/rooms/{choir.pk}/codes/")

    ops.post(f"/rooms/{choir.pk}/codes/hand-out/", {"roles": ["guest", "student"]})

    assert codes["guest"] in shown(teacher, f"/rooms/{choir.pk}/codes/")
    answer = ops.post(f"/rooms/{choir.pk}/codes/hand-out/", {"roles": ["nobody"]}, follow=True)
    assert said(answer).startswith("Nothing was changed")
    ops.post(f"/rooms/{choir.pk}/codes/hand-out/", {})
    assert "So far it is none in this room" in shown(teacher, f"/rooms/{choir.pk}/codes/")


# tokens


def test_a_token_is_in_the_answer_to_its_making_and_nowhere_else(
    ops: Client, choir: Room, codes: dict[str, str]
) -> None:
    shown(ops, f"/rooms/{choir.pk}/codes/")
    url = f"/rooms/{choir.pk}/codes/{reference(codes['student'])}/token/"
    assert "eyJ" not in shown(ops, url)

    answer = ops.post(url, {"user_id": "support"}, headers=DIALOG)

    found = re.search(r'data-copy="(eyJ[^"]+)"', answer.content.decode())
    assert found
    assert answer["Cache-Control"] == "private, no-store"
    assert "EAT" in answer.content.decode()
    assert AuditEntry.objects.latest("id").action == "room_code.reveal_token"
    for again in (url, f"/rooms/{choir.pk}/codes/", "/audit/"):
        assert found[1] not in shown(ops, again)


def test_a_token_that_does_not_come_is_told_without_an_audit_entry(
    ops: Client, choir: Room, codes: dict[str, str], hms_simulator: SimulatedHms
) -> None:
    shown(ops, f"/rooms/{choir.pk}/codes/")
    before = AuditEntry.objects.count()
    hms_simulator.fault("POST", "/token", cut="before", times=None)

    answer = ops.post(f"/rooms/{choir.pk}/codes/{reference(codes['student'])}/token/", {}, headers=DIALOG)

    assert "Nothing was shown, and nothing was changed." in answer.content.decode()
    assert AuditEntry.objects.count() == before


# why a code does not work


def test_a_disabled_room_says_why_its_codes_do_not_work(
    ops: Client, teacher: Client, choir: Room, codes: dict[str, str], hms_simulator: SimulatedHms
) -> None:
    shown(ops, f"/rooms/{choir.pk}/codes/")
    Room.objects.filter(pk=choir.pk).update(enabled=False, disabled_reason="Holidays")
    hms_simulator.forget()

    for viewer in (ops, teacher):
        page = shown(viewer, f"/rooms/{choir.pk}/codes/")
        assert "This room is disabled (Holidays): nobody can join by any code" in page
        assert "room disabled" in page
    assert hms_simulator.requests() == []


def test_the_code_of_a_deleted_role_is_marked(ops: Client, choir: Room, codes: dict[str, str]) -> None:
    Role.objects.filter(name="guest").delete()

    page = shown(ops, f"/rooms/{choir.pk}/codes/")

    assert "role deleted" in page
    assert f'data-copy="{codes["guest"]}"' not in page
    url = f"/rooms/{choir.pk}/codes/{reference(codes['guest'])}/"
    assert "has no role of this name any more" in shown(ops, url)
    assert ops.get(url + "qr.svg").status_code == 404


def test_while_100ms_does_not_answer_the_copy_is_shown_and_says_so(
    ops: Client, choir: Room, codes: dict[str, str], hms_simulator: SimulatedHms
) -> None:
    shown(ops, f"/rooms/{choir.pk}/codes/")
    old(choir)
    hms_simulator.fault("GET", LIST, cut="before", times=None)
    hms_simulator.forget()

    page = shown(ops, f"/rooms/{choir.pk}/codes/")
    shown(ops, f"/rooms/{choir.pk}/codes/")

    assert codes["student"] in page
    assert "100ms did not answer. This is the copy of today" in page
    assert "late, as of" in page
    assert len(hms_simulator.requests()) == 1


def test_without_keys_the_page_still_opens(ops: Client, choir: Room, settings: Settings) -> None:
    settings.HMS_ACCESS_KEY = ""

    assert "HMS_ACCESS_KEY and HMS_SECRET are not set" in shown(ops, f"/rooms/{choir.pk}/codes/")


def test_the_page_asks_the_database_the_same_whatever_the_number_of_codes(
    signed_in: Callable[[User], Client], wanjiru: User, ikram: User, choir: Room
) -> None:
    def queries(viewer: Client, url: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            shown(viewer, url)
        return len(captured)

    urls = [f"/rooms/{choir.pk}/codes/?size=100", f"/rooms/{choir.pk}/codes/sheet/"]
    viewers = [signed_in(ikram), signed_in(wanjiru)]
    for viewer in viewers:
        for url in urls:
            shown(viewer, url)
    counts = []
    for number in (3, 90):
        RoomCode.objects.bulk_create(
            [RoomCode(code=f"aaa-{number}-{index:03d}", room=choir, role="student") for index in range(number)]
        )
        counts.append([queries(viewer, url) for viewer in viewers for url in urls])

    assert counts[0] == counts[1]
    assert max(counts[0]) <= 25
