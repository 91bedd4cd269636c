"""The model server as a process of its own with one answer to everything, for measuring what a client costs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from tests.server.behaviour import Answer, completion

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
STARTING = 30.0  # seconds to print the port
ENDING = 5.0  # seconds to end once stdin is closed


async def serve(content: str, latency: float, port: int = 0) -> None:
    """Answer every request with the content after ``latency`` seconds; print the port; end when stdin closes."""
    body = completion(Answer(content))

    async def handle(request: web.BaseRequest) -> web.Response:
        await request.read()
        await asyncio.sleep(latency)
        return web.Response(body=body, content_type="application/json")

    runner = web.ServerRunner(web.Server(handle, access_log=None), shutdown_timeout=0.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
        print(runner.addresses[0][1], flush=True)  # noqa: T201 - who started us reads it
        loop, stop = asyncio.get_running_loop(), asyncio.Event()

        def wait() -> None:
            while os.read(0, 4096):  # not sys.stdin: its lock would be held when the interpreter ends
                pass
            loop.call_soon_threadsafe(stop.set)

        threading.Thread(target=wait, daemon=True).start()
        await stop.wait()
    finally:
        await runner.cleanup()


@dataclass(frozen=True)
class Spawned:
    """Where a server process answers, and its process id."""

    base_url: str
    pid: int


@contextlib.contextmanager
def spawned(latency: float, answer: str) -> Iterator[Spawned]:
    """Run the server with one answer in a process of its own, and end that process.

    Args:
        latency: Seconds between a request and its answer.
        answer: The content of the message that it answers.

    Raises:
        RuntimeError: If it does not start.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answer"
        file.write_bytes(answer.encode())
        command = [sys.executable, "-m", "tests.server", "--latency", str(latency), "--answer", str(file)]
        with subprocess.Popen(  # noqa: S603 - our own
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            limit = threading.Timer(STARTING, process.kill)
            limit.daemon = True
            limit.start()
            try:
                port = process.stdout.readline().strip()
                limit.cancel()
                if not port:
                    raise RuntimeError("the model server does not start")
                yield Spawned(f"http://127.0.0.1:{port}/v1", process.pid)
            finally:
                process.stdin.close()
                try:
                    process.wait(ENDING)
                except subprocess.TimeoutExpired:
                    process.kill()
