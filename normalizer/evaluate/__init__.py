"""Evaluation: gold, scorers, intervals, gates, external corpora."""
