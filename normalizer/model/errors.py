"""Every error the package raises on purpose.

NormalizerError
├── SpanError            a span does not read what it claims
├── LogicError           a logic expression is malformed or breaks a rule
├── SourceError          an input cannot be read (names file and place)
├── UnitError            a unit is unknown or a conversion is refused
└── GoldError            a gold file is malformed (names file, line, field)
"""

from __future__ import annotations


class NormalizerError(Exception):
    """Base of all errors raised on purpose."""


class SpanError(NormalizerError):
    """A span does not read what it claims; keeps the offsets and both texts."""

    def __init__(self, start: int, end: int, expected: str, got: str) -> None:
        super().__init__(f"[{start}, {end}) reads {got!r}, not {expected!r}")
        self.start, self.end, self.expected, self.got = start, end, expected, got


class LogicError(NormalizerError):
    """A logic expression is malformed; keeps the expression and the position of the fault."""

    def __init__(self, message: str, expression: str, position: int) -> None:
        super().__init__(f"{message} at character {position} of {expression[:200]!r}")
        self.message, self.expression, self.position = message, expression, position


class SourceError(NormalizerError):
    """An input cannot be read; keeps the source's name and, where known, the place in it."""

    def __init__(self, source: str, message: str, place: str | None = None) -> None:
        super().__init__(f"{source}{f' ({place})' if place else ''}: {message}")
        self.source, self.message, self.place = source, message, place


class UnitError(NormalizerError):
    """A unit is unknown or a conversion is refused; keeps the reason and the units concerned."""

    def __init__(self, reason: str, *units: str) -> None:
        super().__init__(f"{reason}: {', '.join(units)}" if units else reason)
        self.reason, self.units = reason, units


class GoldError(NormalizerError):
    """A gold file is malformed; keeps file, line (1-based, 0 when unknown) and field."""

    def __init__(self, file: str, line: int, field: str, message: str) -> None:
        super().__init__(f"{file}:{line}: {field}: {message}")
        self.file, self.line, self.field, self.message = file, line, field, message
