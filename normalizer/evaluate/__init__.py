"""Evaluation: gold, alignment by characters, scorers, intervals, gates, external corpora."""

from normalizer.evaluate.gates import Gate, Verdict, judge, read_gates
from normalizer.evaluate.gold import Gold, GoldBlock, GoldCohort, Labels, read_folder, read_gold
from normalizer.evaluate.mistakes import Mistake, listed
from normalizer.evaluate.pages import locate, located, located_in
from normalizer.evaluate.record import recorded
from normalizer.evaluate.report import Report, Score, evaluate
from normalizer.evaluate.split import Split, read_split
from normalizer.evaluate.tables import gates_printed, printed
from normalizer.evaluate.tally import Tally

__all__ = [
    "Gate",
    "Gold",
    "GoldBlock",
    "GoldCohort",
    "Labels",
    "Mistake",
    "Report",
    "Score",
    "Split",
    "Tally",
    "Verdict",
    "evaluate",
    "gates_printed",
    "judge",
    "listed",
    "locate",
    "located",
    "located_in",
    "printed",
    "read_folder",
    "read_gates",
    "read_gold",
    "read_split",
    "recorded",
]
