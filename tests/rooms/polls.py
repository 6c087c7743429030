"""Polls in a simulated 100ms, and their rows here."""

from typing import Any

from django.utils import timezone

from rooms.connection import client
from rooms.mirrors import polls as poll_mirror
from rooms.mirrors import rooms as room_mirror
from rooms.models import Poll, Room
from tests.rooms.simulated import SimulatedHms


def choice(text: str, *options: str, right: tuple[int, ...] = (), **facts: Any) -> dict[str, Any]:
    """A question with options, as 100ms takes it."""
    return {
        "text": text,
        "type": "multiple-choice" if len(right) > 1 else "single-choice",
        "options": [{"index": index, "text": option, "weight": 1} for index, option in enumerate(options, 1)],
        "answer": {"options": list(right)},
        **facts,
    }


QUESTIONS = [
    choice("What bends light?", "A lens", "A mirror", "Nothing", right=(1,), weight=2),
    choice("Which are colours?", "Red", "Loud", "Blue", right=(1, 3)),
    {"text": "Its speed?", "type": "short-answer", "answer": {"text": "299792458", "trim": True}, "answer_max_len": 20},
]


def quiz(title: str = "Light", questions: list[dict[str, Any]] | None = None, **facts: Any) -> dict[str, Any]:
    return {"title": title, "type": "quiz", "questions": QUESTIONS if questions is None else questions, **facts}


def known(simulated: SimulatedHms, body: dict[str, Any] | None = None, **columns: Any) -> Poll:
    """A poll that is in 100ms and mirrored here."""
    made = simulated.world.add_poll(body or quiz())
    poll_mirror.look(client(), made.id, at=timezone.now())
    Poll.objects.filter(pk=made.id).update(**columns)
    return Poll.objects.get(pk=made.id)


def known_room(simulated: SimulatedHms, name: str = "optics", *polls: Poll) -> Room:
    """A room that is in 100ms and mirrored here, with polls it names."""
    made = simulated.world.add_room(name, polls=[poll.pk for poll in polls])
    room_mirror.pull(client(), at=timezone.now(), room_id=made.id)
    return Room.objects.get(pk=made.id)


def seen(poll: Poll) -> str:
    """The poll as whoever changes it saw it."""
    return poll_mirror.digest(client().polls.get(poll.pk))


def texts(simulated: SimulatedHms, poll: Poll) -> list[str]:
    """What 100ms asks now, in order."""
    return [one["text"] for one in simulated.world.polls[poll.pk].as_object()["questions"]]
