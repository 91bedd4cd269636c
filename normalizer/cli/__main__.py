"""``python -m normalizer.cli``."""

from normalizer.cli import main

main()
