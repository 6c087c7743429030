"""The contents of files that are text: transcripts and summary as 100ms's guide to transcription shows them, the chat
as its page on chat recording does with the column it leaves out (EVENTS trap 45), and the playlist of a stream."""

import csv
import io
import random
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import orjson

from rooms.simulator.clock import SECOND, in_milliseconds, instant_of
from rooms.simulator.scenarios.footage import PIECE, Footage
from rooms.simulator.speech import Sentence, Word, spoken

if TYPE_CHECKING:
    from rooms.simulator.session import Session

UNSIGNED: Final = 1_000_000_000
"""A moment as long as any: by it the size of a playlist is known before somebody asks for a link."""

_CHAT = (
    "MessageID",
    "SenderPeerID",
    "SenderName",
    "SenderUserID",
    "Roles",
    "SentAt",
    "Type",
    "Message",
)
_WRITTEN = (
    "Good morning!",
    "I cannot hear you",
    "Now it works, thank you",
    "Which page?",
    "Can you share the slides, please?",
    "The answer is 12",
    "=2*(3+4) is 14, isn't it?",
    "I have a question about the homework",
    "👍",
    "My camera does not work today",
    'She said "twice", not once',
    "See you on Wednesday",
)


def text_of(session: "Session", footage: Footage, expires: int = UNSIGNED) -> bytes:
    """The file's bytes; the links within a playlist hold until `expires` (Unix seconds)."""
    if footage.form == "playlist":
        return _playlist(session, footage, expires).encode()
    if footage.form == "chat":
        return _chat(session, footage).encode()
    return _SPOKEN[footage.form](spoken(session, footage), session)


def _json(sentences: list[Sentence], session: "Session") -> bytes:
    def said(one: Sentence, what: str, text: str, part: Word | Sentence) -> dict[str, str]:
        return {
            what: text,
            "name": one.name,
            "peer_id": session.peer_id(one.stay.key),
            "start_time": str(part.start),
            "end_time": str(part.end),
        }

    words = [said(one, "word", word.text, word) for one in sentences for word in one.words]
    whole = [said(one, "sentence", one.text, one) for one in sentences]
    return orjson.dumps({"words": words, "sentences": whole})


def _txt(sentences: list[Sentence], session: "Session") -> bytes:
    return "\n\n".join(f"{one.name}: {one.text}" for one in sentences).encode()


def _srt(sentences: list[Sentence], session: "Session") -> bytes:
    return "\n\n".join(
        f"{number}\n{_clock(one.start)} --> {_clock(one.end)}\n{one.name}: {one.text}"
        for number, one in enumerate(sentences, 1)
    ).encode()


def _clock(moment: int) -> str:
    seconds, rest = divmod(moment, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d},{rest:03d}"


def _summary(sentences: list[Sentence], session: "Session") -> bytes:
    names = list(dict.fromkeys(one.name for one in sentences))
    often = [text for text, _ in Counter(one.text for one in sentences).most_common()]
    asked = [text for text in often if text.endswith("?")]
    told = [text for text in often if not text.endswith("?")]
    paragraph = f"{len(names)} people spoke in {session.room.name}. " if names else "Nobody spoke. "
    paragraph += f"Most was said by {_most(sentences)}." if names else ""
    sections = (
        ("Speakers", names),
        ("Agenda", [session.room.description or session.room.name]),
        ("Key Points Discussed", told[:4]),
        ("Follow-up Action Items", [f"Come back to: {one}" for one in asked[:3]]),
        ("Short Summary", paragraph.strip()),
    )
    found = [
        {"title": title, "format": "bullets", "bullets": content, "paragraph": ""}
        if isinstance(content, list)
        else {"title": title, "format": "paragraph", "bullets": [], "paragraph": content}
        for title, content in sections
    ]
    return orjson.dumps({"summary": {"sections": found}}, option=orjson.OPT_INDENT_2)


def _most(sentences: list[Sentence]) -> str:
    said = Counter[str]()
    for one in sentences:
        said[one.name] += len(one.words)
    return said.most_common(1)[0][0]


_SPOKEN: dict[str, Callable[[list[Sentence], "Session"], bytes]] = {
    "transcript_json": _json,
    "transcript_srt": _srt,
    "transcript_txt": _txt,
    "summary_json": _summary,
}


def _chat(session: "Session", footage: Footage) -> str:
    """Messages to all and to roles; direct ones are not recorded."""
    rows = []
    for stay in session.script.stays:
        chance = random.Random(f"{session.id}/{stay.key}/chat")
        at = stay.start
        while (at := at + int(chance.expovariate(1 / 600) * SECOND) + SECOND) < stay.end:
            text, roles = chance.choice(_WRITTEN), chance.choice(("[]", "[]", "[]", "[teacher]"))
            if any(begin <= at < end for begin, end in footage.shown):
                who = (session.peer_id(stay.key), stay.naming_at(at).name, stay.person.user_id or "")
                rows.append((in_milliseconds(session.when(at)), *who, roles, "chat", text))
    for sent in session.messages:
        moment = session.offset(instant_of(sent["sent_at"]))
        if "message" in sent and "peer_id" not in sent and any(a <= moment < b for a, b in footage.shown):
            roles = f"[{sent['role']}]" if "role" in sent else "[]"
            rows.append((sent["sent_at"], "", "", "", roles, sent["type"], sent["message"]))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_CHAT)
    for at_text, peer, name, user, roles, kind, text in sorted(rows):
        message = session.uuid("message", at_text, peer, text)
        writer.writerow((message, peer, name, user, roles, at_text, kind, text))
    return out.getvalue()


def _playlist(session: "Session", footage: Footage, expires: int) -> str:
    """All pieces in turn; who may read the playlist may read them for as long."""
    seconds = session.length_of(footage)
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{PIECE}", "#EXT-X-PLAYLIST-TYPE:VOD"]
    for number in range(-(-seconds // PIECE)):
        piece = piece_of(footage, number).name
        query = session.room.workspace.storage.query(session.file(piece), expires)
        lines += [f"#EXTINF:{min(PIECE, seconds - number * PIECE):.3f},", f"{piece}?{query}"]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def piece_of(footage: Footage, number: int) -> Footage:
    """The ten seconds of a playlist that begin at `number` times ten."""
    name = f"{footage.name.removesuffix('.m3u8')}-{number:05d}.ts"
    return Footage(
        name, "piece", footage.start, footage.stop, footage.left_out, footage.width, footage.height, part=number
    )
