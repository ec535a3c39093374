"""What must come out: queueing formulas, and where each applies.

Quantities are given as people write them (``"60 / h"``, ``"10 min"``, ``"80 %"``), and results print
themselves::

    erlang_b  lines_for            nobody can wait                        erlang.py
    erlang_c                       everybody waits                        mmc.py
    erlang_a                       callers lose patience                  patience.py
    staff_for  staff_for_abandonment  square_root_staffing  halfin_whitt  garnett   staffing.py
    allen_cunneen  kimura  pollaczek_khinchine  kingman_bound             general.py
    priority_mmc  priority_mg1     who waits for whom                     priority.py
    jackson  Station               tiers, escalations and bounces         network.py
    offered_load_curve  staff_over_time    rates that change by the hour  timevarying.py
    gamma_mixed_service_level      days that differ                       dayrate.py
    surge  fluid_backlog           more work than people                  overload.py
    little                         number = rate × time                   little_law.py

Names are loaded when they are first used, because some of them need scipy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.theory.dayrate import gamma_mixed_service_level
    from sim.theory.erlang import (
        ErlangB,
        blocking_probability,
        erlang_b,
        lines_for,
        waiting_probability,
    )
    from sim.theory.general import (
        GeneralQueue,
        allen_cunneen,
        kimura,
        kingman_bound,
        pollaczek_khinchine,
    )
    from sim.theory.little_law import Little, little
    from sim.theory.load import Load
    from sim.theory.mmc import ErlangC, erlang_c
    from sim.theory.network import Network, Station, jackson
    from sim.theory.overload import Surge, fluid_backlog, surge
    from sim.theory.patience import ErlangA, erlang_a
    from sim.theory.priority import Priorities, PriorityClass, priority_mg1, priority_mmc
    from sim.theory.staffing import (
        garnett,
        halfin_whitt,
        square_root_staffing,
        staff_for,
        staff_for_abandonment,
    )
    from sim.theory.times import Duration, ExponentialWait, MeanTime, Times
    from sim.theory.timevarying import LoadCurve, offered_load_curve, staff_over_time

_HOME = {
    "gamma_mixed_service_level": "dayrate",
    "ErlangB": "erlang",
    "blocking_probability": "erlang",
    "erlang_b": "erlang",
    "lines_for": "erlang",
    "waiting_probability": "erlang",
    "GeneralQueue": "general",
    "allen_cunneen": "general",
    "kimura": "general",
    "kingman_bound": "general",
    "pollaczek_khinchine": "general",
    "Little": "little_law",
    "little": "little_law",
    "Load": "load",
    "ErlangC": "mmc",
    "erlang_c": "mmc",
    "Network": "network",
    "Station": "network",
    "jackson": "network",
    "Surge": "overload",
    "fluid_backlog": "overload",
    "surge": "overload",
    "ErlangA": "patience",
    "erlang_a": "patience",
    "Priorities": "priority",
    "PriorityClass": "priority",
    "priority_mg1": "priority",
    "priority_mmc": "priority",
    "garnett": "staffing",
    "halfin_whitt": "staffing",
    "square_root_staffing": "staffing",
    "staff_for": "staffing",
    "staff_for_abandonment": "staffing",
    "Duration": "times",
    "ExponentialWait": "times",
    "MeanTime": "times",
    "Times": "times",
    "LoadCurve": "timevarying",
    "offered_load_curve": "timevarying",
    "staff_over_time": "timevarying",
}

__all__ = [
    "Duration",
    "ErlangA",
    "ErlangB",
    "ErlangC",
    "ExponentialWait",
    "GeneralQueue",
    "Little",
    "Load",
    "LoadCurve",
    "MeanTime",
    "Network",
    "Priorities",
    "PriorityClass",
    "Station",
    "Surge",
    "Times",
    "allen_cunneen",
    "blocking_probability",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "fluid_backlog",
    "gamma_mixed_service_level",
    "garnett",
    "halfin_whitt",
    "jackson",
    "kimura",
    "kingman_bound",
    "lines_for",
    "little",
    "offered_load_curve",
    "pollaczek_khinchine",
    "priority_mg1",
    "priority_mmc",
    "square_root_staffing",
    "staff_for",
    "staff_for_abandonment",
    "staff_over_time",
    "surge",
    "waiting_probability",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
