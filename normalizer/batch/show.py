"""A trial as a clinical data manager reads it: each criterion's source text, and beneath it what was understood."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from normalizer.batch.tree import lines
from normalizer.batch.words import in_words
from normalizer.model.finding import SEVERITY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rich.console import RenderableType

    from normalizer.model.criterion import Criterion, NormalizedTrial, PublishedAtom, Status
    from normalizer.model.finding import Finding

STYLES: Final[Mapping[Status, str]] = MappingProxyType(
    {
        "verified": "green",
        "checked": "green",
        "repaired": "cyan",
        "review": "bold yellow",
        "text_only": "dim",
        "failed": "bold red",
    }
)
#: Control characters would move the cursor or change the terminal's state; each becomes a blank, so offsets hold.
_HARMLESS: Final = {code: " " for code in (*range(32), *range(127, 160)) if code != ord("\n")}


def _text(words: str, style: str = "") -> Text:
    return Text(words.translate(_HARMLESS), style=style)


def _status(status: Status) -> Text:
    word = status.replace("_", " ")
    return _text(word.upper() if status in ("review", "failed") else word, STYLES[status])


def show(trial: NormalizedTrial) -> Iterator[RenderableType]:
    """Yield the parts of a trial for a terminal: head, then criteria by kind and cohort in the order of the text.

    Args:
        trial: a normalized trial.

    """
    yield from _head(trial)
    labels = {cohort.id: cohort.label for cohort in trial.cohorts}
    inferred = {cohort.id for cohort in trial.cohorts if cohort.heading is None}
    for kind in ("inclusion", "exclusion"):
        of_kind = [criterion for criterion in trial.criteria if criterion.kind == kind]
        for cohorts in dict.fromkeys(criterion.cohorts for criterion in of_kind):
            named = [f"{labels.get(c, c)}{' (inferred: no heading)' if c in inferred else ''}" for c in cohorts]
            yield Text()
            yield Rule(
                _text(f"{kind.upper()} · {', '.join(named) or 'all participants'}", "bold"),
                align="left",
                characters="─",
            )
            for criterion in of_kind:
                if criterion.cohorts == cohorts:
                    yield from _criterion(criterion)


def _head(trial: NormalizedTrial) -> Iterator[RenderableType]:
    document, coverage = trial.document, trial.coverage
    yield _text(f"{trial.trial_id}  {document.title or ''}".rstrip(), "bold")
    place = f", {document.locator}" if document.locator else ""
    yield _text(f"{document.source}{place}", "dim")
    if document.conditions:
        yield _text(f"Conditions: {'; '.join(document.conditions)}")
    if registry := _registry(trial):
        yield _text(f"Registry: {registry}")
    counts: dict[Status, int] = {}
    for criterion in trial.criteria:
        counts[criterion.status] = counts.get(criterion.status, 0) + 1
    summary = ", ".join(f"{counts[status]} {status.replace('_', ' ')}" for status in STYLES if status in counts)
    yield _text(f"{len(trial.criteria)} criteria: {summary or 'none'}")
    yield _text(
        f"Numerals: {coverage.numerals_in_bounds} in bounds, {coverage.numerals_with_reason} with a reason, "
        f"{coverage.numerals_unclaimed} unclaimed"
    )
    yield from _findings(trial.findings, indent=0)


def _registry(trial: NormalizedTrial) -> str:
    registry = trial.registry
    fields = {
        "minimum age": registry.minimum_age,
        "maximum age": registry.maximum_age,
        "sex": registry.sex,
        "healthy volunteers": registry.healthy_volunteers,
    }
    return "; ".join(f"{name} {field.printed.strip()}" for name, field in fields.items() if field is not None)


def _criterion(criterion: Criterion) -> Iterator[RenderableType]:
    head = Text.assemble(
        ("\n" + criterion.id.rpartition("/")[2], "bold"), "  ", _status(criterion.status), "  ",
        _text(" ".join(criterion.path), "dim"),
    )  # fmt: skip
    if criterion.field is not None:
        head.append_text(_text(f"registry field {criterion.field}", "dim"))
    yield head
    yield Padding(_source(criterion), (0, 0, 0, 4))
    if criterion.atoms:
        yield Padding(_reading(criterion), (0, 0, 0, 4))
    yield from _findings(criterion.findings, indent=4)
    for repair in criterion.repairs:
        yield Padding(
            _text(f"repaired: {repair.before!r} read as {repair.after!r} ({repair.rule})", "cyan"), (0, 0, 0, 4)
        )


def _source(criterion: Criterion) -> Text:
    """Return the criterion's text with its bounds underlined, blank lines and outer white space left out."""
    text = _text(criterion.text, "italic")
    if criterion.span is not None:
        base = criterion.span.start
        for atom in criterion.atoms:
            for bound in atom.bounds:
                if bound.span is not None:
                    text.stylize("underline", max(bound.span.start - base, 0), max(bound.span.end - base, 0))
    kept = [line for line in text.split("\n") if line.plain.strip()]
    for line in kept:
        line.rstrip()
    return Text("\n").join(kept)


def _reading(criterion: Criterion) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(ratio=4)
    table.add_column(ratio=4)
    table.add_column(ratio=3, style="dim")
    table.add_column(no_wrap=True)
    atoms = {atom.id: atom for atom in criterion.atoms}
    for line in lines(criterion.logic, tuple(atoms)):
        indent = "  " * line.depth
        atom = atoms.get(line.atom) if line.atom is not None else None
        if atom is None:
            table.add_row(_text(f"{indent}{line.words}", "bold"))
            continue
        name = Text.assemble(indent, "· ", (f"{line.words} " if line.words else "", "bold"), _subject(atom))
        if not atom.bounds:
            table.add_row(name)
        for bound in atom.bounds:
            quote = _text(f"“{' '.join(bound.quote.split())}”" if bound.quote else "")
            table.add_row(name, _text(in_words(bound)), quote, _status(bound.status))
            name = Text()
            for finding in bound.findings:
                table.add_row(Text(), *_reason(finding))
    return table


def _subject(atom: PublishedAtom) -> Text:
    text = _text(atom.subject)
    for modifier in atom.modifiers:
        text.append_text(_text(f" [{modifier.kind}: {' '.join(modifier.text.split())}]", "dim"))
    return text


def _reason(finding: Finding) -> tuple[Text, Text]:
    style = "yellow" if SEVERITY.get(finding.code) == "open" else "dim"
    return _text(f"↳ {finding.message}", style), _text(finding.code, style)


def _findings(findings: Iterable[Finding], indent: int) -> Iterator[RenderableType]:
    for finding in findings:
        opened = SEVERITY.get(finding.code) == "open"
        got = f" (expected {finding.expected})" if finding.expected and finding.expected not in finding.message else ""
        words = f"{'! to review' if opened else 'note'}: {finding.message}{got} [{finding.code}]"
        yield Padding(Group(_text(words, "yellow" if opened else "dim")), (0, 0, 0, indent))
