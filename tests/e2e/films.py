"""A film that a browser plays: small, dark, as long as a class, getting lighter as it goes."""

import io
from fractions import Fraction
from functools import lru_cache

import av


@lru_cache
def film(seconds: int) -> bytes:
    """One picture a second. Its index stands at its end, so that a browser must ask for a piece before it can begin."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=1, options={"preset": "ultrafast", "g": "30"})
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        for second in range(seconds):
            frame = av.VideoFrame(64, 36, "yuv420p")
            for number, plane in enumerate(frame.planes):
                plane.update(bytes([128 if number else 30 + 200 * second // seconds]) * plane.buffer_size)
            frame.pts, frame.time_base = second, Fraction(1, 1)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()
