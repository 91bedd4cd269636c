"""The wheel holds what the package reads at run time, and works from its own files alone."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - our own interpreter
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_every_file_of_the_package_is_in_it(installed: Path) -> None:
    package = ROOT / "normalizer"
    wanted = {path.relative_to(ROOT) for path in package.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert {path.suffix for path in wanted} >= {".py", ".typed", ".csv", ".tsv", ".toml", ".json"}
    assert {path for path in wanted if not (installed / path).is_file()} == set()


def test_it_runs_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("Inclusion Criteria:\n- Hemoglobin >= 9 g/dL\n", encoding="utf-8")
    program = (
        "import normalizer, sys; from normalizer.cli import main; print(normalizer.__file__, file=sys.stderr); main()"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", program, "run", str(page), "-o", str(tmp_path / "out")],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(installed)}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith(str(installed))
    assert '"canonical_low":' in (tmp_path / "out" / "facts.jsonl").read_text(encoding="utf-8")
