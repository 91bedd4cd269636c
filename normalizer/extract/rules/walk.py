"""A statement while it is walked: the groups read so far, and the quantities that still wait for a name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from normalizer.extract.rules.group import Group
    from normalizer.extract.rules.material import Material
    from normalizer.extract.rules.scope import Scope
    from normalizer.model.draft import ModifierKind
    from normalizer.model.mention import Mention
    from normalizer.model.span import Span


@dataclass(slots=True, eq=False)
class Walk:
    """The state of one pass over a statement, left to right.

    ``inherited`` is the group before the statement, ``at`` the end of what has been read, ``modifiers`` are those
    of the statement, ``leading`` the times without a group before them, ``late`` those that wait until their list is
    read, ``counted`` the quantity that the next name takes.
    """

    material: Material
    scope: Scope
    inherited: Group | None
    flat: str
    at: int
    modifiers: list[tuple[ModifierKind, Span]]
    groups: list[Group] = field(default_factory=list)
    leading: list[Mention] = field(default_factory=list)
    late: list[tuple[Group, Mention]] = field(default_factory=list)
    counted: Mention | None = None
    repeats: bool = False

    def take_over(self, mention: Mention) -> bool:
        """Give the quantity to the group before the statement, in an exception to its repeat; say if there is one."""
        if self.inherited is None:
            return False
        if self.repeats:
            self.groups.append(self.inherited.repeat(mention, self.material))
        else:
            self.inherited.bind(mention, self.material)
        return True

    def left(self) -> Group | None:
        """Return the group read last."""
        return self.groups[-1] if self.groups else None

    def gap(self, mention: Mention) -> str:
        """Return what stands between the last thing read and the quantity."""
        return self.flat[self.at : mention.span.start]
