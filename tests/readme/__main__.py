"""``python -m tests.readme``: writes the examples of README.md anew, from what the toolkit does now."""

from __future__ import annotations

import contextlib
import io
import re
import tempfile
from pathlib import Path
from typing import Final

from typer.testing import CliRunner

from normalizer.cli import app

ROOT: Final = Path(__file__).parents[2]
README: Final = ROOT / "README.md"
PAGE: Final = ROOT / "seeds" / "002_d4dd582c0636ca9b.txt"
TRIAL: Final = "NCT07193667"
_EXAMPLE: Final = re.compile(r"(<!-- example: (\w+) -->\n```\w+\n)(.*?)(```\n)", re.DOTALL)
#: The criterion that is shown: from these words of `show`, this many lines.
_EXCERPTS: Final = (("  · neutrophil count ", 4), ("  · total bilirubin ", 6))


def _called(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def _shown(folder: Path) -> str:
    lines = _called("show", folder, TRIAL).splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("I03 "))
    kept = [lines[at]]
    for words, count in _EXCERPTS:
        last = max(i for i in range(at, lines.index("", at)) if words in lines[i] and lines[i].startswith("      ·"))
        kept += ["    ...", *lines[last : last + count]]
    return "\n".join(kept) + "\n"


def _row(folder: Path) -> str:
    rows = _called("facts", folder).splitlines()
    return next(row for row in rows if f'"{TRIAL}/I03"' in row and '"role":"window"' in row) + "\n"


def _printed(program: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.chdir(ROOT):
        exec(program, {})  # noqa: S102 - the README's own example
    return out.getvalue()


def renewed(text: str) -> str:
    """Return the README's text with its examples as they come out now; the program and the page's words stay."""
    stated = {match[2]: match[3] for match in _EXAMPLE.finditer(text)}
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        _called("run", PAGE, "-o", run, "--quiet")
        fresh = {"show": _shown(run), "row": _row(run), "printed": _printed(stated["python"])}
    return _EXAMPLE.sub(lambda match: match[1] + fresh.get(match[2], match[3]) + match[4], text)


if __name__ == "__main__":
    README.write_text(renewed(README.read_text(encoding="utf-8")), encoding="utf-8")
