"""Films, sounds and pictures of a class that was never filmed: small, of the right length, to be played and sought.

They are drawn with Pillow and encoded with PyAV, which the demo installs and production does not need. A film shows the
room, the time of the class and who is speaking; a frame comes every few seconds, a key frame every ten. What is made
is padded to the size that lists and webhooks have named all along.
"""

import io
import struct
from bisect import bisect_left
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rooms.simulator.clock import SECOND
from rooms.simulator.refusals import Refused
from rooms.simulator.scenarios.footage import PIECE, Footage
from rooms.simulator.speech import Sentence, spoken

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

    from rooms.simulator.session import Session

_QUALITIES = ("47", "51")  # the next coarser one where a film came out larger than its size
_LONGEST_SENTENCE = 30_000  # milliseconds, and more than any takes
_SAMPLES = 8_000  # a second
_BEAT = 60  # milliseconds of one frame of sound


def make(session: "Session", footage: Footage, path: Path) -> None:
    """Write the file. Raises Refused (501) where PyAV or Pillow is not installed."""
    try:
        import av  # noqa: F401 - only here: without them the simulator serves all else
        import PIL  # noqa: F401
    except ImportError:
        missing = "films need PyAV and Pillow: install requirements-demo.txt"
        raise Refused(501, "this file cannot be made here", missing) from None
    if footage.form == "picture":
        path.write_bytes(_Scenery(session, footage).picture(footage.part))
    elif footage.form == "piece":
        first = footage.part * PIECE
        last = min(first + PIECE, session.length_of(footage))
        _film(_Scenery(session, footage), path, "mpegts", _QUALITIES[0], first, last)
    elif footage.form == "sound":
        _sound(session, footage, path)
        _pad(path, session.size_of(footage))
    else:
        _whole_film(session, footage, path)


def _whole_film(session: "Session", footage: Footage, path: Path) -> None:
    scenery, size = _Scenery(session, footage), session.size_of(footage)
    for quality in _QUALITIES:
        _film(scenery, path, path.suffix[1:], quality, 0, session.length_of(footage))
        if path.stat().st_size <= size - 16:
            _pad(path, size)
            return
    raise RuntimeError(f"{footage.name} is larger than the {size} bytes it should have")


class _Scenery:
    """Draws the class at a second of its file, in shades of grey."""

    def __init__(self, session: "Session", footage: Footage) -> None:
        from PIL import Image, ImageDraw, ImageFont

        self._session, self._footage = session, footage
        self.width, self.height = footage.width - footage.width % 2, footage.height - footage.height % 2
        self._font: Any
        try:
            self._font = ImageFont.truetype("DejaVuSans.ttf", self.height // 14)
        except OSError:
            self._font = ImageFont.load_default(self.height // 14)
        self._blank = Image.new("L", (self.width, self.height), 56)
        self._draw = ImageDraw.Draw
        self._line(self._blank, 0.12, session.room.name)
        self._sentences = spoken(session, footage)
        self._starts = [one.start for one in self._sentences]
        tint = sum(session.room.id.encode()) % 48
        quarter = (self.width // 2) * (self.height // 2)
        self._colour = (bytes([118 + tint]) * quarter, bytes([142 - tint]) * quarter)

    def picture(self, second: int) -> bytes:
        """A PNG."""
        out = io.BytesIO()
        self._image(second, 1).save(out, "PNG")
        return out.getvalue()

    def frame(self, second: int, step: int) -> "VideoFrame":
        """What is seen for `step` seconds from `second` of the file on."""
        from av.video.frame import VideoFrame

        frame = VideoFrame(self.width, self.height, "yuv420p")
        planes = (self._image(second, step).tobytes(), *self._colour)
        across = (self.width, self.width // 2, self.width // 2)
        for plane, content, wide in zip(frame.planes, planes, across, strict=True):
            plane.update(_aligned(content, wide, plane.line_size))
        frame.pts, frame.time_base = second * 1000, Fraction(1, 1000)
        return frame

    def _image(self, second: int, step: int) -> Any:
        image = self._blank.copy()
        offset = self._offset(second)
        seconds = offset // SECOND
        here = sum(stay.start <= offset < stay.end for stay in self._session.script.stays)
        self._line(image, 0.4, f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}   {here} here")
        names = dict.fromkeys(one.name for one in self._heard(second * 1000, step * 1000))
        self._line(image, 0.68, ", ".join(list(names)[:2]) or "…")
        done = self.width * second // max(1, self._session.length_of(self._footage))
        self._draw(image).rectangle((0, self.height * 15 // 16, done, self.height), fill=170)
        return image

    def _line(self, image: Any, down: float, text: str) -> None:
        at = (self.width // 20, int(self.height * down))
        self._draw(image).text(at, text, font=self._font, fill=230)

    def _heard(self, start: int, length: int) -> list[Sentence]:
        first = bisect_left(self._starts, start - _LONGEST_SENTENCE)
        last = bisect_left(self._starts, start + length)
        return [one for one in self._sentences[first:last] if one.end > start]

    def _offset(self, second: int) -> int:
        """The moment of the script that a second of the file shows."""
        left, session = second * SECOND, self._session
        for begin, end in self._footage.shown:
            long = session.when(end) - session.when(begin)
            if left < long:
                return session.offset(session.when(begin) + left)
            left -= long
        return self._footage.stop


def _aligned(content: bytes, across: int, line: int) -> bytes:
    """Rows as long as the encoder wants them."""
    if across == line:
        return content
    rest = bytes(line - across)
    return b"".join(content[at : at + across] + rest for at in range(0, len(content), across))


def _film(scenery: _Scenery, path: Path, form: str, quality: str, first: int, last: int) -> None:
    """Seconds `[first, last)`; the index comes before the frames, so that a film begins at once."""
    import av

    step = 2 if scenery.width * scenery.height <= 640 * 360 else 5
    options = {"movflags": "faststart"} if form == "mp4" else {"mpegts_copyts": "1"} if form == "mpegts" else {}
    codec = "libvpx" if form == "webm" else "libx264"
    with av.open(str(path), "w", format=form, options=options) as out:
        stream: Any = out.add_stream(codec, rate=Fraction(1, step))
        stream.width, stream.height, stream.pix_fmt = scenery.width, scenery.height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        stream.codec_context.gop_size = max(1, PIECE // step)
        if form == "webm":
            stream.options = {"deadline": "realtime", "cpu-used": "8", "crf": "50", "b": "40000"}
        else:
            stream.options = {"preset": "ultrafast", "tune": "stillimage", "crf": quality}
        moments = range(first, last, step)
        for second in moments:
            for packet in stream.encode(scenery.frame(second, step)):
                _muxed(out, packet, moments, last)
        for packet in stream.encode(None):
            _muxed(out, packet, moments, last)


def _muxed(out: Any, packet: Any, moments: range, last: int) -> None:
    """Every frame lasts a step, the last one as long as there is still something."""
    second = int(packet.pts * packet.time_base)
    packet.duration = int(min(moments.step, last - second) / packet.time_base)
    out.mux(packet)


def _sound(session: "Session", footage: Footage, path: Path) -> None:
    """A low hum while a word is spoken, silence else: both are encoded once, and then laid end to end."""
    import av
    from av.packet import Packet

    hums = {
        beat
        for sentence in spoken(session, footage)
        for word in sentence.words
        for beat in range(word.start // _BEAT, word.end // _BEAT + 1)
    }
    with av.open(str(path), "w", format="webm") as out:
        stream: Any = out.add_stream("libopus", rate=_SAMPLES, layout="mono")
        stream.bit_rate = 12_000
        stream.options = {"frame_duration": str(_BEAT)}
        hum, silence = _beats(stream)
        for beat in range(session.length_of(footage) * 1000 // _BEAT):
            packet = Packet(hum if beat in hums else silence)
            packet.stream, packet.time_base = stream, Fraction(1, 1000)
            packet.pts = packet.dts = beat * _BEAT
            packet.duration = _BEAT
            packet.is_keyframe = True
            out.mux(packet)


def _beats(stream: Any) -> tuple[bytes, bytes]:
    """One packet of hum and one of silence."""
    from av.audio.frame import AudioFrame

    samples = _SAMPLES * _BEAT // 1000
    wave = struct.pack(f"<{samples}h", *(1800 if at // 20 % 2 else -1800 for at in range(samples)))
    packets: list[bytes] = []
    for number, content in enumerate([wave] * 5 + [bytes(2 * samples)] * 5):
        frame = AudioFrame("s16", "mono", samples)
        frame.planes[0].update(content)
        frame.sample_rate, frame.pts, frame.time_base = _SAMPLES, number * samples, Fraction(1, _SAMPLES)
        packets += [bytes(packet) for packet in stream.encode(frame)]
    return packets[3], packets[-1]


def _pad(path: Path, size: int) -> None:
    """Lengthen a film or sound to exactly `size` bytes, by what players pass over."""
    missing = size - path.stat().st_size
    if missing < 16:
        raise RuntimeError(f"{path.name} has no room for padding: {missing} bytes")
    with path.open("ab") as file:
        if path.suffix == ".mp4":
            file.write(struct.pack(">I4s", missing, b"free") + bytes(missing - 8))
        else:  # Matroska's element Void, its length in eight bytes
            file.write(b"\xec" + (1 << 56 | missing - 9).to_bytes(8, "big") + bytes(missing - 9))
