"""Serve one answer to every request until stdin closes: ``python -m tests.server --latency 0.2 [--answer FILE]``.

The first line of stdout is the port on 127.0.0.1.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from pathlib import Path

from tests.server.fixed import serve


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.server", description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before every answer (default 0)")
    parser.add_argument("--answer", type=Path, help="file with the content of the answer (default {})")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    arguments = parser.parse_args()
    content = arguments.answer.read_bytes().decode() if arguments.answer else "{}"
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(content, arguments.latency, arguments.port))


if __name__ == "__main__":
    main()
