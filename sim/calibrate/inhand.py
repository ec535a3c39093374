"""Measure what people have in hand: how long work takes, and how many people are there.

A ticket tool that is told when somebody takes a ticket up, and when they let go of it, shows touch
times and who is there; with those, how long tickets wait tells how much of their day people have for
tickets. Many tools are not used so: people take ten tickets up at once, or note nothing before they
are done. Then the states tell neither, and nothing is measured here.

Time is counted in the working hours of the tier. A simulated log shows the same figures by the same
definitions (breaks begin, work is parked overnight), so the desk is changed until they agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sim.calibrate.hours import hours_of
from sim.calibrate.mirror import Rehearsal, lines_of
from sim.calibrate.parameters import Ledger
from sim.calibrate.paths import Levels, find_levels
from sim.calibrate.rehearse import LEAST_CV, MOST_CV, minutes_of
from sim.intake.export import QUEUE, WORK, Export, midnight_ms
from sim.intake.visits import filled, stay_of
from sim.outcome.clocks import Hours
from sim.scenario.model import Scenario
from sim.units import DAY, HOUR, MINUTE, format_duration, format_share
from sim.workload.journeys import NONE, NOT_YET, Flags, Numbers, Times

FEWEST_STAYS: Final = 100
LEAST_NOTED: Final = 0.9
"""Share of the stays that have to show when they were taken up."""
MOST_AT_ONCE: Final = 0.25
"""Share of their work that people may do beside other work of theirs, by the states. Work that is
parked overnight and taken up by somebody else looks like it too."""
MOST_IDLE: Final = 0.25
"""Share of the time in which tickets wait while most people have none in hand: more of it, and they lie."""
RUNS: Final = 2
ABSENCE_ROUNDS: Final = 3
ROUNDS: Final = 7
MOST_ABSENCE: Final = 0.4
LONGEST_WAIT_MS: Final = 8 * HOUR
"""A working day: a longer wait tells no more, so that few tickets that lie do not decide."""
MOST_BREAKS: Final = 0.5


@dataclass(frozen=True)
class InHand:
    """What the states of a tier show.

    Attributes
    ----------
    stays : int
        That were taken up and are over.
    noted : float
        The share of all that are over.
    at_once : float
        Share of the work that its people did beside other work of theirs.
    work_ms, work_cv : float
        Mean and variation of the work on a stay.
    people, present : float
        How many different people end work on a full day, and on a usual one.
    wait_ms : float
        Mean time until a stay is taken up; what is longer than a day counts as a day.
    idle : float
        Share of the time in which tickets wait while fewer than half of the people work on any.
    """

    stays: int
    noted: float
    at_once: float
    work_ms: float
    work_cv: float
    people: float
    present: float
    wait_ms: float
    idle: float

    @property
    def shows_work(self) -> bool:
        """Whether the time in work may be taken for work."""
        return (
            self.stays >= FEWEST_STAYS
            and self.noted >= LEAST_NOTED
            and self.at_once <= MOST_AT_ONCE
        )

    @property
    def shows_people(self) -> bool:
        """Whether tickets wait for people, and not though people are free."""
        return self.shows_work and self.idle <= MOST_IDLE


def in_hand(export: Export, levels: Levels, hours: list[Hours]) -> list[InHand]:
    """Measure what the people of each tier have in hand.

    Parameters
    ----------
    export : Export
        Of updates.
    levels : Levels
    hours : list of Hours
        In which each tier works, from the midnight before the first ticket.

    Returns
    -------
    list of InHand
        One a tier.
    """
    events, visits = export.events, export.visits
    state = filled(events.state, events.ticket)
    stay = stay_of(events)
    last = np.append(np.diff(events.ticket) != 0, True)[: len(events)]
    inside = (stay != NONE) & ~last
    zero = midnight_ms(export.days_opened()[0], export.zone)
    until = np.maximum(np.roll(events.at_ms, -1) - zero, 0)
    found = []
    for tier, open_ in enumerate(hours):
        own = inside & (levels.of_visit[np.maximum(stay, 0)] == tier)
        begin, end = (open_.passed(np.maximum(at, 0)) for at in (events.at_ms - zero, until))
        work, queue = own & (state == WORK), own & (state == QUEUE)
        # Who is named when work ends is who did it.
        agent = np.roll(events.agent, -1)
        taken = np.bincount(stay[work], (end - begin)[work], minlength=len(visits))
        here = (levels.of_visit == tier) & (visits.to_ms > visits.from_ms)
        shown = here & (visits.worked_ms != NOT_YET) & (taken > 0)
        people, present = _people(until[work] // DAY, agent[work])
        waits = open_.elapsed(
            np.maximum(visits.from_ms[shown] - zero, 0),
            np.maximum(visits.worked_ms[shown] - zero, 0),
        )
        took = taken[shown]
        found.append(
            InHand(
                stays=int(shown.sum()),
                noted=float(shown.sum() / max(here.sum(), 1)),
                at_once=_at_once(begin[work], end[work], agent[work]),
                work_ms=float(took.mean()) if len(took) else float("nan"),
                work_cv=float(took.std() / took.mean()) if len(took) else float("nan"),
                people=people,
                present=present,
                wait_ms=float(np.minimum(waits, LONGEST_WAIT_MS).mean())
                if len(took)
                else float("nan"),
                idle=_idle(begin, end, work, queue, people),
            )
        )
    return found


def _at_once(begin: Times, end: Times, agent: Numbers) -> float:
    """Return the share of people's work that they did beside other work of theirs; 1 if unnamed."""
    named = (agent != NONE) & (end > begin)
    if not named.any():
        return 1.0
    begin, end, agent = begin[named], end[named], agent[named]
    order = np.lexsort((begin, agent))
    begin, end, agent = begin[order], end[order], agent[order]
    # The end of everything that a person had begun before; persons laid end to end.
    span = int(end.max()) + 1
    latest = np.maximum.accumulate(end + agent.astype(np.int64) * span)
    reached = np.append(-1, latest[:-1]) - agent.astype(np.int64) * span
    beside = np.maximum(np.minimum(reached, end) - begin, 0)
    return float(beside.sum() / (end - begin).sum())


def _people(day: Times, agent: Numbers) -> tuple[float, float]:
    """Return how many different people there are on a full day, and on average.

    Nine in ten days have no more than a full one; days with less than half of it do not count.
    """
    named = agent != NONE
    if not named.any():
        return float("nan"), float("nan")
    pairs = np.unique(day[named] << 32 | agent[named])
    a_day = np.bincount(pairs >> 32)
    full = float(np.quantile(a_day[a_day > 0], 0.9))
    return full, float(a_day[a_day >= full / 2].mean())


def _idle(begin: Times, end: Times, work: Flags, queue: Flags, people: float) -> float:
    """Return the share of the time in which tickets wait while fewer than half of the people work."""
    works, waits = int(work.sum()), int(queue.sum())
    at = np.concatenate([begin[work], end[work], begin[queue], end[queue]])
    step = np.repeat([1, -1, 0, 0], [works, works, waits, waits])
    line = np.repeat([0, 0, 1, -1], [works, works, waits, waits])
    order = np.argsort(at, kind="stable")
    lasts = np.diff(at[order], append=at.max(initial=0))
    in_work, waiting = (np.cumsum(one[order]) for one in (step, line))
    waited = lasts[waiting > 0].sum()
    few = lasts[(waiting > 0) & (in_work < people / 2)].sum()
    return float(few / waited) if waited else 0.0


def settle_in_hand(
    export: Export, tree: dict[str, Any], levels: Levels, ledger: Ledger
) -> dict[str, bool]:
    """Put touch times and people into the file where the states show them.

    Parameters
    ----------
    export : Export
    tree : dict
        The scenario as a file would hold it, staffed by assumption.
    levels : Levels
    ledger : Ledger

    Returns
    -------
    dict
        The tiers whose touch time is known by it, and whether their people are.
    """
    if export.kind == "tickets" or not len(export.visits):
        return {}
    tiers = list(tree["tiers"])
    real = in_hand(export, levels, _hours(export, tree))
    known = [number for number, one in enumerate(real) if one.shows_work]
    for tier, one in zip(tiers, real, strict=True):
        if not one.shows_work and one.stays >= FEWEST_STAYS:
            ledger.notices.append(f"{tier}: the states do not show touch times: {_why_not(one)}.")
    staffed = {number for number in known if real[number].shows_people}
    ends = dict.fromkeys(staffed, (0.0, MOST_BREAKS))
    for number in known:
        one, work = real[number], tree["tiers"][tiers[number]]
        _put_work(work, one.work_ms, one.work_cv)
        if number in staffed:
            work["staff"][f"{tiers[number]} day"] = max(round(one.people), 1)
            work["breaks"] = MOST_BREAKS / 2
    for turn in range(ABSENCE_ROUNDS + ROUNDS if known else 0):
        seen = _rehearsed(tree, levels.tiers)
        for number in known:
            one, mine, work = real[number], seen[number], tree["tiers"][tiers[number]]
            _put_work(
                work,
                minutes_of(work["work"]) * MINUTE * _ratio(one.work_ms, mine.work_ms),
                work["work_cv"] * _ratio(one.work_cv, mine.work_cv),
            )
            if number in staffed and turn < ABSENCE_ROUNDS:
                missing = work["absence"] + (mine.present - one.present) / max(one.people, 1)
                work["absence"] = round(float(np.clip(missing, 0, MOST_ABSENCE)), 4)
            elif number in staffed:
                # Less of their day for tickets, longer waits: halve what is left of the range.
                low, high = ends[number]
                longer = mine.wait_ms > one.wait_ms
                ends[number] = (low, work["breaks"]) if longer else (work["breaks"], high)
                work["breaks"] = round(sum(ends[number]) / 2, 4)
    for number in known:
        tier, one = tiers[number], real[number]
        ledger.say(
            f"tiers.{tier}.work",
            minutes_of(tree["tiers"][tier]["work"]) * MINUTE,
            "measured",
            f"time in work, in working hours, of {one.stays} stays",
        )
        if number in staffed:
            path = f"tiers.{tier}.staff.{tier} day"
            ledger.parameters[:] = [p for p in ledger.parameters if p.path != path]
            ledger.say(
                path,
                tree["tiers"][tier]["staff"][f"{tier} day"],
                "measured",
                f"{one.people:.0f} people ended work on a full day",
            )
            ledger.say(
                f"tiers.{tier}.absence",
                tree["tiers"][tier]["absence"],
                "fitted",
                f"{one.present:.1f} people ended work on a usual day; as many do in a simulated log",
            )
            ledger.say(
                f"tiers.{tier}.breaks",
                tree["tiers"][tier]["breaks"],
                "fitted",
                "other work too: tickets then wait as long in a simulated log, "
                f"{format_duration(one.wait_ms)} of working hours on average",
            )
    return {tiers[number]: number in staffed for number in known}


def _why_not(one: InHand) -> str:
    if one.noted < LEAST_NOTED:
        return f"{format_share(1 - one.noted)} of the stays never show work"
    return (
        f"{format_share(one.at_once)} of the time in work is beside other work of the same person, "
        "who has several tickets in work at once"
    )


def _rehearsed(tree: dict[str, Any], tiers: int) -> list[InHand]:
    """Return what simulated logs show, averaged."""
    scenario = Scenario.model_validate(tree)
    runs = [Rehearsal(scenario).run(number) for number in range(RUNS)]
    shown = [in_hand(r, find_levels(r, lines_of(scenario, r)), _hours(r, tree)) for r in runs]
    return [_mean([one[tier] for one in shown]) for tier in range(tiers)]


def _mean(shown: list[InHand]) -> InHand:
    def mean(name: str) -> float:
        values = np.array([getattr(one, name) for one in shown], np.float64)
        known = values[np.isfinite(values)]
        return float(known.mean()) if len(known) else float("nan")

    names = ("noted", "at_once", "work_ms", "work_cv", "people", "present", "wait_ms", "idle")
    return InHand(sum(one.stays for one in shown), **{name: mean(name) for name in names})


def _hours(export: Export, tree: dict[str, Any]) -> list[Hours]:
    scenario = Scenario.model_validate(tree)
    return [hours_of(export, scenario, f"{tier} day") for tier in tree["tiers"]]


def _ratio(real: float, simulated: float) -> float:
    ratio = real / simulated if simulated else 1.0
    return float(np.clip(ratio, 0.5, 2)) if np.isfinite(ratio) else 1.0


def _put_work(one: dict[str, Any], work_ms: float, work_cv: float) -> None:
    one["work"] = f"{max(work_ms / 1000, 1):.0f} s"
    one["work_cv"] = round(min(max(work_cv, LEAST_CV), MOST_CV), 3)
