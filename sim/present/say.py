"""Claims in words: one sentence for each kind of claim, the same on every surface.

Terminal, page, slides, report, workbook and JSON say nothing of a study but what stands here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from sim.present.numbers import interval, measured, written_change
from sim.present.text import one_line, plural
from sim.scenario.targets import target_text
from sim.scenario.wording import listed
from sim.study.asked import words
from sim.study.claim import Claim
from sim.study.estimate import Estimate
from sim.study.verdict import more_words
from sim.units import exact_share, format_duration, format_share

if TYPE_CHECKING:
    from sim.scenario.promises import Band, ServiceLevel
    from sim.study.study import Study

NAMED: Final = 3
CLOCKS: Final = {
    "respond": "taken up within",
    "resolve": "resolved within",
    "update": "news at least every",
}
COST_OF: Final = {
    "total_cost": "a week for the desk and its users' lost time",
    "staff_cost": "a week for staff",
    "cost_per_ticket": "for each resolved ticket",
}
"""What a metric of cost pays for, and how long it lasts."""
_UNLIKE: Final = {
    "currency": "their costs are in different currencies",
    "price of users' time": "users' lost time has different prices in them",
    "prices": "the work of some tier has a price in some of them alone",
    "period": "they are counted over different periods",
    "arrivals": "they do not meet the same tickets",
    "no cost": "no costs are stated",
}


def say(claim: Claim, study: Study | None = None) -> str:
    """Put a claim into a sentence.

    Parameters
    ----------
    claim : Claim
    study : Study, optional
        What it is about, where money or promises are in it.

    Examples
    --------
    >>> say(Claim("misses", ("As is",), ("L1 response", "L2 resolution")))
    'As is misses L1 response and L2 resolution.'
    """
    return f"{phrase(claim, study)}."


def headline(claims: Iterable[Claim], study: Study) -> str:
    """Put the claims of a headline into one sentence; of many, the first are said."""
    several = list(claims)
    shown, rest = several[: NAMED + 1], len(several) - NAMED - 1
    parts = [phrase(claim, study) for claim in shown]
    parts += [f"and the same of {plural(rest, 'other option')}"] * (rest > 0)
    return f"{'; '.join(parts)}."


def phrase(claim: Claim, study: Study | None = None) -> str:
    """Put a claim into words, without the full stop."""
    return _PHRASES[claim.kind](claim, _Context(study, claim))


class _Context:
    """What a sentence needs to know beside its claim."""

    def __init__(self, study: Study | None, claim: Claim) -> None:
        self.study, self.claim = study, claim
        self.names = [one_line(name) for name in claim.of]
        self.what = [one_line(name) for name in claim.what]

    @property
    def first(self) -> str:
        return self.names[0]

    @property
    def currency(self) -> str:
        if self.study is None or not self.claim.of:
            return ""
        return self.study[self.claim.of[0]].scenario.costs.currency

    def amount(self, metric: str, estimate: Estimate) -> str:
        return measured(estimate, words(metric, self.currency).write)

    def cost(self, metric: str) -> str:
        return f"{self.amount(metric, self.claim['cost'])} {COST_OF[metric]}"

    def level(self, name: str) -> ServiceLevel:
        assert self.study is not None
        return self.study[self.claim.of[0]].scenario.service_levels[name]


def promise(level: ServiceLevel) -> str:
    """Say what a service level promises.

    Examples
    --------
    >>> from sim.scenario.promises import ServiceLevel
    >>> promise(ServiceLevel(clock="respond", tier="L1", within="15 min", goal="90 %"))
    'taken up within 15 min, goal 90 %'
    """
    goal = exact_share(level.goal)
    shown = goal if isinstance(goal, str) else format_share(level.goal)
    return f"{CLOCKS[level.clock]} {target_text(level.within)}, goal {shown}"


def left(share: Estimate | None) -> str:
    """Say what share left unanswered, behind how a promise is kept; nothing where nobody did.

    Examples
    --------
    >>> left(Estimate(0.556, 0.55, 0.56, 20))
    '; 55.6 % (55.0–56.0 %) left unanswered'
    """
    return "" if share is None else f"; {measured(share, format_share)} left unanswered"


def goal_words(level: ServiceLevel) -> str:
    """Write a goal: ``goal 90 %``."""
    return promise(level).rpartition(", ")[2]


def band_words(band: Band) -> str:
    """Write a band.

    Examples
    --------
    >>> from sim.scenario.promises import Band
    >>> band_words(Band(low=0.65, high=0.8))
    '65–80 %'
    """
    return _band(band.low, band.high)


def _band(low: float, high: float) -> str:
    return interval(lambda share: f"{100 * share:.4g} %", low, high)


def position(estimate: Estimate, low: float, high: float) -> str:
    """Say where a share lies against a band, when its whole interval says so."""
    if math.isnan(estimate.mean):
        return "not measured against"
    bottom, top = estimate.low, estimate.high
    if math.isnan(bottom):
        bottom = top = estimate.mean
    if top < low:
        return "below"
    if bottom > high:
        return "above"
    return "inside" if bottom >= low and top <= high else "not clearly inside"


def _every(count: int) -> str:
    return "its promise" if count == 1 else "every promise"


def _promises_of(c: _Context) -> int:
    assert c.study is not None
    return len(c.study[c.claim.of[0]].scenario.service_levels)


def _cannot_cope(claim: Claim, c: _Context) -> str:
    loads = listed(
        f"{one_line(queue)} is asked {format_share(claim[queue])}" for queue in claim.what
    )
    whose = "its" if len(claim.what) == 1 else "their"
    return (
        f"{c.first} cannot cope: {loads} of what {whose} people can give. {whose.capitalize()} backlog grows as long as one looks, so that neither its "
        "promises nor its costs are judged; give it more people, or less work"
    )


def _hang_up(claim: Claim, c: _Context) -> str:
    loads = listed(
        f"{name} is asked {format_share(claim[queue])} of what its people can give"
        for name, queue in zip(c.what, claim.what, strict=True)
    )
    return f"{c.first}: {loads}, and {measured(claim['abandoned'], format_share)} of all tickets are given up by callers who hang up"


def _hangs(claim: Claim, c: _Context) -> str:
    return (
        f"The figures of {c.first} hang on one replication that lies far from all others "
        f"({_labels(claim.what)}): neither its promises nor its costs are judged without more "
        "replications"
    )


def _labels(metrics: Iterable[str]) -> str:
    named = [one_line(words(metric).label) for metric in metrics]
    rest = len(named) - NAMED
    return listed([*named[:NAMED], *([plural(rest, "other figure")] if rest > 0 else [])])


def _figure_hangs(claim: Claim, c: _Context) -> str:
    return (
        f"{c.first}: one replication lies so far from all others that the interval of "
        f"{_labels(claim.what)} hangs on it, and is not to be trusted without more"
    )


def _change_hangs(claim: Claim, c: _Context) -> str:
    return (
        f"{c.first} against {c.names[1]}: one replication lies so far from all others that the change "
        f"in {_labels(claim.what)} hangs on it, and is not to be trusted without more"
    )


def _kept(claim: Claim, c: _Context) -> str:
    met, total, missed = (int(claim[name]) for name in ("met", "total", "missed"))
    if not total:
        return f"{c.first} promises nothing that could be judged"
    if met == total:
        return f"{c.first} keeps {'its promise' if total == 1 else f'all {total} promises'}"
    parts = [f"misses {listed(c.what[:missed])}"] * bool(missed)
    unsure = c.what[missed:]
    parts += [f"leaves {listed(unsure)} not yet known"] * bool(unsure)
    return f"{c.first} keeps {met} of {plural(total, 'promise')} and {' and '.join(parts)}"


def _promise(claim: Claim, c: _Context) -> str:
    assert c.study is not None
    result, level = c.study[claim.of[0]], claim.what[0]
    verdict = result.verdict(level)
    return (
        f"{c.first}: the promise “{c.what[0]}” is {verdict}: "
        f"{measured(claim['share'], format_share)} {promise(c.level(level))}{left(claim.get('left'))}"
    )


def _first_line(claim: Claim, c: _Context) -> str:
    if not claim.figures:
        return f"{c.first}: the share that {c.what[0]} resolves was not measured"
    share, low, high = claim["share"], claim["low"], claim["high"]
    said = f"{c.first}: {c.what[0]} resolves {measured(share, format_share)} of what begins there"
    if claim.rests:
        return said
    return f"{said}, {position(share, low, high)} the healthy band of {_band(low, high)}"


def _levels(claim: Claim, _: _Context) -> str:
    count = {name: int(claim[name]) for name, _ in claim.figures}
    told = f"{count['keep']} of {plural(count['options'], 'desk')} surely keep every promise"
    if count["keep"] == count["options"]:
        told = (
            "The desk keeps every promise" if count["keep"] == 1 else "All desks keep every promise"
        )
    rest = (
        ("miss", "surely misses one", "surely miss one or more"),
        ("open", "is not yet known", "are not yet known"),
        ("unjudged", "cannot be judged", "cannot be judged"),
    )
    parts = [
        f"{count[key]} {one if count[key] == 1 else many}" for key, one, many in rest if count[key]
    ]
    return "; ".join([told, *([listed(parts)] if parts else [])])


def _clearest(claim: Claim, c: _Context) -> str:
    metric = claim.what[0]
    number = written_change(metric, claim["difference"], c.currency)
    label = one_line(words(metric, c.currency).label)
    return f"Clearest difference from {c.names[1]}: {c.first}, {label}: {number}"


def _one_keeps(claim: Claim, c: _Context) -> str:
    alone = f", alone of {plural(int(claim['options']), 'option')}" * bool(claim.rests)
    price = f"{',' * bool(alone)} at {c.cost(claim.what[0])}" if claim.what else ""
    return f"{c.first} keeps {_every(_promises_of(c))}{alone}{price}"


def _several_keep(claim: Claim, c: _Context) -> str:
    why = listed(_UNLIKE[one] for one in claim.rests)
    apart = f"; their costs are not compared: {why}" if claim.what else f"; {why}"
    return f"{_names(c.names)} keep every promise{apart}"


def _names(names: list[str]) -> str:
    rest = len(names) - NAMED
    return listed([*names[:NAMED], *([plural(rest, "other option")] if rest > 0 else [])])


def _cheapest(claim: Claim, c: _Context) -> str:
    return (
        f"{c.first} keeps {_every(_promises_of(c))}, at the least cost of the "
        f"{int(claim['keep'])} options that surely do: {c.cost(claim.what[0])}"
    )


def _no_clear_difference(claim: Claim, c: _Context) -> str:
    return (
        f"{_names(c.names)} keep every promise, and there is no clear difference between their costs "
        f"({COST_OF[claim.what[0]]})"
    )


def _not_yet_known(claim: Claim, c: _Context) -> str:
    more = None
    if claim.figures:
        more = int(claim["from"]), int(claim["to"])
    return f"whether {c.first} keeps {listed(c.what)} is not yet known ({more_words(more)})"


def _closest(claim: Claim, c: _Context) -> str:
    missed = int(claim["missed"])
    parts = [f"misses {listed(c.what[:missed])}"] * bool(missed)
    parts += [f"leaves {listed(c.what[missed:])} not yet known"] * bool(claim["open"])
    return (
        f"No option surely keeps every promise; {c.first} comes closest: it {' and '.join(parts)}"
    )


_TIE: Final = "No option surely keeps every promise, and no clear difference is shown in how many"


def _tie(_: Claim, c: _Context) -> str:
    return f"{_TIE} {_names(c.names)} miss"


def _tie_most(claim: Claim, c: _Context) -> str:
    return (
        f"{_TIE} {_names(c.names)} miss; {c.first} surely keeps the most, {int(claim['met'])} of "
        f"{int(claim['total'])}"
    )


def _tie_cheapest(claim: Claim, c: _Context) -> str:
    return (
        f"{_TIE} {_names(c.names)} miss; {c.first} is the cheapest of them: {c.cost(claim.what[0])}"
    )


def _gains(claim: Claim, c: _Context) -> str:
    start = f"{c.first} against {c.names[1]}: "
    if not claim.what:
        return f"{start}no difference is shown in what was asked"
    return start + "; ".join(
        f"{_label_inside(metric, c.currency)} {written_change(metric, claim[metric], c.currency)}"
        for metric in claim.what
    )


def _label_inside(metric: str, currency: str = "") -> str:
    label = words(metric, currency).label.removeprefix("Service level: ")
    return one_line((label[0].lower() if label[1:2].islower() else label[0]) + label[1:])


def _cheaper(claim: Claim, c: _Context) -> str:
    cost, saving, missed = claim.rests[0], claim["saving"], int(claim["missed"])
    write = words(cost, c.currency).write
    what = COST_OF[cost].removeprefix("a week ")
    weekly = "a week " if what != COST_OF[cost] else ""
    parts = [f"it misses {listed(c.what[:missed])}"] * bool(missed)
    if c.what[missed:]:
        parts.append(f"it is not yet known whether it keeps {listed(c.what[missed:])}")
    base = c.names[1]
    but = (
        f", but {' and '.join(parts)}"
        if parts
        else f", and misses nothing that {base} surely keeps"
    )
    return (
        f"{c.first} is {write(saving.mean)} {weekly}({interval(write, saving.low, saving.high)}) "
        f"cheaper than {base} {what}{but}"
    )


def _next(claim: Claim, c: _Context) -> str:
    metric, dearer = claim.what[0], claim["dearer"]
    return (
        f"Of the others that keep every promise, {c.first} comes next: "
        f"{written_change(metric, dearer, c.currency)} {COST_OF[metric]}"
    )


_CURVES: Final[dict[str, tuple[str, str, Callable[[float], str]]]] = {
    "waiting_by_hour": ("waits", "the longest waits begin at", format_duration),
    "utilisation_by_hour": ("work", "people work most at", format_share),
    "backlog_by_hour": (
        "backlogs",
        "the backlog is largest at",
        lambda count: f"{count:,.1f} tickets",
    ),
}
"""What a curve over the week is of, what is said of its highest hour, and how its numbers are written."""


def _hour(claim: Claim, c: _Context) -> str:
    _, most, write = _CURVES[claim.rests[0]]
    return f"{c.first}: {most} {c.what[0]}: {measured(claim[claim.what[0]], write)}"


def _hours(claim: Claim, c: _Context) -> str:
    _, most, write = _CURVES[claim.rests[0]]
    told = listed(
        f"{place} ({measured(claim[name], write)})"
        for place, name in zip(c.what, claim.what, strict=True)
    )
    return f"{c.first}: {most} one of these hours; which is not known: {told}"


def _no_hour(claim: Claim, c: _Context) -> str:
    what, *_ = _CURVES[claim.rests[0]]
    return f"{c.first}: no hour stands out in its {what} beyond noise, of {int(claim['looked at']):,} looked at"


def _unlike(claim: Claim, c: _Context) -> str:
    mine, other = c.first, c.names[1]
    why = listed(_LABELS[one] for one in claim.rests)
    fields = f" ({', '.join(f'`{field}`' for field in claim.what)})" if claim.what else ""
    return (
        f"{mine} is not like {other}: {why}{fields}. Between these two no money is compared"
        + (
            ", and other differences are between different tickets: what else changed is in them"
            if "arrivals" in claim.rests
            else ""
        )
        + (". Give both the same `period` to see what the option does" if claim.what else "")
    )


_LABELS: Final = {
    "currency": "another currency",
    "prices": "the work of some tier has a price in one of them alone",
    "period": "another period",
    "arrivals": "not the same tickets",
}


def _slow(claim: Claim, c: _Context) -> str:
    weeks, counted = claim["weeks"], claim["counted"]
    return (
        f"{c.first} is slow to settle: {c.what[0]} is asked {format_share(claim['load'])} of what its "
        f"people can give, and takes about {plural(math.ceil(weeks), 'week')} to forget how it began; "
        f"{counted:.3g} are counted. Its figures say much of the start: a longer `period.length`, with "
        "a warm-up of about that time, says what lasts"
    )


def _lack(claim: Claim, c: _Context) -> str:
    lack = claim["lack"]
    return (
        f"“{c.first}” holds {lack.mean:,.1f} tickets fewer in its first counted weeks than later "
        f"({100 * lack.level:g} % interval {lack.low:,.1f} to {lack.high:,.1f}; "
        f"later {claim['later']:,.1f})"
    )


def _weeks(count: float) -> str:
    return plural(int(count), "week")


def _short(claim: Claim, c: _Context) -> str:
    proposed = claim["proposed"]
    longer = "a longer one" if proposed is None else f"one of {_weeks(proposed)} (MSER)"
    return (
        f"The warm-up of {_weeks(claim['stated'])} is too short: {_lack(claim, c)}. "
        f"Set `period.warm_up` to {longer}"
    )


def _fills(claim: Claim, c: _Context) -> str:
    return (
        f"The backlog still grows: {_lack(claim, c)}. No warm-up is long enough within this period; "
        "its figures are those of a desk that fills up"
    )


_PHRASES: Final[dict[str, Callable[[Claim, _Context], str]]] = {
    "cannot cope": _cannot_cope,
    "hangs on one": _hangs,
    "many hang up": _hang_up,
    "figure hangs on one": _figure_hangs,
    "change hangs on one": _change_hangs,
    "kept": _kept,
    "promise": _promise,
    "first line": _first_line,
    "one keeps": _one_keeps,
    "several keep": _several_keep,
    "cheapest": _cheapest,
    "no clear difference": _no_clear_difference,
    "none surely keeps": lambda *_: "No option surely keeps every promise",
    "promises nothing": lambda _, c: f"{_names(c.names)}: no promise is made that could be judged",
    "not yet known": _not_yet_known,
    "closest": _closest,
    "tie": _tie,
    "tie, surely keeps most": _tie_most,
    "tie, cheapest": _tie_cheapest,
    "gains": _gains,
    "cheaper": _cheaper,
    "none cheaper": lambda _, c: f"No other option is shown to be cheaper than {c.first}",
    "no costs": lambda _, c: (
        f"No costs are stated: whether anything is cheaper than {c.first} cannot be told"
    ),
    "base unjudged": lambda _, c: (
        f"Nothing is held against {c.first}, which cannot be judged itself"
    ),
    "next": _next,
    "misses": lambda _, c: f"{c.first} misses {listed(c.what)}",
    "more miss": lambda one, _: f"{plural(int(one['options']), 'other option')} miss some too",
    "levels": _levels,
    "clearest difference": _clearest,
    "no difference": lambda _, c: f"No option is shown to differ from {c.first} in what was asked",
    "hour": _hour,
    "hours": _hours,
    "no hour": _no_hour,
    "unlike": _unlike,
    "slow to settle": _slow,
    "warm-up unknown": lambda one, c: (
        f"Whether a warm-up of {_weeks(one['stated'])} is long enough for “{c.first}” cannot be told: "
        "it takes 5 replications and more whole weeks without holidays"
    ),
    "warm-up enough": lambda one, c: (
        f"“{c.first}”: nothing speaks clearly against a warm-up of {_weeks(one['stated'])}"
    ),
    "warm-up short": _short,
    "still fills up": _fills,
}
