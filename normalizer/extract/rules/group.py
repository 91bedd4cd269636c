"""Coordinated names that share what is said of them, and how several such groups are joined."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from normalizer.extract.rules.bounds import attach, slot_of
from normalizer.extract.rules.sketch import Branch, Sketch, Tree, join

if TYPE_CHECKING:
    from normalizer.extract.rules.gaps import Joiner
    from normalizer.extract.rules.material import Material
    from normalizer.extract.rules.phrases import Phrase
    from normalizer.model.draft import ModifierKind
    from normalizer.model.mention import Mention
    from normalizer.model.span import Span

OWN: Final = ("measurement", "demographic")
_SEXES: Final = {"male sex", "female sex"}
_PAIR: Final = {"first": "systolic blood pressure", "second": "diastolic blood pressure"}


@dataclass(slots=True, eq=False)
class Group:
    """Names that stand together; ``sketches`` appear with the first bound or when the group is closed."""

    phrases: list[Phrase]
    start: int
    end: int
    joiner: Joiner = ""
    inner: Joiner = ""
    negated: bool = False
    sketches: list[Sketch] = field(default_factory=list)
    modifiers: list[tuple[ModifierKind, Span]] = field(default_factory=list)
    wrapped: Tree | None = None
    list_name: Phrase | None = None

    @property
    def own(self) -> bool:
        """Say whether each name is an atom of its own (measurements) rather than a member of one."""
        return self.phrases[0].type in OWN

    @property
    def bounded(self) -> bool:
        """Say whether the group carries a bound."""
        for sketch in self.sketches:  # noqa: SIM110 - any() over a generator costs five times as much
            if sketch.limits or sketch.times or sketch.grades:
                return True
        return False

    def realize(self) -> list[Sketch]:
        """Return the group's sketches, made on first use."""
        if not self.sketches:
            if len(self.phrases) > 1 and {phrase.subject for phrase in self.phrases} == _SEXES:
                first = self.phrases[0]
                sketch = Sketch("demographic", "sex", first.span.cover(self.phrases[-1].span), first.span.start)
                sketch.modifiers = [("member", phrase.span) for phrase in self.phrases]
                self.sketches = [sketch]
                return self.sketches
            if self.own:
                self.sketches = [Sketch(p.type, p.subject, p.span, p.span.start) for p in self.phrases]
            else:
                named = self.list_name or self.phrases[0]
                sketch = Sketch(named.type, named.subject, named.span, named.span.start)
                if len(self.phrases) > 1:
                    sketch.modifiers = [("member", phrase.span) for phrase in self.phrases]
                self.sketches = [sketch]
        return self.sketches

    def bind(self, mention: Mention, material: Material) -> None:
        """Put the mention on every sketch of the group; blood-pressure pairs go to two sketches."""
        sketches = self.realize()
        if mention.pair is not None:
            subject = _PAIR[mention.pair]
            own = [sketch for sketch in sketches if sketch.subject == subject]
            if not own:
                first = sketches[0]
                if first.bounded or first.subject in _PAIR.values():
                    own = [Sketch(first.type, subject, first.span, first.place + len(sketches))]
                    self.sketches.append(own[0])
                else:
                    first.subject = subject
                    own = [first]
            sketches = own
        for sketch in sketches:
            attach(sketch, mention, material)
        self.end = max(self.end, mention.span.end)
        if mention.anchor_span is not None:
            self.end = max(self.end, mention.anchor_span.end)

    def repeat(self, mention: Mention, material: Material) -> Group:
        """Return an elliptical repeat: the same names again, standing where ``mention`` stands, bound by it alone."""
        again = Group(list(self.phrases), mention.span.start, mention.span.end, inner=self.inner)
        again.sketches = [Sketch(s.type, s.subject, s.span, mention.span.start) for s in self.realize()]
        again.bind(mention, material)
        return again

    def doubt(self, reason: str) -> None:
        """Record why a bound of the group may belong to something else."""
        for sketch in self.realize():
            sketch.doubts.append(reason)

    def has_limit(self, mention: Mention) -> bool:
        """Say whether the group already has a limit in the slot that ``mention`` would take."""
        if mention.kind == "grade":
            return any(sketch.grades for sketch in self.sketches)
        return any(
            limit.slot == slot_of(mention, sketch.type) and not limit.restates
            for sketch in self.sketches
            for limit in sketch.limits
        )

    def tree(self, *, describe: bool) -> Tree:
        """Return the group's tree: its sketches joined, wrapped and negated as printed."""
        sketches = self.realize()
        if self.modifiers:
            for sketch in sketches:
                sketch.modifiers += self.modifiers
            self.modifiers = []
        if len(sketches) == 1 and self.wrapped is None:
            return Branch("not", [sketches[0]]) if self.negated else sketches[0]
        operator: Literal["all", "any"] = "any" if self.inner == "or" or (self.inner == "" and describe) else "all"
        tree: Tree | None = join(operator, list(sketches))
        assert tree is not None
        if self.wrapped is not None:
            tree = self.wrapped
        return Branch("not", [tree]) if self.negated else tree


@dataclass(slots=True)
class Memory:
    """The group read last: it takes the quantities that name nothing themselves.

    With ``repeats`` they go to an elliptical repeat of it: an exception never bounds what it excuses from.
    """

    group: Group | None = None
    repeats: bool = False


def _band(group: Group) -> bool:
    """Say whether a group is one band of a limit ("455 ms in men")."""
    return isinstance(group.wrapped, Branch) and group.wrapped.operator == "when"


def fold(groups: list[Group], *, describe: bool) -> Tree | None:
    """Return one tree for groups in text order: ``and`` binds closer than ``or``; a comma reads as the next joiner."""
    if len(groups) <= 1:
        return groups[0].tree(describe=describe) if groups else None
    joiners: list[Joiner] = [group.joiner for group in groups]
    following: Joiner = ""
    for index in range(len(groups) - 1, 0, -1):
        following = joiners[index] or following
        joiners[index] = following or ("or" if describe else "and")
    for index in range(1, len(groups)):
        if joiners[index] == "and" and describe and not (groups[index].own or groups[index - 1].own):
            joiners[index] = "or" if not (groups[index].bounded or groups[index - 1].bounded) else "and"
    for index in range(1, len(groups)):
        if not describe and joiners[index] == "or" and _band(groups[index - 1]) and _band(groups[index]):
            joiners[index] = "and"
    alternatives: list[list[Tree]] = [[groups[0].tree(describe=describe)]]
    for index, group in enumerate(groups[1:], 1):
        if joiners[index] == "or":
            alternatives.append([])
        alternatives[-1].append(group.tree(describe=describe))
    parts = [part for trees in alternatives if (part := join("all", trees)) is not None]
    return join("any", parts)
