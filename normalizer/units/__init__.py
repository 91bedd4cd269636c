"""Units: the exact unit table, printed spellings, conversion between units of one kind."""

from normalizer.units.convert import canonical, comparable, convert
from normalizer.units.molar import molar_mass
from normalizer.units.printed import UnitMatch, code_of, match
from normalizer.units.table import Unit, table

__all__ = [
    "Unit",
    "UnitMatch",
    "canonical",
    "code_of",
    "comparable",
    "convert",
    "match",
    "molar_mass",
    "table",
]
