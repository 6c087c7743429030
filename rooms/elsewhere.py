"""Told apart when a mirror finds something else than we held: a change of ours that got no answer, or one not ours.

Every mirror (`rooms.mirrors`) asks here before it writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.db.models import Exists, OuterRef, Q

from rooms import audit
from rooms.actors import ELSEWHERE
from rooms.audit import Outcome, Target
from rooms.differences import differences
from rooms.masking import MASK
from rooms.models import AuditEntry

# A request without an outcome after this long has lost its process: what became of it is not known.
UNFINISHED_AFTER: Final = timedelta(minutes=2)
# How long we look for what became of a request; older ones stay as they are.
LOOK_BACK: Final = timedelta(days=7)


@dataclass(slots=True)
class Unsettled:
    """The changes of one kind of which nobody knows what became: `open` got no answer, `under_way` have none yet."""

    kind: str
    open: list[AuditEntry] = field(default_factory=list)
    under_way: list[AuditEntry] = field(default_factory=list)

    @classmethod
    def of(cls, kind: str, *, now: datetime) -> Self:
        same = AuditEntry.objects.filter(change=OuterRef("change"))
        requests = (
            AuditEntry.objects.filter(target_kind=kind, outcome=Outcome.REQUESTED, at__gt=now - LOOK_BACK)
            .exclude(Exists(same.filter(outcome__in=(Outcome.SUCCEEDED, Outcome.FAILED))))
            .order_by("id")
        )
        lost = Q(Exists(same.filter(outcome=Outcome.UNSURE))) | Q(at__lt=now - UNFINISHED_AFTER)
        return cls(kind, open=list(requests.filter(lost)), under_way=list(requests.exclude(lost)))

    def notice(
        self, target: Target, before: Mapping[str, Any] | None, after: Mapping[str, Any], *, is_new: bool = False
    ) -> bool:
        """Compare what we held with what 100ms has; True when somebody elsewhere changed or made it.

        `before` is None for what we did not know; `is_new`: it cannot have been there when we last looked. Both states
        are in the words that the operations' audit entries use, so that a request without an answer is recognised by
        its wish. What a running request may be doing is left to it.
        """
        explained = any(_is_for(request, target) for request in self.under_way)
        for request in [request for request in self.open if _is_for(request, target)]:
            happened = _fulfilled(request, after)
            if happened is None:
                continue
            audit.settle(request, happened=happened, target=target)
            self.open.remove(request)
            explained = explained or happened
        if explained:
            return False
        if before is None:
            if is_new:
                audit.note(ELSEWHERE, f"{self.kind}.create", target, after=dict(after))
            return is_new
        names = [*before, *(name for name in after if name not in before)]
        changed = [name for name in names if differences(before.get(name), after.get(name))]
        if not changed:
            return False
        audit.note(
            ELSEWHERE,
            f"{self.kind}.change",
            target,
            before={name: before.get(name) for name in changed},
            after={name: after.get(name) for name in changed},
        )
        return True


def _is_for(request: AuditEntry, target: Target) -> bool:
    """Of what was still being made there is only the name."""
    if request.target_id:
        return request.target_id == target.id
    return bool(target.name) and request.target_name.casefold() == target.name.casefold()


def _fulfilled(request: AuditEntry, found: Mapping[str, Any]) -> bool | None:
    """Is everything as it was asked for? None when a look cannot tell.

    What is masked, and what the mirror does not hold, is not seen; and where all that is seen was so before, that it is
    so now says nothing of the rest.
    """
    wanted = request.after if isinstance(request.after, dict) else {}
    before = request.before if isinstance(request.before, dict) else {}
    seen = {name: value for name, value in wanted.items() if name in found and MASK not in str(value)}
    if not all(_same(found[name], value) for name, value in seen.items()):
        return False
    tells = any(name not in before or not _same(before[name], value) for name, value in seen.items())
    return True if tells or len(seen) == len(wanted) else None


def _same(found: Any, wanted: Any) -> bool:
    """100ms may keep a name in the spelling it knows already."""
    if isinstance(found, str) and isinstance(wanted, str):
        return found.casefold() == wanted.casefold()
    return bool(found == wanted)
