"""Eligibility text to blocks: kind, cohorts, nested items and tiles that cover every character."""

from normalizer.segment.assemble import segment

__all__ = ["segment"]
