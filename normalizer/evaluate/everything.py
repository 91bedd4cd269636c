"""``python -m normalizer.evaluate.everything``: all readers on gold, stress items and external corpora, and the gates.

Exit codes: 0 all gates hold, 2 a gold file is malformed, 3 a gate failed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from normalizer.evaluate.baseline import read_baseline, written
from normalizer.evaluate.catch import catch
from normalizer.evaluate.corpora import CORPORA, corpora_reports
from normalizer.evaluate.gates import judge, read_gates
from normalizer.evaluate.items import items
from normalizer.evaluate.mistakes import listed
from normalizer.evaluate.readers import READERS, predicted, read, scored
from normalizer.evaluate.record import recorded, verdicts_recorded
from normalizer.evaluate.reports import junit, markdown, workflow_commands
from normalizer.evaluate.reports.page import page
from normalizer.evaluate.sets import seeds, stress
from normalizer.evaluate.split import read_split
from normalizer.evaluate.tables import compared, gates_printed, printed
from normalizer.extract.llm.prompt import VERSION
from normalizer.model.errors import GoldError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from normalizer.evaluate.readers import Reader
    from normalizer.evaluate.report import Report
    from normalizer.evaluate.sets import Labelled
    from normalizer.evaluate.split import Split

ROOT: Final = Path(__file__).resolve().parents[2]
_GATE_FAILED: Final = 3
_MALFORMED: Final = 2


@dataclass(frozen=True, slots=True)
class Scored:
    """Reports by name, and every labelled block with what each reader made of it."""

    reports: dict[str, Report]
    items: list[dict[str, Any]]


def score_sets(
    sets: Mapping[str, Sequence[Labelled]], wanted: Collection[Reader], cassettes: Path, split: Split
) -> Scored:
    """Score every reader on every labelled set, and how many corruptions of the hybrid's readings are caught.

    Args:
        sets: labelled documents by the name of their set.
        wanted: the readers to score.
        cassettes: recorded answers of a model.
        split: which documents may be looked at while tuning.

    Returns:
        Reports by name: ``seeds`` for the rules, ``seeds.llm``, ``seeds.hybrid``, ``seeds.catch``, ...

    """
    found = Scored({}, [])
    for name, labelled in sets.items():
        if not labelled:
            continue
        predictions = {}
        for reader, readings in read(labelled, cassettes, wanted).items():
            title = name if reader == "rules" else f"{name}.{reader}"
            predictions[reader] = predicted(labelled, readings)
            found.reports[title] = scored(labelled, predictions[reader], name=title, split=split)
            if reader == "hybrid":
                found.reports[f"{name}.catch"] = replace(catch(labelled, readings), name=f"{name}.catch")
        found.items.extend(items(name, labelled, predictions))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m normalizer.evaluate.everything", description=__doc__)
    parser.add_argument("--evals", type=Path, default=ROOT / "evals", help="folder of gold, stress, split and gates")
    parser.add_argument("--gold", type=Path, help="folder of gold files, by default evals/gold")
    parser.add_argument("--pages", type=Path, default=ROOT / "seeds", help="folder of the labelled pages")
    parser.add_argument("--corpora", type=Path, help="folder of external corpora, else NORMALIZER_CORPORA")
    parser.add_argument(
        "--cassettes", type=Path, default=ROOT / "cassettes" / VERSION, help="recorded answers of a model"
    )
    parser.add_argument("--extractor", action="append", choices=READERS, help="only these readers")
    parser.add_argument("--only", action="append", choices=("seeds", "stress", *CORPORA), help="only these sets")
    parser.add_argument("--mistakes", type=int, default=0, metavar="N", help="print N mistakes of each kind")
    parser.add_argument("--write-baseline", action="store_true", help="make today's wrong bounds the baseline")
    parser.add_argument("--out", type=Path, default=Path("out/eval"), help="folder for report.json and mistakes")
    options = parser.parse_args(arguments)
    wanted = options.only or ("seeds", "stress", *CORPORA)
    evals: Path = options.evals
    corpora = options.corpora or Path(os.environ.get("NORMALIZER_CORPORA") or ROOT.parent / "shared" / "corpora")
    try:
        split = read_split(evals / "split.toml")
        gates = read_gates(evals / "gates.toml")
        sets = {
            "seeds": seeds(options.gold or evals / "gold", options.pages) if "seeds" in wanted else (),
            "stress": stress(evals / "stress") if "stress" in wanted else (),
        }
        found = score_sets(sets, options.extractor or READERS, options.cassettes, split)
    except GoldError as error:
        sys.stderr.write(f"{error}\n")
        return _MALFORMED
    reports = found.reports | corpora_reports(corpora, wanted)
    baseline = evals / "baselines" / "bounds.json"
    if options.write_baseline:
        baseline.parent.mkdir(exist_ok=True)
        baseline.write_text(written(reports), encoding="utf-8")
    verdicts = judge(gates, reports, read_baseline(baseline))
    options.out.mkdir(parents=True, exist_ok=True)
    for name, report in reports.items():
        sys.stdout.write(printed(report) + "\n")
        if report.mistakes:
            (options.out / f"mistakes.{name}.txt").write_text(listed(report.mistakes) + "\n", encoding="utf-8")
            if options.mistakes:
                sys.stdout.write(listed(report.mistakes, options.mistakes) + "\n\n")
    for name in wanted:
        if name not in reports:
            sys.stdout.write(f"# {name}: skipped, nothing found in {corpora / name if name in CORPORA else evals}\n\n")
    for name in sets:
        sys.stdout.write(compared(reports, name) + "\n")
    sys.stdout.write(gates_printed(verdicts) + "\n")
    data = {"reports": [recorded(report) for report in reports.values()], "gates": verdicts_recorded(verdicts)}
    _write(options.out, data, found.items)
    return _GATE_FAILED if any(verdict.held is False for verdict in verdicts) else 0


def _write(out: Path, data: dict[str, Any], blocks: list[dict[str, Any]]) -> None:
    """Write the run for every kind of reader; in GitHub's CI also its summary and annotations."""
    files = {
        "report.json": json.dumps(data, ensure_ascii=False, indent=1) + "\n",
        "report.md": markdown(data),
        "junit.xml": junit(data),
        "index.html": page(data, blocks),
    }
    for name, text in files.items():
        (out / name).write_text(text, encoding="utf-8")
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(files["report.md"])
    if os.environ.get("GITHUB_ACTIONS") == "true":
        sys.stdout.write("".join(f"{line}\n" for line in workflow_commands(data)))


if __name__ == "__main__":
    raise SystemExit(main())
