"""The client of api.video, against the simulated one and against a far side that misbehaves."""

import json
import logging
import pickle
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from analytics.api_video import ApiVideo, KeyRefused
from rooms import hms
from rooms.simulator.api_video.routes import KEY
from rooms.simulator.app import create_app
from rooms.simulator.clock import SimulatedClock
from rooms.simulator.faults import Faults
from rooms.simulator.received import Requests
from rooms.simulator.world import World
from tests.rooms.hms.far_side import FarSide, Time, says

EVENING = int(datetime(2026, 11, 12, 20, tzinfo=UTC).timestamp())
DAY = {"since": date(2026, 11, 12), "until": date(2026, 11, 13)}
TOKEN = {"token_type": "Bearer", "access_token": "pass-1", "expires_in": 3600, "refresh_token": "again-1"}
ONE_PAGE = {"currentPage": 1, "pagesTotal": 1, "links": []}


class Simulated:
    """An api.video in this process: `time` moves its tokens and our client, `came` tells what was asked."""

    def __init__(self) -> None:
        self.world = World(SimulatedClock(EVENING * 1_000_000_000, speed=0))
        self.time = Time(float(EVENING))
        self.faults, self.received = Faults(), Requests()
        self._app = create_app(
            self.world, faults=self.faults, requests=self.received, token_clock=self.time.clock, sleep=lambda _: None
        )
        self.client = self.another()

    def another(self, key: str = KEY) -> ApiVideo:
        return ApiVideo(
            key=key,
            base_url="http://api.video.test/api-video",
            transport=httpx.WSGITransport(self._app),
            clock=self.time.clock,
            sleep=self.time.sleep,
            requests_per_second=float("inf"),
        )

    def came(self) -> list[str]:
        return [f"{one.method} {one.path.removeprefix('/api-video')}" for one in self.received.all()]


@pytest.fixture
def far() -> Iterator[Simulated]:
    simulated = Simulated()
    yield simulated
    simulated.client.close()


def client_of(side: httpx.BaseTransport, time: Time | None = None, **options: Any) -> ApiVideo:
    time = time or Time()
    given = {"key": KEY, "transport": side, "clock": time.clock, "sleep": time.sleep, **options}
    return ApiVideo(**given)


def test_a_video_its_viewings_and_their_events_are_read(far: Simulated) -> None:
    video = far.world.library.add("Waves", 600)
    far.world.library.watch(video, user_id="amina", name="Amina", how="whole", ago=3600)

    [viewing] = far.client.video_sessions(video.id, **DAY)
    events = list(far.client.events(viewing.session.session_id))

    assert far.client.video(video.id).title == "Waves"
    assert (viewing.session.said("user_id"), viewing.session.said("name"), viewing.session.said("seat")) == (
        "amina",
        "Amina",
        "",
    )
    assert (viewing.location.country, viewing.location.city) == ("Kenya", "Nairobi")
    assert viewing.device.type in ("desktop", "mobile", "tablet")
    assert [(event.type, event.at) for event in events] == [("ready", 0), ("play", 0), ("end", 600)]


def test_a_video_is_found_by_what_was_given_along_with_it(far: Simulated) -> None:
    far.world.library.add("Another", 600)
    video = far.world.library.add("Waves", 600, metadata={"session_id": "s1", "class": "9b"})

    assert [one.video_id for one in far.client.videos(metadata={"session_id": "s1", "class": "9b"})] == [video.id]
    assert list(far.client.videos(metadata={"session_id": "s1", "class": "9a"})) == []


def test_the_viewings_of_a_live_stream_are_read(far: Simulated) -> None:
    stream = far.world.library.add("On air", 600, metadata={"live": "true"})
    far.world.library.watch(stream, user_id="amina", ago=900)

    assert len(list(far.client.live_stream_sessions(stream.id, **DAY))) == 1
    with pytest.raises(hms.NotFound):
        list(far.client.live_stream_sessions("li-nobody-knows", **DAY))


def test_all_pages_are_read_by_their_number_whatever_the_links_say(far: Simulated) -> None:
    video = far.world.library.add("Waves", 6000)
    parts = [(start, start + 5) for start in range(0, 3000, 20)]
    viewing = far.world.library.watch(video, watched=parts, ago=7200)

    events = list(far.client.events(viewing.id))

    assert len(events) == len(viewing.told) > 400
    assert far.came().count(f"GET /analytics/sessions/{viewing.id}/events") == len(events) // 100 + 1
    jump = next(event for event in events if event.type == "seek.forward")
    assert (jump.at, jump.from_at, jump.to_at) == (None, 5, 20)


def test_only_viewings_of_the_days_asked_for_come(far: Simulated) -> None:
    video = far.world.library.add("Waves", 600)
    far.world.library.watch(video, ago=3 * 86400)
    far.world.library.watch(video, ago=60)

    assert len(list(far.client.video_sessions(video.id, since=date(2026, 11, 12), until=date(2026, 11, 12)))) == 1
    assert len(list(far.client.video_sessions(video.id, since=date(2026, 11, 1), until=date(2026, 11, 30)))) == 2


def test_one_token_serves_until_near_its_end_and_is_then_traded_for_the_next(far: Simulated) -> None:
    video = far.world.library.add("Waves", 600)
    for _ in range(3):
        far.client.video(video.id)
    assert far.came().count("POST /auth/api-key") == 1

    far.time.now += 3600 - 59
    far.client.video(video.id)

    assert far.came().count("POST /auth/refresh") == 1
    assert far.came().count("POST /auth/api-key") == 1


def test_a_token_that_api_video_ended_is_replaced_once_and_the_call_repeated() -> None:
    far = FarSide(
        says(200, TOKEN),
        says(401, {"title": "ended", "status": 401}),
        says(200, {**TOKEN, "access_token": "pass-2", "refresh_token": "again-2"}),
        says(200, {"videoId": "vi1"}),
    )

    assert client_of(far).video("vi1").video_id == "vi1"
    assert far.asked == ["POST /auth/api-key", "GET /videos/vi1", "POST /auth/refresh", "GET /videos/vi1"]
    assert [json.loads(far.requests[number].content) for number in (0, 2)] == [
        {"apiKey": KEY},
        {"refreshToken": "again-1"},
    ]
    assert far.requests[3].headers["authorization"] == "Bearer pass-2"


def test_where_the_refresh_token_was_used_before_the_key_gets_a_new_one() -> None:
    far = FarSide(
        says(200, TOKEN),
        says(401, {"title": "ended", "status": 401}),
        says(400, {"title": "The refresh token is invalid.", "status": 400}),
        says(200, {**TOKEN, "access_token": "pass-2"}),
        says(200, {"videoId": "vi1"}),
    )

    client_of(far).video("vi1")

    assert far.asked[2:4] == ["POST /auth/refresh", "POST /auth/api-key"]


def test_a_fresh_token_that_is_refused_too_is_the_end() -> None:
    far = FarSide(
        says(200, TOKEN), says(401, {"title": "no", "status": 401}), says(200, TOKEN), says(401, {"title": "no"})
    )

    with pytest.raises(hms.Unauthorized):
        client_of(far).video("vi1")
    assert len(far.requests) == 4


def test_a_wrong_key_is_named_as_such_and_never_repeated_in_the_message(far: Simulated) -> None:
    with far.another(key="wrong-key-of-the-sandbox") as wrong, pytest.raises(KeyRefused) as refused:
        wrong.video("vi1")

    assert refused.value.status == 400
    assert "api.video POST /auth/api-key" in str(refused.value)
    assert "wrong-key" not in str(refused.value)
    assert pickle.loads(pickle.dumps(refused.value)).status == 400  # noqa: S301 - our own bytes


def test_neither_key_nor_token_is_in_messages_logs_or_the_names_of_things(caplog: pytest.LogCaptureFixture) -> None:
    far = FarSide(says(200, TOKEN), says(404, {"title": f"not with {KEY} and pass-1", "status": 404}))
    client = client_of(far)

    with caplog.at_level(logging.DEBUG), pytest.raises(hms.NotFound):
        client.video("vi1")

    said = caplog.text + repr(client) + repr(client.stats)
    assert KEY not in said
    assert "again-1" not in said


def test_too_many_requests_are_waited_for_as_long_as_the_header_says(far: Simulated) -> None:
    video = far.world.library.add("Waves", 600)
    far.faults.add({"path": "/api-video/videos/*", "status": 429, "retry_after": 7})

    assert far.client.video(video.id).title == "Waves"
    assert 7 <= far.time.slept[0] < 8


def test_a_wait_longer_than_our_patience_is_handed_on(far: Simulated) -> None:
    far.faults.add({"path": "/api-video/videos/*", "status": 429, "retry_after": 3600})

    with pytest.raises(hms.RateLimited) as limited:
        far.client.video("vi1")
    assert limited.value.retry_after == 3600


def test_a_server_error_is_tried_again_and_a_refusal_is_not(far: Simulated) -> None:
    video = far.world.library.add("Waves", 600)
    far.faults.add({"path": "/api-video/videos/*", "status": 503, "times": 2})
    far.client.video(video.id)
    assert far.came().count(f"GET /videos/{video.id}") == 3

    with pytest.raises(hms.NotFound) as unknown:
        far.client.video("vi-nobody-knows")
    assert far.came().count("GET /videos/vi-nobody-knows") == 1
    assert unknown.value.message == "The requested resource was not found."
    assert unknown.value.details == ("videoId",)


@pytest.mark.parametrize(
    ("failure", "error"),
    [(httpx.ReadTimeout("late"), hms.TimedOut), (httpx.ConnectError("refused"), hms.ConnectionFailed)],
)
def test_silence_is_named(failure: Exception, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"^api\.video GET /videos/vi1"):
        client_of(FarSide(says(200, TOKEN), failure), retries=0).video("vi1")


@pytest.mark.parametrize(
    "body",
    [
        {"data": {}, "pagination": ONE_PAGE},
        {"data": [{"type": "play"}], "pagination": ONE_PAGE},
        {"data": [{"type": "play", "emittedAt": "x", "at": "soon"}], "pagination": ONE_PAGE},
        {"data": [], "pagination": {"pagesTotal": "many"}},
    ],
)
def test_what_is_not_as_the_contract_has_it_is_no_answer(body: dict[str, Any]) -> None:
    with pytest.raises(hms.UnreadableAnswer):
        list(client_of(FarSide(says(200, TOKEN), says(200, body))).events("ps1"))


def test_a_list_that_never_ends_is_given_up() -> None:
    event = {"type": "play", "emittedAt": "2026-11-12T20:00:00Z", "at": 0}
    endless = says(200, {"data": [event], "pagination": {"pagesTotal": 10**9, "links": []}})

    with pytest.raises(hms.UnreadableAnswer, match="more than"):
        list(client_of(FarSide(says(200, TOKEN), endless), requests_per_second=float("inf")).events("ps1"))


def test_an_id_from_outside_leads_to_no_other_address() -> None:
    far = FarSide(says(200, TOKEN), says(404, {"title": "no", "status": 404}))
    with pytest.raises(hms.NotFound):
        client_of(far).video("vi1/../../webhooks?x=1")
    assert far.asked[-1] == "GET /videos/vi1%2F..%2F..%2Fwebhooks%3Fx%3D1"
    with pytest.raises(ValueError, match="not a path"):
        client_of(far).video("..")


def test_without_a_key_or_with_another_address_than_http_there_is_no_client() -> None:
    with pytest.raises(ValueError, match="key"):
        ApiVideo(key="")
    with pytest.raises(ValueError, match="http"):
        ApiVideo(key=KEY, base_url="ftp://ws.api.video")
