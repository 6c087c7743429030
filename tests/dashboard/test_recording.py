"""The page of one recording."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from analytics import instants
from analytics.models import PollRun, Recording, TextFile, Track
from rooms import audit
from rooms.models import AuditEntry, Room
from tests.dashboard import classes, recorded
from tests.dashboard.classes import Pupil
from tests.dashboard.test_query_counts import asked


def shown(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_page_says_what_the_recording_is(ops: Client, physics: Room, ikram: User) -> None:
    held = classes.session(physics, pupils=[Pupil("Ada"), Pupil("Ben", "ben")])
    made = recorded.recording(held, 3)
    recorded.asset(made, size=612_000_000)
    audit.note(ikram, "recording.start", audit.Target("recording", made.job_id, "", physics.pk))

    page = shown(ops, f"/recordings/{made.pk}/")

    for words in (
        "Year 9 Physics, group B",
        "Ready",
        "42 min",
        "612 MB",
        "Browser recording, started 3 min late",
        "by <bdi>Ikram Benali</bdi>",
        "100ms keeps it until",
        "we have no copy",
        "Recording starts",
    ):
        assert words in page, words
    assert f'href="/sessions/{held.pk}/?at=' in page


def test_the_page_and_the_list_name_the_same_size(ops: Client, physics: Room) -> None:
    made = recorded.recording(classes.session(physics), 3, size=640_000_000)
    recorded.asset(made)
    recorded.asset(made, "chat", size=28_000_000)

    assert "640 MB in all files" in shown(ops, f"/recordings/{made.pk}/")
    assert "640 MB" in shown(ops, "/recordings/")


def test_only_the_first_recording_of_its_kind_began_late(ops: Client, physics: Room) -> None:
    held = classes.session(physics)
    first = recorded.recording(held, 3)
    again = recorded.recording(held, 28)
    of_the_stream = recorded.recording(held, 20, kind="hls")

    assert "started 3 min late" in shown(ops, f"/recordings/{first.pk}/")
    assert "started 20 min late" in shown(ops, f"/recordings/{of_the_stream.pk}/")
    assert " late<" not in shown(ops, f"/recordings/{again.pk}/")


@pytest.mark.parametrize("which", ["job_id", "beam_id", "asset", "alias"])
def test_any_id_of_100ms_leads_to_its_page(ops: Client, physics: Room, which: str) -> None:
    made = recorded.recording(classes.session(physics), 3, beam_id="beam-1", aliases=["told-1", "beam-1"])
    file = recorded.asset(made)
    any_id = {"job_id": made.job_id, "beam_id": "beam-1", "asset": file.pk, "alias": "told-1"}[which]

    answer = ops.get(f"/recordings/{any_id}/?t=21:48")

    assert (answer.status_code, answer["Location"]) == (302, f"/recordings/{made.pk}/?t=21%3A48")


def test_a_place_in_the_film_is_an_address(ops: Client, physics: Room) -> None:
    made = recorded.recording(classes.session(physics), 3)
    file = recorded.asset(made)

    page = shown(ops, f"/recordings/{made.pk}/?t=21%3A48")

    assert f'src="/recording-assets/{file.pk}/play/#t=1308.0"' in page
    assert 'data-at="1308.0"' in page
    assert "#t=" not in shown(ops, f"/recordings/{made.pk}/?t=nowhere")


def test_films_may_come_from_where_the_settings_say_and_on_this_page_alone(
    ops: Client, physics: Room, settings: object
) -> None:
    settings.MEDIA_ORIGINS = ["https://school.s3.example.com"]  # type: ignore[attr-defined]
    made = recorded.recording(classes.session(physics), 3)
    recorded.asset(made)

    policy = ops.get(f"/recordings/{made.pk}/")["Content-Security-Policy"]

    assert "media-src 'self' https://school.s3.example.com" in policy
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy + ";"
    assert "media-src" not in ops.get("/sessions/")["Content-Security-Policy"]


def test_what_happened_in_the_class_is_a_chapter_of_the_film(teacher: Client, physics: Room) -> None:
    held = classes.session(physics, pupils=[Pupil("Ada Lovelace")])
    assert held.started_at is not None
    made = recorded.recording(held, 3)
    recorded.asset(made)
    late = classes.stay(held, Pupil("Ben Nevis", "ben"), held.started_at + timedelta(minutes=5), held.ended_at)
    begun = instants.from_datetime(held.started_at + timedelta(minutes=10))
    Track.objects.create(
        id="screen-1", peer=late, session=held, kind=Track.Kind.SCREEN, on=[[begun, begun + instants.MINUTE]],
        started_at=instants.to_datetime(begun), stopped_at=held.ended_at,
    )  # fmt: skip
    run = classes.quiz(held, title="Which force is larger?")
    PollRun.objects.filter(pk=run.pk).update(started_at=held.started_at + timedelta(minutes=20))

    page = shown(teacher, f"/recordings/{made.pk}/")

    chapters = page[page.index('id="chapters"') :]
    for place, words in (
        ("0:00", "Recording starts"),
        ("2:00", "<bdi>Ben</bdi> joins"),
        ("7:00", "<bdi>Ben</bdi> shares their screen"),
        ("8:00", "Screen ends"),
        ("17:00", "Quiz: <bdi>Which force is larger?</bdi>"),
    ):
        line = next(part for part in chapters.split("<a ") if words in part)
        assert f"<time>{place}</time>" in line
    assert "Ada" not in chapters[: chapters.index("</nav>")]
    assert 'href="?t=120"' in chapters


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "failed", "error_type": "CLOUD_ACCESS_ERROR"}, ["was not let into the storage", "What to do"]),
        ({"state": "failed", "error_type": "SHORT_RECORDING_ERROR"}, ["too short to make a file of"]),
        ({"state": "failed"}, ["says that it failed, and not why"]),
        ({"state": "processing"}, ["100ms is making the file"]),
        ({"state": "running", "stopped_at": None, "finished_at": None}, ["It is being recorded", "The room as it is"]),
        ({"state": "starting", "started_at": None, "stopped_at": None}, ["It is starting"]),
        ({"state": "ready"}, ["No file is known yet"]),
    ],
    ids=str,
)
def test_without_a_film_the_page_says_why_and_what_to_do(
    ops: Client, physics: Room, fields: dict[str, Any], words: list[str]
) -> None:
    made = recorded.recording(classes.session(physics, ago=timedelta(minutes=5), length=None), 3, **fields)

    page = shown(ops, f"/recordings/{made.pk}/")

    assert [one for one in words if one not in page] == []
    assert "<video" not in page


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"state": "starting", "started_at": None, "stopped_at": None}, "The browser recording does not begin"),
        ({"state": "running", "stopped_at": None}, "The browser recording does not end"),
        ({"state": "processing"}, "The browser recording does not become ready"),
        ({"state": "ready"}, "No file is known yet"),
    ],
    ids=str,
)
def test_nobody_is_told_to_wait_for_what_has_not_come_for_days(
    ops: Client, physics: Room, fields: dict[str, Any], title: str
) -> None:
    held = classes.session(physics, ago=timedelta(days=3))
    made = recorded.recording(held, 3, **{"finished_at": None, **fields})
    alone = recorded.recording(held, 3, **{"finished_at": None, "session_id": "never told of", **fields})

    page = shown(ops, f"/recordings/{made.pk}/")

    assert f"<h2>{title}</h2>" in page
    for waiting in (page, shown(ops, f"/recordings/{alone.pk}/")):
        assert not any(word in waiting for word in ("minutes later", "within minutes", "some minutes after"))
    assert f'<dd class="mono wrapdd">{made.job_id}</dd>' in page
    if fields["state"] in ("processing", "ready"):
        assert f"It will probably not come any more: tell 100ms&#x27;s support the id {made.job_id}." in page


def test_what_is_too_short_says_so_above_the_film(ops: Client, physics: Room) -> None:
    made = recorded.recording(classes.session(physics, ago=timedelta(hours=10)), 3, duration_seconds=60.0)
    recorded.asset(made)

    page = shown(ops, f"/recordings/{made.pk}/")

    assert "The browser recording is too short." in page
    assert ">The recording</a>" not in page


def test_a_storage_that_refused_leads_ops_to_the_template(ops: Client, teacher: Client, physics: Room) -> None:
    Room.objects.filter(pk=physics.pk).update(template_id="lesson", template_name="Lesson")
    made = recorded.recording(classes.session(physics), 3, state="failed", error_type="UPLOAD_ERROR")

    assert 'href="/room-templates/lesson/settings/"' in shown(ops, f"/recordings/{made.pk}/")
    page = shown(teacher, f"/recordings/{made.pk}/")
    assert "/room-templates/" not in page
    assert "Ops can do that" in page


def test_a_playlist_alone_is_explained_and_can_be_downloaded(ops: Client, physics: Room) -> None:
    made = recorded.recording(classes.session(physics), 3, kind="hls")
    vod = recorded.asset(made, "room-vod", path="a/b.m3u8")

    page = shown(ops, f"/recordings/{made.pk}/")

    assert "It was kept as a playlist" in page
    assert f'href="/recording-assets/{vod.pk}/"' in page
    assert "<video" not in page


def test_of_layers_the_best_is_played_and_others_can_be_chosen(ops: Client, physics: Room) -> None:
    made = recorded.recording(classes.session(physics), 3, kind="hls")
    recorded.asset(made, "room-vod", path="a/b.m3u8")
    small = recorded.asset(made, layer="2", height=240, width=426)
    large = recorded.asset(made, layer="0", height=720)

    assert f'src="/recording-assets/{large.pk}/play/"' in shown(ops, f"/recordings/{made.pk}/")
    page = shown(ops, f"/recordings/{made.pk}/?film={small.pk}")
    assert f'src="/recording-assets/{small.pk}/play/"' in page
    assert "240 lines" in page


def test_what_100ms_deleted_is_said_to_be_gone_unless_we_have_a_copy(ops: Client, physics: Room) -> None:
    made = recorded.recording(classes.session(physics, ago=timedelta(days=20)), 3)
    file = recorded.asset(made)

    page = shown(ops, f"/recordings/{made.pk}/")
    assert "and we have no copy" in page
    assert "If the film does not play, it is gone" in page

    recorded.kept(file, b"film")
    page = shown(ops, f"/recordings/{made.pk}/")
    assert "our own copy is kept" in page
    assert "it is gone" not in page


def test_an_observer_sees_that_it_exists_and_none_of_its_files(
    signed_in: Callable[[User], Client], olive: User, physics: Room
) -> None:
    made = recorded.recording(classes.session(physics), 3)
    file = recorded.asset(made)
    recorded.transcript(made)
    observer = signed_in(olive)

    page = shown(observer, f"/recordings/{made.pk}/")

    assert "The film is there" in page
    assert "theta" not in page
    assert "/recording-assets/" not in page
    assert "<video" not in page
    for url in (
        f"/recording-assets/{file.pk}/",
        f"/recording-assets/{file.pk}/play/",
        f"/recordings/{made.pk}/text/",
        f"/recordings/{made.pk}/captions.vtt",
    ):
        assert observer.get(url).status_code == 404, url
    assert not AuditEntry.objects.exists()


def test_what_was_said_stands_beside_the_film_by_name_and_place(teacher: Client, physics: Room) -> None:
    held = classes.session(physics, pupils=[Pupil("Ada Lovelace")])
    peer = held.peers.get()
    made = recorded.recording(held, 3)
    recorded.asset(made)
    recorded.transcript(made, [{**recorded.LINES[0], "peer_id": peer.pk, "speaker": peer.pk}, *recorded.LINES[1:]])

    page = shown(teacher, f"/recordings/{made.pk}/")

    script = page[page.index('id="script-lines"') :]
    assert "<bdi>Ada Lovelace</bdi>" in script
    assert "Is theta measured from the floor?" in script
    assert '<li data-at="60" data-until="62.5">' in script
    assert "<time>1:00</time>" in script
    assert "<bdi>Somebody</bdi>" in script  # the third line names nobody
    assert peer.pk not in script


def test_a_search_shows_the_lines_that_have_it_and_marks_it(teacher: Client, physics: Room) -> None:
    made = recorded.recording(classes.session(physics), 3)
    recorded.asset(made)
    recorded.transcript(made)

    page = shown(teacher, f"/recordings/{made.pk}/?q=THE+floor")
    assert "2 of 3 lines" in page
    assert "<mark>the</mark>" in page or "<mark>floor</mark>" in page
    assert "late again" not in page
    assert "<mark>Łukasz</mark>" in shown(teacher, f"/recordings/{made.pk}/?q=lukasz")
    part = teacher.get(
        f"/recordings/{made.pk}/text/?q=kamau",
        headers={"HX-Request": "true", "HX-Target": "script-lines"},
    ).content.decode()
    assert "1 of 3 lines" in part
    assert "<html" not in part
    assert "Show all" in shown(teacher, f"/recordings/{made.pk}/?q=nothing+like+it")


def test_a_long_transcript_comes_in_parts_and_opens_at_the_place_of_the_film(teacher: Client, physics: Room) -> None:
    made = recorded.recording(classes.session(physics), 3)
    recorded.asset(made)
    lines = [{**recorded.LINES[0], "start": float(n), "end": n + 1.0, "text": f"line {n}."} for n in range(1200)]
    recorded.transcript(made, lines)

    first = shown(teacher, f"/recordings/{made.pk}/")
    assert "Part 1 of 3, 1200 lines" in first
    assert "line 499." in first
    assert "line 500." not in first
    there = shown(teacher, f"/recordings/{made.pk}/?t=18:20")
    assert "Part 3 of 3" in there
    assert "line 1100." in there
    # Where the part begins and ends in the film, for the player, which turns the parts.
    assert 'data-begins="" data-ends="500"' in first
    assert 'data-begins="1000" data-ends=""' in there
    assert "data-begins" not in shown(teacher, f"/recordings/{made.pk}/?q=line")


def test_a_chat_and_a_summary_have_tabs_of_their_own(teacher: Client, physics: Room) -> None:
    held = classes.session(physics)
    made = recorded.recording(held, 3)
    assert made.started_at is not None
    recorded.asset(made)
    at = instants.from_datetime(made.started_at + timedelta(minutes=2))
    chat = recorded.asset(made, "chat")
    message = {"at": at, "sender": "Ada", "peer_id": "", "to": "", "text": "<b>Hello</b>"}
    recorded.text(chat, TextFile.Kind.CHAT, [message])
    summary = recorded.asset(made, "summary", output="json")
    told = [{"title": "Decisions", "text": "", "bullets": ["Read chapter two"]}]
    recorded.text(summary, TextFile.Kind.SUMMARY, told)

    page = shown(teacher, f"/recordings/{made.pk}/?tab=chat")
    assert "&lt;b&gt;Hello&lt;/b&gt;" in page
    assert '<li data-at="120">' in page
    page = shown(teacher, f"/recordings/{made.pk}/?tab=summary")
    assert "Decisions" in page
    assert "Read chapter two" in page


def test_captions_are_the_transcript_and_no_markup_of_anybody(teacher: Client, physics: Room) -> None:
    made = recorded.recording(classes.session(physics), 3)
    recorded.transcript(made, [{**recorded.LINES[0], "text": "a --> b\n\n<script>"}, *recorded.LINES[1:]])

    answer = teacher.get(f"/recordings/{made.pk}/captions.vtt")

    assert answer["Content-Type"].startswith("text/vtt")
    assert answer.content.decode().startswith(
        "WEBVTT\n\n00:01:00.000 --> 00:01:02.500\n<v Ada>a --&gt; b &lt;script&gt;\n"
    )


def test_who_spoke_stands_beside_whose_microphone_was_open_and_is_not_mixed_with_it(
    teacher: Client, physics: Room
) -> None:
    held = classes.session(physics, pupils=[Pupil("Ada"), Pupil("Ben", "ben")])
    ada = held.peers.get(user_id="ada")
    # The microphone was open in the first minute of the class; the film begins half a minute after that begins.
    made = recorded.recording(held, 0.5)
    recorded.asset(made)
    file = recorded.transcript(made)
    recorded.spoke(file, (10, 20), (40, 52.4), peer_id=ada.pk)
    recorded.spoke(file, (60, 63), name="A visitor")

    page = shown(teacher, f"/recordings/{made.pk}/")

    table = page[page.index('id="talk-h"') :]
    rows = table.split("<tr")
    row = next(part for part in rows if "<bdi>Ada</bdi>" in part)
    assert 'title="22 s"' in row
    assert 'title="30 s"' in row
    assert "none" in next(part for part in rows if "<bdi>Ben</bdi>" in part)
    assert "Somebody, not named" in table
    assert "silence included" in table


def test_the_page_asks_as_little_of_a_large_class_as_of_a_small_one(ops: Client, physics: Room) -> None:
    few, many = classes.session(physics), classes.crowd(physics, 300)
    urls = []
    for held, lines in ((few, 3), (many, 900)):
        made = recorded.recording(held, 3)
        recorded.asset(made)
        file = recorded.transcript(made, recorded.LINES * (lines // 3))
        for peer in held.peers.all():
            recorded.spoke(file, (1, 2), peer_id=peer.pk)
        urls.append(f"/recordings/{made.pk}/")
    asked(ops, urls[0])

    small, large = (len(asked(ops, url)) for url in urls)

    assert small == large
    assert large <= 27


def test_a_recording_of_a_session_nobody_told_of_has_a_page(ops: Client, physics: Room) -> None:
    at = timezone.now()
    made = Recording.objects.create(
        id="composite-unknown", room=physics, session_id="unknown", kind="composite", state="ready", at=at
    )

    page = shown(ops, f"/recordings/{made.pk}/")

    assert "Composite of the media server" in page
    assert "100ms does not tell when this recording began" in page


def test_the_list_and_the_page_say_the_same_day_until_which_100ms_keeps_the_files(ops: Client, physics: Room) -> None:
    """The files were there long before the recording was told to be ready."""
    made = recorded.recording(classes.session(physics, ago=timedelta(days=12)), 3, finished_at=timezone.now())
    recorded.asset(made, created_at=timezone.now() - timedelta(days=11))
    until = f"{timezone.localtime() + timedelta(days=4):%-d %b}"

    assert until in shown(ops, "/recordings/").split('class="full kept"')[1].partition("</td>")[0]
    assert f"100ms keeps it until {until}" in shown(ops, f"/recordings/{made.pk}/")
