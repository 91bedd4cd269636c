"""Quantities: text to Mentions. Knows numbers, comparators, units, references, times and scales; knows no concepts."""

from normalizer.quantities.read import read

__all__ = ["read"]
