"""The vocabulary: what criteria are about, under which names it is printed, and what its levels can be."""

from normalizer.concepts.finder import NameHit, find
from normalizer.concepts.subject import expand, resolve, same_subject
from normalizer.concepts.table import Concept, Name, Scale, concept, concepts, names, scale_of, scales

__all__ = [
    "Concept",
    "Name",
    "NameHit",
    "Scale",
    "concept",
    "concepts",
    "expand",
    "find",
    "names",
    "resolve",
    "same_subject",
    "scale_of",
    "scales",
]
