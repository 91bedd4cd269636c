"""A Mention as a bound of a Draft: the slot, and the tokens as printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from normalizer.concepts import resolve
from normalizer.model.draft import Grade, Limit, Time
from normalizer.units import table

if TYPE_CHECKING:
    from normalizer.extract.rules.material import Material
    from normalizer.extract.rules.sketch import Sketch
    from normalizer.model.draft import AtomType, LimitSlot
    from normalizer.model.mention import Mention

_DOSED = ("treatment",)
_COUNTED = ("condition", "logistics", "heading", "other", "reproductive", "consent")
_AMOUNT_KINDS = ("mass", "volume", "mass_per_body_mass", "dose_rate", "mass_per_body_area", "arbitrary_amount")


def slot_of(mention: Mention, kind: AtomType, subject: str = "") -> LimitSlot:
    """Return the slot of a limit on an atom of this type: a treatment is dosed, an event counted, a level valued."""
    if mention.kind == "count":
        return "count"
    if (
        mention.unit is None
        and mention.change is None
        and (about := resolve(subject)) is not None
        and about.kinds == ("count",)
    ):
        return "count"
    unit = mention.unit.code if mention.unit is not None else None
    if kind in _DOSED:
        if mention.unit is None and mention.reference == "absolute":
            return "count"
        return "dose"
    if kind == "procedure":
        if mention.unit is None:
            return "count"
        return "dose" if unit is not None and table()[unit].kind in _AMOUNT_KINDS else "value"
    if kind in _COUNTED and mention.unit is None and mention.reference == "absolute" and mention.change is None:
        return "count"
    return "value"


def attach(sketch: Sketch, mention: Mention, material: Material) -> None:
    """Add the mention to the sketch as the bound it is."""
    view, text = material.view, material.original
    quote = view.original(mention.span).of(text)
    low = mention.low.printed if mention.low is not None else None
    high = mention.high.printed if mention.high is not None else None
    unit = mention.unit.printed if mention.unit is not None else None
    if mention.kind == "time":
        sketch.times.append(
            Time(
                slot=mention.slot or "window",
                quote=quote,
                comparator=mention.comparator,
                low=low,
                high=high,
                unit=unit,
                anchor=mention.anchor,
                anchor_text=view.original(mention.anchor_span).of(text) if mention.anchor_span else mention.anchor_text,
                direction=mention.direction,
                combine=mention.combine,
            )
        )
    elif mention.kind == "grade":
        sketch.grades.append(
            Grade(scale=mention.scale or "grade", quote=quote, comparator=mention.comparator, values=mention.values)
        )
    else:
        sketch.limits.append(
            Limit(
                slot=slot_of(mention, sketch.type, sketch.subject),
                quote=quote,
                comparator=mention.comparator,
                low=low,
                high=high,
                unit=unit,
                reference=mention.reference,
                change=mention.change,
                offset=mention.offset,
                restates=mention.restates,
            )
        )
