"""A room's settings: who sees what, what is saved, and how it stands in 100ms."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from rooms.connection import client
from rooms.mirrors import rooms as mirror
from rooms.models import AuditEntry, Room, RoomAccess
from tests.rooms.simulated import SimulatedHms

COMPARE = {"HX-Request": "true", "HX-Target": "compare"}
DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}
HOOK = {"url": "https://example.com/a?key=url-s3cret", "headers": {"X-Pass": "header-s3cret"}}


def pull() -> None:
    mirror.pull(client(), at=datetime.now(UTC))


@pytest.fixture
def choir(hms_simulator: SimulatedHms, db: None) -> Room:
    hms_simulator.world.add_room("Choir", description="On Fridays", size=30, max_duration_seconds=10_000, webhook=HOOK)
    pull()
    return Room.objects.get(name="Choir")


def shown(client: Client, room: Room) -> str:
    answer = client.get(f"/rooms/{room.pk}/settings/")
    assert answer.status_code == 200
    return answer.content.decode()


def form_of(client: Client, room: Room) -> dict[str, Any]:
    """The fields as a browser would send them untouched."""
    answer = client.get(f"/rooms/{room.pk}/settings/")
    form = answer.context["form"]
    values = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in values.items() if value not in (None, False)}
    return {**sent, "seen": answer.context["seen"]}


def save(client: Client, room: Room, **fields: Any) -> tuple[int, str]:
    answer = client.post(f"/rooms/{room.pk}/settings/", {**form_of(client, room), **fields})
    return answer.status_code, answer.content.decode()


def test_only_what_was_changed_is_sent(hms_simulator: SimulatedHms, choir: Room, ops: Client) -> None:
    hms_simulator.forget()
    assert save(ops, choir, description="On Mondays")[0] == 302
    assert [one.body for one in hms_simulator.received() if one.method == "POST"] == [{"description": "On Mondays"}]


def test_who_was_overtaken_sees_both_values_and_who_was_quicker(choir: Room, ops: Client) -> None:
    opened = form_of(ops, choir)
    assert save(ops, choir, description="On Mondays", size="40")[0] == 302

    page = ops.post(f"/rooms/{choir.pk}/settings/", {**opened, "description": "On Sundays"}).content.decode()

    rows = re.findall(r'scope="row">([^<]*)</th><td[^>]*>([^<]*)</td><td[^>]*>([^<]*)</td>', page)
    assert rows == [("Description", "On Sundays", "On Mondays"), ("Places", "30", "40")]
    assert "by <b>ikram</b>" in page


def test_a_room_is_told_by_the_name_it_was_given(choir: Room, ops: Client) -> None:
    sent = {**form_of(ops, choir), "name": "Chorus"}

    assert "Chorus is saved." in ops.post(f"/rooms/{choir.pk}/settings/", sent, follow=True).content.decode()


def test_too_short_a_session_is_told_in_our_words(choir: Room, ops: Client) -> None:
    assert "At least 2 minutes." in save(ops, choir, minutes="1")[1]


def test_no_places_are_not_taken_for_no_limit(hms_simulator: SimulatedHms, teacher: Client, wanjiru: User) -> None:
    hms_simulator.world.add_room("Empty", size=0)
    pull()
    room = Room.objects.get(name="Empty")
    RoomAccess.objects.create(user=wanjiru, room=room)

    assert "<dt>Places</dt><dd>0 (100ms does not say what that means)</dd>" in shown(teacher, room)


def test_nothing_changed_is_nothing_sent(hms_simulator: SimulatedHms, choir: Room, ops: Client) -> None:
    hms_simulator.forget()
    assert save(ops, choir)[0] == 302
    assert hms_simulator.requests() == []
    assert not AuditEntry.objects.exists()


def test_a_name_that_the_api_would_not_take_may_stay(hms_simulator: SimulatedHms, ops: Client) -> None:
    there = hms_simulator.world.add_room("Year 9 Physics, B")
    pull()
    room = Room.objects.get()
    assert save(ops, room, description="On Mondays")[0] == 302
    assert there.description == "On Mondays"
    assert 'value="Year-9-Physics-B-2"' in ops.get(f"/rooms/{room.pk}/clone/").content.decode()


def test_everything_can_be_changed(hms_simulator: SimulatedHms, choir: Room, ops: Client) -> None:
    lecture = hms_simulator.world.add_template("Lecture")
    hms_simulator.world.add_room("Hall", "Lecture")
    pull()
    choir.refresh_from_db()

    status, page = save(
        ops,
        choir,
        name="Chorus",
        description="",
        template="Lecture",
        region="us",
        recording="off",
        size="31",
        minutes="90",
        webhook_url="https://example.com/b",
    )

    assert status == 302, page
    there = hms_simulator.world.rooms[choir.pk]
    assert (there.name, there.description, there.template_id, there.region) == ("Chorus", "", lecture.id, "us")
    assert (there.recording_info, there.size, there.max_duration_seconds) == ({"enabled": False}, 31, 5400)
    assert there.webhook == {"url": "https://example.com/b", "headers": HOOK["headers"]}
    choir.refresh_from_db()
    assert mirror.compare(client(), choir) == []


def test_headers_stay_are_replaced_or_go_and_are_never_shown(
    hms_simulator: SimulatedHms, choir: Room, ops: Client
) -> None:
    there = hms_simulator.world.rooms[choir.pk]
    assert save(ops, choir, webhook_headers="X-New: fresh-s3cret")[0] == 302
    assert there.webhook == {"url": HOOK["url"], "headers": {"X-New": "fresh-s3cret"}}
    assert "s3cret" not in shown(ops, choir)
    assert save(ops, choir, no_headers="on")[0] == 302
    assert there.webhook == {"url": HOOK["url"], "headers": {}}
    assert "s3cret" not in str(list(AuditEntry.objects.values())) + str(list(Room.objects.values()))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "Band"}, "Name is that of another room"),
        ({"size": ""}, "no way to take a number of places away"),
        ({"minutes": ""}, "no way to take a longest session away"),
        ({"webhook_url": ""}, "no way to take a webhook away"),
        ({"webhook_url": "https://example.com/b?••••••"}, "Give the whole address"),
        ({"template": ""}, "A room always has a template."),
        ({"webhook_headers": "a: 1", "no_headers": "on"}, "Either write new headers or send none."),
        ({"seen": "another"}, "Somebody changed this room since you opened the page."),
    ],
    ids=str,
)
def test_what_cannot_be_is_told(
    fields: dict[str, str], words: str, hms_simulator: SimulatedHms, choir: Room, ops: Client
) -> None:
    hms_simulator.world.add_room("Band")
    pull()
    status, page = save(ops, choir, **fields)
    assert status == 200
    assert escape(words) in page
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"cut": "before"}, "100ms did not answer; it may have been done."),
        ({"status": 500}, "Trying again is safe: it sets the same once more."),
        ({"status": 400, "message": "Invalid body param: description"}, "100ms refused: Invalid body param"),
        ({"status": 409}, "100ms refused"),
        ({"status": 429, "retry_after": 45}, "100ms asks to wait for 45 s."),
    ],
    ids=str,
)
def test_a_fault_is_told_and_trying_again_ends_well(
    fault: dict[str, Any], words: str, hms_simulator: SimulatedHms, choir: Room, ops: Client
) -> None:
    hms_simulator.fault("POST", "/rooms/{room_id}", **fault)
    status, page = save(ops, choir, description="On Mondays")
    assert (status, escape(words) in page) == (200, True)

    assert save(ops, choir, description="On Mondays")[0] == 302
    pull()
    choir.refresh_from_db()
    assert (choir.description, mirror.compare(client(), choir)) == ("On Mondays", [])
    assert choir.changed_elsewhere_at is None


def test_teachers_and_observers_read_without_the_webhook(
    hms_simulator: SimulatedHms, choir: Room, wanjiru: User, olive: User, signed_in: Callable[[User], Client]
) -> None:
    for user in (wanjiru, olive):
        RoomAccess.objects.create(user=user, room=choir)
        member = signed_in(user)
        page = shown(member, choir)
        assert "On Fridays" in page
        assert "<form class=" not in page.replace('<form class="find', "")
        for word in ("example.com", "s3cret", "Clone", "Disable", "room-compare"):
            assert word not in page
        assert member.post(f"/rooms/{choir.pk}/settings/", {"name": "Mine"}).status_code == 404
    assert hms_simulator.changes() == []


# on and off


def test_disabling_asks_why_and_enabling_takes_it_back(hms_simulator: SimulatedHms, choir: Room, ops: Client) -> None:
    url, there = f"/rooms/{choir.pk}/disable/", hms_simulator.world.rooms[choir.pk]
    part = ops.get(url, headers=DIALOG).content.decode()
    assert part.startswith("\n") or "<html" not in part
    assert "Nobody new can join" in part
    assert "Fill this in." in ops.post(url, {"reason": ""}, headers=DIALOG).content.decode()
    assert there.enabled

    answer = ops.post(url, {"reason": "Holidays"}, headers=DIALOG)

    assert answer["HX-Redirect"] == f"/rooms/{choir.pk}/settings/"
    assert not there.enabled
    assert "Disabled: Holidays" in shown(ops, choir)
    assert ops.post(f"/rooms/{choir.pk}/enable/").status_code == 302
    assert there.enabled
    assert "Holidays" not in shown(ops, choir)


@pytest.mark.parametrize("act", ["enable", "disable"])
def test_turning_on_and_off_tells_a_fault(act: str, hms_simulator: SimulatedHms, choir: Room, ops: Client) -> None:
    hms_simulator.fault("POST", "/rooms/{room_id}", cut="before")
    page = ops.post(f"/rooms/{choir.pk}/{act}/", {"reason": "Holidays"}, follow=True).content.decode()
    assert "100ms did not answer; it may have been done." in page
    assert hms_simulator.world.rooms[choir.pk].enabled is (act == "enable")


# clone


def test_a_clone_asks_for_a_name_and_says_what_it_lacks(hms_simulator: SimulatedHms, choir: Room, ops: Client) -> None:
    url = f"/rooms/{choir.pk}/clone/"
    part = ops.get(url, headers=DIALOG).content.decode()
    assert 'value="Choir-2"' in part
    assert "the webhook with its headers" in part
    assert "Name is that of another room" in ops.post(url, {"name": "choir"}, headers=DIALOG).content.decode()

    assert ops.post(url, {"name": "Choir-2"}).status_code == 302

    copy = Room.objects.get(name="Choir-2")
    assert (copy.size, copy.max_duration_seconds, copy.webhook_url) == (30, 10_000, "")
    assert 'value="Choir-3"' in ops.get(url, headers=DIALOG).content.decode()


# against 100ms


def test_the_page_is_shown_before_100ms_is_asked(hms_simulator: SimulatedHms, choir: Room, ops: Client) -> None:
    hms_simulator.forget()
    page = shown(ops, choir)
    assert f'hx-get="/rooms/{choir.pk}/compare/" hx-trigger="load"' in page
    assert hms_simulator.requests() == []


def test_how_the_room_stands_in_100ms_is_told(hms_simulator: SimulatedHms, choir: Room, ops: Client) -> None:
    url, there = f"/rooms/{choir.pk}/compare/", hms_simulator.world.rooms[choir.pk]

    def badge() -> str:
        return ops.get(url, headers=COMPARE).content.decode()

    assert "as in 100ms, checked" in badge()
    there.size, there.max_duration_seconds, there.enabled = 31, 7200, False
    assert "differs: 3 settings" in badge()
    table = ops.get(url, headers=DIALOG).content.decode()
    for word in ("Places", ">30<", ">31<", "2 h 46 min 40 s", "120 min", "disabled"):
        assert word in table
    for fault in ({"cut": "before"}, {"status": 500}):
        hms_simulator.fault("GET", "/rooms/{room_id}", **fault)
        assert "100ms did not answer" in badge()
    assert "differs" in ops.get(url).content.decode(), "opened by hand it is a page"
    del hms_simulator.world.rooms[choir.pk]
    assert "100ms does not have it any more" in badge()


def test_taking_over_brings_the_mirror_up_to_100ms(hms_simulator: SimulatedHms, choir: Room, ops: Client) -> None:
    url = f"/rooms/{choir.pk}/take-over/"
    hms_simulator.world.rooms[choir.pk].size = 31

    page = ops.post(url, follow=True).content.decode()

    choir.refresh_from_db()
    assert choir.size == 31
    assert "Choir is here as it is in 100ms." in page
    assert "changed outside Rollcall" in page
    assert AuditEntry.objects.get().actor == "outside Rollcall"
    hms_simulator.fault("GET", "/rooms/{room_id}", cut="before")
    assert "could not be read from 100ms" in ops.post(url, follow=True).content.decode()
    del hms_simulator.world.rooms[choir.pk]
    assert "deleted in 100ms" in ops.post(url, follow=True).content.decode()


def test_a_change_made_elsewhere_is_marked_in_list_and_page_for_ops(
    physics: Room, chemistry: Room, ops: Client, teacher: Client
) -> None:
    Room.objects.filter(pk=physics.pk).update(changed_elsewhere_at=timezone.now() - timedelta(minutes=12))
    link = f'href="/audit/?target=room:{physics.pk}"'

    assert link in ops.get("/rooms/").content.decode()
    assert "changed outside Rollcall, 12 min ago" in ops.get(f"/rooms/{physics.pk}/").content.decode()
    assert link not in teacher.get("/rooms/").content.decode()
    only = ops.get("/rooms/?elsewhere=yes").content.decode()
    assert (physics.pk in only, chemistry.pk in only) == (True, False)
    Room.objects.filter(pk=chemistry.pk).update(gone_at=timezone.now())
    assert "deleted in 100ms" in ops.get("/rooms/?elsewhere=gone").content.decode()
    lines = b"".join(ops.get("/rooms.csv?elsewhere=yes")).decode().splitlines()
    assert lines[0].startswith("room_id,name,enabled,template,region,sessions,last_session_at,")
    assert len(lines) == 2
    assert "None" not in lines[1]


def test_everybody_gets_the_tabs_they_may_open(
    hms_simulator: SimulatedHms,
    physics: Room,
    ops: Client,
    teacher: Client,
    olive: User,
    signed_in: Callable[[User], Client],
) -> None:
    def tabs(member: Client) -> list[str]:
        page = member.get(f"/rooms/{physics.pk}/").content.decode()
        nav = page[page.index('class="tabs room-tabs"') :].split("</nav>")[0]
        urls = re.findall(r'href="([^"]+)"', nav)
        assert all(member.get(url).status_code == 200 for url in urls)
        return [url.removeprefix(f"/rooms/{physics.pk}/").strip("/") or "sessions" for url in urls]

    of_ops, of_teacher, of_observer = tabs(ops), tabs(teacher), tabs(signed_in(olive))
    assert {"sessions", "settings", "codes", "stream-key", "polls", "access"} <= set(of_ops)
    assert set(of_ops) - set(of_teacher) == {"stream-key", "access"}
    assert "codes" not in of_observer
    assert {"sessions", "settings", "polls"} <= set(of_observer) < set(of_teacher)
