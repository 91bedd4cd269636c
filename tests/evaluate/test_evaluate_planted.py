"""A defect planted in any room turns a gate red."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Room -> code that breaks it before the evaluation runs.
DEFECTS = {
    "segmentation": """
        from dataclasses import replace
        import normalizer.pipeline.trial as room
        true = room.segment
        def segment(document):
            found = true(document)
            return replace(found, blocks=tuple(replace(b, kind="inclusion") for b in found.blocks))
        room.segment = segment
    """,
    "number reading": """
        from dataclasses import replace
        import normalizer.quantities.numbers as room
        true = room.Numeral.number
        room.Numeral.number = lambda self, text: (lambda n: replace(n, printed=n.printed[-1]))(true(self, text))
    """,
    "unit table": """
        import normalizer.units.printed as printed, normalizer.quantities.ends as ends
        ends._COMMON = {**ends._COMMON, "we": "mo", "mo": "wk"}
        true = ends.match
        ends.match = lambda text, at: None if text.startswith(("g/L", " g/L", "mg"), at) else true(text, at)
    """,
    "window anchor": """
        import normalizer.quantities.anchors as room
        room.classify = lambda words, direction: "visit"
    """,
    "logic": """
        from dataclasses import replace
        from normalizer.extract.rules import RulesExtractor
        true = RulesExtractor.read
        def read(self, context):
            reading = true(self, context)
            swapped = reading.draft.logic.replace("all(", "any(")
            return replace(reading, draft=replace(reading.draft, logic=swapped))
        RulesExtractor.read = read
    """,
    "alignment": """
        import normalizer.align.pairing as room
        true = room.greedy
        room.greedy = lambda edges: true(sorted(edges)[1:])
    """,
}


def evaluated(tmp_path: Path, code: str) -> subprocess.CompletedProcess[str]:
    lines = "\n".join(line.removeprefix("        ") for line in code.splitlines())
    program = (
        f"{lines}\nfrom normalizer.evaluate.everything import main\n"
        "raise SystemExit(main(['--only', 'seeds', '--extractor', 'rules', '--out', __import__('sys').argv[1]]))"
    )
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=50,
    )  # fmt: skip


def test_without_a_defect_every_gate_holds(tmp_path: Path) -> None:
    done = evaluated(tmp_path, "")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.mark.slow
@pytest.mark.parametrize("room", DEFECTS)
def test_a_planted_defect_turns_a_gate_red(room: str, tmp_path: Path) -> None:
    done = evaluated(tmp_path, DEFECTS[room])
    assert done.returncode == 3, done.stdout[-2000:] + done.stderr[-2000:]
    assert "FAILED" in done.stdout
