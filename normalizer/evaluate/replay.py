"""``python -m normalizer.evaluate.replay``: records a model's answers to all labelled blocks; replays them otherwise.

``cassettes/<prompt version>/about.json`` says which model answered, when, and how it was asked; beside it one cassette
for each document or file of stress items. A replay asks exactly the recorded requests and needs no network and no key.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

from normalizer.evaluate.cassette import cassette
from normalizer.evaluate.sets import seeds, stress
from normalizer.extract.llm import Client, Endpoint, LlmExtractor
from normalizer.extract.llm.endpoint import Mode
from normalizer.extract.llm.prompt import VERSION, load_prompt
from normalizer.extract.pack import packs
from normalizer.reconcile import judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from normalizer.evaluate.sets import Labelled
    from normalizer.extract.llm import Asked
    from normalizer.extract.llm.prompt import Prompt
    from normalizer.extract.pack import BlocksPerRequest
    from normalizer.model.draft import Reading

ROOT: Final = Path(__file__).resolve().parents[2]
CASSETTES: Final = ROOT / "cassettes" / VERSION
#: Never contacted: every request of a replay is answered from the cassette.
_NOWHERE: Final = "http://127.0.0.1:9/v1"
_SETTINGS: Final = ("model", "mode", "temperature", "seed", "reasoning", "effort", "output_limit")


@dataclass(frozen=True, slots=True)
class Recording:
    """How a folder of cassettes was recorded: the endpoint (when replayed at no address), prompt and packing.

    ``reask``: the model was told what the source text contradicts, and its second answers were recorded too.
    """

    endpoint: Endpoint
    prompt: Prompt
    size: BlocksPerRequest = 1
    reask: bool = False


def recording_of(folder: Path) -> Recording:
    """Return how the cassettes of a folder were recorded.

    Raises:
        FileNotFoundError: when nothing was recorded there.

    """
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    endpoint = Endpoint(base_url=_NOWHERE, attempts=1, **{name: about[name] for name in _SETTINGS})
    return Recording(endpoint, load_prompt(about["prompt"]), about["blocks_per_request"], about["reask"])


@contextmanager
def _extractor(how: Recording, runner: asyncio.Runner) -> Iterator[LlmExtractor]:
    """Yield an extractor; without re-asks it takes a model's first answer as it comes."""
    endpoint = how.endpoint
    model = Client(endpoint, how.prompt)
    try:
        yield LlmExtractor(model, reasks=int(how.reask), deadline=endpoint.deadline)
    finally:
        runner.run(model.aclose())


def play(
    labelled: Sequence[Labelled],
    folder: Path = CASSETTES,
    *,
    record: Recording | None = None,
    concurrency: int = 1,
    strict: bool = True,
) -> dict[tuple[str, str], tuple[Reading, Asked]]:
    """Return the recorded readings by (trial, block), each with what its request came to.

    Args:
        labelled: the documents; those of one cassette stand together.
        folder: the cassettes of one prompt version and packing.
        record: ask anew in this way and write the cassettes.
        concurrency: most requests in flight while recording.
        strict: whether an exchange that is not asked for is an error; a question that was not recorded is a failed
            reading in any case.

    Raises:
        FileNotFoundError: when nothing was recorded there.
        ValueError: when a cassette holds exchanges that were not asked for.

    """
    how = record or recording_of(folder)
    found: dict[tuple[str, str], tuple[Reading, Asked]] = {}

    async def ask(extractor: LlmExtractor, documents: Sequence[Labelled]) -> None:
        questions = iter([(one.gold.trial, pack) for one in documents for pack in packs(one.contexts, how.size)])

        async def worker() -> None:
            for trial, pack in questions:
                asked = await extractor.read(pack, judge if how.reask else None)
                found.update({(trial, reading.block_id): (reading, asked) for reading in asked.readings})

        async with asyncio.TaskGroup() as group:
            for _ in range(concurrency):
                group.create_task(worker())

    with asyncio.Runner() as runner:
        for name, documents in groupby(labelled, key=lambda one: one.cassette):
            path = folder / f"{name}.json"
            with (
                cassette(path, how.prompt, record=record is not None, strict=strict),
                _extractor(how, runner) as extractor,
            ):
                runner.run(ask(extractor, list(documents)))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Record the answers of a model to all blocks of the seeds and the stress items."""
    parser = argparse.ArgumentParser(prog="python -m normalizer.evaluate.replay", description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--base-url", help="address up to /v1; OpenAI's without")
    parser.add_argument("--mode", choices=get_args(Mode), default="json_schema")
    parser.add_argument("--effort", help="reasoning effort, for reasoning models")
    parser.add_argument("--concurrency", type=int, default=16)
    parser.add_argument("--blocks-per-request", default="1", help="a number, or auto")
    parser.add_argument("--reask", action="store_true", help="tell the model once what the text contradicts")
    parser.add_argument("--prompt", default=VERSION, help="prompt version")
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds for a request")
    parser.add_argument("--by", default="", help="who answers, in words, for about.json")
    parser.add_argument("--evals", type=Path, default=ROOT / "evals")
    parser.add_argument("--pages", type=Path, default=ROOT / "seeds")
    parser.add_argument("--out", type=Path, help="folder for the cassettes; cassettes/<prompt version> by default")
    parser.add_argument("--only", choices=("seeds", "stress"), help="only this set")
    options = parser.parse_args(arguments)
    endpoint = Endpoint(model=options.model, base_url=options.base_url, mode=options.mode, effort=options.effort)
    endpoint = replace(endpoint, timeout=options.timeout, deadline=2 * options.timeout)
    size: BlocksPerRequest = "auto" if options.blocks_per_request == "auto" else int(options.blocks_per_request)
    folder: Path = options.out or ROOT / "cassettes" / options.prompt
    labelled = seeds(options.evals / "gold", options.pages) if options.only != "stress" else ()
    labelled += stress(options.evals / "stress") if options.only != "seeds" else ()
    prompt = load_prompt(options.prompt)
    how = Recording(endpoint, prompt, size, options.reask)
    found = play(labelled, folder, record=how, concurrency=options.concurrency)
    about: dict[str, Any] = {
        "prompt": prompt.version, "prompt_hash": prompt.hash, "blocks_per_request": size,
        "reask": how.reask, **{name: getattr(endpoint, name) for name in _SETTINGS},
        "recorded": datetime.now(UTC).date().isoformat(), "by": options.by,
    }  # fmt: skip
    (folder / "about.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    failed = [
        f"{trial}/{block}: {reading.failure}" for (trial, block), (reading, _) in found.items() if reading.failure
    ]
    sys.stdout.write("\n".join([*failed, f"{len(found)} blocks, {len(failed)} without a usable answer"]) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
