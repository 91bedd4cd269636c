"""Quantities: text to Mentions. Knows numbers, comparators, units, references, times and scales; knows no concepts."""

from normalizer.quantities.read import read
from normalizer.quantities.value import value

__all__ = ["read", "value"]
