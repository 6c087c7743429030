"""Doors from the schedule into what is set here. All are safe to repeat."""

from celery import shared_task

from rooms.actors import SCHEDULE
from rooms.operations import access


@shared_task
def end_access() -> None:
    """Take away each access whose time has come."""
    access.end(actor=SCHEDULE)
