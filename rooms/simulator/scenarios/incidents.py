"""What goes otherwise in a class: each function takes a cast and lets it happen to somebody not yet touched.

A cast with nobody left for it stays as it is; the scenarios see to it that there is somebody.
"""

from collections.abc import Callable
from dataclasses import replace

from rooms.simulator.clock import SECOND
from rooms.simulator.people import CALLER, VISITOR, pupil
from rooms.simulator.scenarios import failures
from rooms.simulator.scenarios.cast import Cast, ns, part
from rooms.simulator.scenarios.script import RoleChange, Stay

Incident = Callable[[Cast], None]


def _middle(cast: Cast, stay: Stay, low: float = 0.15, high: float = 0.85) -> int:
    return stay.start + int((stay.end - stay.start) * cast.random.uniform(low, high))


def _a_little(cast: Cast) -> int:
    """Up to 45 seconds, less in a short session."""
    return min(cast.moment(0, 45), cast.end // 10)


def rejoin(cast: Cast) -> None:
    """Leaves by the door and comes back: two peers, one user id, a gap between them."""
    if stay := cast.pick():
        left = _middle(cast, stay)
        back = min(left + cast.moment(20, 240), left + (stay.end - left) // 2)
        cast.swap(stay, part(stay, stay.start, left), part(stay, back, stay.end, f"{stay.key}-again"))


def second_device(cast: Cast) -> None:
    """A phone beside the laptop for a while: two peers of one user id at once (EVENTS trap 9)."""
    if stay := cast.pick():
        joined = _middle(cast, stay, 0.2, 0.5)
        left = joined + int((stay.end - joined) * cast.random.uniform(0.3, 0.8))
        cast.swap(stay, stay, part(stay, joined, left, f"{stay.key}-phone"))


def drop(cast: Cast) -> None:
    """The network goes: `client.disconnected`, back as a new peer, the old one leaves about 60 s after (trap 21)."""
    if stay := cast.pick():
        lost = _middle(cast, stay)
        gone = min(lost + cast.moment(57, 63), (lost + stay.end) // 2)
        back = min(lost + cast.moment(8, 150), (lost + stay.end) // 2)
        reason = cast.random.choice(["websocket closed", "websocket closed", "ice connection state closed"])
        before = part(stay, stay.start, gone, reason=reason)
        cast.swap(stay, before, part(stay, back, stay.end, f"{stay.key}-back"))
        cast.notice(failures.disconnected(stay, lost))


def flicker(cast: Cast) -> None:
    """The connection is lost for a breath and recovered: an error, and no leave."""
    if stay := cast.pick():
        at = _middle(cast, stay)
        cast.notice(failures.disconnected(stay, at), failures.publish_failed(stay, at + SECOND // 3))


def cut_off(cast: Cast) -> None:
    """The network goes for good: the client gives up, the peer never comes back."""
    if stay := cast.pick():
        lost = _middle(cast, stay, 0.5, 0.8)
        gone = min(lost + cast.moment(57, 63), (lost + stay.end) // 2)
        cast.swap(stay, part(stay, stay.start, gone, reason="websocket closed"))
        cast.notice(failures.disconnected(stay, lost, terminal=True))


def kick(cast: Cast) -> None:
    """The teacher removes somebody, with a word to them."""
    if stay := cast.pick():
        cut = part(stay, stay.start, _middle(cast, stay, 0.4, 0.8), reason="peer kicked")
        cast.swap(stay, replace(cut, message="Please rejoin when you are ready to listen"))


def server_removal(cast: Cast) -> None:
    """The server lets a peer go, which is rare (EVENTS trap 28)."""
    if stay := cast.pick():
        cast.swap(stay, part(stay, stay.start, _middle(cast, stay), reason="server removed peer"))


def promote(cast: Cast) -> None:
    """A pupil leads the class for a while, shares the screen and goes back to their seat; another is refused."""
    teacher = cast.stays[0]
    if stay := cast.pick():
        up = _middle(cast, stay, 0.2, 0.4)
        down = _middle(cast, stay, 0.6, 0.8)
        changes = (RoleChange(up, "co-teacher", teacher.key), RoleChange(down, stay.role, teacher.key))
        shown = cast.share(stay, [(up + ns(9.7), down - ns(5.3))])
        cast.swap(shown, replace(shown, roles=changes))
    if other := cast.pick():
        cast.notice(failures.role_refused(other, _middle(cast, other), "co-teacher", teacher))


def stuck_track(cast: Cast) -> None:
    """Leaves with the microphone open, and 100ms never says that the track went."""
    if stay := cast.pick():
        mic = next(track for track in stay.tracks if track.key == "mic")
        opened = max(mic.start, stay.end - ns(95.25))
        on = (*[span for span in mic.on if span[1] < opened], (opened, stay.end))
        stuck = replace(mic, stop=None, on=on)
        cast.swap(stay, replace(stay, tracks=tuple(stuck if track is mic else track for track in stay.tracks)))


def lost_webhooks(cast: Cast) -> None:
    """One peer's join, another's leave and a third's both never arrive (EVENTS trap 46)."""
    join, leave = "peer.join.success", "peer.leave.success"
    for lost in ({join}, {leave}, {join, leave}):
        if stay := cast.pick():
            cast.swap(stay, replace(stay, lost=frozenset(lost)))


def caller(cast: Cast) -> None:
    """Somebody rings in by telephone: a SIP peer, sound only."""
    start = cast.end // 6 + _a_little(cast)
    cast.join(CALLER, "guest", start, cast.end * 3 // 4, speaks=6, star=True)


def nameless(cast: Cast) -> None:
    """A visitor whose token names no user; a second one at the same time is somebody else (EVENTS trap 10)."""
    for _ in range(2):
        start = cast.end // 5 + _a_little(cast)
        cast.join(VISITOR, "guest", start, cast.end * 4 // 5 - _a_little(cast), speaks=2, star=True)


def client_errors(cast: Cast) -> None:
    """Every kind of client error, given up or not, on three people; one of them never gets in."""
    if stay := cast.pick():
        at = _middle(cast, stay)
        cast.notice(failures.publish_failed(stay, at), failures.subscribe_failed(stay, at + SECOND // 9))
    if stay := cast.pick():
        at = _middle(cast, stay)
        cast.notice(failures.publish_failed(stay, at, terminal=True))
        cast.notice(failures.subscribe_failed(stay, (at + stay.end) // 2, terminal=True))
    if stay := cast.pick():
        first = max(0, stay.start - 40 * SECOND)
        cast.notice(failures.connect_failed(stay, first), failures.connect_failed(stay, first + SECOND, terminal=True))
        cast.notice(failures.join_failed(stay, (first + stay.start) // 2))


def refusals(cast: Cast) -> None:
    """A stranger is turned away at the door, and a good leave is followed by a leave failure (EVENTS trap 41)."""
    at = cast.end // 3 + _a_little(cast)
    cast.notice(failures.join_refused(pupil(177), at, "co-teacher"))
    cast.notice(failures.join_refused(pupil(178), at + _a_little(cast), "student", "network disconnection"))
    if stay := cast.pick():
        early = part(stay, stay.start, _middle(cast, stay, 0.5, 0.8))
        cast.swap(stay, early)
        cast.notice(failures.leave_refused(early, early.end + SECOND // 2))


def end_for_all(cast: Cast) -> None:
    """The teacher ends it for everybody, and once more by mistake.

    What leave reason that gives is not documented: an undocumented text stands in for it (EVENTS trap 28).
    """
    at = max(cast.end - 3 * SECOND, max(stay.start for stay in cast.stays) + 2 * SECOND)
    for stay in list(cast.stays):
        if stay.end > at:
            gone = min(at + cast.moment(0.05, 0.8), stay.end)
            cast.swap(stay, part(stay, stay.start, gone, reason="room ended"))
    teacher = cast.stays[0]
    cast.notice(failures.room_ended(teacher, at), failures.room_ended(teacher, cast.end + 20 * SECOND, failed=True))


INCIDENTS: dict[str, Incident] = {
    incident.__name__: incident
    for incident in (
        drop,
        rejoin,
        second_device,
        kick,
        promote,
        stuck_track,
        flicker,
        lost_webhooks,
        client_errors,
        caller,
        nameless,
        refusals,
        cut_off,
        server_removal,
        end_for_all,
    )
}
"""By name; `end_for_all` must come last, for it cuts everybody's stay."""
