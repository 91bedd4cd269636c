"""A trial by hand: an exception, a titre, a washout whichever is longer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from normalizer.model import (
    Canonical,
    Coverage,
    Criterion,
    DocumentRecord,
    Finding,
    NormalizedTrial,
    Provenance,
    PublishedAtom,
    PublishedBound,
    Registry,
    Span,
)

TEXT = "Bilirubin ≤1.5×ULN unless Gilbert syndrome is known; titre 1:80 or more; drug X 4 weeks or 5 half-lives ago"


def at(quote: str) -> Span:
    start = TEXT.index(quote)
    return Span(start, start + len(quote))


def bound(quote: str, **fields: object) -> PublishedBound:
    known: dict[str, Any] = {"role": "value", "quote": quote, "span": at(quote), "status": "checked", **fields}
    return PublishedBound(**known)


def atom(name: str, quote: str, *bounds: PublishedBound, subject: str | None = None) -> PublishedAtom:
    return PublishedAtom(
        id=name,
        type="measurement",
        subject=subject or quote.casefold(),
        code=None,
        quote=quote,
        span=at(quote),
        bounds=bounds,
    )


def trial_of(logic: str, *atoms: PublishedAtom, findings: tuple[Finding, ...] = ()) -> NormalizedTrial:
    criterion = Criterion(
        id="T1/I01", block_id="I01", kind="inclusion", cohorts=("c1",), path=("1.",), heading=None,
        span=Span(0, len(TEXT)), text=TEXT, field=None, atoms=atoms, logic=logic, status="checked", findings=findings,
        repairs=(), provenance=(Provenance(extractor="rules", version="1"),),
    )  # fmt: skip
    return NormalizedTrial(
        trial_id="T1",
        document=DocumentRecord(
            source="t.txt", locator=None, layout="plain", sha256="0" * 64, title=None, conditions=(), text=TEXT
        ),
        registry=Registry(),
        cohorts=(),
        criteria=(criterion,),
        findings=(),
        coverage=Coverage(
            numerals=(), numerals_in_bounds=0, numerals_with_reason=0, numerals_unclaimed=0,
            section_characters=0, tiled_characters=0, tiles=(),
        ),
    )  # fmt: skip


BILIRUBIN = atom(
    "a1",
    "Bilirubin",
    bound(
        "≤1.5×ULN", comparator="<=", high=Decimal("1.5"), high_printed="1.5", reference="uln",
        canonical=Canonical(high=Decimal("1.5"), unit="1"),
    ),
)  # fmt: skip
GILBERT = atom("a2", "Gilbert syndrome")
TITRE = atom("a3", "titre", bound("1:80 or more", comparator=">=", low=Decimal(80), low_printed="1:80"))
WASHOUT = atom(
    "a4",
    "drug X",
    bound("4 weeks", role="window", comparator=">=", low=Decimal(4), unit="wk", combine="longer", anchor="other",
          anchor_text="ago", direction="before"),
    bound("5 half-lives", role="window", comparator=">=", low=Decimal(5), unit="{half_life}", combine="longer"),
)  # fmt: skip


NOTE = Finding(code="items_joined", message="joined", span=Span(0, 4))
TRIAL = trial_of("all(unless(a1, a2), a3, not(a4))", BILIRUBIN, GILBERT, TITRE, WASHOUT, findings=(NOTE,))
