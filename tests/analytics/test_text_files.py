"""Transcripts, summaries and chats, fetched by a fresh link, read once and kept."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import timezone

from analytics import text_files
from analytics.models import Asset, Recording, Session, TalkTime, TextFile
from analytics.tasks import read_text_files
from rooms.connection import client
from rooms.models import AuditEntry, Room
from rooms.operations import recordings
from rooms.recording_assets import Unfetched
from tests.dashboard import classes, recorded
from tests.dashboard.classes import Pupil
from tests.rooms.jobs import choir
from tests.rooms.simulated import SimulatedHms
from tests.rooms.storage import SIGNED, Storage, storage

__all__ = ["choir", "storage"]

SAID = [
    {
        "start": 60,
        "end": 62,
        "peer_id": "peer-1",
        "name": "Ada",
        "transcript": "Two kilograms.",
        "words": [{"word": "Two", "start": 60, "end": 60.5}, {"word": "kilograms.", "start": 61, "end": 62}],
    }
]
SRT = "1\n00:00:01,000 --> 00:00:02,000\nAda: Hello\n"


@pytest.fixture(autouse=True)
def no_rest() -> None:
    cache.clear()


@pytest.fixture
def made(physics: Room) -> Recording:
    return recorded.recording(classes.session(physics, pupils=[Pupil("Ada")]), 3)


def file(of: Recording, far: Storage, told: bytes | str, kind: str = "transcript", output: str = "json") -> Asset:
    asset = recorded.asset(of, kind, output=output)
    far.files[asset.pk] = told.encode() if isinstance(told, str) else told
    return asset


def content(asset: Asset) -> list[dict[str, Any]]:
    found = TextFile.objects.get(pk=asset.pk).content
    assert found is not None
    return list(found)


def test_a_transcript_is_read_once_with_when_each_spoke(made: Recording, storage: Storage) -> None:
    asset = file(made, storage, json.dumps(SAID))

    read_text_files()
    read_text_files()

    kept = TextFile.objects.get()
    assert (kept.asset_id, kept.kind, kept.session_id, kept.problem) == (asset.pk, "transcript", made.session_id, "")
    assert content(asset)[0]["text"] == "Two kilograms."
    assert [(one.peer_id, one.name, one.spans) for one in TalkTime.objects.all()] == [
        ("peer-1", "Ada", [[60_000_000, 60_500_000], [61_000_000, 62_000_000]])
    ]
    assert storage.links() == 1
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.target_id) == ("recording_asset.read", "Rollcall's schedule", asset.pk)
    assert SIGNED not in str(list(AuditEntry.objects.values()) + list(TextFile.objects.values()))


def test_what_the_simulated_100ms_writes_is_read_whole(hms_simulator: SimulatedHms, choir: Room, ikram: User) -> None:
    recordings.start(
        actor=ikram, room=choir, settings={"transcription": {"enabled": True, "summary": {"enabled": True}}}
    )
    hms_simulator.clock.advance(600)
    job = recordings.stop_all(actor=ikram, room=choir).jobs[0]
    hms_simulator.clock.advance(1800)
    held = Session.objects.create(id=job.session_id, room=choir, started_at=job.started_at, ended_at=timezone.now())
    made = recorded.recording(held, job_id=job.id)
    for one in client().recording_assets.list(room_id=choir.pk):
        output = str(one.metadata.get("output_mode") or "")
        recorded.asset(made, one.type, id=one.id, output=output, status=one.status)

    read_text_files()

    kept = {one.kind: one for one in TextFile.objects.all()}
    assert set(kept) == {"transcript", "summary", "chat"}
    assert [one.problem for one in kept.values()] == ["", "", ""]
    told = content(Asset.objects.get(pk=kept["transcript"].pk))
    assert told
    for line in told:
        assert 0 <= line["start"] <= line["end"] <= 600
        assert line["peer_id"]
        assert line["speaker"]
    spoke = sum(end - start for one in TalkTime.objects.all() for start, end in one.spans) / 1_000_000
    assert 0 < spoke < 600 * TalkTime.objects.count()
    assert kept["summary"].content


def test_of_the_forms_of_a_transcript_the_richest_is_read_and_the_others_are_left(
    made: Recording, storage: Storage
) -> None:
    file(made, storage, SRT, output="srt")
    best = file(made, storage, json.dumps(SAID))
    file(made, storage, "Hello", output="txt")
    summary = file(made, storage, '{"sections": [{"title": "T", "paragraph": "P"}]}', "summary")
    chat = file(made, storage, "MessageID,SenderName,Message\n1,Ada,Hello\n", "chat", "")

    read_text_files()
    read_text_files()

    assert set(TextFile.objects.values_list("pk", flat=True)) == {best.pk, summary.pk, chat.pk}


def test_a_broken_form_is_kept_as_a_problem_and_another_is_read(made: Recording, storage: Storage) -> None:
    bad = file(made, storage, '[{"start": 1, "transcr')
    srt = file(made, storage, SRT, output="srt")

    read_text_files()
    read_text_files()
    read_text_files()

    kept = {one.pk: one for one in TextFile.objects.all()}
    assert kept[bad.pk].content is None
    assert "begins as JSON" in kept[bad.pk].problem
    assert content(srt)[0]["speaker"] == "Ada"
    assert storage.links() == 2


def test_a_problem_is_tried_again_when_somebody_asks(made: Recording, storage: Storage) -> None:
    asset = file(made, storage, '{"broken')
    assert "begins as JSON" in text_files.read_kind(made, TextFile.Kind.TRANSCRIPT, now=timezone.now())

    storage.files[asset.pk] = json.dumps(SAID).encode()

    assert text_files.read_kind(made, TextFile.Kind.TRANSCRIPT, now=timezone.now()) == ""
    assert content(asset)[0]["text"] == "Two kilograms."


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_storage_that_refuses_leaves_no_trace_but_is_let_rest(made: Recording, storage: Storage, status: int) -> None:
    asset = file(made, storage, json.dumps(SAID))
    storage.answers[asset.pk] = status

    read_text_files()
    read_text_files()

    assert not TextFile.objects.exists()
    assert storage.links() == 1
    storage.answers.clear()
    cache.clear()
    read_text_files()
    assert TextFile.objects.get().content


def test_neither_the_words_of_a_refusal_nor_the_book_hold_the_link(made: Recording, storage: Storage) -> None:
    asset = file(made, storage, json.dumps(SAID))
    storage.answers[asset.pk] = 403

    with pytest.raises(Unfetched) as refused:
        text_files.read(asset, now=timezone.now())

    assert "403" in str(refused.value)
    assert SIGNED not in repr(refused.value)
    assert not AuditEntry.objects.exists()


def test_a_file_longer_than_any_class_is_not_fetched_to_its_end(made: Recording, storage: Storage) -> None:
    asset = file(made, storage, b"x" * (text_files.MOST_BYTES + 1))

    with pytest.raises(Unfetched, match="longer than 20 MB"):
        text_files.read(asset, now=timezone.now())


def test_while_100ms_makes_no_link_nothing_is_lost(made: Recording, storage: Storage) -> None:
    file(made, storage, json.dumps(SAID))
    storage.makes_links = False

    read_text_files()
    problem = text_files.read_kind(made, TextFile.Kind.TRANSCRIPT, now=timezone.now())

    assert problem
    assert not TextFile.objects.exists()


def test_what_is_not_ready_not_named_or_too_old_is_not_read(physics: Room, made: Recording, storage: Storage) -> None:
    recorded.asset(made, "transcript", status="processing")
    recorded.asset(made, "transcript", is_named=False)
    recorded.asset(made, "room-composite")
    old = recorded.recording(classes.session(physics, ago=timedelta(days=16)), 3)
    file(old, storage, json.dumps(SAID))

    read_text_files()

    assert storage.asked == []


def test_our_own_copy_is_read_where_there_is_one(made: Recording, storage: Storage) -> None:
    asset = recorded.asset(made, "transcript", output="json")
    recorded.kept(asset, json.dumps(SAID).encode(), "transcript.json")

    read_text_files()

    assert TextFile.objects.get().content
    assert storage.asked == []


def test_bytes_that_are_no_text_are_a_problem_and_no_crash(made: Recording, storage: Storage) -> None:
    file(made, storage, b"\xff\xfe\x00[\x00{\x00" * 50, "chat", "")

    read_text_files()

    assert "column" in TextFile.objects.get().problem


def test_a_file_read_again_tells_nobody_twice(made: Recording, storage: Storage) -> None:
    asset = file(made, storage, json.dumps(SAID))

    text_files.read(asset, now=timezone.now())
    text_files.read(asset, now=timezone.now())

    assert (TextFile.objects.count(), TalkTime.objects.count()) == (1, 1)
