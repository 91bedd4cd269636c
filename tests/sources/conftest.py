from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def seeds() -> Path:
    return ROOT / "seeds"


@pytest.fixture
def corpora() -> Path:
    """The development corpora; tests that read them are skipped where they are absent."""
    folder = Path(os.environ.get("NORMALIZER_CORPORA") or ROOT.parent / "shared" / "corpora")
    if not folder.is_dir():
        pytest.skip("the development corpora are not here")
    return folder
