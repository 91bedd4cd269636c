"""Two runs over the same labels, bound by bound: what got better, what got worse, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from normalizer.evaluate.tables import figure, table
from normalizer.model.errors import GoldError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Scores whose difference is printed; of the last ones less is better.
_SCORES: Final = (
    "number_found", "number_unit", "role", "anchored", "subject", "full_bound", "logic", "criterion_exact",
    "silent_errors", "review_rate", "false_alarms",
)  # fmt: skip
_COSTS: Final = ("requests", "input_tokens", "output_tokens")


@dataclass(frozen=True, slots=True)
class Difference:
    """Paired difference of two records: bounds that were wrong and are right, and the other way round.

    Each flip is a bound's name with what is, or was, wrong with it.
    """

    better: tuple[tuple[str, str], ...]
    worse: tuple[tuple[str, str], ...]
    scores: Mapping[str, tuple[float | None, float | None]]
    costs: Mapping[str, tuple[int, int]]


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> Difference:
    """Return how two records of one set differ.

    Args:
        before: a report of ``report.json``.
        after: another one.

    Raises:
        GoldError: when they were scored by other labels or another scorer version; then nothing can be compared.

    """
    for key, what in (("gold_hash", "other labels"), ("scorer_version", "another scorer")):
        if before.get(key) != after.get(key):
            raise GoldError(f"{before['set']} and {after['set']}", 0, key, f"were scored by {what}; score both anew")
    was, now = before["outcomes"], after["outcomes"]
    flips = [(name, was[name], now[name]) for name in was if bool(was[name]) != bool(now[name])]
    scores = {
        name: (before["scores"][name]["f1"], after["scores"][name]["f1"])
        for name in _SCORES
        if name in before["scores"] and name in after["scores"]
    }
    usage = before.get("usage") or {}, after.get("usage") or {}
    return Difference(
        better=tuple((name, old) for name, old, new in flips if not new),
        worse=tuple((name, new) for name, _, new in flips if new),
        scores=scores,
        costs={
            name: (usage[0].get(name, 0), usage[1].get(name, 0)) for name in _COSTS if any(name in one for one in usage)
        },
    )


def printed(found: Difference, before: str, after: str) -> str:
    """Return a difference as text.

    Args:
        found: what differs.
        before: what to call the first record.
        after: what to call the second.

    """
    rows = []
    for name, (old, new) in found.scores.items():
        change = "" if old is None or new is None else f"{new - old:+.3f}"
        rows.append((name, figure(old), figure(new), change))
    for name, (spent, spends) in found.costs.items():
        rows.append((name, f"{spent:,}", f"{spends:,}", f"{spends - spent:+,}"))
    lines = [table(("score", before, after, "change"), rows), ""]
    for title, flips in (("right now", found.better), ("wrong now", found.worse)):
        lines.append(f"{title}: {len(flips)} bounds")
        lines += [f"  {name}  [{what}]" for name, what in flips]
    return "\n".join(lines)
