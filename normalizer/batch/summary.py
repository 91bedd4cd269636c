"""The closing summary of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from normalizer.batch.show import STYLES
from normalizer.model.finding import SEVERITY

if TYPE_CHECKING:
    from collections import Counter

    from normalizer.batch.run import Outcome


def _share(count: int, total: int) -> str:
    return f"{count:,} ({100 * count / total:.1f} %)" if total else f"{count:,}"


def _statuses(counts: Counter[str]) -> Text:
    total = counts.total()
    parts = [
        Text(f"{s.replace('_', ' ')} {_share(counts[s], total)}", style) for s, style in STYLES.items() if counts[s]
    ]
    return Text(", ").join(parts)


def summary(outcome: Outcome) -> Table:
    """Return the summary: trials, criteria and facts by status, numerals by claim, findings by code, errors.

    Args:
        outcome: what a run came to.

    """
    tally = outcome.tally
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    skipped = f" ({outcome.skipped:,} of them finished before)" if outcome.skipped else ""
    table.add_row("trials", f"{tally.trials:,}{skipped}")
    if tally.failed:
        table.add_row("failed", Text(f"{tally.failed:,} trials ended in an error of the program", "bold red"))
    if outcome.refused:
        table.add_row("refused", Text(f"{outcome.refused:,} inputs or records could not be read", "bold red"))
    table.add_row("criteria", Text.assemble(f"{tally.criteria:,}: ", _statuses(tally.statuses)))
    table.add_row("facts", Text.assemble(f"{tally.facts:,}: ", _statuses(tally.fact_statuses)))
    numerals = tally.numerals_in_bounds + tally.numerals_with_reason + tally.numerals_unclaimed
    table.add_row(
        "numerals",
        f"{numerals:,}: in bounds {_share(tally.numerals_in_bounds, numerals)}, with a reason "
        f"{_share(tally.numerals_with_reason, numerals)}, unclaimed {_share(tally.numerals_unclaimed, numerals)}",
    )
    for title, severity in (("to review", "open"), ("notes", "note")):
        codes = [(code, n) for code, n in tally.findings.most_common() if SEVERITY.get(code) == severity]
        if codes:
            table.add_row(title, ", ".join(f"{code} {n:,}" for code, n in codes))
    if tally.input_tokens or tally.output_tokens:
        table.add_row("tokens", f"{tally.input_tokens:,} in, {tally.output_tokens:,} out")
    return table
