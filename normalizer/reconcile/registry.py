"""The registry's typed fields: criteria that the text leaves out, and where the text says otherwise."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from normalizer.model.criterion import Canonical, Criterion, PublishedAtom, PublishedBound
from normalizer.model.draft import Provenance
from normalizer.model.errors import UnitError
from normalizer.model.finding import Finding
from normalizer.reconcile.demands import of_participant, unconditional
from normalizer.units import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from normalizer.model.document import RegistryAge, RegistrySex, TrialDocument
    from normalizer.model.span import Span

_REGISTRY: Final = Provenance(extractor="registry", version="1")
_SEXES: Final = frozenset({"female sex", "male sex"})
_YEARS: Final = "a"
#: A criterion with such atoms speaks of one sex without asking for it ("male participants must use ...").
_OF_ONE_SEX: Final = frozenset({"reproductive", "consent", "treatment"})


def _ages(criteria: tuple[Criterion, ...], *, common: bool) -> Iterator[PublishedBound]:
    """Yield the limits on the participant's age that inclusion criteria state.

    Arguments:
        criteria: those of the text.
        common: only what is asked of everybody, now ("age at onset" is another age).

    """
    for criterion in criteria:
        if criterion.kind != "inclusion" or (common and criterion.cohorts):
            continue
        for atom in of_participant(unconditional(criterion) if common else criterion.atoms):
            if atom.subject == "age" and not (common and atom.modifiers):
                yield from (bound for bound in atom.bounds if bound.role == "value")


def _states_sex(criteria: tuple[Criterion, ...], sex: str) -> bool:
    return any(
        atom.subject == f"{sex} sex"
        for criterion in criteria
        if criterion.kind == "inclusion"
        for atom in of_participant(criterion.atoms)
    )


def registry_criteria(document: TrialDocument, criteria: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
    """Return ``R01`` .. for the registry's age limits and sex that no criterion of the text states.

    A minimum is ``>=`` and a maximum ``<=`` by the meaning of the field, each at its own characters; a field outside
    the text has no quote, and ``field`` names its path.
    """
    found: list[Criterion] = []
    registry = document.registry
    stated = list(_ages(criteria, common=False))
    low = any(bound.low is not None for bound in stated)
    high = any(bound.high is not None for bound in stated)
    for age, done in ((registry.minimum_age, low), (registry.maximum_age, high)):
        if age is not None and not done:
            bound = _age_bound(age, minimum=age is registry.minimum_age)
            found.append(_criterion(document, len(found) + 1, "age", age, (bound,)))
    sex = registry.sex
    if sex is not None and sex.value != "all" and not _states_sex(criteria, sex.value):
        found.append(_criterion(document, len(found) + 1, f"{sex.value} sex", sex, ()))
    return tuple(found)


def _age_bound(age: RegistryAge, *, minimum: bool) -> PublishedBound:
    low, high = (age.value, None) if minimum else (None, age.value)
    printed = str(age.value)
    days = _years(age.value, age.unit)
    return PublishedBound(
        role="value", quote=age.printed if age.span is not None else "", span=age.span,
        comparator=">=" if minimum else "<=", low=low, high=high, low_printed=printed if minimum else None,
        high_printed=None if minimum else printed, unit=age.unit, reference="absolute", status="checked",
        canonical=Canonical(low=days if minimum else None, high=None if minimum else days, unit=_YEARS),
    )  # fmt: skip


def _criterion(
    document: TrialDocument, number: int, subject: str, field: RegistryAge | RegistrySex,
    bounds: tuple[PublishedBound, ...],
) -> Criterion:  # fmt: skip
    printed = field.printed if field.span is not None else ""
    atom = PublishedAtom(
        id="a1", type="demographic", subject=subject, code=None, quote=printed, span=field.span, bounds=bounds
    )
    return Criterion(
        id=f"{document.trial_id}/R{number:02d}", block_id=None, kind="inclusion", cohorts=(), path=(), heading=None,
        span=field.span, text=printed, field=field.field, atoms=(atom,), logic="a1", status="checked", findings=(),
        repairs=(), provenance=(_REGISTRY,),
    )  # fmt: skip


def check_registry(document: TrialDocument, criteria: tuple[Criterion, ...]) -> Iterator[Finding]:
    """Yield ``registry_disagrees`` where the text's age limits or sex differ from the registry's fields."""
    registry = document.registry
    if registry.minimum_age is not None or registry.maximum_age is not None:
        bounds = list(_ages(criteria, common=True))
        lows = [(b.low, b.unit, b.comparator == ">", b.span) for b in bounds if b.low is not None]
        highs = [(b.high, b.unit, b.comparator == "<", b.span) for b in bounds if b.high is not None]
        yield from _age_differs("minimum", registry.minimum_age, lows, 1)
        yield from _age_differs("maximum", registry.maximum_age, highs, -1)
    if registry.sex is not None:
        yield from _sex_differs(registry.sex, criteria)


@lru_cache(maxsize=1024)
def _years(number: Decimal, unit: str | None) -> Decimal | None:
    try:
        return canonical(number, unit or _YEARS, _YEARS)
    except UnitError:
        return None


def _age_differs(
    name: str, age: RegistryAge | None, stated: list[tuple[Decimal, str | None, bool, Span | None]], step: int
) -> Iterator[Finding]:
    """Yield a finding when no stated limit is the field's; "> 17 years" and a minimum of 18 years are one limit."""
    if age is None or not stated:
        return
    wanted = _years(age.value, age.unit)
    for number, unit, strict, _ in stated:
        years = _years(number, unit)
        if years is None or years == wanted or (strict and years + step == wanted):
            return
    number, unit, _, span = stated[0]
    yield Finding(
        code="registry_disagrees", span=span, expected=f"{age.value} {age.unit}", got=f"{number} {unit or ''}".strip(),
        message=f"the {name} age of the text is not that of the registry field",
    )  # fmt: skip


def _sex_differs(field: RegistrySex, criteria: tuple[Criterion, ...]) -> Iterator[Finding]:
    for criterion in criteria:
        if criterion.kind != "inclusion" or criterion.cohorts:
            continue
        if not any(atom.subject in _SEXES for atom in criterion.atoms):
            continue
        if any(atom.type in _OF_ONE_SEX for atom in criterion.atoms):
            continue
        for atom in of_participant(unconditional(criterion)):
            if atom.subject in _SEXES and atom.subject != f"{field.value} sex":
                yield Finding(
                    code="registry_disagrees", span=atom.span, expected=field.value, got=atom.subject,
                    message="the sex that the text asks for is not that of the registry field",
                )  # fmt: skip
