"""The columns of the facts view by what they hold; all others hold text."""

from __future__ import annotations

from typing import Final

NUMBERS: Final = ("low", "high", "canonical_low", "canonical_high")
LISTS: Final = ("cohorts", "values", "findings")
FLAGS: Final = ("restates", "negated")
OFFSETS: Final = ("start", "end")
#: Words from a short list that the schema fixes, never null: what a table may be divided by. Subjects and units have no
#: such list, and a column that is null in every row of a table makes a division that pyarrow cannot read.
PARTITIONS: Final = ("kind", "role", "branch", "status")
