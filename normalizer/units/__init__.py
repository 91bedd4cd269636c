"""Units: the exact unit table, printed spellings, conversion between units of one kind."""

from normalizer.units.printed import UnitMatch, code_of, match
from normalizer.units.table import Unit, table

__all__ = ["Unit", "UnitMatch", "code_of", "match", "table"]
