"""A recording of the simulated 100ms, from its start to our own copy of every file."""

from hashlib import sha256
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import storages
from pytest_django.fixtures import Settings

from analytics import keeping, recording_sync, sync, tasks
from analytics.models import Asset, KeptFile, Recording
from rooms import jobs
from rooms.connection import client
from rooms.jobs import Kind
from rooms.models import Room
from rooms.operations import recordings
from tests.rooms.jobs import MEETING, choir
from tests.rooms.simulated import SimulatedHms

__all__ = ["choir"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def film(choir: Room, ikram: User, hms_simulator: SimulatedHms, settings: Settings, tmp_path: Path) -> Recording:
    """Twenty minutes of the choir, recorded and read."""
    settings.KEPT_SPOOL = tmp_path / "spool"
    kept = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path / "kept")}}
    settings.STORAGES = {**settings.STORAGES, "kept": kept}
    settings.HMS_TIMEOUT = 10.0
    started = recordings.start(actor=ikram, room=choir, settings={"meeting_url": MEETING})
    hms_simulator.clock.advance(20 * 60)
    recordings.stop_all(actor=ikram, room=choir)
    hms_simulator.clock.advance(30 * 60)
    session_id = jobs.one(choir, Kind.RECORDING, started.id).session_id
    sync.pull_sessions(client())
    recording_sync.pull_recordings(client(), session_id)
    return Recording.objects.get(job_id=started.id)


def test_every_file_of_a_recording_is_kept_as_100ms_has_it(film: Recording, ikram: User) -> None:
    files = Asset.objects.filter(recording=film, is_named=True, status="completed")
    assert files.count() > 0
    assert keeping.order(film, actor=ikram) == files.count()

    tasks.keep_due()

    for kept in KeptFile.objects.all():
        assert (kept.state, kept.problem) == (KeptFile.State.KEPT, "")
        with storages["kept"].open(kept.name) as copy:
            content = copy.read()
        assert (len(content), sha256(content).hexdigest()) == (kept.size, kept.sha256)
