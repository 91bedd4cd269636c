"""Bytes to trials: saved pages, registry records, tables; layouts and record families are data."""

from normalizer.sources.identity import safe_name, unique_ids
from normalizer.sources.inputs import load, read
from normalizer.sources.pages import document_from_bytes, document_from_text
from normalizer.sources.records import document_from_record

__all__ = [
    "document_from_bytes",
    "document_from_record",
    "document_from_text",
    "load",
    "read",
    "safe_name",
    "unique_ids",
]
