"""Families of registry records as data: which field of an object holds what."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIELDS: Final = (
    "id", "title", "conditions", "criteria", "inclusion", "exclusion",
    "minimum_age", "maximum_age", "sex", "female", "male", "healthy_volunteers",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A path through objects by key; ``printed`` is how outputs name the field."""

    printed: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One entry of ``data/families.toml``; the file's head says what each field means."""

    name: str
    element: str | None
    needs: tuple[str, ...]
    paths: Mapping[str, tuple[Path, ...]]
    id_prefix: str
    conditions_split: re.Pattern[str] | None
    excel_escapes: bool
    furniture: re.Pattern[str] | None


def _family(entry: Mapping[str, Any]) -> Family:
    split, furniture = entry.get("conditions_split"), entry.get("furniture")
    return Family(
        name=entry["name"],
        element=entry.get("element"),
        needs=tuple(entry["needs"]),
        paths={
            field: tuple(Path(printed=path, keys=tuple(path.split("."))) for path in entry.get(field, ()))
            for field in _FIELDS
        },
        id_prefix=entry.get("id_prefix", ""),
        conditions_split=re.compile(split, re.IGNORECASE) if split else None,
        excel_escapes=entry.get("excel_escapes", False),
        furniture=re.compile(furniture, re.IGNORECASE) if furniture else None,
    )


@cache
def families() -> tuple[Family, ...]:
    """Return all families in the order in which they are tried."""
    data = tomllib.loads((files(__package__) / "data" / "families.toml").read_text("utf-8"))
    return tuple(_family(entry) for entry in data["family"])


def family_of(record: Mapping[str, object]) -> Family | None:
    """Return the family whose keys ``record`` has, None when there is none."""
    return next((family for family in families() if all(key in record for key in family.needs)), None)


def values(record: object, keys: tuple[str, ...]) -> list[str]:
    """Return all scalars at a path as text, in order; arrays on the way, of any nesting, are read through."""
    nodes: list[object] = [record]
    for key in keys:
        nodes = [node[key] for node in _flat(nodes) if isinstance(node, dict) and key in node]
        if not nodes:
            return []
    return [
        node if isinstance(node, str) else str(node).lower() if isinstance(node, bool) else str(node)
        for node in _flat(nodes)
        if isinstance(node, str | int | float)
    ]


def _flat(nodes: list[object]) -> list[object]:
    if not any(isinstance(node, list) for node in nodes):
        return nodes
    flat: list[object] = []
    stack = nodes[::-1]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(reversed(node))
        else:
            flat.append(node)
    return flat
