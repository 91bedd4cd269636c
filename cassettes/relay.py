"""A chat-completion server whose answers come out of band, as files that a person or another program writes.

Run ``python -m cassettes.relay QUEUE``; it prints the base URL for an OpenAI client. Each new question becomes
``QUEUE/<hash>.request.json`` and is answered once ``QUEUE/<hash>.answer.json`` lies beside it:

- a JSON object: the content of the reply, as it stands in the file;
- ``{"refusal": "..."}``, that one key alone: a refusal;
- any other text: the content, character by character.

The hash covers messages and schema only, so ``--replay`` serves the same folder to any later run.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import resource
import signal
import sys
from contextlib import asynccontextmanager, suppress
from dataclasses import KW_ONLY, dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

HOST = "127.0.0.1"
SIX_HOURS = 6 * 60 * 60.0
CHARACTERS_PER_TOKEN = 4
LARGEST_BODY = 64 * 2**20
ANSWER = ".answer.json"


class RelayError(Exception):
    """What went wrong with one request, as an HTTP status, an OpenAI error code and a message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def response(self) -> web.Response:
        """Return the error in OpenAI's shape."""
        kind = "server_error" if self.status >= web.HTTPInternalServerError.status_code else "invalid_request_error"
        return _json_response({"error": {"message": str(self), "type": kind, "code": self.code}}, status=self.status)


@dataclass(eq=False)
class Relay:
    """The open requests of one queue folder, and the poller that answers them.

    Args:
        queue: folder of request and answer files; made at start unless replaying.
        replay: serve only answers that are there, and write nothing.
        model: name listed as the model, and given to requests that name none.
        timeout: seconds a request waits for its answer.
        interval: seconds between two looks at the folder; a text that is no JSON object must keep still so long.

    """

    queue: Path
    _: KW_ONLY
    replay: bool = False
    model: str = "relay"
    timeout: float = SIX_HOURS
    interval: float = 0.5
    answered: int = field(default=0, init=False)
    _open: dict[str, set[asyncio.Future[bytes]]] = field(default_factory=dict, init=False)
    _unsettled: dict[str, tuple[int, int, float]] = field(default_factory=dict, init=False)  # size, mtime, first seen

    def status(self) -> dict[str, object]:
        """Return how many requests are open, how many were answered, and the hashes waited for."""
        waiting = sorted(self._open)
        return {"open": sum(map(len, self._open.values())), "answered": self.answered, "waiting": waiting}

    async def answer(self, messages: object, schema: object) -> str:
        """Return the text of the answer file for a question, waiting for it when it is not there.

        Raises:
            RelayError: not there in a replay (404), not in time (504), relay stopped (503), file unusable (500).

        """
        key = request_hash(messages, schema)
        data = self._look(key)
        if data is None:
            if key not in self._unsettled:
                self._ask(key, messages, schema)
            data = await self._wait(key)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise RelayError(500, "answer_not_utf8", f"{key}{ANSWER} is not UTF-8: {error}") from error
        self.answered += 1
        return text

    async def poll(self) -> None:
        """Look for answers to the open requests again and again, until cancelled."""
        while True:
            await asyncio.sleep(self.interval)
            for key in self._answer_files() if self._open else ():
                if (data := self._look(key)) is not None:
                    for future in self._open.get(key, ()):
                        if not future.done():
                            future.set_result(data)
                await asyncio.sleep(0)  # thousands of answers at once must not hold up the server

    async def stop(self, _: web.Application) -> None:
        """End every open request with a 503, as a shutdown handler."""
        for future in chain.from_iterable(self._open.values()):
            if not future.done():
                future.set_exception(RelayError(503, "relay_stopped", "the relay was stopped before an answer came"))

    async def _wait(self, key: str) -> bytes:
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        futures = self._open.setdefault(key, set())
        futures.add(future)
        try:
            async with asyncio.timeout(self.timeout):
                return await future
        except TimeoutError:
            raise RelayError(504, "answer_timeout", f"no {key}{ANSWER} within {self.timeout:g} s") from None
        finally:  # also when the client went away
            futures.discard(future)
            if not futures:
                del self._open[key]

    def _ask(self, key: str, messages: object, schema: object) -> None:
        if self.replay:
            raise RelayError(404, "answer_not_found", f"no recorded answer for request {key}")
        target = self.queue / f"{key}.request.json"
        if target.exists():
            return
        draft = self.queue / f".{key}.{os.getpid()}.tmp"
        try:
            draft.write_bytes(_encoded({"messages": messages, "schema": schema}, indent=2) + b"\n")
            draft.replace(target)
        except OSError as error:
            raise RelayError(500, "queue_not_writable", f"cannot write {target.name}: {error.strerror}") from error

    def _answer_files(self) -> list[str]:
        with suppress(OSError), os.scandir(self.queue) as entries:
            names = [entry.name for entry in entries if entry.name.endswith(ANSWER)]
            return [key for name in names if (key := name.removesuffix(ANSWER)) in self._open]
        return []

    def _look(self, key: str) -> bytes | None:
        """Return the answer file's bytes once they are whole: a JSON object, or unchanged for an interval."""
        path = self.queue / f"{key}{ANSWER}"
        try:
            data, stat = path.read_bytes(), path.stat()  # in this order: unchanged then means unchanged while read
        except OSError:
            data = b""
        if not data.strip():
            self._unsettled.pop(key, None)
            return None
        if _json_object(data) is not None:
            return data
        now = asyncio.get_running_loop().time()
        size, mtime, since = self._unsettled.get(key, (-1, -1, now))
        if (size, mtime) == (stat.st_size, stat.st_mtime_ns):
            return data if now - since >= self.interval else None
        self._unsettled[key] = (stat.st_size, stat.st_mtime_ns, now)
        return None


def request_hash(messages: object, schema: object) -> str:
    """Return the 16 hex digits that name a question.

    Args:
        messages: the chat messages, as JSON values.
        schema: the JSON schema of the answer, or None.

    """
    return hashlib.sha256(_encoded({"messages": messages, "schema": schema}, sort=True)).hexdigest()[:16]


def application(relay: Relay) -> web.Application:
    """Return the HTTP door of a relay; serve it with ``handler_cancellation``, as `serving` does."""

    async def chat(request: web.Request) -> web.Response:
        body, messages, schema = _question(await request.read())
        text = await relay.answer(messages, schema)
        model = body.get("model")
        return _json_response(_completion(text, messages, schema, model if isinstance(model, str) else relay.model))

    async def models(_: web.Request) -> web.Response:
        listed = {"id": relay.model, "object": "model", "created": 0, "owned_by": "relay"}
        return _json_response({"object": "list", "data": [listed]})

    async def status(_: web.Request) -> web.Response:
        return _json_response(relay.status())

    async def polling(_: web.Application) -> AsyncIterator[None]:
        if not relay.replay:
            relay.queue.mkdir(parents=True, exist_ok=True)
        poller = asyncio.create_task(relay.poll())
        yield
        poller.cancel()
        await asyncio.wait([poller])

    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[_errors_as_json])
    app.router.add_post("/v1/chat/completions", chat)
    app.router.add_get("/v1/models", models)
    app.router.add_get("/status", status)
    app.cleanup_ctx.append(polling)
    app.on_shutdown.append(relay.stop)
    return app


@asynccontextmanager
async def serving(relay: Relay, port: int = 0) -> AsyncIterator[str]:
    """Serve a relay on the loopback interface and yield its address, ``http://127.0.0.1:<port>``.

    Args:
        relay: the relay to serve.
        port: TCP port; 0 takes a free one.

    """
    runner = web.AppRunner(application(relay), handler_cancellation=True, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port, backlog=4096).start()
        yield f"http://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@web.middleware
async def _errors_as_json(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except RelayError as fault:
        return fault.response()
    except web.HTTPException as error:
        return RelayError(error.status, "http_error", f"{request.method} {request.path}: {error.reason}").response()


def _question(data: bytes) -> tuple[dict[str, object], list[object], object]:
    """Return a request's body, its messages and its schema."""
    try:
        body = json.loads(data)
        _encoded(body)  # what cannot be written back (NaN, endless nesting) is no JSON
    except (ValueError, RecursionError) as error:
        raise RelayError(400, "invalid_json", f"the body is not JSON: {error}") from error
    match body:
        case {"stream": True}:
            raise RelayError(400, "stream_unsupported", "the relay answers whole, not as a stream")
        case {"messages": [_, *_] as messages} if all(isinstance(message, dict) for message in messages):
            return body, messages, _schema(body)
    raise RelayError(400, "invalid_messages", "messages must be a list of at least one object")


def _schema(body: object) -> object:
    match body:
        case {"response_format": {"json_schema": {"schema": schema}}}:
            return schema
        case {"tools": [{"function": {"parameters": schema}}, *_]}:
            return schema
    return None


def _completion(text: str, messages: list[object], schema: object, model: str) -> dict[str, object]:
    """Return an answer file's text as an OpenAI chat completion, the same for the same question and answer."""
    content, refusal = text, None
    match _json_object(text.encode()):
        case {"refusal": str(reason), **others} if not others:
            refusal = reason
        case dict():
            content = text.strip()
    asked = sum(map(_content_characters, messages)) + (0 if schema is None else len(_encoded(schema).decode()))
    said = len(content if refusal is None else refusal)
    prompt, answer = (-(-characters // CHARACTERS_PER_TOKEN) for characters in (asked, said))  # rounded up
    message = {"role": "assistant", "content": content if refusal is None else None, "refusal": refusal}
    return {
        "id": f"chatcmpl-{request_hash(messages, schema)}",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer},
        "system_fingerprint": "relay: usage estimated",
    }


def _content_characters(message: object) -> int:
    match message:
        case {"content": str(text)}:
            return len(text)
        case {"content": [*parts]}:
            return sum(_content_characters({"content": part.get("text")}) for part in parts if isinstance(part, dict))
    return 0


def _json_object(data: bytes) -> dict[str, object] | None:
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _encoded(value: object, *, indent: int | None = None, sort: bool = False) -> bytes:
    style = json.JSONEncoder(ensure_ascii=False, allow_nan=False, indent=indent, separators=(",", ":"), sort_keys=sort)
    return style.encode(value).encode(errors="backslashreplace")  # a lone surrogate becomes its JSON escape


def _json_response(value: object, *, status: int = 200) -> web.Response:
    return web.Response(body=_encoded(value), status=status, content_type="application/json")


async def _run(relay: Relay, port: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with serving(relay, port) as address:
        sys.stdout.write(f"{address}/v1\n")
        sys.stdout.flush()
        await stopped.wait()


def main(arguments: list[str] | None = None) -> None:
    """Serve a queue folder until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m cassettes.relay", description=__doc__.partition("\n")[0])
    parser.add_argument("queue", type=Path, help="folder of <hash>.request.json and <hash>.answer.json")
    parser.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1; 0, the default, takes a free one")
    parser.add_argument("--replay", action="store_true", help="serve only answers that are there; write nothing")
    parser.add_argument("--model", default="relay", help="name of the listed model")
    parser.add_argument("--timeout", type=float, default=SIX_HOURS, help="seconds to wait for an answer (six hours)")
    options = parser.parse_args(arguments)
    if options.replay and not options.queue.is_dir():
        parser.error(f"nothing to replay: {options.queue} is no folder")
    with suppress(ValueError, OSError):  # every waiting client holds an open file
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    relay = Relay(options.queue, replay=options.replay, model=options.model, timeout=options.timeout)
    asyncio.run(_run(relay, options.port))


if __name__ == "__main__":
    main()
