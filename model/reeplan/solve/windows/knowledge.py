"""What has been learned of a program's windows: who binds, and what the others have said.

It passes from one question to the next, and as lessons to other programs of the same windows, in whatever process: of
another level, another future, another coalition. Duals of a window's rows prove a cut in each of them, and who binds in
one mostly binds in the next. Lessons never change an answer, only how soon it is found.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from reeplan.solve.windows.window import Cut

MOST_CUTS = 30
"""How many cuts are kept of a window: those that said something last."""

MOST_TELLING = 2
"""How many cuts of a window, of each kind, a search over whole numbers carries for each plan that it begins from."""

MOST_LESSONS = 120
"""How many cuts travel: those that were learned last."""


@dataclass(frozen=True)
class Lesson:
    """What a window said, by the duals of its rows; ``priced``: of its cost, otherwise of its share."""

    window: str
    priced: bool
    duals: Any


@dataclass(frozen=True)
class Lessons:
    """The windows that bind, by their labels, and what others said, the newest last."""

    held: frozenset[str] = frozenset()
    told: tuple[Lesson, ...] = ()

    def with_more(self, other: Lessons) -> Lessons:
        """These and newer ones."""
        return Lessons(other.held or self.held, (*self.told, *other.told)[-MOST_LESSONS:])


@dataclass
class Knowledge:
    """The windows that bind (``held``), and the cuts of the others, the last that said something last."""

    held: set[int]
    likely: Collection[int]
    """The windows that add to the cost: cuts of what others cost say nothing."""
    cuts: dict[int, list[Cut]] = field(default_factory=dict)
    news: list[Cut] = field(default_factory=list)
    """What was learned since it was last passed on."""

    @property
    def size(self) -> int:
        """How many cuts there are."""
        return sum(map(len, self.cuts.values()))

    def learn(self, cut: Cut) -> bool:
        """Keep a cut; False if it is known, or says nothing."""
        if cut.priced and cut.window not in self.likely:
            return False
        mine = self.cuts.setdefault(cut.window, [])
        if any(known.says_the_same(cut) for known in mine):
            return False
        mine.append(cut)
        self.news.append(cut)
        return True

    def of(self, windows: Iterable[int]) -> Iterator[Cut]:
        """The cuts of some windows."""
        for window in windows:
            yield from self.cuts.get(window, ())

    def telling(self, windows: Iterable[int], plans: Sequence[Any]) -> list[Cut]:
        """The cuts of some windows that say most at any of these plans: a search need not carry the others.

        Hundreds of rows that decide nothing would cost it more than all that they could tell.
        """
        chosen = []
        for window in windows:
            mine = self.cuts.get(window, [])
            best: set[int] = set()
            for priced in (True, False):
                kind = [i for i, cut in enumerate(mine) if cut.priced == priced]
                for plan in plans:
                    best |= set(sorted(kind, key=lambda i: -mine[i].at(plan))[:MOST_TELLING])
            chosen += [mine[i] for i in sorted(best)]
        return chosen

    def used(self, cuts: Iterable[Cut]) -> None:
        """These have said something just now."""
        for cut in cuts:
            mine = self.cuts.get(cut.window, [])
            place = next((i for i, known in enumerate(mine) if known is cut), None)
            if place is not None:
                mine.append(mine.pop(place))

    def forget(self) -> bool:
        """Leave out cuts that have said nothing for long, once there are many; whether there were any."""
        forgotten = False
        for window, mine in self.cuts.items():
            if len(mine) > 2 * MOST_CUTS:
                self.cuts[window] = mine[-MOST_CUTS:]
                forgotten = True
        return forgotten
