from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter

from normalizer.model import (
    Canonical,
    Coverage,
    Criterion,
    DocumentRecord,
    Draft,
    NormalizedTrial,
    Provenance,
    PublishedAtom,
    PublishedBound,
    Registry,
    Span,
)
from normalizer.model.schema import FOLDER, SCHEMAS, committed, schema, write

if TYPE_CHECKING:
    from pathlib import Path

TRIAL = NormalizedTrial(
    trial_id="T1",
    document=DocumentRecord(
        source="t.txt", locator=None, layout="plain", sha256="0" * 64, title=None, conditions=(), text="INR > 1.50"
    ),
    registry=Registry(),
    cohorts=(),
    criteria=(
        Criterion(
            id="T1/I01",
            block_id="b1",
            kind="inclusion",
            cohorts=(),
            path=("1.",),
            heading=None,
            span=Span(0, 10),
            text="INR > 1.50",
            field=None,
            atoms=(
                PublishedAtom(
                    id="a1",
                    type="measurement",
                    subject="international normalized ratio",
                    code=None,
                    quote="INR",
                    span=Span(0, 3),
                    bounds=(
                        PublishedBound(
                            role="value",
                            quote="> 1.50",
                            span=Span(4, 10),
                            low=Decimal("1.50"),
                            canonical=Canonical(low=Decimal("1.50"), unit="1"),
                        ),
                    ),
                ),
            ),
            logic="a1",
            status="checked",
            findings=(),
            repairs=(),
            provenance=(Provenance(extractor="rules", version="1"),),
        ),
    ),
    findings=(),
    coverage=Coverage(
        numerals=(),
        numerals_in_bounds=1,
        numerals_with_reason=0,
        numerals_unclaimed=0,
        section_characters=10,
        tiled_characters=10,
        tiles=(),
    ),
)


def disagreements(value: Any, rule: dict[str, Any], names: dict[str, Any], at: str = "") -> list[str]:
    """Hold a JSON value against the parts of JSON Schema that ours use."""
    if "$ref" in rule:
        return disagreements(value, names[rule["$ref"].rpartition("/")[2]], names, at)
    if "anyOf" in rule:
        every = [disagreements(value, choice, names, at) for choice in rule["anyOf"]]
        return [] if [] in every else every[0]
    if "const" in rule or "enum" in rule:
        return [] if value in rule.get("enum", [rule.get("const")]) else [at]
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    fits = isinstance(value, kinds[rule["type"]])
    if not fits:
        return [at]
    if rule["type"] == "array":
        return [fault for item in value for fault in disagreements(item, rule.get("items", {}), names, at + "[]")]
    if rule["type"] == "object":
        if set(value) != set(rule["properties"]):
            return [f"{at} {sorted(set(value) ^ set(rule['properties']))}"]
        return [
            fault
            for key, item in value.items()
            for fault in disagreements(item, rule["properties"][key], names, f"{at}.{key}")
        ]
    return []


def test_committed_schemas_are_current(tmp_path: Path) -> None:
    for path in write(tmp_path):
        assert (FOLDER / path.name).read_bytes() == path.read_bytes(), "run python -m normalizer.model.schema"
    assert {path.name for path in FOLDER.glob("*.json")} == {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_object_is_closed(name: str) -> None:
    body = committed(name)
    objects = [part for part in (body, *body["$defs"].values()) if part.get("type") == "object"]
    assert len(objects) > 3
    for part in objects:
        assert part["additionalProperties"] is False
        if SCHEMAS[name][1] == "serialization":
            assert sorted(part["required"]) == sorted(part["properties"])


def test_a_written_trial_agrees_with_its_schema() -> None:
    written = json.loads(TypeAdapter(NormalizedTrial).dump_json(TRIAL))
    rule = schema(NormalizedTrial)
    assert disagreements(written, rule, rule["$defs"]) == []
    assert written["criteria"][0]["atoms"][0]["bounds"][0]["low"] == "1.50"
    assert TypeAdapter(NormalizedTrial).validate_python(written) == TRIAL
    written["criteria"][0]["atoms"][0]["bounds"][0]["low"] = 1.5
    assert disagreements(written, rule, rule["$defs"]) == [".criteria[].atoms[].bounds[].low"]


def test_a_draft_may_leave_out_what_has_a_default() -> None:
    rule = schema(Draft, "validation")
    assert rule["$defs"]["Limit"]["required"] == ["slot", "quote"]
    draft = TypeAdapter(Draft).validate_python(
        {"atoms": [{"id": "a1", "type": "other", "subject": "x", "quote": "x"}], "logic": "a1"}
    )
    assert draft.atoms[0].bounds == ()
