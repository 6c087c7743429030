"""Who guesses a password must wait; who shares an address or a name with them need not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from rooms.models import AuditEntry

PASSWORD = "pass-word-1"
NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # 12:00 in Nairobi, the school's own zone
SCHOOL, HOME = "203.0.113.7", "198.51.100.9"


def sign_in(name: str, password: str, address: str = SCHOOL, **headers: Any) -> Any:
    return Client(REMOTE_ADDR=address).post(
        "/accounts/login/", {"username": name, "password": password}, headers=headers
    )


def guess(times: int, name: str = "wanjiru", address: str = SCHOOL) -> list[int]:
    return [sign_in(name, f"wrong-{number}", address).status_code for number in range(times)]


def is_in(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and answer.headers["Location"] == "/"


def test_the_fifth_wrong_password_locks_and_the_right_one_does_not_help(wanjiru: User) -> None:
    with time_machine.travel(NOON, tick=False):
        assert guess(5) == [200, 200, 200, 200, 429]

        answer = sign_in("wanjiru", PASSWORD)

    page = answer.content.decode()
    assert answer.status_code == 429
    assert "Locked for 15 minutes" in page
    assert ">12:15</time>" in page
    assert "not even with the right password" in page
    assert "The person who runs Rollcall at your school can lift the lock." in page


def test_a_lock_ends_by_itself_after_a_quarter_of_an_hour(wanjiru: User) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        guess(5)
        now.shift(timedelta(minutes=10))
        assert "Locked for 5 minutes" in sign_in("wanjiru", PASSWORD).content.decode()
        now.shift(timedelta(minutes=4, seconds=30))
        assert "Locked for 1 minute<" in sign_in("wanjiru", PASSWORD).content.decode()
        now.shift(timedelta(seconds=31))

        assert is_in(sign_in("wanjiru", PASSWORD))


def test_tries_while_it_is_locked_do_not_lengthen_it(wanjiru: User) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        guess(5)
        now.shift(timedelta(minutes=14))
        assert guess(3) == [429, 429, 429]
        now.shift(timedelta(minutes=1, seconds=1))

        assert is_in(sign_in("wanjiru", PASSWORD))


def test_wrong_tries_of_long_ago_are_forgotten(wanjiru: User) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        guess(4)
        now.shift(timedelta(minutes=16))

        assert guess(4) == [200] * 4


def test_the_right_password_in_time_forgives_the_wrong_ones(wanjiru: User) -> None:
    guess(4)
    assert is_in(sign_in("wanjiru", PASSWORD))

    assert guess(4) == [200] * 4


def test_one_pupil_does_not_lock_out_the_school_behind_one_address(wanjiru: User, sam: User) -> None:
    guess(5, "wanjiru")
    guess(5, "nobody-here")

    assert is_in(sign_in("sam", PASSWORD))


def test_nobody_locks_a_teacher_out_from_elsewhere(wanjiru: User) -> None:
    guess(5, address=HOME)

    assert is_in(sign_in("wanjiru", PASSWORD, SCHOOL))


def test_another_browser_at_the_same_address_is_locked_too(wanjiru: User) -> None:
    for number in range(5):
        sign_in("wanjiru", "wrong", **{"User-Agent": f"Browser {number}"})

    assert sign_in("wanjiru", PASSWORD, **{"User-Agent": "One more"}).status_code == 429


def test_a_name_that_nobody_has_is_locked_like_one_that_somebody_has(wanjiru: User) -> None:
    with time_machine.travel(NOON, tick=False):
        guess(5, "nobody-here")
        guess(5)

        unknown, known = (sign_in(name, PASSWORD).content for name in ("nobody-here", "wanjiru"))
    assert unknown == known


def test_the_address_is_taken_from_our_own_proxies_alone(wanjiru: User, settings: Settings) -> None:
    for number in range(5):
        sign_in("wanjiru", "wrong", **{"X-Forwarded-For": f"10.0.0.{number}"})
    assert sign_in("wanjiru", PASSWORD, **{"X-Forwarded-For": "10.0.0.99"}).status_code == 429

    settings.TRUSTED_PROXIES = 1
    forged = {"X-Forwarded-For": f"1.1.1.1, {HOME}"}
    assert is_in(sign_in("wanjiru", PASSWORD, **forged))
    guess_by_proxy = [sign_in("wanjiru", "wrong", **{"X-Forwarded-For": f"1.1.1.{n}, {HOME}"}) for n in range(5)]
    assert guess_by_proxy[-1].status_code == 429
    assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {SCHOOL, HOME}


def test_nothing_that_was_typed_is_kept_but_the_name(wanjiru: User) -> None:
    client = Client(REMOTE_ADDR=SCHOOL)
    for password in ("Secret-One", "Secret-Two"):
        form = {"username": "wanjiru", "password": password, "next": "/rooms/Secret/", "csrfmiddlewaretoken": "Secret"}
        client.post("/accounts/login/?next=/Secret/", form)

    kept = AccessAttempt.objects.values().get()

    assert kept["username"] == "wanjiru"
    assert "Secret" not in str(kept)


def test_ops_lift_a_lock_in_the_admin_and_it_is_on_record(ops: Client, wanjiru: User) -> None:
    guess(5)
    row = AccessAttempt.objects.get()
    listed = ops.get("/admin/axes/accessattempt/").content.decode()
    shown = ops.get(f"/admin/axes/accessattempt/{row.pk}/change/").content.decode()
    assert "wanjiru" in listed
    assert 'name="username"' not in shown

    answer = ops.post(f"/admin/axes/accessattempt/{row.pk}/delete/", {"post": "yes"})

    assert answer.status_code == 302
    assert is_in(sign_in("wanjiru", PASSWORD))
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.target_name) == ("ikram", "lock_out.lift", "wanjiru")


def test_ops_lift_several_at_once(ops: Client, wanjiru: User, sam: User) -> None:
    guess(5)
    guess(5, "sam")
    rows = list(AccessAttempt.objects.values_list("pk", flat=True))

    ops.post("/admin/axes/accessattempt/", {"action": "delete_selected", "_selected_action": rows, "post": "yes"})

    assert is_in(sign_in("wanjiru", PASSWORD))
    assert is_in(sign_in("sam", PASSWORD))
    assert AuditEntry.objects.count() == 2


def test_a_command_lifts_a_lock(wanjiru: User, capsys: pytest.CaptureFixture[str]) -> None:
    guess(5)

    call_command("lift_lock_out", "wanjiru")

    assert "wanjiru may try again." in capsys.readouterr().out
    assert is_in(sign_in("wanjiru", PASSWORD))
    with pytest.raises(CommandError, match="nothing wrong was tried for wanjiru"):
        call_command("lift_lock_out", "wanjiru")


def test_guessing_the_password_of_an_open_page_is_counted_too(teacher: Client, wanjiru: User) -> None:
    form = {"old_password": "wrong", "new_password1": "longer-pass-word-2", "new_password2": "longer-pass-word-2"}

    answers = [teacher.post("/accounts/password/", form).status_code for _ in range(5)]

    assert answers == [200, 200, 200, 200, 429]
    assert teacher.post("/accounts/password/", {**form, "old_password": PASSWORD}).status_code == 429
    wanjiru.refresh_from_db()
    assert wanjiru.check_password(PASSWORD)


@pytest.mark.parametrize("url", ["/admin/login/", "/admin/login/?next=/admin/auth/user/"])
def test_the_admin_has_no_door_of_its_own(url: str, client: Client, wanjiru: User) -> None:
    form = {"username": "wanjiru", "password": PASSWORD}

    asked, tried = client.get(url), client.post(url, form)

    assert asked.headers["Location"].startswith("/accounts/login/?next=/admin/")
    assert tried.headers["Location"].startswith("/accounts/login/")
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_the_admins_door_leads_to_no_other_host(client: Client, ikram: User) -> None:
    asked = client.get("/admin/login/?next=https://evil.example/")
    client.get(asked.headers["Location"])

    form = {"username": "ikram", "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post("/accounts/login/", form).headers["Location"] == "/"


def test_who_is_signed_in_and_may_not_enter_finds_no_admin(teacher: Client, ops: Client) -> None:
    assert teacher.get("/admin/", follow=True).status_code == 404
    assert ops.get("/admin/login/?next=/admin/", follow=True).redirect_chain[-1][0] == "/admin/"


def test_the_admin_changes_no_password_on_a_page_of_its_own(ops: Client) -> None:
    assert ops.get("/admin/password_change/").headers["Location"] == "/accounts/password/"
