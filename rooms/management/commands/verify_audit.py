from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rooms import audit
from rooms.models import AuditEntry


class Command(BaseCommand):
    help = (
        "Prove that no audit entry was changed or taken out. Entries cut off at the end cannot be seen from inside: "
        "keep the printed digest elsewhere and compare it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if problem := audit.broken():
            raise CommandError(f"The chain is broken: {problem}.")
        last = AuditEntry.objects.order_by("-id").first()
        self.stdout.write(
            f"{last.id} audit entries, the chain is whole. Digest of the last one: {last.digest}"
            if last
            else "There are no audit entries yet."
        )
