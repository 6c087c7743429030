"""Which events speak of the same run, and what its course was. Recordings and streams are read off runs.

An event names some of a run's ids and the API's objects name others: a job knows its files and no beam, the webhook of
a file its beam and no job (EVENTS trap 8). So all events of a session are taken together, and those that share an id
are one run; where they lie apart still, files that lie in the same place bring them together, unless their ids say
otherwise.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from analytics import instants
from analytics.envelope import Envelope
from analytics.projections.batch import text, words
from analytics.projections.evidence import (
    ASSET,
    BEAM,
    COMPOSITE,
    FAILURES,
    FAMILIES,
    FILES,
    HLS,
    OBJECTS,
    STARTS,
    STOPS,
    STREAM,
    TRACK,
    TRANSCRIPTIONS,
    Key,
    guessed_family,
    hints,
    instant,
    keys,
    named,
    number,
    told_at,
)

# Nothing of Beam lasts longer by itself, nor a session: a run with no stop event is not endless (EVENTS trap 23).
LONGEST_RUN: Final = 4 * instants.HOUR
LONGEST_SESSION: Final = 12 * instants.HOUR


@dataclass
class Run:
    """Everything said of one run, each in order of when it was made."""

    family: str
    events: list[Envelope] = field(default_factory=list)
    assets: list[Envelope] = field(default_factory=list)
    transcriptions: list[Envelope] = field(default_factory=list)
    placed: str = ""
    """The session that it is taken to be of where none of its events names one."""

    @property
    def all(self) -> list[Envelope]:
        return [*self.events, *self.assets, *self.transcriptions]

    def of(self, types: frozenset[str]) -> list[Envelope]:
        return [event for event in self.events if event.type in types]

    def ids(self, kind: str) -> list[str]:
        """The ids of a kind (beam, job, file, track) that it goes by."""
        told = {key[1] for event in self.all for key in keys(event, self.family) if key[0] == kind}
        return sorted(told - {""})

    @property
    def session_id(self) -> str:
        return next((event.session_id for event in self.all if event.session_id), self.placed)

    @property
    def other_sessions(self) -> list[str]:
        return sorted({event.session_id for event in self.all} - {"", self.session_id})

    @property
    def room_id(self) -> str:
        return self.all[0].room_id

    @property
    def objects(self) -> list[Envelope]:
        """The job as the API gave it, the latest reading first."""
        return self.of(OBJECTS)[::-1]


class _Sets:
    """Sets that grow together (union-find): near to linear, whatever the order."""

    def __init__(self) -> None:
        self._above: dict[object, object] = {}

    def find(self, one: object) -> object:
        top = one
        while (above := self._above.get(top, top)) != top:
            top = above
        while (above := self._above.get(one, one)) != top:
            self._above[one] = top
            one = above
        return top

    def join(self, one: object, other: object) -> object:
        top, under = self.find(one), self.find(other)
        if top != under:
            self._above[under] = top
        return top


def runs(events: Iterable[Envelope]) -> list[Run]:
    """The runs that these events speak of, in any order, in an order that depends on the events alone."""
    ordered = sorted(events, key=lambda event: (event.emitted_at, event.id))
    families = _families(ordered)
    sets = _Sets()
    for event, family in zip(ordered, families, strict=True):
        for key in keys(event, family):
            if key[-1]:
                sets.join((family, *key), event.id)
    _join_by_hints(ordered, families, sets)
    found: dict[object, Run] = {}
    for event, family in zip(ordered, families, strict=True):
        run = found.setdefault(sets.find(event.id), Run(family))
        if event.type == ASSET:
            run.assets.append(event)
        elif event.type in TRANSCRIPTIONS:
            run.transcriptions.append(event)
        else:
            run.events.append(event)
    return list(found.values())


def _families(ordered: Sequence[Envelope]) -> list[str]:
    """The family of each: of an asset and a transcript that of what names it, of its job, of a file in its place."""
    known: dict[Key, set[str]] = defaultdict(set)
    for event in ordered:
        if family := FAMILIES.get(event.type):
            _note(known, event, family)
    # A job that nothing else names is of the family that its files are of.
    guesses: dict[str, set[str]] = defaultdict(set)
    assets = [event for event in ordered if event.type == ASSET]
    for event in assets:
        guesses[named(event, "job_id")].add(guessed_family(event))
    of_asset = {}
    for event in assets:
        job_id = named(event, "job_id")
        own = guessed_family(event)
        if own == BEAM and job_id and HLS in guesses[job_id]:
            own = HLS
        of_asset[event.id] = _chosen(known, event, own)
    for event in assets:
        _note(known, event, of_asset[event.id])
    return [FAMILIES.get(event.type) or of_asset.get(event.id) or _chosen(known, event, BEAM) for event in ordered]


def _note(known: dict[Key, set[str]], event: Envelope, family: str) -> None:
    for key in (*keys(event, family), *hints(event, family)):
        if key[-1]:
            known[key].add(family)


def _chosen(known: Mapping[Key, set[str]], event: Envelope, guess: str) -> str:
    told = [*keys(event, guess), *hints(event, guess)]
    if guess not in (STREAM, TRACK):
        told.insert(0, ("job", named(event, "job_id")))
    for key in told:
        if key[-1] and key[0] != "session" and (families := known.get(key)):
            return guess if guess in families else min(families)
    return guess


def _join_by_hints(ordered: Sequence[Envelope], families: Sequence[str], sets: _Sets) -> None:
    ids: dict[object, set[Key]] = defaultdict(set)
    sharing: dict[Key, set[str]] = defaultdict(set)
    for event, family in zip(ordered, families, strict=True):
        top = sets.find(event.id)
        ids[top] |= {key for key in keys(event, family) if key[-1] and _tells_apart(key, event)}
        for hint in hints(event, family):
            sharing[family, *hint].add(event.id)
    for _, members in sorted(sharing.items()):
        tops = {sets.find(member) for member in members}
        together = set().union(*(ids[top] for top in tops))
        kinds = [kind for kind, *_ in together]
        if len(tops) > 1 and len(kinds) == len(set(kinds)):
            first, *others = sorted(members)
            for other in others:
                sets.join(first, other)
            ids[sets.find(first)] = together


def _tells_apart(key: Key, event: Envelope) -> bool:
    """Is it an id of which a run has one? Of files it has many, but for the one that an event calls the recording."""
    recording = event.type in FAMILIES and key == ("file", named(event, "recording_id"))
    return recording or key[0] in {"beam", "job"}


@dataclass(frozen=True, slots=True)
class Course:
    """How a run went. Instants cut to the millisecond. `estimated`: nobody told the stop, it is worked out."""

    ordered: int | None
    started: int | None
    stopped: int | None
    estimated: bool
    seconds: float | None
    started_by: str
    stopped_by: str
    reason: str
    error_type: str
    error_message: str

    @property
    def failed_stop(self) -> bool:
        return self.reason.lower().startswith("failure")

    @property
    def clean_stop(self) -> bool:
        return bool(self.reason) and not self.failed_stop


def course(run: Run, ends: Mapping[str, int]) -> Course:
    """The course of a run; `ends` are the ends of sessions as far as they are known.

    The job's object outranks the file's event, and that the events of start and stop, which name no time of Beam's own
    (EVENTS trap 22): the nearest is when they were made. A start that is not before its stop is none (trap 19); then,
    and where nobody told the start, the length says it.
    """
    jobs, files, starts, stops = run.objects, run.of(FILES), run.of(STARTS), run.of(STOPS)
    lengths = [number(event.data.get("duration"), 86_400) for event in [*stops, *run.of(FAILURES)]]
    seconds = next((length for length in lengths if length), None)
    stopped = _earliest(
        [instant(event, "stopped_at") for event in jobs],
        [instant(event, "stopped_at", "session_stopped_at") for event in files],
        [instant(event, "session_stopped_at") for event in run.of(FAILURES)],
        [told_at(event, "stopped_at") for event in stops],
    )
    started = _earliest(
        [instant(event, "started_at") for event in jobs],
        [_real_start(event) for event in files],
        [told_at(event, "started_at") for event in starts],
        [_real_start(event) for event in [*stops, *run.of(FAILURES)]],
    )
    if stopped is not None and (started is None or started >= stopped):
        started = stopped - int(seconds * instants.SECOND) if seconds else None
    estimated = False
    if stopped is None and started is not None:
        over = [told_at(event) for event in [*files, *run.of(FAILURES)]]
        over += [ends[run.session_id]] if run.session_id in ends else []
        longest = LONGEST_SESSION if run.family == TRACK else LONGEST_RUN
        if over:
            stopped, estimated = max(started, min([*over, started + longest])), True
    reasons = [reason for event in stops if (reason := words(event, "reason"))]
    reason = reasons[-1] if reasons else ""
    error_type, error_message = _error(run, reason)
    return Course(
        ordered=_earliest([instant(event, "created_at") for event in jobs]),
        started=started,
        stopped=stopped,
        estimated=estimated,
        seconds=seconds,
        started_by=_by(jobs, "started_by") if jobs else _by([*starts, *stops, *files, *run.of(FAILURES)], "peer_id"),
        stopped_by=_by(jobs, "stopped_by"),
        reason=reason,
        error_type=error_type,
        error_message=error_message,
    )


def _earliest(*ranks: Iterable[int | None]) -> int | None:
    """The earliest time of the first rank that names any."""
    for rank in ranks:
        known = [at for at in rank if at is not None]
        if known:
            return min(known)
    return None


def _real_start(event: Envelope) -> int | None:
    if FAMILIES[event.type] == COMPOSITE:
        return instant(event, "session_started_at")
    start = instant(event, "started_at")
    return None if start == instant(event, "stopped_at") else start


def _by(events: Sequence[Envelope], field: str) -> str:
    return next((peer for event in events if (peer := text(event, field, 64))), "")


def _error(run: Run, reason: str) -> tuple[str, str]:
    """What went wrong: of a track or a stream only words are told, which are a type where they look like one."""
    for event in reversed(run.of(FAILURES)):
        message = words(event, "error_message", 10_000) or words(event, "error", 10_000)
        kind = words(event, "error_type", 128)
        return kind or (message if _is_type(message) else ""), message
    kind = reason.partition(":")[2].strip() if reason.lower().startswith("failure") else ""
    return kind[:128], ""


def _is_type(words: str) -> bool:
    return len(words) <= 128 and words.replace("_", "").isalpha() and words.isupper()
