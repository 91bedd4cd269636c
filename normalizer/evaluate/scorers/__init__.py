"""Scorers: each a pure function from a document's comparison to named tallies."""
