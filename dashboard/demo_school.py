"""What people have done at the demo's school before a visitor comes: by operations, each with its name in the book.

What the book tells was done is not done again, for a visitor may have changed it since. A room that they renamed is
left alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from analytics import video_links
from analytics.class_ids import set_id_in_class
from analytics.models import Recording
from analytics.viewing_sources import api_video
from rooms import hms
from rooms.actors import ELSEWHERE
from rooms.connection import client
from rooms.hms.pace import PATIENCE
from rooms.mirrors import rooms as room_mirror
from rooms.mirrors import templates as template_mirror
from rooms.models import AuditEntry, Poll, Room, RoomTemplate
from rooms.operations import access, polls, room_codes, rooms, stream_keys, templates
from rooms.room_templates.content import content_of

PHYSICS: Final = "Year 9 Physics, group B"
ARABIC: Final = "Arabic, level 3"
CHEMISTRY: Final = "Grade 11 Chemistry"
MATHS: Final = "Year 12 Maths"
LECTURES: Final = "Lecture hall 2"
TUTORING: Final = "Gia sư Toán: Nguyễn Thị Minh Khai"
HERS: Final = (PHYSICS, ARABIC, CHEMISTRY, MATHS, LECTURES, TUTORING)
"""The rooms of the teacher. "Choir" and "Staff room" are not hers: she must not find them."""
TEACHES_AS: Final = "teacher-wanjiru"
"""The id with which the teacher joins her classes at 100ms."""
WATCHED: Final = (PHYSICS, ARABIC)
"""What the observer looks in on."""
STOOD_IN_FOR: Final = (CHEMISTRY, MATHS)
SUBSTITUTE_FOR: Final = timedelta(days=3)
SHOWN: Final = (PHYSICS, CHEMISTRY)
LINKED: Final = 5
"""So many of their recordings have a video at api.video that is linked."""
CLOSED: Final = "Summer-school"
REASON: Final = "Closed until the summer term"
ELSEWHERE_SAYS: Final = "Public lectures, up to 500. Doors open 15 minutes before"

CHECK: Final[Mapping[str, Any]] = {
    "title": "Before the experiment",
    "type": "poll",
    "anonymous": True,
    "questions": [
        {
            "text": "Have you read the safety sheet?",
            "type": "single-choice",
            "options": [{"text": "Yes"}, {"text": "Not yet"}],
        },
        {"text": "What should we repeat first?", "type": "short-answer"},
    ],
}


@dataclass(frozen=True, slots=True)
class People:
    """Who is at the school."""

    ops: User
    teacher: User
    observer: User
    substitute: User


def furnish(people: People) -> int:
    """Do all of it that was not done before; how many changes that was. What 100ms has must be mirrored by now."""
    begun = AuditEntry.objects.count()
    of = {room.name: room for room in Room.objects.filter(gone_at=None)}
    _give_rooms(people, of)
    for room in (of[name] for name in HERS if name in of):
        _make_codes(people.ops, room)
    if CHEMISTRY in of:
        _make_poll(people, of[CHEMISTRY])
    if LECTURES in of:
        _make_key(people.ops, of[LECTURES])
        _change_elsewhere(of[LECTURES])
    _limit_guests(people.ops)
    if CLOSED not in of:
        _close_a_room(people.ops)
    _link_videos(people.ops)
    if not _done("id_in_class.set", target_id=people.teacher.get_username()):
        set_id_in_class(actor=people.ops, user=people.teacher, user_id=TEACHES_AS)
    return AuditEntry.objects.count() - begun


def _link_videos(ops: User) -> None:
    """The school puts its recordings up at api.video and names the class with each: link the newest few."""
    if not settings.API_VIDEO_KEY:
        return
    far = api_video(patience=PATIENCE)
    shown = Recording.objects.filter(kind=Recording.Kind.BROWSER, state=Recording.State.READY, room__name__in=SHOWN)
    for recording in shown.order_by("-at")[:LINKED]:
        if _done("recording_video.link", target_id=recording.pk):
            continue
        video = next(far.videos(metadata={"session_id": recording.session_id}), None)
        if video is not None:
            video_links.link(actor=ops, recording=recording, text=video.video_id, client=far)


def _done(action: str, **of: str) -> bool:
    return AuditEntry.objects.filter(action=action, outcome=AuditEntry.Outcome.SUCCEEDED, **of).exists()


def _give_rooms(people: People, of: Mapping[str, Room]) -> None:
    given: list[tuple[User, tuple[str, ...], datetime | None]] = [
        (people.teacher, HERS, None),
        (people.observer, WATCHED, None),
        (people.substitute, STOOD_IN_FOR, timezone.now() + SUBSTITUTE_FOR),
    ]
    for user, names, until in given:
        for name in names:
            if name in of and not _done("access.give", target_id=user.get_username(), room_id=of[name].pk):
                access.give(actor=people.ops, user=user, room=of[name], until=until)


def _make_codes(ops: User, room: Room) -> None:
    """A code for each role, and to each teacher those of the listeners."""
    if not _done("room_codes.create", room_id=room.pk):
        room_codes.create_all(actor=ops, room=room)
    if not _done("room_codes.hand_out", room_id=room.pk):
        handed = "audience" if room.name == LECTURES else "student"
        room_codes.let_hand_out(actor=ops, room=room, roles=[handed])


def _make_poll(people: People, room: Room) -> None:
    """One by the teacher's own hand; the others have always been there, and were answered last week."""
    if not _done("poll.create", target_name=CHECK["title"]) and not Poll.objects.filter(title=CHECK["title"]).exists():
        poll = polls.create(actor=people.teacher, settings=CHECK, room=room)
        polls.link(actor=people.teacher, poll=poll, room=room)


def _make_key(ops: User, room: Room) -> None:
    if not _done("stream_key.create", room_id=room.pk):
        stream_keys.create(actor=ops, room=room)


def _limit_guests(ops: User) -> None:
    template = RoomTemplate.objects.filter(name="Class", gone_at=None).first()
    if template is None or AuditEntry.objects.filter(target_kind="template", target_id=template.pk).exists():
        return
    seen = template_mirror.read(client(), template.pk)
    wanted = content_of(seen)
    wanted["roles"]["guest"]["maxPeerCount"] = 5
    templates.update(actor=ops, template=template, seen=seen, wanted=wanted, note="A few guests a class")


def _close_a_room(ops: User) -> None:
    if not _done("room.create", target_name=CLOSED):
        settings = {"description": "Three weeks in August", "max_duration_seconds": 3 * 3600}
        room = rooms.create(actor=ops, name=CLOSED, settings=settings)
        rooms.disable(actor=ops, room=room, reason=REASON)


def _change_elsewhere(room: Room) -> None:
    """As somebody would in 100ms's own dashboard: by no operation of ours. The mirror finds it and tells."""
    if AuditEntry.objects.filter(actor=ELSEWHERE.name, room_id=room.pk).exists():
        return
    far_side: hms.Client = client()
    far_side.rooms.update(room.pk, description=ELSEWHERE_SAYS)
    room_mirror.pull(far_side, at=timezone.now(), room_id=room.pk)
