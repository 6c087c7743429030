"""What one person watched, and what of the classes they missed parts of they caught up on."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from analytics.models import Recording, Video, Viewing
from analytics.recordings import ids_of, length_of, recorded_from
from analytics.viewing import CaughtUp, missed_and_caught_up
from dashboard.attendance import Attendance, Attended
from dashboard.recording_viewers import RecordingViewer, absence, spans_of
from rooms.access import Viewer, is_ops, rooms_for

SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One recording and this person: `viewer` as the page of its viewers shows them."""

    recording: Recording
    viewer: RecordingViewer


@dataclass(frozen=True, slots=True)
class PersonViewings:
    """Newest recording first; the sums are over all of them."""

    rows: tuple[Row, ...]

    @property
    def shown(self) -> tuple[Row, ...]:
        return self.rows[:SHOWN]

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

    A class recorded in two ways stands twice: each file was missed and watched for itself.
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
    rows = []
    for recording in recordings.exclude(kind__in=(Recording.Kind.TRACK, Recording.Kind.STREAM)).order_by("-at", "pk"):
        mine = [viewing for name in ids_of(recording) for viewing in of_recording.get(name, ())]
        row = _row(recording, person, attended.get(recording.session_id), mine)
        if mine or row.viewer.missed_micros:
            rows.append(row)
    return PersonViewings(tuple(rows))


def _row(recording: Recording, person: Attendance, attended: Attended | None, viewings: Sequence[Viewing]) -> Row:
    length = length_of(recording) or max((_length(viewing.video) for viewing in viewings), default=0.0)
    begun = recorded_from(recording)
    caught: CaughtUp | None = None
    if attended is not None and begun is not None and length:
        absent = absence(attended.person, attended.frame)
        caught = missed_and_caught_up(absent, begun, length, spans_of(viewings))
    was_there = attended is not None
    elsewhere = not was_there and bool(recording.session_id)
    told = (length, caught, tuple(viewings), elsewhere)
    viewer = RecordingViewer(person.user_id, person.name, person.user_id, was_there, *told)
    return Row(recording, viewer)


def _length(video: Video) -> float:
    return video.duration_seconds or 0.0
