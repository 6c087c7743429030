"""Links lead to files: for as long as they hold, in the size that was told, whole or in part, and to be played."""

import csv
import io
import re
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import av
import httpx
import pytest
from PIL import Image

from rooms.simulator.clock import HOUR, SECOND, SimulatedClock, instant_of
from rooms.simulator.room import Room
from rooms.simulator.scenarios import SCENARIOS
from rooms.simulator.scenarios.footage import Footage
from rooms.simulator.server import running
from rooms.simulator.session import Session
from rooms.simulator.spans import length, union
from rooms.simulator.truth import talk
from rooms.simulator.world import World
from tests.rooms.simulator.conftest import NOON, Ask, token


@pytest.fixture
def choir(world: World) -> Session:
    """Recorded in every way there is, an hour ago."""
    return world.play(SCENARIOS["recorded"](1, people=8, duration=600), world.add_room("Choir"), NOON - HOUR)


@pytest.fixture
def anybody(connect: Callable[..., httpx.Client]) -> httpx.Client:
    """Has a link and no token."""
    return connect(bearer=None)


def link(session: Session, name: str, seconds: int = 60) -> str:
    storage = session.room.workspace.storage
    return storage.link(session.file(name), NOON // SECOND + seconds)


def decoded(content: bytes) -> list[tuple[float, bool]]:
    """When each frame of a film is shown, and whether it can be sought."""
    with av.open(io.BytesIO(content), "r") as film:
        return [(float(frame.time or 0), bool(frame.key_frame)) for frame in film.decode(video=0)]


def test_every_link_of_every_webhook_leads_to_a_file(world: World, choir: Session, anybody: httpx.Client) -> None:
    links = set(re.findall(r"http://simulator/files/[^\"']+", str(world.events(choir.id))))
    names = {one.rpartition("/")[2].partition("?")[0] for one in links}
    assert names == set(choir.files)
    assert len(names) == 22
    for one in links:
        assert anybody.get(one).status_code == 200, one


def test_assets_are_as_large_as_what_their_links_lead_to(ask: Ask, choir: Session, anybody: httpx.Client) -> None:
    assets = [one for one in ask("list_recording_assets", params={"limit": 100})["data"] if one["size"]]
    assert len(assets) == 17
    for asset in assets:
        found = anybody.get(ask("get_recording_asset_presigned_url", asset_id=asset["id"])["url"])
        assert (found.status_code, len(found.content)) == (200, asset["size"])
        assert found.headers["Content-Length"] == str(asset["size"])


def test_webhooks_name_the_sizes_of_their_files(choir: Session, anybody: httpx.Client) -> None:
    told = {}
    for one in choir.sent:
        for file in [one.data, *one.data.get("recording_single_files", ())]:
            if "size" in file and "recording_presigned_url" in file:
                told[file["recording_presigned_url"]] = file["size"]
    assert len(told) == 8
    for url, size in told.items():
        assert len(anybody.get(url).content) == size


def test_thumbnails_are_pictures(ask: Ask, choir: Session, anybody: httpx.Client) -> None:
    (vod,) = [one for one in ask("list_recording_assets", params={"limit": 100})["data"] if one["type"] == "room-vod"]
    assert len(vod["thumbnails"]) == 2
    for path in vod["thumbnails"]:
        found = anybody.get(link(choir, path.rpartition("/")[2]))
        assert found.headers["Content-Type"] == "image/png"
        assert Image.open(io.BytesIO(found.content)).size == (640, 360)


def test_a_link_holds_as_long_as_was_asked_for(
    ask: Ask, choir: Session, anybody: httpx.Client, clock: SimulatedClock
) -> None:
    asset = ask("list_recording_assets", params={"limit": 1})["data"][0]
    url = ask("get_recording_asset_presigned_url", asset_id=asset["id"], params={"presign_duration": 60})["url"]
    clock.advance(59)
    assert anybody.get(url).status_code == 200
    clock.advance(1)
    assert anybody.get(url).status_code == 403


def test_a_webhooks_link_holds_a_day_or_as_the_template_says(
    ask: Ask, world: World, choir: Session, anybody: httpx.Client, clock: SimulatedClock
) -> None:
    def sent() -> str:
        (one,) = [one for one in choir.sent if one.type == "recording.success"]
        return str(one.data["recording_presigned_url"])

    since = choir.files["composite.mp4"][1] // SECOND
    assert f"expires={since + 86_400}&" in sent()
    config = [{"name": "default", "role": "teacher", "presignDuration": 7200}]
    ask("configure_recordings", template_id=choir.room.template_id, json=config)
    choir.rewrite(choir.script)
    assert f"expires={since + 7200}&" in sent()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda url: url[:-1] + ("0" if url[-1] != "0" else "1"),
        lambda url: url.replace("expires=1", "expires=2"),
        lambda url: url.replace("live-0.mp4", "browser.mp4"),
        lambda url: url.partition("?")[0],
        lambda url: url.replace("expires=", "expires=x"),
    ],
)
def test_a_link_lets_nobody_at_anything_else(
    choir: Session, anybody: httpx.Client, spoil: Callable[[str], str]
) -> None:
    url = link(choir, "live-0.mp4")
    assert anybody.head(url).status_code == 200
    assert anybody.get(spoil(url)).status_code == 403


def test_a_file_is_not_there_before_it_is_done(
    world: World, physics: Room, anybody: httpx.Client, clock: SimulatedClock
) -> None:
    session = world.play(SCENARIOS["class"](1, people=3, duration=60, recorded=True), physics)
    url = link(session, "browser.mp4", 3600)
    assert anybody.get(url).status_code == 404
    clock.advance(600)
    assert anybody.get(url).status_code == 200
    assert anybody.get(link(session, "another.mp4", 3600)).status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [
        ("bytes=0-0", 206, 0, 0),
        ("bytes=100-199", 206, 100, 199),
        ("bytes=100-", 206, 100, -1),
        ("bytes=-500", 206, -500, -1),
        ("bytes=100-99999999", 206, 100, -1),
        ("bytes=0-1,5-6", 200, 0, -1),
        ("bytes=9-3", 200, 0, -1),
        ("lines=1-2", 200, 0, -1),
    ],
)
def test_a_part_of_a_file(
    choir: Session, anybody: httpx.Client, asked: str, status: int, first: int, last: int
) -> None:
    url = link(choir, "live-1.mp4")
    whole = anybody.get(url).content
    found = anybody.get(url, headers={"Range": asked})
    first, last = first % len(whole), last % len(whole)
    assert (found.status_code, found.content) == (status, whole[first : last + 1])
    assert found.headers["Accept-Ranges"] == "bytes"
    if status == 206:
        assert found.headers["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=99999999-99999999", "bytes=-0"])
def test_a_part_past_the_end(choir: Session, anybody: httpx.Client, asked: str) -> None:
    url = link(choir, "browser-chat.csv")
    found = anybody.get(url, headers={"Range": asked})
    assert (found.status_code, found.headers["Content-Range"]) == (416, f"bytes */{len(anybody.get(url).content)}")


def test_a_part_only_of_the_file_somebody_has_the_rest_of(choir: Session, anybody: httpx.Client) -> None:
    url = link(choir, "browser-chat.csv")
    tag = anybody.get(url).headers["ETag"]
    for known, status in ((tag, 206), ('"another"', 200)):
        assert anybody.get(url, headers={"Range": "bytes=1-", "If-Range": known}).status_code == status


def test_head_tells_all_but_the_content_over_a_socket_too(world: World, choir: Session) -> None:
    with running(world) as url, httpx.Client(trust_env=False) as client:
        address = link(choir, "live-1.mp4")
        assert address.startswith(url)
        head = client.head(address)
        assert (head.status_code, head.content, head.headers["Content-Type"]) == (200, b"", "video/mp4")
        found = client.get(address, headers={"Range": "bytes=5-9"})
        assert (found.status_code, len(found.content)) == (206, 5)
        assert int(head.headers["Content-Length"]) == int(found.headers["Content-Range"].rpartition("/")[2])


def test_links_lead_to_where_the_simulator_was_reached(world: World, choir: Session) -> None:
    with running(world, address="https://school.example/100ms/") as url:
        (sent,) = [one for one in choir.sent if one.type == "recording.success"]
        assert sent.data["recording_presigned_url"].startswith("https://school.example/100ms/files/")
        with httpx.Client(trust_env=False, headers={"Authorization": f"Bearer {token()}"}) as client:
            asset = client.get(f"{url}/v2/recording-assets").json()["data"][0]
            given = client.get(f"{url}/v2/recording-assets/{asset['id']}/presigned-url").json()
            assert given["url"].startswith(f"{url}/files/")
            assert given["path"].startswith("s3://")
            assert client.get(given["url"]).status_code == 200


@pytest.mark.parametrize("name", ["browser.mp4", "live-0.mp4", "live-1.mp4", "composite.mp4", "0-stream.mp4"])
def test_a_film_plays_for_its_length_and_can_be_sought(choir: Session, anybody: httpx.Client, name: str) -> None:
    footage = choir.files[name][0]
    content = anybody.get(link(choir, name)).content
    with av.open(io.BytesIO(content), "r") as film:
        assert film.duration == choir.length_of(footage) * 1_000_000
        picture = film.streams.video[0]
        assert (picture.width, picture.height) == (footage.width, footage.height)
    frames = decoded(content)
    keys = [moment for moment, key in frames if key]
    assert all(later - before <= 10 for before, later in pairwise(keys))
    # The index lies before the frames: a browser shows the film before it has all of it.
    assert content.index(b"moov") < content.index(b"mdat")


def test_a_tracks_file_is_sound_of_its_length(choir: Session, anybody: httpx.Client) -> None:
    found = anybody.get(link(choir, "0-mic.webm"))
    assert found.headers["Content-Type"] == "audio/webm"
    with av.open(io.BytesIO(found.content), "r") as sound:
        samples = sum(frame.samples for frame in sound.decode(audio=0))
    assert abs(samples / 48_000 - choir.length_of(choir.files["0-mic.webm"][0])) < 0.2


def test_the_pieces_of_a_playlist_are_the_film(choir: Session, anybody: httpx.Client) -> None:
    url = link(choir, "live.m3u8")
    lines = anybody.get(url).text.splitlines()
    lengths = [float(line[8:].rstrip(",")) for line in lines if line.startswith("#EXTINF:")]
    pieces = [line for line in lines if not line.startswith("#")]
    assert (lines[0], lines[-1]) == ("#EXTM3U", "#EXT-X-ENDLIST")
    assert sum(lengths) == choir.length_of(choir.files["live.m3u8"][0])
    shown = []
    for piece in (pieces[0], pieces[1], pieces[-1]):
        found = anybody.get(url.rpartition("/")[0] + "/" + piece)
        assert found.headers["Content-Type"] == "video/mp2t"
        shown.append(decoded(found.content)[0])
    assert shown == [(0.0, True), (10.0, True), (float(len(pieces) * 10 - 10), True)]
    beyond = choir.room.workspace.storage.link(choir.file("live-00099.ts"), NOON // SECOND + 60)
    assert anybody.get(beyond).status_code == 404


def transcript(choir: Session, anybody: httpx.Client) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = anybody.get(link(choir, "browser-transcript_json.json")).json()
    return found


def test_a_transcript_says_who_spoke_when_as_it_was(choir: Session, anybody: httpx.Client) -> None:
    said: dict[str, list[tuple[int, int]]] = {}
    for word in transcript(choir, anybody)["words"]:
        said.setdefault(word["peer_id"], []).append((int(word["start_time"]), int(word["end_time"])))
    footage = choir.files["browser.mp4"][0]
    true = {
        choir.peer_id(stay.key): one.spans
        for one in talk(choir, footage)
        for stay in choir.script.stays
        if stay.person.user_id == one.user_id
    }
    assert len(said) > 2
    assert {peer: union(spans) for peer, spans in said.items()} == true


def test_nobody_speaks_with_a_closed_microphone(choir: Session, anybody: httpx.Client) -> None:
    begin = choir.when(choir.files["browser.mp4"][0].start)
    on = {peer: one.mic for one in choir.truth(NOON) for peer in one.peer_ids}
    words = transcript(choir, anybody)["words"]
    for word in words:
        start, end = (begin + int(word[key]) * 1_000_000 for key in ("start_time", "end_time"))
        assert any(a <= start < end <= b for a, b in on[word["peer_id"]]), word
    heard = sum(length(one.spans) for one in talk(choir, choir.files["browser.mp4"][0])) * 1_000_000
    assert heard < sum(length(spans) for spans in on.values())


def test_all_forms_of_a_transcript_say_the_same(choir: Session, anybody: httpx.Client) -> None:
    sentences = transcript(choir, anybody)["sentences"]
    lines = [f"{one['name']}: {one['sentence']}" for one in sentences]
    assert anybody.get(link(choir, "browser-transcript_txt.txt")).text.split("\n\n") == lines
    blocks = anybody.get(link(choir, "browser-transcript_srt.srt")).text.split("\n\n")
    assert [block.splitlines()[2] for block in blocks] == lines
    for number, (block, one) in enumerate(zip(blocks, sentences, strict=True), 1):
        begin, end = (int(one[key]) for key in ("start_time", "end_time"))
        assert block.splitlines()[:2] == [str(number), f"{stamp(begin)} --> {stamp(end)}"]


def stamp(moment: int) -> str:
    minutes, seconds = divmod(moment / 1000, 60)
    return f"00:{int(minutes):02d}:{seconds:06.3f}".replace(".", ",")


def test_a_summary_has_sections(choir: Session, anybody: httpx.Client) -> None:
    sections = anybody.get(link(choir, "browser-summary_json.json")).json()["summary"]["sections"]
    assert [one["title"] for one in sections][-1] == "Short Summary"
    for one in sections:
        assert bool(one["bullets"]) is (one["format"] == "bullets")
        assert bool(one["paragraph"]) is (one["format"] == "paragraph")


def test_the_chat_has_a_column_that_is_not_documented(
    ask: Ask, world: World, physics: Room, anybody: httpx.Client, clock: SimulatedClock
) -> None:
    session = world.play(SCENARIOS["class"](1, people=6, duration=600, recorded=True), physics)
    clock.advance(100)
    ask("send_message", room_id=physics.id, json={"message": "Ten minutes, please"})
    ask("send_message", room_id=physics.id, json={"message": "Only for you", "peer_id": session.peer_id("0")})
    clock.advance(1200)
    rows = list(csv.DictReader(io.StringIO(anybody.get(link(session, "browser-chat.csv", 3600)).text)))
    documented = {"SenderPeerID", "SenderName", "SenderUserID", "Roles", "SentAt", "Type", "Message"}
    assert set(rows[0]) == {"MessageID"} | documented
    assert len({row["MessageID"] for row in rows}) == len(rows) > 2
    peers = {session.peer_id(stay.key) for stay in session.script.stays}
    footage = session.files["browser.mp4"][0]
    for row in rows:
        assert row["SenderPeerID"] in peers or row["Message"] == "Ten minutes, please"
        assert session.when(footage.start) <= instant_of(row["SentAt"]) < session.when(footage.stop)
    assert "Ten minutes, please" in {row["Message"] for row in rows}
    assert "Only for you" not in {row["Message"] for row in rows}


def test_what_was_said_in_a_pause_is_in_no_transcript(world: World, physics: Room) -> None:
    session = world.play(SCENARIOS["class"](1, people=4, duration=600), physics, NOON - HOUR)
    whole = Footage("whole", "film", 0, 500 * SECOND)
    paused = Footage("paused", "film", 0, 500 * SECOND, ((100 * SECOND, 300 * SECOND),))
    assert session.length_of(paused) == 300
    before, after = (sum(length(one.spans) for one in talk(session, footage)) for footage in (whole, paused))
    silent = Footage("between", "film", 100 * SECOND, 300 * SECOND)
    missing = sum(length(one.spans) for one in talk(session, silent))
    assert missing > 20_000
    assert abs(before - after - missing) < 2_000  # the words at the two edges are in neither


def test_the_truth_of_talk_can_be_asked_for(client: httpx.Client, choir: Session) -> None:
    told: dict[str, Any] = client.get(f"/_control/truth/{choir.id}").json()
    by_job = {one["job_id"]: one for one in told["recordings"]}
    assert len(by_job) == 4
    browser = by_job[choir.object_id("job", "browser")]
    expected = {one.key: length(one.spans) / 1000 for one in talk(choir, choir.files["browser.mp4"][0])}
    assert {one["key"]: one["seconds"] for one in browser["people"]} == expected


def test_without_pyav_all_else_is_served_and_what_is_missing_is_said(
    choir: Session, anybody: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    refused = anybody.get(link(choir, "live-1.mp4"))
    assert (refused.status_code, refused.json()["code"]) == (501, 501)
    assert "requirements-demo.txt" in str(refused.json()["details"])
    assert anybody.head(link(choir, "live-1.mp4")).status_code == 200
    assert anybody.get(link(choir, "browser-chat.csv")).status_code == 200


def test_a_fault_befalls_a_file_too(client: httpx.Client, choir: Session, anybody: httpx.Client) -> None:
    client.post("/_control/faults", json={"status": 503, "path": "/files/*"})
    url = link(choir, "browser-chat.csv")
    assert [anybody.get(url).status_code for _ in range(2)] == [503, 200]
    assert client.get("/_control/requests").json() == {"requests": []}
