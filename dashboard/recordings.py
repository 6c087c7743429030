"""Recordings as the list of all shows them: how they stand, who began them, what they left, and how long it is kept."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.db.models.functions import Lower

from analytics import instants
from analytics.models import Asset, KeptFile, Recording, Session
from dashboard.doers import acts_on, names_of, who
from dashboard.file_words import counted_files
from dashboard.findings import Told, told_of
from dashboard.forms.recordings import RecordingFilters
from dashboard.htmx import MemberRequest
from dashboard.listing import Column, Listing
from dashboard.recording_pages import job_url, recording_url
from dashboard.retention import Stay, stay_of
from dashboard.states import RECORDINGS, State
from dashboard.troubles import Trouble, trouble_in
from rooms.models import Room
from rooms.room_templates.then import templates_then

COLUMNS: Final = (
    Column("Room", "room", Lower("room__name")),
    Column("When", "at", "at", down=True),
    Column("Kind, begun by", "kind", "kind"),
    Column("State", "state", "state"),
    Column("Length", "length", "duration_seconds", down=True, nulls=True, classes="n"),
    Column("Size", "size", "size", down=True, nulls=True, classes="n"),
    Column("Files"),
    Column("Kept"),
)
KINDS: Final[Mapping[str, str]] = {
    Recording.Kind.BROWSER: "browser",
    Recording.Kind.COMPOSITE: "composite",
    Recording.Kind.HLS: "live stream",
    Recording.Kind.STREAM: "one person",
    Recording.Kind.TRACK: "one track",
}


@dataclass(frozen=True, slots=True)
class Copies:
    """What we keep of a recording ourselves: files kept, under way and failed, of `files` that can be.

    `problem` is what stands in the way of one of them.
    """

    files: int = 0
    kept: int = 0
    waiting: int = 0
    failed: int = 0
    problem: str = ""

    @property
    def state(self) -> State | None:
        """None while there is nothing to say."""
        if self.failed:
            return State(f"{self.failed} not copied" if self.kept else "not copied", "octagon-x", "bad")
        if self.waiting:
            return State(f"{self.kept} of {self.kept + self.waiting} copied", "loader")
        if not self.kept:
            return None
        whole = self.kept >= self.files
        return State("kept" if whole else f"{self.kept} of {self.files} kept", "hard-drive-download", "ok" * whole)

    @property
    def can_grow(self) -> bool:
        """There are files that nobody has ordered a copy of, or whose copy failed."""
        return self.files > self.kept + self.waiting


@dataclass(frozen=True, slots=True)
class Row:
    """One recording as drawn and exported. `trouble` is why it failed, `told` what else the guardian found."""

    recording: Recording
    session: Session | None
    url: str
    job_url: str
    state: State
    kind: str
    started_by: str
    files: tuple[str, ...]
    trouble: Trouble | None
    told: tuple[Told, ...]
    stay: Stay
    copies: Copies

    @property
    def problem(self) -> str:
        """In a sentence; "" while all is well."""
        if self.trouble:
            return self.trouble.cause
        return " ".join(f"{one.title}. {one.trouble.cause}" for one in self.told)


def recording_listing(request: MemberRequest, recordings: QuerySet[Recording], *, rooms: QuerySet[Room]) -> Listing:
    return Listing(
        request,
        recordings,
        RecordingFilters(request.GET, rooms),
        COLUMNS,
        default="-at",
        noun=("recording", "recordings"),
    )


def described(page: Iterable[Recording], now: datetime) -> list[Row]:
    """These recordings (each with its room) as rows. Some twenty queries, however many they are."""
    recordings = list(page)
    if not recordings:
        return []
    files: dict[str, list[Asset]] = defaultdict(list)
    for asset in Asset.objects.filter(recording__in=[one.pk for one in recordings]):
        files[asset.recording_id].append(asset)
    sessions = _sessions(recordings)
    acts = acts_on({one.job_id for one in recordings if one.job_id})
    names = names_of([one.started_by for one in recordings], acts)
    told: dict[str, list[Told]] = defaultdict(list)
    for finding in told_of(sessions.values(), now):
        told[finding.finding.recording_id].append(finding)
    then = templates_then((one.room.template_id, one.at) for one in recordings)
    kept = _kept(files)
    return [
        Row(
            recording=one,
            session=sessions.get(one.session_id),
            url=recording_url(one),
            job_url=job_url(one),
            state=RECORDINGS[one.state],
            kind=KINDS[one.kind],
            started_by=who(one.started_by, acts.get(one.job_id, {}).get("start"), names),
            files=counted_files(files[one.pk]),
            trouble=trouble_in(one),
            told=tuple(told[one.pk]),
            stay=stay_of(one, files[one.pk], then.get((one.room.template_id, one.at)), now),
            copies=_copies(files[one.pk], kept),
        )
        for one in recordings
    ]


def _sessions(recordings: Iterable[Recording]) -> dict[str, Session]:
    """Those that are known; the events of a recording may come first."""
    ids = {one.session_id for one in recordings}
    return {session.pk: session for session in Session.objects.filter(pk__in=ids).select_related("room")}


def _kept(files: Mapping[str, Iterable[Asset]]) -> dict[str, KeptFile]:
    return KeptFile.objects.in_bulk([file.pk for some in files.values() for file in some])


def _copies(files: Iterable[Asset], kept: Mapping[str, KeptFile]) -> Copies:
    """Of the files that 100ms opens, and those that we have though it opens them no more."""
    files = list(files)
    mine = [kept[file.pk] for file in files if file.pk in kept]
    states = Counter(file.state for file in mine)
    return Copies(
        files=sum(file.can_be_opened or file.pk in kept for file in files),
        kept=states[KeptFile.State.KEPT],
        waiting=states[KeptFile.State.WAITING] + states[KeptFile.State.COPYING],
        failed=states[KeptFile.State.FAILED],
        problem=next((file.problem for file in mine if file.problem), ""),
    )


def exported(row: Row) -> tuple[object, ...]:
    """A line of the file, as `EXPORTED` names its columns."""
    one, stay = row.recording, row.stay
    copy = row.copies.state
    times = (one.at, one.started_at, one.stopped_at)
    told = (
        one.pk,
        one.room_id,
        str(one.room),
        one.session_id,
        one.kind,
        *(_rfc3339(at) for at in times),
        row.started_by,
        row.state.word,
        one.duration_seconds,
        one.size,
        "; ".join(row.files),
        row.problem,
        "in a bucket of the template's own" if stay.own_storage else _rfc3339(stay.until if stay.is_known else None),
        copy.word if copy else "",
    )
    return tuple("" if value is None else value for value in told)


def _rfc3339(at: datetime | None) -> str:
    return instants.to_rfc3339(instants.from_datetime(at)) if at else ""


EXPORTED: Final = (
    "recording_id", "room_id", "room", "session_id", "kind", "at", "started_at", "ended_at", "started_by", "state",
    "seconds", "bytes", "files", "problem", "at_100ms_until", "our_copy",
)  # fmt: skip
