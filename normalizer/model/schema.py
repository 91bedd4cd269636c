"""JSON Schemas of the published types, generated from the dataclasses: ``python -m normalizer.model.schema``."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import TypeAdapter

from normalizer.model.criterion import Criterion, NormalizedTrial
from normalizer.model.draft import Draft

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER: Final = Path(__file__).parent / "schemas"

#: File stem -> type and side: what we write has every field, what we read may leave out fields that have a default.
SCHEMAS: Final[Mapping[str, tuple[type, Literal["serialization", "validation"]]]] = MappingProxyType(
    {
        "criterion": (Criterion, "serialization"),
        "draft": (Draft, "validation"),
        "trial": (NormalizedTrial, "serialization"),
    }
)


def schema(type_: type, side: Literal["serialization", "validation"] = "serialization") -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a dataclass; unknown fields are refused, decimal numbers are strings.

    Args:
        type_: a dataclass whose annotations are importable names.
        side: ``serialization`` for what we write, ``validation`` for what we read.

    """
    body = TypeAdapter(type_).json_schema(mode=side)
    for definition in (body, *body.get("$defs", {}).values()):
        if definition.get("type") == "object":
            definition["additionalProperties"] = False
            if side == "serialization":
                definition["required"] = list(definition["properties"])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **body}


def _printed(type_: type, side: Literal["serialization", "validation"]) -> str:
    return json.dumps(schema(type_, side), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def write(folder: Path = FOLDER) -> list[Path]:
    """Write one ``<name>.schema.json`` a published type and return the paths.

    Args:
        folder: an existing folder; by default the one in this package.

    """
    paths = []
    for name, (type_, side) in SCHEMAS.items():
        path = folder / f"{name}.schema.json"
        path.write_text(_printed(type_, side), encoding="utf-8")
        paths.append(path)
    return paths


@cache
def committed(name: str) -> Mapping[str, Any]:
    """Return a committed schema: ``criterion``, ``draft`` or ``trial``."""
    return MappingProxyType(json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8")))


if __name__ == "__main__":
    write()
