"""Who watched a recording, and who caught up on what they missed, as pages show it."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics.models import Recording, Session, Video
from dashboard.recording_viewers import viewers
from rooms.models import AuditEntry, Room
from tests.dashboard import classes, recorded
from tests.dashboard.classes import Pupil
from tests.dashboard.test_query_counts import asked
from tests.dashboard.viewings import linked, watching

MINUTE = 60


@pytest.fixture
def held(physics: Room) -> Session:
    """A class of 45 minutes: Amina was there throughout, Liam fell out after five."""
    return classes.session(physics, pupils=[Pupil("Amina", "amina"), Pupil("Liam", "liam", dropped=True)])


@pytest.fixture
def recording(held: Session) -> Recording:
    return recorded.recording(held)


def page(client: Client, recording: Recording, rest: str = "") -> str:
    answer = client.get(f"/recordings/{recording.pk}/viewers/{rest}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_who_left_early_and_watched_the_rest_has_caught_up(recording: Recording, teacher: Client) -> None:
    watching(linked(recording), "liam", (5 * MINUTE, 45 * MINUTE))

    [row] = viewers(recording, timezone.now()).rows
    text = page(teacher, recording)

    assert (row.label, row.state, round(row.missed_micros / 60e6)) == ("Liam", "caught up", 40)
    assert "caught up" in text
    assert "1 missed part of the class" in text
    assert "Amina" not in text


def test_who_watched_a_part_of_what_they_missed_is_told_how_much(recording: Recording, teacher: Client) -> None:
    watching(linked(recording), "liam", (0, 15 * MINUTE))

    [row] = viewers(recording, timezone.now()).rows

    # He was there for the first five of these fifteen minutes.
    assert (row.state, round(row.caught_micros / 60e6)) == ("in part", 10)
    assert row.seen_percent == 33
    assert "of <span" in page(teacher, recording)


def test_who_missed_a_part_and_watched_nothing_is_named(recording: Recording, teacher: Client) -> None:
    [row] = viewers(recording, timezone.now()).rows

    assert (row.label, row.state, row.spans) == ("Liam", "not watched", [])
    assert "not watched" in page(teacher, recording)
    assert "Nobody has watched it yet" in page(teacher, recording)


def test_only_what_was_recorded_can_be_missed(held: Session, teacher: Client) -> None:
    assert held.started_at is not None
    begun = held.started_at + timedelta(minutes=40)
    late = recorded.recording(held, started_at=begun, duration_seconds=300.0)

    [row] = viewers(late, timezone.now()).rows

    assert row.missed_micros == 300 * 1_000_000


def test_two_devices_and_a_return_are_one_presence(held: Session, recording: Recording) -> None:
    assert held.started_at is not None
    back = held.started_at + timedelta(minutes=20)
    classes.stay(held, Pupil("Liam", "liam"), back, held.ended_at)

    [row] = viewers(recording, timezone.now()).rows

    assert row.missed_micros == 15 * 60 * 1_000_000


def test_rewatching_counts_again_for_time_and_once_for_what_was_seen(recording: Recording) -> None:
    video = linked(recording)
    watching(video, "amina", (0, 9 * MINUTE), (0, 9 * MINUTE))
    watching(video, "amina", (0, 9 * MINUTE))

    row = next(row for row in viewers(recording, timezone.now()).rows if row.key == "amina")

    assert (row.watched_micros, row.seen_percent, row.state) == (27 * 60 * 1_000_000, 20, "nothing missed")
    assert len(row.viewings) == 2


def test_viewers_who_were_not_in_the_class_and_nobody_known_stand_beside_the_others(
    recording: Recording, physics: Room, teacher: Client
) -> None:
    classes.session(physics, pupils=[Pupil("Zoë", "zoe")])
    video = linked(recording)
    watching(video, "zoe", (0, 60), name="Zoë")
    watching(video, "", (0, 60))
    watching(video, "", (60, 120))

    found = viewers(recording, timezone.now())
    text = page(teacher, recording)

    assert sorted(row.label for row in found.rows) == ["Liam", "Somebody", "Somebody", "Zoë"]
    assert (found.missed_count, found.more_count) == (1, 3)
    assert "was not in the class" in text
    assert text.count("Somebody") == 2


def test_who_goes_by_an_id_of_no_class_is_not_said_to_have_been_away(recording: Recording, teacher: Client) -> None:
    watching(linked(recording), "wanjiru", (0, 60), name="Wanjiru Kamau")

    listed, person = page(teacher, recording), page(teacher, recording, "people/wanjiru/")

    for text in (listed, person):
        assert "was not in the class" not in text
        assert "not matched to anybody in the class" in text
    assert "They may have joined it under another one" in person
    answer = teacher.get(f"/recordings/{recording.pk}/viewers.csv").getvalue().decode()
    [line] = [row for row in csv.DictReader(io.StringIO(answer)) if row["user_id"] == "wanjiru"]
    assert line["was_in_the_session"] == ""


def test_a_name_alone_makes_nobody_the_same_person(recording: Recording) -> None:
    watching(linked(recording), "another-id", (5 * MINUTE, 45 * MINUTE), name="Liam")

    states = {row.key: row.state for row in viewers(recording, timezone.now()).rows}

    assert states == {"liam": "not watched", "another-id": "not known"}


def test_the_name_of_who_was_in_another_class_is_known_from_there(recording: Recording, physics: Room) -> None:
    classes.session(physics, pupils=[Pupil("Zoë Brandt", "zoe")])
    watching(linked(recording), "zoe", (0, 60))

    assert "Zoë Brandt" in [row.label for row in viewers(recording, timezone.now()).rows]


def test_viewings_of_both_sources_count_together(recording: Recording) -> None:
    watching(linked(recording), "liam", (5 * MINUTE, 25 * MINUTE))
    own = linked(recording, "own")
    Video.objects.filter(pk=own.pk).update(source=Video.Source.OURS)
    own.refresh_from_db()
    watching(own, "liam", (25 * MINUTE, 45 * MINUTE))

    [row] = viewers(recording, timezone.now()).rows

    assert row.state == "caught up"


def test_a_video_linked_before_the_recording_got_its_name_still_belongs_to_it(held: Session) -> None:
    first = recorded.recording(held, job_id="a-job")
    video = linked(first)
    watching(video, "liam", (0, 60))
    first.delete()
    now_known_as = recorded.recording(held, job_id="a-beam", aliases=["a-beam", "a-job"])

    assert [row.spans for row in viewers(now_known_as, timezone.now()).rows] == [[(0.0, 60.0)]]


def test_without_a_start_of_the_recording_nobodys_absence_is_made_up(held: Session, teacher: Client) -> None:
    unknown = recorded.recording(held, started_at=None, stopped_at=None)
    watching(linked(unknown), "liam", (0, 60))

    [row] = viewers(unknown, timezone.now()).rows

    assert row.state == "not known"
    assert "When the recording began is not known" in page(teacher, unknown)


def test_places_of_a_film_that_may_not_be_played_are_no_links(
    recording: Recording, teacher: Client, signed_in: Callable[[User], Client], olive: User
) -> None:
    watching(linked(recording), "liam", (10 * MINUTE, 20 * MINUTE))
    observer = signed_in(olive)

    [row] = viewers(recording, timezone.now()).rows
    for rest in ("", f"people/{row.key}/"):
        assert f"/recordings/{recording.pk}/?t=" in page(teacher, recording, rest), rest
        assert f"/recordings/{recording.pk}/?t=" not in page(observer, recording, rest), rest
    assert re.search(r"Most watched: \d+:\d\d to \d+:\d\d<", page(observer, recording))


def test_the_heat_line_says_what_was_watched_most(recording: Recording, teacher: Client) -> None:
    video = linked(recording)
    watching(video, "liam", (0, 45 * MINUTE))
    watching(video, "amina", (18 * MINUTE, 27 * MINUTE), (18 * MINUTE, 27 * MINUTE))

    text = page(teacher, recording)

    assert "Most watched: " in text
    assert "18:00 to 27:00" in text
    assert "Watched by 2 people, most of all from 18:00 to 27:00" in text
    assert 'class="h-again"' in text


def test_the_file_holds_everybody_and_stands_in_the_audit(recording: Recording, teacher: Client) -> None:
    watching(linked(recording), "liam", (0, 15 * MINUTE))
    watching(linked(recording), "", (0, 60), name="=cmd|' /C calc'!A0")

    answer = teacher.get(f"/recordings/{recording.pk}/viewers.csv")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))

    assert [row["user_id"] for row in rows] == ["liam", ""]
    liam = rows[0]
    assert (liam["missed_seconds"], liam["caught_up_seconds"], liam["caught_up"]) == ("2400.000", "600.000", "in part")
    assert (liam["seen_share"], liam["time_spent_seconds"], liam["stopped_at_seconds"]) == (
        "0.3333",
        "900.000",
        "900.000",
    )
    assert rows[1]["name"].startswith("'=")
    entry = AuditEntry.objects.get(action="recording_viewers.export")
    assert (entry.actor, entry.target_id, entry.after) == ("wanjiru", recording.pk, {"people": 2})


def test_an_observer_sees_and_takes_nothing_out(recording: Recording, olive: User, client: Client) -> None:
    client.force_login(olive)

    assert "CSV" not in page(client, recording)
    assert client.get(f"/recordings/{recording.pk}/viewers.csv").status_code == 404


def test_every_figure_opens_what_it_was_made_from(recording: Recording, teacher: Client) -> None:
    viewing = watching(linked(recording), "liam", (5 * MINUTE, 10 * MINUTE), (12 * MINUTE, 13 * MINUTE))

    listed = page(teacher, recording)
    person = page(teacher, recording, "people/liam/")
    one = page(teacher, recording, f"{viewing.pk}/")

    assert f"/recordings/{recording.pk}/viewers/people/liam/" in listed
    assert f"/recordings/{recording.pk}/viewers/{viewing.pk}/" in listed
    assert "5:00 to 45:00" in person
    assert "5:00 to 10:00" in person
    for words in (
        "Opened the player",
        "Jumped forward from 0:00 to 5:00",
        "Played from 5:00",
        "Paused at 10:00",
        "Jumped forward from 10:00 to 12:00",
        "Went on from 12:00",
        "12:00 to 13:00",
    ):
        assert words in one


def test_a_viewing_is_reached_through_its_own_recording_only(
    recording: Recording, physics: Room, teacher: Client
) -> None:
    other = recorded.recording(classes.session(physics))
    viewing = watching(linked(other), "liam", (0, 60))

    assert teacher.get(f"/recordings/{recording.pk}/viewers/{viewing.pk}/").status_code == 404
    assert teacher.get(f"/recordings/{recording.pk}/viewers/people/nobody/").status_code == 404


def test_ids_with_anything_in_them_have_a_page(held: Session, teacher: Client) -> None:
    assert held.started_at is not None
    classes.stay(held, Pupil("Kin", "a/b ?#.. é"), held.started_at, held.started_at + timedelta(minutes=9))
    one = recorded.recording(held)

    row = next(row for row in viewers(one, timezone.now()).rows if row.label == "Kin")
    url = reverse("recording_viewer", args=[one.pk, row.key])

    assert row.key == "a/b ?#.. é"
    assert url in page(teacher, one)
    assert teacher.get(url).status_code == 200


def test_many_viewers_come_page_by_page_and_in_the_order_asked_for(recording: Recording, teacher: Client) -> None:
    video = linked(recording)
    for number in range(120):
        watching(video, f"viewer-{number:03d}", (0, 10 + number), name=f"Viewer {number:03d}")

    first, last = page(teacher, recording, "?sort=-spent"), page(teacher, recording, "?sort=-spent&page=2")

    assert "1 to 100 of 121 people" in first
    assert first.index("Viewer 119") < first.index("Viewer 118")
    assert "Viewer 000" in last
    assert page(teacher, recording, "?sort=nonsense&page=oops")


def test_the_same_questions_however_many_watched(recording: Recording, teacher: Client) -> None:
    video, url = linked(recording), f"/recordings/{recording.pk}/viewers/"
    watching(video, "liam", (0, 60))
    watching(video, "zoe", (0, 60))
    few = asked(teacher, url)
    for number in range(40):
        watching(video, f"viewer-{number}", (0, 60))
        watching(linked(recording), "", (0, 60))

    assert len(asked(teacher, url)) == len(few) <= 16


def test_the_persons_page_tells_what_they_missed_and_watched(
    recording: Recording, physics: Room, teacher: Client
) -> None:
    watching(linked(recording), "liam", (5 * MINUTE, 45 * MINUTE))
    recorded.recording(classes.session(physics, pupils=[Pupil("Liam", "liam")]))

    text = teacher.get("/people/liam/").content.decode()

    assert "Recordings: missed, watched" in text
    assert "caught up" in text
    assert f"/recordings/{recording.pk}/viewers/people/liam/" in text
    # The class that he missed nothing of and did not watch is no row.
    assert text.count("/viewers/people/liam/#missed-h") == 1


def test_the_persons_page_asks_the_same_however_many_recordings(physics: Room, teacher: Client) -> None:
    def another() -> None:
        one = recorded.recording(classes.session(physics, pupils=[Pupil("Liam", "liam", dropped=True)]))
        watching(linked(one), "liam", (0, 600))

    another()
    few = asked(teacher, "/people/liam/")
    for _ in range(12):
        another()

    assert len(asked(teacher, "/people/liam/")) == len(few) <= 20


def test_what_a_person_watched_elsewhere_is_not_shown_to_who_may_not_see_it(
    recording: Recording, chemistry: Room, teacher: Client
) -> None:
    hidden = recorded.recording(classes.session(chemistry, pupils=[Pupil("Liam", "liam", dropped=True)]))
    watching(linked(hidden), "liam", (0, 60))

    text = teacher.get("/people/liam/").content.decode()

    assert hidden.pk not in text
    assert "Chemistry" not in text


def test_who_only_opened_the_player_is_no_viewer_and_no_count_says_so(recording: Recording, teacher: Client) -> None:
    video = linked(recording)
    opened = watching(video, "zoe", name="Zoë")
    watching(video, "liam")
    watching(video, "amina", (0, 60))

    found = viewers(recording, timezone.now())
    text = page(teacher, recording)

    assert sorted(row.label for row in found.rows) == ["Amina", "Liam"]
    assert (found.missed_count, found.more_count, len(found.watchers)) == (1, 1, 1)
    assert "1 more watched" in text
    assert "Watched by 1 person" in text
    assert "Zoë" not in text
    assert opened.events.count() == 1


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        (
            {"started_at": None, "stopped_at": None, "state": Recording.State.FAILED},
            "When the recording began is not known",
        ),
        (
            {"stopped_at": None, "duration_seconds": None, "state": Recording.State.RUNNING},
            "It is still being recorded",
        ),
        ({"stopped_at": None, "duration_seconds": None}, "How long the recording is is not known"),
    ],
)
def test_where_it_is_not_known_nobody_is_said_to_have_missed_nothing(
    fields: dict[str, Any], why: str, held: Session, teacher: Client
) -> None:
    unknown = recorded.recording(held, **fields)

    text = page(teacher, unknown)

    assert "Who missed what is not known" in text
    assert why in text
    assert "Nobody missed anything" not in text
    assert "or how long" not in text

    watching(linked(unknown), "liam", (0, 60))
    watched = page(teacher, unknown)

    assert "What was missed is not known; watched" in watched
    assert "Missed nothing" not in watched
    assert "Watched by 1 person" in watched


def test_ids_of_api_video_are_for_operations(recording: Recording, teacher: Client, ikram: User) -> None:
    linked(recording, "vi3eaXYZ", title="")

    assert "vi3eaXYZ" not in page(teacher, recording)
    assert "A video</bdi></b> at api.video" in page(teacher, recording)
    teacher.force_login(ikram)
    assert "vi3eaXYZ" in page(teacher, recording)


def test_stretches_lead_to_their_place_and_titles_name_the_class(recording: Recording, teacher: Client) -> None:
    viewing = watching(linked(recording), "liam", (5 * MINUTE, 10 * MINUTE))

    person, one = page(teacher, recording, "people/liam/"), page(teacher, recording, f"{viewing.pk}/")

    place = f'<a class="link" href="/recordings/{recording.pk}/?t='
    assert f'{place}300">5:00 to 45:00</a>' in person
    assert f'{place}300">5:00 to 10:00</a>' in person
    assert f'{place}300">5:00 to 10:00</a>' in one
    for text in (person, one):
        title = text.split("<title>")[1].split("</title>")[0]
        assert "Liam" in title
        assert str(recording.room) in title


def test_a_class_recorded_in_two_ways_was_missed_once_and_is_caught_up_on_in_either(
    held: Session, recording: Recording, teacher: Client
) -> None:
    assert held.started_at is not None
    late = held.started_at + timedelta(minutes=15)
    stream = recorded.recording(held, kind=Recording.Kind.HLS, started_at=late, at=late, duration_seconds=30.0 * MINUTE)
    watching(linked(recording), "liam", (5 * MINUTE, 25 * MINUTE))
    # The tenth minute of the live stream is the 25th of the class.
    watching(linked(stream), "liam", (10 * MINUTE, 30 * MINUTE))

    text = teacher.get("/people/liam/").content.decode()

    assert "missed 40 min of what was recorded, caught up on 40 min; 40 min spent watching" in text
    assert text.count("/viewers/people/liam/#missed-h") == 1
    assert "89 %" in text
    assert f'href="/recordings/{stream.pk}/"' in text or f'href="/recordings/{recording.pk}/"' in text


def test_of_a_recording_that_has_no_place_in_the_class_nothing_is_called_missed(held: Session, teacher: Client) -> None:
    watching(linked(recorded.recording(held, started_at=None, stopped_at=None)), "liam", (0, 60))

    text = teacher.get("/people/liam/").content.decode()

    assert "what was missed is not known; 1 min spent watching" in text
    assert "missed nothing" not in text.lower()
