"""Fit what escalations lead to beside going up: sent back, sent round, handed back to be closed.

A ticket that came in at one tier and went as far as another makes a few *ways* there (a list of the
tiers it is with), each with a chance that follows from four mechanisms::

    L1 ▶ L2                       solved there
    L1 ▶ L2 ▶ L1 ▶ L2             sent back, and sent again
    L1 ▶ L2 ▶ L1                  sent back, and solved by the sender; or handed back to be closed
    L2 ▶ L1 ▶ L3                  escalated through the first tier, the more where it owns the ticket

Their chances are those at which the expected shares of whole ways, and of runs of three tiers in
them, are nearest to the export's (least squares). Ways that no mechanism makes are thereby shared out
to those that look most like them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.parameters import Ledger
from sim.calibrate.paths import Levels
from sim.intake.export import Export

START: Final = -1
END: Final = -2
RUN: Final = 3
"""Tiers in a row that are compared."""
FEWEST: Final = 20
"""Tickets behind the first tier, below which nothing is fitted."""
MOST: Final = 0.95
BEGIN: Final = 0.1
"""Shares from which the fit sets out."""
STEP: Final = 1e-4
"""By which shares are moved to see what follows."""
RESAMPLES: Final = 400
UNLIKE: Final = 0.01
"""Chance of such differences between tiers, or of where tickets came in, where there are none."""
Way = tuple[int, ...]
Interval = tuple[float, float]
Deed = tuple[str, int]
"""What happens on a way, and where: see ``possible_ways``."""
Shares = NDArray[np.float64]


@dataclass(frozen=True)
class HandOvers:
    """How tickets change hands beside being escalated.

    Attributes
    ----------
    sent_back : float
        Chance of each escalation, were it the same at all tiers.
    sender_solves : float
        Share of those sent back that the sender then solves.
    through_first : float
        Share of the escalations from behind the first tier that go through it.
    owned_through_first : float
        That of the tickets that came in at the first tier.
    sends_back : tuple of float
        By tier: chance of an escalation to it; 0 for the first. All alike where the export does not
        show them to differ.
    hands_back : tuple of float
        By tier: share of what it solves that the first tier closes; 0 for the first.
    intervals : tuple of (float, float)
        95 % intervals of ``all_shares``, one after the other.
    sends_back_intervals : tuple of (float, float)
    owned_interval : (float, float)
    """

    sent_back: float
    sender_solves: float
    through_first: float
    owned_through_first: float
    sends_back: tuple[float, ...]
    hands_back: tuple[float, ...]
    intervals: tuple[Interval, ...]
    sends_back_intervals: tuple[Interval, ...]
    owned_interval: Interval

    @property
    def kept_by_sender(self) -> float:
        """Return the chance that an escalation ends with its sender."""
        return self.sent_back * self.sender_solves

    @property
    def kept_by_tier(self) -> tuple[float, ...]:
        """Return by tier the chance that an escalation to it ends with its sender."""
        return tuple(share * self.sender_solves for share in self.sends_back)

    @property
    def tiers_differ(self) -> bool:
        """Whether tiers send back unlike shares."""
        return len(set(self.sends_back[1:])) > 1

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


def possible_ways(entry: int, top: int) -> list[tuple[Way, Counter[Deed]]]:
    """List the ways from one tier to another, each with how often what happens on it.

    Returns
    -------
    list of (way, deeds)
        Deeds, each with a number: ``taken``, ``sent again`` after it was sent back, ``kept`` by the
        sender: by the tier escalated to. ``straight`` or ``through`` the first tier: by whether the
        ticket came in there. ``closed`` where solved, or ``handed back``: by the tier that solved it.

    Examples
    --------
    >>> [way for way, _ in possible_ways(0, 1)]
    [(0, 1), (0, 1, 0), (0, 1, 0, 1), (0, 1, 0, 1, 0), (0, 1, 0)]
    """
    whole: list[tuple[Way, Counter[Deed]]] = []
    open_ways: list[tuple[Way, Counter[Deed]]] = [((entry,), Counter())]
    owned = int(entry == 0)
    for tier in range(entry + 1, top + 1):
        onwards = []
        for way, deeds in open_ways:
            rounds: tuple[tuple[Way, list[Deed]], ...] = ((way, []),)
            if tier > 1:
                rounds = ((way, [("straight", owned)]), ((*way, 0), [("through", owned)]))
            for went, done in rounds:
                begun = deeds + Counter(done)
                onwards.append(((*went, tier), begun + Counter([("taken", tier)])))
                back = (*went, tier, tier - 1)
                onwards.append(((*back, tier), begun + Counter([("sent again", tier)])))
                if tier == top:
                    whole.append((back, begun + Counter([("kept", tier)])))
        open_ways = onwards
    ended = []
    for way, deeds in open_ways:
        ended.append((way, deeds + Counter([("closed", top)] if top else [])))
        if top:
            ended.append(((*way, 0), deeds + Counter([("handed back", top)])))
    return ended + whole


def fit_hand_overs(export: Export, levels: Levels) -> HandOvers | None:
    """Fit the mechanisms; None where the export does not show who had a ticket when.

    That tiers send back unlike shares, or that tickets which came in at the first tier go through it
    more often, is taken up where it is beyond chance: Wald tests on the fit with all of them.
    """
    behind = levels.top > 0
    if export.kind == "tickets" or behind.sum() < FEWEST:
        return None
    seen = Counter(way for way in ways_of(export, levels) if way)
    known = np.bincount(export.visits.ticket, minlength=len(export)) > 0
    cells = Counter(zip(levels.entry[known].tolist(), levels.top[known].tolist(), strict=True))
    expected = _Expected(cells, seen, levels.tiers)
    places = _Places(levels.tiers)
    alike = found = _fitted(expected, places.tied(tiers=True, owners=True))
    tiers, owners = expected.told()
    if tiers or owners:
        free = _fitted(expected, places.tied(tiers=not tiers, owners=not owners))
        tiers = tiers and free.differ(places.of_tiers())
        owners = owners and free.differ(places.of_owners())
        if tiers or owners:
            found = _fitted(expected, places.tied(tiers=not tiers, owners=not owners))
    shares, ends = found.shares, found.ends
    none = (0.0, 0.0)
    several = levels.tiers > 2  # noqa: PLR2004 - one behind another
    return HandOvers(
        sent_back=alike.shares[0],
        sender_solves=shares[places.solves] if alike.shares[0] else 0.0,
        through_first=shares[places.through] if several else 0.0,
        owned_through_first=shares[places.owned] if several else 0.0,
        sends_back=(0.0, *shares[: places.solves]),
        hands_back=(0.0, *shares[places.hands :]),
        intervals=(
            alike.ends[0],
            ends[places.solves],
            ends[places.through],
            none,
            *ends[places.hands :],
        ),
        sends_back_intervals=(none, *ends[: places.solves]),
        owned_interval=ends[places.owned],
    )


def settle_by_tier(tree: dict[str, Any], found: HandOvers | None, ledger: Ledger) -> None:
    """Put into the file where tiers, or tickets that came in at the first, differ."""
    if found is None:
        return
    scale = max(1 - tree["documentation"]["reason"], 1e-9)
    for number, tier in enumerate(tree["tiers"]):
        if not number or not found.tiers_differ:
            continue
        share = found.sends_back[number]
        low, high = (min(end / scale, 1.0) for end in found.sends_back_intervals[number])
        value = round(min(share / scale, 1.0), 4)
        tree["tiers"][tier]["sends_back"] = value
        why = f"{100 * share:.0f} % of the escalations to {tier} come back"
        ledger.say(f"tiers.{tier}.sends_back", value, "fitted", why, low, high)
    if found.owned_through_first != found.through_first:
        tree["routing"]["owned_through_first"] = round(found.owned_through_first, 4)
        ledger.say(
            "routing.owned_through_first",
            found.owned_through_first,
            "fitted",
            "likewise, of tickets that came in at the first tier",
            *found.owned_interval,
        )


class _Places:
    """Where each share stands in the list of those that are fitted."""

    def __init__(self, tiers: int) -> None:
        self.solves = max(tiers - 1, 1)
        self.through = self.solves + 1
        self.owned = self.through + 1
        self.hands = self.owned + 1
        self.count = self.hands + self.solves

    def tied(self, *, tiers: bool, owners: bool) -> Shares:
        """Return which free shares make the list: one for all tiers, or for all owners, if tied."""
        of = list(range(self.count))
        if tiers:
            of[: self.solves] = [0] * self.solves
        if owners:
            of[self.owned] = self.through
        free = sorted(set(of))
        return np.array([[float(one == place) for one in free] for place in of])

    def of_tiers(self) -> Shares:
        """Return the differences of each tier behind the second from it."""
        rows = np.zeros((self.solves - 1, self.count))
        rows[:, 0] = -1
        rows[np.arange(self.solves - 1), np.arange(1, self.solves)] = 1
        return rows

    def of_owners(self) -> Shares:
        """Return the difference of tickets that came in at the first tier from the others."""
        row = np.zeros((1, self.count))
        row[0, [self.through, self.owned]] = -1, 1
        return row


@dataclass(frozen=True, eq=False)
class _Fitted:
    """Shares, and what they would be for logs of as many tickets, drawn again (by row)."""

    shares: list[float]
    drawn: Shares

    @property
    def ends(self) -> list[Interval]:
        """Return their 95 % intervals."""
        low, high = np.clip(np.quantile(self.drawn, (0.025, 0.975), axis=0), 0, 1)
        return [*zip(low.tolist(), high.tolist(), strict=True)]

    def differ(self, rows: Shares) -> bool:
        """Tell whether differences are beyond chance: a Wald test."""
        from scipy.stats import chi2  # noqa: PLC0415 - heavy, and only needed here

        off, spread = rows @ np.array(self.shares), np.cov(self.drawn @ rows.T, rowvar=False)
        far = float(off @ np.linalg.pinv(np.atleast_2d(spread)) @ off)
        return bool(chi2.sf(far, len(rows)) < UNLIKE)


def _fitted(expected: _Expected, tied: Shares) -> _Fitted:
    """Fit the shares that are free; the list follows from them."""
    from scipy.optimize import minimize  # noqa: PLC0415 - heavy, and only needed here

    def misfit(free: Shares) -> float:
        return expected.misfit(tied @ free)

    begin = np.full(tied.shape[1], BEGIN)
    bounds = [(0.0, MOST)] * len(begin)
    found = minimize(misfit, begin, method="L-BFGS-B", bounds=bounds).x
    return _Fitted((tied @ found).tolist(), expected.drawn(found, tied) @ tied.T)


class _Expected:
    """The shares of ways and runs that the mechanisms make, against those that were seen."""

    def __init__(self, cells: Counter[tuple[int, int]], seen: Counter[Way], tiers: int) -> None:
        made = [
            (cell, way, deeds)
            for cell, (entry, top) in enumerate(cells)
            for way, deeds in possible_ways(entry, top)
        ]
        counts = np.array([*cells.values()], np.float64)
        self._cell = np.array([cell for cell, *_ in made])
        self._tickets = counts[self._cell]
        self._deeds = sorted({deed for *_, deeds in made for deed in deeds})
        self._often = np.array([[deeds[one] for one in self._deeds] for *_, deeds in made])
        self._places = _Places(tiers)
        ways = list(dict.fromkeys([*seen, *(way for _, way, _ in made)]))
        runs = list(dict.fromkeys(run for way in ways for run in runs_of(way)))
        in_way = np.zeros((len(ways), len(runs)))
        for row, way in enumerate(ways):
            for run, count in runs_of(way).items():
                in_way[row, runs.index(run)] = count
        self._runs = in_way
        self._way = np.array([ways.index(way) for _, way, _ in made])
        self._seen = np.array([seen[way] for way in ways], np.float64)

    def told(self) -> tuple[bool, bool]:
        """Tell whether there are escalations to several tiers, all of them, and through the first of both kinds."""
        last = self._places.solves
        tiers = all(("taken", tier + 1) in self._deeds for tier in range(last))
        return last > 1 and tiers, all(("straight", owned) in self._deeds for owned in (0, 1))

    def misfit(self, shares: Shares) -> float:
        """Return the sum of squared differences of shares, in per cent."""
        return float((self._apart(shares) ** 2).sum())

    def drawn(self, free: Shares, tied: Shares) -> Shares:
        """Return the free shares for logs of as many tickets, drawn again, linearly refitted.

        Returns
        -------
        float64 array, shape (resamples, free shares)
        """
        steps = np.eye(len(free)) * STEP
        slope = np.stack(
            [self._apart(tied @ (free + one)) - self._apart(tied @ (free - one)) for one in steps]
        )
        back = np.linalg.pinv(slope.T / (2 * STEP))
        rng = np.random.default_rng(1)
        count = int(self._seen.sum())
        drawn = rng.multinomial(count, self._seen / count, RESAMPLES)
        noise = np.stack([self._of(ways) - self._of(self._seen) for ways in drawn])
        return np.asarray(free + noise @ back.T)

    def _of(self, ways: Shares) -> Shares:
        """Return the shares of ways and of runs, in per cent."""
        return 100 * np.concatenate([_shares(ways), _shares(ways @ self._runs)])

    def _apart(self, shares: Shares) -> Shares:
        """Return by how much the shares of ways and runs that are expected differ from those seen."""
        chances = np.array([self._chance(shares, *deed) for deed in self._deeds])
        likely = np.prod(np.where(self._often > 0, chances**self._often, 1.0), axis=1)
        # Given how far a ticket went: what the sender kept before that went no further.
        whole = np.bincount(self._cell, likely)[self._cell]
        weight = self._tickets * likely / np.maximum(whole, 1e-300)
        ways: Shares = np.bincount(self._way, weight, minlength=len(self._seen)).astype(np.float64)
        return self._of(ways) - self._of(self._seen)

    def _chance(self, shares: Shares, deed: str, number: int) -> float:
        """Return the chance of a deed; see ``possible_ways``."""
        at = self._places
        if deed in ("taken", "sent again", "kept"):
            back, solves = shares[number - 1], shares[at.solves]
            return float({"taken": 1 - back, "kept": back * solves}.get(deed, back * (1 - solves)))
        if deed in ("straight", "through"):
            share = shares[at.owned if number else at.through]
            return float(share if deed == "through" else 1 - share)
        share = shares[at.hands + number - 1]
        return float(share if deed == "handed back" else 1 - share)


def _shares(counts: Shares) -> Shares:
    return np.asarray(counts / counts.sum())
