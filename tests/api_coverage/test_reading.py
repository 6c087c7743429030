"""A house of a few lines, and what the reading of it finds."""

from pathlib import Path

import pytest

from tests.api_coverage.doors import doors
from tests.api_coverage.source import Source
from tests.api_coverage.table import reached
from tests.api_coverage.uses import methods

CONNECTION = {"rooms/connection.py": "def client(*, patience=60): ..."}


def found(folder: Path, files: dict[str, str]) -> dict[str, set[str]]:
    for name, text in {"dashboard/urls.py": "", **CONNECTION, **files}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return reached(Source(folder))


def test_a_page_is_followed_through_an_operation_to_100ms(tmp_path: Path) -> None:
    files = {
        "dashboard/urls.py": "from dashboard.views import rooms\n"
        "urlpatterns = [path('rooms/', rooms.index), path('rooms/<str:room_id>/name/', rooms.rename, name='x')]",
        "dashboard/views/rooms.py": "from rooms.operations import rooms as operations\n"
        "from dashboard.decorators import ops\n"
        "def index(request): return operations.other()\n"
        "@ops\ndef rename(request, room_id): return _say(operations.update(room=room_id))\n"
        "def _say(x): ...",
        "dashboard/decorators.py": "def ops(view): return view",
        "rooms/operations/rooms.py": "from rooms.connection import client\n"
        "def update(*, room): return _set(room)\n"
        "def _set(room): return client().rooms.update(room)\n"
        "def other(): ...",
    }
    assert found(tmp_path, files) == {"update_room": {"page `/rooms/<room_id>/name/`"}}


def test_a_task_a_command_and_the_admin_are_doors_and_nobody_looks_behind_them(tmp_path: Path) -> None:
    files = {
        "dashboard/urls.py": "from dashboard.views import home\nurlpatterns = [path('', home.index)]",
        "dashboard/views/home.py": "from rooms import tasks\ndef index(request): tasks.mirror.delay()",
        "rooms/tasks.py": "from rooms.mirrors import rooms\n@shared_task(queue='x')\ndef mirror(): rooms.pull()",
        "rooms/mirrors/rooms.py": "from rooms.connection import client as made\n"
        "def pull():\n    with made(patience=2) as api:\n        for page in api.rooms.raw_pages(): ...",
        "rooms/management/commands/mirror.py": "from rooms.mirrors.rooms import pull\n"
        "class Command:\n    def handle(self): pull()",
        "rooms/admin.py": "import rooms.mirrors.rooms as mirror\nclass RoomAdmin:\n    def now(self): mirror.pull()",
    }
    assert found(tmp_path, files) == {"list_rooms": {"task `rooms.tasks.mirror`", "command `mirror`", "the admin"}}


def test_names_that_only_look_like_a_client_are_none(tmp_path: Path) -> None:
    files = {
        "rooms/tasks.py": "from rooms.operations import polls\n"
        "from rooms.connection import client\n"
        "@shared_task\ndef one(room, polls):\n"
        "    room.polls.create(); self.rooms.get(); client.polls; polls.create()",
        "rooms/operations/polls.py": "from rooms.connection import client\ndef create(): client().polls.create()",
    }
    assert found(tmp_path, files) == {}


def test_a_client_is_known_however_it_comes(tmp_path: Path) -> None:
    files = {
        "rooms/tasks.py": "from rooms import hms, things\n"
        "from rooms.connection import client\n"
        "@shared_task\ndef one():\n    polls, (x, y) = client().polls, (1, 2)\n    things.all_of(polls.runs, 7)\n"
        "@shared_task\ndef two(api: hms.Client | None): (api or client()).polls.get(1)\n"
        "@shared_task\ndef three(): things.Reader(client()).read()\n"
        "TABLE = {'x': lambda: client().polls.results}\n"
        "@shared_task\ndef four(): TABLE['x']()",
        "rooms/things/__init__.py": "from rooms.things.reading import Reader\ndef all_of(x, y): ...",
        "rooms/things/reading.py": "from rooms.hms import Client\n"
        "class Reader:\n    def __init__(self, client: Client): self._client = client\n"
        "    def read(self): return self._client.templates.get('t')",
    }
    assert found(tmp_path, files) == {
        "get_poll_sessions": {"task `rooms.tasks.one`"},
        "get_poll": {"task `rooms.tasks.two`"},
        "get_template": {"task `rooms.tasks.three`"},
        "list_poll_results": {"task `rooms.tasks.four`"},
    }


def test_who_takes_a_whole_module_uses_all_of_it(tmp_path: Path) -> None:
    files = {
        "rooms/tasks.py": "from rooms.mirrors import polls, rooms\n"
        "MIRRORS = (rooms, polls)\n"
        "@shared_task\ndef mirror():\n    for one in MIRRORS: one.pull()",
        "rooms/mirrors/rooms.py": "from rooms.connection import client\ndef pull(): client().rooms.list()",
        "rooms/mirrors/polls.py": "from rooms.connection import client\ndef pull(): client().polls.get(1)",
    }
    task = {"task `rooms.tasks.mirror`"}
    assert found(tmp_path, files) == {"list_rooms": task, "get_poll": task}


def test_addresses_are_read_through_includes_classes_and_decorators(tmp_path: Path) -> None:
    files = {
        "dashboard/urls.py": "from django.contrib import admin\nfrom dashboard.views.doors import Open, close\n"
        "urlpatterns = [path('doors/', include('dashboard.doors_urls')), path('admin/', admin.site.urls)]",
        "dashboard/doors_urls.py": "from dashboard.views import doors\n"
        "from dashboard.decorators import ops\n"
        "urlpatterns = [path('open/', doors.Open.as_view(x=1)), *[path('close/', ops(doors.close))]]",
        "dashboard/decorators.py": "def ops(view): return view",
        "dashboard/views/doors.py": "class Open: ...\ndef close(request): ...",
    }
    found(tmp_path, files)
    assert doors(Source(tmp_path)) == {
        "dashboard.views.doors:Open": {"page `/doors/open/`"},
        "dashboard.views.doors:close": {"page `/doors/close/`"},
    }


@pytest.mark.parametrize(
    ("resource", "method", "operation"),
    [
        ("rooms", "list", "list_rooms"),
        ("rooms", "pages", "list_rooms"),
        ("rooms", "raw_pages", "list_rooms"),
        ("sessions", "get_raw", "get_session"),
        ("analytics", "events", "list_analytics_events"),
        ("analytics", "deliveries", "list_webhook_events"),
        ("polls", "result", "get_poll_result"),
    ],
)
def test_methods_beside_the_marked_ones_count_for_them(resource: str, method: str, operation: str) -> None:
    assert methods()[resource, method] == operation
