from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from analytics.rebuild import rebuild


class Command(BaseCommand):
    help = "Makes the read models anew from the Events, from empty, one room at a time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--room", help="100ms id of one room; all rooms without it")

    def handle(self, *args: Any, **options: Any) -> None:
        for room_id, events in rebuild(room_id=options["room"]):
            self.stdout.write(f"{room_id}: {events} events")
        self.stdout.write("Done. The read models say what the events say.")
