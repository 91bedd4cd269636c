"""The JSON Schema of the wire form, as strict structured outputs want it: inlined, closed, everything required."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter

from normalizer.extract.llm.wire import WireAnswer

#: Keywords that say nothing a server enforces.
_DROPPED: Final = frozenset({"title", "description", "default", "discriminator", "$defs"})


@cache
def schema() -> dict[str, Any]:
    """Return the schema; callers must not change it.

    The rules are those of strict structured outputs: an object at the root, every property required, no further
    properties, ``anyOf`` only, no references, no defaults.
    """
    raw = TypeAdapter(WireAnswer).json_schema()
    found: dict[str, Any] = _strict(raw, raw.get("$defs", {}))
    return found


def _strict(node: Any, definitions: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(node, list):
        return [_strict(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _strict(definitions[node["$ref"].rpartition("/")[2]], definitions)
    if node.get("type") == "object":
        properties = {name: _strict(inner, definitions) for name, inner in node["properties"].items()}
        return {
            "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False,
        }  # fmt: skip
    return {
        "anyOf" if key == "oneOf" else key: _strict(value, definitions)
        for key, value in node.items()
        if key not in _DROPPED
    }
