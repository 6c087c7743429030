"""The clients of the process: one for each patience, closed when the settings change."""

import pytest
from pytest_django.fixtures import Settings

from rooms.connection import NotConfigured, client
from tests.rooms.simulated import SimulatedHms


def test_who_has_another_patience_takes_no_connection_from_anybody(hms_simulator: SimulatedHms) -> None:
    hms_simulator.world.add_room("Choir")
    patient, hasty = client(), client(patience=0)

    assert patient is client()
    assert hasty is client(patience=0)
    assert patient is not hasty
    assert [room.name for one in (patient, hasty) for room in one.rooms.list()] == ["Choir", "Choir"]


def test_other_settings_make_other_clients_and_close_those_of_before(
    hms_simulator: SimulatedHms, settings: Settings
) -> None:
    old = client(), client(patience=0)
    settings.HMS_TIMEOUT = 7

    assert client() not in old
    for one in old:
        with pytest.raises(RuntimeError, match="closed"):
            next(one.rooms.list())


def test_without_keys_there_is_none(settings: Settings) -> None:
    settings.HMS_SECRET = ""

    with pytest.raises(NotConfigured):
        client()
