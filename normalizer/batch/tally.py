"""What a run adds up to: trials, criteria and bounds by status, findings by code, numerals by claim."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from normalizer.model.criterion import NormalizedTrial


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts of one trial or of many; ``failed`` counts trials that ended in an error of the program."""

    trials: int = 0
    failed: int = 0
    criteria: int = 0
    facts: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    fact_statuses: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    numerals_in_bounds: int = 0
    numerals_with_reason: int = 0
    numerals_unclaimed: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    @classmethod
    def of(cls, trial: NormalizedTrial, facts: int) -> Tally:
        """Return the counts of one trial with its number of fact rows; a finding counts once a place it is said of."""
        bounds = [bound for criterion in trial.criteria for atom in criterion.atoms for bound in atom.bounds]
        findings = [*trial.findings]
        for criterion in trial.criteria:
            findings += criterion.findings
        for bound in bounds:
            findings += bound.findings
        coverage = trial.coverage
        return cls(
            trials=1,
            criteria=len(trial.criteria),
            facts=facts,
            statuses=Counter(criterion.status for criterion in trial.criteria),
            fact_statuses=Counter(bound.status for bound in bounds),
            findings=Counter(finding.code for finding in findings),
            numerals_in_bounds=coverage.numerals_in_bounds,
            numerals_with_reason=coverage.numerals_with_reason,
            numerals_unclaimed=coverage.numerals_unclaimed,
            input_tokens=trial.input_tokens,
            output_tokens=trial.output_tokens,
        )

    @classmethod
    def from_json(cls, counts: Mapping[str, Any]) -> Tally:
        """Return the tally that :meth:`to_json` gave."""
        tally = cls()
        for name, value in counts.items():
            setattr(tally, name, Counter(value) if isinstance(value, dict) else value)
        return tally

    def to_json(self) -> dict[str, Any]:
        """Return plain counts, their keys sorted."""
        counts = {name: getattr(self, name) for name in self.__slots__}
        return {name: dict(sorted(n.items())) if isinstance(n, Counter) else n for name, n in counts.items()}

    def add(self, other: Tally) -> None:
        """Add the counts of ``other``."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
