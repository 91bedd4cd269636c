"""Which name each quantity belongs to, within one statement."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from normalizer.concepts import NameHit, concept, expand, resolve, scale_of
from normalizer.extract.rules import phrases
from normalizer.extract.rules.group import Group, Joiner, is_apposition, is_link, joiner_in
from normalizer.extract.rules.lexicon import lexicon
from normalizer.extract.rules.phrases import Phrase
from normalizer.extract.rules.scope import MASK
from normalizer.extract.rules.sketch import Branch
from normalizer.model.span import Span
from normalizer.units import table

if TYPE_CHECKING:
    from normalizer.extract.rules.material import Material
    from normalizer.extract.rules.scope import Scope
    from normalizer.model.draft import AtomType, ModifierKind
    from normalizer.model.mention import Mention

#: Instruments that measure whatever stands before them.
_GENERIC_SCALES: Final = ("visual analog scale", "numeric rating scale", "numerical rating scale", "likert scale")
_SPECIMENS: Final = ("peripheral blood", "blood", "serum", "plasma", "urine", "bone marrow", "cerebrospinal fluid")
_SUCH_AS: Final = re.compile(r"\s*,?\s*(?:such as|including|e\.g\.,?|for example)\s*:?,?\s*", re.IGNORECASE)
_CAUSE: Final = re.compile(
    r"\b(?:due to|caused by|secondary to|related to|because of|attributable to|as a result of)\s+(?:(?:the|a|an|any|underlying)\s+)*$",
    re.IGNORECASE,
)
_BASIS: Final = re.compile(r"\b(?:according to|based on|as defined by|as per|in accordance with)\b", re.IGNORECASE)
_TOGETHER: Final = re.compile(
    r"\b(?:requir(?:es|ed|ing|e)|need(?:s|ing)|accompanied by|complicated by|in combination with|combined with)\b|^\s*with\s",
    re.IGNORECASE,
)
_OF_WORD: Final = re.compile(r"\s+of\s", re.IGNORECASE)
#: The edition of an instrument, printed with its abbreviation in a bracket.
_EDITION: Final = re.compile(r"\s*\([A-Z][A-Za-z]+-((?:19|20)\d\d)\)")
_OTHER: Final = re.compile(r"\bany other\b", re.IGNORECASE)
_PREPOSITION: Final = re.compile(r"\b(?:of|with|for|to|in|by|on|from)\s+(?:\w+\s+)?$", re.IGNORECASE)
_MEMBER_WORDS: Final = 3
_OF: Final = re.compile(
    r"\s*(?:of|in|from|for|on|per)?\s*(?:(?:the|a|an|any|his|her|their|oral|systemic)\s+)*$", re.IGNORECASE
)
_EQUIVALENT: Final = re.compile(r"\s*,?\s*or\s+(?:an?\s+|its\s+)?equivalent", re.IGNORECASE)
_IN: Final = re.compile(r"\s*(?:in|of|from)\b", re.IGNORECASE)
_REPEATS: Final = re.compile(
    r"\s*(?:separate|consecutive|different|independent)?\s*(?:occasions?|times|measurements?|readings?|visits?|assessments?|samples?|determinations?)\b",
    re.IGNORECASE,
)
_METHOD: Final = re.compile(r"\b(?:on|by|via|using|with|in)\s+(?:(?:a|an|the)\s+)?$", re.IGNORECASE)
_IN_OR_BLANK: Final = re.compile(
    r"\s+(?:of\s+(?:(?:treatment|therapy|use|exposure)\s+(?:with|of|to)\s+)?)?"
    r"(?:(?:a|an|the|any|prior|previous|stable|continuous)\s+)*",
    re.IGNORECASE,
)
_NEW_VERB: Final = re.compile(
    r"\b(?:requires?|needs?|received|underwent|diagnosed|developed|experienced|treated|participated|performed|conducted|occurring|occurred|used|taken|taking|had)\b",
    re.IGNORECASE,
)
_SUBORDINATE: Final = re.compile(
    r"\b(?:requiring|needing|due to|caused by|associated with|related to|secondary to|because of|despite|preventing|treated with)"
    r"(?:\s+\w+){0,2}\s*$",
    re.IGNORECASE,
)
_FOLLOWING: Final = re.compile(r"\s*(?:of\s+)?(?:the\s+|these\s+)?(?:following|below|above|listed)\b", re.IGNORECASE)
_TIMES: Final = re.compile(r"\b(?:twice|once|times|occasions?|consecutive)\b", re.IGNORECASE)
_NEGATION: Final = re.compile(
    r"\b(?:no|not|without|absence of|free of|free from|never|unable to|unwilling to|inability to|refus\w+|lack of|neither|nor|cannot)\b"
    r"(?!\s+(?:limited|more|less|exceed\w*|later|earlier|older|younger|higher|lower|greater|fewer|over|under|above|below|only))",
    re.IGNORECASE,
)
_STATED_SCALES: Final = ("grade", "stage", "class", "CTCAE", "type", "level", "category")
_NEGATION_REACH: Final = 60
_LIST_REACH: Final = 160
_SHARE_REACH: Final = 60
_LINK_REACH: Final = 24
_LIST_START: Final = re.compile(rf"[\s{MASK}]*(?:,|/|and\b|or\b)", re.IGNORECASE)
_LIST_END: Final = re.compile(
    rf"[\s{MASK}]*(?:,|/|\band\b|\bor\b)[\s,{MASK}]*(?:(?:and|or|a|an|the|any|other)\s+)*$", re.IGNORECASE
)


def read_terms(material: Material, scope: Scope, inherited: Group | None = None) -> list[Group]:
    """Return the groups of a statement in text order, each quantity bound to the group it speaks of.

    ``inherited`` is the group before a bracket, which takes the quantities that name nothing themselves.
    """
    builder = _Builder(material, scope, inherited)
    for element in _elements(material, scope):
        if isinstance(element, NameHit):
            builder.name(element)
        else:
            builder.quantity(element)
    return builder.close()


def _elements(material: Material, scope: Scope) -> list[NameHit | Mention]:
    flat = scope.flat
    found: list[NameHit | Mention] = [h for h in material.hits_in(scope.start, scope.end) if flat[h.span.start] != MASK]
    found += [
        m for m in material.mentions_in(scope.start, scope.end) if m.kind != "inert" and flat[m.span.start] != MASK
    ]
    return sorted(found, key=lambda e: (e.span.start, isinstance(e, NameHit)))


class _Builder:
    """Walks a statement once, left to right; ``at`` is the end of what has been read."""

    def __init__(self, material: Material, scope: Scope, inherited: Group | None) -> None:
        self.material, self.scope, self.inherited = material, scope, inherited
        self.flat = scope.flat
        self.groups: list[Group] = []
        self.at = scope.start
        self.leading: list[Mention] = []
        self.taken = tuple(span for _, span in material.modifiers if scope.start <= span.start < scope.end)
        self.results = tuple((kind, span) for kind, span in material.modifiers if kind == "result")
        self.counted: Mention | None = None

    # names

    def name(self, hit: NameHit) -> None:
        if hit.span.start < self.at:
            return
        upcoming = self.material.mentions_in(hit.span.end, self.scope.end)
        high = upcoming[0].span.start if upcoming else self.scope.end
        phrase = phrases.of_hit(self.flat, hit, self.at, high, self.taken)
        edition = _EDITION.match(self.material.text, phrase.span.end)
        if edition is not None and phrase.type == "measurement":
            phrase = Phrase(phrase.span, f"{phrase.subject} {edition[1]}", phrase.type, phrase.hit)
        self.add(phrase)

    def add(self, phrase: Phrase) -> Group:
        gap = self.flat[self.at : phrase.span.start]
        last = self.groups[-1] if self.groups else None
        mixed = last is not None and (last.phrases[0].type == "measurement") != (phrase.type == "measurement")
        linked = (
            is_link(gap)
            and not self.bound_between(self.at, phrase.span.start)
            and not any(kind == "result" and self.at <= span.start < phrase.span.start for kind, span in self.results)
        )
        if (
            last is not None
            and not last.sketches
            and not mixed
            and phrase.type == "measurement"
            and self.at == last.phrases[-1].span.end
            and is_apposition(gap)
            and _compound(self.flat, last, phrase) is None
        ):
            if last.phrases[-1].subject in _SPECIMENS:
                whole_span = last.phrases[-1].span.cover(phrase.span)
                subject = f"{last.phrases[-1].subject} {phrase.subject}"
                last.phrases[-1] = Phrase(whole_span, subject, phrase.type, phrase.hit)
            elif not phrase.subject.startswith(_GENERIC_SCALES):
                last.phrases[-1] = phrase
            last.end = self.at = phrase.span.end
            return last
        beside = self.beside(last, phrase, gap) if last is not None else None
        if beside is not None:
            return beside
        if (
            last is not None
            and not last.sketches
            and not mixed
            and not linked
            and last.phrases[0].type != "measurement"
        ):
            members = self.members(gap, phrase.span.start)
            if members:
                last.phrases += members
                linked = True
        if last is not None and not last.sketches and not mixed and linked:
            last.inner = joiner_in(gap) or last.inner
            if _OTHER.search(gap):
                last.list_name = phrase
            last.phrases.append(phrase)
            last.end = phrase.span.end
        else:
            joiner: Joiner = joiner_in(gap) if self.groups else ""
            if self.groups and not joiner and _TOGETHER.search(gap):
                joiner = "with"
            last = Group([phrase], phrase.span.start, phrase.span.end, joiner=joiner)
            last.negated = self.denied(phrase.span.start)
            self.groups.append(last)
        self.at = max(self.at, phrase.span.end)
        if self.counted is not None:
            counted, self.counted = self.counted, None
            self.alone(last, counted).bind(counted, self.material)
        return last

    def denied(self, start: int) -> bool:
        """Say whether a negation stands before ``start``, with no comma between."""
        before = self.flat[max(self.at, start - _NEGATION_REACH) : start].rpartition(",")[2]
        return len(before) > 2 and _NEGATION.search(before) is not None  # noqa: PLR2004 - "no" and a blank

    def beside(self, last: Group, phrase: Phrase, gap: str) -> Group | None:
        """Take a name into the group before it, when it stands there as cause, basis, example or part of the name."""
        if self.at > last.phrases[-1].span.end and self.at != last.end:
            return None
        kind: ModifierKind | None = "basis" if _BASIS.search(gap) else "cause" if _CAUSE.search(gap) else None
        if kind is not None:
            last.modifiers.append((kind, phrase.span))
        elif last.sketches:
            return None
        elif (
            self.at == last.phrases[-1].span.end
            and is_apposition(gap)
            and (whole := _compound(self.flat, last, phrase)) is not None
        ):
            last.phrases[-1] = whole
        elif phrase.hit is None or {"measurement", "demographic"} & {last.phrases[0].type, phrase.type}:
            return None
        elif gap == " " and self.at == last.phrases[-1].span.end:
            span = last.phrases[-1].span.cover(phrase.span)
            last.phrases[-1] = Phrase(span, expand(span.of(self.flat)), phrase.type, phrase.hit)
        elif _SUCH_AS.fullmatch(gap):
            last.list_name = last.list_name or last.phrases[-1]
            last.phrases.append(phrase)
        else:
            return None
        self.at = phrase.span.end
        if kind is None:
            last.end = phrase.span.end
        return last

    def bound_between(self, start: int, end: int) -> bool:
        """Say whether a bracket between two names holds a quantity."""
        return any(mention.kind != "inert" for mention in self.material.mentions_in(start, end))

    def members(self, gap: str, end: int) -> list[Phrase] | None:
        """Return the members outside the vocabulary that a list prints between two names."""
        if len(gap) > _LIST_REACH or not _LIST_START.match(gap) or not _LIST_END.search(gap):
            return None
        return phrases.listed(self.flat, self.at, end)

    def named(self, found: Phrase) -> Group:
        """Add a phrase outside the vocabulary with the members of the list that ends with it."""
        members = self.earlier_members(self.at, found.span.start)
        if not members:
            return self.add(found)
        group = self.add(members[0])
        for member in (*members[1:], found):
            between = self.flat[group.end : member.span.start]
            group.inner = joiner_in(between) or group.inner
            if _OTHER.search(between):
                group.list_name = member
            group.phrases.append(member)
            group.end = member.span.end
        self.at = max(self.at, group.end)
        return group

    def earlier_members(self, low: int, start: int) -> list[Phrase]:
        """Return the members outside the vocabulary that a list prints before ``start``, in text order."""
        members: list[Phrase] = []
        while (link := _LIST_END.search(self.flat, max(low, start - _LINK_REACH), start)) is not None:
            earlier = phrases.before(self.flat, low, link.start())
            if earlier is not None and lexicon().modifier_pattern.fullmatch(earlier.span.of(self.flat).lower()):
                break
            if (
                earlier is None
                or len(earlier.subject.split()) > _MEMBER_WORDS
                or _PREPOSITION.search(self.flat, low, earlier.span.start)
            ):
                break
            if not is_link(self.flat[earlier.span.end : start]):
                break
            members.insert(0, earlier)
            start = earlier.span.start
        return members

    # quantities

    def quantity(self, mention: Mention) -> None:
        if mention.kind == "time":
            self.time(mention)
        elif mention.kind == "grade":
            self.grade(mention)
        elif mention.kind == "count":
            self.count(mention)
        else:
            self.amount(mention)
        self.at = max(self.at, _end(mention))

    def left(self) -> Group | None:
        return self.groups[-1] if self.groups else None

    def gap(self, mention: Mention) -> str:
        return self.flat[self.at : mention.span.start]

    def right(self, mention: Mention) -> NameHit | None:
        """The name that follows the quantity directly or after "of", "in" and the like."""
        for hit in self.material.hits_in(mention.span.end, self.scope.end):
            gap = self.flat[mention.span.end : hit.span.start]
            if MASK in gap or any(sign in gap for sign in ",;:.") or len(gap.split()) > 4:
                return None
            blocked = any(
                mention.span.end <= m.span.start < hit.span.start
                for m in self.material.mentions_in(mention.span.end, hit.span.start)
            )
            return None if blocked or joiner_in(gap) else hit
        return None

    def inside(self, mention: Mention) -> Phrase | None:
        """Return the subject printed inside the quantity ("weight loss > 5 %", "minimum disc height of 5 mm")."""
        numbers = [number.span.start for number in (mention.low, mention.high) if number is not None]
        if mention.change is None and (mention.comparator_span is None or not numbers):
            return None
        start = mention.span.start if mention.change is not None else mention.comparator_span.end  # type: ignore[union-attr]
        end = mention.span.end if mention.change is not None else min(numbers)
        if start >= end:
            return None
        for hit in self.material.hits_in(start, end):
            return phrases.of_hit(self.flat, hit, start, end, self.taken)
        if mention.change is not None or not phrases.has_content(self.flat[start:end]):
            return None
        found = phrases.before(self.flat, start, end)
        return Phrase(found.span, found.subject, "measurement", None) if found is not None else None

    def alone(self, group: Group, mention: Mention) -> Group:
        """The group that a dose, count or grade binds: of several members only the last one."""
        if group.sketches or len(group.phrases) == 1:
            return group
        if group.phrases[0].type == "measurement" and (group.inner or "/" in self.between(group)):
            multiple = mention.reference in ("uln", "lln")
            shared = [phrase for phrase in group.phrases if multiple or _alike(phrase, group.phrases[-1])]
            if len(shared) == len(group.phrases) and mention.reference != "detection_limit":
                return group
        last = group.phrases.pop()
        group.list_name = None
        group.end = group.phrases[-1].span.end
        own = Group([last], last.span.start, last.span.end, joiner=group.inner or "")
        own.negated = group.negated and group.inner == "or"
        group.inner = "" if len(group.phrases) == 1 else group.inner
        self.groups.append(own)
        return own

    def banded(self, left: Group, mention: Mention) -> Group | None:
        """Return the measurement that a number behind a group of patients repeats ("QTc: men > 450, women > 470 ms")."""
        if left.phrases[-1].type not in ("condition", "demographic", "procedure", "reproductive") or left.bounded:
            return None
        base = next((group for group in reversed(self.groups[:-1]) if group.phrases[0].type == "measurement"), None)
        base = base or self.inherited
        if base is None or base.phrases[0].type != "measurement" or not phrases.is_filler(self.gap(mention)):
            return None
        if mention.reference in ("uln", "lln"):
            return base
        code = mention.unit.code if mention.unit is not None else None
        hit = base.phrases[-1].hit
        return (
            base
            if code is not None
            and code in table()
            and hit is not None
            and table()[code].kind in concept(hit.name.concept).kinds
            else None
        )

    def measured(self, left: Group) -> Group:
        """Return the measurement for which the group left of a number is only the method ("pressure on echocardiography")."""
        if left.phrases[0].type == "procedure" and len(self.groups) > 1 and self.groups[-2].own:
            earlier = self.groups[-2]
            if not earlier.bounded and _METHOD.search(self.flat[earlier.end : left.start]):
                return earlier
        return left

    def between(self, group: Group) -> str:
        """Return what stands between the first and the last name of a group."""
        return self.flat[group.phrases[0].span.end : group.phrases[-1].span.start]

    def bind(self, group: Group, mention: Mention) -> None:
        """Bind a limit or grade: on a group that has one already, ``or`` makes an elliptical repeat."""
        if (
            group.has_limit(mention)
            and not mention.restates
            and mention.pair is None
            and joiner_in(self.gap(mention)) == "or"
        ):
            again = group.repeat(mention, self.material)
            again.joiner, again.negated = "or", group.negated
            self.groups.append(again)
        else:
            group.bind(mention, self.material)
        if mention.kind == "amount" and _EQUIVALENT.match(self.flat, mention.span.end, self.scope.end):
            for sketch in group.sketches:
                if sketch.type == "treatment" and "equivalent" not in sketch.subject:
                    sketch.subject += " or equivalent"

    def amount(self, mention: Mention) -> None:
        inside = self.inside(mention)
        if inside is not None:
            self.add(inside).bind(mention, self.material)
            return
        left, gap = self.left(), self.gap(mention)
        if _is_age(mention):
            named = left is not None and "age" in left.phrases[-1].subject.split()
            if left is None or not (named and (not left.bounded or phrases.is_filler(gap))):
                left = self.add(Phrase(mention.span, "age", "demographic", None))
            self.bind(self.alone(left, mention), mention)
            return
        if left is not None and (base := self.banded(left, mention)) is not None:
            again = base.repeat(mention, self.material)
            again.joiner = left.joiner
            bound = again.tree(describe=True)
            again.wrapped = Branch("when", [left.tree(describe=True), bound])
            self.groups[-1] = again
            return
        ahead = self.right(mention)
        behind = self.flat[mention.span.end : ahead.span.start] if ahead is not None else ""
        if (
            mention.change is not None
            and ahead is not None
            and (left is None or _IN.match(behind) or not phrases.is_filler(gap))
        ):
            self.add(phrases.of_hit(self.flat, ahead, mention.span.end, self.scope.end, self.taken)).bind(
                mention, self.material
            )
            return
        if left is not None and (phrases.is_filler(gap) or (left.bounded and not phrases.has_content(gap))):
            self.bind(self.alone(self.measured(left), mention), mention)
            return
        if ahead is not None and _OF.match(self.flat, mention.span.end, ahead.span.start):
            self.counted = mention
            return
        found = phrases.before(self.flat, self.at, mention.span.start)
        if found is not None:
            kind: AtomType = "treatment" if _is_dose(mention) else "measurement"
            self.add(Phrase(found.span, found.subject, kind, None)).bind(mention, self.material)
            return
        self.somehow(mention, left)

    def grade(self, mention: Mention) -> None:
        left, ahead = self.left(), self.right(mention)
        if ahead is not None and self.flat[mention.span.end : ahead.span.start].strip(" -") == "":
            if left is not None and mention.scale_span is not None and not left.sketches:
                left.phrases = [p for p in left.phrases if not p.span.overlaps(mention.scale_span)]
                self.groups = [group for group in self.groups if group.phrases]
            self.counted = mention
            return
        near = left is not None and (phrases.is_filler(self.gap(mention)) or left.bounded)
        if mention.scale is not None and mention.scale not in _STATED_SCALES and mention.scale_span is not None:
            self.bind(self.scaled(mention, left if near else None, mention.scale_span), mention)
            return
        if left is not None and near:
            self.bind(self.alone(left, mention), mention)
            return
        found = phrases.after(self.flat, mention.span.end, self.scope.end)
        if found is None or (left is not None and self.flat[mention.span.end : found.span.start].strip(" -")):
            found = phrases.before(self.flat, self.at, mention.span.start) if left is None else None
        if found is not None:
            self.add(found).bind(mention, self.material)
        else:
            self.somehow(mention, left)

    def scaled(self, mention: Mention, left: Group | None, span: Span) -> Group:
        """Return the group of a named scale: the condition it grades, else the scale itself, named once."""
        subject = _scale_subject(mention.scale or "")
        if (
            left is None
            and not self.groups
            and self.inherited is not None
            and self.inherited.phrases[0].type == "condition"
        ):
            return self.inherited
        if left is not None and left.phrases[0].type != "measurement":
            return self.alone(left, mention)
        if left is not None and not left.bounded:
            own = [p for p in left.phrases if p.subject.startswith(subject) or p.span.overlaps(span)]
            if own or "performance" in left.phrases[-1].subject:
                named = own[0] if own else left.phrases[-1]
                left.phrases = [Phrase(named.span, subject, "measurement", named.hit)]
                return left
        elif left is not None and any(phrase.subject.startswith(subject) for phrase in left.phrases):
            return left
        return self.add(Phrase(span, subject, "measurement", None))

    def count(self, mention: Mention) -> None:
        left = self.left()
        end = mention.span.end
        if left is not None and (
            _TIMES.search(mention.span.of(self.flat)) or _REPEATS.match(self.flat, end, self.scope.end)
        ):
            left.bind(mention, self.material)
            return
        following = _FOLLOWING.match(self.flat, end, self.scope.end)
        if following is not None:
            end = following.end()
        upcoming = self.material.mentions_in(max(end, mention.span.end), self.scope.end)
        found = phrases.after(self.flat, end, upcoming[0].span.start if upcoming else self.scope.end)
        ahead = self.right(mention) if following is None else None
        if ahead is not None and (found is None or found.span.end > ahead.span.start):
            self.counted = mention
            return
        if found is not None:
            self.add(found).bind(mention, self.material)
        elif left is not None:
            self.bind(left, mention)
        elif (found := phrases.before(self.flat, self.at, mention.span.start)) is not None:
            self.add(found).bind(mention, self.material)
        else:
            self.somehow(mention, left)

    def time(self, mention: Mention) -> None:
        left, gap = self.left(), self.gap(mention)
        ahead = self.right(mention)
        if (
            ahead is not None
            and _IN_OR_BLANK.fullmatch(self.flat[mention.span.end : ahead.span.start])
            and (mention.anchor_span is None or mention.anchor_span.start > ahead.span.end)
        ):
            self.counted = mention
            return
        found = phrases.after(self.flat, mention.span.end, self.scope.end) if self.opens(mention) else None
        if found is not None and (mention.anchor_span is None or mention.anchor_span.start > found.span.end):
            self.add(found).bind(mention, self.material)
            return
        if left is not None and (not phrases.has_content(gap) or _BASIS.search(gap)):
            head = self.timed(left)
            if not head.sketches and head.phrases[0].type != "measurement":
                low = self.groups[-2].end if len(self.groups) > 1 and head is left else self.scope.start
                head.phrases[:0] = self.earlier_members(low, head.phrases[0].span.start)
            head.bind(mention, self.material)
            self.share(head, mention)
            return
        found = phrases.before(self.flat, self.at, mention.span.start)
        if found is not None and (left is None or left.bounded or joiner_in(gap) or _NEW_VERB.search(gap)):
            self.named(found).bind(mention, self.material)
        elif left is not None:
            head = self.timed(left)
            head.bind(mention, self.material)
            head.doubt("other words stand between the event and its time")
        elif self.inherited is not None:
            self.inherited.bind(mention, self.material)
        else:
            self.leading.append(mention)

    def share(self, head: Group, mention: Mention) -> None:
        """Give a time also to the treatments joined to its own by "and" under one verb ("A and at least one B for ...")."""
        index = self.groups.index(head) if head in self.groups else 0
        while index > 0 and self.groups[index].joiner in ("and", "with"):
            head, index = self.groups[index - 1], index - 1
            kinds = {head.phrases[0].type, self.groups[index + 1].phrases[0].type}
            timed = any(sketch.times for sketch in head.sketches)
            between = self.flat[head.end : self.groups[index + 1].start]
            if timed or not kinds <= {"treatment", "procedure"} or len(between) > _SHARE_REACH or "," in between:
                return
            head.bind(mention, self.material)

    def opens(self, mention: Mention) -> bool:
        """Say whether a time says of what it is the length ("at least 6 months of dialysis"); half-lives never do."""
        lives = mention.unit is not None and mention.unit.code == "{half_life}"
        return not lives and mention.combine is None and _OF_WORD.match(self.flat, mention.span.end) is not None

    def timed(self, left: Group) -> Group:
        """Return the head of a subordinate group ("embolism requiring anticoagulation within ...")."""
        if len(self.groups) > 1 and left is self.groups[-1] and not left.sketches:
            earlier = self.groups[-2]
            if _SUBORDINATE.search(self.flat[earlier.end : left.start]):
                return earlier
        return left

    def somehow(self, mention: Mention, left: Group | None) -> None:
        """Take the last resorts: the group before, that before the bracket, the words after; else the quantity itself."""
        if left is not None:
            self.bind(left, mention)
            left.doubt("the quantity stands apart from the name that it was given to")
        elif self.inherited is not None:
            if self.inherited.has_limit(mention) and not mention.restates:
                again = self.inherited.repeat(mention, self.material)
                self.groups.append(again)
            else:
                self.inherited.bind(mention, self.material)
        else:
            found = phrases.after(self.flat, _end(mention), self.scope.end)
            kind: AtomType = "treatment" if _is_dose(mention) else "measurement"
            phrase = (
                Phrase(found.span, found.subject, kind, None)
                if found
                else Phrase(mention.span, "unspecified", "other", None)
            )
            self.add(phrase).bind(mention, self.material)

    def close(self) -> list[Group]:
        if self.counted is not None:
            counted, self.counted = self.counted, None
            self.somehow(counted, self.left())
        for mention in self.leading:
            free = [group for group in self.groups if not any(sketch.times for sketch in group.sketches)]
            if mention.kind == "time" and free:
                for group in free:
                    group.bind(mention, self.material)
            else:
                self.somehow(mention, self.left())
        self.groups = _without_repeats(self.groups)
        self.modify()
        return self.groups

    def modify(self) -> None:
        """Give each modifier phrase to the group it stands before, else to the group it stands behind."""
        for kind, span in self.material.modifiers:
            if not self.scope.start <= span.start < self.scope.end or self.flat[span.start] == MASK:
                continue
            if any(phrase.span.overlaps(span) for group in self.groups for phrase in group.phrases):
                continue
            later = next((g for g in self.groups if g.start >= span.end), None)
            earlier = next((g for g in reversed(self.groups) if g.phrases[0].span.start < span.start), None)
            if (
                later is not None
                and not any(sign in self.flat[span.end : later.start] for sign in ",;:.")
                and len(self.flat[span.end : later.start].split()) <= 3
            ):
                later.modifiers.append((kind, span))
            elif earlier is not None:
                earlier.modifiers.append((kind, span))


def _without_repeats(groups: list[Group]) -> list[Group]:
    """Drop names without a bound that say nothing more: printed again, or the sex of who can be pregnant."""
    reproductive = any(phrase.type == "reproductive" for group in groups for phrase in group.phrases)
    seen: set[tuple[str, bool]] = set()
    kept: list[Group] = []
    for group in groups:
        plain = len(group.phrases) == 1 and not group.bounded and group.wrapped is None
        subject = group.phrases[0].subject
        if plain and ((subject, group.negated) in seen or (reproductive and subject == "female sex")):
            continue
        if plain:
            seen.add((subject, group.negated))
        kept.append(group)
    return kept


def _compound(flat: str, last: Group, phrase: Phrase) -> Phrase | None:
    """Return two names side by side as one, when the vocabulary knows them as one ("hepatitis B virus (HBV) DNA")."""
    before = last.phrases[-1]
    text = " ".join(f"{before.span.of(flat)} {phrase.span.of(flat)}".replace(MASK, " ").split())
    about = resolve(text)
    if about is None or about.name == phrase.subject:
        return None
    return Phrase(before.span.cover(phrase.span), expand(text), about.type, phrase.hit)


def _alike(one: Phrase, other: Phrase) -> bool:
    """Say whether two measurements can share a bound: their levels are of one kind, or nothing is known of one."""
    kinds = [
        set(concept(phrase.hit.name.concept).kinds) if phrase.hit is not None else set() for phrase in (one, other)
    ]
    return not kinds[0] or not kinds[1] or bool(kinds[0] & kinds[1])


def _end(mention: Mention) -> int:
    return max(mention.span.end, mention.anchor_span.end if mention.anchor_span is not None else 0)


def _scale_subject(scale: str) -> str:
    known = scale_of(scale)
    return concept(known.concept).name if known is not None and known.concept is not None else expand(scale)


def _is_age(mention: Mention) -> bool:
    unit = mention.unit
    return (
        unit is not None
        and unit.code in ("a", "mo", "wk", "d")
        and mention.reference == "absolute"
        and mention.change is None
    )


def _is_dose(mention: Mention) -> bool:
    code = mention.unit.code if mention.unit is not None else None
    return code is not None and code in table() and table()[code].kind in ("dose_rate", "mass_per_body_mass")


def span_of(groups: list[Group]) -> Span:
    """Return the stretch that the groups cover."""
    return Span(min(group.start for group in groups), max(group.end for group in groups))
