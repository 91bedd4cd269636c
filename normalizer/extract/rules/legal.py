"""A tree brought into the form that the logic language allows."""

from __future__ import annotations

from typing import Final, Literal

from normalizer.extract.rules.sketch import Branch, Sketch, Tree, join, leaves

_DEEPEST: Final = 11  # the logic language allows 12 levels; the root's own is one
_FEW: Final = 20  # children: two levels of them stay below the most
_MOST: Final = 400  # atoms whose names fit into the 4,000 characters of an expression


def legal(tree: Tree, *, describe: bool) -> tuple[Tree, bool]:
    """Return the tree with permissions at the root, headings where they may stand, and not too deep.

    The second value says whether structure was given up because the tree was too deep or too long.
    """
    if isinstance(tree, Sketch):
        if tree.type == "heading":
            tree.type = "condition"
        return tree, False
    if _is_plain(tree, 1):
        return tree, False
    permits: list[Tree] = []
    rest = _without_permits(tree, permits)
    operator: Literal["all", "any"] = "any" if describe else "all"
    whole = join(operator, [*([rest] if rest is not None else []), *permits])
    assert whole is not None
    headings = set(_headings(whole))
    for sketch in leaves(whole):
        if sketch.type == "heading" and id(sketch) not in headings:
            sketch.type = "condition"
    if _depth(whole) > _DEEPEST or len(leaves(whole)) > _MOST:
        flat = join(operator, list(leaves(whole)))
        assert flat is not None
        for sketch in leaves(flat):
            if sketch.type == "heading":
                sketch.type = "condition"
        return flat, True
    return whole, False


def _is_plain(tree: Branch, depth: int) -> bool:
    """Say whether a tree is few atoms under all, any and not, two levels deep: nothing to bring into form."""
    if len(tree.children) > _FEW or tree.operator not in ("all", "any", "not"):
        return False
    for child in tree.children:
        if isinstance(child, Sketch):
            if child.type == "heading":
                return False
        elif depth > 1 or not _is_plain(child, depth + 1):
            return False
    return True


def _without_permits(tree: Tree, permits: list[Tree]) -> Tree | None:
    """Take the permissions out of a tree into ``permits``; None when nothing else remains."""
    if isinstance(tree, Sketch):
        return tree
    if tree.operator == "permit":
        inner = _without_permits(tree.children[0], permits)
        if inner is not None:
            permits.append(_permit(inner))
        return None
    children = [_without_permits(child, permits) for child in tree.children]
    kept = [child for child in children if child is not None]
    if len(kept) == len(children):
        return Branch(tree.operator, kept)
    if tree.operator in ("all", "any"):
        return join(tree.operator, kept)
    if tree.operator in ("when", "unless") and children[0] is None and children[1] is not None and permits:
        permits[-1] = _permit(Branch(tree.operator, [_permitted(permits[-1]), children[1]]))
        return None
    if tree.operator == "when" and children[1] is None and children[0] is not None and permits:
        permits[-1] = _permit(Branch("when", [children[0], _permitted(permits[-1])]))
        return None
    if tree.operator in ("under", "atleast") and len(kept) > 1 and children[0] is not None:
        return Branch(tree.operator, kept)
    return join("all", kept)


def _permit(tree: Tree) -> Tree:
    return Branch("permit", [tree])


def _permitted(permit: Tree) -> Tree:
    return permit.children[0] if isinstance(permit, Branch) else permit


def _headings(tree: Tree) -> list[int]:
    if isinstance(tree, Sketch):
        return []
    found = [identity for child in tree.children for identity in _headings(child)]
    if tree.operator in ("under", "atleast") and isinstance(tree.children[0], Sketch):
        found.append(id(tree.children[0]))
    return found


def _depth(tree: Tree) -> int:
    if isinstance(tree, Sketch):
        return 1
    return 1 + max(_depth(child) for child in tree.children)
