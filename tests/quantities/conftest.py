"""One line for a Mention, so that tables can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from normalizer.model.mention import Mention


def _brief(mention: Mention, text: str) -> str:
    if mention.kind == "inert":
        return f"inert {mention.reason} {'+'.join(span.of(text) for span in mention.numerals)}"
    if mention.kind == "grade":
        return f"grade {mention.scale} {mention.comparator} {','.join(mention.values)}"
    low = mention.low.printed if mention.low else "-"
    high = mention.high.printed if mention.high else "-"
    words = [mention.kind, mention.comparator or ".", f"{low}..{high}"]
    if mention.unit:
        words.append(f"[{mention.unit.printed}]")
    if mention.reference != "absolute":
        words.append(mention.reference)
    words += [mention.change] if mention.change else []
    words += [f"offset={mention.offset}"] if mention.offset else []
    words += [f"pair={mention.pair}"] if mention.pair else []
    words += [mention.slot] if mention.slot else []
    words += [f"@{mention.anchor}:{mention.anchor_text}"] if mention.anchor else []
    words += [word for word in (mention.direction, mention.combine) if word]
    words += ["restates"] if mention.restates else []
    return " ".join(words)


@pytest.fixture(scope="session")
def brief() -> Callable[[Mention, str], str]:
    return _brief
