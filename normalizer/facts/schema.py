"""The JSON Schema of a row of the facts view, generated: ``python -m normalizer.facts.schema``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from normalizer.facts.columns import NUMBERS
from normalizer.facts.rows import Row
from normalizer.model.schema import schema

FOLDER: Final = Path(__file__).parent / "schemas"


def row_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one line of ``facts.jsonl``; all columns are present, numbers are numbers."""
    body = schema(Row)
    for name in NUMBERS:
        body["properties"][name] = {"anyOf": [{"type": "number"}, {"type": "null"}], "title": name.title()}
    return body


def write(folder: Path = FOLDER) -> Path:
    """Write ``facts.schema.json`` and return its path.

    Args:
        folder: an existing folder; by default the one in this package.

    """
    path = folder / "facts.schema.json"
    path.write_text(json.dumps(row_schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    write()
