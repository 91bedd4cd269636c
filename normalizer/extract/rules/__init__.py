"""The embedded extractor: rules over quantities and vocabulary, one idea a module."""

from normalizer.extract.rules.reader import RulesExtractor

__all__ = ["RulesExtractor"]
