"""Fills the database that `bin/demo` runs on: tables, static files, logins, the classes so far, what was set."""

import hashlib
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone

from analytics import queries
from analytics.models import Event, Session
from analytics.sync import sync
from dashboard import demo_mark, demo_school
from rooms.access import OBSERVERS, OPS, TEACHERS
from rooms.connection import client
from rooms.hms.pace import PATIENCE
from rooms.models import Room

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Command(BaseCommand):
    help = "Prepares the demo against a simulated 100ms on this machine. bin/demo calls it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ops", required=True, metavar="NAME:PASSWORD", help="who runs operations")
        parser.add_argument("--teacher", required=True, metavar="NAME:PASSWORD", help="who teaches")
        parser.add_argument("--observer", required=True, metavar="NAME:PASSWORD", help="who only looks")

    def handle(self, *args: Any, ops: str, teacher: str, observer: str, **options: Any) -> None:
        if urlsplit(settings.HMS_API_URL).hostname not in LOOPBACK:
            raise CommandError(f"the demo's logins are known to all: not with a real 100ms ({settings.HMS_API_URL})")
        if not _may_be_ours(ops, teacher):
            raise CommandError(
                f"the demo's logins are known to all, and {_described()} has users of its own: nothing was changed. "
                f"The demo knows its own database by {demo_mark.NAME} in {settings.VAR_DIR}. "
                "Set DATABASE_URL to a database that is empty, or VAR_DIR to an empty directory."
            )
        call_command("migrate", verbosity=0)
        self._say(f"Database ready: {_described()}.")
        if _collect():
            self._say("Static files collected.")
        self._read_past()
        with transaction.atomic():
            people = demo_school.People(
                ops=_person(ops, "Ikram", "Benali", OPS),
                teacher=_person(teacher, "Wanjiru", "Kamau", TEACHERS),
                observer=_person(observer, "Olive", "Lindqvist", OBSERVERS),
                substitute=_person("sam", "Sam", "Okoro", TEACHERS),
            )
        demo_mark.leave(_described(), [person.username for person in (people.ops, people.teacher, people.observer)])
        if entries := demo_school.furnish(people):
            self._say(f"Ikram and Wanjiru have set the school up: {entries} entries in Audit.")

    def _read_past(self) -> None:
        """The first pull, or what a later one finds new."""
        self._say("Reading from the simulated 100ms what was held so far …")
        began, new = time.monotonic(), 0
        for pull in sync(client(patience=PATIENCE)):
            new += pull.events_new
            if pull.error:
                raise CommandError(f"the pull of {pull.get_kind_display()} failed: {pull.error}")
        live = Session.objects.filter(queries.live(timezone.now())).count()
        self._say(
            f"Read {new} new events in {time.monotonic() - began:.0f} s: {Session.objects.count()} sessions in "
            f"{Room.objects.count()} rooms, {live} of them live now, {Event.objects.count()} events in all."
        )

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()


def _may_be_ours(*logins: str) -> bool:
    """Has the database no users, or did the demo make it? Without its mark, two logins with their passwords tell.

    Asked before anything is written: DATABASE_URL may be that of a product which real people use.
    """
    if User._meta.db_table not in connection.introspection.table_names():
        return True
    passwords = dict(login.split(":", 1) for login in logins)
    if demo_mark.is_there(_described(), list(passwords)):
        return True
    ours = list(User.objects.filter(username__in=passwords))
    others = User.objects.count() - len(ours)
    if len(ours) == len(passwords):
        return not others or all(user.check_password(passwords[user.username]) for user in ours)
    return not ours and not others


def _described() -> str:
    database = settings.DATABASES["default"]
    return str(database["NAME"]) if "sqlite" in database["ENGINE"] else f"{database['NAME']} at {database['HOST']}"


def _collect() -> bool:
    """Collect static files unless nothing changed since the last time; whether it did."""
    found = sorted((path, storage.path(path)) for finder in get_finders() for path, storage in finder.list([]) if path)
    seen = [(path, Path(real).stat().st_size, Path(real).stat().st_mtime_ns) for path, real in found]
    digest = hashlib.sha256(repr(seen).encode()).hexdigest()
    stamp = Path(settings.VAR_DIR) / "static.stamp"
    if stamp.exists() and stamp.read_text() == digest:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest)
    return True


def _person(login: str, first: str, last: str, group: str) -> User:
    """Somebody of the school; without a password they cannot sign in. One who is there keeps the password they have."""
    name, _, password = login.partition(":")
    user, made = User.objects.get_or_create(username=name, defaults={"first_name": first, "last_name": last})
    if made:
        user.set_password(password or None)
        user.save(update_fields=["password"])
    user.groups.set([Group.objects.get_or_create(name=group)[0]])
    return user
