"""Checks over the whole trial: registry fields against the text, contradictory bounds, implausible pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from normalizer.model.criterion import Criterion, PublishedAtom, PublishedBound
from normalizer.model.draft import Provenance
from normalizer.model.finding import Finding
from normalizer.model.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from normalizer.model.document import RegistryAge, TrialDocument

_REGISTRY: Final = Provenance(extractor="registry", version="1")
#: Pairs of one quantity whose first can never exceed the second in the same person, by their names' meaning:
#: stimulation does not lower flow; direct bilirubin is a part of total bilirubin.
_ORDERED: Final = (
    ("unstimulated", "stimulated"),
    ("direct bilirubin", "total bilirubin"),
)


def registry_criteria(document: TrialDocument, criteria: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
    """Return ``R01`` .. for the registry's age limits and sex that no criterion of the text states."""
    found: list[Criterion] = []
    registry = document.registry
    if not any(True for _ in _ages(criteria)):
        ages = [(registry.minimum_age, ">="), (registry.maximum_age, "<=")]
        for age, comparator in ages:
            if age is not None:
                bound = _age_bound(age, minimum=comparator == ">=")
                found.append(
                    _registry_criterion(
                        document, len(found) + 1, "age", "demographic", age.printed, age.span, age.field, (bound,)
                    )
                )
    sex = registry.sex
    if sex is not None and sex.value != "all":
        stated = any(a.subject == f"{sex.value} sex" for c in criteria if c.kind == "inclusion" for a in c.atoms)
        if not stated:
            found.append(
                _registry_criterion(
                    document, len(found) + 1, f"{sex.value} sex", "demographic", sex.printed, sex.span, sex.field, ()
                )
            )
    return tuple(found)


def _age_bound(age: RegistryAge, *, minimum: bool) -> PublishedBound:
    return PublishedBound(
        role="value", quote=age.printed if age.span is not None else "", span=age.span, comparator=">=" if minimum else "<=",
        low=age.value if minimum else None, high=None if minimum else age.value,
        low_printed=str(age.value) if minimum else None, high_printed=None if minimum else str(age.value),
        unit=age.unit, reference="absolute", status="checked",
    )  # fmt: skip


def _registry_criterion(document, number, subject, kind, printed, span, field, bounds) -> Criterion:  # type: ignore[no-untyped-def]
    atom = PublishedAtom(
        id="a1", type=kind, subject=subject, code=None, quote=printed if span else "", span=span, bounds=bounds
    )
    return Criterion(
        id=f"{document.trial_id}/R{number:02d}", block_id=None, kind="inclusion", cohorts=(), path=(), heading=None,
        span=span, text=printed if span else "", field=field, atoms=(atom,), logic="a1", status="checked", findings=(),
        repairs=(), provenance=(_REGISTRY,),
    )  # fmt: skip


def _ages(criteria: tuple[Criterion, ...]) -> Iterator[tuple[Criterion, PublishedBound]]:
    for criterion in criteria:
        if criterion.kind != "inclusion" or criterion.cohorts:
            continue
        for atom in criterion.atoms:
            if atom.subject == "age" and not any(m.kind == "person" for m in atom.modifiers):
                for bound in atom.bounds:
                    yield criterion, bound


def check_registry(document: TrialDocument, criteria: tuple[Criterion, ...]) -> tuple[Finding, ...]:
    """Return ``registry_disagrees`` where the text's age limits differ from the registry's fields."""
    registry = document.registry
    findings: list[Finding] = []
    lows = [(b.low, b.span) for _, b in _ages(criteria) if b.low is not None and b.unit == "a"]
    highs = [(b.high, b.span) for _, b in _ages(criteria) if b.high is not None and b.unit == "a"]
    for name, age, printed in (("minimum", registry.minimum_age, lows), ("maximum", registry.maximum_age, highs)):
        if age is None or age.unit != "a" or not printed or any(value == age.value for value, _ in printed):
            continue
        value, span = printed[0]
        findings.append(
            Finding(
                code="registry_disagrees",
                message=f"{name} age is {value} in the text, {age.value} in the registry field",
                span=span,
                expected=str(age.value),
                got=str(value),
            )  # fmt: skip
        )
    return tuple(findings)


def check_contradictions(criteria: tuple[Criterion, ...]) -> tuple[Finding, ...]:
    """Return ``contradictory_bounds`` for common inclusion criteria whose plain limits on one subject cannot both hold."""
    lows: dict[tuple[str, str], tuple[Decimal, Span | None, str]] = {}
    highs: dict[tuple[str, str], tuple[Decimal, Span | None, str]] = {}
    for criterion in criteria:
        if criterion.kind != "inclusion" or criterion.cohorts or not _plain(criterion.logic):
            continue
        for atom in criterion.atoms:
            for bound in atom.bounds:
                canonical = bound.canonical
                if (
                    bound.role != "value"
                    or bound.reference != "absolute"
                    or bound.change
                    or canonical is None
                    or canonical.unit is None
                ):
                    continue
                key = (atom.subject, canonical.unit)
                if canonical.low is not None and (key not in lows or canonical.low > lows[key][0]):
                    lows[key] = (canonical.low, bound.span, criterion.id)
                if canonical.high is not None and (key not in highs or canonical.high < highs[key][0]):
                    highs[key] = (canonical.high, bound.span, criterion.id)
    return tuple(
        Finding(
            code="contradictory_bounds",
            span=lows[key][1],
            got=f"{lows[key][2]} and {highs[key][2]}",
            message=f"{key[0]} must be at least {lows[key][0]} and at most {highs[key][0]} {key[1]}",
        )  # fmt: skip
        for key in lows.keys() & highs.keys()
        if lows[key][0] > highs[key][0]
    )


def _plain(logic: str) -> bool:
    return not any(word in logic for word in ("any(", "not(", "when(", "unless(", "atleast("))


def check_pairs(criteria: tuple[Criterion, ...]) -> tuple[Finding, ...]:
    """Return ``implausible_pair`` where two limits of one criterion stand in an order that no patient can show."""
    findings: list[Finding] = []
    for criterion in criteria:
        limits = [(a.subject, b) for a in criterion.atoms for b in a.bounds if b.role == "value" and b.low is not None]
        for lesser, greater in _ORDERED:
            for subject, bound in limits:
                if lesser not in subject:
                    continue
                partner = subject.replace(lesser, greater)
                for other, against in limits:
                    if other == partner and against.unit == bound.unit and bound.low > against.low:  # type: ignore[operator]
                        findings.append(
                            Finding(
                                code="implausible_pair",
                                span=against.span,
                                got=against.quote,
                                expected=f"not below {bound.low}",
                                message=f"{other} is required to be lower than {subject}: the values may be swapped",
                            )  # fmt: skip
                        )
    return tuple(findings)


def check_trial(document: TrialDocument, criteria: tuple[Criterion, ...]) -> tuple[Finding, ...]:
    """Return what the checks over the whole trial find."""
    return (*check_registry(document, criteria), *check_contradictions(criteria), *check_pairs(criteria))
