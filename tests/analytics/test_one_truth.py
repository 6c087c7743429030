"""Any history of a session gives the same rows, whatever the order, the repeats, the channel and what was lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics import activity, instants, queries
from analytics.envelope import Channel, Envelope
from analytics.ingest import ingest
from analytics.models import Peer, Session
from analytics.projections import PROJECTORS
from analytics.projections.evidence import RUN_TYPES
from analytics.rebuild import rebuild
from rooms.simulator.scenarios import INCIDENTS, OUTCOMES
from tests.analytics.histories import History, cut, history, nameless, one_after_another, rows

pytestmark = pytest.mark.django_db

Rows = dict[str, list[dict[str, object]]]

SCENES = ["class", "recorded", "pushed", *INCIDENTS, *OUTCOMES]
# Every second one is full of recordings and streams, for these have the most ways to be told of.
scenes = st.tuples(st.sampled_from(["recorded", "pushed"]) | st.sampled_from(SCENES), st.integers(0, 10_000))
some = settings(
    max_examples=max(10, settings().max_examples // 10),  # each is a class, told several times
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is taken back at the end."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def rows_after(*batches: list[Envelope]) -> Rows:
    """The rows that these batches, one transaction each, leave in an empty database."""
    with undone():
        for batch in batches:
            ingest(batch)
        return rows()


def test_all_forty_types_take_part() -> None:
    told = {event.type for scene in SCENES for seed in range(2) for event in history(scene, seed).everything}
    assert {name for name in PROJECTORS if not name.startswith("snapshot.poll")} <= told


@some
@given(scene=scenes, dice=st.integers())
def test_order_repeats_and_channels_do_not_matter(scene: tuple[str, int], dice: int) -> None:
    told = history(*scene)
    assert rows_after(*told.disturbed(Random(dice))) == rows_after(told.everything)


@some
@given(scene=scenes, dice=st.integers())
def test_a_rebuild_says_the_same(scene: tuple[str, int], dice: int) -> None:
    told = history(*scene)
    with undone():
        for batch in told.disturbed(Random(dice)):
            ingest(batch)
        before = rows()
        assert [count for _, count in rebuild()] == [len({event.id for event in told.everything})]
        assert rows() == before


# What no API tells and only a webhook can: why somebody left, when a role changed, who ended it, refused attempts; the
# beam of a run, why it stopped or failed, and the recording's own id, by which transcripts name it.
ONLY_BY_WEBHOOK = {
    "Peer": {"leave_reason", "leave_message", "roles", "type", "metadata", "duration_seconds"},
    "Session": {"drop_count", "end_source", "end_reason", "ended_by", "end_locked", "failure_count", "last_event_at"},
    "Track": set(),
    "Failure": set(),
    "Recording": {"id", "beam_id", "aliases", "stop_reason", "error_type", "error_message"},
    "Asset": {"recording_id"},
    "Stream": {"id", "beam_id", "aliases", "stop_reason", "error_type", "error_message", "duration_seconds"},
}
BY_WEBHOOK = {"peer.join.failure", "peer.leave.failure", "role.change.failure", "room.end.failure"}
# The API has no jobs of these kinds, no transcriptions and no encoders, and no transcript of a recording that failed.
WITHOUT_A_JOB = {"composite", "track", "stream"}
TRANSCRIPTS = {"transcript", "summary"}


def pullable(all_rows: Rows) -> Rows:
    """The rows as far as the API tells them: recordings and streams by their jobs."""
    jobs = {
        str(row["id"]): row["job_id"]
        for name in ("Recording", "Stream")
        for row in all_rows[name]
        if row["kind"] not in WITHOUT_A_JOB
    }
    failed = {row["id"] for row in all_rows["Recording"] if row["state"] == "failed"}
    kept: Rows = {name: [] for name in ONLY_BY_WEBHOOK}
    for name, hidden in ONLY_BY_WEBHOOK.items():
        for row in all_rows[name]:
            shown = {key: value for key, value in row.items() if key not in hidden}
            if name in {"Recording", "Stream", "Asset"}:
                of = str(row["recording_id"] if name == "Asset" else row["id"])
                if of not in jobs or (of in failed and row.get("type") in TRANSCRIPTS):
                    continue
                if of in failed:
                    shown.pop("transcribed", None)
                shown |= {"job": jobs[of], "recording_id": jobs.get(str(row.get("recording_id")), "")}
            if name == "Stream" and row["is_recorded"] and row["state"] == "failed":
                shown["state"] = "ended"  # whether the stream or its file failed, only a webhook tells
            if row.get("type") not in BY_WEBHOOK:
                kept[name].append(shown)
    return {name: sorted(rows, key=str) for name, rows in kept.items()}


@some
@given(scene=scenes, dice=st.integers())
def test_lost_webhooks_and_a_later_pull_give_the_same_rows(scene: tuple[str, int], dice: int) -> None:
    told = history(*scene)
    arrived = [event for event in told.webhooks if Random(f"{dice}{event.id}").random() < 0.5]
    whole = pullable(rows_after(told.everything))
    assert pullable(rows_after(told.pulled)) == whole
    assert pullable(rows_after(arrived, told.pulled)) == whole


@some
@given(scene=st.tuples(st.sampled_from(["recorded", "pushed"]), st.integers(0, 10_000)), dice=st.integers())
def test_what_jobs_were_said_to_be_before_changes_nothing_of_what_they_became(
    scene: tuple[str, int], dice: int
) -> None:
    """A job read while it ran, while it was processed and when it was done; readings may be stored in any order."""
    told = history(*scene)
    readings = [event for event in told.before if Random(f"{dice}{event.id}").random() < 0.5]
    Random(dice).shuffle(readings)
    last = rows_after(told.everything)
    assert rows_after(readings[:10], told.everything, readings[10:]) == last
    assert pullable(rows_after(readings[:10], told.pulled, readings[10:])) == pullable(last)


@some
@given(scene=scenes, dice=st.integers())
def test_what_a_replay_brings_back_is_as_if_it_had_never_been_lost(scene: tuple[str, int], dice: int) -> None:
    told = history(*scene)
    lost = [event for event in told.webhooks if Random(f"{dice}{event.id}").random() < 0.5]
    first = [event for event in told.everything if event not in lost]
    assert rows_after(first, lost) == rows_after(told.everything)


ABOUT_THE_SESSION = {"session.open.success", "session.close.success", "room.end.success", "snapshot.session"}


@some
@given(seed=st.integers(0, 10_000), gap=st.sampled_from([5, 60, 3600]), dice=st.integers())
def test_runs_that_name_no_session_find_theirs_in_any_order(seed: int, gap: int, dice: int) -> None:
    """Two classes in one room, and which of them a run was in is known from its time alone, or from another event."""
    rolled = Random(dice)
    share = rolled.choice([0.3, 0.8, 1])
    events = [event for told in one_after_another(seed, gap=gap) for event in told.everything]
    events = [
        nameless(event)
        if event.type in RUN_TYPES and event.channel != Channel.SNAPSHOT and rolled.random() < share
        else event
        for event in events
    ]
    if rolled.random() < 0.5:
        events = [event for event in events if event.type not in ABOUT_THE_SESSION]
    whole = rows_after(events)

    rolled.shuffle(events)
    assert rows_after(*cut(events, rolled)) == whole
    runs = cut([event for event in events if event.type in RUN_TYPES], rolled)
    others = cut([event for event in events if event.type not in RUN_TYPES], rolled)
    assert rows_after(*runs, *others) == whole
    assert rows_after(*others, *runs) == whole


def people_of(told: History) -> list[activity.Person]:
    session = Session.objects.get(pk=told.session_id)
    frame = queries.frame(session, instants.to_datetime(instants.from_datetime(session.started_at) + 10**12))  # type: ignore[arg-type]
    return activity.people(queries.stays(session), frame)


@some
@given(scene=scenes)
def test_the_figures_are_what_truly_happened(scene: tuple[str, int]) -> None:
    """Against the scenario itself: to the millisecond for presence, which the API's objects cut, and for tracks."""
    told = history(*scene)
    with undone():
        ingest(told.everything)
        seen = {person.key: person for person in people_of(told)}
    assert seen.keys() == {person.key for person in told.truth}
    for true in told.truth:
        person = seen[true.key]
        for figure in ("present", "mic", "camera", "screen"):
            found = sum(each.length for each in getattr(person, figure)) / 1_000_000
            expected = sum(end - start for start, end in getattr(true, figure)) / 1_000_000_000
            assert found == pytest.approx(expected, abs=0.003 * (1 + len(getattr(true, figure)))), (true, figure)


def test_the_same_history_twice_is_stored_once() -> None:
    told = history("class", 1)
    ingest(told.everything)
    first = rows()
    again = ingest(told.everything)
    assert (again.new, rows()) == (0, first)
    assert Peer.objects.exists()
