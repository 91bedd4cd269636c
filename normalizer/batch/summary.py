"""The closing summary of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from normalizer.batch.show import STYLES
from normalizer.model.finding import SEVERITY

if TYPE_CHECKING:
    from collections import Counter
    from decimal import Decimal

    from normalizer.batch.run import Outcome


def _share(count: int, total: int) -> str:
    return f"{count:,} ({100 * count / total:.1f} %)" if total else f"{count:,}"


def _statuses(counts: Counter[str]) -> Text:
    total = counts.total()
    parts = [
        Text(f"{s.replace('_', ' ')} {_share(counts[s], total)}", style) for s, style in STYLES.items() if counts[s]
    ]
    return Text(", ").join(parts)


def summary(outcome: Outcome, cost: Decimal | None = None) -> Table:
    """Return the summary: trials, criteria and facts by status, numerals by claim, findings by code, errors.

    Args:
        outcome: what a run came to.
        cost: of the tokens used, in US dollars; None when it is not known.

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
    asked = outcome.asked
    if asked.questions:
        failed = ", ".join(f"{kind} {count:,}" for kind, count in asked.failed.most_common())
        again = f", {asked.reasked:,} asked again" if asked.reasked else ""
        table.add_row("questions", f"{asked.questions:,}{again}, {asked.usage.requests:,} requests")
        if failed:
            table.add_row("unanswered", Text(f"{asked.failed.total():,} (the rules stand there): {failed}", "bold red"))
        used = asked.usage
        about = " (estimated)" if used.estimated else ""
        table.add_row("tokens", f"{used.input:,} in, {used.cached:,} of them cached, {used.output:,} out{about}")
        price = None if cost is None else f"{cost:.4f} US dollars"
        table.add_row("cost", price or "not known: no price for this model")
    return table
