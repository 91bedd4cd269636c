from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.batch.shard import Shard, parse
from normalizer.model.document import Registry, TrialDocument

ANY = st.text(st.characters(), max_size=20)  # lone surrogates too
PARTS = st.integers(1, 12)


def document(trial_id: str) -> TrialDocument:
    return TrialDocument(
        source="x", locator=None, layout="text", sha256="", text="", trial_id=trial_id, title=None, conditions=(),
        registry=Registry(), sections=(),
    )  # fmt: skip


def ids(shard: Shard, trial_ids: list[str]) -> list[str]:
    return [one.trial_id for one in shard.take(map(document, trial_ids))]


@given(st.lists(ANY), PARTS)
def test_all_shards_together_are_everything_and_nothing_twice(trial_ids: list[str], of: int) -> None:
    parts = [ids(Shard(number, of), trial_ids) for number in range(1, of + 1)]
    assert sum(map(Counter, parts), Counter()) == Counter(trial_ids)
    for part in parts:
        members = set(part)
        assert part == [trial_id for trial_id in trial_ids if trial_id in members]


@given(st.lists(ANY), st.lists(ANY), PARTS, st.data())
def test_more_inputs_move_no_trial(some: list[str], more: list[str], of: int, data: st.DataObject) -> None:
    shard = Shard(data.draw(st.integers(1, of)), of)
    both = data.draw(st.permutations(some + more))
    assert Counter(ids(shard, both)) == Counter(ids(shard, some)) + Counter(ids(shard, more))


def test_the_hash_is_the_same_in_every_process_and_version() -> None:
    trial_ids = [f"NCT0000000{number}" for number in range(8)]
    assert [[one[-1] for one in ids(Shard(number, 3), trial_ids)] for number in (1, 2, 3)] == [
        [*"02467"],
        ["1"],
        [*"35"],
    ]


def test_registry_ids_spread_evenly() -> None:
    trial_ids = [f"NCT{number:08d}" for number in range(4000)]
    assert all(900 < len(ids(Shard(number, 4), trial_ids)) < 1100 for number in range(1, 5))


@given(PARTS, st.data())
def test_a_shard_reads_as_it_is_written(of: int, data: st.DataObject) -> None:
    shard = Shard(data.draw(st.integers(1, of)), of)
    assert parse(str(shard)) == parse(f" {shard}\n") == shard


@pytest.mark.parametrize(
    "text", ["", "1", "/", "1/", "/2", "a/b", "1/2/3", "-1/2", "1.0/2", "1 / 2", "²/3", "1/1234567"]
)
def test_what_names_no_shard_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names no shard; write i/n"):
        parse(text)


@pytest.mark.parametrize("text", ["0/2", "3/2", "1/0", "0/0"])
def test_a_part_that_is_not_there_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"there is no shard {text}: the first of n is 1/n"):
        parse(text)
