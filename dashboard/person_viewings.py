"""What one person watched, and what of the classes they missed parts of they caught up on."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.db.models import Q

from analytics.instants import SECOND
from analytics.intervals import total
from analytics.models import Recording, Video, Viewing
from analytics.recordings import ids_of, length_of, recorded_from
from analytics.viewing import CaughtUp, Film, beginning, missed_in_any, on_one_clock, recorded
from dashboard.attendance import Attendance, Attended
from dashboard.recording_viewers import RecordingViewer, Together, absence, spans_of
from rooms.access import Viewer, is_ops, rooms_for

SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One class and this person: `viewer` as the pages of viewers show them, over all its recordings.

    `recording`: the one whose page tells most of them; `others` are further ones of the class that theirs stands in.
    """

    recording: Recording
    viewer: RecordingViewer
    others: tuple[Recording, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonViewings:
    """Newest class first; the sums are over all of them."""

    rows: tuple[Row, ...]

    @property
    def shown(self) -> tuple[Row, ...]:
        return self.rows[:SHOWN]

    @property
    def is_known(self) -> bool:
        """Whether it is known of any of these classes what was missed."""
        return any(row.viewer.caught for row in self.rows)

    @property
    def watched_micros(self) -> int:
        return sum(row.viewer.watched_micros for row in self.rows)

    @property
    def missed_micros(self) -> int:
        return sum(row.viewer.missed_micros for row in self.rows)

    @property
    def caught_micros(self) -> int:
        return sum(row.viewer.caught_micros for row in self.rows)


def viewings_of(person: Attendance, user: Viewer) -> PersonViewings:
    """Of the recordings that this user may see: those of the person's sessions, and those they watched. Three queries.

    A class recorded in two ways is one row: it was missed once, and is caught up on in either.
    """
    watched = Viewing.objects.filter(user_id=person.user_id, watched_seconds__gt=0)
    viewings = list(watched.select_related("video").order_by("loaded_at", "pk"))
    attended = {one.session.pk: one for one in person.sessions}
    sessions = {*attended, *(viewing.video.session_id for viewing in viewings)} - {""}
    named = {viewing.video.recording_id for viewing in viewings}
    recordings = Recording.objects.select_related("room").filter(Q(session_id__in=sessions) | Q(pk__in=named))
    if not is_ops(user):
        recordings = recordings.filter(room__in=rooms_for(user))
    of_recording: dict[str, list[Viewing]] = defaultdict(list)
    for viewing in viewings:
        of_recording[viewing.video.recording_id].append(viewing)
    classes: dict[str, list[_Mine]] = defaultdict(list)
    for recording in recordings.exclude(kind__in=(Recording.Kind.TRACK, Recording.Kind.STREAM)).order_by("-at", "pk"):
        mine = [viewing for name in ids_of(recording) for viewing in of_recording.get(name, ())]
        classes[recording.session_id or recording.pk].append(_mine(recording, mine))
    rows = (_row(of_class, person, attended.get(key)) for key, of_class in classes.items())
    return PersonViewings(tuple(row for row in rows if row.viewer.viewings or row.viewer.missed_micros))


class _Mine(NamedTuple):
    """One recording, what they watched of it, and its place on the clock of the class where that is known."""

    recording: Recording
    viewings: list[Viewing]
    length: float
    film: Film | None


def _mine(recording: Recording, viewings: list[Viewing]) -> _Mine:
    length = length_of(recording) or max((_length(viewing.video) for viewing in viewings), default=0.0)
    begun = recorded_from(recording)
    film = Film(begun, length, spans_of(viewings)) if begun is not None and length else None
    return _Mine(recording, viewings, length, film)


def _row(of_class: Sequence[_Mine], person: Attendance, attended: Attended | None) -> Row:
    """Those of which the place in the class is not known cannot be laid beside the others, and fill no part of it."""
    told = max(of_class, key=lambda one: (bool(one.viewings), one.film is not None, one.length))
    films = [one.film for one in of_class if one.film is not None]
    caught: CaughtUp | None = None
    if attended is not None and films:
        caught = missed_in_any(absence(attended.person, attended.frame), films)
    several = len(of_class) > 1 and bool(films)
    viewer = RecordingViewer(
        person.user_id,
        person.name,
        person.user_id,
        attended is not None,
        max(film.interval.end - beginning(films) for film in films) / SECOND if several else told.length,
        caught,
        tuple(viewing for one in of_class for viewing in one.viewings),
        was_elsewhere=attended is None and bool(told.recording.session_id),
        together=Together(on_one_clock(films), total(recorded(films)) / SECOND) if several else None,
    )
    return Row(told.recording, viewer, tuple(one.recording for one in of_class if one is not told))


def _length(video: Video) -> float:
    return video.duration_seconds or 0.0
