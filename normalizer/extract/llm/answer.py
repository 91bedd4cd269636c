"""From the text of an answer to Drafts, or to complaints in words of our own that no library version changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from normalizer.extract.llm.errors import InvalidAnswerError
from normalizer.extract.llm.mapping import draft_of
from normalizer.extract.llm.wire import WireAnswer
from normalizer.model.errors import LogicError
from normalizer.model.logic import leaves, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from normalizer.model.draft import Draft

#: So many complaints are told; the rest would only repeat them.
_TOLD: Final = 8
_WORDS: Final = {
    "missing": "is missing",
    "extra_forbidden": "is no field of the schema",
    "json_invalid": "the answer is no JSON",
    "bound_variant": "begins with none of limit, relative, full_limit, bare_time, time, paired_time, grade",
}
_KINDS: Final = {"tuple": "list", "dict": "object", "bool": "boolean"}
_FENCE: Final = "```"
#: The text that was read last, as an object, and what it came to: an answer is read where it is kept, and where it is
#: used right after.
_last: tuple[str, tuple[str, ...], tuple[Draft, ...]] = ("", (), ())


def read_answer(content: str, names: Sequence[str]) -> tuple[Draft, ...]:
    """Return the Drafts of an answer, one for each block asked about, in that order.

    Args:
        content: the text of the answer; a fence of Markdown around the JSON is allowed.
        names: the blocks' names in the question.

    Raises:
        InvalidAnswerError: names every place that is wrong.

    """
    global _last  # noqa: PLW0603 - one assignment, so that threads see an old or a new one
    known, about, drafts = _last
    if known is not content or about != tuple(names):
        drafts = _drafts(content, names)
        _last = content, tuple(names), drafts
    return drafts


def _drafts(content: str, names: Sequence[str]) -> tuple[Draft, ...]:
    try:
        answer = WireAnswer.model_validate_json(unfenced(content))
    except ValidationError as error:
        raise InvalidAnswerError(tuple(_complaints(error))[:_TOLD], raw=content) from None
    given = {block.block: block for block in answer.blocks}
    if sorted(block.block for block in answer.blocks) != sorted(names):
        message = f"blocks: asked about {', '.join(names)}, got {', '.join(b.block for b in answer.blocks) or 'none'}"
        raise InvalidAnswerError((message,), raw=content)
    drafts, wrong = [], []
    for name in names:
        try:
            draft = draft_of(given[name])
            _check_logic(draft)
        except (ValueError, LogicError) as error:
            wrong.append(f"block {name}: {error}")
            continue
        drafts.append(draft)
    if wrong:
        raise InvalidAnswerError(tuple(wrong)[:_TOLD], raw=content)
    return tuple(drafts)


def unfenced(content: str) -> str:
    """Return the text of an answer without a fence of Markdown around it."""
    text = content.strip()
    if text.startswith(_FENCE) and text.endswith(_FENCE):
        return text[len(_FENCE) : -len(_FENCE)].removeprefix("json").strip()
    return text


def _check_logic(draft: Draft) -> None:
    """Raise when the logic does not parse, or names other atoms than there are."""
    node = parse(draft.logic)
    named = set(leaves(node)) if node is not None else set()
    there = {atom.id for atom in draft.atoms}
    if named != there:
        raise ValueError(f"the logic {draft.logic[:80]!r} and the atoms differ in {', '.join(sorted(named ^ there))}")


def _complaints(error: ValidationError) -> Iterator[str]:
    for one in error.errors(include_url=False, include_context=True, include_input=False):
        place = ".".join(str(step) for step in one["loc"]) or "the answer"
        yield f"{place}: {_words(one['type'], one.get('ctx', {}))}"


def _words(kind: str, context: dict[str, Any]) -> str:
    if kind == "literal_error":
        return f"is none of {context.get('expected', 'the allowed values')}"
    if kind.endswith("_type"):
        wanted = kind.removesuffix("_type")
        return f"is no {_KINDS.get(wanted, wanted)}"
    return _WORDS.get(kind, f"is wrong ({kind})")
