"""Lets a user name that was locked out try again, from every address."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dashboard import lock_out
from rooms import audit
from rooms.actors import Machine


class Command(BaseCommand):
    help = "Lets a user name that was locked out after wrong passwords or codes try again, from every address."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        if not lock_out.lift(username):
            raise CommandError(f"nothing wrong was tried for {username} lately")
        audit.note(Machine("manage.py"), "lock_out.lift", audit.Target("user", "", username))
        self.stdout.write(f"{username} may try again.")
