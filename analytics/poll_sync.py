"""The pull of polls: of each session that has ended, what was asked there, who answered, who scored.

No source says which polls a session had, so those are asked about that its room names and those that ran in the room
before. Runs, answers and scores are asked for within the session; the docs know them over all sessions only, and which
form the live service serves is unknown (contract, tag Polls). So who is refused by one form tries the other. A session
is read soon after its end and once more for late answers; a person may ask at any time.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, TypeVar

import structlog
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from analytics import instants, snapshots, turns
from analytics.envelope import Envelope, Malformed
from analytics.ingest import Ingested
from analytics.models import Event, PollCursor, PollRun, Pull, Session
from analytics.projections.batch import STORED, stored
from analytics.projections.polls import POLL_TYPES, fold_poll_run
from analytics.pulling import HORIZON, Clock, Tally, end_of, recorded
from rooms import hms
from rooms.hms.resources.polls import PollResponse, PollResult, PollSession
from rooms.models import Room

log = structlog.get_logger(__name__)

SOON: Final = timedelta(minutes=1)  # after the end of a session
LATE_ANSWERS: Final = timedelta(minutes=15)
LIVE_EVERY: Final = timedelta(minutes=5)  # of a running session that somebody asked about
MOST: Final = 100_000  # items of one list; 500 people and 100 questions give half of it
A_COMMIT: Final = 1_000

_Refused = (hms.NotFound, hms.Forbidden)  # 100ms says either to what it does not have
# Nothing else will go better while these last.
_Halting = (hms.ConnectionFailed, hms.RateLimited, hms.Unauthorized)
Item = TypeVar("Item", PollSession, PollResponse, PollResult)


def polls_of(room_id: str) -> list[str]:
    """The ids of the polls that may have been asked in a room, in a fixed order."""
    named = Room.polls.through.objects.filter(room_id=room_id).values_list("poll_id", flat=True)
    ran = PollRun.objects.filter(room_id=room_id).order_by().values_list("poll_id", flat=True).distinct()
    return sorted({*named, *ran})


def has_polls(room_id: str) -> bool:
    """May any poll have been asked in a room? One query."""
    named = Room.polls.through.objects.filter(room_id=OuterRef("pk"))
    ran = PollRun.objects.filter(room_id=OuterRef("pk"))
    return Room.objects.filter(Exists(named) | Exists(ran), pk=room_id).exists()


def follow(*, clock: Clock = timezone.now) -> int:
    """Put every ended session of the last 30 days, in rooms with polls, on the due list; how many were new."""
    now = clock()
    asking = Q(room__in=Room.polls.through.objects.values("room_id")) | Q(room__in=PollRun.objects.values("room_id"))
    return turns.follow(PollCursor, Session.objects.filter(asking, turns.ended(now)), soon=SOON, now=now)


def ask(session: Session, *, clock: Clock = timezone.now) -> None:
    """Somebody wants this session's polls read now; the next worker that looks does it."""
    now = clock()
    PollCursor.objects.update_or_create(
        session_id=session.pk, defaults={"room_id": session.room_id, "due_at": now, "asked_at": now}
    )


def claim_due(*, clock: Clock = timezone.now, session_id: str | None = None) -> str | None:
    """Take one session whose polls are due, or this one if it is; two workers never take the same one."""
    return turns.claim_due(PollCursor, now=clock(), session_id=session_id)


def pull_polls(client: hms.Client, session_id: str, *, clock: Clock = timezone.now) -> Pull:
    """Read all polls of one session. What goes wrong is told in the row and tried again later.

    Each poll is stored as it is read, so a pull that is cut off has its part, and the next one finds it known.
    """
    session = Session.objects.filter(pk=session_id).first()
    room_id = session.room_id if session else ""
    with recorded(Pull.Kind.POLLS, clock=clock, room_id=room_id, session_id=session_id) as (row, tally):
        if session is None:
            tally.problems.append("no such session here: its own pull comes first")
            return row
        turn, _ = PollCursor.objects.get_or_create(pk=session_id, defaults={"room_id": room_id})
        with turns.taken(turn, clock=clock) as reading:
            for poll_id in polls_of(room_id):
                turns.keep(turn, clock())
                try:
                    _read(client, snapshots.Place(room_id, session_id, poll_id), tally, clock)
                except _Halting:
                    raise
                except hms.Error as found:
                    # One poll that 100ms cannot give must not cost the others.
                    reading.problem = found
                    tally.problems.append(f"poll {poll_id}: {found}")
            if reading.problem is None and not tally.refused:
                reading.done(_next(session, reading.began, clock()))
    return row


def find_runs(client: hms.Client, poll_id: str, *, clock: Clock = timezone.now) -> set[str]:
    """The sessions, among those known here, in which 100ms says this poll ran.

    Where 100ms does not serve that list: the sessions of the last 30 days in the rooms of the poll. Raises hms.Error.
    """
    try:
        named = {run.session_id for run in islice(client.polls.all_runs(poll_id), MOST)}
    except _Refused:
        rooms = Room.polls.through.objects.filter(poll_id=poll_id).values("room_id")
        ran = PollRun.objects.filter(poll_id=poll_id).values("room_id")
        recent = Session.objects.filter(Q(room__in=rooms) | Q(room__in=ran), started_at__gt=clock() - HORIZON)
        return set(recent.values_list("pk", flat=True))
    return set(Session.objects.filter(pk__in=named).values_list("pk", flat=True))


def response_now(client: hms.Client, poll_id: str, session_id: str, response_id: str) -> PollResponse:
    """One answer as 100ms has it at this moment. Raises hms.Error."""
    try:
        return client.polls.response(poll_id, session_id, response_id)
    except _Refused:
        return client.polls.any_response(poll_id, response_id)


def result_now(client: hms.Client, poll_id: str, session_id: str, result_id: str) -> PollResult:
    """One participant's points as 100ms has them at this moment. Raises hms.Error."""
    try:
        return client.polls.result(poll_id, session_id, result_id)
    except _Refused:
        return client.polls.any_result(poll_id, result_id)


def _read(client: hms.Client, place: snapshots.Place, tally: Tally, clock: Clock) -> None:
    polls, (_, session_id, poll_id) = client.polls, place
    read_at = instants.from_datetime(clock())
    try:
        runs = _either(lambda: polls.runs(poll_id, session_id), lambda: polls.all_runs(poll_id), place)
    except _Refused as problem:
        # Neither form knows of a run: what 100ms answers for a poll that was never asked is nowhere stated.
        log.info("100ms knows of no run", poll_id=poll_id, session_id=session_id, problem=str(problem))
        return
    tally.pages += 1
    if not runs:
        return
    _take([snapshots.of_poll(client.polls.get(poll_id).raw, place, read_at=read_at)], tally)
    _take([snapshots.of_poll_run(run.raw, place, read_at=read_at) for run in runs], tally)
    # As the projection will see it: by the poll as it stood when it was asked, not as it was edited since.
    folded = fold_poll_run(_stored(place))
    anonymous = folded is not None and folded.run.anonymous
    responses = _either(
        lambda: polls.responses(poll_id, session_id, replaced=True),
        lambda: polls.all_responses(poll_id, replaced=True),
        place,
    )
    tally.pages += 1
    tally.objects += len(runs) + len(responses)
    _take(
        _readable(
            responses,
            lambda raw: snapshots.of_poll_response(raw, place, read_at=read_at, anonymous=anonymous),
            tally,
        ),
        tally,
    )
    scores = _either(lambda: polls.results(poll_id, session_id), lambda: polls.all_results(poll_id), place)
    tally.pages += 1
    tally.objects += len(scores)
    _take(
        _readable(
            scores, lambda raw: snapshots.of_poll_result(raw, place, read_at=read_at, anonymous=anonymous), tally
        ),
        tally,
    )


def _either(
    within: Callable[[], Iterator[Item]], over_all: Callable[[], Iterator[Item]], place: snapshots.Place
) -> list[Item]:
    """The list of one session, by the form that 100ms serves. Raises hms.Error, `_Refused` when it serves neither."""
    try:
        found = list(islice(within(), MOST + 1))
    except _Refused:
        mine = (item for item in over_all() if item.session_id == place.session_id)
        found = list(islice(mine, MOST + 1))
    if len(found) > MOST:
        raise hms.UnreadableAnswer(f"more than {MOST:,} items in one list")
    return found


def _readable(items: list[Any], event_of: Callable[[dict[str, Any]], Envelope], tally: Tally) -> list[Envelope]:
    """The events of these objects; one without a usable id is told and left, and holds up no other."""
    events = []
    for item in items:
        try:
            events.append(event_of(item.raw))
        except Malformed as problem:
            tally.problems.append(f"{type(item).__name__} {item.id!r}: {problem}")
    return events


def _take(events: list[Envelope], tally: Tally) -> None:
    changed = _told_again(events)
    tally.ingested += Ingested(known=len(events) - len(changed))
    for start in range(0, len(changed), A_COMMIT):
        tally.take(changed[start : start + A_COMMIT])


def _told_again(events: list[Envelope]) -> list[Envelope]:
    """Those that say something new of their object; what an object has become once more gets an id of its own."""
    if not events:
        return []
    names = [_name(event) for event in events]
    rows = _of_session(events[0].session_id).filter(type=events[0].type).order_by("emitted_at", "event_id")
    told = [stored(*row) for row in rows.values_list(*STORED)]
    latest = {_name(event): snapshots.content_id(event.id) for event in told}
    known = {event.id for event in told}
    return [
        snapshots.again(event) if event.id in known else event
        for name, event in zip(names, events, strict=True)
        if latest.get(name) != event.id
    ]


def _name(event: Envelope) -> tuple[str, ...]:
    """Which object an event is of."""
    data = event.data
    return (event.type, *(str(data.get(name, "")) for name in ("poll_id", "run_id", "response_id", "result_id")))


def _stored(place: snapshots.Place) -> list[Envelope]:
    rows = _of_session(place.session_id).filter(type__in=["snapshot.poll", "snapshot.poll_run"])
    events = [stored(*row) for row in rows.values_list(*STORED)]
    return [event for event in events if event.data.get("poll_id") == place.poll_id]


def _of_session(session_id: str) -> QuerySet[Event]:
    return Event.objects.filter(session_id=session_id, type__in=POLL_TYPES)


def _next(session: Session, began: datetime, now: datetime) -> datetime | None:
    """When to ask again: while the session runs, now and then; soon after its end; once more for late answers."""
    end = end_of(session, now)
    if end is None:
        return now + LIVE_EVERY
    if began < end + SOON:
        return end + SOON
    return end + LATE_ANSWERS if began < end + LATE_ANSWERS else None


def sync(
    client: hms.Client, *, room_id: str | None = None, session_id: str | None = None, clock: Clock = timezone.now
) -> Iterator[Pull]:
    """One pull of the polls of all sessions that are not settled, or of one room or session."""
    follow(clock=clock)
    open_ones = PollCursor.objects.filter(final_at=None)
    if session_id is not None:
        session = Session.objects.filter(pk=session_id).first()
        asked = [session_id] if session and polls_of(session.room_id) else []
    elif room_id is not None:
        asked = list(open_ones.filter(room_id=room_id).order_by("pk").values_list("pk", flat=True))
    else:
        asked = list(open_ones.order_by("room_id", "pk").values_list("pk", flat=True))
    for pk in asked:
        yield pull_polls(client, pk, clock=clock)
