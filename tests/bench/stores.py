"""What keeping an answer costs: CPU of ledger and cache for each block, at the pace of a run."""

from __future__ import annotations

import hashlib
import tempfile
import time
from pathlib import Path

from normalizer.batch.cache import opened
from normalizer.batch.ledger import Ledger
from normalizer.extract.llm.reader import Asked
from normalizer.extract.llm.reply import Reply
from normalizer.extract.llm.usage import Usage

ANSWERS = 4_000
PACE = 600  # answers a second: between 64 and 256 in flight at 200 ms
TEXT = "x" * 650  # as long as the mean of the recorded answers


def keeping() -> dict[str, float]:
    """Return microseconds of CPU for each answer: looked for, kept, recorded; without and with a shared cache."""
    return {"ledger": _measured(cached=False), "ledger and cache": _measured(cached=True)}


def _measured(*, cached: bool) -> float:
    usage = Usage(1, 11_000, 0, 160)
    reply, asked = Reply(TEXT, usage, usage), Asked((), usage, 1)
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "ledger.sqlite")
        stores = [ledger, opened(Path(folder) / "cache")] if cached else [ledger]
        began, before = time.perf_counter(), time.process_time()
        for number in range(ANSWERS):
            key = hashlib.sha256(str(number).encode()).hexdigest()
            for store in stores:
                store.get(key)
                store.put(key, reply)
            ledger.record(f"T{number // 8}", [f"b{number % 8}"], asked)
            if number % 16 == 0:
                time.sleep(max(0.0, began + number / PACE - time.perf_counter()))
        for store in stores:
            store.close()
        return (time.process_time() - before) / ANSWERS * 1e6
