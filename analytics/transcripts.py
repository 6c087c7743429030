"""What was said, as the transcript files of a recording tell it: JSON, SRT and TXT, and the summary.

100ms documents which files there are (contract, AssetMetadata.output_mode; EVENTS trap 35: any may be missing, and the
ending of a path may be wrong) and not what is in them. Read here is what its pages describe in words and what such
files hold everywhere: a list of sentences, each with its text, start and end in seconds of the recording, the peer, a
name, and its words with times of their own. The names of the keys are a guess with room: several are taken for each,
the list may lie inside an object, and what a file is, is decided by what is in it. A line without times has none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

import orjson

MOST_LINES: Final = 20_000  # a class of 12 hours has fewer
LONGEST_TEXT: Final = 10_000  # characters of one line
LATEST: Final = 48 * 3600.0  # seconds: a session ends after 12 hours (EVENTS trap 23)

_LISTS: Final = ("transcript", "transcripts", "segments", "utterances", "sentences", "results", "lines", "data")
_TEXT: Final = ("transcript", "text", "sentence", "content")
_START: Final = ("start", "start_time", "startTime", "from")
_END: Final = ("end", "end_time", "endTime", "to")
_NAME: Final = ("name", "speaker_name", "speakerName", "user_name", "peer_name", "speaker")
_PEER: Final = ("peer_id", "peerId", "speaker_id")
_WORD: Final = ("punctuated_word", "word", "text")
_CUE: Final = re.compile(
    r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:[,.](\d{1,3}))?\s*-->\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:[,.](\d{1,3}))?"
)
_STAMPED: Final = re.compile(r"^[\[(]?(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:[,.](\d{1,3}))?[\])]?\s*[-–:]?\s+(.*)$")
_SPOKEN_BY: Final = re.compile(r"^(?:<v\s+([^>]{1,80})>|\[([^\]]{1,80})\]:?|([^:]{1,80}):)\s*(.+)$", re.DOTALL)
_NUMBERED: Final = re.compile(r"^(speaker|person|participant)[ _-]?\w{1,3}$", re.IGNORECASE)
_MARKUP: Final = re.compile(r"</?[a-zA-Z][^<>]{0,80}>")


class Unreadable(ValueError):
    """The file is not what it should be; the message says so in words."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something said at once. Seconds of the recording; None where the file tells no time. `speaker` may be ""."""

    start: float | None
    end: float | None
    speaker: str
    peer_id: str
    text: str
    words: tuple[tuple[float, float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a summary: a paragraph, bullets, or both."""

    title: str
    text: str
    bullets: tuple[str, ...]


def lines(text: str, names: Collection[str] = ()) -> list[Line]:
    """The lines of a transcript of any of its forms, by time. Raises `Unreadable`.

    `names` are those of the people who were there: in forms without a place for it, "Amina: Yes" was said by Amina
    only when somebody is called that; "Remember: two kilograms" was said by nobody called Remember.
    """
    text = _plain(text)
    if not text:
        return []
    if text[0] in "[{" and (loaded := _loaded(text)) is not None:
        found = list(_of_json(loaded))
    elif "-->" in text:
        found = list(_of_cues(text, names))
    elif re.match(r"<(!doctype|\?xml|html)", text, re.IGNORECASE):
        raise Unreadable("The storage sent something else than the file.")
    elif re.match(r"[\[{]\s*[\[{\"]", text):
        raise Unreadable("The file is broken: it begins as JSON and is none.")
    else:
        found = list(_of_text(text, names))
    timed = all(line.start is not None for line in found)
    return sorted(found, key=lambda line: (line.start or 0, line.end or 0)) if timed else found


def sections(text: str) -> list[Section]:
    """The parts of a summary. Raises `Unreadable`."""
    text = _plain(text)
    if not text:
        return []
    if re.match(r"<(!doctype|\?xml|html)", text, re.IGNORECASE):
        raise Unreadable("The storage sent something else than the file.")
    loaded = _loaded(text) if text[0] in '[{"' else None
    if loaded is None:
        if text[0] in "[{":
            raise Unreadable("The file is broken: it begins as JSON and is none.")
        return [Section("", text[:LONGEST_TEXT], ())]
    if isinstance(loaded, Mapping):
        inside = loaded.get("sections", loaded.get("summary", loaded))
        loaded = [inside] if isinstance(inside, str | Mapping) else inside
    parts = loaded if isinstance(loaded, list) else [loaded]
    found = [section for part in parts[:200] if (section := _section(part)) is not None]
    if parts and not found:
        raise Unreadable("The file holds no summary that can be read.")
    return found


def _section(part: Any) -> Section | None:
    if isinstance(part, str):
        return Section("", _said(part), ()) if part.strip() else None
    if not isinstance(part, Mapping):
        return None
    told = part.get("bullets", part.get("points"))
    bullets = (
        tuple(_said(point) for point in told if isinstance(point, str) and point.strip()) if _is_list(told) else ()
    )
    text = next((_said(part[key]) for key in ("paragraph", "text", "content") if isinstance(part.get(key), str)), "")
    title = _said(part["title"])[:200] if isinstance(part.get("title"), str) else ""
    return Section(title, text, bullets[:500]) if text or bullets else None


def _loaded(text: str) -> Any:
    try:
        return orjson.loads(text)
    except (orjson.JSONDecodeError, RecursionError):
        return None


def _of_json(loaded: Any) -> Iterator[Line]:
    if isinstance(loaded, Mapping):
        loaded = next((loaded[key] for key in _LISTS if _is_list(loaded.get(key))), None)
    if not isinstance(loaded, list):
        raise Unreadable("The file holds no list of what was said.")
    read = [line for item in loaded[:MOST_LINES] if isinstance(item, Mapping) and (line := _line(item)) is not None]
    if loaded and not read:
        raise Unreadable("The file holds no line that can be read.")
    yield from read


def _line(item: Mapping[str, Any]) -> Line | None:
    words = tuple(_words(item.get("words")))
    text = _first_text(item, _TEXT) or " ".join(word for _, _, word in words)
    if not text:
        return None
    start, end = _seconds(item, _START), _seconds(item, _END)
    if start is None and words:
        start = words[0][0]
    if end is None and words:
        end = max(word[1] for word in words)
    if start is not None and end is not None and end < start:
        end = start
    who = item.get("speaker") if isinstance(item.get("speaker"), Mapping) else item
    assert isinstance(who, Mapping)
    return Line(start, end, _first_text(who, _NAME)[:255], _first_text(who, _PEER)[:64], text, words)


def _words(told: Any) -> Iterator[tuple[float, float, str]]:
    """Words that tell both their times, the others being no measure of anything."""
    if not _is_list(told):
        return
    for item in told[:5_000]:
        if not isinstance(item, Mapping):
            continue
        start, end, word = _seconds(item, _START), _seconds(item, _END), _first_text(item, _WORD)
        if start is not None and end is not None and start <= end and word:
            yield start, end, word[:200]


def _of_cues(text: str, names: Collection[str]) -> Iterator[Line]:
    """SRT, and WebVTT, which differs by a dot."""
    for block in re.split(r"\n\s*\n", text):
        cue = _CUE.search(block)
        if cue is None:
            continue
        said = _said(_by_lines(block[cue.end() :].partition("\n")[2]))
        if said:
            speaker, said = _spoken_by(said, names)
            start = _clock(cue.groups()[:4])
            said = _said(_MARKUP.sub("", said))
            yield Line(start, max(start, _clock(cue.groups()[4:])), speaker, "", said)


def _of_text(text: str, names: Collection[str]) -> Iterator[Line]:
    for raw in text.split("\n")[:MOST_LINES]:
        said = _said(raw)
        if not said:
            continue
        start = None
        if stamped := _STAMPED.match(said):
            start, said = _clock(stamped.groups()[:4]), stamped[5]
        speaker, said = _spoken_by(said, names)
        if said:
            yield Line(start, None, speaker, "", said)


def _spoken_by(said: str, names: Collection[str]) -> tuple[str, str]:
    found = _SPOKEN_BY.match(said)
    if found is None:
        return "", said
    marked, bracketed, named, rest = found.groups()
    name = (marked or bracketed or named).strip()
    known = marked or name.casefold() in {one.casefold() for one in names} or _NUMBERED.match(name)
    return (name, rest.strip()) if known else ("", said)


def _clock(parts: Iterable[str | None]) -> float:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return min(LATEST, int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}"))


def _by_lines(text: str) -> str:
    return " ".join(line.strip() for line in text.split("\n") if line.strip())


def _first_text(item: Mapping[str, Any], keys: Iterable[str]) -> str:
    for key in keys:
        value = item.get(key)
        if isinstance(value, str) and value.strip():
            return _said(value)
        if key in ("speaker", "speaker_id") and isinstance(value, int) and not isinstance(value, bool):
            return f"Speaker {value}" if key == "speaker" else ""
    return ""


def _seconds(item: Mapping[str, Any], keys: Iterable[str]) -> float | None:
    for key in keys:
        value = item.get(key)
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                continue
        if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and 0 <= value <= LATEST:
            return float(value)
    return None


def _said(text: str) -> str:
    """Without the one character that a database refuses."""
    return text.replace("\x00", "").strip()[:LONGEST_TEXT]


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _plain(text: str) -> str:
    """Line ends as everywhere, and no mark of the byte order."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").lstrip("\ufeff").strip()
