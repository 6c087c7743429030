"""Classes that were held, as rows: for tests of pages, which read nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from analytics import instants
from analytics.models import (
    Event,
    Failure,
    Ingest,
    Peer,
    PollResponse,
    PollRun,
    PollScore,
    Session,
    Stream,
    Track,
)
from rooms.models import Room
from webhooks.models import Delivery

_number = count(1)


@dataclass(frozen=True)
class Pupil:
    name: str = "Ada"
    user_id: str = "ada"
    role: str = "student"
    dropped: bool = False


ADA = Pupil()


def new_id(kind: str) -> str:
    return f"{kind}-{next(_number):06d}"


def room(name: str, **fields: object) -> Room:
    return Room.objects.create(id=new_id("room"), name=name, **fields)


def session(
    of: Room,
    *,
    ago: timedelta = timedelta(hours=3),
    length: timedelta | None = timedelta(minutes=45),
    pupils: Sequence[Pupil] = (ADA,),
    failures: int = 0,
) -> Session:
    """A class that began `ago`; without `length` it goes on. Everybody has a microphone on for the first minute."""
    start = timezone.now() - ago
    end = None if length is None else start + length
    held = Session.objects.create(
        id=new_id("session"),
        room=of,
        started_at=start,
        ended_at=end,
        last_event_at=end,
        people_count=len(pupils),
        peak_count=len(pupils),
        drop_count=sum(pupil.dropped for pupil in pupils),
        failure_count=failures,
    )
    for pupil in pupils:
        stay(held, pupil, start, end)
    for _ in range(failures):
        failure(held)
    return held


def stay(held: Session, pupil: Pupil, start: datetime, end: datetime | None) -> Peer:
    left = start + timedelta(minutes=5) if pupil.dropped else end
    peer = Peer.objects.create(
        id=new_id("peer"),
        session=held,
        user_id=pupil.user_id,
        name=pupil.name,
        role=pupil.role,
        roles=[[None, pupil.role]],
        joined_at=start,
        left_at=left,
        leave_reason="websocket closed" if pupil.dropped else "client request" if left else "",
    )
    begun = instants.from_datetime(start)
    Track.objects.create(
        id=new_id("track"),
        peer=peer,
        session=held,
        kind=Track.Kind.MIC,
        started_at=start,
        stopped_at=left,
        on=[[begun, begun + instants.MINUTE]],
    )
    identity = new_id("event")
    Event.objects.create(
        event_id=identity,
        type="peer.join.success",
        channel=Event.Channel.WEBHOOK,
        room_id=held.room_id,
        session_id=held.pk,
        peer_id=peer.pk,
        emitted_at=start,
        received_at=start,
        payload={"id": identity, "type": "peer.join.success", "data": {"peer_id": peer.pk, "auth_token": "hush-hush"}},
    )
    return peer


QUESTIONS = [
    {
        "index": 1,
        "text": "What carries sound?",
        "type": "single-choice",
        "weight": 2,
        "options": [{"index": 1, "text": "Air"}, {"index": 2, "text": "Nothing"}],
        "right_options": [1],
        "right_text": "",
        "case": False,
        "trim": False,
    },
    {
        "index": 2,
        "text": "What is unclear?",
        "type": "long-answer",
        "weight": 1,
        "options": [],
        "right_options": [],
        "right_text": "",
        "case": False,
        "trim": False,
    },
]


def quiz(held: Session, poll_id: str = "", *, asked_ago: timedelta | None = None, **fields: object) -> PollRun:
    """A quiz in that session which everybody answered: the first of them wrongly, the others rightly, in 1.5 s."""
    given: dict[str, object] = {"title": "Waves", "kind": "quiz", "questions": QUESTIONS, "mode": "userid"}
    name = poll_id or new_id("poll")
    run = PollRun.objects.create(
        id=f"{held.pk}:{name}",
        session=held,
        room=held.room,
        poll_id=name,
        started_at=held.started_at if asked_ago is None else timezone.now() - asked_ago,
        stopped_at=held.ended_at,
        **(given | fields),
    )
    nobody = {"key": "", "peer_id": "", "user_id": ""}
    answers, scores = [], []
    for number, peer in enumerate(held.peers.order_by("pk")):
        who = {"key": peer.user_id or peer.pk, "peer_id": peer.pk, "user_id": peer.user_id}
        right = number > 0
        shared = {"run": run, "event_id": "", **(nobody if run.anonymous else who)}
        sent = {"took_ms": 1500, "sent_at": held.started_at}
        for question, value in ((1, {"chosen": [1 if right else 2], "right": right}), (2, {"text": f"Text {number}"})):
            identity = new_id("answer")
            answers.append(
                PollResponse(
                    id=f"{run.pk}:{identity}", response_id=identity, question=question, **value, **sent, **shared
                )
            )
        identity = new_id("score")
        scores.append(
            PollScore(
                id=f"{run.pk}:{identity}",
                result_id=identity,
                question=1,
                score=2 if right else 0,
                read_at=timezone.now(),
                **shared,
            )
        )
    PollResponse.objects.bulk_create(answers, batch_size=500)
    PollScore.objects.bulk_create(scores, batch_size=500)
    return run


def stream(held: Session, start: float = 0, end: float | None = 45, **fields: object) -> Stream:
    """A live stream of that session, in its minutes; without `end` it goes on."""
    given = {"kind": "live", "state": "running" if end is None else "ended", **_times(held, start, end)}
    given["id"] = f"{(fields.get('kind') or 'live')}-{new_id('beam')}"
    return Stream.objects.create(room=held.room, session_id=held.pk, **(given | fields))


def encoder(held: Session, start: float = 0, end: float | None = 45, **fields: object) -> Ingest:
    """An encoder in its room, in minutes of that session; without `end` it is connected."""
    times = _times(held, start, end)
    times["ended_at"] = times.pop("stopped_at")
    given = {"id": new_id("ingest"), "state": "connected" if end is None else "ended", **times}
    return Ingest.objects.create(room=held.room, **(given | fields))


def _times(held: Session, start: float, end: float | None) -> dict[str, Any]:
    assert held.started_at is not None
    begun = held.started_at + timedelta(minutes=start)
    stopped = None if end is None else held.started_at + timedelta(minutes=end)
    return {"at": begun, "started_at": begun, "stopped_at": stopped}


def failure(held: Session, **fields: object) -> Failure:
    peer = held.peers.first()
    given: dict[str, object] = {
        "session_id": held.pk,
        "type": "client.publish.failed",
        "at": held.started_at,
        "peer_id": peer.pk if peer else "",
        "name": peer.name if peer else "",
        "error_message": "Permission denied",
    }
    return Failure.objects.create(event_id=new_id("failure"), room=held.room, **(given | fields))


def delivery(state: str = Delivery.State.PROCESSED, **fields: object) -> Delivery:
    given: dict[str, object] = {
        "received_at": timezone.now(),
        "body": b'{"id": "e1", "type": "peer.join.success", "data": {"auth_token": "hush-hush"}}',
        "event_type": "peer.join.success",
        "event_id": new_id("event"),
        "processed_at": timezone.now() if state == Delivery.State.PROCESSED else None,
    }
    return Delivery.objects.create(state=state, **(given | fields))


def crowd(of: Room, size: int, *, ago: timedelta = timedelta(hours=3), live: bool = False) -> Session:
    """So many people in one session, written in bulk: the first teaches, each has a microphone on for half a minute."""
    start = timezone.now() - ago
    end = None if live else start + timedelta(minutes=50)
    held = Session.objects.create(id=new_id("crowd"), room=of, started_at=start, ended_at=end, people_count=size)
    peers = [
        Peer(
            id=f"{held.pk}-{number}",
            session=held,
            user_id=f"u{number}",
            name=f"Pupil {number}",
            role="teacher" if number == 0 else "student",
            joined_at=start + timedelta(seconds=number % 400),
            left_at=end,
            leave_reason="" if live else "client request",
        )
        for number in range(size)
    ]
    begun = instants.from_datetime(start) + 10 * instants.MINUTE
    tracks = [
        Track(
            id=f"{peer.pk}-mic",
            peer=peer,
            session=held,
            kind=Track.Kind.MIC,
            started_at=peer.joined_at,
            stopped_at=end,
            on=[[begun + number * instants.SECOND, begun + (number + 30) * instants.SECOND]],
        )
        for number, peer in enumerate(peers)
    ]
    Peer.objects.bulk_create(peers, batch_size=500)
    Track.objects.bulk_create(tracks, batch_size=500)
    return held
