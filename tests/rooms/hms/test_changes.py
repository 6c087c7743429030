"""What single operations do beyond asking and reading: rules in words, uncertain spots, what is safe to repeat."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import httpx
import pytest

from rooms.hms import CallTimedOut, Client, Conflict, NotFound, RateLimited, TimedOut, UnreadableAnswer
from tests.rooms.hms.contract import operations
from tests.rooms.hms.far_side import NOON, FarSide, Time, client_of, refuses, says

pytestmark = pytest.mark.slow  # all 84 operations: for the whole run

ROOM = {"id": "r1", "name": "a", "enabled": True}
TEMPLATE = {"id": "t1", "name": "Class"}
SLOW = httpx.ReadTimeout("slow")
NOW = datetime.fromtimestamp(NOON, UTC)


def opened(far_side: FarSide, **options: Any) -> Client:
    return client_of(far_side, **{"base_url": "http://127.0.0.1/v2", "auth_url": "http://127.0.0.1/auth", **options})


def example(operation_id: str) -> Any:
    return operations()[operation_id].success[1]


def sent(ask: Callable[[Client], Any], answer: httpx.Response) -> list[Any]:
    """The bodies sent when the first try gets no answer."""
    far_side = FarSide(SLOW, answer)
    with opened(far_side) as client:
        try:
            ask(client)
        except TimedOut:
            assert len(far_side.requests) == 1
    return far_side.bodies()


def test_a_room_is_made_again_only_when_its_name_will_find_it() -> None:
    assert len(sent(lambda client: client.rooms.create(name="maths"), says(200, ROOM))) == 2
    assert len(sent(lambda client: client.rooms.create(), says(200, ROOM))) == 1


def test_a_template_is_made_again_only_when_its_name_will_find_it() -> None:
    assert len(sent(lambda client: client.templates.create(name="Class"), says(200, TEMPLATE))) == 2
    assert len(sent(lambda client: client.templates.create(), says(200, TEMPLATE))) == 1


def test_a_role_is_renamed_once() -> None:
    assert len(sent(lambda client: client.templates.set_role("t1", "host", {"name": "host"}), says(200, {}))) == 2
    assert len(sent(lambda client: client.templates.set_role("t1", "host", {"name": "teacher"}), says(200, {}))) == 1


def test_one_peer_is_removed_again_but_a_role_is_not() -> None:
    done = says(200, {"message": "peer remove request submitted"})
    assert len(sent(lambda client: client.active_rooms.remove_peers("r1", peer_id="p1"), done)) == 2
    assert len(sent(lambda client: client.active_rooms.remove_peers("r1", role="guest"), done)) == 1


def test_a_replay_is_asked_for_again_only_with_the_same_times() -> None:
    started = says(200, example("replay_webhook_events"))
    yesterday = NOW - timedelta(days=1)
    assert len(sent(lambda client: client.analytics.replay(start=yesterday, end=NOW), started)) == 2
    assert len(sent(lambda client: client.analytics.replay(start=yesterday), started)) == 1


def test_a_room_keeps_what_is_left_out_and_loses_what_is_emptied() -> None:
    far_side = FarSide(says(200, ROOM))
    with opened(far_side) as client:
        client.rooms.update("r1", description="", polls=[], enabled=False)
    assert far_side.bodies() == [{"description": "", "polls": [], "enabled": False}]


def test_what_was_read_can_be_changed_and_sent_back_without_losing_what_we_do_not_know() -> None:
    far_side = FarSide(says(200, example("get_template")))
    with opened(far_side) as client:
        template = client.templates.get("t1")
        role = MappingProxyType({**template.roles["host"].raw, "priority": 2, "mood": "calm"})
        client.templates.set_role(template.id, "host", role)
    assert far_side.requests[1].method == "POST"
    assert httpx.Response(200, content=far_side.requests[1].content).json() == dict(role)


def test_a_template_is_read_in_its_own_spelling() -> None:
    with opened(FarSide(says(200, example("get_template")))) as client:
        template = client.templates.get("t1")
    host = template.roles["host"]
    assert (host.publish_params.allowed, host.max_peer_count) == (("audio", "video", "screen"), 0)
    assert host.subscribe_params.subscribe_to_roles == ("guest", "host")
    assert (host.permissions.end_room, host.permissions.send_room_state) == (True, False)
    assert host.permissions.raw == example("get_template")["roles"]["host"]["permissions"]
    assert template.settings.room_state["messageInterval"] == 5
    assert template.customer_id == "627cdddff2e4e30487862ad1"
    assert template.created_at == datetime(2022, 9, 16, 12, 3, 40, 68000, UTC)


@pytest.mark.parametrize(
    "more", [{"plugins": {"whiteboard": {}}}, {"destinations": {"plugins": {"whiteboard": {}}}}], ids=["beside", "in"]
)
def test_plugins_stand_beside_the_destinations_or_among_them(more: dict[str, Any]) -> None:
    with opened(FarSide(says(200, {**TEMPLATE, **more}))) as client:
        assert client.templates.get("t1").plugins == {"whiteboard": {}}


def test_permissions_left_out_of_an_answer_are_those_the_contract_gives() -> None:
    with opened(FarSide(says(200, {"name": "guest"}))) as client:
        role = client.templates.get_role("t1", "guest")
    assert (role.permissions.end_room, role.permissions.hls_streaming, role.permissions.raw) == (False, True, {})


@pytest.mark.parametrize("key", ["customerId", "customer_id", "customer"])
def test_the_owner_of_a_template_is_read_however_it_is_spelled(key: str) -> None:
    with opened(FarSide(says(200, {**TEMPLATE, key: "c1"}))) as client:
        assert client.templates.get("t1").customer_id == "c1"


def test_a_session_whose_peers_come_as_a_list_is_read_too() -> None:
    answer = {**example("get_session")}
    answer["peers"] = list(answer["peers"].values())
    with opened(FarSide(says(200, answer))) as client:
        session = client.sessions.get("s1")
    [(peer_id, peer)] = session.peers.items()
    assert (peer_id, peer.name) == ("2d873b0a-c2c9-41dc-ac72-c6ea9b2f2cc3", "Nixon K")
    assert session.raw == answer
    with opened(FarSide(says(200, {**answer, "peers": ["p1"]}))) as client, pytest.raises(UnreadableAnswer):
        client.sessions.get("s1")


def test_the_active_stream_key_is_found_among_others_and_none_is_said_so() -> None:
    key = example("create_stream_key")
    keys = [{**key, "enabled": False, "id": "old"}, key]
    with opened(FarSide(says(200, {"data": keys}))) as client:
        assert client.stream_keys.get("r1").key == "sk-1f2c3b"
    for nothing in ([], None, keys[:1]):
        with opened(FarSide(says(200, {"data": nothing}))) as client, pytest.raises(NotFound, match="No active key"):
            client.stream_keys.get("r1")


def test_a_disabled_key_may_answer_201() -> None:
    with opened(FarSide(says(201, {"message": "key disabled successfully"}))) as client:
        assert client.stream_keys.disable("r1").message == "key disabled successfully"


@pytest.mark.parametrize("section", ["live_streams", "external_streams"])
def test_streams_that_would_not_stop_are_told(section: str) -> None:
    answer = {"data": [{"id": "x1", "room_id": "r1", "status": "stopping"}], "error": "one would not"}
    with opened(FarSide(says(200, answer))) as client:
        stopped = getattr(client, section).stop_all("r1")
    assert ([stream.id for stream in stopped.streams], stopped.error) == (["x1"], "one would not")
    shapes: list[dict[str, Any]] = [{"data": [], "error": 7}, {"data": {"x1": {}}}]
    for wrong in shapes:
        with opened(FarSide(says(200, wrong))) as client, pytest.raises(UnreadableAnswer):
            getattr(client, section).stop_all("r1")


def test_a_recording_ends_in_files() -> None:
    with opened(FarSide(says(200, example("get_recording")))) as client:
        recording = client.recordings.get("x1")
    [asset] = recording.recording_assets
    assert (asset.type, asset.duration, asset.size) == ("room-composite", 55, 26361961)
    assert asset.raw == example("get_recording")["recording_assets"][0]
    assert recording.asset_types == ("room-composite", "chat")


@pytest.mark.parametrize("key", ["responses", "sessions"])
@pytest.mark.parametrize("ask", ["runs", "all_runs"])
def test_runs_of_a_poll_are_read_under_either_name(ask: str, key: str) -> None:
    runs = example("list_poll_sessions")["responses"]
    with opened(FarSide(says(200, {key: runs}))) as client:
        found = client.polls.runs("p1", "s1") if ask == "runs" else client.polls.all_runs("p1")
        assert [run.raw for run in found] == runs


@pytest.mark.parametrize(
    ("answer", "chosen"), [({"option": 2}, (2,)), ({"options": [1, 3]}, (1, 3)), ({"text": "blue"}, ())]
)
def test_the_chosen_options_are_read_however_they_come(answer: dict[str, Any], chosen: tuple[int, ...]) -> None:
    with opened(FarSide(says(200, {"id": "a1", "question": 1, **answer}))) as client:
        assert client.polls.any_response("p1", "a1").chosen == chosen


def test_the_quality_of_a_peer() -> None:
    with opened(FarSide(says(200, example("get_peer_stats")))) as client:
        stats = client.analytics.peer_stats(peer_id="p1", session_id="s1")
    camera, screen = stats.publisher.video
    assert (camera.rid, screen.rid, screen.type) == ("h", None, "screen")
    assert camera.series("rtt_ms") == (45, 47)
    assert stats.subscriber.video[0].series("bitrate") == (None,)
    assert camera.series("jitter_ms") == ()
    assert camera.raw == example("get_peer_stats")["publisher"]["video"][0]


@pytest.mark.parametrize("series", [[], None, {"timestamps": []}, {"timestamps": None}, {"timestamps": "none"}])
def test_a_peer_without_data_has_empty_series(series: object) -> None:
    answer = {"peer_id": "p1", "session_id": "s1", "publisher": {"audio": [{"track_id": "x", "time_series": series}]}}
    with opened(FarSide(says(200, answer))) as client:
        [track] = client.analytics.peer_stats(peer_id="p1", session_id="s1").publisher.audio
    assert track.series("timestamps") == ()


@pytest.mark.parametrize(
    ("status", "running"),
    [("Running", True), ("completed", False), ("Canceled", False), ("completed_with_failures", False)],
)
def test_a_replay_runs_or_has_ended(status: str, running: bool) -> None:
    with opened(FarSide(says(200, {"workflow_id": "w1", "status": status}))) as client:
        assert client.analytics.replay_status("w1").running is running


def test_a_delivery_names_the_event_and_the_failure() -> None:
    with opened(FarSide(says(200, example("list_webhook_events")))) as client:
        [delivery] = client.analytics.deliveries()
    assert (delivery.failed, delivery.payload.original_event_name) == (True, "session.open.success")
    assert delivery.payload.error_reason == "timeout"
    assert delivery.event_timestamp == datetime(2025, 12, 29, 10, 30, tzinfo=UTC)


def test_every_filter_of_deliveries_is_asked_for() -> None:
    far_side = FarSide(says(200, {"events": []}))
    with opened(far_side) as client:
        list(
            client.analytics.deliveries(
                start=NOW - timedelta(days=1),
                end=NOW,
                room_id="r1",
                status="failed",
                event_names=["peer.join.success", "peer.leave.success"],
                limit=50,
            )
        )
    assert far_side.asked == [
        "GET /v2/analytics/webhooks?start_time=2023-11-13T22%3A13%3A20.000Z&end_time=2023-11-14T22%3A13%3A20.000Z"
        "&room_id=r1&status=failed&event_names=peer.join.success&event_names=peer.leave.success&limit=50&page=1"
    ]


@pytest.mark.parametrize("ask", ["deliveries", "replay"])
@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (NOW - timedelta(days=30, seconds=1), NOW, "start must be within the last 30 days"),
        (NOW - timedelta(days=15), None, "end must be within 14 days after start"),
        (NOW - timedelta(days=20), NOW - timedelta(days=5), "end must be within 14 days after start"),
        (NOW - timedelta(days=1), NOW - timedelta(days=2), "end must be within 14 days after start"),
    ],
)
def test_webhooks_can_be_asked_for_within_a_month(ask: str, start: datetime, end: datetime | None, words: str) -> None:
    far_side = FarSide(says(200, {}))
    with opened(far_side) as client, pytest.raises(ValueError, match=words):
        getattr(client.analytics, ask)(start=start, end=end)
    assert far_side.requests == []


def test_webhooks_refuse_a_crowd_with_words_that_are_sat_out() -> None:
    far_side, time = FarSide(*operations_refusing("list_webhook_events", 429), says(200, {"events": []})), Time()
    with opened(far_side, sleep=time.sleep) as client:
        assert list(client.analytics.deliveries()) == []
    assert 45 <= time.slept[0] <= 45.5
    crowd = FarSide(*operations_refusing("list_webhook_events", 429))
    with opened(crowd, retries=0) as client, pytest.raises(RateLimited) as caught:
        list(client.analytics.deliveries())
    assert caught.value.retry_after == 45


def operations_refusing(operation_id: str, wanted: int) -> Iterator[httpx.Response]:
    return (says(status, body) for status, body in operations()[operation_id].refusals if status == wanted)


def test_a_second_recording_is_a_conflict() -> None:
    with opened(FarSide(refuses(409, "beam already started"))) as client, pytest.raises(Conflict, match="beam already"):
        client.recordings.start("r1")


def test_a_telephone_may_ring_long() -> None:
    waits: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        waits.append(request.extensions["timeout"]["read"])
        return refuses(408, "timed out")

    class Telephone(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            return answer(request)

    with client_of(Telephone()) as client:
        with pytest.raises(CallTimedOut):
            client.sip.call("+15550101", room_code="wpi-srjb-wer", trunk_id="x1")
        with pytest.raises(CallTimedOut):
            client.sip.call("+15550101", room_code="wpi-srjb-wer", trunk_id="x1", timeout=30)
    assert waits == [120, 30]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda client: client.active_rooms.send_message("r1", "hi", peer_id=""), "peer_id must not be empty"),
        (lambda client: client.active_rooms.send_message("r1", "hi", role=""), "role must not be empty"),
        (lambda client: client.active_rooms.remove_peers("r1"), "peer_id or role is required"),
        (lambda client: client.rooms.create(size=2501), "size above 2500 people needs large_room"),
        (lambda client: client.rooms.update("r1", size=2501, large_room=False), "size above 2500"),
        (lambda client: client.rooms.create(name="two words"), "name must be made of letters, digits"),
        (lambda client: client.rooms.create(region="mars"), "region must be one of: in, us, eu, auto"),
        (lambda client: client.rooms.create(max_duration_seconds=119), "120 to 43200 seconds, not 119"),
        (lambda client: client.recordings.start("r1", meeting_url=""), "meeting_url must not be empty"),
        (lambda client: client.recordings.list(status="paused"), "status must be one of"),
        (lambda client: client.recordings.list(limit=0), "limit must be 1 to 100"),
        (lambda client: client.templates.list(limit=9), "limit must be 10 to 100"),
        (lambda client: client.recording_assets.presigned_url("x1", seconds=0), "seconds must be 1 or more"),
        (lambda client: client.polls.results("p1", "s1", question=0), "question must be 1 or more"),
        (lambda client: client.analytics.delivery_pages(page=0), "page must be 1 or more"),
        (lambda client: client.analytics.peer_stats(peer_id="", session_id="s1"), "peer_id and session_id"),
        (lambda client: client.sip.send_tones("12", auth_token="x"), "digits must be a list"),
        (lambda client: client.sip.send_tones(["1"], auth_token=""), "auth_token is required"),
        (
            lambda client: client.external_streams.start(
                "r1", rtmp_urls=["rtmp://a/k"], resolution={"width": 1081, "height": 1200}
            ),
            "resolution.width must be 500 to 1080 pixels in portrait, not 1081",
        ),
        (
            lambda client: client.templates.set_role(
                "t1", "host", {"publishParams": {"simulcast": {"video": {"layers": [layer("h", 1)]}}}}
            ),
            "simulcast.video.layers must be f, then h, then q",
        ),
        (
            lambda client: client.templates.set_role(
                "t1", "host", {"publishParams": {"simulcast": {"video": {"layers": [layer("f", 2)]}}}}
            ),
            r"layers\[0\].scaleResolutionDownBy must be 1",
        ),
        (
            lambda client: client.templates.set_role(
                "t1", "host", {"publishParams": {"simulcast": {"screen": {"layers": [layer("f", 1), layer("h", 1)]}}}}
            ),
            "scaleResolutionDownBy must grow",
        ),
        (lambda client: hls(client, [{"width": 1280, "height": 142}]), "height must be 144 to 1080 pixels"),
        (lambda client: hls(client, [{"width": 721, "height": 480}]), "width must be a multiple of 2"),
        (
            lambda client: hls(client, [{"width": 640, "height": 360}, {"width": 1280, "height": 720}]),
            "layers must begin with the biggest layer",
        ),
        (lambda client: client.templates.update_settings("t1", []), "the body must be an object"),
    ],
)  # fmt: skip
def test_what_100ms_would_refuse_is_refused_before_asking(ask: Callable[[Client], Any], words: str) -> None:
    far_side = FarSide(says(200, {}))
    with opened(far_side) as client, pytest.raises(ValueError, match=words):
        ask(client)
    assert far_side.requests == []


def layer(rid: str, scale: int) -> dict[str, Any]:
    return {"rid": rid, "scaleResolutionDownBy": scale, "maxFramerate": 30}


def hls(client: Client, layers: list[dict[str, int]]) -> object:
    return client.templates.update_destinations("t1", {"hlsDestinations": {"a": {"name": "a", "layers": layers}}})


def test_large_rooms_hold_more_and_an_update_leaves_it_to_100ms() -> None:
    far_side = FarSide(says(200, ROOM))
    with opened(far_side) as client:
        client.rooms.create(size=20_000, large_room=True)
        client.rooms.update("r1", size=20_000)
    assert far_side.bodies() == [{"large_room": True, "size": 20_000}, {"size": 20_000}]


IN_A_ROOM = {"room_id": "r 1", "session_id": "s1", "limit": 7}


@pytest.mark.parametrize(
    ("ask", "address"),
    [
        (
            lambda client: client.room_codes.list("r1", role="co host", enabled=False, limit=7),
            "room-codes/room/r1?role=co+host&enabled=false&limit=7",
        ),
        (
            lambda client: client.recordings.list(**IN_A_ROOM, status="running"),
            "recordings?room_id=r+1&session_id=s1&status=running&limit=7",
        ),
        (
            lambda client: client.recording_assets.list(**IN_A_ROOM, status="failed"),
            "recording-assets?room_id=r+1&session_id=s1&status=failed&limit=7",
        ),
        (
            lambda client: client.live_streams.list(**IN_A_ROOM, status="stopping"),
            "live-streams?room_id=r+1&session_id=s1&status=stopping&limit=7",
        ),
        (
            lambda client: client.external_streams.list(**IN_A_ROOM, status="starting"),
            "external-streams?room_id=r+1&session_id=s1&status=starting&limit=7",
        ),
        (lambda client: client.templates.list(limit=10), "templates?limit=10"),
        (lambda client: client.polls.runs("p1", "s1", limit=7), "polls/p1/sessions/s1?limit=7"),
        (lambda client: client.polls.all_runs("p1", limit=7), "polls/p1/sessions?limit=7"),
        (
            lambda client: client.polls.results("p1", "s1", question=3, limit=7),
            "polls/p1/sessions/s1/results?question=3&limit=7",
        ),
        (lambda client: client.polls.all_results("p1", question=3, limit=7), "polls/p1/results?question=3&limit=7"),
        (
            lambda client: client.polls.responses("p1", "s1", question=3, replaced=True, limit=7),
            "polls/p1/sessions/s1/responses?question=3&all=true&limit=7",
        ),
        (
            lambda client: client.polls.all_responses("p1", question=3, replaced=False, limit=7),
            "polls/p1/responses?question=3&all=false&limit=7",
        ),
    ],
)
def test_every_filter_of_a_list_is_asked_for(ask: Callable[[Client], Iterator[Any]], address: str) -> None:
    far_side = FarSide(says(200, {}))
    with opened(far_side) as client:
        assert list(ask(client)) == []
    assert far_side.asked == [f"GET /v2/{address}"]


@pytest.mark.parametrize("seconds", [3600, 60])
def test_a_link_says_for_how_long(seconds: int) -> None:
    far_side = FarSide(says(200, example("get_recording_asset_presigned_url")))
    with opened(far_side) as client:
        client.recording_assets.presigned_url("x1", seconds=seconds)
    assert far_side.asked == [f"GET /v2/recording-assets/x1/presigned-url?presign_duration={seconds}"]


@pytest.mark.parametrize("address", ["auth.100ms.live/v2", "ftp://auth.100ms.live", ""])
def test_an_address_for_codes_that_is_none_is_refused_at_once(address: str) -> None:
    with pytest.raises(ValueError, match=r"room codes.*http"):
        opened(FarSide(says(200)), auth_url=address)


def test_codes_are_traded_at_their_own_host_unless_told_otherwise() -> None:
    far_side = FarSide(says(200, {"token": "t"}))
    with client_of(far_side) as client:
        client.auth.token("wpi-srjb-wer")
    assert str(far_side.requests[0].url) == "https://auth.100ms.live/v2/token"
