"""Logic over atom ids: its tree, its text form, its truth value, its rules, and what governs each atom."""

from __future__ import annotations

from normalizer.model.logic.branches import Branch, BranchName, branches
from normalizer.model.logic.grammar import MAX_LENGTH, MAX_NESTING, dump, parse
from normalizer.model.logic.rules import check
from normalizer.model.logic.tree import (
    All,
    Any_,
    AtLeast,
    Leaf,
    Node,
    Not,
    Permit,
    Under,
    Unless,
    When,
    leaves,
    ordered,
    rename,
    same,
)
from normalizer.model.logic.truth import Sense, evaluate, sense_of

__all__ = [
    "MAX_LENGTH",
    "MAX_NESTING",
    "All",
    "Any_",
    "AtLeast",
    "Branch",
    "BranchName",
    "Leaf",
    "Node",
    "Not",
    "Permit",
    "Sense",
    "Under",
    "Unless",
    "When",
    "branches",
    "check",
    "dump",
    "evaluate",
    "leaves",
    "ordered",
    "parse",
    "rename",
    "same",
    "sense_of",
]
