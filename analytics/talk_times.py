"""How long people spoke, over the transcripts there are: for the pages of a recording, a session and a person."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from analytics import instants
from analytics.activity import Person
from analytics.intervals import total
from analytics.models import Peer, Recording, TalkTime
from analytics.talk import Speaker, Voice, by_person


@dataclass(frozen=True, slots=True)
class Spoken:
    """Microseconds by person's key; `talk.NOBODY` for what is nobody's. `recording_id`: one that they are from."""

    micros: Mapping[str, int]
    recording_id: str


def of_session(session_id: str, people: Sequence[Person]) -> Spoken | None:
    """Over all transcripts of a session; None where none tells the times of words. Two queries at most."""
    rows = list(_rows().filter(session_id=session_id))
    spoken = _spoken(rows, session_id, people)
    return None if spoken is None else Spoken(spoken, rows[0].text_file.recording_id)


def of_file(asset_id: str, people: Sequence[Person]) -> dict[str, int] | None:
    """The same of one transcript, by key. One query."""
    return _spoken(_rows().filter(text_file=asset_id), "", people)


def of_person(user_id: str, peers: Sequence[Peer]) -> dict[str, int]:
    """Microseconds that somebody spoke in each of the sessions of these stays of theirs, by session; a session of
    which no transcript tells is left out. Three queries at most."""
    session_ids = {peer.session_id for peer in peers}
    rows = _rows().filter(session_id__in=session_ids)
    told = set(rows.values_list("session_id", flat=True).distinct())
    if not told:
        return {}
    mine = {peer.pk for peer in peers}
    by_session: dict[str, list[TalkTime]] = defaultdict(list)
    # By peer alone: who is told of by a name alone may be somebody of the same name.
    for row in rows.filter(peer_id__in=mine):
        by_session[row.session_id].append(row)
    zeros = _zeros(by_session)
    found = dict.fromkeys(told, 0)
    for session_id, some in by_session.items():
        spoken = by_person(_voices(some, zeros), dict.fromkeys(mine, user_id), {})
        found[session_id] = total(spoken.get(user_id, ()))
    return found


def _rows() -> QuerySet[TalkTime]:
    """With the ids of their files, and without all that was said in them."""
    return TalkTime.objects.select_related("text_file").only(
        "text_file__recording_id", "session_id", "peer_id", "name", "spans"
    )


def _spoken(rows: Iterable[TalkTime], session_id: str, people: Sequence[Person]) -> dict[str, int] | None:
    known = list(rows)
    if not known:
        return None
    peers = {stay.peer_id: person.key for person in people for stay in person.stays}
    names: dict[str, str | None] = {}
    for person in people:
        for name in {stay.name.strip().casefold() for stay in person.stays} - {""}:
            names[name] = None if name in names else person.key
    zeros = _zeros([session_id]) if session_id else {}
    return {key: total(parts) for key, parts in by_person(_voices(known, zeros), peers, names).items()}


def _zeros(session_ids: Iterable[str]) -> Mapping[str, int]:
    """When the recordings of these sessions began, by any id of theirs."""
    zeros: dict[str, int] = {}
    known = Recording.objects.filter(session__in=list(session_ids)).exclude(started_at=None)
    for pk, aliases, started_at in known.values_list("id", "aliases", "started_at"):
        assert started_at is not None  # filtered above
        zeros |= dict.fromkeys([pk, *aliases], instants.from_datetime(started_at))
    return zeros


def _voices(rows: Iterable[TalkTime], zeros: Mapping[str, int]) -> Iterable[Voice]:
    for row in rows:
        spans = tuple((int(start), int(end)) for start, end in row.spans)
        zero = zeros.get(row.text_file.recording_id, 0) if zeros else 0
        yield Voice(Speaker(row.peer_id, row.name, spans), zero)
