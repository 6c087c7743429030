"""What the page of a recording shows: how it stands, which film of it can be played, where it lies in its class."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from analytics import activity, chapters, instants, queries
from analytics.activity import Frame, Person
from analytics.chapters import Chapter
from analytics.guardian import What
from analytics.models import Asset, KeptFile, PollRun, Recording, Session
from analytics.recordings import length_of, recorded_from
from dashboard.doers import acts_on, names_of, who
from dashboard.file_words import file_rank
from dashboard.findings import HOPE, Told, ask, told_of_recording
from dashboard.retention import Stay, stay_of
from dashboard.states import RECORDINGS, State
from dashboard.troubles import Step, Trouble, step_of, trouble_in
from rooms.room_templates.then import templates_then

ICONS: Final[Mapping[str, str]] = {
    "start": "circle-dot",
    "join": "users",
    "screen": "monitor-up",
    "screen-off": "monitor-up",
    "role": "user-round-cog",
    "removed": "user-x",
    "poll": "list-todo",
}
LATE: Final = timedelta(minutes=1)
# The whole room before one person, one person before one track.
_FILMS: Final = ("room-composite", "room-composite-legacy", "stream", "track")
_UNDER_WAY: Final = (KeptFile.State.WAITING, KeptFile.State.COPYING)
_STUCK: Final = (What.STUCK_STARTING, What.STUCK_RUNNING, What.STUCK_PROCESSING)
_OF_TRANSCRIPT: Final = (
    What.NO_TRANSCRIPT, What.TRANSCRIPT_STUCK, What.TRANSCRIPT_FAILED, What.SUMMARY_FAILED, What.TRANSCRIPT_PARTLY,
)  # fmt: skip
_PLAYLISTS: Final = (".m3u8", ".mpd")


@dataclass(frozen=True, slots=True)
class Film:
    """A file that a browser can play. `words` tell the films of one recording apart."""

    asset: Asset
    words: str
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where the recording lies in its session, in percent of the session as SVG wants it."""

    x: str
    width: str
    begun: int
    ended: int


@dataclass(frozen=True)
class RecordingReading:
    """Everything is read once, with a fixed number of queries, however many people were in the class."""

    recording: Recording
    assets: Sequence[Asset]
    kept: Mapping[str, KeptFile]
    copying: frozenset[str]
    session: Session | None
    now: datetime
    stay: Stay

    @property
    def state(self) -> State:
        return RECORDINGS[self.recording.state]

    @property
    def is_under_way(self) -> bool:
        return self.recording.state not in (Recording.State.READY, Recording.State.FAILED)

    @property
    def trouble(self) -> Trouble | None:
        return trouble_in(self.recording)

    @property
    def step(self) -> Step | None:
        return step_of(self.trouble, self.recording.room) if self.trouble else None

    @property
    def seconds(self) -> float:
        """How long the film is: as told, else from its start to its end; 0 while nobody knows."""
        of_files = max((asset.duration_seconds or 0 for asset in self.assets), default=0)
        return self.recording.duration_seconds or of_files or length_of(self.recording) or 0.0

    @property
    def size(self) -> int:
        """Bytes of the film that is shown first, else of all that is told."""
        film = self.films[0].asset.size if self.films else None
        return film or self.recording.size or 0

    @cached_property
    def films(self) -> list[Film]:
        """The best first: of layers the largest picture, of an HLS recording only its single files."""
        films = [asset for asset in self.assets if asset.type in _FILMS and self._can_be_opened(asset)]
        films = [asset for asset in films if not asset.path.lower().partition("?")[0].endswith(_PLAYLISTS)]
        films.sort(key=lambda asset: (_FILMS.index(asset.type), -(asset.height or 0), asset.layer, asset.pk))
        return [Film(asset, _film_words(asset), asset.pk in self.kept) for asset in films]

    def film(self, asset_id: str) -> Film | None:
        """The one asked for, else the best."""
        return next((film for film in self.films if film.asset.pk == asset_id), self.films[0] if self.films else None)

    def _can_be_opened(self, asset: Asset) -> bool:
        return asset.pk in self.kept or asset.can_be_opened

    @property
    def openable(self) -> frozenset[str]:
        return frozenset(asset.pk for asset in self.assets if self._can_be_opened(asset))

    @property
    def playlist(self) -> Asset | None:
        """The recording of a live stream as a playlist, which most browsers do not play."""
        return next((asset for asset in self.assets if asset.type == "room-vod" and self._can_be_opened(asset)), None)

    @property
    def is_copied(self) -> bool:
        return any(film.is_kept for film in self.films) if self.films else bool(self.kept)

    @property
    def can_be_kept(self) -> bool:
        """There is a file that can be copied, and that nobody has ordered a copy of."""
        there = [file for file in self.assets if file.can_be_opened and not self.stay.is_over]
        return any(file.pk not in self.kept and file.pk not in self.copying for file in there)

    @property
    def is_forgotten(self) -> bool:
        """100ms's time is over, and we have no copy."""
        return self.stay.is_over and not self.is_copied

    @property
    def late_by(self) -> timedelta | None:
        """How long after the session's start it began; None where it began with it, or nobody knows."""
        if self.session is None or self.session.started_at is None or self.recording.started_at is None:
            return None
        late = self.recording.started_at - self.session.started_at
        return late if late >= LATE else None

    @cached_property
    def started_by(self) -> str:
        """Who started it, in words. Three queries at most."""
        one = self.recording
        acts = acts_on({one.job_id} - {""}, room_id=one.room_id)
        return who(one.started_by, acts.get(one.job_id, {}).get("start"), names_of([one.started_by], acts))

    @cached_property
    def frame(self) -> Frame | None:
        return queries.frame(self.session, self.now) if self.session else None

    @cached_property
    def people(self) -> list[Person]:
        """Two queries."""
        if self.session is None or self.frame is None:
            return []
        return activity.people(queries.stays(self.session), self.frame)

    @property
    def zero(self) -> int | None:
        """The instant at which the film begins."""
        return recorded_from(self.recording)

    @property
    def end(self) -> int | None:
        """The instant at which it ends; while it runs, now. Pauses are ignored: the film may end before."""
        if self.zero is None:
            return None
        if self.recording.stopped_at:
            return max(self.zero, instants.from_datetime(self.recording.stopped_at))
        if self.seconds:
            return self.zero + round(self.seconds * instants.SECOND)
        return instants.from_datetime(self.now) if self.is_under_way else None

    @cached_property
    def chapters(self) -> list[Chapter]:
        """One query more than the people."""
        if self.zero is None or self.end is None or self.session is None:
            return []
        runs = PollRun.objects.filter(session=self.session).exclude(started_at=None)
        polls = [
            chapters.Asked(instants.from_datetime(at), title, kind == "quiz")
            for at, title, kind in runs.values_list("started_at", "title", "kind")
            if at is not None
        ]
        return chapters.chapters(self.people, polls, start=self.zero, end=self.end)

    @property
    def place(self) -> Place | None:
        frame = self.frame
        if frame is None or self.zero is None or self.end is None or not frame.length:
            return None
        x = min(1.0, max(0.0, (self.zero - frame.started_at) / frame.length))
        width = min(1.0 - x, max(0.002, (self.end - self.zero) / frame.length))
        return Place(f"{x:.3%}", f"{width:.3%}", frame.started_at, frame.until)

    @cached_property
    def told(self) -> list[Told]:
        """What the guardian found of it. Some ten queries."""
        return told_of_recording(self.recording, self.session, self.now)

    @property
    def stuck(self) -> Told | None:
        """Why there is no film yet, and will be none by waiting."""
        return next((one for one in self.told if one.finding.what in _STUCK), None)

    @property
    def noticed(self) -> list[Told]:
        """What is said above the film; why there is none is said in its place."""
        return [one for one in self.told if one.finding.what not in (*_STUCK, What.FAILED)]

    @property
    def transcript_trouble(self) -> Trouble | None:
        return next((one.trouble for one in self.told if one.finding.what in _OF_TRANSCRIPT), None)

    @property
    def is_overdue(self) -> bool:
        """What has not come by now needs somebody who asks for it."""
        return self.now - self._awaited > HOPE

    @property
    def asking(self) -> str:
        """Whom to ask for it."""
        return ask(self.recording.job_id, self._awaited, self.now)

    @property
    def _awaited(self) -> datetime:
        return self.recording.finished_at or self.recording.stopped_at or self.recording.at


def read(recording: Recording, *, now: datetime) -> RecordingReading:
    """Six queries; the rest comes with what is shown."""
    assets = sorted(recording.assets.all(), key=_rank)
    for asset in assets:
        asset.recording = recording  # each knows it, and none asks for it
    ordered = list(KeptFile.objects.filter(asset_id__in=[asset.pk for asset in assets]))
    key = (recording.room.template_id, recording.at)
    return RecordingReading(
        recording=recording,
        assets=assets,
        kept={file.pk: file for file in ordered if file.state == KeptFile.State.KEPT},
        copying=frozenset(file.pk for file in ordered if file.state in _UNDER_WAY),
        session=Session.objects.select_related("room").filter(pk=recording.session_id).first(),
        now=now,
        stay=stay_of(recording, assets, templates_then([key]).get(key), now),
    )


def _rank(asset: Asset) -> tuple[int, str, str, str]:
    """What people look for first, and of layers and forms one after the other."""
    return (file_rank(asset.type), asset.output, asset.layer, asset.pk)


def _film_words(asset: Asset) -> str:
    if asset.height:
        return f"{asset.height} lines"
    return f"quality {int(asset.layer) + 1}" if asset.layer.isdecimal() else "the whole"
