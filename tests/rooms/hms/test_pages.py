"""Both ways 100ms gives a list in pages (contract, x-pagination-styles)."""

from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from rooms.hms import BadRequest, CursorExpired, NotFound, UnreadableAnswer
from tests.rooms.hms.far_side import Answer, FarSide, client_of, refuses, says


def room(number: int) -> dict[str, Any]:
    return {"id": f"r{number}", "name": f"room {number}", "enabled": True}


def rooms(*numbers: int, last: object = None, **more: object) -> httpx.Response:
    return says(200, {"data": [room(number) for number in numbers], "last": last, **more})


def events(*ids: str, following: object, total: object = 3) -> httpx.Response:
    return says(200, {"limit": len(ids), "total": total, "next": following, "events": [{"id": i} for i in ids]})


def queries(far_side: FarSide) -> list[dict[str, list[str]]]:
    return [parse_qs(request.url.query.decode()) for request in far_side.requests]


FIRST_TEN = range(10)


@pytest.mark.parametrize(
    "end",
    [
        rooms(10, 11, last="r11"),
        rooms(*range(10, 20), last=""),
        rooms(*range(10, 20)),
        says(200, {"data": [], "last": "r9"}),
        says(200, {"data": None}),
        says(200, {}),
    ],
    ids=["fewer", "last empty", "last null", "no items", "null", "nothing"],
)
def test_a_list_ends_where_the_contract_says(end: httpx.Response) -> None:
    far_side = FarSide(rooms(*FIRST_TEN, last="r9"), end)
    with client_of(far_side) as client:
        found = [room.id for room in client.rooms.list(limit=10)]
    assert found == [f"r{number}" for number in range(len(found))]
    assert [query.get("start") for query in queries(far_side)] == [None, ["r9"]]
    assert all(query["limit"] == ["10"] for query in queries(far_side))


def test_a_server_that_gives_smaller_pages_than_asked_is_read_to_the_end() -> None:
    far_side = FarSide(rooms(*FIRST_TEN, last="r9", limit=10), rooms(10, last="r10", limit=10))
    with client_of(far_side) as client:
        assert len(list(client.rooms.list(limit=100))) == 11


def test_nothing_is_asked_before_it_is_needed() -> None:
    far_side = FarSide(rooms(*FIRST_TEN, last="r9"), rooms(10, last="r10"))
    with client_of(far_side) as client:
        listed = client.rooms.list(limit=10)
        assert far_side.asked == []
        for _ in range(10):
            next(listed)
        assert len(far_side.asked) == 1
        assert next(listed).id == "r10"
        assert len(far_side.asked) == 2


def test_a_page_names_the_cursor_from_which_another_reader_goes_on() -> None:
    with client_of(FarSide(rooms(*FIRST_TEN, last="r9"))) as client:
        page = next(client.rooms.pages(limit=10))
    assert page.next == "r9"
    far_side = FarSide(rooms(10, last="r10"))
    with client_of(far_side) as client:
        [page] = client.rooms.pages(start=page.next, limit=10)
    assert queries(far_side)[0]["start"] == ["r9"]
    assert (page.next, [room.id for room in page.items]) == ("", ["r10"])


def test_events_go_on_while_there_is_a_next() -> None:
    far_side = FarSide(events("a", following="c1"), events(following="c2"), events("b", "c", following="", total=3))
    with client_of(far_side) as client:
        pages = list(client.analytics.pages(room_id="r1", limit=100))
    assert [(len(page.events), page.next, page.total) for page in pages] == [(1, "c1", 3), (0, "c2", 3), (2, "", 3)]
    assert [query.get("start") for query in queries(far_side)] == [None, ["c1"], ["c2"]]


@pytest.mark.parametrize("answer", [{"events": None, "next": ""}, {"next": None, "events": [], "total": None}, {}])
def test_no_events_are_one_empty_page(answer: dict[str, Any]) -> None:
    with client_of(FarSide(says(200, answer))) as client:
        [page] = client.analytics.pages(room_id="r1")
    assert (page.events, page.next, page.total) == ([], "", None)


def test_events_are_lazy_too_and_arrive_as_they_were_sent() -> None:
    sent = {"id": "e1", "timestamp": "2023-02-23T10:12:00.78311898Z", "data": {"new": None, "n": 1.50}}
    far_side = FarSide(says(200, {"events": [sent], "next": "c1"}), events("e2", following=""))
    with client_of(far_side) as client:
        listed = client.analytics.events(room_id="r1")
        assert next(listed) == sent
        assert len(far_side.asked) == 1
        assert [event["id"] for event in listed] == ["e2"]


def test_a_cursor_is_passed_on_letter_by_letter() -> None:
    cursor = "e88863db:Zv2ehb7:0~Cxn9G9I9AhU-Jl6RiYr-_XEmSYnnk+/&=%"
    far_side = FarSide(events("a", following=""))
    with client_of(far_side) as client:
        list(client.analytics.pages(room_id="r1", start=cursor))
    assert queries(far_side)[0]["start"] == [cursor]


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_refused_cursor_has_expired(status: int) -> None:
    far_side = FarSide(refuses(status, "invalid start"))
    with client_of(far_side) as client:
        with pytest.raises(CursorExpired) as caught:
            list(client.analytics.pages(room_id="r1", start="yesterday"))
        with pytest.raises(CursorExpired):
            list(client.sessions.pages(start="yesterday"))
    assert (caught.value.status, caught.value.message) == (status, "invalid start")


@pytest.mark.parametrize(("status", "kind"), [(400, BadRequest), (404, NotFound)])
def test_a_refusal_without_a_cursor_is_no_expiry(status: int, kind: type[Exception]) -> None:
    with client_of(FarSide(refuses(status))) as client, pytest.raises(kind) as caught:
        list(client.analytics.pages(room_id="r1"))
    assert type(caught.value) is kind


def test_a_cursor_can_expire_on_the_way() -> None:
    far_side = FarSide(events("a", following="c1"), refuses(400))
    with client_of(far_side) as client:
        pages = client.analytics.pages(room_id="r1")
        next(pages)
        with pytest.raises(CursorExpired):
            next(pages)


@pytest.mark.parametrize(
    "answer",
    [
        rooms(*FIRST_TEN, last="r9"),
        says(200, {"data": {"r1": room(1)}}),
        says(200, {"data": [room(n) for n in FIRST_TEN], "last": 7}),
        says(200, {"data": ["r1"]}),
    ],
    ids=["a cursor that stands still", "a map", "a number as cursor", "texts"],
)
def test_a_list_of_another_shape_is_said_to_be_unreadable(answer: Answer) -> None:
    with client_of(FarSide(answer)) as client, pytest.raises(UnreadableAnswer):
        list(client.rooms.list(limit=10))


@pytest.mark.parametrize(
    "answer", [events("a", following="c1"), says(200, {"events": ["a"]}), says(200, {"events": {}, "next": 7})]
)
def test_events_of_another_shape_are_said_to_be_unreadable(answer: Answer) -> None:
    with client_of(FarSide(answer)) as client, pytest.raises(UnreadableAnswer):
        list(client.analytics.events(room_id="r1"))


@pytest.mark.parametrize("limit", [0, 9, 101])
def test_a_limit_100ms_would_not_take_is_refused_before_asking(limit: int) -> None:
    with client_of(FarSide(rooms())) as client:
        with pytest.raises(ValueError, match="10 to 100"):
            client.rooms.pages(limit=limit)
        with pytest.raises(ValueError, match="10 to 100"):
            client.sessions.list(limit=limit)


@pytest.mark.parametrize("limit", [0, 101])
def test_events_have_limits_of_their_own(limit: int) -> None:
    with client_of(FarSide(events("a", following=""))) as client:
        with pytest.raises(ValueError, match="1 to 100"):
            client.analytics.pages(room_id="r1", limit=limit)
        assert list(client.analytics.events(room_id="r1", limit=1)) == [{"id": "a"}]


def deliveries(*ids: str, **pagination: object) -> httpx.Response:
    return says(200, {"events": [{"event_id": i} for i in ids], "pagination": pagination})


def test_numbered_pages_go_on_while_there_is_a_next() -> None:
    far_side = FarSide(
        deliveries("a", "b", has_next=True, total_pages=2, total_items=3),
        deliveries("c", has_next=False, total_pages=2, total_items=3),
    )
    with client_of(far_side) as client:
        pages = list(client.analytics.delivery_pages(limit=2))
    assert [(page.number, page.next, page.total) for page in pages] == [(1, 2, 3), (2, None, 3)]
    assert [delivery.event_id for page in pages for delivery in page.items] == ["a", "b", "c"]
    assert [query["page"] for query in queries(far_side)] == [["1"], ["2"]]


def test_numbered_pages_are_lazy_and_begin_where_they_are_told_to() -> None:
    far_side = FarSide(deliveries("a", has_next=True), deliveries("b", has_next=False))
    with client_of(far_side) as client:
        pages = client.analytics.delivery_pages(page=7)
        assert far_side.asked == []
        assert next(pages).next == 8
        assert len(far_side.asked) == 1
        assert next(pages).number == 8
    assert [query["page"] for query in queries(far_side)] == [["7"], ["8"]]


@pytest.mark.parametrize("answer", [{}, {"events": None, "pagination": None}, {"events": [], "pagination": {}}])
def test_an_answer_without_numbers_is_the_last_page(answer: dict[str, Any]) -> None:
    with client_of(FarSide(says(200, answer))) as client:
        [page] = client.analytics.delivery_pages()
    assert (page.items, page.next, page.total) == ([], None, None)


@pytest.mark.parametrize(
    "answer",
    [
        deliveries("a", has_next=True, total_pages=1),
        says(200, {"events": [], "pagination": [1]}),
        says(200, {"events": {"a": 1}}),
        says(200, {"events": ["a"]}),
    ],
    ids=["a list without end", "a list", "a map", "texts"],
)
def test_numbered_pages_of_another_shape_are_said_to_be_unreadable(answer: Answer) -> None:
    with client_of(FarSide(answer)) as client, pytest.raises(UnreadableAnswer):
        list(client.analytics.deliveries())


def test_every_other_list_goes_on_from_its_last() -> None:
    assets = [{"id": f"a{number}"} for number in range(3)]
    far_side = FarSide(says(200, {"data": assets[:2], "last": "a1"}), says(200, {"data": assets[2:], "last": "a2"}))
    with client_of(far_side) as client:
        assert [asset.id for asset in client.recording_assets.list(limit=2)] == ["a0", "a1", "a2"]
    assert [query.get("start") for query in queries(far_side)] == [None, ["a1"]]


def test_a_refused_cursor_of_any_list_has_expired() -> None:
    far_side = FarSide(says(200, {"results": [{"id": "x"}], "last": "x"}), refuses(400))
    with client_of(far_side) as client, pytest.raises(CursorExpired):
        list(client.polls.all_results("p1", limit=1))
