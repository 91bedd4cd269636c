"""Runs over many trials: the run directory, its manifest and journal, what it adds up to."""

from normalizer.batch.errors import RunError
from normalizer.batch.finished import facts, find, trials
from normalizer.batch.manifest import Settings
from normalizer.batch.reading import Means
from normalizer.batch.run import Outcome, run
from normalizer.batch.tally import Tally

__all__ = ["Means", "Outcome", "RunError", "Settings", "Tally", "facts", "find", "run", "trials"]
