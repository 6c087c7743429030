"""Which calls are tried again, how often, after what wait; and how fast we ask."""

import threading
from typing import Any

import httpx
import pytest

from rooms.hms import ConnectionFailed, RateLimited, ServerFailed, TimedOut
from rooms.hms.calls import Calls, Stats, path
from rooms.hms.pace import Pace
from rooms.hms.resources.base import Resource
from rooms.hms.tokens import Tokens
from tests.rooms.hms.far_side import ACCESS_KEY, SECRET, Answer, FarSide, Time, client_of, refuses, says

ROOM = says(200, {"id": "r1", "name": "a", "enabled": True})
CUT = httpx.RemoteProtocolError("peer closed connection without sending complete message body")


class Doors(Resource):
    """A section of the API with changes, as later ones have."""

    def open(self, door_id: str, *, repeatable: bool) -> dict[str, Any]:
        return self._post("doors", door_id, "open", body={}, repeatable=repeatable)

    def paint(self, door_id: str, colour: str) -> dict[str, Any]:
        return self._post("doors", door_id, body={"colour": colour}, repeatable=False)


def doors_of(far_side: FarSide) -> Doors:
    time, http = Time(), httpx.Client(base_url="https://api.example/v2", transport=far_side)
    tokens, pace = Tokens(ACCESS_KEY, SECRET, time.clock), Pace(float("inf"), time.clock)
    return Doors(Calls(http, tokens, pace, Stats(), retries=4, clock=time.clock, sleep=time.sleep))


@pytest.mark.parametrize("trouble", [refuses(500), refuses(503), refuses(429), CUT, httpx.ReadTimeout("slow")])
def test_a_passing_trouble_is_waited_out(trouble: Answer) -> None:
    far_side, time = FarSide(trouble, trouble, ROOM), Time()
    with client_of(far_side, time) as client:
        assert client.rooms.get("r1").name == "a"
        assert (client.stats.requests, client.stats.retries) == (3, 2)
        assert client.stats.seconds_waited == sum(time.slept)
    assert 0.25 <= time.slept[0] <= 0.5 <= time.slept[1] <= 1


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (refuses(500), ServerFailed),
        (refuses(429), RateLimited),
        (CUT, ConnectionFailed),
        (httpx.ConnectTimeout("slow"), TimedOut),
    ],
)
def test_a_lasting_trouble_is_given_up(trouble: Answer, kind: type[Exception]) -> None:
    far_side, time = FarSide(trouble), Time()
    with client_of(far_side, time, retries=4) as client, pytest.raises(kind):
        client.rooms.get("r1")
    assert len(far_side.requests) == 5
    assert len(time.slept) == 4
    for slept, wait in zip(time.slept, [0.5, 1, 2, 4], strict=True):
        assert wait / 2 <= slept <= wait


def test_many_tries_wait_8_seconds_each_at_most() -> None:
    far_side, time = FarSide(refuses(500)), Time()
    with client_of(far_side, time, retries=9) as client, pytest.raises(ServerFailed):
        client.rooms.get("r1")
    assert max(time.slept) <= 8
    assert sum(time.slept) <= 60


@pytest.mark.parametrize("status", [400, 403, 404, 409])
def test_a_refusal_is_not_tried_again(status: int) -> None:
    far_side = FarSide(refuses(status))
    with client_of(far_side) as client, pytest.raises(Exception, match=str(status)):
        client.rooms.get("r1")
    assert len(far_side.requests) == 1


@pytest.mark.parametrize(
    ("limited", "seconds"),
    [
        (refuses(429, retry_after="7"), 7),
        (refuses(429, "rate limit exceeded, retry after 45 seconds"), 45),
        (refuses(503, retry_after="3"), 3),
    ],
)
def test_100ms_names_the_wait(limited: Answer, seconds: float) -> None:
    far_side, time = FarSide(limited, ROOM), Time()
    with client_of(far_side, time) as client:
        client.rooms.get("r1")
    [slept] = time.slept
    assert seconds <= slept <= seconds + 0.5


def test_a_wait_of_minutes_is_left_to_the_caller() -> None:
    far_side, time = FarSide(refuses(429, retry_after="600")), Time()
    with client_of(far_side, time) as client, pytest.raises(RateLimited) as caught:
        client.rooms.get("r1")
    assert caught.value.retry_after == 600
    assert time.slept == []
    assert len(far_side.requests) == 1


def test_the_waits_of_one_call_together_are_bounded() -> None:
    far_side, time = FarSide(refuses(429, "rate limit exceeded, retry after 45 seconds")), Time()
    with client_of(far_side, time) as client, pytest.raises(RateLimited):
        client.rooms.get("r1")
    assert len(far_side.requests) == 2
    assert sum(time.slept) < 60


@pytest.mark.parametrize("trouble", [refuses(500), refuses(429), CUT, httpx.ReadTimeout("slow")])
def test_a_change_is_sent_once_unless_it_is_safe_to_repeat(trouble: Answer) -> None:
    once = FarSide(trouble, says(200, {"message": "opened"}))
    with pytest.raises(Exception, match="POST /doors/d1/open"):
        doors_of(once).open("d1", repeatable=False)
    assert once.asked == ["POST /v2/doors/d1/open"]

    twice = FarSide(trouble, says(200, {"message": "opened"}))
    assert doors_of(twice).open("d1", repeatable=True) == {"message": "opened"}
    assert twice.bodies() == [{}, {}]


def test_a_change_refused_for_its_token_is_sent_again() -> None:
    far_side = FarSide(refuses(401), says(200, {"message": "painted"}))
    doors_of(far_side).paint("d1", "grün")
    assert far_side.bodies() == [{"colour": "grün"}] * 2
    assert far_side.requests[1].headers["content-type"] == "application/json"


def test_an_answer_without_a_body_is_an_empty_one() -> None:
    assert doors_of(FarSide(httpx.Response(204))).paint("d1", "red") == {}


def test_a_read_has_no_body() -> None:
    far_side = FarSide(ROOM)
    with client_of(far_side) as client:
        client.rooms.get("r1")
    [request] = far_side.requests
    assert request.content == b""
    assert "content-type" not in request.headers
    assert request.headers["accept"] == "application/json"


def test_an_id_cannot_lead_to_another_endpoint() -> None:
    far_side = FarSide(ROOM)
    with client_of(far_side) as client:
        client.rooms.get("../sessions?x=1#é")
    assert far_side.asked == ["GET /v2/rooms/..%2Fsessions%3Fx%3D1%23%C3%A9"]


@pytest.mark.parametrize("segment", ["", ".", ".."])
def test_an_empty_or_dotted_id_is_refused(segment: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        path("rooms", segment)


@pytest.mark.parametrize("address", ["api.100ms.live/v2", "ftp://api.100ms.live", "https://", ""])
def test_an_address_that_is_none_is_refused_at_once(address: str) -> None:
    with pytest.raises(ValueError, match="http"):
        client_of(FarSide(ROOM), base_url=address)


def test_an_address_may_end_with_a_slash() -> None:
    far_side = FarSide(ROOM)
    with client_of(far_side, base_url="http://127.0.0.1:8100/v2/") as client:
        client.rooms.get("r1")
    assert str(far_side.requests[0].url) == "http://127.0.0.1:8100/v2/rooms/r1"


def test_a_burst_of_one_second_goes_through_and_the_rest_keeps_pace() -> None:
    far_side, time = FarSide(ROOM), Time()
    with client_of(far_side, time, requests_per_second=10) as client:
        for _ in range(10):
            client.rooms.get("r1")
        assert time.slept == []
        for _ in range(20):
            client.rooms.get("r1")
        assert sum(time.slept) == pytest.approx(2, abs=0.01)
        assert client.stats.seconds_waited == sum(time.slept)
        time.now += 3600
        before = len(time.slept)
        for _ in range(10):
            client.rooms.get("r1")
        assert len(time.slept) == before


def test_a_slow_pace_holds_from_the_first_call() -> None:
    far_side, time = FarSide(ROOM), Time()
    with client_of(far_side, time, requests_per_second=0.5) as client:
        for _ in range(3):
            client.rooms.get("r1")
    assert sum(time.slept) == pytest.approx(4)


def test_a_clock_set_back_costs_no_long_wait() -> None:
    time = Time()
    pace = Pace(10, time.clock)
    for _ in range(11):
        pace.turn()
    time.now -= 3600
    assert pace.turn() == pytest.approx(0.2)


def test_threads_share_one_pace() -> None:
    pace = Pace(10, lambda: 0.0)
    waits: list[float] = []
    threads = [threading.Thread(target=lambda: waits.extend(pace.turn() for _ in range(25))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(waits) == pytest.approx([0.0] * 10 + [n / 10 for n in range(1, 91)])


@pytest.mark.parametrize("rate", [0, -1, float("nan")])
def test_a_pace_is_more_than_nothing(rate: float) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        client_of(FarSide(ROOM), requests_per_second=rate)


def test_a_client_with_little_patience_says_how_long_to_wait_instead_of_waiting() -> None:
    far_side, time = FarSide(refuses(429, retry_after="30")), Time()
    with client_of(far_side, time, patience=2) as client, pytest.raises(RateLimited) as caught:
        client.rooms.get("r1")
    assert caught.value.retry_after == 30
    assert time.slept == []


def test_what_a_silent_100ms_takes_counts_against_the_patience() -> None:
    """Somebody waits before a page: the fifth second of silence is the last."""
    time = Time()

    def silent(request: httpx.Request) -> httpx.Response:
        time.now += 3
        raise httpx.ReadTimeout("no answer", request=request)

    far_side = FarSide(silent)
    with client_of(far_side, time, patience=5) as client, pytest.raises(TimedOut):
        client.rooms.get("r1")

    assert len(far_side.requests) == 2


def test_nul_which_postgresql_takes_nowhere_comes_in_as_the_sign_for_what_cannot_be_shown() -> None:
    """Whoever joins names themselves; a NUL in a name must stop neither a mirror nor the cockpit."""
    room = {"id": "r1", "name": "a\x00b", "enabled": True, "polls": ["\x00"], "odd\x00": {"\\u0000": "kept"}}
    with client_of(FarSide(says(200, room))) as client:
        found = client.rooms.get("r1")
    assert found.name == "a\N{REPLACEMENT CHARACTER}b"
    assert "\x00" not in str(found.raw)
    assert found.raw["odd\N{REPLACEMENT CHARACTER}"] == {"\\u0000": "kept"}
