"""``python -m normalizer.evaluate.everything``: the rules on gold, stress items and external corpora, and the gates.

Exit codes: 0 all gates hold, 2 a gold file is malformed, 3 a gate failed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from normalizer.evaluate.corpora import CORPORA, corpora_reports
from normalizer.evaluate.gates import judge, read_gates
from normalizer.evaluate.gold import read_folder
from normalizer.evaluate.mistakes import listed
from normalizer.evaluate.pages import located
from normalizer.evaluate.record import recorded, verdicts_recorded
from normalizer.evaluate.report import evaluate
from normalizer.evaluate.split import read_split
from normalizer.evaluate.stress import document_of, gold_of, read_stress
from normalizer.evaluate.tables import gates_printed, printed
from normalizer.extract.rules import RulesExtractor
from normalizer.model.errors import GoldError
from normalizer.pipeline import normalize, settle
from normalizer.sources import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.evaluate.report import Report
    from normalizer.evaluate.split import Split
    from normalizer.evaluate.stress import Stress
    from normalizer.extract.protocol import Extractor
    from normalizer.model.criterion import NormalizedTrial

ROOT: Final = Path(__file__).resolve().parents[2]
_GATE_FAILED: Final = 3
_MALFORMED: Final = 2


def seeds_report(gold: Path, pages: Path, split: Split) -> Report | None:
    """Score the rules on the labelled pages; None when nothing is labelled.

    Raises:
        GoldError: when a gold file is malformed or labels a page that is not there.

    """
    labelled = read_folder(gold)
    if not labelled:
        return None
    documents = list(load(pages))
    found = [located(labels, documents) for labels in labelled.values()]
    predictions = {document.trial_id: normalize(document) for document in documents if document.trial_id in labelled}
    return evaluate(found, predictions, name="seeds", split=split)


def _read_one(item: Stress, extractor: Extractor) -> NormalizedTrial:
    document, segmentation, context = document_of(item)
    return settle(document, segmentation, (context,), {context.block.id: [extractor.read(context)]})


def stress_report(folder: Path, split: Split) -> Report | None:
    """Score the rules on the stress items; None when there are none.

    Raises:
        GoldError: when a stress file is malformed.

    """
    items = [item for path in sorted(folder.glob("*.yaml")) for item in read_stress(path)]
    if not items:
        return None
    extractor = RulesExtractor()
    predictions = {item.trial: _read_one(item, extractor) for item in items}
    return evaluate([gold_of(item) for item in items], predictions, name="stress", split=split)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m normalizer.evaluate.everything", description=__doc__)
    parser.add_argument("--evals", type=Path, default=ROOT / "evals", help="folder of gold, stress, split and gates")
    parser.add_argument("--gold", type=Path, help="folder of gold files, by default evals/gold")
    parser.add_argument("--pages", type=Path, default=ROOT / "seeds", help="folder of the labelled pages")
    parser.add_argument("--corpora", type=Path, help="folder of external corpora, else NORMALIZER_CORPORA")
    parser.add_argument("--only", action="append", choices=("seeds", "stress", *CORPORA), help="only these sets")
    parser.add_argument("--mistakes", type=int, default=0, metavar="N", help="print N mistakes of each kind")
    parser.add_argument("--out", type=Path, default=Path("out/eval"), help="folder for report.json and mistakes")
    options = parser.parse_args(arguments)
    wanted = options.only or ("seeds", "stress", *CORPORA)
    evals: Path = options.evals
    corpora = options.corpora or Path(os.environ.get("NORMALIZER_CORPORA") or ROOT.parent / "shared" / "corpora")
    try:
        split = read_split(evals / "split.toml")
        gates = read_gates(evals / "gates.toml")
        reports = {}
        if "seeds" in wanted and (report := seeds_report(options.gold or evals / "gold", options.pages, split)):
            reports["seeds"] = report
        if "stress" in wanted and (report := stress_report(evals / "stress", split)):
            reports["stress"] = report
    except GoldError as error:
        sys.stderr.write(f"{error}\n")
        return _MALFORMED
    reports |= corpora_reports(corpora, wanted)
    verdicts = judge(gates, reports)
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
    sys.stdout.write(gates_printed(verdicts) + "\n")
    data = {"reports": [recorded(report) for report in reports.values()], "gates": verdicts_recorded(verdicts)}
    (options.out / "report.json").write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return _GATE_FAILED if any(verdict.held is False for verdict in verdicts) else 0


if __name__ == "__main__":
    raise SystemExit(main())
