"""The one OpenAI-compatible model server of the tests: it does what a script says and records what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import socket
import struct
import threading
import time
from collections import Counter
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

from tests.server.behaviour import Answer, Behaviour, Cut, Refusal, Reset, Script, Slow, Status, completion, error
from tests.server.bulk import BulkDesk, BulkFaults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

EXHAUSTED = Status(500, body=error("script exhausted"))
STOPPING = 0.05  # seconds that open requests are given when the server stops
PATIENCE = 10.0  # seconds for the thread to start, and to end
LARGEST = 1 << 26  # bytes of a request


@dataclass(frozen=True)
class Received:
    """A request: its place among all, how often its body was seen, and how many were open when it arrived.

    Both counts start at 1. ``arrived`` is in seconds of ``time.perf_counter``; names of headers are in lower case.
    """

    body: dict[str, Any]
    raw: bytes
    headers: Mapping[str, str]
    arrived: float
    open: int
    number: int
    seen: int


def in_order(behaviours: Sequence[Behaviour]) -> Script:
    """Return the script that plays the behaviours one after the other, then answers 500."""
    left = iter(behaviours)
    return lambda _body, _number, _seen: next(left, EXHAUSTED)


class ModelServer:
    """A server that ``serving`` runs; the test reads ``base_url``, ``requests``, ``count`` and ``max_open``."""

    def __init__(
        self, script: Script | Sequence[Behaviour], latency: float, record: bool, bulk: BulkFaults | None = None
    ) -> None:
        self.base_url = ""
        self.requests: list[Received] = []
        self.count = 0
        self.max_open = 0
        self.failure: Exception | None = None
        self._script = script if callable(script) else in_order(script)
        self._latency = latency
        self._record = record
        self._open = 0
        self._seen: Counter[bytes] = Counter()
        self.bulk = BulkDesk(self._play, bulk or BulkFaults())

    async def run(self, started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]) -> None:
        """Serve until the event is set that ``started`` hands out."""
        app = web.Application(client_max_size=LARGEST)
        app.router.add_post("/v1/chat/completions", self._handle)
        app.router.add_routes(self.bulk.routes())
        # Requests that a client gave up are cancelled, so that they do not count as open.
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=STOPPING)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
            stop = asyncio.Event()
            started.set_result((asyncio.get_running_loop(), stop))
            await stop.wait()
        finally:
            await runner.cleanup()

    def _play(self, body: dict[str, Any], raw: bytes) -> Behaviour:
        """Return what the script says of a request that came in bulk."""
        digest = hashlib.blake2b(raw, digest_size=8).digest()
        self.count += 1
        self._seen[digest] += 1
        return self._script(body, self.count, self._seen[digest])

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        arrived = time.perf_counter()
        self._open += 1
        self.max_open = max(self.max_open, self._open)
        try:
            opened, raw = self._open, await request.read()
            try:
                body = orjson.loads(raw)
            except orjson.JSONDecodeError as problem:
                return response(Status(400, body=error(f"not JSON: {problem}", "invalid_request_error")))
            digest = hashlib.blake2b(raw, digest_size=8).digest()
            self.count += 1
            self._seen[digest] += 1
            number, seen = self.count, self._seen[digest]
            if self._record:
                headers = {name.lower(): value for name, value in request.headers.items()}
                self.requests.append(Received(body, raw, headers, arrived, opened, number, seen))
            try:
                behaviour = self._script(body, number, seen)
            except Exception as problem:  # noqa: BLE001 - whatever the test's own script raises, `serving` raises
                self.failure = problem
                behaviour = Status(500, body=error(f"script raised {problem!r}"))
            await asyncio.sleep(self._latency)
            return await self._act(request, behaviour, str(body.get("model")), number)
        finally:
            self._open -= 1

    async def _act(self, request: web.Request, does: Behaviour, model: str, number: int) -> web.StreamResponse:
        match does:
            case Slow(delay, then):
                await asyncio.sleep(delay)
                return await self._act(request, then, model, number)
            case Reset():
                reset(request)
                return web.Response()  # never sent
            case Cut(content, share):
                body = completion(Answer(content), model, number)
                part = web.StreamResponse(headers={"content-type": "application/json"})
                part.content_length = len(body)
                await part.prepare(request)
                await part.write(body[: int(len(body) * share)])
                if request.transport is not None:
                    request.transport.close()
                return part
            case Status():
                return response(does)
            case Answer(delay=delay):
                await asyncio.sleep(delay)
                return web.Response(body=completion(does, model, number), content_type="application/json")
            case Refusal():
                return web.Response(body=completion(does, model, number), content_type="application/json")


def response(status: Status) -> web.Response:
    """Return the HTTP response with this status."""
    if isinstance(status.body, str):
        return web.Response(status=status.code, headers=status.headers, text=status.body)
    body = orjson.dumps(status.body or error(f"scripted status {status.code}"))
    return web.Response(status=status.code, headers=status.headers, body=body, content_type="application/json")


def reset(request: web.Request) -> None:
    """Reset the connection of the request; without lingering, closing sends RST instead of FIN."""
    if request.transport is not None:
        connection = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()


@contextlib.contextmanager
def serving(
    script: Script | Sequence[Behaviour],
    latency: float = 0.0,
    *,
    record: bool = True,
    bulk: BulkFaults | None = None,
) -> Iterator[ModelServer]:
    """Run a model server on 127.0.0.1 in a thread of this process.

    Args:
        script: What to do with each request: a function of (body, number, times this body was seen), or behaviours in
            order, after which every request gets a 500 that says "script exhausted".
        latency: Seconds before every behaviour.
        bulk: What goes wrong with files and jobs.
        record: Whether ``requests`` keeps them; without, only a count per body stays in memory.

    Raises:
        Exception: What the script raised, after the block.
    """
    server = ModelServer(script, latency, record, bulk)
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    def run() -> None:
        try:
            asyncio.run(server.run(started))
        except BaseException as problem:
            if started.done():
                raise
            started.set_exception(problem)

    thread = threading.Thread(target=run, name="model server", daemon=True)
    thread.start()
    loop, stop = started.result(PATIENCE)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE)
        if thread.is_alive():
            raise TimeoutError("the model server does not end")
    if server.failure is not None:
        raise server.failure
