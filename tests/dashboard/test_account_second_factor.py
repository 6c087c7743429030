"""Setting up a second factor, signing in with it, losing the phone, and what is kept of it."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings
from time_machine import Traveller

from dashboard import second_factor
from rooms.models import AuditEntry

PASSWORD = "pass-word-1"
NOON = datetime(2026, 3, 2, 9, 0, 10, tzinfo=UTC)
SET_UP, CODES, OFF = "/accounts/second-factor/", "/accounts/second-factor/codes/", "/accounts/second-factor/off/"


@pytest.fixture(autouse=True)
def now() -> Iterator[Traveller]:
    """A clock that stands still, so that a code is good until a test says otherwise."""
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def shown(secret: str, steps: int = 0) -> str:
    """What an app shows that many half minutes from now."""
    return str(format_hotp_value(hotp_value(secret, int(datetime.now(UTC).timestamp()) // 30 + steps)))


def secret_on(page: str) -> str:
    found = re.search(r'<p class="by-hand".*?</p>', page)
    assert found
    return "".join(re.findall(r"<span>([A-Z2-7]+)</span>", found[0]))


def set_up(client: Client, steps: int = -1) -> tuple[str, list[str]]:
    """The secret and the recovery codes."""
    secret = secret_on(client.get(SET_UP).content.decode())
    page = client.post(SET_UP, {"password": PASSWORD, "code": shown(secret, steps)}).content.decode()
    codes = re.findall(r"<li>(\d{4} \d{4})</li>", page)
    assert len(set(codes)) == 10
    return secret, codes


def password_first(name: str = "wanjiru", next_: str = "", address: str = "127.0.0.1") -> tuple[Client, Any]:
    client = Client(REMOTE_ADDR=address)
    return client, client.post("/accounts/login/", {"username": name, "password": PASSWORD, "next": next_})


def then_code(client: Client, answer: Any, code: str) -> Any:
    return client.post(answer.headers["Location"], {"code": code})


def test_setting_up_shows_a_picture_and_the_same_secret_as_text(teacher: Client) -> None:
    page = teacher.get(SET_UP).content.decode()
    again = teacher.get(SET_UP).content.decode()

    assert '<span class="qr" role="img" aria-label="QR code' in page
    assert "<svg viewBox" in page
    assert "<img" not in page
    assert len(secret_on(page)) == 32
    assert secret_on(page) == secret_on(again)


def test_signing_in_takes_the_code_after_the_password(teacher: Client) -> None:
    secret, _ = set_up(teacher)

    client, answer = password_first(next_="/people/?q=ada")
    assert answer.headers["Location"] == "/accounts/login/code/?next=%2Fpeople%2F%3Fq%3Dada"
    assert client.get("/").status_code == 302  # not signed in in between
    page = client.get(answer.headers["Location"]).content.decode()
    assert 'autocomplete="one-time-code"' in page
    done = client.post("/accounts/login/code/", {"code": shown(secret), "next": "/people/?q=ada"})

    assert done.headers["Location"] == "/people/?q=ada"
    assert client.get("/").status_code == 200


def test_the_code_leads_to_no_other_host(teacher: Client) -> None:
    secret, _ = set_up(teacher)
    client, _ = password_first()

    answer = client.post("/accounts/login/code/", {"code": shown(secret), "next": "https://evil.example/"})

    assert answer.headers["Location"] == "/"


def test_a_code_signs_in_once(teacher: Client) -> None:
    secret, _ = set_up(teacher)
    code = shown(secret)
    first, second = password_first(), password_first()
    assert then_code(*first, code).status_code == 302

    answer = then_code(*second, code)

    assert answer.status_code == 200
    assert "used before" in answer.content.decode()
    assert second[0].get("/").status_code == 302


def test_the_code_that_confirmed_the_setting_up_is_used_up(teacher: Client) -> None:
    secret, _ = set_up(teacher, steps=0)

    assert then_code(*password_first(), shown(secret)).status_code == 200
    assert then_code(*password_first(), shown(secret, 1)).status_code == 302


def test_a_code_before_one_that_was_used_is_used_up_too(teacher: Client) -> None:
    secret, _ = set_up(teacher)
    assert then_code(*password_first(), shown(secret, 1)).status_code == 302

    assert then_code(*password_first(), shown(secret, 0)).status_code == 200


@pytest.mark.parametrize(("steps", "status"), [(-2, 200), (0, 302), (1, 302), (2, 200)])
def test_a_clock_may_be_half_a_minute_off(teacher: Client, steps: int, status: int) -> None:
    secret, _ = set_up(teacher)

    assert then_code(*password_first(), shown(secret, steps)).status_code == status


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "٠١٢٣٤٥"])
def test_what_is_no_code_is_told_without_being_counted(teacher: Client, code: str) -> None:
    set_up(teacher)
    client, answer = password_first()

    answers = [then_code(client, answer, code).status_code for _ in range(7)]

    assert answers == [200] * 7


def test_a_recovery_code_signs_in_once(teacher: Client) -> None:
    _, codes = set_up(teacher)
    assert then_code(*password_first(), codes[3]).status_code == 302

    assert then_code(*password_first(), codes[3]).status_code == 200
    assert then_code(*password_first(), codes[4].replace(" ", "-")).status_code == 302
    assert "8 of your 10 recovery codes are unused" in teacher.get("/accounts/").content.decode()


def test_wrong_codes_lock_out_as_wrong_passwords_do(teacher: Client) -> None:
    secret, _ = set_up(teacher)
    client, answer = password_first()

    answers = [then_code(client, answer, "000000").status_code for _ in range(5)]

    assert answers == [200, 200, 200, 200, 429]
    assert then_code(client, answer, shown(secret)).status_code == 429
    assert client.get("/").status_code == 302
    assert password_first()[1].status_code == 429


def test_the_password_again_does_not_forgive_wrong_codes(teacher: Client) -> None:
    set_up(teacher)

    for _ in range(4):
        assert then_code(*password_first(), "000000").status_code == 200

    assert then_code(*password_first(), "000000").status_code == 429


def test_from_many_addresses_the_account_itself_rests(teacher: Client, now: Traveller) -> None:
    secret, _ = set_up(teacher)
    for number in range(20):
        assert then_code(*password_first(address=f"10.0.0.{number}"), "000000").status_code == 200

    answer = then_code(*password_first(address="10.0.1.1"), shown(secret))
    assert answer.status_code == 429
    assert "Locked for 15 minutes" in answer.content.decode()

    now.shift(timedelta(minutes=15, seconds=1))
    assert then_code(*password_first(address="10.0.1.1"), shown(secret)).status_code == 302
    assert then_code(*password_first(address="10.0.1.2"), "000000").status_code == 200


def test_a_code_is_waited_for_ten_minutes(teacher: Client, now: Traveller) -> None:
    secret, _ = set_up(teacher)
    client, answer = password_first()
    now.shift(timedelta(minutes=10, seconds=1))

    assert then_code(client, answer, shown(secret)).headers["Location"] == "/accounts/login/?next=/"


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "md5$x$other"}])
def test_half_way_ends_when_the_account_changes(teacher: Client, wanjiru: User, change: dict[str, Any]) -> None:
    secret, _ = set_up(teacher)
    client, answer = password_first()
    User.objects.filter(pk=wanjiru.pk).update(**change)

    assert then_code(client, answer, shown(secret)).headers["Location"] == "/accounts/login/?next=/"


@pytest.mark.django_db
def test_without_a_password_before_it_there_is_no_page_for_a_code(client: Client) -> None:
    for answer in (client.get("/accounts/login/code/"), client.post("/accounts/login/code/", {"code": "000000"})):
        assert answer.headers["Location"] == "/accounts/login/?next=/"


def test_setting_up_takes_the_password_and_a_right_code(teacher: Client, wanjiru: User) -> None:
    secret = secret_on(teacher.get(SET_UP).content.decode())

    no_password = teacher.post(SET_UP, {"password": "wrong", "code": shown(secret)}).content.decode()
    no_code = teacher.post(SET_UP, {"password": PASSWORD, "code": shown(secret, 5)}).content.decode()

    assert "This is not your password." in no_password
    assert "This code is not right" in no_code
    assert not second_factor.is_on(wanjiru)
    assert secret_on(no_code) == secret


def test_guessing_the_password_on_that_page_locks_out(teacher: Client) -> None:
    secret = secret_on(teacher.get(SET_UP).content.decode())

    answers = [teacher.post(SET_UP, {"password": f"no-{n}", "code": shown(secret)}).status_code for n in range(5)]

    assert answers[-1] == 429
    assert password_first()[1].status_code == 429


def test_nothing_of_it_is_readable_in_the_database(teacher: Client) -> None:
    secret = secret_on(teacher.get(SET_UP).content.decode())
    offered = [session.get_decoded() for session in Session.objects.all()]
    code = shown(secret, -1)
    page = teacher.post(SET_UP, {"password": PASSWORD, "code": code}).content.decode()
    codes = [found.replace(" ", "") for found in re.findall(r"<li>(\d{4} \d{4})</li>", page)]

    kept = str(offered) + str(list(Authenticator.objects.values())) + str(list(AuditEntry.objects.values()))

    assert secret not in kept
    assert [one for one in codes if one in kept] == []
    assert teacher.get("/accounts/").content.decode().count(codes[0][:4]) == 0


def test_recovery_codes_are_shown_once_and_made_anew_for_a_code(teacher: Client) -> None:
    secret, old = set_up(teacher)
    asked = teacher.get(CODES).content.decode()
    assert old[0] not in asked

    wrong = teacher.post(CODES, {"code": "000000"}).content.decode()
    page = teacher.post(CODES, {"code": shown(secret)}).content.decode()
    new = re.findall(r"<li>(\d{4} \d{4})</li>", page)

    assert "This code is not right" in wrong
    assert len(new) == 10
    assert not set(new) & set(old)
    assert then_code(*password_first(), old[0]).status_code == 200
    assert then_code(*password_first(), new[0]).status_code == 302


def test_turning_it_off_takes_a_fresh_code(teacher: Client, wanjiru: User) -> None:
    secret, _ = set_up(teacher, steps=0)

    used = teacher.post(OFF, {"code": shown(secret)})
    assert used.status_code == 200
    assert second_factor.is_on(wanjiru)
    done = teacher.post(OFF, {"code": shown(secret, 1)}, follow=True)

    assert "The second factor is off." in done.content.decode()
    assert not Authenticator.objects.exists()
    assert password_first()[1].headers["Location"] == "/"


def test_guessing_codes_on_an_open_page_locks_out(teacher: Client, wanjiru: User) -> None:
    secret, _ = set_up(teacher)

    answers = [teacher.post(OFF, {"code": "000000"}).status_code for _ in range(5)]

    assert answers[-1] == 429
    assert teacher.post(OFF, {"code": shown(secret)}).status_code == 429
    assert second_factor.is_on(wanjiru)


def test_pages_for_what_is_on_or_off_lead_back_when_it_is_not(teacher: Client) -> None:
    for url in (CODES, OFF):
        assert teacher.get(url).headers["Location"] == "/accounts/"
        assert teacher.post(url, {"code": "000000"}).headers["Location"] == "/accounts/"
    set_up(teacher)

    assert teacher.get(SET_UP).headers["Location"] == "/accounts/"


def test_what_was_done_is_on_record(teacher: Client) -> None:
    secret, _ = set_up(teacher)
    teacher.post(CODES, {"code": shown(secret)})
    teacher.post(OFF, {"code": shown(secret, 1)})

    entries = list(AuditEntry.objects.order_by("id").values_list("actor", "action", "target_name"))

    assert entries == [
        ("wanjiru", "second_factor.enable", "wanjiru"),
        ("wanjiru", "recovery_codes.create", "wanjiru"),
        ("wanjiru", "second_factor.disable", "wanjiru"),
    ]


def test_a_key_of_before_still_opens_what_it_closed(teacher: Client, settings: Settings) -> None:
    secret, codes = set_up(teacher)
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another-" + old
    assert then_code(*password_first(), shown(secret)).status_code == 200
    assert then_code(*password_first(), codes[0]).status_code == 200

    settings.SECRET_KEY_FALLBACKS = [old]

    assert then_code(*password_first(), shown(secret)).status_code == 302


def test_ops_take_it_off_somebody_who_lost_everything(teacher: Client, ops: Client) -> None:
    set_up(teacher)
    listed = ops.get("/admin/mfa/authenticator/").content.decode()
    row = Authenticator.objects.get(type="totp")
    page = ops.get(f"/admin/mfa/authenticator/{row.pk}/change/").content.decode()
    assert "wanjiru" in listed
    assert row.data["secret"] not in page

    ops.post(f"/admin/mfa/authenticator/{row.pk}/delete/", {"post": "yes"})

    assert password_first()[1].headers["Location"] == "/"
    assert AuditEntry.objects.filter(actor="ikram", action="second_factor.disable", target_name="wanjiru").exists()


def test_a_command_takes_it_off_the_last_of_ops(ops: Client, ikram: User) -> None:
    set_up(ops)

    call_command("turn_off_second_factor", "ikram")

    assert not second_factor.is_on(ikram)
    with pytest.raises(CommandError, match="ikram has no second factor"):
        call_command("turn_off_second_factor", "ikram")
    with pytest.raises(CommandError, match="no user nobody"):
        call_command("turn_off_second_factor", "nobody")


def test_ops_who_need_one_are_led_to_it_before_anything_else(ops: Client, teacher: Client, settings: Settings) -> None:
    settings.OPS_NEED_SECOND_FACTOR = True

    for url in ("/", "/rooms/", "/rooms.csv", "/admin/", "/admin/auth/user/", "/accounts/", "/nothing/"):
        assert ops.get(url).headers["Location"] == SET_UP, url
    assert ops.post("/deliveries/requeue/").headers["Location"] == SET_UP
    assert ops.get("/", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert teacher.get("/").status_code == 200
    assert "Operations need a second factor here." in ops.get(SET_UP).content.decode()
    assert "Operations need" not in teacher.get(SET_UP).content.decode()
    set_up(ops)

    assert ops.get("/").status_code == 200
    assert ops.get("/admin/").status_code == 200


def test_ops_who_need_one_and_signed_in_with_it_go_on(ops: Client, settings: Settings) -> None:
    secret, _ = set_up(ops)
    settings.OPS_NEED_SECOND_FACTOR = True
    client, answer = password_first("ikram")
    then_code(client, answer, shown(secret))

    assert client.get("/admin/").status_code == 200


def test_a_browser_signed_in_before_the_setting_up_signs_in_again(ops: Client, ikram: User, settings: Settings) -> None:
    other = Client()
    other.force_login(ikram)
    set_up(ops)
    assert other.get("/").status_code == 200
    settings.OPS_NEED_SECOND_FACTOR = True

    assert other.get("/rooms/").headers["Location"] == "/accounts/login/?next=/rooms/"
    assert "_auth_user_id" not in other.session


def test_ops_can_sign_out_instead_of_setting_up(ops: Client, settings: Settings) -> None:
    settings.OPS_NEED_SECOND_FACTOR = True

    assert ops.post("/accounts/logout/").headers["Location"] == "/accounts/login/"


def test_of_the_part_we_build_on_no_page_can_be_reached(ops: Client) -> None:
    for path in (
        "signup",
        "email",
        "confirm-email",
        "social/connections",
        "2fa",
        "2fa/totp/activate",
        "reauthenticate",
    ):
        assert ops.get(f"/accounts/{path}/").status_code == 404, path
    assert ops.get("/admin/account/emailaddress/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_with_the_same_code_one_is_let_in(teacher: Client, wanjiru: User) -> None:
    secret, codes = set_up(teacher)
    app, paper = shown(secret), codes[0]

    def passes(code: str) -> bool:
        try:
            return second_factor.passes(wanjiru, code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(passes, [app] * 4)) == 1
        assert sum(pool.map(passes, [paper] * 4)) == 1
