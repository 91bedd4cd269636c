"""A trial as a clinical data manager reads it: each criterion's source text, and beneath it what was understood."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

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
    from normalizer.model.finding import Finding, Repair

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

#: A finding's place is quoted when it is at most this many characters long.
_SHORT: Final = 80
_INDENT: Final = 4


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
                    yield from _criterion(trial, criterion)


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
    doubtful = [
        criterion.id.rpartition("/")[2] for criterion in trial.criteria if criterion.status in ("review", "failed")
    ]
    if doubtful:
        yield _text(f"To review: {', '.join(doubtful)}", "yellow")
    yield from _findings(trial.findings, trial, indent=0)


def _registry(trial: NormalizedTrial) -> str:
    registry = trial.registry
    fields = {
        "minimum age": registry.minimum_age,
        "maximum age": registry.maximum_age,
        "sex": registry.sex,
        "healthy volunteers": registry.healthy_volunteers,
    }
    return "; ".join(f"{name} {field.printed.strip()}" for name, field in fields.items() if field is not None)


def _criterion(trial: NormalizedTrial, criterion: Criterion) -> Iterator[RenderableType]:
    head = Text.assemble(
        ("\n" + criterion.id.rpartition("/")[2], "bold"), "  ", _status(criterion.status), "  ",
        _text(" ".join(criterion.path), "dim"),
    )  # fmt: skip
    if criterion.field is not None:
        head.append_text(_text(f"registry field {criterion.field}", "dim"))
    yield head
    yield Padding(_source(criterion), (0, 0, 0, _INDENT), expand=False)
    if criterion.atoms:
        yield _reading(criterion)
    yield from _findings(criterion.findings, trial, indent=_INDENT)
    for repair in criterion.repairs:
        yield Padding(_text(_mended(repair), "cyan"), (0, 0, 0, _INDENT), expand=False)


def _mended(repair: Repair) -> str:
    return f"repaired: “{repair.before}” read as “{repair.after}” ({repair.rule.replace('_', ' ')})"


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
    table.add_column()
    table.add_column()
    table.add_column(style="dim")
    table.add_column(no_wrap=True)
    atoms = {atom.id: atom for atom in criterion.atoms}
    for line in lines(criterion.logic, tuple(atoms)):
        atom = atoms.get(line.atom) if line.atom is not None else None
        if atom is None:
            table.add_row(_indented(_text(line.words, "bold"), line.depth))
            continue
        name = _indented(
            Text.assemble("· ", (f"{line.words} " if line.words else "", "bold"), _subject(atom)), line.depth
        )
        if not atom.bounds:
            table.add_row(name)
        for bound in atom.bounds:
            quote = _text(f"“{' '.join(bound.quote.split())}”" if bound.quote else "")
            table.add_row(name, _text(in_words(bound)), quote, _status(bound.status))
            name = _indented(Text(), 0)
            for finding in bound.findings:
                table.add_row(name, *_reason(finding))
    return table


def _indented(text: Text, depth: int) -> Padding:
    return Padding(text, (0, 0, 0, _INDENT + 2 * depth), expand=False)


def _subject(atom: PublishedAtom) -> Text:
    text = _text(atom.subject)
    for kind in dict.fromkeys(modifier.kind for modifier in atom.modifiers):
        words = ", ".join(" ".join(m.text.split()) for m in atom.modifiers if m.kind == kind)
        text.append_text(_text(f" [{'any of' if kind == 'member' else kind}: {words}]", "dim"))
    return text


def _reason(finding: Finding) -> tuple[Text, Text]:
    style = "yellow" if SEVERITY.get(finding.code) == "open" else "dim"
    return _text(f"↳ {finding.message}", style), _text(finding.code, style)


def _findings(findings: Iterable[Finding], trial: NormalizedTrial, indent: int) -> Iterator[RenderableType]:
    for finding in findings:
        opened = SEVERITY.get(finding.code) == "open"
        words = f"{'! to review' if opened else 'note'}: {finding.message}"
        if finding.expected and finding.expected not in finding.message:
            words += f" (expected {finding.expected})"
        if finding.span is not None and 0 < finding.span.end - finding.span.start <= _SHORT:
            quote = " ".join(finding.span.of(trial.document.text).split())
            words += f" at “{quote}”" if quote and quote not in finding.message else ""
        yield Padding(
            _text(f"{words} [{finding.code}]", "yellow" if opened else "dim"), (0, 0, 0, indent), expand=False
        )
