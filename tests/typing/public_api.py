"""Type-checked only: what a downstream program may rely on."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import assert_type

import normalizer
from normalizer import (
    Criterion,
    Extractor,
    NormalizedTrial,
    Row,
    RulesExtractor,
    SourceError,
    TrialDocument,
    load,
    normalize,
    rows,
)


def use() -> None:
    assert_type(normalizer.__version__, str)
    assert_type(load("trials"), Iterator[TrialDocument])
    assert_type(load([Path("a.json"), "b.csv"], id_column="nct", text_column="text"), Iterator[TrialDocument])
    reader: Extractor = RulesExtractor()
    for document in load("trials"):
        trial = normalize(document, extractors=[reader])
        assert_type(trial, NormalizedTrial)
        assert_type(trial.criteria, tuple[Criterion, ...])
        for row in rows(trial):
            assert_type(row, Row)
            assert_type(row.low, Decimal | None)
        assert_type(normalizer.from_json(normalizer.to_json(trial)), NormalizedTrial)


def fail(error: SourceError) -> None:
    assert_type(error.place, str | None)
