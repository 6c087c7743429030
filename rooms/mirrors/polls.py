"""Polls and quizzes (contract, tag Polls). The only module that writes what 100ms says of a `Poll`.

100ms lists no polls: a known one is read by its id. What was asked of 100ms and got no answer is settled here: changes
of a poll by what the poll is now, links by what the room names now.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import msgspec
from django.db import transaction
from django.db.models.functions import Coalesce

from rooms import audit, hms
from rooms.audit import Target
from rooms.elsewhere import Unsettled
from rooms.hms.resources.base import read
from rooms.hms.resources.polls import Answer, Question
from rooms.hms.resources.polls import Poll as HmsPoll
from rooms.masking import masked
from rooms.mirrors import rooms as room_mirror
from rooms.mirrors.pulling import Pulled
from rooms.models import AuditEntry, Poll

MOST: Final = 100
"""Polls read in one pull; the others come next time."""
LINKS: Final = frozenset({"poll.link", "poll.unlink"})
"""Changes of which room names a poll: they are settled by the room, not by the poll."""
MIRRORED: Final = [
    "title",
    "kind",
    "duration_seconds",
    "anonymous",
    "mode",
    "start",
    "question_count",
    "mirrored_at",
    "changed_elsewhere_at",
    "gone_at",
    "received",
]


def of_poll(poll: Poll, room_id: str = "") -> Target:
    return Target("poll", poll.pk, str(poll), room_id)


def said(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What is set for a poll, in the words of the mirror, from 100ms's spelling (schema PollWrite).

    What is left out has the default it falls back to, so that a request and its answer can be compared.
    """
    poll = read(HmsPoll, {**settings, "id": ""})
    return {
        "title": poll.title,
        "kind": poll.type,
        "duration_seconds": poll.duration,
        "anonymous": poll.anonymous,
        "mode": poll.mode,
        "start": poll.start,
        "questions": [_question(question) for question in poll.questions],
    }


def settings_of(poll: Poll) -> dict[str, Any]:
    """What is set for a poll as last read, as `said` puts it; secrets in texts are masked."""
    return said(poll.received)


def digest(poll: HmsPoll) -> str:
    """Stands for all that is set for a poll: a change names by it the poll as it was seen."""
    return sha256(msgspec.json.encode(said(poll.raw), order="sorted")).hexdigest()[:32]


def pull(client: hms.Client, *, at: datetime, poll_id: str | None = None, most: int = MOST) -> Pulled:
    """Read the polls we know (or one), those read longest ago first, and store them; `at`: now."""
    pulled = Pulled()
    _settle_links(client, at, poll_id, pulled)
    # Those that are gone wait for their turn like the others, by when they were last looked for.
    known = Poll.objects.order_by(Coalesce("gone_at", "mirrored_at").asc(nulls_first=True), "pk")
    ids = [poll_id] if poll_id is not None else list(known.values_list("pk", flat=True)[:most])
    for one in ids:
        try:
            look(client, one, at=at)
        except (hms.Refused, hms.UnreadableAnswer) as problem:
            if isinstance(problem, hms.RateLimited | hms.Unauthorized):
                raise
            pulled.problems.append(f"poll {one!r}: {problem}")
            continue
        pulled.pages += 1
        pulled.objects += 1
    return pulled


def look(client: hms.Client, poll_id: str, *, at: datetime) -> HmsPoll:
    """The poll as it is in 100ms now, which is also stored. Raises hms.Error; NotFound or Forbidden marks it gone."""
    try:
        found = client.polls.get(poll_id)
    except (hms.NotFound, hms.Forbidden):
        Poll.objects.filter(pk=poll_id).update(gone_at=at)
        raise
    write([found], at=at)
    return found


@transaction.atomic
def write(polls: Iterable[HmsPoll], *, at: datetime, ours: bool = False) -> int:
    """Store polls as just read from 100ms; how many. `at` and `ours` as in `rooms.mirrors.rooms.write`."""
    asked = list(polls)
    # Locked as rooms are (`rooms.mirrors.rooms.write`).
    known = Poll.objects.select_for_update(no_key=True).order_by("pk").in_bulk([poll.id for poll in asked])
    unsettled = None if ours else Unsettled.of("poll", now=at)
    rows = []
    for poll in asked:
        old = known.get(poll.id)
        if old is not None and old.mirrored_at is not None and old.mirrored_at > at:
            continue
        row = row_of(poll)
        row.mirrored_at = at
        if unsettled is not None:
            before = settings_of(old) if old is not None and old.mirrored_at else None
            after = settings_of(row)
            row.changed_elsewhere_at = old.changed_elsewhere_at if old is not None else None
            if _concerning(unsettled, row, before, after).notice(of_poll(row), before, after):
                row.changed_elsewhere_at = at
        rows.append(row)
    Poll.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=MIRRORED)
    return len(rows)


def row_of(poll: HmsPoll) -> Poll:
    """A row from what 100ms says; who made it and whether it is put away are not 100ms's to say."""
    return Poll(
        id=poll.id,
        title=poll.title[:255],
        kind=poll.type[:16],
        duration_seconds=poll.duration,
        anonymous=poll.anonymous,
        mode=poll.mode[:16],
        start=poll.start[:16],
        question_count=len(poll.questions),
        received=masked(poll.raw),
    )


def _concerning(
    unsettled: Unsettled, row: Poll, before: Mapping[str, Any] | None, after: Mapping[str, Any]
) -> Unsettled:
    """What may have been done to this very poll.

    A title is no name: many polls share one. So a request to make a poll is settled only by a poll we did not know
    that is just as it was wished; another of the same title tells nothing about it.
    """
    return Unsettled(
        unsettled.kind,
        open=[
            request
            for request in unsettled.open
            if request.action not in LINKS
            and (request.target_id == row.pk or (before is None and not request.target_id and request.after == after))
        ],
        under_way=[
            request
            for request in unsettled.under_way
            if request.action not in LINKS and request.target_id in (row.pk, "" if before is None else row.pk)
        ],
    )


def _settle_links(client: hms.Client, at: datetime, poll_id: str | None, pulled: Pulled) -> None:
    for request in Unsettled.of("poll", now=at).open:
        if request.action in LINKS and poll_id in (None, request.target_id):
            try:
                room = client.rooms.get(request.room_id)
            except (hms.NotFound, hms.Forbidden, hms.UnreadableAnswer) as problem:
                pulled.problems.append(f"room {request.room_id!r}: {problem}")
                continue
            room_mirror.write([room], at=at)
            _settle_link(request, linked=request.target_id in room.polls)


def _settle_link(request: AuditEntry, *, linked: bool) -> None:
    target = Target("poll", request.target_id, request.target_name, request.room_id)
    audit.settle(request, happened=linked == (request.action == "poll.link"), target=target)


def _question(question: Question) -> dict[str, Any]:
    """Everything of a question but its index, which is its place in the list."""
    answer = question.answer or Answer()
    return {
        "text": question.text,
        "type": question.type or ("single-choice" if question.options else "short-answer"),
        "format": question.format,
        "attachment": list(question.attachment),
        "skippable": question.skippable,
        "duration": question.duration,
        "once": question.once,
        "weight": question.weight,
        "answer_min_len": question.answer_min_len or 0,
        "answer_max_len": question.answer_max_len or 0,
        "answer": {
            "hidden": answer.hidden,
            "options": sorted(answer.options),
            "text": answer.text,
            "case": answer.case,
            "trim": answer.trim,
        },
        "options": [{"text": option.text, "weight": option.weight} for option in question.options],
    }
