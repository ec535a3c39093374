"""The metric registry: one definition of each metric, and the one place that computes it.

A *family* is a sentence and a function; the function returns *figures* by variant: ``response`` has
``L1, p90``, so that ``response[L1, p90]`` is an id. Reports, page, command line and notebooks ask
``metric(id)`` for words and ``measure(run)`` for numbers; none of them computes.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple, SupportsFloat

from sim.errors import TierSimError
from sim.units import format_duration, format_share, format_working_time

if TYPE_CHECKING:
    from sim.outcome.facts import Facts

Unit = Literal[
    "share", "duration", "count", "money", "hours", "per ticket", "per escalation", "index"
]

NOT_MEASURED = math.nan
BUSINESS = "business hours"
"""How a variant says that only the hours count in which users work."""
QUANTILES = {"p50": 0.50, "p90": 0.90, "p95": 0.95}
"""How a variant names a quantile, and which."""
_LARGE = 100
"""From here on a count is shown without decimals."""


class Figure(NamedTuple):
    """A measured number and what it was divided by.

    Attributes
    ----------
    value : float
        NaN when there is nothing to measure it on.
    out_of : float
        The denominator; for a mean or a quantile the number of tickets in it.
    """

    value: float
    out_of: float


def ratio(numerator: SupportsFloat, denominator: SupportsFloat) -> Figure:
    """Divide; not measured when there is nothing to divide by.

    Examples
    --------
    >>> ratio(3, 4), ratio(0, 0)
    (Figure(value=0.75, out_of=4.0), Figure(value=nan, out_of=0.0))
    """
    out_of = float(denominator)
    return Figure(float(numerator) / out_of if out_of else NOT_MEASURED, out_of)


def of_priority(name: str) -> str:
    """Name in a variant the tickets of a priority: tiers and levels may be called as one is."""
    return f"priority {name}"


Figures = Mapping[str, Figure]
Compute = Callable[["Facts"], Figures]


@dataclass(frozen=True)
class Metric:
    """What a metric means.

    Attributes
    ----------
    id : str
        As in ``Measures.values``: ``response[L1, p90]``; of a family, its key.
    key : str
        The family.
    label : str
        A few words, for tables and charts.
    sentence : str
        What it says, in one sentence.
    unit : str
        ``duration`` is in ms; ``money`` in the scenario's currency.
    numerator, denominator, left_out, open_tickets : str
        What is counted, out of what, who is left out, and how tickets count that are still open.
    better : {"higher", "lower", None}
        None where both too low and too high are findings.
    variants : str
        What may stand in the brackets.
    """

    id: str
    key: str
    label: str
    sentence: str
    unit: Unit
    numerator: str
    denominator: str
    left_out: str
    open_tickets: str
    better: Literal["higher", "lower"] | None
    variants: str
    compute: Compute

    @property
    def of_all(self) -> bool:
        """Whether its value is a numerator over ``Figure.out_of``: over replications the ratio of sums.

        A quantile is none: ``out_of`` says only how many tickets are in it.

        Examples
        --------
        >>> import sim.outcome
        >>> [sim.outcome.metric(f"response[L1, {of}]").of_all for of in ("mean", "p90")]
        [True, False]
        """
        variant = self.id.partition("[")[2].removesuffix("]")
        return QUANTILES.keys().isdisjoint(variant.split(", "))

    @property
    def in_working_time(self) -> bool:
        """Whether it is a duration in users' hours."""
        return BUSINESS in self.id

    def format(
        self, value: float | None, currency: str = "", working_day_ms: int | None = None
    ) -> str:
        """Write a value as people say it; one of working time in working days, if it knows them.

        Examples
        --------
        >>> import sim.outcome
        >>> sim.outcome.metric("l1_share").format(0.7134)
        '71.3 %'
        """
        if value is None or math.isnan(value):
            return "–"
        match self.unit:
            case "share":
                return format_share(value)
            case "duration" if self.in_working_time:
                return format_working_time(value, working_day_ms)
            case "duration":
                return format_duration(value)
            case "money":
                return f"{value:,.{0 if abs(value) >= _LARGE else 2}f} {currency}".rstrip()
            case "count":
                whole = value == round(value) or abs(value) >= _LARGE
                return f"{value:,.{0 if whole else 1}f}"
            case "hours":
                return f"{value:,.{0 if abs(value) >= _LARGE else 1}f} h"
            case "index":
                # Of 100 points by a stated formula: hundredths of a point mean nothing.
                return f"{value:.1f}"
            case _:
                return f"{value:.2f}"


_FAMILIES: dict[str, Metric] = {}


def register(
    key: str,
    *,
    label: str,
    sentence: str,
    unit: Unit,
    numerator: str,
    denominator: str,
    left_out: str = "nobody",
    open_tickets: str,
    better: Literal["higher", "lower"] | None,
    variants: str = "",
) -> Callable[[Compute], Compute]:
    """Register the function that computes a family of metrics; see ``Metric`` for the words."""

    def keep(compute: Compute) -> Compute:
        assert key not in _FAMILIES, f"{key} is registered twice"
        _FAMILIES[key] = Metric(
            id=key,
            key=key,
            label=label,
            sentence=sentence,
            unit=unit,
            numerator=numerator,
            denominator=denominator,
            left_out=left_out,
            open_tickets=open_tickets,
            better=better,
            variants=variants,
            compute=compute,
        )
        return compute

    return keep


def arrange(modules: Sequence[str]) -> None:
    """Put the families in the order of the modules that register them, not of their import."""
    ordered = sorted(_FAMILIES.items(), key=lambda item: modules.index(item[1].compute.__module__))
    _FAMILIES.clear()
    _FAMILIES.update(ordered)


def families() -> list[Metric]:
    """Return every family of metrics, in the order in which they are reported."""
    return list(_FAMILIES.values())


def metric(id: str) -> Metric:  # noqa: A002 - the word for it everywhere
    """Return the definition of a metric.

    Parameters
    ----------
    id : str
        A family (``response``) or one of its metrics (``response[L1, p90]``).

    Raises
    ------
    TierSimError
        If there is no such family.

    Examples
    --------
    >>> import sim.outcome
    >>> sim.outcome.metric("response[L1, p90]").label
    'Response time: L1, p90'
    >>> sim.outcome.metric("l1_shar")
    Traceback (most recent call last):
    ...
    sim.errors.TierSimError: there is no metric 'l1_shar'; did you mean 'l1_share'?
    """
    key, bracket, variant = id.partition("[")
    family = _FAMILIES.get(key)
    if family is None or (bracket and not variant.endswith("]")):
        close = difflib.get_close_matches(key, _FAMILIES, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise TierSimError(f"there is no metric {id!r}{hint}")
    if not bracket:
        return family
    return replace(family, id=id, label=f"{family.label}: {variant.removesuffix(']')}")


def glossary() -> str:
    """Write every definition as Markdown.

    Examples
    --------
    >>> import sim.outcome
    >>> print(sim.outcome.glossary()[:29])
    ### Resolved by the first lin
    """
    parts = []
    for one in families():
        ids = f"`{one.key}`" + (f", `{one.key}[{one.variants}]`" if one.variants else "")
        better = f"{one.better.capitalize()} is better." if one.better else ""
        parts.append(
            f"### {one.label}\n\n{ids}, {one.unit}. {one.sentence} {better}\n\n"
            f"- Counted: {one.numerator}.\n- Out of: {one.denominator}.\n"
            f"- Left out: {one.left_out}.\n- Open tickets: {one.open_tickets}.\n"
        )
    return "\n".join(parts)
