"""Trial ids: unique within a load, and harmless as file names."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from normalizer.model.finding import Finding
from normalizer.sources.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from normalizer.model.document import TrialDocument

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
#: Device names that Windows reserves in every folder, with or without an extension.
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_MAX_NAME: Final = 80


def safe_name(trial_id: str) -> str:
    """Return a file name for ``trial_id``: the id itself where harmless, else its harmless part and a short hash.

    The result holds only ``A-Z a-z 0-9 . _ -``, starts with none of ``. -``, and differs for different ids.
    """
    name = _UNSAFE.sub("_", trial_id).lstrip(".-")[:_MAX_NAME]
    if name and name == trial_id and not _RESERVED.match(name) and not name.endswith("."):
        return name
    digest = hashlib.sha256(trial_id.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{name.rstrip('.') or 'trial'}-{digest}" if not _RESERVED.match(name) else f"trial-{digest}"


def unique_ids(documents: Iterable[TrialDocument]) -> Iterator[TrialDocument]:
    """Pass documents on; a second trial with one id becomes ``<id>#2`` with finding ``duplicate_trial_id``.

    Of an id some 30 bytes are kept; an id that comes again is kept whole.
    """
    seen, repeated = Seen(), dict[str, int]()
    for document in documents:
        wanted = document.trial_id
        if seen.add(wanted):
            yield document
            continue
        count = repeated.get(wanted, 1) + 1
        while not seen.add(trial_id := f"{wanted}#{count}"):
            count += 1
        repeated[wanted] = count
        finding = Finding(code="duplicate_trial_id", message=f"{wanted} was read before", got=wanted)
        yield replace(document, trial_id=trial_id, findings=(*document.findings, finding))
