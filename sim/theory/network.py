"""A desk of several tiers as a Jackson network: escalations forward, bounces back.

Every tier is an M/M/c queue, and where a ticket goes next depends on nothing but where it is. A
real desk breaks each of these assumptions; switched off one by one in a scenario, they lead here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sim.errors import TheoryError
from sim.theory.load import Load
from sim.theory.mmc import ErlangC, erlang_c_of
from sim.theory.result import Result
from sim.theory.times import Duration, hours
from sim.units import format_share, rate_per_h, share

ROUNDING = 1e-9
"""What shares written in per cent may add up to beyond one."""


@dataclass(frozen=True)
class Station:
    """One tier of a network.

    Parameters
    ----------
    work : str or Duration
        Mean handle time of a visit, exponential.
    staff : int
        Agents.
    arrivals : str
        Poisson arrivals from outside.
    to : mapping of str to (float or str)
        Share of finished visits that go on to each station (a bounce goes to an earlier one); the
        rest is done.

    Examples
    --------
    >>> Station(work="10 min", staff=13, arrivals="60 / h", to={"L2": "30 %"}).staff
    13
    """

    work: str | Duration
    staff: int
    arrivals: str = "0 / h"
    to: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, repr=False)
class Network(Result):
    """A Jackson network in steady state: ``network["L2"].wait.mean``.

    Parameters
    ----------
    stations : mapping of str to ErlangC
        Each tier by itself, with its visits' total rate.
    visits : mapping of str to float
        Visits that a ticket makes to each tier, on average.
    touches : float
        Visits that a ticket makes to all tiers, on average.
    mean_time : Duration
        From a ticket's arrival until it is done, on average.
    time_from : mapping of str to Duration
        From joining a tier until the ticket is done, on average.
    open_tickets : float
        Mean number of tickets in the network.
    """

    stations: Mapping[str, ErlangC]
    visits: Mapping[str, float]
    touches: float
    mean_time: Duration
    time_from: Mapping[str, Duration]
    open_tickets: float

    def __getitem__(self, name: str) -> ErlangC:
        if name not in self.stations:
            raise TheoryError(f"no station {name!r}; there are {', '.join(self.stations)}")
        return self.stations[name]

    def title(self) -> str:
        """Say which model."""
        return f"Jackson network of {', '.join(self.stations)}"

    def figures(self) -> dict[str, object]:
        """Give the figures to print."""
        return {
            **{
                name: f"{one.load.rate_per_h:.4g} / h, utilisation {format_share(one.utilisation)}, "
                f"wait {one.wait}"
                for name, one in self.stations.items()
            },
            "touches": f"{self.touches:.4g}",
            "mean_time": self.mean_time,
            "open_tickets": f"{self.open_tickets:.4g}",
        }


def jackson(stations: Mapping[str, Station]) -> Network:
    """Describe tiers that pass tickets on, and back, at fixed shares.

    Parameters
    ----------
    stations : mapping of str to Station
        The tiers by name.

    Returns
    -------
    Network
        Each tier's queue, touches per ticket, time until done.

    Raises
    ------
    UnitError
        If a quantity cannot be read.
    TheoryError
        If a share leads nowhere, tickets can never leave, nobody comes, or a tier is overloaded.

    Notes
    -----
    Jackson (1957): the rates solve ``λ = γ + λ P``; each tier then behaves as M/M/c with its rate,
    independently of the others. Little (1961) gives the time until done: open tickets over γ.

    Examples
    --------
    >>> desk = jackson(
    ...     {
    ...         "L1": Station(work="10 min", staff=13, arrivals="60 / h", to={"L2": 0.30, "L3": 0.02}),
    ...         "L2": Station(work="35 min", staff=15, to={"L1": 0.06, "L3": 0.20}),
    ...         "L3": Station(work="3 h", staff=17, to={"L2": 0.08}),
    ...     }
    ... )
    >>> desk
    Jackson network of L1, L2, L3
      L1            61.12 / h, utilisation 78.4 %, wait mean 1.1 min, p50 0 min, p95 6.5 min
      L2            18.73 / h, utilisation 72.9 %, wait mean 1.6 min, p50 0 min, p95 11 min
      L3            4.969 / h, utilisation 87.7 %, wait mean 43 min, p50 27 s, p95 3 h 19 min
      touches       1.414
      mean_time     41 min
      open_tickets  41.24
    """
    names = list(stations)
    routing = _routing(stations)
    arrivals = np.array([rate_per_h(one.arrivals) for one in stations.values()], dtype=np.float64)
    entering = float(arrivals.sum())
    if entering == 0:
        raise TheoryError("nobody comes: give at least one station arrivals, such as '60 / h'")
    _require_exit(names, routing)
    staying = np.eye(len(names)) - routing
    rates = np.maximum(np.linalg.solve(staying.T, arrivals), 0.0)
    queues = {
        name: erlang_c_of(Load(float(rate), hours(one.work), one.staff), where=f"{name}: ")
        for (name, one), rate in zip(stations.items(), rates, strict=True)
    }
    per_visit = np.array([queue.sojourn.mean.hours for queue in queues.values()])
    until_done = np.linalg.solve(staying, per_visit)
    open_tickets = float(rates @ per_visit)
    return Network(
        stations=queues,
        visits={name: float(rate) / entering for name, rate in zip(names, rates, strict=True)},
        touches=float(rates.sum()) / entering,
        mean_time=Duration.of_hours(open_tickets / entering),
        time_from={
            name: Duration.of_hours(float(time))
            for name, time in zip(names, until_done, strict=True)
        },
        open_tickets=open_tickets,
    )


def _routing(stations: Mapping[str, Station]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    names = list(stations)
    routing = np.zeros((len(names), len(names)))
    for i, (name, one) in enumerate(stations.items()):
        for target, part in one.to.items():
            if target not in stations:
                raise TheoryError(f"{name} sends to {target!r}; there are {', '.join(names)}")
            routing[i, names.index(target)] = share(part)
        if routing[i].sum() > 1 + ROUNDING:
            raise TheoryError(f"{name} sends on {format_share(routing[i].sum())}: at most 100 %")
    return routing


def _require_exit(
    names: list[str], routing: np.ndarray[tuple[int, int], np.dtype[np.float64]]
) -> None:
    """Refuse stations from which no way leads out: I − P would have no inverse."""
    leaves = routing.sum(axis=1) < 1 - ROUNDING
    for _ in names:
        leaves |= routing @ leaves > 0
    if not leaves.all():
        caught = ", ".join(name for name, out in zip(names, leaves, strict=True) if not out)
        raise TheoryError(
            f"tickets that come to {caught} are never done: let some share of them be, "
            "by sending on less than 100 %"
        )
