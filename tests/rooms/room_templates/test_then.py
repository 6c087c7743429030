"""A template as it stood when a class began."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rooms.mirrors import templates
from rooms.models import RoomTemplate
from rooms.room_templates.then import templates_then

pytestmark = pytest.mark.django_db

NOW = timezone.now().replace(microsecond=0)


def lesson(name: str = "Lesson", **parts: Any) -> dict[str, Any]:
    return {"id": "lesson", "name": name, "roles": {}, "settings": {}, **parts}


@pytest.fixture
def changed_twice() -> tuple[datetime, datetime]:
    monday, friday = NOW - timedelta(days=5), NOW - timedelta(days=1)
    templates.write([lesson("Monday's")], at=monday)
    templates.write([lesson("Friday's")], at=friday)
    return monday, friday


def name_at(at: datetime) -> tuple[str, bool]:
    then = templates_then([("lesson", at)])["lesson", at]
    return str(then.content["name"]), then.known


def test_a_class_goes_by_the_last_version_before_it(changed_twice: tuple[datetime, datetime]) -> None:
    monday, friday = changed_twice

    assert name_at(monday) == ("Monday's", True)
    assert name_at(friday - timedelta(seconds=1)) == ("Monday's", True)
    assert name_at(friday) == ("Friday's", True)


def test_before_the_first_reading_only_todays_settings_are_known(changed_twice: tuple[datetime, datetime]) -> None:
    assert name_at(NOW - timedelta(days=6)) == ("Friday's", False)


def test_100ms_may_say_that_nothing_has_changed_since() -> None:
    long_ago = NOW - timedelta(days=30)
    templates.write([lesson(updatedAt=(NOW - timedelta(days=60)).isoformat())], at=NOW)
    assert RoomTemplate.objects.get().updated_at is not None

    assert name_at(long_ago) == ("Lesson", True)


def test_a_template_that_was_never_read_is_left_out() -> None:
    assert templates_then([("unknown", NOW), ("", NOW)]) == {}


def test_many_moments_cost_no_more_than_one(changed_twice: tuple[datetime, datetime]) -> None:
    with CaptureQueriesContext(connection) as queries:
        found = templates_then(("lesson", NOW - timedelta(hours=hours)) for hours in range(200))

    assert len(found) == 200
    assert len(queries) == 3
