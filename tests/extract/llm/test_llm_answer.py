"""What is said of an answer that is not what was asked for."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

import orjson
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normalizer.extract.llm import InvalidAnswerError
from normalizer.extract.llm.answer import read_answer
from normalizer.model.draft import Draft
from tests.extract.llm.made import AGED, GOOD, answer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NAMES: Final = ("b1",)
LIMIT: Final = {"limit": ">= 18 years", "slot": "value", "comparator": ">=", "numbers": ["18"], "unit": "years"}


def changed(*changes: Callable[[dict[str, Any]], object]) -> str:
    """Return the good answer after changes to its data."""
    data = orjson.loads(GOOD)
    for change in changes:
        change(data)
    return orjson.dumps(data).decode()


def first(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = data["blocks"][0]
    return found


def atom(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = first(data)["atoms"][0]
    return found


def with_bound(**fields: Any) -> str:
    return changed(lambda data: atom(data).update(bounds=[{**LIMIT, **fields}]))


def with_logic(logic: str) -> str:
    return changed(lambda data: first(data).update(logic=logic))


def complaints(content: str, names: Sequence[str] = NAMES) -> tuple[str, ...]:
    with pytest.raises(InvalidAnswerError) as caught:
        read_answer(content, names)
    assert caught.value.raw == content
    assert caught.value.attempts == 1
    return caught.value.complaints


ACCEPTED: Final = {
    "as asked": GOOD,
    "white space around": f"\n  {GOOD}\n\n",
    "fence": f"```\n{GOOD}\n```",
    "fence that names JSON": f"```json\n{GOOD}\n```",
    "fence with white space around": f"\n\n```json\n{GOOD}\n```\n",
    "indented": orjson.dumps(orjson.loads(GOOD), option=orjson.OPT_INDENT_2).decode(),
    "keys in another order": orjson.dumps(orjson.loads(GOOD), option=orjson.OPT_SORT_KEYS).decode(),
}


@pytest.mark.parametrize("content", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_an_answer_that_says_all_is_read(content: str) -> None:
    assert read_answer(content, NAMES) == (AGED,)


def test_drafts_come_in_the_order_of_the_question() -> None:
    content = answer(AGED, Draft())
    assert read_answer(content, ("b1", "b2")) == (AGED, Draft())
    assert read_answer(content, ("b2", "b1")) == (Draft(), AGED)


COMPLAINTS: Final[list[tuple[str, str, str]]] = [
    ("nothing", "", "the answer: the answer is no JSON"),
    ("prose", "I cannot read this.", "the answer: the answer is no JSON"),
    ("half of it", GOOD[: len(GOOD) // 2], "the answer: the answer is no JSON"),
    ("prose around", f"Here it is: {GOOD}", "the answer: the answer is no JSON"),
    ("a list", "[]", "the answer: "),
    ("a number", "3", "the answer: "),
    ("null", "null", "the answer: "),
    ("missing blocks", "{}", "blocks: is missing"),
    ("missing logic", changed(lambda data: first(data).pop("logic")), "blocks.0.logic: is missing"),
    ("missing quote", changed(lambda data: atom(data).pop("quote")), "blocks.0.atoms.0.quote: is missing"),
    ("further field", changed(lambda data: data.update(note="x")), "note: is no field of the schema"),
    (
        "further field of an atom",
        changed(lambda data: atom(data).update(span=3)),
        "blocks.0.atoms.0.span: is no field of the schema",
    ),
    ("unknown type", changed(lambda data: atom(data).update(type="lab")), "blocks.0.atoms.0.type: is none of "),
    ("unknown slot", with_bound(slot="window"), "blocks.0.atoms.0.bounds.0.limit.slot: is none of "),
    ("unknown comparator", with_bound(comparator="≥"), "blocks.0.atoms.0.bounds.0.limit.comparator: is none of "),
    ("comparator of grades", with_bound(comparator="in"), "blocks.0.atoms.0.bounds.0.limit.comparator: is none of "),
    ("number that is none", with_bound(numbers=[18]), "blocks.0.atoms.0.bounds.0.limit.numbers.0: is no string"),
    ("numbers that are no list", with_bound(numbers="18"), "blocks.0.atoms.0.bounds.0.limit.numbers: is no list"),
    ("quote that is null", with_bound(limit=None), "blocks.0.atoms.0.bounds.0.limit.limit: is no string"),
    ("two variants in one", with_bound(time="x"), "blocks.0.atoms.0.bounds.0.limit.time: is no field of the schema"),
    (
        "unknown variant",
        changed(lambda data: atom(data).update(bounds=[{"bound": "x"}])),
        "blocks.0.atoms.0.bounds.0: begins with none of limit, relative, full_limit, bare_time, time, ",
    ),
    (
        "bound that is a text",
        changed(lambda data: atom(data).update(bounds=["x"])),
        "blocks.0.atoms.0.bounds.0: begins with none of ",
    ),
    (
        "two numbers",
        with_bound(numbers=["18", "20"]),
        "block b1: the bound '>= 18 years' with '>=' has 2 numbers; one is the most",
    ),
    (
        "between with one",
        with_bound(comparator="between"),
        "block b1: the bound '>= 18 years' with 'between' needs two numbers, has 1",
    ),
    (
        "outside with three",
        with_bound(comparator="outside", numbers=["1", "2", "3"]),
        "block b1: the bound '>= 18 years' with 'outside' needs two numbers, has 3",
    ),
    ("two numbers, no comparator", with_bound(comparator=None, numbers=["1", "2"]), "block b1: the bound "),
    (
        "double ids",
        changed(lambda data: first(data).update(atoms=first(data)["atoms"] * 2)),
        "block b1: atom ids are used twice: a1",
    ),
    ("logic of others", with_logic("all(a1, a2)"), "block b1: the logic 'all(a1, a2)' and the atoms differ in a2"),
    ("logic of none", with_logic(""), "block b1: the logic '' and the atoms differ in a1"),
    ("open bracket", with_logic("all(a1"), "block b1: "),
    ("unknown word of logic", with_logic("xor(a1, a1)"), "block b1: "),
    ("too deep logic", with_logic("not(" * 40 + "a1" + ")" * 40), "block b1: "),
    ("too long logic", with_logic(f"all({', '.join(['a1'] * 2000)})"), "block b1: "),
    ("other block", changed(lambda data: first(data).update(block="b2")), "blocks: asked about b1, got b2"),
    ("no block", '{"blocks":[]}', "blocks: asked about b1, got none"),
    (
        "block twice",
        changed(lambda data: data.update(blocks=data["blocks"] * 2)),
        "blocks: asked about b1, got b1, b1",
    ),
    ("block too many", answer(AGED, AGED), "blocks: asked about b1, got b1, b2"),
]
IDS: Final = [row[0] for row in COMPLAINTS]


@pytest.mark.parametrize(("content", "begins"), [row[1:] for row in COMPLAINTS], ids=IDS)
def test_a_complaint_names_the_place_and_what_is_wrong(content: str, begins: str) -> None:
    said = complaints(content)
    assert len(said) == 1, said
    assert said[0].startswith(begins)
    assert len(said[0]) > len(begins) or begins[-1] != " "


@pytest.mark.parametrize("content", [row[1] for row in COMPLAINTS], ids=IDS)
def test_complaints_are_in_words_of_our_own(content: str) -> None:
    told = " ".join(complaints(content))
    for foreign in ("pydantic", pydantic.VERSION, "http", "Input should", "For further information", "input_value"):
        assert foreign not in told


def test_a_missing_block_is_named_among_several() -> None:
    assert complaints(answer(AGED), ("b1", "b2")) == ("blocks: asked about b1, b2, got b1",)


def test_every_wrong_block_is_named() -> None:
    data = orjson.loads(answer(AGED, AGED, AGED))
    for at in (0, 2):
        data["blocks"][at]["logic"] = "a9"
    said = complaints(orjson.dumps(data).decode(), ("b1", "b2", "b3"))
    assert [one[:9] for one in said] == ["block b1:", "block b3:"]


def test_no_more_than_eight_complaints_are_told() -> None:
    wrong = changed(lambda data: first(data).update(atoms=[{} for _ in range(9)]))
    assert len(complaints(wrong)) == 8
    twice = orjson.dumps({"blocks": [{"block": f"b{at}", "atoms": [], "logic": "a1"} for at in range(12)]}).decode()
    assert len(complaints(twice, [f"b{at}" for at in range(12)])) == 8


def holds(content: str) -> None:
    """Read any answer; whatever else than a complaint is raised ends the test."""
    said: tuple[str, ...] = ()
    found: tuple[Draft, ...] = ()
    try:
        found = read_answer(content, NAMES)
    except InvalidAnswerError as error:
        said = error.complaints
    assert (len(found) == 1) != (1 <= len(said) <= 8)
    assert all(said)


@given(content=st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_drafts_or_complaints(content: str) -> None:
    holds(content)


@pytest.mark.parametrize("content", ["\ud800", '"\\ud800"', GOOD.replace("Age", "\\udfff"), "\x00", "\ufeff" + GOOD])
def test_text_that_no_encoding_holds_gives_complaints(content: str) -> None:
    holds(content)


@pytest.mark.parametrize("depth", [10, 300, 100_000])
@pytest.mark.parametrize("bracket", ["[", '{"blocks":'])
def test_nesting_of_any_depth_gives_complaints(depth: int, bracket: str) -> None:
    holds(bracket * depth)
    holds("[" * depth + "]" * depth)


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(value=JSON)
@settings(max_examples=60, deadline=None)
def test_any_json_gives_drafts_or_complaints(value: Any) -> None:
    if fits(value):
        holds(orjson.dumps(value).decode())


def fits(value: Any) -> bool:
    """Say whether orjson writes the value; its integers have 64 bits."""
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    return [path, *[place for step, inner in steps for place in places(inner, (*path, step))]]


PLACES: Final = places(orjson.loads(GOOD))[1:]


@given(place=st.sampled_from(PLACES), value=JSON)
@settings(max_examples=80, deadline=None)
def test_any_value_at_any_place_gives_drafts_or_complaints(place: tuple[Any, ...], value: Any) -> None:
    if not fits(value):
        return
    data = copy.deepcopy(orjson.loads(GOOD))
    node = data
    for step in place[:-1]:
        node = node[step]
    node[place[-1]] = value
    holds(orjson.dumps(data).decode())
