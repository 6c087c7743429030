"""Ids that follow from what they name, so that a second start of the same world gives the same ids."""

from hashlib import blake2b

from rooms.simulator.clock import SECOND


def object_id(created: int, *name: object) -> str:
    """24 lower-case hex digits, the first 8 its creation second, as 100ms's own object ids look."""
    digest = blake2b("\x1f".join(map(str, name)).encode(), digest_size=8).hexdigest()
    return f"{created // SECOND & 0xFFFFFFFF:08x}{digest}"


def uuid(*name: object) -> str:
    """A UUID (version 4 in form) for peers, tracks, streams and events."""
    h = blake2b("\x1f".join(map(str, name)).encode(), digest_size=16).hexdigest()
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{'89ab'[int(h[16], 16) & 3]}{h[17:20]}-{h[20:]}"
