"""Coverage on human-annotated trials, where the development corpora lie beside the checkout."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from normalizer.units import match

LCT = Path(__file__).parents[3] / "shared" / "corpora" / "lct"

#: Words that the annotators call units and that are scales, references or things counted.
NO_UNITS = {
    "stage", "stages", "grade", "grades", "grading", "class", "score", "status", "classification", "group", "z-score",
    "upper limit of normal", "uln", "normal", "level", "levels", "type", "category", "item", "axis", "sites", "lines",
}  # fmt: skip


@pytest.mark.skipif(not LCT.is_dir(), reason="development corpora are not part of the project")
def test_annotated_units_are_read() -> None:
    with gzip.open(LCT / "docs.jsonl.gz", "rt", encoding="utf-8") as file:
        texts = {doc["doc"]: doc["text"] for doc in map(json.loads, file)}
    with gzip.open(LCT / "comparisons.jsonl.gz", "rt", encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    asked = read = known = 0
    for record in records:
        words = record["unit"] + record["per"] + record["temporal_unit"]
        if not words or any(word.lower() in NO_UNITS for word in words):
            continue
        end = max(span[1] for span in record["value_spans"])
        found = match(texts[record["doc"]], end)
        asked += 1
        read += found is not None
        known += found is not None and found.code is not None
    assert asked > 1000
    assert read / asked >= 0.96
    assert known / asked >= 0.95
