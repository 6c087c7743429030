"""A refusal lands on the field it concerns, in words and without secrets."""

import pytest
from django import forms

from dashboard.refusals import Problem, in_words, land
from rooms import hms


class RoomForm(forms.Form):
    name = forms.CharField(required=False)
    size = forms.IntegerField(required=False)
    storage = forms.CharField(required=False)


def refused(problem: Problem, names: dict[str, str] | None = None) -> dict[str, list[str]]:
    form = RoomForm({})
    assert form.is_valid()
    land(form, problem, names)
    return {field: [str(error) for error in errors] for field, errors in form.errors.items()}


def bad_request(message: str, *details: str) -> hms.BadRequest:
    return hms.BadRequest("POST /rooms", 400, 400, message, details)


def test_our_own_check_names_its_field() -> None:
    assert refused(ValueError("size must be between 0 and 20000 people")) == {
        "size": ["Size must be between 0 and 20000 people."]
    }


def test_a_path_is_led_to_the_field_that_stands_for_it() -> None:
    problem = ValueError("recording_info.upload_info.location must be text")

    assert list(refused(problem, {"recording_info": "name", "recording_info.upload_info": "storage"})) == ["storage"]


@pytest.mark.parametrize(
    ("message", "details"), [("Invalid name", ()), ("bad request", ("Name must match the pattern",))]
)
def test_a_refusal_of_100ms_lands_on_the_field_it_mentions(message: str, details: tuple[str, ...]) -> None:
    errors = refused(bad_request(message, *details))

    assert list(errors) == ["name"]
    assert errors["name"][0].startswith("100ms refused: ")


def test_what_names_no_field_is_said_of_the_whole_form() -> None:
    assert list(refused(bad_request("no"))) == ["__all__"]


@pytest.mark.parametrize(
    "problem", [hms.TimedOut("POST /rooms: no answer in time"), hms.ServerFailed("POST /rooms", 500, 500, "oops")]
)
def test_no_answer_is_not_called_a_failure(problem: hms.Error) -> None:
    assert "nobody knows yet whether this was done" in in_words(problem)


def test_how_long_100ms_asks_to_wait_is_said() -> None:
    assert "wait for 45 s" in in_words(hms.RateLimited("GET /rooms", 429, 429, "slow down", retry_after=45))


def test_no_secret_is_read_out() -> None:
    problem = bad_request("cannot reach rtmp://live.example.com/app/k3y-of-the-stream")

    assert "k3y-of-the-stream" not in in_words(problem)
