"""The wire form: what a strict schema may hold, and Drafts there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normalizer.extract.llm.mapping import draft_of, wire_of
from normalizer.extract.llm.strict import schema
from normalizer.extract.llm.wire import WireAnswer
from normalizer.model import draft as model
from normalizer.model.draft import Atom, Draft, Grade, Limit, Modifier, Time
from tests.extract.llm.made import gold_drafts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hypothesis.strategies import SearchStrategy

    from normalizer.model.draft import Bound


def nodes(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema inside a schema with its path; names of properties are no keywords."""
    yield path, node
    for name, inner in node.get("properties", {}).items():
        yield from nodes(inner, f"{path}.{name}")
    for keyword in ("items", "additionalProperties"):
        if isinstance(node.get(keyword), dict):
            yield from nodes(node[keyword], f"{path}[]")
    for at, inner in enumerate(node.get("anyOf", ())):
        yield from nodes(inner, f"{path}|{at}")


NODES: Final = dict(nodes(schema()))
OBJECTS: Final = {path: node for path, node in NODES.items() if node.get("type") == "object"}
KEYWORDS: Final = {"type", "properties", "required", "additionalProperties", "items", "anyOf", "enum", "const"}


def test_the_schema_has_an_object_at_its_root() -> None:
    assert schema()["type"] == "object"


@pytest.mark.parametrize("path", OBJECTS)
def test_every_object_is_closed_and_requires_all_properties_in_order(path: str) -> None:
    assert OBJECTS[path]["additionalProperties"] is False
    assert OBJECTS[path]["required"] == list(OBJECTS[path]["properties"])


def test_only_keywords_that_strict_servers_know_are_used() -> None:
    assert {keyword for node in NODES.values() for keyword in node} <= KEYWORDS


@pytest.mark.parametrize(
    "keyword", ["oneOf", "allOf", "$ref", "$defs", "default", "prefixItems", "title", "description", "discriminator"]
)
def test_a_keyword_that_strict_servers_refuse_is_nowhere(keyword: str) -> None:
    assert f'"{keyword}":'.encode() not in orjson.dumps(schema())


def test_the_schema_is_small_enough() -> None:
    assert sum(len(node["properties"]) for node in OBJECTS.values()) <= 100


def test_nesting_of_objects_is_at_most_five() -> None:
    def depth(node: dict[str, Any]) -> int:
        inner = [*node.get("properties", {}).values(), *node.get("anyOf", ())]
        inner += [node["items"]] if "items" in node else []
        return (node.get("type") == "object") + max(map(depth, inner), default=0)

    assert depth(schema()) <= 5


def test_variants_are_told_apart_by_their_first_key() -> None:
    choices = [
        [inner for inner in node["anyOf"] if inner.get("type") == "object"]
        for node in NODES.values()
        if "anyOf" in node
    ]
    several = [objects for objects in choices if len(objects) > 1]
    assert several
    for objects in several:
        firsts = [next(iter(inner["properties"])) for inner in objects]
        assert len(set(firsts)) == len(firsts)


def test_every_enum_is_small_and_of_strings() -> None:
    enums = [node["enum"] for node in NODES.values() if "enum" in node]
    assert enums
    assert all(len(values) <= 20 and all(isinstance(value, str) for value in values) for values in enums)


def test_every_list_says_what_is_in_it() -> None:
    assert all("items" in node for node in NODES.values() if node.get("type") == "array")


def there_and_back(draft: Draft) -> Draft:
    sent = orjson.dumps({"blocks": [wire_of(draft, "b1")]})
    (found,) = WireAnswer.model_validate_json(sent).blocks
    assert found.block == "b1"
    return draft_of(found)


@pytest.mark.parametrize("part", ["page", "stress"])
def test_every_labelled_draft_survives_the_wire(part: str) -> None:
    drafts = [(name, draft) for name, draft in gold_drafts() if name.startswith("stress/") == (part == "stress")]
    assert len(drafts) > 100
    assert [name for name, draft in drafts if there_and_back(draft) != draft] == []


def none_or(values: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.none() | values


def one_of(kind: Any) -> SearchStrategy[Any]:
    return st.sampled_from(get_args(kind))


TEXTS: Final = st.text(max_size=12)
TOKENS: Final = st.sampled_from(["1.0", "two", "1x10^3", "1:80", "-3", ""]) | TEXTS


@st.composite
def ends(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a comparator with the ends that belong to it."""
    comparator = draw(none_or(st.sampled_from([">=", ">", "<=", "<", "=", "between", "outside"])))
    if comparator in {"between", "outside"}:
        return {"comparator": comparator, "low": draw(TOKENS), "high": draw(TOKENS)}
    end = "high" if comparator in {"<=", "<"} else "low"
    return {"comparator": comparator, end: draw(none_or(TOKENS))}


@st.composite
def limits(draw: st.DrawFn) -> Limit:
    return Limit(
        slot=draw(one_of(model.LimitSlot)),
        quote=draw(TEXTS),
        unit=draw(none_or(TEXTS)),
        reference=draw(one_of(model.Reference)),
        change=draw(none_or(one_of(model.Change))),
        offset=draw(none_or(TEXTS)),
        restates=draw(st.booleans()),
        **draw(ends()),
    )


@st.composite
def times(draw: st.DrawFn) -> Time:
    return Time(
        slot=draw(one_of(model.TimeSlot)),
        quote=draw(TEXTS),
        unit=draw(none_or(TEXTS)),
        anchor=draw(none_or(one_of(model.Anchor))),
        anchor_text=draw(none_or(TEXTS)),
        direction=draw(none_or(one_of(model.Direction))),
        combine=draw(none_or(one_of(model.Combine))),
        **draw(ends()),
    )


GRADES: Final = st.builds(
    Grade,
    scale=TEXTS,
    quote=TEXTS,
    comparator=none_or(st.sampled_from([">=", ">", "<=", "<", "=", "between", "in"])),
    values=st.lists(TOKENS, max_size=3).map(tuple),
)


@st.composite
def atoms(draw: st.DrawFn, name: str) -> Atom:
    return Atom(
        id=name,
        type=draw(one_of(model.AtomType)),
        subject=draw(TEXTS),
        quote=draw(TEXTS),
        modifiers=draw(
            st.lists(st.builds(Modifier, kind=one_of(model.ModifierKind), text=TEXTS), max_size=2).map(tuple)
        ),
        limits=draw(st.lists(limits(), max_size=2).map(tuple)),
        times=draw(st.lists(times(), max_size=2).map(tuple)),
        grades=draw(st.lists(GRADES, max_size=1).map(tuple)),
    )


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    names = draw(st.lists(TEXTS, max_size=3, unique=True))
    return Draft(atoms=tuple([draw(atoms(name)) for name in names]), logic=draw(TEXTS))


@given(draft=drafts())
@settings(max_examples=30, deadline=None)
def test_any_draft_survives_the_wire(draft: Draft) -> None:
    assert there_and_back(draft) == draft


def wired(bound: Bound) -> dict[str, Any]:
    """Return the one bound of an atom as the wire has it."""
    field: Literal["limits", "times", "grades"] = (
        "limits" if isinstance(bound, Limit) else "times" if isinstance(bound, Time) else "grades"
    )
    bounds: dict[str, Any] = {field: (bound,)}
    atom = Atom(id="a1", type="other", subject="s", quote="q", **bounds)
    wire = wire_of(Draft(atoms=(atom,), logic="a1"), "b1")
    found: dict[str, Any] = wire["atoms"][0]["bounds"][0]
    return found


PLAIN: Final = ["slot", "comparator", "numbers", "unit"]
ANCHORED: Final = [*PLAIN, "anchor", "anchor_text", "direction"]
FULL: Final = [*PLAIN, "reference", "change", "offset", "restates"]
SHORT_FORMS: Final[list[tuple[str, Bound, list[str]]]] = [
    ("absolute", Limit(slot="value", quote="q", comparator=">", low="1"), ["limit", *PLAIN]),
    ("no number", Limit(slot="value", quote="q"), ["limit", *PLAIN]),
    ("multiple of ULN", Limit(slot="value", quote="q", reference="uln"), ["relative", *PLAIN, "reference"]),
    ("change", Limit(slot="value", quote="q", change="either"), ["full_limit", *FULL]),
    ("offset", Limit(slot="value", quote="q", reference="uln", offset="4 s"), ["full_limit", *FULL]),
    ("restated", Limit(slot="value", quote="q", restates=True), ["full_limit", *FULL]),
    ("bare time", Time(slot="duration", quote="q", low="3", unit="days"), ["bare_time", *PLAIN]),
    ("anchor", Time(slot="window", quote="q", anchor="test"), ["time", *ANCHORED]),
    ("anchor text alone", Time(slot="window", quote="q", anchor_text="then"), ["time", *ANCHORED]),
    ("direction alone", Time(slot="window", quote="q", direction="before"), ["time", *ANCHORED]),
    ("pair", Time(slot="window", quote="q", combine="longer"), ["paired_time", *ANCHORED, "combine"]),
    ("grade", Grade(scale="ECOG", quote="q", values=("1",)), ["grade", "scale", "comparator", "values"]),
]


@pytest.mark.parametrize(("bound", "keys"), [row[1:] for row in SHORT_FORMS], ids=[row[0] for row in SHORT_FORMS])
def test_a_bound_takes_the_shortest_form_that_says_all_of_it(bound: Bound, keys: list[str]) -> None:
    assert list(wired(bound)) == keys
    assert wired(bound)[keys[0]] == "q"


@given(limit=limits())
@settings(max_examples=30, deadline=None)
def test_the_full_form_is_taken_only_for_change_offset_or_restated(limit: Limit) -> None:
    needed = limit.change is not None or limit.offset is not None or limit.restates
    assert ("full_limit" in wired(limit)) == needed


@pytest.mark.parametrize(
    ("given_", "numbers"),
    [
        (Limit(slot="value", quote="q", comparator=">=", low="1"), ["1"]),
        (Limit(slot="value", quote="q", comparator="<", high="1"), ["1"]),
        (Limit(slot="value", quote="q", comparator="between", low="1", high="2"), ["1", "2"]),
        (Limit(slot="value", quote="q", comparator="outside", low="1", high="2"), ["1", "2"]),
        (Limit(slot="value", quote="q", low="1"), ["1"]),
        (Limit(slot="value", quote="q", reference="lln"), []),
    ],
)
def test_numbers_stand_as_printed_low_before_high(given_: Bound, numbers: list[str]) -> None:
    assert list(wired(given_)["numbers"]) == numbers


@pytest.mark.parametrize(
    "bound",
    [Limit(slot="value", quote="q", comparator="in"), Grade(scale="s", quote="q", comparator="outside")],
    ids=["limit", "grade"],
)
def test_a_comparator_that_the_wire_has_not_is_refused(bound: Bound) -> None:
    with pytest.raises(ValueError, match="comparator"):
        wired(bound)
