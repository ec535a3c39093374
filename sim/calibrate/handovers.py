"""Fit what escalations lead to beside going up: sent back, sent round, handed back to be closed.

A ticket that came in at one tier and went as far as another makes a few *ways* there (a list of the
tiers it is with), each with a chance that follows from four mechanisms::

    L1 ▶ L2                       solved there
    L1 ▶ L2 ▶ L1 ▶ L2             sent back, and sent again
    L1 ▶ L2 ▶ L1                  sent back, and solved by the sender; or handed back to be closed
    L2 ▶ L1 ▶ L3                  escalated through the first tier

Their chances are those at which the expected shares of whole ways, and of runs of three tiers in
them, are nearest to the export's (least squares). Ways that no mechanism makes are thereby shared out
to those that look most like them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.export import Export
from sim.calibrate.paths import Levels

START: Final = -1
END: Final = -2
RUN: Final = 3
"""Tiers in a row that are compared."""
FEWEST: Final = 20
"""Tickets behind the first tier, below which nothing is fitted."""
MOST: Final = 0.95
STEP: Final = 1e-4
"""By which shares are moved to see what follows."""
RESAMPLES: Final = 400
Way = tuple[int, ...]
Shares = NDArray[np.float64]


@dataclass(frozen=True)
class HandOvers:
    """How tickets change hands beside being escalated.

    Attributes
    ----------
    sent_back : float
        Chance of each escalation.
    sender_solves : float
        Share of those sent back that the sender then solves.
    through_first : float
        Share of the escalations from behind the first tier that go through it.
    hands_back : tuple of float
        By tier: share of what it solves that the first tier closes; 0 for the first.
    intervals : tuple of (float, float)
        95 % intervals of these shares, one after the other.
    """

    sent_back: float
    sender_solves: float
    through_first: float
    hands_back: tuple[float, ...]
    intervals: tuple[tuple[float, float], ...]

    @property
    def kept_by_sender(self) -> float:
        """Return the chance that an escalation ends with its sender."""
        return self.sent_back * self.sender_solves

    @property
    def all_shares(self) -> tuple[float, ...]:
        """Return the shares that ``intervals`` are of."""
        return (self.sent_back, self.sender_solves, self.through_first, *self.hands_back)


def ways_of(export: Export, levels: Levels) -> list[Way]:
    """Return the tiers that each ticket was with; two stays in a row at one tier count once."""
    found: list[list[int]] = [[] for _ in range(len(export))]
    tickets, level = export.visits.ticket.tolist(), levels.of_visit.tolist()
    for one, at in zip(tickets, level, strict=True):
        if not found[one] or found[one][-1] != at:
            found[one].append(at)
    return [tuple(way) for way in found]


def runs_of(way: Way) -> Counter[Way]:
    """Count the runs of three tiers, with the start and the end of the ticket.

    Examples
    --------
    >>> sorted(runs_of((0, 1)))
    [(-1, -1, 0), (-1, 0, 1), (0, 1, -2), (1, -2, -2)]
    """
    padded = (START,) * (RUN - 1) + way + (END,) * (RUN - 1)
    return Counter(padded[at : at + RUN] for at in range(len(padded) - RUN + 1))


def possible_ways(entry: int, top: int) -> list[tuple[Way, tuple[int, ...]]]:
    """List the ways from one tier to another, each with how often each mechanism acts.

    Returns
    -------
    list of (way, counts)
        ``counts``: not sent back, sent back and again, kept by the sender, not through the first,
        through the first, closed where solved, closed by the first.

    Examples
    --------
    >>> [way for way, _ in possible_ways(0, 1)]
    [(0, 1), (0, 1, 0), (0, 1, 0, 1), (0, 1, 0, 1, 0), (0, 1, 0)]
    """
    whole: list[tuple[Way, tuple[int, ...]]] = []
    open_ways: list[tuple[Way, tuple[int, ...]]] = [((entry,), (0,) * 7)]
    for tier in range(entry + 1, top + 1):
        onwards = []
        for way, counts in open_ways:
            rounds = ((0, 3), (1, 4)) if tier > 1 else ((0, None),)
            for through, mark in rounds:
                begun = _more(counts, mark)
                went = (*way, 0) if through else way
                onwards.append(((*went, tier), _more(begun, 0)))
                back = (*went, tier, tier - 1)
                onwards.append(((*back, tier), _more(begun, 1)))
                if tier == top:
                    whole.append((back, _more(begun, 2)))
        open_ways = onwards
    ended = []
    for way, counts in open_ways:
        ended.append((way, _more(counts, 5 if top else None)))
        if top:
            ended.append(((*way, 0), _more(counts, 6)))
    return ended + whole


def _more(counts: tuple[int, ...], at: int | None) -> tuple[int, ...]:
    return tuple(n + (place == at) for place, n in enumerate(counts))


def fit_hand_overs(export: Export, levels: Levels) -> HandOvers | None:
    """Fit the four mechanisms; None where the export does not show who had a ticket when."""
    from scipy.optimize import minimize  # noqa: PLC0415 - heavy, and only needed here

    behind = levels.top > 0
    if export.kind == "tickets" or behind.sum() < FEWEST:
        return None
    seen = Counter(way for way in ways_of(export, levels) if way)
    known = np.bincount(export.visits.ticket, minlength=len(export)) > 0
    cells = Counter(zip(levels.entry[known].tolist(), levels.top[known].tolist(), strict=True))
    expected = _Expected(cells, seen)
    free = 3 + levels.tiers - 1
    begin = np.array([0.1, 0.5, 0.05, *(0.1,) * (levels.tiers - 1)])
    found = minimize(expected.misfit, begin, method="L-BFGS-B", bounds=[(0.0, MOST)] * free).x
    low, high = np.clip(expected.spread(found), 0, 1)
    ends = [*zip(low.tolist(), high.tolist(), strict=True)]
    back, solves, through, *hands = (float(value) for value in found)
    return HandOvers(
        sent_back=back,
        sender_solves=solves if back else 0.0,
        through_first=through if levels.tiers > 2 else 0.0,  # noqa: PLR2004 - one behind another
        hands_back=(0.0, *hands),
        intervals=(*ends[:3], (0.0, 0.0), *ends[3:]),
    )


class _Expected:
    """The shares of ways and runs that the mechanisms make, against those that were seen."""

    def __init__(self, cells: Counter[tuple[int, int]], seen: Counter[Way]) -> None:
        made = [
            (count, top, counts, way)
            for (entry, top), count in cells.items()
            for way, counts in possible_ways(entry, top)
        ]
        self._tickets = np.array([count for count, *_ in made], np.float64)
        self._top = np.array([top for _, top, *_ in made])
        self._counts = np.array([counts for *_, counts, _ in made], np.float64)
        self._cell = np.array(
            [at for at, (entry, top) in enumerate(cells) for _ in possible_ways(entry, top)]
        )
        ways = list(dict.fromkeys([*seen, *(way for *_, way in made)]))
        runs = list(dict.fromkeys(run for way in ways for run in runs_of(way)))
        in_way = np.zeros((len(ways), len(runs)))
        for row, way in enumerate(ways):
            for run, count in runs_of(way).items():
                in_way[row, runs.index(run)] = count
        self._runs = in_way
        self._way = np.array([ways.index(way) for *_, way in made])
        self._seen = np.array([seen[way] for way in ways], np.float64)

    def misfit(self, shares: Shares) -> float:
        """Return the sum of squared differences of shares, in per cent."""
        return float((self._apart(shares) ** 2).sum())

    def spread(self, shares: Shares) -> Shares:
        """Return the ends of 95 % intervals: logs of as many tickets, drawn again, linearly refitted.

        Returns
        -------
        float64 array, shape (2, shares)
        """
        steps = np.eye(len(shares)) * STEP
        slope = np.stack([self._apart(shares + one) - self._apart(shares - one) for one in steps])
        back = np.linalg.pinv(slope.T / (2 * STEP))
        rng = np.random.default_rng(1)
        count = int(self._seen.sum())
        drawn = rng.multinomial(count, self._seen / count, RESAMPLES)
        noise = np.stack([self._of(ways) - self._of(self._seen) for ways in drawn])
        return np.quantile(shares + noise @ back.T, (0.025, 0.975), axis=0)

    def _of(self, ways: Shares) -> Shares:
        """Return the shares of ways and of runs, in per cent."""
        return 100 * np.concatenate([_shares(ways), _shares(ways @ self._runs)])

    def _apart(self, shares: Shares) -> Shares:
        """Return by how much the shares of ways and runs that are expected differ from those seen."""
        back, solves, through = shares[:3]
        closes = np.append(0.0, shares[3:])[self._top]
        chances = np.stack(
            [
                np.full(len(closes), 1 - back),
                np.full(len(closes), back * (1 - solves)),
                np.full(len(closes), back * solves),
                np.full(len(closes), 1 - through),
                np.full(len(closes), through),
                1 - closes,
                closes,
            ],
            axis=1,
        )
        likely = np.prod(np.where(self._counts > 0, chances**self._counts, 1.0), axis=1)
        # Given how far a ticket went: what the sender kept before that went no further.
        whole = np.bincount(self._cell, likely)[self._cell]
        weight = self._tickets * likely / np.maximum(whole, 1e-300)
        ways: Shares = np.bincount(self._way, weight, minlength=len(self._seen)).astype(np.float64)
        return self._of(ways) - self._of(self._seen)


def _shares(counts: Shares) -> Shares:
    return np.asarray(counts / counts.sum())
