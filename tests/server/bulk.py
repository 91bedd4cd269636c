"""The batch interface of the model server: files go in, jobs answer them line by line as its script says, or fail."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

from tests.server.behaviour import Answer, Behaviour, Refusal, Slow, Status, completion, error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from typing import TypeAlias

    Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOOKS = ("validating", "in_progress", "finalizing")  # what a job is at the first looks at it


@dataclass
class BulkFaults:
    """What goes wrong with files and jobs; every number counts from the first on, 0 is never.

    Args:
        refused_uploads: so many files get a 500.
        lost_creations: so many jobs are made although the connection is reset before the answer.
        limited_creations: so many creations get a 429.
        refused: the error codes of jobs that fail as a whole, in their order; None lets one pass.
        largest: most lines of a job; larger ones fail with ``token_limit_exceeded``.
        at_once: most jobs that may be open; further ones fail likewise.
        expired: the share of lines that the first ``expiring`` jobs do not come to.
        expiring: so many jobs expire.
        cancelled: so many jobs are cancelled when half is done.
        lost_lines: so many jobs lose a line of their answers.
        strange_lines: whether answers hold one to something else, and one of them twice.
        cut_downloads: so many downloads end in the middle of a line.
        broken_looks: so many looks at a job get a 500.
    """

    refused_uploads: int = 0
    lost_creations: int = 0
    limited_creations: int = 0
    refused: list[str | None] = field(default_factory=list)
    largest: int = 0
    at_once: int = 0
    expired: float = 0.5
    expiring: int = 0
    cancelled: int = 0
    lost_lines: int = 0
    strange_lines: bool = False
    cut_downloads: int = 0
    broken_looks: int = 0

    def take(self, name: str) -> bool:
        """Say whether a fault strikes now, and count it."""
        left: int = getattr(self, name)
        setattr(self, name, max(left - 1, 0))
        return left > 0


@dataclass
class Job:
    """A job: its requests, when each was answered, and how often it was looked at."""

    id: str
    file: str
    lines: Sequence[dict[str, Any]]
    made: float
    status: str = "validating"
    looks: int = 0
    answers: str | None = None
    failures: str | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Say whether it is not at its end."""
        return self.status in {*LOOKS, "cancelling"}

    def told(self) -> dict[str, Any]:
        """Return the object that the endpoint shows."""
        ended = not self.open
        return {
            "id": self.id, "object": "batch", "endpoint": "/v1/chat/completions", "completion_window": "24h",
            "created_at": int(self.made), "input_file_id": self.file, "status": self.status,
            "output_file_id": self.answers, "error_file_id": self.failures,
            "errors": {"object": "list", "data": self.errors} if self.errors else None,
            "request_counts": {"total": len(self.lines), "completed": len(self.lines) if ended else 0, "failed": 0},
        }  # fmt: skip


class BulkDesk:
    """Files and jobs of a server; ``asked`` counts how often each request was answered with success."""

    def __init__(self, play: Callable[[dict[str, Any], bytes], Behaviour], faults: BulkFaults) -> None:
        self.files: dict[str, bytes] = {}
        self.jobs: dict[str, Job] = {}
        self.asked: list[str] = []
        self._play, self._faults, self._calls = play, faults, 0
        self._random = random.Random(7)  # noqa: S311 - the order of answers

    @property
    def calls(self) -> int:
        """Return how many calls came so far."""
        return self._calls

    def _counted(self, handle: Handler) -> Handler:
        async def counted(request: web.Request) -> web.StreamResponse:
            self._calls += 1
            return await handle(request)

        return counted

    def routes(self) -> list[web.RouteDef]:
        """Return what is to be served."""
        return [
            web.post("/v1/files", self._counted(self._upload)),
            web.get("/v1/files/{id}/content", self._counted(self._content)),
            web.post("/v1/batches", self._counted(self._create)),
            web.get("/v1/batches", self._counted(self._list)),
            web.get("/v1/batches/{id}", self._counted(self._look)),
        ]

    async def _upload(self, request: web.Request) -> web.Response:
        parts = await request.post()
        if self._faults.take("refused_uploads"):
            return _error(500, "no room")
        part = parts["file"]
        assert isinstance(part, web.FileField)
        assert parts["purpose"] == "batch"
        name = self._keep(part.file.read())
        return web.json_response({
            "id": name, "object": "file", "bytes": len(self.files[name]), "created_at": 0, "filename": part.filename,
            "purpose": "batch", "status": "processed",
        })  # fmt: skip

    def _keep(self, content: bytes) -> str:
        name = f"file-{len(self.files) + 1}"
        self.files[name] = content
        return name

    async def _content(self, request: web.Request) -> web.StreamResponse:
        content = self.files.get(request.match_info["id"])
        if content is None:
            return _error(404, "no such file")
        if self._faults.take("cut_downloads"):
            content = content[: max(len(content) - 30, 1)]
        return web.Response(body=content, content_type="application/octet-stream")

    async def _create(self, request: web.Request) -> web.Response:
        if self._faults.take("limited_creations"):
            return _error(429, "slowly", {"retry-after": "0"})
        wanted = orjson.loads(await request.read())
        lines = [orjson.loads(line) for line in self.files[wanted["input_file_id"]].splitlines()]
        opened = sum(job.open for job in self.jobs.values())
        job = Job(f"batch_{len(self.jobs) + 1}", wanted["input_file_id"], lines, time.time())
        self.jobs[job.id] = job
        code = self._faults.refused.pop(0) if self._faults.refused else None
        too_large = self._faults.largest and len(lines) > self._faults.largest
        if too_large or (self._faults.at_once and opened >= self._faults.at_once):
            code = "token_limit_exceeded"
        if code is not None:
            job.errors = [{"code": code, "message": f"because of {code}", "line": None, "param": None}]
        if self._faults.take("lost_creations") and request.transport is not None:
            request.transport.abort()
            await asyncio.sleep(0)
        return web.json_response(job.told())

    async def _list(self, request: web.Request) -> web.Response:
        newest = [job.told() for job in reversed(self.jobs.values())]
        after = request.query.get("after")
        begin = 1 + [job["id"] for job in newest].index(after) if after else 0
        page = newest[begin : begin + int(request.query.get("limit", "20"))]
        more = begin + len(page) < len(newest)
        return web.json_response({"object": "list", "data": page, "has_more": more})

    async def _look(self, request: web.Request) -> web.Response:
        if self._faults.take("broken_looks"):
            return _error(500, "not now")
        job = self.jobs.get(request.match_info["id"])
        if job is None:
            return _error(404, "no such batch")
        if job.open:
            job.looks += 1
            if job.errors:
                job.status = "failed"
            elif job.looks > len(LOOKS):
                await self._end(job)
            else:
                job.status = LOOKS[job.looks - 1]
        return web.json_response(job.told())

    async def _end(self, job: Job) -> None:
        """Answer a job's lines, in an order of their own."""
        job.status, share, code = "completed", 1.0, ""
        if self._faults.take("expiring"):
            job.status, share, code = "expired", self._faults.expired, "batch_expired"
        elif self._faults.take("cancelled"):
            job.status, share, code = "cancelled", 0.5, "batch_cancelled"
        lines = list(job.lines)
        self._random.shuffle(lines)
        done = round(len(lines) * share)
        good: list[dict[str, Any]] = []
        bad: list[dict[str, Any]] = []
        for line in lines[:done]:
            answer, fine = self._answer(line)
            (good if fine else bad).append(answer)
        bad += [
            {"id": "x", "custom_id": line["custom_id"], "response": None, "error": {"code": code, "message": code}}
            for line in lines[done:]
        ]
        if good and self._faults.take("lost_lines"):
            good.pop()
        if good and self._faults.strange_lines:
            good += [good[0], {**good[0], "custom_id": "nobody"}]
        job.answers = self._keep(_lines(good)) if good else None
        job.failures = self._keep(_lines(bad)) if bad else None

    def _answer(self, line: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        body = line["body"]
        does = self._play(body, orjson.dumps(body))
        while isinstance(does, Slow):
            does = does.then
        if isinstance(does, Answer | Refusal):
            self.asked.append(line["custom_id"])
            status, said = 200, orjson.loads(completion(does, str(body.get("model"))))
        else:
            status = does.code if isinstance(does, Status) else 500
            said = (does.body if isinstance(does, Status) else None) or error(f"scripted status {status}")
        response = {"status_code": status, "request_id": "r", "body": said}
        return {"id": "x", "custom_id": line["custom_id"], "response": response, "error": None}, status == 200


def _lines(objects: Sequence[dict[str, Any]]) -> bytes:
    return b"".join([orjson.dumps(one) + b"\n" for one in objects])


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response(error(message), status=status, headers=headers)
