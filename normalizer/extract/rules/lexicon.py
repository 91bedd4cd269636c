"""The word lists of the rules reader, loaded once: function words, heads of noun phrases, modifier phrases."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from normalizer.model.draft import ModifierKind


#: A word as the noun phrase readers see it: letters, with the hyphens, slashes and dots inside.
WORD: Final = re.compile(r"[^\W\d_][\w'’+α-ω]*(?:[-/.][\w'’+α-ω]+)*")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Word classes (lower case) and the modifier phrases with their kind."""

    boundary: frozenset[str]
    filler: frozenset[str]
    drop_first: frozenset[str]
    drop_last: frozenset[str]
    head: frozenset[str]
    group: frozenset[str]
    generic: frozenset[str]
    light: frozenset[str]
    vague: frozenset[str]
    dimension: frozenset[str]
    measure: frozenset[str]
    #: Words that end the reach of a name to its left.
    stops: frozenset[str]
    modifiers: Mapping[str, ModifierKind]
    #: Reads lower-case text.
    modifier_pattern: re.Pattern[str]


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _branching(phrases: list[str]) -> str:
    """Return a pattern for sorted phrases that shares their beginnings: the longest that fits is found, and fast."""
    branches: dict[str, list[str]] = {}
    for phrase in phrases:
        branches.setdefault(phrase[:1], []).append(phrase[1:])
    ends = branches.pop("", None) is not None
    parts = [re.escape(letter) + _branching(rest) for letter, rest in branches.items()]
    if not parts:
        return ""
    inner = parts[0] if len(parts) == 1 and not ends else f"(?:{'|'.join(parts)})"
    return f"{inner}?" if ends else inner


@cache
def lexicon() -> Lexicon:
    """Return the word lists; read from the data files on first use."""
    classes: dict[str, set[str]] = {}
    for row in _rows("words.csv"):
        classes.setdefault(row["class"], set()).update(row["words"].split())
    modifiers = {
        phrase: cast("ModifierKind", row["kind"])
        for row in _rows("modifiers.csv")
        for phrase in row["phrases"].split("|")
    }
    pattern = re.compile(rf"(?<![\w-])(?:{_branching(sorted(modifiers))})(?![\w-])")
    return Lexicon(
        boundary=frozenset(classes["boundary"]),
        filler=frozenset(classes["filler"]),
        drop_first=frozenset(classes["drop_first"]),
        drop_last=frozenset(classes["drop_last"]),
        head=frozenset(classes["head"]),
        group=frozenset(classes["group"]),
        generic=frozenset(classes["generic"]),
        light=frozenset(classes["light"]),
        vague=frozenset(classes["vague"]),
        dimension=frozenset(classes["dimension"]),
        measure=frozenset(classes["measure"]),
        stops=frozenset(classes["boundary"] | classes["drop_first"] | classes["head"] | classes["reference"]),
        modifiers=modifiers,
        modifier_pattern=pattern,
    )
