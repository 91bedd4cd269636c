"""Whether a text is English: function words counted against those of seven other languages."""

from __future__ import annotations

import re
from typing import Final

from normalizer.model.finding import Finding

#: Frequent words of English criteria that the languages below do not share.
_ENGLISH: Final = frozenset(
    re.findall(
        r"\w+",
        "the of or and with to for not be must have has is any at by who than within from are on as that will other "
        "patients subjects participants history prior years age treatment disease least which should this",
    )
)
#: Closed-class words of German, French, Spanish, Portuguese, Italian, Dutch and Polish that English does not share.
_OTHER: Final = frozenset(
    re.findall(
        r"\w+",
        "und oder der das mit nicht für von eine einer bei mindestens keine ist sind zur "  # codespell:ignore oder,ist
        "les des une pour avec dans est sont aux être ayant "
        "los las del con para por una que más años pacientes "
        "dos das com não uma ou ser anos "  # codespell:ignore ser
        "della delle di che nel non gli il anni pazienti "
        "het een van met niet voor zijn jaar "
        "oraz lub nie dla się jest lat pacjenci",
    )
)
_NEEDED: Final = 5  # words of evidence before anything is claimed
_LATIN: Final = re.compile(r"[A-Za-zÀ-ɏ]")
_FOREIGN: Final = re.compile(r"[Ѐ-ӿ֐-ۿऀ-෿฀-๿぀-ヿ㐀-鿿가-힯]")
#: Enough for a verdict; longer texts are judged by their beginning.
_READ: Final = 20_000


def not_english(text: str) -> tuple[Finding, ...]:
    """Report a text whose letters are mostly not Latin, or whose function words are mostly another language's.

    Short and telegraphic texts carry too few function words and are taken for English.
    """
    text = text[:_READ]
    if not text.isascii():
        foreign = len(_FOREIGN.findall(text))
        if foreign > _NEEDED and foreign > len(_LATIN.findall(text)):
            return (Finding(code="not_english", message="most letters are not Latin"),)
    words = text.lower().split()
    other = sum(word in _OTHER for word in words)
    if other >= _NEEDED and other > (english := sum(word in _ENGLISH for word in words)):
        message = f"{other} function words of other languages, {english} English ones"
        return (Finding(code="not_english", message=message),)
    return ()
