from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PAGE = """Inclusion Criteria:
- Age {age} years or older
- Creatinine ≤ 1.5 x ULN
- No live vaccine within 4 weeks before screening

Exclusion Criteria:
- LVEF below {age}%
- Pregnancy
"""


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in (1, 2, 3):
        (folder / f"trial{number}.txt").write_text(PAGE.format(age=20 + number), encoding="utf-8")
    return folder
