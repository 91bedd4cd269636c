"""An evaluation run for readers: Markdown, JUnit XML, annotations, one static page. All from the same record."""

from normalizer.evaluate.reports.github import workflow_commands
from normalizer.evaluate.reports.junit import junit
from normalizer.evaluate.reports.markdown import markdown

__all__ = ["junit", "markdown", "workflow_commands"]
