"""Pages that look into 100ms come while it is silent: they say so, and show what is here."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from rooms.models import Room
from tests.dashboard import classes
from tests.rooms.polls import known, known_room
from tests.rooms.simulated import SimulatedHms

PATIENT = 60.0
"""What an operator may allow 100ms in the settings; longer than anybody waits for a page."""
SILENT = 7.0
"""Seconds until 100ms does answer: longer than a page waits, so that only who waited that long has the answer."""


@pytest.fixture
def optics(hms_simulator: SimulatedHms, ikram: User) -> Room:
    return known_room(hms_simulator, "optics", known(hms_simulator))


@pytest.mark.slow
@pytest.mark.parametrize("page", ["codes", "stream key", "poll", "question", "answer", "quality"])
def test_a_page_does_not_wait_as_long_as_a_pull(
    page: str, optics: Room, hms_simulator: SimulatedHms, ops: Client, settings: Settings
) -> None:
    poll = optics.polls.get()
    session = classes.session(optics, ago=timedelta(hours=1))
    answer = classes.quiz(session, poll.pk).responses.all()[0]
    url = {
        "codes": f"/rooms/{optics.pk}/codes/",
        "stream key": f"/rooms/{optics.pk}/stream-key/",
        "poll": f"/polls/{poll.pk}/edit/",
        "question": f"/polls/{poll.pk}/questions/1/",
        "answer": f"/sessions/{session.pk}/polls/{poll.pk}/answers/{answer.response_id}/now/",
        "quality": f"/sessions/{session.pk}/peers/{session.peers.all()[0].pk}/quality/",
    }[page]
    hms_simulator.fault("GET", hang=SILENT, times=None)
    settings.HMS_TIMEOUT = PATIENT

    shown = ops.get(url, headers={"HX-Request": "true"} if page == "quality" else {})

    assert shown.status_code == 200
    assert "not answer" in shown.content.decode()
