"""A forgotten password, set anew by mail, without telling anybody who is known here."""

import re
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client
from pytest_django import Settings

ASK = "/accounts/password/forgotten/"
NEW = {"new_password1": "longer-pass-word-2", "new_password2": "longer-pass-word-2"}


class NoServer(BaseEmailBackend):
    def send_messages(self, email_messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected("gone")


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def ask(address: str, **extra: Any) -> Any:
    return Client().post(ASK, {"email": address}, **extra)


def link() -> str:
    found = re.search(r"https?://\S+", str(mail.outbox[-1].body))
    assert found
    return found[0]


def follow(client: Client) -> str:
    """The page behind the link, which hides its token from the address bar."""
    answer = client.get(re.sub(r"^https?://[^/]+", "", link()))
    return str(answer.headers["Location"])


def test_a_new_password_by_mail(client: Client, wanjiru: User, signed_in: Any) -> None:
    elsewhere = signed_in(wanjiru)
    assert ASK in client.get("/accounts/login/").content.decode()

    sent = client.post(ASK, {"email": "Wanjiru@example.com"}, follow=True).content.decode()
    page = client.get(follow(client)).content.decode()
    done = client.post(follow(client), NEW, follow=True).content.decode()

    assert "a link is on its way" in sent
    assert "Set a new password" in page
    assert "Your password is set" in done
    wanjiru.refresh_from_db()
    assert wanjiru.check_password(NEW["new_password1"])
    assert elsewhere.get("/").status_code == 302
    assert client.get("/").status_code == 302  # and nobody is signed in by it


def test_the_mail_is_plain_and_says_where_it_comes_from(wanjiru: User) -> None:
    ask("wanjiru@example.com", headers={"Host": "localhost"})

    (sent,) = mail.outbox
    assert sent.subject == "Rollcall: set a new password"
    assert sent.to == ["wanjiru@example.com"]
    body = str(sent.body)
    assert "Rollcall, the school's dashboard of video classes, at localhost" in body
    assert "Hello Wanjiru Kamau" in body
    assert "Your user name is wanjiru" in body
    assert "<" not in body
    assert link().startswith("http://localhost/accounts/password/new/")


def test_the_link_goes_by_https(wanjiru: User, settings: Settings) -> None:
    settings.HTTPS = True
    ask("wanjiru@example.com")

    assert link().startswith("https://")


def test_no_other_host_gets_into_the_link(wanjiru: User) -> None:
    refused = ask("wanjiru@example.com", headers={"Host": "evil.example"})
    ask("wanjiru@example.com", headers={"Host": "localhost", "X-Forwarded-Host": "evil.example"})

    assert refused.status_code == 400
    assert len(mail.outbox) == 1
    assert "evil" not in str(mail.outbox[0].body)


def test_the_answer_does_not_tell_who_is_known(wanjiru: User) -> None:
    known, unknown = ask("wanjiru@example.com"), ask("nobody@example.com")

    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("change", ["closed", "no password"])
def test_who_may_not_sign_in_by_password_gets_no_mail(wanjiru: User, change: str) -> None:
    if change == "closed":
        wanjiru.is_active = False
    else:
        wanjiru.set_unusable_password()
    wanjiru.save()

    assert ask("wanjiru@example.com").status_code == 302
    assert mail.outbox == []


def test_a_link_works_for_an_hour(client: Client, wanjiru: User) -> None:
    noon = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    with time_machine.travel(noon, tick=False) as now:
        ask("wanjiru@example.com")
        path = re.sub(r"^https?://[^/]+", "", link())
        now.shift(timedelta(minutes=59))
        assert client.get(path).status_code == 302
        now.shift(timedelta(minutes=2))

        assert "This link no longer works" in Client().get(path).content.decode()


def test_a_link_works_once(client: Client, wanjiru: User) -> None:
    ask("wanjiru@example.com")
    client.post(follow(client), NEW)

    page = Client().get(re.sub(r"^https?://[^/]+", "", link())).content.decode()

    assert "This link no longer works" in page


def test_a_password_that_will_not_do_is_told_beside_its_field(client: Client, wanjiru: User) -> None:
    ask("wanjiru@example.com")

    page = client.post(follow(client), {"new_password1": "short", "new_password2": "short"}).content.decode()

    assert 'aria-describedby="id_new_password2_error"' in page
    assert "too short" in page


def test_three_mails_an_hour_go_to_an_address_and_the_rest_is_passed_over(wanjiru: User) -> None:
    start = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as now:
        answers = [ask(address).headers["Location"] for address in ("wanjiru@example.com", "WANJIRU@example.com") * 3]
        assert set(answers) == {"/accounts/password/sent/"}
        assert len(mail.outbox) == 3
        now.shift(timedelta(hours=1, seconds=1))
        ask("wanjiru@example.com")

        assert len(mail.outbox) == 4


def test_twenty_an_hour_are_sent_for_one_network(wanjiru: User) -> None:
    for number in range(20):
        assert ask(f"somebody-{number}@example.com").status_code == 302

    refused = ask("wanjiru@example.com")

    assert refused.status_code == 429
    assert "Asked too often from here" in refused.content.decode()
    assert mail.outbox == []
    assert ask("wanjiru@example.com", REMOTE_ADDR="198.51.100.9").status_code == 302


def test_a_mail_server_that_is_gone_does_not_tell_either(
    wanjiru: User, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.NoServer"

    assert ask("wanjiru@example.com").headers["Location"] == "/accounts/password/sent/"
    assert "was not sent" in caplog.text
    assert "wanjiru" not in caplog.text


def test_the_new_password_lifts_the_lock_of_the_old(client: Client, wanjiru: User) -> None:
    for _ in range(5):
        client.post("/accounts/login/", {"username": "wanjiru", "password": "forgotten"})
    ask("wanjiru@example.com")
    client.post(follow(client), NEW)

    answer = client.post("/accounts/login/", {"username": "wanjiru", "password": NEW["new_password1"]})

    assert answer.headers["Location"] == "/"


def test_what_is_no_address_is_told(client: Client, db: None) -> None:
    page = client.post(ASK, {"email": "wanjiru"}).content.decode()

    assert 'aria-describedby="mail_error"' in page
