"""The text form of logic: ``all(a1, any(a2, a3), unless(a4, a5))`` to a tree and back.

=========================  =====================================================
``a1``                     an atom
``all(x, ..)``             ``any(x, ..)``: one or more arguments
``not(x)``                 ``permit(x)``: one argument
``atleast(h, x, ..)``      a heading atom, then one or more arguments
``under(h, x)``            a heading atom, then one argument
``unless(x, e)``           ``when(c, x)``: two arguments
=========================  =====================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from normalizer.model.errors import LogicError
from normalizer.model.logic.tree import All, Any_, AtLeast, Leaf, Node, Not, Permit, Under, Unless, When

MAX_NESTING: Final = 12
MAX_LENGTH: Final = 4000

_TOKEN: Final = re.compile(r"\s*(?:([A-Za-z][A-Za-z0-9_]*)|([(),]))")
_END: Final = re.compile(r"\s*\Z")
#: Fewest and most arguments.
_ARITY: Final = {
    "all": (1, None), "any": (1, None), "not": (1, 1), "permit": (1, 1),
    "atleast": (2, None), "under": (2, 2), "unless": (2, 2), "when": (2, 2),
}  # fmt: skip


@dataclass(slots=True)
class _Call:
    name: str
    position: int
    items: list[Node] = field(default_factory=list)


def parse(expression: str) -> Node | None:
    """Return the tree of an expression, or None when it is blank.

    Raises:
        LogicError: when the expression is malformed, longer than 4,000 characters or nested deeper than 12 calls.

    """
    if len(expression) > MAX_LENGTH:
        raise LogicError(f"longer than {MAX_LENGTH} characters", expression, MAX_LENGTH)
    if not expression.strip():
        return None
    open_calls: list[_Call] = []
    done: Node | None = None
    at = 0
    operand_next = True
    while _END.match(expression, at) is None:
        token = _TOKEN.match(expression, at)
        if token is None or done is not None:
            raise LogicError("unexpected text", expression, at)
        name, mark = token.groups()
        start = token.start(token.lastindex or 0)
        at = token.end()
        value: Node | None = None
        if operand_next:
            if name is None:
                raise LogicError("an atom or a call is missing", expression, start)
            if expression[at : at + 1] == "(" and name in _ARITY:
                open_calls.append(_Call(name, start))
                if len(open_calls) > MAX_NESTING:
                    raise LogicError(f"nested deeper than {MAX_NESTING}", expression, start)
                at += 1
                continue
            value = _leaf(name, expression, start, at)
        elif name is not None or mark == "(" or not open_calls:
            raise LogicError("a comma or a bracket is missing", expression, start)
        elif mark == ",":
            operand_next = True
            continue
        else:
            value = _build(open_calls.pop(), expression)
        operand_next = False
        if open_calls:
            open_calls[-1].items.append(value)
        else:
            done = value
    if done is None:
        raise LogicError("a bracket is not closed" if open_calls else "an atom is missing", expression, len(expression))
    return done


def _leaf(name: str, expression: str, start: int, end: int) -> Leaf:
    if name in _ARITY:
        raise LogicError(f"{name!r} needs arguments", expression, start)
    if expression[end : end + 1] == "(":
        raise LogicError(f"{name!r} is no operator", expression, start)
    return Leaf(name)


def _build(call: _Call, expression: str) -> Node:
    fewest, most = _ARITY[call.name]
    items = tuple(call.items)
    if len(items) < fewest or (most is not None and len(items) > most):
        raise LogicError(f"{call.name!r} has {len(items)} arguments", expression, call.position)
    first = items[0]
    match call.name:
        case "all":
            return All(items)
        case "any":
            return Any_(items)
        case "not":
            return Not(first)
        case "permit":
            return Permit(first)
        case "unless":
            return Unless(first, items[1])
        case "when":
            return When(first, items[1])
        case _:
            if not isinstance(first, Leaf):
                raise LogicError(f"the first argument of {call.name!r} is no atom", expression, call.position)
            return AtLeast(first.id, items[1:]) if call.name == "atleast" else Under(first.id, items[1])


def dump(node: Node | None) -> str:
    """Return the canonical text form, which :func:`parse` reads back; of None the empty string."""
    match node:
        case None:
            return ""
        case Leaf(id=name):
            return name
        case All(items=items):
            return f"all({', '.join(map(dump, items))})"
        case Any_(items=items):
            return f"any({', '.join(map(dump, items))})"
        case Not(item=item):
            return f"not({dump(item)})"
        case AtLeast(heading=heading, items=items):
            return f"atleast({', '.join((heading, *map(dump, items)))})"
        case Under(heading=heading, item=item):
            return f"under({heading}, {dump(item)})"
        case Unless(main=main, exception=exception):
            return f"unless({dump(main)}, {dump(exception)})"
        case When(condition=condition, main=main):
            return f"when({dump(condition)}, {dump(main)})"
        case Permit(item=item):
            return f"permit({dump(item)})"
