"""For when nobody is left who could do it in the admin: takes the second factor off an account."""

import argparse
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from dashboard import second_factor
from rooms import audit
from rooms.actors import Machine


class Command(BaseCommand):
    help = "Takes the second factor off a user's account, so that the password alone signs in."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"there is no user {username}")
        if not second_factor.is_on(user):
            raise CommandError(f"{username} has no second factor")
        second_factor.turn_off(user)
        target = audit.Target("user", str(user.pk), username)
        audit.note(Machine("manage.py"), "second_factor.disable", target)
        self.stdout.write(f"{username} signs in by password alone.")
