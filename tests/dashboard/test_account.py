"""Signing in and out, and what somebody sees who may not."""

import re

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import override_settings
from django.urls import path

from dashboard.urls import urlpatterns as ours

PASSWORD = "pass-word-1"


def broken(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


urlpatterns = [*ours, path("broken/", broken)]


def test_signing_in_leads_where_one_wanted_to_go(client: Client, wanjiru: User) -> None:
    asked = client.get("/people/?q=ada")
    page = client.get(asked.headers["Location"]).content.decode()
    assert "The page you asked for opens after you sign in." in page
    form = {"username": "wanjiru", "password": PASSWORD, "next": "/people/?q=ada"}

    answer = client.post("/accounts/login/", form)

    assert answer.headers["Location"] == "/people/?q=ada"
    assert client.get("/").status_code == 200


def test_a_wrong_password_is_told_and_the_name_kept(client: Client, wanjiru: User) -> None:
    page = client.post("/accounts/login/", {"username": "wan<b>", "password": "wrong"}).content.decode()

    assert 'role="alert"' in page
    assert 'value="wan&lt;b&gt;"' in page


def test_signing_in_leads_to_no_other_host(client: Client, wanjiru: User) -> None:
    form = {"username": "wanjiru", "password": PASSWORD, "next": "https://evil.example/"}

    assert client.post("/accounts/login/", form).headers["Location"] == "/"


def test_signing_out_takes_a_post_and_shows_the_door(teacher: Client) -> None:
    assert teacher.get("/accounts/logout/").status_code == 405
    assert teacher.post("/accounts/logout/").headers["Location"] == "/accounts/login/"
    assert teacher.get("/").status_code == 302


def test_changing_the_password(teacher: Client, wanjiru: User) -> None:
    new = "longer-pass-word-2"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}

    answer = teacher.post("/accounts/password/", form, follow=True)

    assert "Your password is changed" in answer.content.decode()
    wanjiru.refresh_from_db()
    assert wanjiru.check_password(new)


def test_a_password_that_will_not_do_is_told_beside_its_field(teacher: Client) -> None:
    form = {"old_password": "wrong", "new_password1": "short", "new_password2": "short"}

    page = teacher.post("/accounts/password/", form).content.decode()

    assert "Nothing was changed" in page
    assert 'aria-describedby="id_old_password_error"' in page
    assert "too short" in page


def test_a_stranger_is_told_whom_to_ask_and_can_sign_out(client: Client, mallory: User) -> None:
    client.force_login(mallory)

    answer = client.get("/")

    assert answer.status_code == 404
    page = answer.content.decode()
    assert "Nobody has given you a place here yet" in page
    assert '<bdi class="strong">mallory</bdi>' in page
    assert 'action="/accounts/logout/"' in page
    assert 'href="/rooms/"' not in page


@pytest.mark.django_db
def test_what_is_not_there_shows_the_anonymous_the_door(client: Client) -> None:
    answer = client.get("/nothing/")

    assert answer.status_code == 404
    assert 'href="/accounts/login/"' in answer.content.decode()


@override_settings(ROOT_URLCONF="tests.dashboard.test_account")
@pytest.mark.django_db
def test_a_fault_of_ours_says_so_without_its_cause() -> None:
    client = Client(raise_request_exception=False)

    answer = client.get("/broken/")

    assert answer.status_code == 500
    page = answer.content.decode()
    assert "Something broke on our side" in page
    assert "on purpose" not in page


def test_a_form_without_its_token_is_told_what_to_do(wanjiru: User) -> None:
    client = Client(enforce_csrf_checks=True)

    answer = client.post("/accounts/login/", {"username": "wanjiru", "password": PASSWORD})

    assert answer.status_code == 403
    assert "Nothing was changed." in answer.content.decode()


def test_the_frame_names_who_is_signed_in(teacher: Client, ops: Client) -> None:
    assert re.search(r"Wanjiru Kamau</span>.*?Teacher", teacher.get("/").content.decode())
    assert re.search(r"Ikram Benali</span>.*?Operations", ops.get("/").content.decode())
