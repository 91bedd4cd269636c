"""Normalized trials as rows and lines: the facts view, its file formats, the trials' JSON."""

from normalizer.facts.columns import PARTITIONS
from normalizer.facts.dataset import write_dataset
from normalizer.facts.parquet import write_parquet
from normalizer.facts.rows import COLUMNS, Row, rows
from normalizer.facts.table import WRITERS, digits, row_from_json, row_to_json, write_csv, write_jsonl
from normalizer.facts.trials import from_json, to_json
from normalizer.sources.packing import MissingExtraError

__all__ = [
    "COLUMNS",
    "PARTITIONS",
    "WRITERS",
    "MissingExtraError",
    "Row",
    "digits",
    "from_json",
    "row_from_json",
    "row_to_json",
    "rows",
    "to_json",
    "write_csv",
    "write_dataset",
    "write_jsonl",
    "write_parquet",
]
