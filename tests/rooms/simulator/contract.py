"""Holds answers and events against the contract's own schemas."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

CONTRACT = Path(__file__).parents[2] / "contract"


@cache
def _api() -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load((CONTRACT / "100ms-openapi.yaml").read_text(), Loader=loader)  # noqa: S506
    return loaded


@cache
def _events() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((CONTRACT / "events.schema.json").read_text())
    return loaded


@cache
def _validator(document: str, pointer: str) -> Draft202012Validator:
    content = _api() if document == "api" else _events()
    return Draft202012Validator(_spelled_out(_at(content, pointer), content))


def _at(content: dict[str, Any], pointer: str) -> Any:
    """What a JSON pointer leads to."""
    found: Any = content
    for step in pointer.split("/")[1:]:
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def _spelled_out(schema: Any, content: dict[str, Any]) -> Any:
    """The schema with what it refers to in place: following references took most of the time of a check.

    No schema of the contract contains itself.
    """
    if isinstance(schema, list):
        return [_spelled_out(part, content) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {name: _spelled_out(part, content) for name, part in schema.items() if name != "$ref"}
    if "$ref" in schema:
        target = _spelled_out(_at(content, schema["$ref"].removeprefix("#")), content)
        return {**parts, "allOf": [*parts.get("allOf", []), target]} if parts else target
    return parts


def _problems(document: str, pointer: str, body: object) -> list[str]:
    found = _validator(document, pointer).iter_errors(body)
    return [f"{error.json_path}: {error.message[:300]}" for error in found]


def documented(method: str, path: str) -> dict[str, Any]:
    """The operation of the contract; `path` as the contract writes it."""
    operation: dict[str, Any] = _api()["paths"][path][method.lower()]
    return operation


def answers_as_documented(method: str, path: str, status: int, body: object) -> None:
    """The operation knows the status, and the body fits its schema; None is no body."""
    pointer = f"/paths/{path.replace('/', '~1')}/{method.lower()}/responses/{status}"
    response = documented(method, path)["responses"][str(status)]
    if "$ref" in response:
        pointer = response["$ref"].removeprefix("#")
        response = _api()["components"]["responses"][pointer.rpartition("/")[2]]
    if "content" not in response:
        assert body is None
    else:
        assert _problems("api", f"{pointer}/content/application~1json/schema", body) == []


def operations() -> dict[str, tuple[str, str]]:
    """Every operation of the contract: its id → method and path."""
    return {
        operation["operationId"]: (method.upper(), path)
        for path, methods in _api()["paths"].items()
        for method, operation in methods.items()
    }


def example_errors(method: str, path: str, status: int) -> list[dict[str, Any]]:
    """The error bodies the contract gives for an operation."""
    examples = documented(method, path)["responses"][str(status)]["content"]["application/json"]["examples"]
    return [example["value"] for example in examples.values()]


def event_as_documented(channel: str, envelope: dict[str, Any]) -> None:
    """The envelope fits its channel and its type's own definition."""
    pointer = f"/$defs/{channel}Envelope"
    assert _problems("events", pointer, envelope) == []
    assert _problems("events", f"/$defs/{envelope['type']}", envelope) == [], envelope


def event_types(channel: str) -> set[str]:
    """The types that come by a channel."""
    return {name for name, definition in _events()["$defs"].items() if channel in definition.get("x-channels", ())}


def listed_values(name: str) -> set[str]:
    """The values that the contract lists for a kind of text in events, and its examples of others."""
    definition = _events()["$defs"][name]
    return {*definition["anyOf"][0]["enum"], *definition.get("examples", ())}
