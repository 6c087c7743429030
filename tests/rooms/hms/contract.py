"""The contract as the tests of the client read it: operations, examples, refusals, and what its schemas allow."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

CONTRACT = Path(__file__).parents[2] / "contract" / "100ms-openapi.yaml"
JSON = "application/json"
MOMENTS = ["2022-09-09T11:41:08.082Z", "2023-02-23T10:12:00.78311898Z", "2023-03-22T04:24:10Z"]
NEVER = "0001-01-01T00:00:00Z"

Schema = dict[str, Any]


@cache
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(CONTRACT.read_text(), Loader=yaml.CSafeLoader)
    return loaded


def resolved(node: Schema) -> Schema:
    """The node a `$ref` points to."""
    while "$ref" in node:
        found: Any = document()
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


@dataclass(frozen=True)
class Operation:
    """An operation of the contract."""

    id: str
    method: str
    path: str
    node: dict[str, Any]

    @property
    def ids(self) -> dict[str, Any]:
        """What the contract gives as examples for the parameters of the path."""
        parameters = map(resolved, self.node.get("parameters", ()))
        return {one["name"]: one["example"] for one in parameters if one["in"] == "path"}

    @property
    def queries(self) -> set[str]:
        return {one["name"] for one in map(resolved, self.node.get("parameters", ())) if one["in"] == "query"}

    @property
    def bodies(self) -> list[Any]:
        """The bodies it is shown with."""
        content = self.node["requestBody"]["content"][JSON] if "requestBody" in self.node else {}
        return [example["value"] for example in content.get("examples", {}).values()]

    @property
    def takes(self) -> Schema | None:
        """The schema of its body."""
        schema: Schema | None = self.node.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema")
        return schema

    @property
    def success(self) -> tuple[int, Any]:
        """The status and the answer it is shown with; None where it has no body."""
        status = min(status for status in self.node["responses"] if status.startswith("2"))
        return int(status), self.node["responses"][status].get("content", {}).get(JSON, {}).get("example")

    @property
    def gives(self) -> Schema | None:
        """The schema of its answer."""
        status, _ = self.success
        schema: Schema | None = self.node["responses"][str(status)].get("content", {}).get(JSON, {}).get("schema")
        return schema

    @property
    def refusals(self) -> list[tuple[int, dict[str, Any]]]:
        """Every status above 299 with every body it is shown with."""
        return [
            (int(status), example["value"])
            for status, response in self.node["responses"].items()
            if not status.startswith("2")
            for example in resolved(response)["content"][JSON]["examples"].values()
        ]


@cache
def operations() -> dict[str, Operation]:
    return {
        node["operationId"]: Operation(node["operationId"], method.upper(), path, node)
        for path, methods in document()["paths"].items()
        for method, node in methods.items()
    }


# Without NUL, which the client takes out of every answer: PostgreSQL could not hold it.
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\x00")
TEXT = st.text(LETTERS, min_size=1, max_size=12)


def layers() -> st.SearchStrategy[Any]:
    """Simulcast layers: f, h, q, each scaled down more than the one before, f not at all."""
    scales = st.lists(st.integers(2, 12), min_size=2, max_size=2, unique=True).map(sorted)

    def named(count: int, scales: list[int], rate: int) -> dict[str, Any]:
        pairs = zip("fhq"[:count], [1, *scales][:count], strict=True)
        return {"layers": [{"rid": r, "scaleResolutionDownBy": s, "maxFramerate": rate} for r, s in pairs]}

    return st.builds(named, st.integers(0, 3), scales, st.integers(1, 30))


def resolution() -> st.SearchStrategy[Any]:
    landscape = st.tuples(st.integers(1080, 1920), st.integers(480, 1080))
    portrait = st.tuples(st.integers(500, 1079), st.integers(1080, 1920))
    return st.one_of(landscape, portrait).map(lambda size: {"width": size[0], "height": size[1]})


def credentials() -> st.SearchStrategy[Any]:
    return st.builds(lambda key, secret: {"key": key, "secret": secret}, TEXT, TEXT)


# What the contract says in words beyond the schema; a schema by its name.
IN_WORDS: dict[str, st.SearchStrategy[Any]] = {
    "SimulcastLayers": layers(),
    "StreamResolution": resolution(),
    "HlsLayer": st.just({"width": 1280, "height": 720}),
}


def allowed(schema: Schema, *, answers: bool, name: str = "") -> st.SearchStrategy[Any]:
    """Whatever fits the schema. `answers` may hold null, the zero time and keys nobody has heard of."""
    reference = schema.get("$ref", "").rpartition("/")[2]
    if reference in IN_WORDS and not answers:
        return IN_WORDS[reference]
    schema = resolved(schema)
    if "oneOf" in schema:
        return st.one_of([allowed(one, answers=answers) for one in schema["oneOf"]])
    if "properties" not in schema and "allOf" in schema:
        schema = _merged(schema["allOf"])
    kinds = schema["type"] if isinstance(schema.get("type"), list) else [schema.get("type", "object")]
    return st.one_of([_of_kind(schema, kind, answers, name) for kind in kinds])


def _merged(parts: list[Schema]) -> Schema:
    whole: Schema = {"type": "object", "properties": {}, "required": []}
    for part in map(resolved, parts):
        whole["properties"] |= part.get("properties", {})
        whole["required"] += part.get("required", [])
    return whole


def _of_kind(schema: Schema, kind: str, answers: bool, name: str) -> st.SearchStrategy[Any]:
    if "enum" in schema:
        return st.sampled_from([value for value in schema["enum"] if (value is None) == (kind == "null")])
    if kind == "null":
        return st.none()
    if kind == "boolean":
        return st.booleans()
    if kind == "integer":
        step = schema.get("multipleOf", 1)
        low, high = schema.get("minimum", -(2**31)), schema.get("maximum", 2**31)
        return st.integers(-(-low // step), high // step).map(lambda number: number * step)
    if kind == "number":
        return st.floats(schema.get("minimum", -1e9), schema.get("maximum", 1e9), allow_nan=False)
    if kind == "string":
        return _string(schema, answers, name)
    if kind == "array":
        least, most = schema.get("minItems", 0), min(schema.get("maxItems", 3), 3)
        return st.lists(allowed(schema["items"], answers=answers), min_size=least, max_size=most)
    return _object(schema, answers)


def _string(schema: Schema, answers: bool, name: str) -> st.SearchStrategy[Any]:
    if schema.get("format") == "date-time":
        # A session that was never created is none: there the zero time would say nothing.
        return st.sampled_from([*MOMENTS, NEVER] if answers and name != "created_at" else MOMENTS)
    if "pattern" in schema:
        return st.from_regex(schema["pattern"].replace("$", r"\Z"), fullmatch="$" in schema["pattern"])
    return st.text(LETTERS, max_size=8) if answers else TEXT.map(lambda text: text[: schema.get("maxLength", 12)])


def _object(schema: Schema, answers: bool) -> st.SearchStrategy[Any]:
    if "properties" not in schema:
        if not isinstance(schema.get("additionalProperties"), dict):
            return st.just({})
        return st.dictionaries(TEXT, allowed(schema["additionalProperties"], answers=answers), max_size=2)
    required = set(schema.get("required", ()))
    if schema.get("description", "").startswith("Needs read and write") or {"secretKey"} <= set(schema["properties"]):
        return credentials()
    fields = {key: allowed(one, answers=answers, name=key) for key, one in schema["properties"].items()}
    unknown = {"nobody_has_heard_of": st.just([None, {"at": "breakfast"}])} if answers else {}
    return st.fixed_dictionaries(
        {key: fields[key] for key in fields if key in required},
        optional={**{key: fields[key] for key in fields if key not in required}, **unknown},
    )


def broken(schema: Schema, at: str = "") -> Iterator[tuple[str, Any]]:
    """Smallest bodies that break one limit each, with the dotted name of the field that does."""
    schema = resolved(schema)
    kinds = schema["type"] if isinstance(schema.get("type"), list) else [schema.get("type", "object")]
    if "enum" in schema:
        yield at, "nonsense"
    elif "object" in kinds:
        yield from _broken_object(schema, at)
    elif "array" in kinds:
        good = smallest(schema["items"])
        if "maxItems" in schema:
            yield at, [good] * (schema["maxItems"] + 1)
        if schema.get("minItems"):
            yield at, []
        yield from ((where, [bad]) for where, bad in broken(schema["items"], f"{at}[0]"))
    elif "integer" in kinds or "number" in kinds:
        yield at, "7"
        yield at, True
        if "minimum" in schema:
            yield at, schema["minimum"] - 1
        if "maximum" in schema:
            yield at, schema["maximum"] + 1
        if "multipleOf" in schema:
            yield at, schema["minimum"] + 1
    elif "boolean" in kinds:
        yield at, "true"
    elif "string" in kinds and schema.get("format") != "date-time":
        yield at, 7
        if "maxLength" in schema:
            yield at, "x" * (schema["maxLength"] + 1)
        if "pattern" in schema:
            yield at, "?§"


def _broken_object(schema: Schema, at: str) -> Iterator[tuple[str, Any]]:
    base = smallest(schema)
    for key in schema.get("required", ()):
        yield f"{at}.{key}".strip("."), {name: value for name, value in base.items() if name != key}
    for key, one in schema.get("properties", {}).items():
        for where, bad in broken(one, f"{at}.{key}".strip(".")):
            yield where, {**base, key: bad}
    if isinstance(schema.get("additionalProperties"), dict):
        for where, bad in broken(schema["additionalProperties"], f"{at}.some"):
            yield where, {"some": bad}


def smallest(schema: Schema) -> Any:
    """A value with nothing in it that need not be."""
    schema = resolved(schema)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema["type"][0] if isinstance(schema.get("type"), list) else schema.get("type", "object")
    if kind == "object":
        return {key: smallest(schema["properties"][key]) for key in schema.get("required", ())}
    samples: dict[str, Any] = {"integer": schema.get("minimum", 1), "number": schema.get("minimum", 1), "boolean": True}
    if kind == "array":
        return [smallest(schema["items"])] * schema.get("minItems", 0)
    text = "rtmp://example.net/live" if "rtmp" in schema.get("pattern", "") else "1"
    return samples.get(kind, text)


def as_json(value: Any) -> Any:
    """The value after a journey through JSON."""
    return json.loads(json.dumps(value))
