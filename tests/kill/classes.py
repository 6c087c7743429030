"""The webhooks of whole classes: an opening, people who join, change their role and leave, a closing."""

from typing import Any

STARTED = "2026-11-12T07:00:00Z"
ROLE_CHANGED = "2026-11-12T07:20:00Z"
LEFT = "2026-11-12T07:40:00Z"
ENDED = "2026-11-12T07:45:00Z"


def classes(rooms: int, people: int) -> list[dict[str, Any]]:
    """`rooms` × (3 × `people` + 2) events, the rooms' taking turns, each room's in order."""
    each = [_class(f"room-{number:03}", people) for number in range(rooms)]
    return [event for at_once in zip(*each, strict=True) for event in at_once]


def _class(room: str, people: int) -> list[dict[str, Any]]:
    def event(name: str, key: str, **data: Any) -> dict[str, Any]:
        place = {"room_id": room, "room_name": room, "session_id": f"{room}-session", "template_id": "template"}
        return {
            "version": "2.0",
            "id": f"{room}-{name}-{key}",
            "timestamp": STARTED,
            "type": f"{name}.success",
            "data": {**place, **data},
        }

    def person(number: int, **more: Any) -> dict[str, Any]:
        who = {"peer_id": f"{room}-peer-{number}", "user_id": f"user-{number}", "user_name": f"Person {number}"}
        return {**who, "role": "student", "joined_at": STARTED, "type": "regular", **more}

    everybody = range(people)
    return [
        event("session.open", "x", session_started_at=STARTED),
        *[event("peer.join", str(n), **person(n)) for n in everybody],
        *[
            event(
                "role.change",
                str(n),
                **person(n, previous_role="student", role="speaker", role_changed_at=ROLE_CHANGED),
            )
            for n in everybody
        ],
        *[
            event(
                "peer.leave", str(n), **person(n, role="speaker", left_at=LEFT, duration=2400, reason="client request")
            )
            for n in everybody
        ],
        event("session.close", "x", session_started_at=STARTED, session_stopped_at=ENDED, session_duration=2700),
    ]
