"""Why a text is no JSON, in our words, and from which place of it on."""

from collections.abc import Mapping
from json import JSONDecodeError
from typing import Final

# By how Python's own words begin; they differ a little from one version to the next.
_EXPECTED: Final[Mapping[str, str]] = {
    "Expecting property name": "there should be a name in double quotes",
    "Expecting ':'": "there should be a colon after the name",
    "Expecting ','": "there should be a comma, or the closing bracket",
    "Expecting value": "there should be a value: a text in double quotes, a number, true, false or null",
    "Extra data": "it was complete before, and nothing may follow",
    "Unterminated string": "the text that begins there has no closing double quote",
    "Illegal trailing comma": "no comma may stand before the closing bracket",
    "Invalid control character": "there is a line break or a tab inside a text",
    "Invalid \\": "there is a backslash that means nothing",
}


def why_no_json(problem: JSONDecodeError) -> str:
    """“from character 2 on: there should be a name in double quotes”."""
    place = f"character {problem.colno}" if problem.lineno == 1 else f"line {problem.lineno}, character {problem.colno}"
    said = next((words for start, words in _EXPECTED.items() if problem.msg.startswith(start)), "")
    return f"from {place} on" + (f": {said}" if said else "")
