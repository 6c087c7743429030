"""Beat sends what the table says, and an admin may turn an entry off."""

import pytest
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

from dashboard import schedule
from dashboard.celery import app

pytestmark = pytest.mark.django_db


def test_every_task_of_the_table_is_one() -> None:
    app.loader.import_default_modules()  # as a worker does when it starts
    assert {entry.task for entry in schedule.SCHEDULE.values()} <= set(app.tasks)


def test_migrating_writes_the_table() -> None:
    written = {task.name: (task.task, task.interval.every) for task in PeriodicTask.objects.all()}

    assert written == {name: (entry.task, entry.every) for name, entry in schedule.SCHEDULE.items()}


def test_writing_it_again_changes_nothing_and_does_not_wake_beat() -> None:
    PeriodicTasks.objects.all().delete()
    before = list(PeriodicTask.objects.order_by("pk").values())

    schedule.seed()

    assert list(PeriodicTask.objects.order_by("pk").values()) == before
    assert not PeriodicTasks.objects.exists()


def test_an_interval_that_is_there_twice_does_not_keep_the_table_from_being_written() -> None:
    """Two servers that migrate at once may make one each."""
    IntervalSchedule.objects.create(every=10, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.all().delete()

    schedule.seed()

    assert set(PeriodicTask.objects.values_list("name", flat=True)) == set(schedule.SCHEDULE)


def test_what_an_admin_turned_off_stays_off_and_its_time_is_put_back() -> None:
    hourly, _ = IntervalSchedule.objects.get_or_create(every=1, period=IntervalSchedule.HOURS)
    PeriodicTask.objects.filter(name="Sweep the inbox").update(enabled=False, interval=hourly)

    schedule.seed()

    sweep = PeriodicTask.objects.get(name="Sweep the inbox")
    assert (sweep.enabled, sweep.interval.every, sweep.interval.period) == (False, 10, "seconds")


def test_what_left_the_table_goes_and_an_admins_own_entry_stays() -> None:
    interval = IntervalSchedule.objects.get(every=10)
    PeriodicTask.objects.create(name="Ours, once", task="x", interval=interval, description=schedule.MARK)
    PeriodicTask.objects.create(name="Theirs", task="x", interval=interval)

    schedule.seed()

    assert set(PeriodicTask.objects.values_list("name", flat=True)) == {*schedule.SCHEDULE, "Theirs"}
