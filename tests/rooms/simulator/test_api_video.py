"""The simulated api.video answers as its contract says."""

from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import yaml
from jsonschema import Draft202012Validator

from rooms.simulator.api_video.routes import KEY
from rooms.simulator.api_video.viewers import MANNERS, parts, said
from rooms.simulator.app import create_app
from rooms.simulator.clock import SimulatedClock
from rooms.simulator.demo import furnish
from rooms.simulator.world import World

CONTRACT = Path(__file__).parents[2] / "contract" / "api-video-openapi.yaml"
NOON = 1_794_480_000 * 1_000_000_000  # 2026-11-12T12:00:00Z


@cache
def contract() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(CONTRACT.read_text())
    return loaded


def as_documented(method: str, path: str, answer: httpx.Response) -> Any:
    """The body, which fits what the operation says of that status."""
    responses = contract()["paths"][path][method.lower()]["responses"]
    # 401 is named nowhere but among the security schemes; 429 and 404 fit the one Error.
    response = responses.get(str(answer.status_code), {"$ref": "#/components/responses/E400"})
    pointer = response.get("$ref", "#/none").rpartition("/")[2]
    found = contract()["components"]["responses"][pointer] if "$ref" in response else response
    schema = found["content"]["application/json"]["schema"]
    validator = Draft202012Validator({**contract(), **schema})
    assert [error.message for error in validator.iter_errors(answer.json())] == []
    return answer.json()


class Asking:
    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.clock = SimulatedClock(NOON, speed=0)
        self.world = World(self.clock)
        app = create_app(self.world, token_clock=lambda: self.now)
        self.http = httpx.Client(transport=httpx.WSGITransport(app), base_url="http://here")
        self.token = self.ask("POST", "/auth/api-key", "/auth/api-key", json={"apiKey": KEY})["access_token"]

    def ask(self, method: str, path: str, url: str, status: int = 200, **given: Any) -> Any:
        """One call, its answer held against the contract."""
        headers = {"Authorization": f"Bearer {self.token}"} if hasattr(self, "token") else {}
        answer = self.http.request(method, f"/api-video{url}", headers={**headers, **given.pop("headers", {})}, **given)
        assert answer.status_code == status
        return as_documented(method, path, answer)


@pytest.fixture
def asking() -> Asking:
    return Asking()


def test_every_operation_answers_as_documented(asking: Asking) -> None:
    library = asking.world.library
    video = library.add("Waves", 600, metadata={"recording_id": "r1"})
    stream = library.add("On air", 600, metadata={"live": "true"})
    viewings = [library.watch(video, user_id="amina", how=how, ago=7000) for how in MANNERS]
    library.watch(stream, ago=700)
    period = {"period": "2026-11-01/2026-11-30"}

    assert asking.ask("GET", "/videos/{videoId}", f"/videos/{video.id}")["title"] == "Waves"
    assert len(asking.ask("GET", "/videos", "/videos")["data"]) == 2
    assert len(asking.ask("GET", "/videos", "/videos", params={"metadata[recording_id]": "r1"})["data"]) == 1
    listed = asking.ask("GET", "/analytics/videos/{videoId}", f"/analytics/videos/{video.id}", params=period)
    assert len(listed["data"]) == len(MANNERS)
    place = "/analytics/live-streams/{liveStreamId}"
    assert len(asking.ask("GET", place, f"/analytics/live-streams/{stream.id}", params=period)["data"]) == 1
    for viewing in viewings:
        place = "/analytics/sessions/{sessionId}/events"
        events = asking.ask("GET", place, f"/analytics/sessions/{viewing.id}/events")["data"]
        assert [event["emittedAt"] for event in events] == sorted(event["emittedAt"] for event in events)


@pytest.mark.parametrize(
    ("method", "path", "url", "status"),
    [
        ("GET", "/videos/{videoId}", "/videos/none", 404),
        ("GET", "/analytics/videos/{videoId}", "/analytics/videos/none?period=2026", 404),
        ("GET", "/analytics/live-streams/{liveStreamId}", "/analytics/live-streams/none?period=2026", 404),
        ("GET", "/analytics/sessions/{sessionId}/events", "/analytics/sessions/none/events", 404),
        ("GET", "/videos", "/videos?pageSize=101", 400),
        ("GET", "/videos", "/videos?currentPage=0", 400),
    ],
)
def test_refusals_are_problems_as_documented(asking: Asking, method: str, path: str, url: str, status: int) -> None:
    assert asking.ask(method, path, url, status)["status"] == status


@pytest.mark.parametrize("period", ["", "yesterday", "2026-13", "2026-11-31"])
def test_a_period_of_no_days_is_refused(asking: Asking, period: str) -> None:
    video = asking.world.library.add("Waves", 600)
    url = f"/analytics/videos/{video.id}?period={period}"
    assert asking.ask("GET", "/analytics/videos/{videoId}", url, 400)["name"] == "period"


@pytest.mark.parametrize("period", ["2026-11-12", "2026-W46", "2026-11", "2026", "2026-11-01/2026-11-12"])
def test_every_documented_form_of_a_period_is_understood(asking: Asking, period: str) -> None:
    video = asking.world.library.add("Waves", 600)
    asking.world.library.watch(video, ago=60)
    url = f"/analytics/videos/{video.id}?period={period}"
    assert len(asking.ask("GET", "/analytics/videos/{videoId}", url)["data"]) == 1


def test_a_refresh_token_is_good_once(asking: Asking) -> None:
    made = asking.ask("POST", "/auth/api-key", "/auth/api-key", json={"apiKey": KEY})
    body = {"refreshToken": made["refresh_token"]}

    following = asking.ask("POST", "/auth/refresh", "/auth/refresh", json=body)

    assert following["access_token"] != made["access_token"]
    assert asking.ask("POST", "/auth/refresh", "/auth/refresh", 400, json=body)["name"] == "refreshToken"


def test_a_wrong_key_answers_400_and_a_token_past_its_hour_401(asking: Asking) -> None:
    asking.ask("POST", "/auth/api-key", "/auth/api-key", 400, json={"apiKey": "wrong"})
    asking.now += 3601
    asking.ask("GET", "/videos", "/videos", 401)


def test_the_key_itself_is_taken_as_a_user_name(asking: Asking) -> None:
    assert asking.http.get("/api-video/videos", auth=(KEY, "")).status_code == 200
    assert asking.http.get("/api-video/videos", auth=("wrong", "")).status_code == 401


def test_pages_are_numbered_and_name_each_other(asking: Asking) -> None:
    for number in range(7):
        asking.world.library.add(f"Video {number}", 60)

    first = asking.ask("GET", "/videos", "/videos?pageSize=3")
    last = asking.ask("GET", "/videos", "/videos?pageSize=3&currentPage=3")

    assert [link["rel"] for link in first["pagination"]["links"]] == ["self", "first", "next", "last"]
    assert [link["rel"] for link in last["pagination"]["links"]] == ["self", "first", "previous", "last"]
    assert (last["pagination"]["currentPageItems"], last["pagination"]["pagesTotal"]) == (1, 3)


def test_the_links_of_a_list_of_events_name_another_viewing_as_published(asking: Asking) -> None:
    viewing = asking.world.library.watch(asking.world.library.add("Waves", 600))
    page = asking.ask("GET", "/analytics/sessions/{sessionId}/events", f"/analytics/sessions/{viewing.id}/events")
    assert viewing.id not in page["pagination"]["links"][0]["uri"]


def test_somebody_is_made_to_watch_now_and_events_come_as_the_clock_passes_them(asking: Asking) -> None:
    video = asking.http.post("/_control/videos", json={"title": "Waves", "length": 100}).json()["video_id"]
    watching = {"video_id": video, "user_id": "amina", "parts": [[10, 30], [20, 30]]}
    viewing = asking.http.post("/_control/viewings", json=watching).json()["session_id"]
    place, url = "/analytics/sessions/{sessionId}/events", f"/analytics/sessions/{viewing}/events"

    assert [one["type"] for one in asking.ask("GET", place, url)["data"]] == ["ready"]
    asking.clock.advance(5)
    assert [one["type"] for one in asking.ask("GET", place, url)["data"]] == ["ready", "play", "seek.forward"]
    asking.clock.advance(60)
    assert asking.ask("GET", place, url)["data"][-1]["type"] == "pause"
    assert asking.http.post("/_control/viewings", json={"video_id": "none"}).status_code == 400


def test_the_demo_puts_up_the_recordings_of_past_classes_and_people_of_the_class_watch_them() -> None:
    world = World(SimulatedClock(NOON, speed=0))
    furnish(world, ZoneInfo("Africa/Nairobi"))

    videos = list(world.library.videos.values())
    assert len(videos) >= 3
    for video in videos:
        known = {person.user_id for person in world.truth(video.metadata["session_id"])}
        watchers = {viewing.metadata.get("user_id") for viewing in world.library.of_video(video.id)}
        assert watchers - {None} <= known
    assert sum(len(world.library.of_video(video.id)) for video in videos) > len(videos)
    again = World(SimulatedClock(NOON, speed=0))
    furnish(again, ZoneInfo("Africa/Nairobi"))
    assert again.library.viewings == world.library.viewings


def test_a_viewer_of_a_seed_always_watches_the_same() -> None:
    for how in MANNERS:
        assert said(parts(how, 600, "7"), 600) == said(parts(how, 600, "7"), 600)
    assert parts("skip", 600, "7") != parts("skip", 600, "8")


def test_whoever_closes_the_player_leaves_no_last_word() -> None:
    assert said([(0, 50)], 600, closes=True)[-1].type == "play"
    assert said([(0, 50)], 600)[-1].type == "pause"
