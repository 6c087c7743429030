from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.sync import sync
from rooms.connection import NotConfigured, client
from rooms.hms.pace import PATIENCE


class Command(BaseCommand):
    help = "Pulls rooms, sessions, their events, poll results and recordings from 100ms, once, in this process."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--room", help="100ms id of one room")
        parser.add_argument("--session", help="100ms id of one session")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            connection = client(patience=PATIENCE)
        except NotConfigured as problem:
            raise CommandError(str(problem)) from problem
        failed = 0
        for pull in sync(connection, room_id=options["room"], session_id=options["session"]):
            what = " ".join(word for word in (pull.get_kind_display(), pull.session_id or pull.room_id) if word)
            self.stdout.write(
                f"{what}: {pull.pages} pages, {pull.objects_read} objects, "
                f"{pull.events_new} new events, {pull.events_known} known"
            )
            if pull.error:
                failed += 1
                self.stderr.write(f"{what}: {pull.error}")
        if failed:
            raise CommandError(f"{failed} parts failed; what was read before is stored, run it again to go on")
