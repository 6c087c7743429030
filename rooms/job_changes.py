"""What starting and stopping have in common, whatever kind of job it is.

100ms takes no start twice for one, so whoever starts reads first what runs, one at a time in a room: of two who press
at once, or of one who presses twice, the second is told so. Whoever stops or pauses reads first whether the job is of
that room, for the API itself asks only for its id. After anything the next look reads anew.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Final

from rooms import hms, jobs
from rooms.actors import Actor
from rooms.audit import Target, change
from rooms.hms.resources.jobs import Job as HmsJob
from rooms.jobs import Job, Kind
from rooms.masking import without_path
from rooms.mirrors import reading
from rooms.models import Reading, Room

NOUNS: Final[Mapping[Kind, str]] = {
    Kind.RECORDING: "recording",
    Kind.LIVE: "live stream",
    Kind.EXTERNAL: "external stream",
}
_CLAIMS: Final[Mapping[Kind, Reading.Kind]] = {
    Kind.RECORDING: Reading.Kind.RECORDING,
    Kind.LIVE: Reading.Kind.LIVE_STREAM,
    Kind.EXTERNAL: Reading.Kind.EXTERNAL_STREAM,
}


class BeingStarted(ValueError):
    """Somebody else, or the same press of a button twice, is starting one at this moment."""

    def __init__(self, kind: Kind) -> None:
        noun = NOUNS[kind]
        article = "An" if noun[0] in "aeiou" else "A"
        super().__init__(
            f"{article} {noun} is being started in this room at this moment, by somebody else or by the same button "
            "pressed twice. Nothing more was started; look in a few seconds"
        )


class NotActive(ValueError):
    """What was to be started belonged to a session that is over."""

    def __init__(self) -> None:
        super().__init__("This room is no longer active: its session is over. Nothing was started")


class AlreadyRuns(ValueError):
    """One of the kind starts, runs or stops in the room, so no other was asked for."""

    def __init__(self, kind: Kind) -> None:
        noun = NOUNS[kind]
        article = "An" if noun[0] in "aeiou" else "A"
        super().__init__(f"{article} {noun} runs in this room already. Stop it first; nothing was started")


class NothingRuns(ValueError):
    """None of the kind runs in the room, so nothing was asked for."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(f"No {NOUNS[kind]} runs in this room any more. Nothing was changed")


class NotRead(ValueError):
    """100ms could not be read before a change, so nothing was asked of it."""

    def __init__(self) -> None:
        super().__init__(
            "100ms could not be read just now, so nothing was asked of it: nobody knew what runs. Try again in a minute"
        )


@dataclass(frozen=True, slots=True)
class Stopped:
    """`new` is False when it was over, or being stopped, before we asked."""

    job: Job
    new: bool


@dataclass(frozen=True, slots=True)
class AllStopped:
    """Those being stopped, and 100ms's words about those that are not ("" without any)."""

    jobs: tuple[Job, ...]
    error: str


def start(
    actor: Actor,
    kind: Kind,
    room: Room,
    asked: Mapping[str, Any],
    send: Callable[[], HmsJob],
    *,
    while_active: bool = False,
) -> Job:
    """Raises `AlreadyRuns`, `BeingStarted`, `NotRead`, ValueError that names the field, `hms.Error`.

    Conflict when one came between that was not started here. Where nobody is in, 100ms opens a session for its
    recorder alone; with `while_active` it is not asked to, and `NotActive` raised.
    """
    said = {**asked}
    if "meeting_url" in said:
        said["meeting_url"] = without_path(said["meeting_url"])
    with _alone(room, kind):
        with _before_a_change():
            if jobs.active(room, kind):
                raise AlreadyRuns(kind)
            if while_active and not jobs.has_session(room):
                raise NotActive
        with _forgotten(room), change(actor, f"{kind}.start", _of(kind, room), after=said) as under_way:
            answer = send()
            under_way.done(target=_of(kind, room, answer.id))
    return jobs.of(kind, answer)


def stop(actor: Actor, kind: Kind, room: Room, job_id: str, send: Callable[[], HmsJob]) -> Stopped:
    """Raises `NotInRoom`, `NotRead`, `hms.Error`; NotFound when it ended by itself in between."""
    held = _one(room, kind, job_id)
    if not held.is_active or held.status == "stopping":
        return Stopped(held, new=False)
    before, after = {"status": held.status}, {"status": "stopping"}
    with (
        _forgotten(room),
        change(actor, f"{kind}.stop", _of(kind, room, held.id), before=before, after=after) as under_way,
    ):
        answer = send()
        under_way.done(after={"status": answer.status})
    return Stopped(jobs.of(kind, answer), new=True)


def stop_all(actor: Actor, kind: Kind, room: Room, send: Callable[[], tuple[tuple[HmsJob, ...], str]]) -> AllStopped:
    """Raises `NothingRuns`, `NotRead`, `hms.Error`; NotFound when all ended by themselves in between."""
    with _before_a_change():
        running = jobs.active(room, kind)
    if not running:
        raise NothingRuns(kind)
    before, after = {job.id: job.status for job in running}, {job.id: "stopping" for job in running}
    with (
        _forgotten(room),
        change(actor, f"{kind}.stop_all", _of(kind, room), before=before, after=after) as under_way,
    ):
        answers, error = send()
        said = {"error": error} if error else {}
        under_way.done(after={**before, **{answer.id: answer.status for answer in answers}, **said})
    return AllStopped(tuple(jobs.of(kind, answer) for answer in answers), error)


def act(actor: Actor, kind: Kind, verb: str, room: Room, job_id: str, send: Callable[[], HmsJob], **after: Any) -> Job:
    """Something done to a job that runs. `job_id` "" means the one that runs in the room.

    Raises `NotInRoom`, `NothingRuns`, `NotRead`, ValueError that names the field, `hms.Error`.
    """
    if job_id:
        running = [_one(room, kind, job_id)]
    else:
        with _before_a_change():
            running = jobs.active(room, kind)
    held = next((job for job in running if job.status == "running"), None)
    if held is None:
        raise NothingRuns(kind)
    with _forgotten(room), change(actor, f"{kind}.{verb}", _of(kind, room, held.id), after=after) as under_way:
        answer = send()
        # Several may run: 100ms says which of them it took.
        under_way.done(target=_of(kind, room, answer.id))
    return jobs.of(kind, answer)


def _one(room: Room, kind: Kind, job_id: str) -> Job:
    with _before_a_change():
        return jobs.one(room, kind, job_id)


def _of(kind: Kind, room: Room, job_id: str = "") -> Target:
    return Target(kind.value, job_id, str(room), room.pk)


@contextmanager
def _alone(room: Room, kind: Kind) -> Iterator[None]:
    """A claim in the database, so that it holds between processes too."""
    with ExitStack() as claim:
        try:
            claim.enter_context(reading.alone(room, _CLAIMS[kind]))
        except reading.BeingChanged as problem:
            raise BeingStarted(kind) from problem
        yield


@contextmanager
def _before_a_change() -> Iterator[None]:
    """No answer becomes `NotRead`; a refusal passes, for it would meet the change as well."""
    try:
        yield
    except (hms.ConnectionFailed, hms.ServerFailed, hms.UnreadableAnswer) as problem:
        raise NotRead from problem


@contextmanager
def _forgotten(room: Room) -> Iterator[None]:
    try:
        yield
    finally:
        jobs.forget(room)
