"""Devices in words: 100ms writes "web_Mac_OS Chrome_126.0.0.0", people say "Mac OS, Chrome 126"."""

import re
from typing import Final

_MODEL: Final = re.compile(r"^(?P<name>.+?)_(?P<version>\d+)[\d.]*$")


def words(device: str) -> str:
    """The device as people call it; what has another shape stays as it was written."""
    system, _, model = device.strip().partition(" ")
    system = system.removeprefix("web_").replace("_", " ")
    if match := _MODEL.match(model):
        model = f"{match['name']} {match['version']}"
    return ", ".join(part for part in (system, model) if part)
