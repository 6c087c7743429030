"""Changes to polls and quizzes, and to which room names them (contract, tags Polls and Rooms).

100ms rewrites by index, and an update falls back to defaults for what it leaves out. So every change of a poll reads it
first and names by `seen` (`mirror.digest`) the poll that its actor looked at: when 100ms has it otherwise by now,
nothing is sent. That also makes every change safe to try again after a lost answer; only `create` is not, see there.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.utils import timezone

from rooms import hms
from rooms.access import Action, is_ops, polls_for
from rooms.actors import Actor, NotPermitted
from rooms.audit import Change, Target, change, note
from rooms.connection import client
from rooms.elsewhere import Unsettled
from rooms.hms.resources.base import read
from rooms.hms.resources.polls import Poll as HmsPoll
from rooms.mirrors import polls as mirror
from rooms.mirrors import rooms as room_mirror
from rooms.mirrors.polls import of_poll
from rooms.models import Poll, Room
from rooms.operations.marking import operation

Settings = Mapping[str, Any]
T = TypeVar("T")


class ChangedMeanwhile(ValueError):
    """The poll is no longer as its actor saw it. Nothing was sent."""

    def __init__(self) -> None:
        super().__init__("Somebody changed this poll in the meantime. Nothing was changed by you")


class Busy(ValueError):
    """Somebody else is changing which polls the room names at this moment. Nothing was sent."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else is linking or unlinking polls of this room at this moment. Nothing was changed by you; "
            "try again in a moment"
        )


class NotRead(ValueError):
    """How things stand could not be read from 100ms, so nothing was sent."""

    def __init__(self) -> None:
        super().__init__("100ms did not say how this stands now, so nothing was sent and nothing changed. Try again")


@operation("ask")
def create(*, actor: Actor, settings: Settings, room: Room | None = None) -> Poll:
    """A new poll. `settings` in 100ms's spelling (schema PollWrite). A teacher's is for a `room` of theirs: `link` it.

    Sent once, for a repeat would make a second poll, and 100ms has no list to look it up in. After a lost answer there
    may be a poll that nobody has the id of: no room names it, so nobody is ever asked it. Making it again is right.
    """
    if isinstance(actor, User) and room is None and not is_ops(actor):
        raise NotPermitted(f"{actor.get_username()} may make polls for rooms of their own only")
    wanted = mirror.said(settings)
    with change(actor, "poll.create", Target("poll", name=wanted["title"]), after=wanted) as under_way:
        answer = client().polls.create(**settings)
        under_way.done(target=Target("poll", answer.id, answer.title))
        poll = _kept(answer)
        poll.made_by = actor if isinstance(actor, User) else None
        poll.made_at = timezone.now()
        poll.save(update_fields=["made_by", "made_at"])
    return poll


@operation("ask")
def duplicate(*, actor: Actor, poll: Poll, title: str, room: Room | None = None) -> Poll:
    """A new poll that asks the same, read from 100ms now. As `create` in all else."""
    _permit(actor, poll, "see")
    held = _read(lambda: mirror.look(client(), poll.pk, at=timezone.now())).raw
    settings = {name: value for name, value in held.items() if name in _SETTINGS and value is not None}
    return create(actor=actor, settings={**settings, "title": title}, room=room)


@operation("ask")
def update(*, actor: Actor, poll: Poll, seen: str, settings: Settings) -> Poll:
    """Rewrite a poll. A question may name by `index` where it stood in the poll as seen; what it leaves out stays."""

    def send(held: HmsPoll) -> HmsPoll:
        return client().polls.update(poll.pk, **_merged(held, settings))

    return _change(actor, "poll.update", poll, seen, lambda held: _merged(held, settings), send)


@operation("ask")
def update_question(*, actor: Actor, poll: Poll, seen: str, index: int, question: Settings) -> Poll:
    """Rewrite the question at `index`, from 1; what it leaves out stays."""

    def after(held: HmsPoll) -> Settings:
        questions = _questions(held)
        questions[_place(index, questions)] = _over(questions[_place(index, questions)], question, index)
        return {**held.raw, "questions": questions}

    def send(held: HmsPoll) -> None:
        client().polls.update_question(poll.pk, index, after(held)["questions"][index - 1])

    return _change(actor, "poll.update_question", poll, seen, after, send)


@operation("ask")
def delete_question(*, actor: Actor, poll: Poll, seen: str, index: int) -> Poll:
    """Delete the question at `index`; later ones move down."""

    def after(held: HmsPoll) -> Settings:
        questions = _questions(held)
        del questions[_place(index, questions)]
        return {**held.raw, "questions": questions}

    def send(_: HmsPoll) -> None:
        client().polls.delete_question(poll.pk, index)

    return _change(actor, "poll.delete_question", poll, seen, after, send)


@operation("ask")
def update_option(*, actor: Actor, poll: Poll, seen: str, question: int, index: int, option: Settings) -> Poll:
    """Rewrite the option at `index` of the question at `question`; what it leaves out stays."""

    def after(held: HmsPoll) -> Settings:
        questions = _questions(held)
        asked = questions[_place(question, questions)]
        options = [dict(one) for one in asked.get("options") or ()]
        options[_place(index, options)] = _over(options[_place(index, options)], option, index)
        asked["options"] = options
        return {**held.raw, "questions": questions}

    def send(held: HmsPoll) -> None:
        rewritten = after(held)["questions"][question - 1]["options"][index - 1]
        client().polls.update_option(poll.pk, question, index, rewritten)

    return _change(actor, "poll.update_option", poll, seen, after, send)


@operation("ask")
def delete_option(*, actor: Actor, poll: Poll, seen: str, question: int, index: int) -> Poll:
    """Delete the option at `index`; later ones move down, and so do the indexes of the right answers."""

    def after(held: HmsPoll) -> Settings:
        questions = _questions(held)
        asked = questions[_place(question, questions)]
        options = list(asked.get("options") or ())
        del options[_place(index, options)]
        asked["options"] = options
        answer = asked.get("answer") or {}
        if answer.get("options"):
            right = [one - (one > index) for one in answer["options"] if one != index]
            asked["answer"] = {**answer, "options": right}
        return {**held.raw, "questions": questions}

    def send(_: HmsPoll) -> None:
        client().polls.delete_option(poll.pk, question, index)

    return _change(actor, "poll.delete_option", poll, seen, after, send)


@operation("ask")
def link(*, actor: Actor, poll: Poll, room: Room) -> None:
    """The room names the poll from now on: it can be asked there. Safe to repeat."""
    _permit(actor, poll, "see")
    _set_links(actor, "poll.link", poll, room, lambda held: [*(one for one in held if one != poll.pk), poll.pk])


@operation("ask")
def unlink(*, actor: Actor, poll: Poll, room: Room) -> None:
    """The room names the poll no more; what was answered stays. Safe to repeat."""
    _permit(actor, poll, "see")
    _set_links(actor, "poll.unlink", poll, room, lambda held: [one for one in held if one != poll.pk])


@operation("ask")
def put_away(*, actor: Actor, poll: Poll) -> Poll:
    """Out of the lists here; 100ms deletes no polls, and rooms that name it go on to do so."""
    return _put(actor, "poll.put_away", poll, away=True)


@operation("ask")
def bring_back(*, actor: Actor, poll: Poll) -> Poll:
    """Into the lists again."""
    return _put(actor, "poll.bring_back", poll, away=False)


_SETTINGS = ("title", "duration", "anonymous", "mode", "type", "start", "questions")


def _permit(actor: Actor, poll: Poll, action: Action) -> None:
    """Raises NotPermitted unless this very poll is theirs to see, or to change."""
    if isinstance(actor, User) and not polls_for(actor, action).filter(pk=poll.pk).exists():
        raise NotPermitted(f"{actor.get_username()} may not {action} poll {poll.pk}")


def _change(
    actor: Actor,
    action: str,
    poll: Poll,
    seen: str,
    after: Callable[[HmsPoll], Settings],
    send: Callable[[HmsPoll], HmsPoll | None],
) -> Poll:
    """Read, compare with what was seen, send, keep. Where the answer is not the poll, it is read once more."""
    _permit(actor, poll, "ask")
    held = _read(lambda: mirror.look(client(), poll.pk, at=timezone.now()))
    if mirror.digest(held) != seen:
        raise ChangedMeanwhile
    before, wanted = mirror.said(held.raw), mirror.said(after(held))
    touched = [name for name in wanted if wanted[name] != before[name]]
    with change(
        actor,
        action,
        of_poll(poll),
        before={name: before[name] for name in touched},
        after={name: wanted[name] for name in touched},
    ) as under_way:
        answer = send(held)
        under_way.done()
        return _kept(answer or _found(poll, after(held)))


def _found(poll: Poll, wanted: Settings) -> HmsPoll:
    """The poll after a change that 100ms confirmed without showing it; as it was asked for, when it cannot be read."""
    try:
        return client().polls.get(poll.pk)
    except hms.Error:
        return read(HmsPoll, {**wanted, "id": poll.pk})


def _read(ask: Callable[[], T]) -> T:
    """What is read before anything is sent. Raises NotRead where there is no whole answer, else what 100ms says."""
    try:
        return ask()
    except (hms.ConnectionFailed, hms.ServerFailed, hms.UnreadableAnswer) as problem:
        raise NotRead from problem


def _kept(answer: HmsPoll) -> Poll:
    mirror.write([answer], at=timezone.now(), ours=True)
    return Poll.objects.get(pk=answer.id)


def _questions(held: HmsPoll) -> list[dict[str, Any]]:
    return [dict(question.raw) for question in held.questions]


def _place(index: int, items: Sequence[object]) -> int:
    if not 1 <= index <= len(items):
        raise ValueError(f"there is no number {index} here")
    return index - 1


def _over(stood: Settings, wanted: Settings, place: int) -> dict[str, Any]:
    """What stood, with what is wanted over it; None takes a setting away."""
    merged = {**stood, **wanted, "index": place}
    return {name: value for name, value in merged.items() if value is not None}


def _merged(held: HmsPoll, settings: Settings) -> dict[str, Any]:
    """All of the poll as it shall be: what the settings leave out stays, of the poll and of each question."""
    before = {name: held.raw[name] for name in _SETTINGS if held.raw.get(name) is not None}
    asked = _questions(held)
    questions = []
    for place, question in enumerate(settings.get("questions", asked), 1):
        index = question.get("index")
        stood = asked[_place(index, asked)] if index else {}
        questions.append(_over(stood, question, place))
    return {**before, **settings, "questions": questions}


def _set_links(
    actor: Actor, action: str, poll: Poll, room: Room, wanted: Callable[[Sequence[str]], Sequence[str]]
) -> None:
    """Set which polls a room names, from a fresh reading of them: 100ms takes the whole list only.

    One at a time a room: two who read before either wrote would undo each other's link. The audit's requests are the
    queue, for they are numbered in one place; whoever is not first is turned away.
    """
    with change(actor, action, of_poll(poll, room.pk)) as under_way:
        if _is_waiting(under_way, room):
            raise Busy
        held = _read(lambda: client().rooms.get(room.pk))
        under_way.before, under_way.after = {"polls": list(held.polls)}, {"polls": list(wanted(held.polls))}
        if under_way.after != under_way.before:
            held = client().rooms.update(room.pk, polls=under_way.after["polls"])
        under_way.done()
        # Not as ours: what else differs about the room was changed by others, and links are not compared there.
        room_mirror.write([held], at=timezone.now())


def _is_waiting(under_way: Change, room: Room) -> bool:
    asked = [one for one in Unsettled.of("poll", now=timezone.now()).under_way if one.action in mirror.LINKS]
    here = [one.change for one in asked if one.room_id == room.pk]
    return here[:1] != [under_way.id]


def _put(actor: Actor, action: str, poll: Poll, *, away: bool) -> Poll:
    _permit(actor, poll, "ask")
    poll.put_away_at = timezone.now() if away else None
    poll.save(update_fields=["put_away_at"])
    note(actor, action, of_poll(poll))
    return poll
