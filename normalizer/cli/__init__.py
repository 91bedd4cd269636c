"""The command line: parses arguments, calls the package, turns outcomes into exit codes."""

from __future__ import annotations

from typing import Any

from normalizer.cli import evaluation, exporting, looking, running  # noqa: F401 - commands register themselves
from normalizer.cli.app import app

__all__ = ["app", "main"]


def main() -> Any:  # noqa: ANN401 - typer ends the process
    """Run the command line."""
    return app()
