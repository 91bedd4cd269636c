"""A cluster of Ray whose machines are processes of this one: ``python -m tests.server.cluster NODES``.

It runs in a process of its own, because Ray changes signals and environment of whoever starts it. It prints its
address; at each line it reads it kills the oldest machine that is not the head, at the end of its input it ends all.
"""
# ruff: noqa: T201 - its parent reads what it prints

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT: Final = Path(__file__).parents[2]
MEMORY: Final = 80 * 2**20  # bytes of shared memory for each machine, about the least that Ray takes
PROCESSORS: Final = 1  # of each machine but the head, which has none
PATIENCE: Final = 60.0
TRIES: Final = 3  # a machine under load sometimes lets a start of Ray fail
#: Milliseconds in which a machine counts as gone, whose port is closed after a kill; one that is only slow has time.
HEALTH: Final = {
    "health_check_initial_delay_ms": 3000, "health_check_period_ms": 300, "health_check_timeout_ms": 10_000,
    "health_check_failure_threshold": 3,
}  # fmt: skip


@dataclass(frozen=True)
class Machines:
    """A cluster that ``cluster`` runs: its address, and the environment that a run on it needs."""

    address: str
    environment: Mapping[str, str]
    process: subprocess.Popen[str]

    def kill(self) -> None:
        """End the oldest machine that is left; return when its processes are gone."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print("kill", file=self.process.stdin, flush=True)
        assert self.process.stdout.readline().strip() == "killed"


@contextlib.contextmanager
def cluster(nodes: int, **environment: str) -> Iterator[Machines]:
    """Run a cluster of so many machines with one processor each; none of its processes outlives the block."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NORMALIZER_", "RAY_"))}
    ours = {
        **kept, **environment, "RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
    }  # fmt: skip
    for left in reversed(range(TRIES)):
        with _started(nodes, ours) as (process, told):
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            if address:
                yield Machines(address, ours, process)
                return
            process.wait(PATIENCE)
            told.seek(0)
            assert left, f"the cluster did not start: {told.read()[-2000:]}"


@contextlib.contextmanager
def _started(nodes: int, environment: Mapping[str, str]) -> Iterator[tuple[subprocess.Popen[str], TextIO]]:
    """Start the process of a cluster, with a file of what it says beside; end all that belongs to it."""
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as told,
        subprocess.Popen(  # noqa: S603 - our own
            [sys.executable, "-m", "tests.server.cluster", str(nodes)], cwd=ROOT, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=told, text=True, start_new_session=True,
        ) as process,
    ):  # fmt: skip
        try:
            yield process, told
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(PATIENCE)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)  # what it could not end itself


def _end(node: Any) -> None:
    """Kill all processes of a machine; Ray's own way leaves the workers alone, which may come to their end."""
    pids = [info.process.pid for infos in node.all_processes.values() for info in infos]
    children = (path.read_text() for pid in pids for path in Path(f"/proc/{pid}/task").glob("*/children"))
    for pid in [*pids, *(int(child) for found in children for child in found.split())]:
        os.kill(pid, signal.SIGKILL)


def main() -> None:
    """Start, obey, end."""
    from ray.cluster_utils import Cluster  # noqa: PLC0415 - heavy, and not for who imports this

    folder = tempfile.mkdtemp(prefix="ray", dir="/tmp")  # names of sockets have to be short
    machine: dict[str, Any] = {"object_store_memory": MEMORY, "include_dashboard": False}
    head = {**machine, "num_cpus": 0, "temp_dir": folder, "_system_config": HEALTH, "include_log_monitor": False}
    with contextlib.redirect_stdout(sys.stderr):
        found = Cluster(initialize_head=True, head_node_args=head)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            nodes = [found.add_node(num_cpus=PROCESSORS, wait=False, **machine) for _ in range(int(sys.argv[1]))]
            found.wait_for_nodes(PATIENCE)
        print(found.address, flush=True)
        for _ in sys.stdin:
            with contextlib.redirect_stdout(sys.stderr):
                _end(nodes[0])
                found.remove_node(nodes.pop(0), allow_graceful=False)
            print("killed", flush=True)
    finally:
        found.shutdown()  # type: ignore[no-untyped-call]
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
