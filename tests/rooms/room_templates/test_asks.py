"""What a template and its room ask to be recorded, and where it goes."""

from typing import Any

import pytest

from rooms.room_templates.asks import LONGEST, Asks, asks


def config(**ways: Any) -> dict[str, Any]:
    return {"recordings": [{"name": "all", "role": "teacher", **ways}]}


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        ({}, set()),
        ({"recordings": None, "settings": None, "destinations": None}, set()),
        (config(compositeRecording={"browserComposite": {"autoStart": True}}), {"browser"}),
        # Somebody may start it; nobody says that it starts by itself.
        (config(compositeRecording={"browserComposite": {"enabled": True}}), set()),
        (config(compositeRecording={"customComposite": {"enabled": True}}), {"composite"}),
        (config(streamRecording={"enabled": True}, trackRecording={"enabled": True}), {"stream", "track"}),
        (config(streamRecording={}, trackRecording=None), set()),
        ({"settings": {"recording": {"enabled": True}}}, {"composite"}),
    ],
)
def test_what_is_recorded_by_itself(content: dict[str, Any], kinds: set[str]) -> None:
    assert asks(content).kinds == kinds


def test_the_switch_of_a_room_is_about_the_composite_alone() -> None:
    film = config(compositeRecording={"browserComposite": {"autoStart": True}, "customComposite": {"enabled": True}})

    assert asks(film, room_says=False).kinds == {"browser"}
    assert asks({}, room_says=True).kinds == {"composite"}
    assert asks(film, room_says=None).kinds == {"browser", "composite"}


def test_transcripts_are_asked_for_where_recordings_are_transcribed() -> None:
    def content(*modes: str) -> dict[str, Any]:
        return {"destinations": {"transcriptions": {"notes": {"name": "notes", "role": "teacher", "modes": modes}}}}

    assert asks(content("live", "recorded")).transcript
    assert not asks(content("caption")).transcript
    assert not asks({"destinations": {"transcriptions": {"notes": None}}}).transcript


def test_a_bucket_of_ones_own_and_the_longest_recording() -> None:
    upload = {"settings": {"recording": {"upload": {"type": "s3", "location": "films"}}}}

    assert asks(upload) == Asks(own_storage=True, longest=LONGEST)
    assert asks(config(maxDuration=600)).longest == 600
    assert asks(config(maxDuration=0)).longest == LONGEST
