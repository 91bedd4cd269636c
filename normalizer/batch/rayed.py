"""Parts as tasks of Ray, on a cluster or on this machine."""

from __future__ import annotations

import importlib.util
import logging
import os
import socket
import sys
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Any, Final

from normalizer.batch.engine import LostError
from normalizer.batch.portion import work
from normalizer.facts import MissingExtraError
from normalizer.model.errors import NormalizerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from normalizer.batch.portion import Ended, Portion

_NEEDED: Final = ("ray", "pyarrow")
_OBJECTS: Final = 128 * 2**20  # bytes of Ray's shared memory on this machine; only outcomes pass through it
_ORDERLY: Final = 5.0  # seconds for interrupted parts to close their files; one that waits for a model hears of it late
_FORCED: Final = 5.0
_GREETING: Final = 10.0  # seconds for a connection to the cluster


class EngineError(NormalizerError):
    """Ray cannot be started or reached, or fails in a way that another try does not mend."""


class RayEngine:
    """Does each part as a task of one processor, spread over the machines; use :func:`opened`."""

    def __init__(self, places: int) -> None:
        """Describe the cluster that this process is connected to; ``places`` are its processors."""
        import ray  # noqa: PLC0415 - an extra, and heavy

        self.places = places
        # A lost task is begun again by the run itself: it has limits to keep, and says so.
        self._task = ray.remote(num_cpus=1, max_retries=0, scheduling_strategy="SPREAD")(work)

    def start(self, portion: Portion) -> object:
        """Begin a part as soon as there is a place; return its handle."""
        return self._task.options(name=f"part {portion.number}").remote(portion)

    def wait(self, handles: Sequence[Any], seconds: float) -> Sequence[object]:
        """Return the handles of those that ended, none after so many seconds."""
        import ray  # noqa: PLC0415 - as above

        ended: list[Any] = ray.wait(list(handles), num_returns=len(handles), timeout=0)[0]
        return ended or ray.wait(list(handles), timeout=seconds)[0]

    def result(self, handle: Any) -> Ended:  # noqa: ANN401 - a reference of Ray's
        """Return what became of a part that ended.

        Raises:
            LostError: when its process or its machine is gone.
            EngineError: when it ended in an error of the program, or Ray could not run it.

        """
        import ray  # noqa: PLC0415 - as above
        from ray import exceptions  # noqa: PLC0415 - as above

        try:
            ended: Ended = ray.get(handle)
        except (exceptions.RayTaskError, exceptions.RuntimeEnvSetupError, exceptions.TaskCancelledError) as error:
            raise EngineError(str(error)) from error
        except exceptions.RayError as error:
            raise LostError(_sentence(error)) from error
        return ended

    def stop(self, handles: Sequence[Any]) -> None:
        """Interrupt parts, as Ctrl-C does, and wait until they are gone; then end those that are not."""
        import ray  # noqa: PLC0415 - as above

        left = list(handles)
        for force, seconds in ((False, _ORDERLY), (True, _FORCED)):
            for handle in left:
                ray.cancel(handle, force=force)
            if left:
                left = ray.wait(left, num_returns=len(left), timeout=seconds)[1]


def _sentence(error: Exception) -> str:
    """Return the first sentence of what Ray says; advice on its tools follows."""
    line = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return line.partition(". ")[0].rstrip(".")


def _reach(address: str) -> None:
    """Say at once when nobody is there; Ray would try for many minutes."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _GREETING).close()
    except (OSError, ValueError, OverflowError) as error:
        raise EngineError(f"no cluster of Ray answers at {address!r} (HOST:PORT): {error}") from error


@contextmanager
def opened(address: str | None = None) -> Iterator[RayEngine]:
    """Connect to a cluster of Ray, or start Ray on this machine for as long as the block lasts.

    Args:
        address: of the cluster, ``auto`` for the one that this machine belongs to; None for that of the environment
            variable RAY_ADDRESS, and without one for this machine alone.

    Raises:
        MissingExtraError: when Ray or pyarrow is not installed.
        EngineError: when there is no such cluster, or it has no processors.

    """
    if not all(importlib.util.find_spec(name) for name in _NEEDED):
        raise MissingExtraError("the engine ray needs more packages: pip install 'criteria-normalizer[scale]'")
    address = address or os.environ.get("RAY_ADDRESS") or "local"
    if "://" in address:
        raise EngineError(f"{address}: start the run on a machine of the cluster, with its address HOST:PORT or auto")
    local: dict[str, Any] = {}
    if address == "local":
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # a run tells nobody of itself
        if "ray" not in sys.modules:  # where it is read once
            os.environ.setdefault("RAY_AUTH_MODE", "token")  # what Ray does anyway, but with a warning
        local = {"include_dashboard": False, "object_store_memory": _OBJECTS, "num_cpus": os.cpu_count()}
    elif address != "auto":
        _reach(address)
    import ray  # noqa: PLC0415 - as above

    with redirect_stdout(sys.stderr):  # where Ray tells of machines that are gone
        try:
            ray.init(address, logging_level=logging.WARNING, log_to_driver=False, **local)
        except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
            raise EngineError(f"Ray cannot be used at {address}: {error}") from error
        try:
            places = int(ray.cluster_resources().get("CPU", 0))  # type: ignore[no-untyped-call]
            if places < 1:
                raise EngineError(f"the cluster of Ray at {address} has no processors")
            yield RayEngine(places)
        finally:
            ray.shutdown()
