"""Who watched a recording, which parts, and who caught up on what they missed: read for its pages, as rows.

A person is known by the `user_id` they join with at 100ms (EVENTS trap 9): api.video is told it by the page with the
player (metadata `user_id`), and of our own player it is who the account is in class (`analytics.class_ids`). Nobody is
matched by their name. A viewing of nobody known stands alone, as "Somebody".
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final, Literal

from analytics import activity, durations, queries
from analytics.activity import Person
from analytics.instants import SECOND
from analytics.intervals import Interval, Intervals, subtract
from analytics.models import Peer, Recording, Session, Track, Video, Viewing
from analytics.playhead import clock, written
from analytics.recordings import ids_of, length_of, recorded_from
from analytics.viewing import Bin, CaughtUp, Span, covered, heat, missed_and_caught_up, most_watched, once, share

BINS: Final = 120
TALL: Final = 52.0  # pixels of the highest bar
BASE: Final = 58.0

RUNNING: Final = frozenset({Recording.State.STARTING, Recording.State.RUNNING, Recording.State.STOPPING})

State = Literal["caught up", "in part", "not watched", "nothing missed", "not known"]


@dataclass(frozen=True, slots=True)
class Strip:
    """A stretch of the recording as SVG wants it: percent of its length; `start` and `end` in words."""

    x: str
    width: str
    start: str
    end: str
    at: str

    @property
    def words(self) -> str:
        return f"{self.start} to {self.end}"


@dataclass(frozen=True, slots=True)
class RecordingViewer:
    """One person, or one viewing of nobody known. `caught` is None where it is not known what they missed.

    `was_elsewhere`: they were in other classes, so it is known that they were not in this one.
    """

    key: str
    name: str
    user_id: str
    was_there: bool
    length: float
    caught: CaughtUp | None
    viewings: tuple[Viewing, ...] = ()
    was_elsewhere: bool = False

    @property
    def beside(self) -> str:
        """Why they stand beside those who were in the class, "" for these. Who is in no class may just go by another
        id there."""
        if self.was_there:
            return ""
        if not self.user_id:
            return "nobody told who this was"
        return "was not in the class" if self.was_elsewhere else "not matched to anybody in the class"

    @property
    def label(self) -> str:
        return self.name or self.user_id or "Somebody"

    @property
    def is_anonymous(self) -> bool:
        return not self.was_there and not self.user_id

    @property
    def spans(self) -> list[Span]:
        return spans_of(self.viewings)

    @property
    def watched_micros(self) -> int:
        return round(sum(viewing.watched_seconds for viewing in self.viewings) * SECOND)

    @property
    def seen(self) -> float:
        """Share of the recording, 0 to 1."""
        return share(self.spans, self.length)

    @property
    def seen_percent(self) -> int:
        """In whole percent; what was seen at all is never 0."""
        return max(1, round(100 * self.seen)) if self.spans and self.length else 0

    @property
    def missed_micros(self) -> int:
        return round((self.caught.missed_seconds if self.caught else 0) * SECOND)

    @property
    def caught_micros(self) -> int:
        return round((self.caught.caught_seconds if self.caught else 0) * SECOND)

    @property
    def state(self) -> State:
        return state_of(self.caught)

    @property
    def last_watched_at(self) -> datetime | None:
        return self.latest.last_event_at if self.latest else None

    @property
    def latest(self) -> Viewing | None:
        """The viewing of which the last word came last."""
        told = [viewing for viewing in self.viewings if viewing.last_event_at is not None]
        return max(told, key=lambda viewing: (viewing.last_event_at, viewing.pk), default=None)

    @property
    def stopped_at(self) -> str:
        latest = self.latest
        return clock(latest.last_position) if latest and latest.last_position is not None else ""

    @property
    def missed_strips(self) -> list[Strip]:
        return strips(self.caught.missed if self.caught else (), self.length)

    @property
    def caught_strips(self) -> list[Strip]:
        return strips(self.caught.caught if self.caught else (), self.length)

    @property
    def seen_strips(self) -> list[Strip]:
        return strips(once(self.spans), self.length)

    @property
    def sentence(self) -> str:
        """The strip, read aloud."""
        if self.caught is None:
            missed = "What was missed is not known"
        else:
            missed = f"Missed {_listed(self.missed_strips)}" if self.missed_strips else "Missed nothing"
        return f"{missed}; watched {_listed(self.seen_strips) if self.seen_strips else 'nothing'}"


@dataclass(frozen=True, slots=True)
class Bar:
    """One slice of the heat line: pixels from the top and high, in two colours."""

    x: str
    width: str
    once_y: str
    once_height: str
    again_y: str
    again_height: str


@dataclass(frozen=True)
class Viewers:
    """All that the pages of one recording's viewers show; a fixed number of queries."""

    recording: Recording
    length: float
    videos: tuple[Video, ...]
    rows: tuple[RecordingViewer, ...]
    start_known: bool
    session: Session | None = field(default=None)
    people_known: bool = True

    @property
    def doubt(self) -> str:
        """Why it is not known who missed what, "" where it is."""
        if self.start_known and self.length and self.people_known:
            return ""
        if self.recording.state in RUNNING:
            return "It is still being recorded: who missed a part of the class is known afterwards."
        if not self.start_known:
            return "When the recording began is not known, so nobody’s absence can be laid against it."
        if not self.length:
            return "How long the recording is is not known, so nobody’s absence can be laid against it."
        return "Who was in the class is not known."

    @cached_property
    def watchers(self) -> list[RecordingViewer]:
        return [row for row in self.rows if row.spans]

    @cached_property
    def missed_count(self) -> int:
        return sum(1 for row in self.rows if row.missed_micros)

    @cached_property
    def more_count(self) -> int:
        """Those who watched and had missed nothing, or were not there to miss it."""
        return sum(1 for row in self.rows if row.viewings and not row.missed_micros)

    @cached_property
    def slices(self) -> tuple[Bin, ...]:
        return heat((row.spans for row in self.watchers), self.length, BINS) if self.length else ()

    @cached_property
    def bars(self) -> list[Bar]:
        highest = max((one.once + one.again for one in self.slices), default=0.0) or 1.0
        return [_bar(number, one, highest) for number, one in enumerate(self.slices) if one.once + one.again > 0]

    @cached_property
    def most(self) -> Strip | None:
        found = most_watched(self.slices, self.length) if self.slices else None
        return strips([found], self.length)[0] if found else None

    @property
    def sentence(self) -> str:
        """The heat line, read aloud."""
        count = len(self.watchers)
        if not count:
            return "Nobody has watched it yet"
        unseen = self.length - covered(span for row in self.watchers for span in row.spans)
        most = f", most of all from {self.most.words}" if self.most else ""
        rest = f"; {durations.words(round(unseen * SECOND))} of it nobody watched" if unseen >= 1 else ""
        return f"Watched by {count} {'person' if count == 1 else 'people'}{most}{rest}"

    def find(self, key: str) -> RecordingViewer | None:
        return next((row for row in self.rows if row.key == key), None)


def viewers(recording: Recording, now: datetime) -> Viewers:
    """Read it all: six queries at most, however many watched."""
    videos = tuple(Video.objects.filter(recording_id__in=ids_of(recording)).order_by("source", "linked_at", "pk"))
    watched: dict[str, list[Viewing]] = defaultdict(list)
    opened = Viewing.objects.filter(video__in=videos) if videos else Viewing.objects.none()
    # To open the player is not to watch: what was never played is kept, and makes nobody a viewer.
    for viewing in opened.filter(watched_seconds__gt=0).order_by("loaded_at", "pk"):
        watched[viewing.user_id or viewing.pk].append(viewing)
    length = length_of(recording) or max((video.duration_seconds or 0 for video in videos), default=0.0)
    session = Session.objects.filter(pk=recording.session_id).first()
    begun = recorded_from(recording)
    rows = []
    attended = _attended(session, now) if session else []
    for person, absent in attended:
        of_person = watched.pop(person.key, [])
        caught = None
        if begun is not None and length:
            caught = missed_and_caught_up(absent, begun, length, spans_of(of_person))
        row = RecordingViewer(person.key, person.name, person.user_id, True, length, caught, tuple(of_person))
        if row.missed_micros or of_person:
            rows.append(row)
    names = _names(group[0].user_id for group in watched.values() if group[0].user_id)
    for key, group in watched.items():
        user_id = group[0].user_id
        name = group[-1].name or names.get(user_id, "")
        elsewhere = bool(attended) and user_id in names
        rows.append(RecordingViewer(key, name, user_id, False, length, None, tuple(group), was_elsewhere=elsewhere))
    return Viewers(recording, length, videos, tuple(rows), begun is not None, session, bool(attended))


def absence(person: Person, frame: activity.Frame) -> Intervals:
    """When somebody was not in a session: all of it but their stays, on whatever device."""
    return subtract([Interval(frame.started_at, frame.until)], person.present)


def state_of(caught: CaughtUp | None) -> State:
    if caught is None:
        return "not known"
    if not caught.missed:
        return "nothing missed"
    if caught.is_whole:
        return "caught up"
    return "in part" if caught.caught_seconds >= 1 else "not watched"


def spans_of(viewings: Iterable[Viewing]) -> list[Span]:
    """All that was watched in these, in their order."""
    return [(float(start), float(end)) for viewing in viewings for start, end in viewing.spans]


def strips(spans: Sequence[Span], length: float) -> list[Strip]:
    if not length:
        return []
    drawn = []
    for start, end in spans:
        x = min(max(start / length, 0.0), 1.0)
        width = min(max((end - start) / length, 0.004), 1.0 - x)
        drawn.append(Strip(f"{x:.3%}", f"{width:.3%}", clock(start), clock(end), written(start)))
    return drawn


def _attended(session: Session, now: datetime) -> list[tuple[Person, Intervals]]:
    """Everybody who was in the session, with when they were not."""
    frame = queries.frame(session, now)
    peers = queries.counted(Peer.objects.filter(session=session))
    people = activity.people(queries.stays_of(peers, Track.objects.none()), frame)
    return [(person, absence(person, frame)) for person in people]


def name_of(viewing: Viewing) -> str:
    """Who watched, by the name told with the viewing or the last one used in a class; "" for nobody known."""
    known = viewing.name or (_names([viewing.user_id]).get(viewing.user_id, "") if viewing.user_id else "")
    return known or viewing.user_id


def _names(user_ids: Iterable[str]) -> dict[str, str]:
    """The last name that these people used in any session, "" for who used none; who was in no session is left out."""
    wanted = list(user_ids)
    names: dict[str, str] = {}
    stays = Peer.objects.filter(user_id__in=wanted).order_by("joined_at") if wanted else Peer.objects.none()
    for user_id, name in stays.values_list("user_id", "name"):
        names[user_id] = name or names.get(user_id, "")
    return names


def _bar(number: int, one: Bin, highest: float) -> Bar:
    first, again = TALL * one.once / highest, TALL * one.again / highest
    return Bar(
        f"{number / BINS:.3%}",
        f"{0.7 / BINS:.3%}",
        f"{BASE - first:.1f}",
        f"{first:.1f}",
        f"{BASE - first - again:.1f}",
        f"{again:.1f}",
    )


def _listed(drawn: Sequence[Strip]) -> str:
    words = [one.words for one in drawn[:5]]
    more = f" and {len(drawn) - 5} more" if len(drawn) > 5 else ""
    return ", ".join(words) + more
