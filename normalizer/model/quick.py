"""Frozen records that are made as fast as mutable ones."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, TypeVar

T = TypeVar("T")


def quick_init(cls: type[T]) -> type[T]:
    """Give a frozen slotted dataclass an ``__init__`` that takes the same arguments in a fifth of the time.

    The one that :mod:`dataclasses` writes calls ``object.__setattr__`` for every field. This one stores the fields
    while the object belongs to a mutable twin class with the same slots, and ends by making it one of ``cls``.

    Args:
        cls: a frozen dataclass with slots and without bases, default factories and ``__post_init__``.

    """
    columns = fields(cls)  # type: ignore[arg-type]
    names: dict[str, Any] = {"_become": object.__setattr__, "_Frozen": cls}
    parameters, stores = ["self"], []
    for field in columns:
        if field.kw_only and "*" not in parameters:
            parameters.append("*")
        if field.default is MISSING:
            parameters.append(field.name)
        else:
            names[f"_default_{field.name}"] = field.default
            parameters.append(f"{field.name}=_default_{field.name}")
        stores.append(f"self.{field.name} = {field.name}")
    names["_Mutable"] = type(cls.__name__, (), {"__slots__": tuple(field.name for field in columns)})
    lines = ['_become(self, "__class__", _Mutable)', *stores, "self.__class__ = _Frozen"]
    exec(f"def __init__({', '.join(parameters)}):\n    " + "\n    ".join(lines), names)  # noqa: S102 - as dataclasses does
    names["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
    cls.__init__ = names["__init__"]  # type: ignore[method-assign]
    return cls
