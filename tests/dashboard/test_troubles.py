"""Every error that 100ms documents has a cause and a remedy in our words; any other is shown as it was said."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.urls import resolve

from dashboard.troubles import (
    INGEST_TROUBLES,
    INGEST_UNTOLD,
    TROUBLES,
    UNTOLD,
    ingest_trouble_of,
    step_of,
    trouble_of,
)
from rooms.models import Room
from tests.conftest import payload

CONTRACT = json.loads((Path(__file__).parent.parent / "contract" / "events.schema.json").read_text())


def documented(name: str) -> list[str]:
    definition: dict[str, Any] = CONTRACT["$defs"][name]
    return [*definition["anyOf"][0]["enum"], *definition.get("examples", [])]


@pytest.mark.parametrize("error", [*documented("beamErrorType"), *documented("recordingErrorType")])
def test_every_documented_type_has_words_of_ours(error: str) -> None:
    trouble = trouble_of(error)

    assert trouble is TROUBLES[error]
    assert "100ms says" not in trouble.cause
    assert trouble.remedy


@pytest.mark.parametrize("error", documented("ingestError"))
def test_so_has_every_documented_text_about_an_encoder(error: str) -> None:
    trouble = ingest_trouble_of(error)

    assert trouble is INGEST_TROUBLES[error]
    assert trouble.remedy


@pytest.mark.parametrize("name", ["track.recording.failure", "stream.recording.failure"])
def test_a_type_in_the_place_of_a_message_counts_as_one(name: str) -> None:
    message = payload(f"webhooks/{name}")["data"]["error_message"]

    assert trouble_of("", message) is TROUBLES["INTERNAL_ERROR"]


def test_what_100ms_adds_in_its_own_words_is_kept_beside_ours() -> None:
    data = payload("webhooks/beam.failure")["data"]

    trouble = trouble_of(data["error_type"], data["error_message"])

    assert trouble.cause == TROUBLES["UPLOAD_ERROR"].cause
    assert trouble.said == "Failed to upload recordings. Check if upload config is correct."


def test_a_text_in_no_table_is_shown_as_it_was_said_and_without_its_secrets() -> None:
    trouble = trouble_of("", "no answer from rtmp://tube.example.com/live2/hush-hush")

    assert trouble.cause == "100ms says: no answer from rtmp://tube.example.com/live2/••••••."
    assert trouble_of("SOMETHING_NEW").cause == "100ms says: SOMETHING_NEW."
    assert "hush" not in ingest_trouble_of("cannot pull rtmp://tube.example.com/live2/hush-hush").cause


def test_where_nothing_is_told_we_say_so() -> None:
    assert trouble_of("") is UNTOLD
    assert ingest_trouble_of(" ") is INGEST_UNTOLD


@pytest.mark.parametrize(
    ("error", "page"),
    [
        ("UPLOAD_ERROR", "room_template_settings"),
        ("CLOUD_ACCESS_ERROR", "room_template_settings"),
        ("CONFIG_ERROR", "room_template_recordings"),
    ],
)
def test_what_the_template_is_to_blame_for_leads_to_that_part_of_it(error: str, page: str) -> None:
    room = Room(id="r1", name="Physics", template_id="t1", template_name="Lesson")

    step = step_of(trouble_of(error), room)

    assert step is not None
    assert step.words.endswith("of the template “Lesson”")
    assert resolve(step.url).url_name == page
    assert step_of(trouble_of(error), Room(id="r2")) is None
    assert step_of(trouble_of("INTERNAL_ERROR"), room) is None


def test_a_disabled_stream_key_leads_to_the_keys_of_the_room() -> None:
    step = step_of(ingest_trouble_of("Stream key disabled."), Room(id="r1"))

    assert step is not None
    assert resolve(step.url).url_name == "room_stream_key"
