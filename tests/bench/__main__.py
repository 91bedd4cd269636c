"""Speed against a calibration loop of the same run, and memory: ``python -m tests.bench [FILE]``.

FILE is anything that ``normalizer run`` reads. Without it the trials are the seeds and, where the folder is there,
``../shared/corpora/ctgov``. Every trial that is timed is a variation (other digits, other letters), so that nothing
a cache remembers helps; figures are for 1,000 trials of 2,250 characters of criteria.
"""
# ruff: noqa: T201 - it prints a report

from __future__ import annotations

import argparse
import cProfile
import itertools
import json
import pstats
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from normalizer.batch.workers import in_parallel
from normalizer.evaluate import evaluate
from normalizer.evaluate.readers import by_rules, predicted
from normalizer.evaluate.sets import stress
from normalizer.extract.rules import RulesExtractor
from normalizer.facts import row_to_json, rows, to_json
from normalizer.pipeline import normalize, prepare, settle
from normalizer.quantities import read
from normalizer.segment import segment
from normalizer.sources import load
from normalizer.text import clean
from tests.bench.stores import keeping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpora" / "ctgov" / "studies_v2.jsonl.gz"
TURNS = 3_000_000
CHARACTERS = 2_250  # of a trial, on which the limits are set
LIMITS = {"quantities": 3.8, "whole path": 13.6}  # CPU seconds of 1,000 trials, in calibration loops
WORKED = 2_500  # trials that the processes share
SHORT = 400  # characters of a trial in the memory runs, which are about their number
COUNTS = (1_000, 10_000, 100_000)
MEASURED = (
    ("Hemoglobin", "g/dL"),
    ("Platelets", "x 10^9/L"),
    ("Ferritin", "ng/mL"),
    ("ALT", "U/L"),
    ("Albumin", "g/L"),
)
_DIGITS = re.compile(r"(?<![\d^*A-Za-z])\d+(?![\d)]|\.\s)")  # list numbers stay, or every list would begin anew
_WORD = re.compile(r"[a-z]{7,}")

T = TypeVar("T")


def calibration() -> float:
    """Return the CPU seconds of the calibration loop."""
    start = time.process_time()
    s = 0
    for i in range(TURNS):
        s += i * i % 7
    return time.process_time() - start


def global_calibration() -> float:
    """Return the CPU seconds of the same loop over global names, as a script without functions would run it."""
    code = compile(f"s = 0\nfor i in range({TURNS}):\n    s += i * i % 7\n", "calibration", "exec")
    start = time.process_time()
    exec(code, {})  # noqa: S102 - two lines of our own
    return time.process_time() - start


def texts_of(path: str | None) -> list[str]:
    """Return the criteria texts of the inputs, each starting at its first section."""
    names = [path] if path else [str(ROOT / "seeds"), *([str(CORPUS)] if CORPUS.is_file() else [])]
    documents = (document for document in load(names) if document.sections)
    return ["\n\n".join(span.of(document.text) for span in document.sections) for document in documents]


def varied(text: str, chance: random.Random) -> str:
    """Return the text with other last digits in its numbers, those of lists apart, and another letter in every line."""

    def number(match: re.Match[str]) -> str:
        return match.group() if match.group() == "10" else match.group()[:-1] + chance.choice("123456789")

    lines = []
    for line in _DIGITS.sub(number, text).split("\n"):
        words = list(_WORD.finditer(line))
        if words:
            end = chance.choice(words).end()
            line = line[: end - 1] + chance.choice("aeioubcdfg") + line[end:]  # noqa: PLW2901 - the same line, varied
        lines.append(line)
    return "\n".join(lines)


def trials(texts: list[str], count: int, seed: int) -> Iterator[str]:
    """Yield ``count`` variations, each of another text until all had their turn."""
    chance = random.Random(seed)  # noqa: S311 - variety, not secrecy
    order = texts.copy()
    chance.shuffle(order)
    for text in itertools.islice(itertools.cycle(order), count):
        yield varied(text, chance)


def write_records(path: Path, texts: Iterator[str]) -> None:
    """Write one (id, criteria) record a line."""
    with path.open("w", encoding="utf-8") as file:
        for number, text in enumerate(texts):
            file.write(json.dumps({"id": f"T{number:06d}", "criteria": text}, ensure_ascii=False) + "\n")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Return the CPU seconds of a piece of work, and what it gave."""
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


def quantities(records: Path) -> Callable[[], int]:
    """Return the work of reading the quantities of all blocks of the records, segmentation done before."""
    blocks = [block.span.of(document.text) for document in load(records) for block in segment(document).blocks]
    return lambda: sum(len(read(clean(text).text)) for text in blocks)


def whole(records: Path, out: Path) -> tuple[int, int]:
    """Read records and write criteria and facts; return the numbers of criteria and facts."""
    criteria = facts = 0
    with out.open("wb") as file:
        for document in load(records):
            trial = normalize(document)
            found = list(rows(trial))
            file.write(to_json(trial))
            file.writelines(map(row_to_json, found))
            criteria, facts = criteria + len(trial.criteria), facts + len(found)
    return criteria, facts


def rooms(records: Path) -> Iterator[tuple[str, float]]:
    """Yield the steps of the whole path and the CPU seconds of each, every step over all records before the next."""
    seconds, documents = timed(lambda: list(load(records)))
    yield "sources", seconds
    cut, _ = timed(lambda: [segment(document) for document in documents])
    yield "segment", cut
    seconds, prepared = timed(lambda: [prepare(document) for document in documents])
    yield "quantities, with cleaning and abbreviations", seconds - cut
    rules = RulesExtractor()
    seconds, readings = timed(
        lambda: [{context.block.id: [rules.read(context)] for context in contexts} for _, contexts in prepared]
    )
    yield "rules, with concepts", seconds
    seconds, found = timed(lambda: [settle(d, *p, r) for d, p, r in zip(documents, prepared, readings, strict=True)])
    yield "reconcile", seconds
    seconds, _ = timed(lambda: [(to_json(trial), [*map(row_to_json, rows(trial))]) for trial in found])
    yield "writing", seconds


def criteria_of_one(count: int) -> Iterator[str]:
    """Yield trials of one short criterion each."""
    chance = random.Random(6)  # noqa: S311 - variety, not secrecy
    for _ in range(count):
        name, unit = chance.choice(MEASURED)
        sign = chance.choice(("above", "below"))
        yield f"Inclusion Criteria:\n- {name} {sign} {chance.randint(1, 9999) / 10} {unit}\n"


def peak(records: Path, folder: Path) -> tuple[float, float]:
    """Return peak memory in MiB and seconds of a run over the records in a process of its own.

    What ``getrusage`` says of a child begins at the memory of the process that started it; Linux also tells the peak
    of what the child itself runs.
    """
    code = (
        "import resource, sys; from pathlib import Path; from normalizer.batch import run; "
        "run([sys.argv[1]], Path(sys.argv[2])); own = Path('/proc/self/status'); "
        "lines = own.read_text().splitlines() if own.exists() else []; "
        "print(*[line.split()[1] for line in lines if line.startswith('VmHWM:')] "
        "or [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == 'darwin' else 1)])"
    )
    start = time.perf_counter()
    command = [sys.executable, "-c", code, str(records), str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)  # noqa: S603 - our own
    return int(done.stdout.split()[-1]) / 1024, time.perf_counter() - start


def show(name: str, seconds: float, loop: float) -> None:
    """Print a figure with its ratio to the calibration loop and its limit."""
    ratio, limit = seconds / loop, LIMITS[name]
    verdict = "holds" if ratio <= limit else f"MISSED by {ratio / limit:.2f} times"
    print(f"{name:<12} {seconds:6.2f} s CPU for 1,000 trials = {ratio:5.2f} loops; limit {limit:4.1f}: {verdict}")


def on_workers(records: Path, texts: list[str]) -> dict[int, float]:
    """Return the wall seconds that one and two processes take for the same trials, starting included."""
    write_records(records, trials(texts, WORKED, 5))
    taken = {}
    for count in (1, 2):
        start = time.perf_counter()
        for done in in_parallel(load(records), count):
            assert done.error is None
        taken[count] = time.perf_counter() - start
    return taken


def scoring(copies: int = 53) -> tuple[int, float]:
    """Score copies of the stress items, each a document; return criteria and CPU seconds."""
    items = stress(ROOT / "evals" / "stress")
    published = predicted(items, by_rules(items))
    gold, predictions = [], {}
    for copy in range(copies):
        for item in items:
            name = f"{item.gold.trial}/{copy}"
            gold.append(replace(item.gold, trial=name))
            predictions[name] = published[item.gold.trial]
    start = time.process_time()
    evaluate(gold, predictions)
    return len(gold), time.process_time() - start


def in_runs(texts: list[str], folder: Path) -> None:
    """Print the peak memory of runs over ever more trials."""
    few = (
        (count, (text[:SHORT] for text in trials(texts, count, 3)), f"{SHORT} characters") for count in (1_000, 10_000)
    )
    many = ((count, criteria_of_one(count), "one short criterion") for count in (1_000, 10_000, 100_000))
    for count, those, what in itertools.chain(few, many):
        with tempfile.TemporaryDirectory(dir=folder) as name:
            records = Path(name) / "records.jsonl"
            write_records(records, those)
            memory, seconds = peak(records, Path(name) / "run")
        print(f"memory       {memory:,.0f} MiB peak of a run over {count:,} trials of {what} ({seconds:.0f} s)")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("file", nargs="?", help="trials to measure with (default: the seeds, and the corpus beside)")
    parser.add_argument("--trials", type=int, default=300, help="trials that are timed (default 300)")
    parser.add_argument("--no-memory", action="store_true", help="leave the memory runs out")
    parser.add_argument("--no-calls", action="store_true", help="leave the calls of a model out (three minutes)")
    parser.add_argument("--profile", action="store_true", help="say where the whole path spends its time, instead")
    arguments = parser.parse_args()
    texts = texts_of(arguments.file)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        records, out = folder / "records.jsonl", folder / "out.jsonl"
        write_records(records, trials(texts, min(20, arguments.trials), 0))
        whole(records, out)  # loads the tables
        sample = list(trials(texts, arguments.trials, 1))
        write_records(records, iter(sample))
        if arguments.profile:
            profile = cProfile.Profile()
            profile.runcall(whole, records, out)
            pstats.Stats(profile).sort_stats("tottime").print_stats(35)
            return
        mean = sum(map(len, sample)) / len(sample)
        scale = 1000 / len(sample) * CHARACTERS / mean
        before = min(calibration() for _ in range(3))
        others = folder / "others.jsonl"
        write_records(others, trials(texts, arguments.trials, 2))
        reading, mentions = timed(quantities(others))
        path, (criteria, facts) = timed(lambda: whole(records, out))
        loop = (before + min(calibration() for _ in range(3))) / 2
        print(
            f"calibration  {loop:6.2f} s CPU ({TURNS:,} turns of s += i*i % 7 in a function; limits are judged by it)"
        )
        print(f"             {global_calibration():6.2f} s CPU for the same loop over global names")
        print(f"input        {len(texts)} texts, {len(sample)} variations of {mean:,.0f} characters on average")
        show("quantities", reading * scale, loop)
        show("whole path", path * scale, loop)
        write_records(records, trials(texts, arguments.trials, 4))
        for step, seconds in rooms(records):
            print(f"  {seconds * scale:6.2f} s = {seconds * scale / loop:5.2f} loops  {step}")
        print(
            f"a second     {criteria / path:,.0f} criteria, {facts / path:,.0f} facts; "
            f"{mentions / reading:,.0f} quantities read"
        )
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
        print(f"memory       {own:,.0f} MiB peak of this process")
        if not arguments.no_memory:
            in_runs(texts, folder)
        for count, seconds in sorted(on_workers(records, texts).items()):
            print(f"workers      {count}: {WORKED / seconds:,.0f} trials a second")
        for what, each in keeping().items():
            print(f"keeping      {each:,.0f} us CPU for each block in {what}")
        criteria, seconds = scoring()
        print(f"scoring      {criteria:,} criteria in {seconds:.0f} s CPU = {seconds / loop:.0f} loops")
        if not arguments.no_calls:
            from tests.bench.calls import compare  # noqa: PLC0415 - needs the extra llm
            from tests.bench.calls import show as show_calls  # noqa: PLC0415 - the same
            from tests.bench.ours import callers, question  # noqa: PLC0415 - the same

            show_calls(compare(question(), callers()))


if __name__ == "__main__":
    main()
