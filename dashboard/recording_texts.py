"""What was said and written, beside the film: one of transcript, summary and chat, searched, in parts when long."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import QueryDict

from analytics.instants import SECOND
from analytics.models import Asset, Peer, Recording, TextFile
from analytics.people import folded
from analytics.playhead import clock, parse, written
from analytics.text_files import Text, texts

TABS: Final[Mapping[str, str]] = {
    TextFile.Kind.TRANSCRIPT: "Transcript",
    TextFile.Kind.SUMMARY: "Summary",
    TextFile.Kind.CHAT: "Chat",
}
SOMEBODY: Final = "Somebody"
PART: Final = 500  # lines shown at once: an hour of talk, and a page that a phone can hold
LONGEST_SEARCH: Final = 200

Piece = tuple[str, bool]  # a bit of text, and whether it was searched for


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of a transcript or a chat. `at` and `until` in seconds of the film, "" where there is no such place."""

    at: str
    until: str
    place: str
    who: str
    pieces: tuple[Piece, ...]
    to: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """One tab. `found` of `count` lines match the search; those of this `part` are in `lines`."""

    tab: str
    word: str
    text: Text | None
    tabs: tuple[tuple[str, str, int | None], ...]
    q: str = ""
    lines: tuple[ShownLine, ...] = ()
    sections: Sequence[Mapping[str, Any]] = ()
    count: int = 0
    found: int = 0
    part: int = 1
    parts: int = 1
    begins: str = ""  # where in the film this part begins and the next one does; "" before the first, after the last
    ends: str = ""
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_chat(self) -> bool:
        return self.tab == TextFile.Kind.CHAT


def texts_of(assets: Sequence[Asset]) -> dict[TextFile.Kind, Text]:
    """What there is of each kind, with what was read of it. One query."""
    files = TextFile.objects.filter(asset_id__in=[asset.pk for asset in assets if asset.type in TABS])
    return texts(assets, {file.pk: file for file in files})


def script(recording: Recording, there: Mapping[TextFile.Kind, Text], asked: QueryDict) -> Script:
    """The tab that is asked for, else the first that has something. One query."""
    tab = asked.get("tab", "")
    if tab not in TABS:
        tab = next((kind for kind in TABS if kind in there), TextFile.Kind.TRANSCRIPT)
    text = there.get(TextFile.Kind(tab))
    chat = there.get(TextFile.Kind.CHAT)
    number = len(chat.file.content or ()) if chat and chat.is_read and chat.file else None
    tabs = tuple((kind, word, number if kind == TextFile.Kind.CHAT else None) for kind, word in TABS.items())
    q = asked.get("q", "").strip()[:LONGEST_SEARCH]
    kept = {name: str(asked[name]) for name in ("film", "t") if asked.get(name)}
    empty = Script(tab, TABS[TextFile.Kind(tab)], text, tabs, q=q, kept=kept)
    if text is None or text.file is None or text.file.content is None:
        return empty
    content: list[Mapping[str, Any]] = text.file.content
    if tab == TextFile.Kind.SUMMARY:
        return Script(tab, empty.word, text, tabs, q="", sections=content, count=len(content), kept=kept)
    names = dict(Peer.objects.filter(session_id=recording.session_id).values_list("id", "name"))
    lines = [_line(item, names, recording, is_chat=tab == TextFile.Kind.CHAT) for item in content]
    matching = _matching(lines, q)
    parts = max(1, -(-len(matching) // PART))
    part = min(parts, _part(asked, matching))
    shown = matching[(part - 1) * PART : part * PART]
    return Script(
        tab,
        empty.word,
        text,
        tabs,
        q=q,
        lines=tuple(_marked(line, q) for line in shown),
        count=len(lines),
        found=len(matching),
        part=part,
        parts=parts,
        begins=_place_from(matching, (part - 1) * PART) if part > 1 else "",
        ends=_place_from(matching, part * PART),
        kept=kept,
    )


def _line(item: Mapping[str, Any], names: Mapping[str, str], recording: Recording, *, is_chat: bool) -> ShownLine:
    told = item.get("sender" if is_chat else "speaker") or ""
    who = names.get(item.get("peer_id") or "") or (told if told not in names else "") or SOMEBODY
    at, until = item.get("start"), item.get("end")
    if is_chat:
        at = until = None
        if item.get("at") is not None and recording.started_at is not None:
            seconds = item["at"] / SECOND - recording.started_at.timestamp()
            at = seconds if seconds >= 0 else None
    return ShownLine(
        at="" if at is None else written(at),
        until="" if until is None else written(until),
        place="" if at is None else clock(at),
        who=who,
        pieces=((str(item.get("text") or ""), False),),
        to=names.get(item.get("to") or "", item.get("to") or "") if is_chat else "",
    )


def _matching(lines: Sequence[ShownLine], q: str) -> Sequence[ShownLine]:
    words = folded(q).split()
    if not words:
        return lines
    return [line for line in lines if all(word in folded(f"{line.who} {line.pieces[0][0]}") for word in words)]


def _part(asked: QueryDict, lines: Sequence[ShownLine]) -> int:
    """The part asked for, else the one that holds the place of the film that is."""
    told = asked.get("part", "")
    if told.isascii() and told.isdecimal() and len(told) < 7 and int(told):
        return int(told)
    at = parse(asked.get("t", ""))
    if at is None:
        return 1
    return max((n for n, line in enumerate(lines) if line.at and float(line.at) <= at), default=0) // PART + 1


def _place_from(lines: Sequence[ShownLine], number: int) -> str:
    """The place in the film of this line, or of the first after it that has one."""
    return next((line.at for line in lines[number:] if line.at), "")


def _marked(line: ShownLine, q: str) -> ShownLine:
    words = folded(q).split()
    if not words:
        return line
    return ShownLine(line.at, line.until, line.place, line.who, tuple(marked(line.pieces[0][0], words)), line.to)


def marked(text: str, words: Iterable[str]) -> Iterable[Piece]:
    """The text in pieces, those that hold one of the words marked; words come folded, as `people.folded` does it."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for one in folded(letter):
            letters.append(one)
            places.append(place)
    plain = "".join(letters)
    hits = [False] * len(text)
    for word in words:
        at = plain.find(word)
        while at >= 0 and word:
            for place in range(places[at], places[at + len(word) - 1] + 1):
                hits[place] = True
            at = plain.find(word, at + 1)
    begin = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or hits[place] != hits[begin]:
            yield text[begin:place], hits[begin]
            begin = place
