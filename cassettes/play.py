"""``python -m cassettes.play``: serves recorded answers like an endpoint, so that the model path runs without network.

With ``--run OUT`` it normalizes the seed pages against itself and ends: what ``make run-model`` does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aiohttp import web

from normalizer.evaluate.cassette import responses, shortened
from normalizer.extract.llm.prompt import VERSION, load_prompt

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

HERE: Final = Path(__file__).resolve().parent


def application(folder: Path) -> web.Application:
    """Return a server of everything that the cassettes of a folder hold; what they do not hold is a 404."""
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    prompt = load_prompt(about["prompt"])
    known: dict[bytes, bytes] = {}
    for path in sorted(folder.rglob("*.json")):
        if path.name != "about.json":
            known.update(responses(path))

    async def complete(request: web.Request) -> web.Response:
        body = known.get(shortened(await request.read(), prompt))
        if body is None:
            error = {
                "message": "this question was not recorded",
                "type": "invalid_request_error",
                "code": "not_recorded",
            }
            return web.json_response({"error": error}, status=404)
        return web.Response(body=body, content_type="application/json")

    served = web.Application(client_max_size=16 * 1024 * 1024)
    served.router.add_post("/v1/chat/completions", complete)
    return served


@asynccontextmanager
async def serving(folder: Path, port: int = 0) -> AsyncIterator[str]:
    """Serve on 127.0.0.1 and yield the address up to ``/v1``."""
    runner = web.AppRunner(application(folder), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


async def _main(options: argparse.Namespace) -> int:
    about = json.loads((options.cassettes / "about.json").read_text(encoding="utf-8"))
    async with serving(options.cassettes, options.port) as url:
        if options.run is None:
            sys.stdout.write(f"{url}\n")
            sys.stdout.flush()
            await asyncio.Event().wait()
        command = [
            sys.executable, "-m", "normalizer.cli", "run", str(options.pages), "-o", str(options.run), "--fresh",
            "--model", about["model"], "--base-url", url, "--no-reask",
        ]  # fmt: skip
        return (await asyncio.to_thread(subprocess.run, command, check=False)).returncode


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve, or serve and run."""
    parser = argparse.ArgumentParser(prog="python -m cassettes.play", description=__doc__)
    parser.add_argument("--cassettes", type=Path, default=HERE / VERSION)
    parser.add_argument("--pages", type=Path, default=Path("seeds"))
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--run", type=Path, metavar="OUT", help="normalize the pages into OUT against this server")
    try:
        return asyncio.run(_main(parser.parse_args(arguments)))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
