"""A run in parts on an engine: each part is a run directory of its own, the whole has a manifest that adds them up."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from normalizer.batch.course import Course
from normalizer.batch.errors import PartsError
from normalizer.batch.folder import FACTS, TRIALS, RunFolder, read_manifest
from normalizer.batch.follow import Followed
from normalizer.batch.ledger import spent
from normalizer.batch.manifest import Settings, differences, origin
from normalizer.batch.parts import count, folders, table_of
from normalizer.batch.portion import Portion, settings_of
from normalizer.batch.readers import check
from normalizer.batch.reading import Means
from normalizer.batch.run import Outcome, begin, now
from normalizer.batch.shares import Budget, at_once, share, together
from normalizer.batch.tally import Tally
from normalizer.sources.names import STDIN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from normalizer.batch.engine import Engine

_EACH: Final = 2  # parts for each place, so that a slow one is not waited for too long
_MOST: Final = 9999  # parts: as many as their names have digits for
_KEPT: Final = 1000  # messages in the manifest


def run_in_parts(
    inputs: Sequence[str],
    path: Path,
    settings: Settings,
    engine: Engine,
    *,
    fresh: bool = False,
    retry_failed: bool = False,
    means: Means | None = None,
    on_trial: Callable[[Outcome], None] | None = None,
    on_error: Callable[[str], None] | None = None,
) -> Outcome:
    """Normalize all trials of the inputs into a run directory of parts; parts that are finished are passed over.

    Args:
        inputs: files, folders or globs on a file system that all machines of the engine share.
        path: the run directory, likewise.
        settings: extractor, column names, and how many parts; without a number as many as an earlier run here had,
            or two for each that the engine can do at the same time.
        engine: does the parts.
        fresh: discard what an earlier run left there.
        retry_failed: make the outputs anew and ask again what had no usable answer; the other answers are there.
        means: limits and budget of the whole.
        on_trial: called now and then with the outcome so far.
        on_error: called with every error message and with every loss of a process.

    Raises:
        RunError: as :func:`normalizer.batch.run.run`; PartsError, which is one, when parts could not be finished.
        ValueError: when the settings do not fit together, or the engine cannot follow them.
        EngineError: when the engine fails.

    """
    means = means or Means()
    if means.cache is not None:
        means = replace(means, cache=means.cache.absolute())
    _check(inputs, settings, means)
    path = path.absolute()
    with RunFolder(path, fresh=fresh) as folder:
        before = folder.manifest()
        parts = settings.parts or (before and count(before)) or min(_EACH * engine.places, _MOST)
        settings = replace(settings, parts=parts)
        manifest = begin(folder, origin(inputs, settings))
        if retry_failed:
            _open_again(folder, manifest)
        home = None if all(Path(name).is_absolute() for name in inputs) else Path.cwd()
        course = _course(
            Portion(
                inputs=tuple(inputs), home=home, path=path, manifest=manifest, settings=settings, number=0, means=means
            ),
            engine,
            on_error or (lambda _: None),
        )
        try:
            while not course.over:
                course.start()
                course.take()
                if on_trial is not None:
                    on_trial(course.so_far())
        except BaseException:
            engine.stop(list(course.running))
            raise
        if course.problems:
            raise PartsError(path, _problems(course), over_budget=course.over_budget)
        if manifest["finished"] is None:
            _finish(folder, manifest, course.outcome, means)
    return course.outcome


def _check(inputs: Sequence[str], settings: Settings, means: Means) -> None:
    check(settings)
    if STDIN in inputs:
        raise ValueError("standard input cannot be read by several parts; name files")
    if settings.bulk:
        raise ValueError("a batch waits for its provider, not for processors; send it from one process, without parts")
    if settings.shard is not None:
        raise ValueError("a shard is one part of a run by itself; a run in parts makes its own")
    if settings.parts is not None and not 1 <= settings.parts <= _MOST:
        raise ValueError(f"{settings.parts} parts: there may be 1 to {_MOST:,}")
    if means.workers > 1:
        raise ValueError("parts are the workers of an engine; name a number of parts, not of workers")


def _open_again(folder: RunFolder, manifest: dict[str, Any]) -> None:
    """Discard the outputs of all parts, here and at once: a part that is lost and replaced must not do it again."""
    for number, part in enumerate(folders(folder.path, manifest), 1):
        if part.is_dir():
            with RunFolder(part, again=True):
                table_of(folder.path, number).unlink(missing_ok=True)
    manifest["finished"] = None
    folder.write_manifest(manifest)


def _course(portion: Portion, engine: Engine, tell: Callable[[str], None]) -> Course:
    """Return the course of a run that may have been begun before."""
    every = folders(portion.path, portion.manifest)
    done = {number: outcome for number in range(1, len(every) + 1) if (outcome := _finished(portion, number))}
    left = [number for number in range(1, len(every) + 1) if number not in done]
    places = at_once(portion.means, places=engine.places, parts=len(left), question=_question(portion.settings))
    course = Course(
        engine=engine,
        portion=replace(portion, means=replace(share(portion.means, places), remote=True)),
        places=places,
        budget=Budget(portion.means, portion.settings.model, [spent(part) for part in every]),
        waiting=deque(left),
        unbegun=set(left),
        followed={number: Followed(every[number - 1]) for number in left},
        tell=tell,
    )
    for outcome in done.values():
        course.add(outcome)
    return course


def _finished(portion: Portion, number: int) -> Outcome | None:
    """Return the outcome of a part that needs no work, by its manifest; its inputs are those of the whole."""
    folder = folders(portion.path, portion.manifest)[number - 1]
    manifest = read_manifest(folder) if folder.is_dir() else None
    files = (folder / TRIALS, folder / FACTS, table_of(portion.path, number))
    if manifest is None or manifest["finished"] is None or not all(file.is_file() for file in files):
        return None
    expected = {**portion.manifest, "settings": settings_of(portion.settings, number).to_json()}
    if differences(manifest, expected):
        return None  # the part's own process says why it cannot go on
    tally = Tally.from_json(manifest["summary"])
    return Outcome(
        tally=tally, skipped=tally.trials + tally.failed, refused=manifest["refused"], errors=manifest["errors"]
    )


def _question(settings: Settings) -> int:
    """Return the tokens of a short question and its answer, 0 without a model."""
    if settings.model is None:
        return 0
    from normalizer.batch.estimate import prefix_characters  # noqa: PLC0415 - with a model only
    from normalizer.batch.limits import Forecast  # noqa: PLC0415 - the same

    guess = Forecast(prefix_characters()).of(())
    return guess.input + guess.output


def _problems(course: Course) -> str:
    """Say what became of the parts that are not finished, each error once."""
    by_error: dict[str, list[int]] = {}
    for number, error in sorted(course.problems.items()):
        by_error.setdefault(error, []).append(number)
    lines = [
        f"  - {'part' if len(parts) == 1 else 'parts'} {', '.join(map(str, parts))}: {error}"
        for error, parts in by_error.items()
    ]
    of = len(folders(course.portion.path, course.portion.manifest))
    left = f"{len(course.followed)} of {of} parts are not finished; the same command goes on with them"
    return "\n".join([left, *lines])


def _finish(folder: RunFolder, manifest: dict[str, Any], outcome: Outcome, means: Means) -> None:
    manifest |= {
        "finished": now(),
        "summary": outcome.tally.to_json(),
        "refused": outcome.refused,
        "errors": outcome.errors[:_KEPT],
    }
    model = manifest["settings"].get("model")
    if model is not None:
        manifest["asked"] = outcome.asked.to_json(model, means.prices)
        spendings = [spent(part) for part in folders(folder.path, manifest)]
        manifest["spent"] = together(spendings).to_json(model, means.prices)
    folder.write_manifest(manifest)
