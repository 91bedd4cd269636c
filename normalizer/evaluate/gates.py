"""Gates: floors (for rates, ceilings) on point scores and limits on flips, from ``evals/gates.toml``.

[[floor]]            # or [[ceiling]]
metric = "number_found"    # a score's F1 or share; "number_found.precision", "number_found.recall"
set = "seeds"
value = 0.97

[[regression]]
set = "seeds"
value = 0            # bounds that were right in the baseline and are wrong now, at most
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from normalizer.model.errors import GoldError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from normalizer.evaluate.baseline import Baseline
    from normalizer.evaluate.report import Report

Side = Literal["floor", "ceiling", "regression"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A score that must not fall below (floor) or rise above (ceiling) a value, or a most number of flips."""

    side: Side
    metric: str
    set: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A gate and what was measured; ``held`` is None when the set was not run, ``named`` are the flips."""

    gate: Gate
    measured: float | None
    held: bool | None
    named: tuple[str, ...] = ()


def read_gates(path: Path) -> tuple[Gate, ...]:
    """Read the gates of a file.

    Raises:
        GoldError: when the file is malformed.

    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise GoldError(path.name, 0, "file", str(error)) from error
    gates = []
    for name in set(data) - set(get_args(Side)):
        raise GoldError(path.name, 0, name, "unknown field")
    sides: tuple[Side, ...] = get_args(Side)
    for side in sides:
        for at, entry in enumerate(data.get(side, ())):
            fields = {"set", "value"} if side == "regression" else {"metric", "set", "value"}
            if set(entry) != fields or not isinstance(entry["value"], int | float):
                raise GoldError(
                    path.name, 0, f"{side}[{at}]", f"has exactly {', '.join(sorted(fields))}, value a number"
                )
            metric = str(entry.get("metric", "worse"))
            gates.append(Gate(side=side, metric=metric, set=str(entry["set"]), value=float(entry["value"])))
    return tuple(gates)


def judge(
    gates: Iterable[Gate], reports: Mapping[str, Report], baselines: Mapping[str, Baseline] | None = None
) -> tuple[Verdict, ...]:
    """Return a verdict for every gate.

    An unscored or unknown score of a set that was run does not hold, nor does a regression gate whose baseline is
    missing or was made by other labels or scorers: then the baseline has to be made anew, knowingly.

    Args:
        gates: from :func:`read_gates`.
        reports: by the name of their set.
        baselines: by the name of their set.

    """
    verdicts = []
    for gate in gates:
        report = reports.get(gate.set)
        if report is None:
            verdicts.append(Verdict(gate=gate, measured=None, held=None))
        elif gate.side == "regression":
            verdicts.append(_flips(gate, report, (baselines or {}).get(gate.set)))
        else:
            known = gate.metric.partition(".")[0] in report.scores
            measured = report.value(gate.metric) if known else None
            held = measured is not None and (measured >= gate.value if gate.side == "floor" else measured <= gate.value)
            verdicts.append(Verdict(gate=gate, measured=measured, held=held))
    return tuple(verdicts)


def _flips(gate: Gate, report: Report, baseline: Baseline | None) -> Verdict:
    if baseline is None or not baseline.comparable(report):
        return Verdict(gate=gate, measured=None, held=False)
    worse = tuple(baseline.worse(report))
    return Verdict(gate=gate, measured=float(len(worse)), held=len(worse) <= gate.value, named=worse)
