"""The plainest desk there is: one queue, one tier, and of the rest only what is asked for."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sim.errors import Fault, ScenarioError, TierSimError
from sim.scenario.checking import judged
from sim.scenario.model import Scenario
from sim.scenario.wording import Path, dotted, listed, shown
from sim.units import duration_ms

SURE_TO_SOLVE = 3.0
"""Ability against a difficulty of 0.1: one ticket in four million million is too hard."""

_PLACES: Final[dict[str, tuple[str, ...]]] = {
    "rate": ("demand", "volume"),
    "busyness": ("demand", "busyness"),
    "arrivals": ("demand", "arrivals"),
    "arrivals_cv": ("demand", "arrivals_cv"),
    "batch": ("demand", "batch"),
    "batch_law": ("demand", "batch_law"),
    "work": ("tiers", "L1", "work"),
    "work_cv": ("tiers", "L1", "work_cv"),
    "work_law": ("tiers", "L1", "work_law"),
    "work_seen": ("tiers", "L1", "work_seen"),
    "order": ("tiers", "L1", "order"),
    "pre_empts": ("tiers", "L1", "pre_empts"),
    "staff": ("tiers", "L1", "staff", "round the clock"),
    "room": ("tiers", "L1", "room"),
    "patience": ("channels", "phone", "patience"),
    "patience_cv": ("channels", "phone", "patience_cv"),
    "patience_law": ("channels", "phone", "patience_law"),
    "priorities": ("priorities",),
    "within": ("service_levels", "response", "within"),
    "length": ("period", "length"),
    "warm_up": ("period", "warm_up"),
    "name": ("name",),
}
"""Where each argument stands in a scenario."""
_MEANT: Final[dict[str, str]] = {
    **dict.fromkeys(("servers", "agents", "c", "heads", "number_of_servers", "people"), "staff"),
    **dict.fromkeys(("arrival_rate", "lam", "lambda_", "volume", "arrival"), "rate"),
    **dict.fromkeys(("service", "service_time", "mu", "handle_time", "aht"), "work"),
    **dict.fromkeys(("discipline", "queue_discipline", "priority_rule"), "order"),
    **dict.fromkeys(("cv", "service_cv"), "work_cv"),
    **dict.fromkeys(("law", "distribution", "service_law"), "work_law"),
    **dict.fromkeys(("abandonment", "reneging", "renege"), "patience"),
    **dict.fromkeys(("time", "horizon", "until", "duration"), "length"),
    **dict.fromkeys(("capacity", "lines"), "room"),
}
"""What others call them."""
_FOR_EXAMPLE: Final[dict[str, str]] = {
    "rate": "'60 / h'",
    "work": "'10 min'",
    "patience": "'5 min'",
    "within": "'15 min'",
    "length": "'9 weeks'",
    "warm_up": "'1 week'",
}


def one_queue(*positional: Any, **asked: Any) -> Scenario:
    """Make a desk to which queueing formulas apply: G/G/c, with what else is asked for.

    One tier that solves everything, round the clock, at an even rate; no absence, no breaks, no
    reopened tickets. By default arrivals are Poisson and touch times lognormal: with ``work_cv=1`` they
    have the mean and the variance of the exponential ones of Erlang's formulas, and not quite their
    shape; ``work_law="exponential"`` gives M/M/c to the letter.

    Parameters
    ----------
    rate : str
        Mean arrivals: ``"60 / h"``.
    work : str, or list of str
        Mean touch time: ``"10 min"``; or times that were seen, each as likely (``sim.durations``
        makes such a list of numbers or of a column of a file).
    staff : int
        Agents, always there.
    work_law, work_cv : str, float
        Law and coefficient of variation of the touch time: lognormal (the default), exponential,
        gamma, Erlang, Weibull, deterministic, uniform, hyperexponential.
    arrivals, arrivals_cv : str, float
        ``"Poisson"``, ``"deterministic"``, or a law of the gaps and its variation.
    batch, batch_law : float, str
        Mean size of batches; ``"geometric"`` or ``"fixed"``.
    busyness : float or str
        Coefficient of variation of a day's volume: ``0.14`` or ``"14 %"``.
    patience, patience_law, patience_cv : str, str, float
        Mean time after which a caller hangs up; absent: nobody does. Exponential by default.
    priorities : dict of str to share
        Classes, the most urgent first: ``{"P1": "20 %", "P2": "80 %"}``.
    pre_empts : str
        Tickets of this class, or a more urgent one, interrupt others.
    room : int
        How many may wait; more are turned away.
    order : str
        In what order tickets are served; see ``tiers.*.order`` of a scenario.
    within : str
        Target of the one service level, ``response``.
    length, warm_up : str
        The period, and what of it is left out at its start.
    name : str

    Returns
    -------
    Scenario
        Its tier is called ``L1``; whatever else is ``with_({…})``.

    Raises
    ------
    TierSimError
        If an argument is not known, missing, or not named.
    ScenarioError
        If a value is not allowed.

    Examples
    --------
    >>> desk = one_queue(rate="60 / h", work="10 min", staff=12)
    >>> desk.tiers["L1"].staff, desk.demand.busyness
    ({'round the clock': 12}, 0.0)
    >>> one_queue(rate="60 / h", work="10 min", servers=12)
    Traceback (most recent call last):
    ...
    sim.errors.TierSimError: one_queue has no `servers`: the people are `staff`.
    """
    _check_names(positional, asked)
    tree: dict[str, Any] = {
        "name": "One queue",
        "period": {"length": "9 weeks", "warm_up": "1 week"},
        "shifts": {"round the clock": {"Mon-Sun": "00:00-24:00", "on_holidays": True}},
        "demand": {"profile": {"Mon-Sun": {"00-24": 1}}, "busyness": 0.0, "hardness": 0},
        "priorities": {"P3": {"share": 1}},
        "channels": {"phone": {"share": 1}},
        "topics": {"anything": {"share": 1, "difficulty": 0.1, "spread": 0}},
        "tiers": {
            "L1": {
                "ability": SURE_TO_SOLVE,
                "work_cv": 1.0,
                "staff": {},
                "absence": 0,
                "breaks": 0,
                "reopens": 0,
            }
        },
        "service_levels": {
            "response": {"clock": "respond", "tier": "L1", "within": "15 min", "goal": "80 %"}
        },
    }
    if "work_law" in asked or "work_seen" in asked or _is_list(asked["work"]):
        tree["tiers"]["L1"].pop("work_cv")
    for name, value in _with_means(asked).items():
        if value is None:
            continue
        *path, last = _PLACES[name]
        here = tree
        for key in path:
            here = here[key]
        here[last] = value
    made, findings = judged(tree)
    if made is None:
        places: dict[Path, str] = {place: name for name, place in _PLACES.items()}
        raise ScenarioError(
            Fault(one.what, places.get(one.path, dotted(one.path))) for one in findings
        )
    return made


def _check_names(positional: Sequence[Any], asked: Mapping[str, Any]) -> None:
    """Raise ``TierSimError`` unless every argument is named, known and there."""
    if positional:
        raise TierSimError(
            "one_queue takes its arguments by name: one_queue(rate='60 / h', work='10 min', staff=12);"
            f" {shown(positional[0])} has none."
        )
    for name in asked:
        if name in _PLACES:
            continue
        meant = _MEANT.get(name.lower())
        if meant is None:
            close = difflib.get_close_matches(name, _PLACES, n=1)
            meant = close[0] if close else None
        if meant == "staff":
            raise TierSimError(f"one_queue has no `{name}`: the people are `staff`.")
        hint = f": did you mean `{meant}`?" if meant else "; it has"
        rest = "" if meant else " " + listed(f"`{one}`" for one in _PLACES) + "."
        raise TierSimError(f"one_queue has no `{name}`{hint}{rest}")
    missing = [name for name in ("rate", "work", "staff") if asked.get(name) is None]
    if missing:
        raise TierSimError(
            f"one_queue needs {listed(f'`{one}`' for one in missing)}; for example"
            " one_queue(rate='60 / h', work='10 min', staff=12)."
        )
    for name, example in _FOR_EXAMPLE.items():
        value = asked.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and value != 0:
            raise TierSimError(f"`{name}` is {value:g}, without a unit; write it as {example}.")


def _is_list(work: Any) -> bool:
    return isinstance(work, list | tuple)


def _with_means(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with a list of work as its mean and what was seen, and shares in place."""
    values = dict(asked)
    if _is_list(values["work"]):
        seen = [duration_ms(one) for one in values["work"]]
        if not seen:
            raise TierSimError("`work` is an empty list; give times that were seen, or a mean.")
        values["work_seen"] = list(values["work"])
        values["work"] = f"{round(sum(seen) / len(seen))} ms"
    classes = values.get("priorities")
    if isinstance(classes, Mapping):
        values["priorities"] = {
            name: one if isinstance(one, Mapping) else {"share": one}
            for name, one in classes.items()
        }
    return values
