"""The parts of a run on their way: which one begins when, with what share, and what becomes of it."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from normalizer.batch.engine import LostError
from normalizer.batch.ledger import spent
from normalizer.batch.run import Outcome
from normalizer.batch.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from normalizer.batch.engine import Engine
    from normalizer.batch.follow import Followed
    from normalizer.batch.portion import Ended, Portion
    from normalizer.batch.shares import Budget

_LOOK: Final = 0.5  # seconds between two looks at how far the parts are
_MINUTE: Final = 60.0
_LOSSES: Final = 5  # so often a part is begun again when its process is lost


@dataclass(slots=True)
class Course:
    """All parts on their way; ``free_at`` are the times at which places may be taken again that rates keep empty."""

    engine: Engine
    portion: Portion
    places: int
    budget: Budget
    waiting: deque[int]
    followed: dict[int, Followed]
    tell: Callable[[str], None]
    outcome: Outcome = field(default_factory=Outcome)
    running: dict[object, int] = field(default_factory=dict)
    unbegun: set[int] = field(default_factory=set)
    losses: Counter[int] = field(default_factory=Counter)
    problems: dict[int, str] = field(default_factory=dict)
    over_budget: bool = False
    broken: bool = False
    free_at: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Give parts to places that are free, unless an error of ours would only meet the next ones too."""
        self.free_at = [at for at in self.free_at if at > time.monotonic()]
        while self.waiting and not self.broken and len(self.running) + len(self.free_at) < self.places:
            number = self.waiting.popleft()
            portion = replace(self.portion, number=number)
            means = self.budget.begin(number, spent(portion.folder), len(self.unbegun), portion.means)
            self.unbegun.discard(number)
            self.running[self.engine.start(replace(portion, means=means))] = number

    @property
    def over(self) -> bool:
        """Whether nothing is left that could be done."""
        return not self.running and (not self.waiting or self.broken)

    def take(self) -> None:
        """Wait a moment for parts that end."""
        if not self.running:
            time.sleep(_LOOK)
            return
        for handle in self.engine.wait(list(self.running), _LOOK):
            number = self.running.pop(handle)
            try:
                ended = self.engine.result(handle)
            except LostError as error:
                self._lost(number, str(error))
                self._rest()
                continue
            self.budget.end(number, ended.spent)
            if ended.error is None:
                self.add(ended.outcome)
                del self.followed[number]
            else:
                self._fail(ended)
            if ended.error is not None or ended.outcome.asked.usage.requests:
                self._rest()

    def _rest(self) -> None:
        """Keep a place empty for a minute when there are rates: the next part does not know what this one asked."""
        if self.portion.means.rpm is not None or self.portion.means.tpm is not None:
            self.free_at.append(time.monotonic() + _MINUTE)

    def _fail(self, ended: Ended) -> None:
        """Note an error; the parts that wait for a place would meet it too, but for a share of a budget."""
        self._say(ended.told)
        self.problems[ended.number] = ended.error or ""
        self.over_budget |= ended.over_budget
        self.broken |= not ended.over_budget

    def _lost(self, number: int, why: str) -> None:
        self.losses[number] += 1
        if self.losses[number] > _LOSSES:
            self.broken = True
            self.problems[number] = f"its process was lost {self.losses[number]} times, the last time: {why}"
            return
        self.tell(f"part {number}: its process was lost and is replaced: {why}")
        self.waiting.appendleft(number)

    def add(self, part: Outcome) -> None:
        """Add what a part came to; every part reads all inputs and refuses the same ones."""
        whole = self.outcome
        whole.tally.add(part.tally)
        whole.skipped += part.skipped
        whole.refused = max(whole.refused, part.refused)
        whole.asked.include(part.asked)
        self._say(part.errors)

    def _say(self, messages: Sequence[str]) -> None:
        known = set(self.outcome.errors)
        for message in dict.fromkeys(messages):
            if message not in known:
                self.outcome.errors.append(message)
                self.tell(message)

    def so_far(self) -> Outcome:
        """Return the outcome with what the parts at work have finished."""
        tally = Tally()
        tally.add(self.outcome.tally)
        skipped = self.outcome.skipped
        for followed in self.followed.values():
            tally.add(followed.look())
            skipped += followed.before
        return replace(self.outcome, tally=tally, skipped=skipped)
