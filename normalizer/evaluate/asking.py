"""``python -m normalizer.evaluate.asking``: what ways of asking a model cost and bring, from the recorded answers.

Requests and tokens are per trial, on the seed pages; accuracy is that of the hybrid. Tokens are as the endpoint
reported them (through the relay: estimated as a quarter of the characters).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from normalizer.evaluate.readers import by_rules, predicted, scored
from normalizer.evaluate.replay import ROOT, play, recording_of
from normalizer.evaluate.sets import seeds
from normalizer.evaluate.split import Split
from normalizer.evaluate.tables import figure, table
from normalizer.extract.llm.strict import schema
from normalizer.extract.llm.usage import NOTHING
from normalizer.reconcile import complete

if TYPE_CHECKING:
    from collections.abc import Sequence

    from normalizer.evaluate.readers import Readings
    from normalizer.evaluate.sets import Labelled
    from normalizer.extract.llm import Asked
    from normalizer.model.draft import Reading

_SCORES: Final = ("number_unit", "anchored", "full_bound", "logic", "silent_errors", "review_rate")
_CHARACTERS: Final = 4  # of English text in a token, the rule of thumb of OpenAI's documentation


def _row(
    name: str,
    labelled: Sequence[Labelled],
    rules: Readings,
    model: dict[tuple[str, str], tuple[Reading, Asked]],
    left_out: frozenset[tuple[str, str]] = frozenset(),
) -> tuple[str, ...]:
    """Return a way of asking with its cost and scores; ``left_out`` are blocks that were not asked about."""
    asked = {id(answer): answer for key, (_, answer) in model.items() if key not in left_out}
    used = sum((answer.usage for answer in asked.values()), NOTHING)
    readings = {
        key: found if key in left_out else (model[key][0], *found) for key, found in rules.items()
    }  # fmt: skip
    report = scored(labelled, predicted(labelled, readings), name=name, split=Split())
    count = len(labelled)
    costs = (used.requests / count, used.input / count, used.output / count)
    return (name, *(f"{cost:,.1f}" for cost in costs), *(figure(report.value(score)) for score in _SCORES))


def sizes(folder: Path) -> str:
    """Return how long prompt, schema, question and answer are, in characters and in tokens of four.

    Args:
        folder: cassettes whose questions and answers are measured.

    """
    prompt = recording_of(folder).prompt
    system = len(prompt.messages[0]["content"])
    examples = sum(len(message["content"]) for message in prompt.messages[1:])
    questions, answers, blocks = [], [], 0
    for path in sorted((folder / "seeds").glob("*.json")):
        for one in orjson.loads(path.read_bytes())["exchanges"]:
            questions.append(len(orjson.dumps(one["request"]["body"]["messages"][-1]["content"])))
            answers.append(len(orjson.dumps(one["response"]["body"]["choices"][0]["message"]["content"])))
            blocks += 1
    rows = [
        ("instructions", system), ("worked exchanges", examples), ("schema", len(orjson.dumps(schema()))),
        ("question, mean", round(sum(questions) / blocks)), ("answer, mean", round(sum(answers) / blocks)),
    ]  # fmt: skip
    return table(
        ("part", "characters", "tokens"), [(name, f"{n:,}", f"{round(n / _CHARACTERS):,}") for name, n in rows]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the sizes, and every way of asking that was recorded."""
    root = Path((arguments or sys.argv[1:] or [str(ROOT)])[0])
    labelled = seeds(root / "evals" / "gold", root / "seeds")
    rules = by_rules(labelled)
    left_out = frozenset(
        (one.gold.trial, context.block.id)
        for one in labelled
        for context in one.contexts
        if complete(context, rules[one.gold.trial, context.block.id][0])
    )
    rows = []
    for folder in sorted(path.parent for path in (root / "cassettes").glob("*/about.json")):
        model = play(labelled, folder)
        rows.append(_row(folder.name, labelled, rules, model))
        if recording_of(folder).size == 1:  # packs were not recorded without the blocks that a cascade leaves out
            rows.append(_row(f"{folder.name} --cascade", labelled, rules, model, left_out))
    sys.stdout.write(sizes(root / "cassettes" / "extract.v2") + "\n\n")
    heads = ("way of asking", "requests", "input", "output", *_SCORES)
    sys.stdout.write(table(heads, rows) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
