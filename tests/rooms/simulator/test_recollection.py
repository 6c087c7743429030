"""What is set in the simulated 100ms is there again after a restart, by the ids it had."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from rooms.simulator.app import create_app
from rooms.simulator.clock import DAY, MINUTE, SimulatedClock
from rooms.simulator.journal import Journal
from rooms.simulator.world import World
from rooms.simulator.worlds import WORLDS
from tests.rooms.simulator.conftest import standing, token
from tests.rooms.simulator.test_demo import FRIDAY, NAIROBI, running

QUIZ = {
    "title": "Light",
    "type": "quiz",
    "questions": [{"text": "How fast?", "type": "single-choice", "options": [{"text": "c"}, {"text": "2 c"}]}],
}


class Run:
    """One run of a simulated 100ms that keeps its state in a file, and the answers it gives."""

    def __init__(self, state: Path, at: int = FRIDAY, world: str = "empty") -> None:
        self.clock = standing(at)
        self.world = World(self.clock, journal=Journal(state))
        WORLDS[world](self.world, NAIROBI)
        self._http = httpx.Client(
            transport=httpx.WSGITransport(create_app(self.world)),
            base_url="http://simulator",
            headers={"Authorization": f"Bearer {token()}"},
        )

    def set(self, path: str, body: Any = None, method: str = "POST") -> Any:
        answer = self._http.request(method, f"/v2{path}", json=body)
        assert answer.is_success, answer.text
        self.clock.advance(1.25)
        return answer.json() if answer.content else None

    def refused(self, path: str, body: Any) -> None:
        assert self._http.post(f"/v2{path}", json=body).is_client_error

    def control(self, path: str) -> Any:
        return self._http.get(f"/_control{path}").json()

    def join(self, code: str) -> int:
        return self._http.post("/_control/join", json={"code": code}).status_code

    def everything(self) -> dict[str, Any]:
        """All that is set, as the API tells it."""
        get = self._get
        listed = [get("/rooms?enabled=true&limit=100")["data"], get("/rooms?enabled=false&limit=100")["data"]]
        rooms = [room for part in listed for room in part or ()]
        templates = get("/templates?limit=100")["data"]
        return {
            "rooms": [get(f"/rooms/{room['id']}") for room in rooms],
            "codes": [get(f"/room-codes/room/{room['id']}?limit=100") for room in rooms],
            "keys": [get(f"/stream-keys/room/{room['id']}") for room in rooms],
            "templates": [get(f"/templates/{one['id']}") for one in templates],
            "recordings": [get(f"/templates/{one['id']}/recordings") for one in templates],
            "polls": [get(f"/polls/{poll_id}") for poll_id in self.world.polls],
        }

    def _get(self, path: str) -> Any:
        return self._http.get(f"/v2{path}").json()


def set_everything(run: Run) -> dict[str, str]:
    """A visitor's afternoon; the ids of what was made."""
    template = run.set("/templates", {"name": "Exam", "roles": {"pupil": {}, "examiner": {"priority": 2}}})["id"]
    run.set(f"/templates/{template}/roles/pupil", {"maxPeerCount": 30})
    run.set(f"/templates/{template}/roles/witness", {})
    run.set(f"/templates/{template}/roles/witness", method="DELETE")
    run.set(f"/templates/{template}/settings", {"region": "in"})
    room = run.set("/rooms", {"name": "Exam-room", "template_id": template})["id"]
    run.set(f"/rooms/{room}", {"description": "Quiet", "webhook": {"url": "https://school.example/", "headers": {}}})
    nameless = run.set("/rooms", {})["id"]
    run.set(f"/rooms/{nameless}", {"enabled": False})
    codes = run.set(f"/room-codes/room/{room}")["data"]
    run.set("/room-codes/code", {"code": codes[0]["code"], "enabled": False})
    second = run.set(f"/room-codes/room/{room}/role/pupil")["code"]
    run.set(f"/stream-keys/room/{room}")
    run.set(f"/stream-keys/room/{room}/disable")
    run.set(f"/stream-keys/room/{room}")
    poll = run.set("/polls", QUIZ)["id"]
    run.set(f"/polls/{poll}/questions/1/options/2", {"text": "3 c"})
    run.set(f"/rooms/{room}", {"polls": [poll]})
    run.refused("/rooms", {"name": "a name with spaces"})
    return {"room": room, "code": second, "poll": poll}


def test_all_that_was_set_is_as_before(tmp_path: Path) -> None:
    first = Run(tmp_path / "state")
    made = set_everything(first)

    second = Run(tmp_path / "state", FRIDAY + DAY)

    assert second.everything() == first.everything()
    assert second.join(made["code"]) == 200
    assert second.control("/state")["recalled"] == {
        "sessions": 0,
        "changes": 18,
        "passed_over": 0,
        "told": "0 sessions and 18 changes are back from an earlier run",
    }


def test_and_once_more_after_changes_of_the_second_run(tmp_path: Path) -> None:
    made = set_everything(Run(tmp_path / "state"))
    second = Run(tmp_path / "state", FRIDAY + DAY)
    second.set(f"/rooms/{made['room']}", {"description": "Loud"})
    another = second.set("/polls", QUIZ)["id"]

    third = Run(tmp_path / "state", FRIDAY + 2 * DAY)

    assert another != made["poll"]
    assert third.everything() == second.everything()


def test_a_class_in_a_new_room_comes_back_with_the_room_and_the_polls_it_had(tmp_path: Path) -> None:
    first = Run(tmp_path / "state")
    made = set_everything(first)
    session = first.world.perform("class", first.world.rooms[made["room"]], people=3, duration=600)
    first.clock.advance(300)
    first.set(f"/rooms/{made['room']}", {"polls": []})

    second = Run(tmp_path / "state", first.clock())

    again = second.world.sessions[session.id]
    assert second.world.events(session.id) == first.world.events(session.id)
    assert again.room.polls_at(session.start) == (made["poll"],)
    assert again.room.polls_at(first.clock()) == ()


def test_no_lesson_begins_in_a_room_that_was_disabled_before_the_restart(tmp_path: Path) -> None:
    first = Run(tmp_path / "state", world="demo")
    for room in first.world.rooms.values():
        first.set(f"/rooms/{room.id}", {"enabled": False})

    assert running(Run(tmp_path / "state", FRIDAY + 90 * MINUTE, "demo").world) == []


@pytest.mark.parametrize(
    ("line", "passed"),
    [
        (b"\xff\xfe\x00 no text at all", 1),
        (b'["no", "entry"]\n{"neither": "is this"}', 2),
        (b'{"method": "POST", "path": "/v2/rooms/gone", "body": {}, "at": 1}', 1),
        (b'{"method": "POST", "path": "/v2/no-longer", "body": {}, "at": 1}', 1),
        (b'{"method": "POST", "path": "/v2/rooms", "body": {"region": "moon"}, "at": 1}', 1),
        (b'{"method": "POST", "path": "/v2/templates", "body": {"roles": 3}, "at": "yesterday"}', 1),
        (b'{"method": "POST", "path": "/v2/rooms", "body"', 1),
    ],
)
def test_what_no_longer_fits_is_passed_over_and_told(line: bytes, passed: int, tmp_path: Path) -> None:
    first = Run(tmp_path / "state")
    (tmp_path / "state").write_bytes(line)
    first.set("/rooms", {"name": "Exam-room"})

    recalled = Run(tmp_path / "state").control("/state")["recalled"]

    assert (recalled["changes"], recalled["passed_over"]) == (1, passed)
    assert f"{passed} lines of its file could not be read or no longer fit" in recalled["told"]


def test_the_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    Run(tmp_path / "state").set("/rooms", {"name": "Exam-room"})
    assert (tmp_path / "state").stat().st_mode & 0o077 == 0


def test_a_thousand_rooms_are_back(tmp_path: Path) -> None:
    first = Run(tmp_path / "state")
    rooms = [first.set("/rooms", {"name": f"Room-{number}"})["id"] for number in range(1000)]
    assert [one for one in Run(tmp_path / "state").world.rooms if one in rooms] == rooms


def test_a_change_happens_at_one_moment(tmp_path: Path) -> None:
    ticking = SimulatedClock(FRIDAY)
    world = World(ticking)
    with world.standing_still() as moment:
        ticking.advance(1)
        assert world.now() == moment
    assert world.now() >= moment + 1_000_000_000
