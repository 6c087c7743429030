"""What was said, as the transcript files of a recording tell it: JSON, SRT and TXT, and the summary.

Documented: which files there are, that any may be missing, that the ending of a path may be wrong (contract,
AssetMetadata.output_mode; EVENTS trap 35), and a sample of each in 100ms's guide to transcription. By that a JSON
transcript has two lists side by side, "words" and "sentences", each of {word or sentence, name, peer_id, start_time,
end_time} with the times as text; a summary has "sections" of {title, format, bullets or paragraph}.

Guessed, for no source promises it: the unit of those times (see `_unit`), and that other versions differ. So a list of
sentences with their words inside is taken too, under the names that such files have elsewhere, bare or in an object.
What a file is, is decided by what is in it. A line without times has none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, Final

import orjson

MOST_LINES: Final = 20_000  # a class of 12 hours has fewer
LONGEST_TEXT: Final = 10_000  # characters of one line
MOST_WORDS: Final = 200_000
LATEST: Final = 48 * 3600.0  # seconds: a session ends after 12 hours (EVENTS trap 23)

_LISTS: Final = ("sentences", "transcript", "transcripts", "segments", "utterances", "results", "lines", "data")
_TEXT: Final = ("sentence", "transcript", "text", "content")
_START: Final = ("start", "start_time", "startTime", "from")
_END: Final = ("end", "end_time", "endTime", "to")
_NAME: Final = ("name", "speaker_name", "speakerName", "user_name", "peer_name", "speaker")
_PEER: Final = ("peer_id", "peerId", "speaker_id")
_WORD: Final = ("punctuated_word", "word", "text")
# Longer than any word takes to say, in seconds; shorter than any, in milliseconds.
_NO_WORD: Final = 15.0
_NO_SENTENCE: Final = 500.0
_BREATH: Final = 2.0  # seconds of silence that end a line, where only words are told
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
    found = found[:MOST_LINES]
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
    for key in ("summary", "sections"):
        if isinstance(loaded, Mapping) and key in loaded:
            loaded = loaded[key]
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
    beside: list[Any] = []
    if isinstance(loaded, Mapping):
        beside = loaded["words"][:MOST_WORDS] if _is_list(loaded.get("words")) else []
        loaded = next((loaded[key] for key in _LISTS if _is_list(loaded.get(key))), [] if beside else None)
    if not isinstance(loaded, list):
        raise Unreadable("The file holds no list of what was said.")
    told = [item for item in loaded[:MOST_LINES] if isinstance(item, Mapping)]
    unit = _unit(told, beside)
    read = [line for item in told if (line := _line(item, unit)) is not None]
    if (loaded or beside) and not read + beside:
        raise Unreadable("The file holds no line that can be read.")
    spoken = [line for item in beside if isinstance(item, Mapping) and (line := _word(item, unit)) is not None]
    yield from _with_words(read, spoken)


def _unit(told: Iterable[Mapping[str, Any]], beside: Iterable[Any]) -> float:
    """How many of its units a second has: 1, or 1000 where words would last too long otherwise."""
    words = [word for word in beside if isinstance(word, Mapping)]
    for item in told:
        words += [word for word in item["words"] if isinstance(word, Mapping)] if _is_list(item.get("words")) else []
    for items, too_long in ((words, _NO_WORD), (told, _NO_SENTENCE)):
        lengths = sorted(
            end - start
            for item in items
            if (start := _number(item, _START)) is not None and (end := _number(item, _END)) is not None and end > start
        )
        if lengths:
            return 1000.0 if lengths[len(lengths) // 2] > too_long else 1.0
    return 1.0


def _word(item: Mapping[str, Any], unit: float) -> Line | None:
    """A word of its own, as a line of one word."""
    word = next(_words([item], unit), None)
    if word is None:
        return None
    return Line(word[0], word[1], *_who(item), word[2], (word,))


def _with_words(read: list[Line], spoken: list[Line]) -> Iterator[Line]:
    """Each word to the sentence of its speaker that had begun; words before any sentence make lines of their own."""
    if not spoken:
        yield from read
        return
    of_speaker: dict[tuple[str, str], list[int]] = {}
    for number in sorted(range(len(read)), key=lambda number: read[number].start or 0):
        of_speaker.setdefault(_speaker(read[number]), []).append(number)
    begun = {who: [read[number].start or 0 for number in numbers] for who, numbers in of_speaker.items()}
    words: dict[int, list[tuple[float, float, str]]] = {}
    alone: list[Line] = []
    for word in sorted(spoken, key=lambda line: line.start or 0):
        who = _speaker(word)
        place = bisect_right(begun.get(who, []), word.start or 0) - 1
        if place >= 0:
            words.setdefault(of_speaker[who][place], []).extend(word.words)
        elif alone and _speaker(alone[-1]) == who and (word.start or 0) - (alone[-1].end or 0) < _BREATH:
            last = alone[-1]
            alone[-1] = replace(last, end=word.end, text=f"{last.text} {word.text}", words=(*last.words, *word.words))
        else:
            alone.append(word)
    for number, line in enumerate(read):
        yield replace(line, words=(*line.words, *words.get(number, ())))
    yield from alone


def _speaker(line: Line) -> tuple[str, str]:
    return (line.peer_id, "") if line.peer_id else ("", line.speaker)


def _line(item: Mapping[str, Any], unit: float) -> Line | None:
    words = tuple(_words(item.get("words"), unit))
    text = _first_text(item, _TEXT) or " ".join(word for _, _, word in words)
    if not text:
        return None
    start, end = _seconds(item, _START, unit), _seconds(item, _END, unit)
    if start is None and words:
        start = words[0][0]
    if end is None and words:
        end = max(word[1] for word in words)
    if start is not None and end is not None and end < start:
        end = start
    return Line(start, end, *_who(item), text, words)


def _who(item: Mapping[str, Any]) -> tuple[str, str]:
    """Name and peer."""
    who = item.get("speaker") if isinstance(item.get("speaker"), Mapping) else item
    assert isinstance(who, Mapping)
    return _first_text(who, _NAME)[:255], _first_text(who, _PEER)[:64]


def _words(told: Any, unit: float) -> Iterator[tuple[float, float, str]]:
    """Words that tell both their times, the others being no measure of anything."""
    if not _is_list(told):
        return
    for item in told[:5_000]:
        if not isinstance(item, Mapping):
            continue
        start, end, word = _seconds(item, _START, unit), _seconds(item, _END, unit), _first_text(item, _WORD)
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


def _seconds(item: Mapping[str, Any], keys: Iterable[str], unit: float) -> float | None:
    number = _number(item, keys)
    return None if number is None or number / unit > LATEST else number / unit


def _number(item: Mapping[str, Any], keys: Iterable[str]) -> float | None:
    for key in keys:
        value = item.get(key)
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                continue
        if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and value >= 0:
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
