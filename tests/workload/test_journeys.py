"""The vectorised layout of journeys against one that is built ticket by ticket, by the story."""

from itertools import pairwise

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios import ON, scenarios, with_on
from sim.units import MINUTE
from sim.workload.arrivals import sample_arrivals
from sim.workload.draws import Draws
from sim.workload.journeys import ALWAYS, NONE, Kind, Outcome, Wait
from sim.workload.layout import MOST_TIERS, ROLES, Layout, Role
from sim.workload.lying import Occasion
from sim.workload.plan import plan
from sim.workload.sample import _difficulty, _runbooks, sample
from sim.workload.stages import SUMMARY, Case, find
from sim.workload.streams import Purpose

SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


# ---- numbering -------------------------------------------------------------------------------


@given(
    st.lists(st.sets(st.integers(0, 2 * ROLES - 1)), max_size=8),
    st.lists(st.integers(0, 3), min_size=8, max_size=8),
)
def test_visits_are_numbered_as_if_listed(occupied, beside):
    """Counting bits gives each visit the number that it has when all are listed in order."""
    layout = Layout(len(occupied))
    for slot in range(2 * ROLES):
        who = np.array([n for n, slots in enumerate(occupied) if slot in slots], np.intp)
        layout.occupy(slot // ROLES, Role(slot % ROLES), who)
    beside = np.array(beside[: len(occupied)], np.int32)
    layout.reserve(np.arange(len(occupied)), beside)
    layout.number()
    listed = [
        (ticket, slot)
        for ticket, slots in enumerate(occupied)
        for slot in [*sorted(slots), *(2 * ROLES + n for n in range(beside[ticket]))]
    ]
    assert layout.total == len(listed)
    for ticket, slots in enumerate(occupied):
        one = np.array([ticket])
        for slot in slots:
            visit = layout.visit(slot // ROLES, Role(slot % ROLES), one)
            assert listed[visit[0]] == (ticket, slot)
        if any(slot >= ROLES for slot in slots):
            first = min(slot for slot in slots if slot >= ROLES)
            assert listed[layout.entrance(1, one)[0]] == (ticket, first)
        if beside[ticket]:
            assert listed[layout.side_visits(one)[0]] == (ticket, 2 * ROLES)


def test_five_tiers_fit():
    """The slots of as many tiers as a scenario may have fit into the bits of a number."""
    assert MOST_TIERS >= 5


# ---- whole journeys --------------------------------------------------------------------------


def _stages(scenario, seed):
    """Draw what each tier finds, as ``sample`` does."""
    arrivals = sample_arrivals(scenario, seed, 0)
    draws, known = Draws(seed, 0, len(arrivals)), plan(scenario)
    hard, runbook = _difficulty(known, arrivals, draws), _runbooks(scenario, arrivals, draws)
    case = Case(scenario, known, arrivals, draws, hard, runbook)
    stages, reaches, done_ms = [], np.ones(len(arrivals), bool), np.zeros(len(arrivals))
    for position, tier in enumerate(scenario.tiers.values()):
        who = np.flatnonzero(reaches & (arrivals.entry_tier <= position))
        stage = find(case, position, tier, who, done_ms[who])
        done_ms[who] += stage.own_ms
        reaches[who] = stage.escalates | stage.may_give_up
        stages.append(stage)
    return case, stages


def _story(case, stages, ticket):
    """Tell one ticket's journey: steps (tier, name) to what they are and lead to."""
    scenario, steps = case.scenario, {}
    channel = list(scenario.channels.values())[case.arrivals.channel[ticket]]
    here = [(stage, int(np.searchsorted(stage.who, ticket))) for stage in stages]
    here = [(s, row) for s, row in here if row < len(s.who) and s.who[row] == ticket]

    def entrance(tier):
        return next(key for key in steps if key[0] == tier)

    def lying(tier, occasion):
        law = list(scenario.tiers.values())[tier].left_lying
        number = case.draws.uniform(Purpose.LYING, tier, occasion)[ticket]
        lies = law is not None and law.handed_over is not None and number < law.handed_over.share
        return Wait.LYING if lies else Wait.NOTHING

    def step(tier, name, queue, kind, wait=Wait.NOTHING):
        steps[tier, name] = {"queue": int(queue), "kind": kind, "wait": wait, "on": {}}

    for stage, row in here:
        at, tier, notes = stage.position, stage.tier, stage.notes[row]
        right = stage.queue[row]
        if stage.misrouted[row]:
            step(at, "misrouted", stage.wrong_queue[row], Kind.MISROUTED)
        if stage.returned[row]:
            topic = case.arrivals.topic[ticket]
            step(at, "returned", right, Kind.RETURNED)
            sender = case.known.queue_of[at - 1][topic]
            step(at, "complete", sender, Kind.COMPLETE_NOTES, lying(at - 1, Occasion.SENT_BACK))
        again = lying(at, Occasion.SENT_AGAIN) if stage.returned[row] else Wait.NOTHING
        if stage.settles[row]:
            if tier.provider is not None:
                steps[entrance(at)]["wait"] = Wait.INTAKE
            else:
                steps[entrance(at)]["wait"] = lying(at, Occasion.ESCALATED)
            continue
        if not notes & SUMMARY:
            step(at, "clarify", right, Kind.CLARIFY, again)
        after_explaining = again if notes & SUMMARY else Wait.USER
        step(at, "work", right, Kind.WORK, after_explaining)
        impatient = stage.fresh[row] and channel.patience is not None and tier.provider is None
        number = case.draws.uniform(Purpose.REDIAL, columns=2)[ticket, 0] if impatient else 1.0
        if impatient and number < channel.redials:
            step(at, "redial", right, Kind.REDIAL, Wait.REDIAL)
        if stage.asks[row]:
            step(at, "continue", right, Kind.CONTINUE, Wait.USER)
        if stage.vendor[row]:
            step(at, "vendor", right, Kind.CONTINUE, Wait.VENDOR)
        if stage.change[row]:
            step(at, "change", right, Kind.CONTINUE, Wait.CHANGE)
        if stage.back[row]:
            step(at, "back", right, Kind.REOPENED, Wait.REOPEN)
        if at and tier.provider is not None and not stage.fresh[row]:
            steps[entrance(at)]["wait"] = Wait.INTAKE
        elif not stage.fresh[row] and not stage.misrouted[row]:
            steps[entrance(at)]["wait"] = lying(at, Occasion.ESCALATED)
    behind = len(scenario.tiers)
    if any(stage.hands_back[row] and not stage.settles[row] for stage, row in here):
        desk = case.known.queue_of[0][case.arrivals.topic[ticket]]
        step(behind, "close", desk, Kind.CLOSING, lying(0, Occasion.TO_BE_CLOSED))
        if case.draws.uniform(Purpose.CONFIRM)[ticket] < scenario.routing.confirms:
            step(behind, "confirm", desk, Kind.CLOSING, Wait.USER)
            steps[behind, "close"]["on"][Outcome.DONE] = (behind, "confirm")
    for stage, row in here:
        at = stage.position
        names = [name for tier, name in steps if tier == at]
        chain = [name for name in names if name != "redial"]
        for name, after in pairwise(chain):
            steps[at, name]["on"][Outcome.DONE] = (at, after)
        worked = [n for n in chain if n in {"work", "continue", "vendor"}]
        if stage.hands_back[row] and not stage.settles[row]:
            steps[at, chain[-1]]["on"][Outcome.DONE] = (behind, "close")
        if stage.escalates[row]:
            steps[at, chain[-1]]["on"][Outcome.DONE] = entrance(at + 1)
        if stage.may_give_up[row]:
            for name in worked:
                steps[at, name]["on"][Outcome.GAVE_UP] = entrance(at + 1)
        if "redial" in names:
            steps[at, "redial"]["on"] = dict(steps[at, "work"]["on"])
            steps[at, "work"]["on"][Outcome.LEFT] = (at, "redial")
        if "back" in names:
            steps[at, chain[-2]]["resolves"] = True
            if chain[-2] == "work" and "redial" in names:
                steps[at, "redial"]["resolves"] = True
    return steps


def _told(workload, first, count):
    """Tell the same of visits in a workload."""
    visits = workload.visits

    def value(column, at, nothing):
        return column[at] if column.size else nothing

    for at in range(first, first + count):
        yield {
            "queue": visits.queue[at],
            "kind": value(visits.kind, at, 0),
            "wait": value(visits.wait, at, 0),
            "on": {
                Outcome(way): int(visits.successor[way, at]) - first
                for way in range(3)
                if visits.successor[way, at] != NONE
            },
            "resolves": bool(value(visits.resolves, at, 0)),
        }


@SLOW
@given(scenarios(), st.integers(0, 3))
def test_journeys_are_the_story(scenario, seed):
    """Each ticket's visits, what they are and lead to, are those that its story tells."""
    workload = sample(scenario, seed, 0)
    case, stages = _stages(scenario, seed)
    bounds = np.append(workload.tickets.first_visit, len(workload.visits))
    side = workload.visits.is_side
    for ticket in range(min(len(case.arrivals), 40)):
        steps = _story(case, stages, ticket)
        names = list(steps)
        first, end = int(bounds[ticket]), int(bounds[ticket + 1])
        main = end - first - (int(side[first:end].sum()) if side.size else 0)
        told = list(_told(workload, first, main))
        meant = [
            {
                "resolves": False,
                **one,
                "on": {way: names.index(key) for way, key in one["on"].items()},
            }
            for one in steps.values()
        ]
        assert told == meant


def test_touch_time_is_spread_and_kept():
    """Asking the user cuts work in two equal pieces: together they are what was asked in one."""
    apart = sample(with_on(["asks users"]), 1, 0).visits
    whole = sample(with_on([]), 1, 0).visits
    kinds = (Kind.WORK, Kind.CONTINUE)
    mine = np.isin(apart.kind, kinds)
    of_apart = np.bincount(apart.ticket[mine], apart.work_ms[mine])
    of_whole = np.bincount(whole.ticket, whole.work_ms)
    # Each piece is rounded by itself.
    assert np.abs(of_apart - of_whole).max() <= 2
    assert (apart.kind == Kind.CONTINUE).any()


def test_rework_is_counted_in_full():
    """What is repeated for want of steps is counted over all pieces of work, none of it lost."""
    short = {"documentation.steps": 0, "tiers.L2.work": "1 min"}
    plain = sample(with_on([], {**short, "demand.hardness": 0}), 1, 0).visits
    apart = sample(with_on([], {**short, "demand.hardness": 0, "tiers.L2.asks_user": 1}), 1, 0)
    once = np.bincount(plain.ticket, plain.rework_ms)
    pieces = np.bincount(apart.visits.ticket, apart.visits.rework_ms)
    assert once.max() > MINUTE
    # Two pieces of work that are rounded each: at most a millisecond and a half apart.
    assert np.abs(once - pieces).max() <= 2


def test_writing_is_added_where_the_tier_ends():
    """Notes are written at the end of work that escalates, once, and by nobody else."""
    scenario = with_on(["asks users"], {"documentation.writing": "20 min"})
    visits = sample(scenario, 1, 0).visits
    onwards = visits.successor[Outcome.DONE]
    leads_up = onwards != NONE
    leads_up[leads_up] = visits.queue[onwards[leads_up]] != visits.queue[leads_up]
    assert (visits.writing_ms[leads_up] == 20 * MINUTE).all()
    assert not visits.writing_ms[~leads_up].any()


def test_intake_comes_once():
    """A provider takes a ticket in once: before its first visit, or within it where it begins there."""
    direct = {"topics.network.goes_to": "L3", "tiers.L3.asks_user": 1}
    scenario = with_on(["provider"], direct)
    without = with_on(
        ["provider"], {**direct, "tiers.L3.provider": {"hours": "office", "intake": 0}}
    )
    one, other = sample(scenario, 1, 0), sample(without, 1, 0)
    more = one.visits.work_ms - other.visits.work_ms
    fresh = np.flatnonzero(one.visits.queue[one.tickets.first_visit] == 2)
    assert len(fresh)
    starts = one.tickets.first_visit[fresh]
    assert (more[starts] > 0).all()
    more[starts] = 0
    assert not more.any()


def test_give_up_needs_somebody_above():
    """The last tier has no time-box, because there is nobody to escalate to."""
    alone = with_on([], {"tiers.L3.time_box": "1 min"})
    visits = sample(alone, 1, 0).visits
    assert not visits.give_up_ms.size


def test_calendars_of_delays():
    """Users answer in their hours, vendors and windows in theirs, and redialling in none."""
    names = ["asks users", "vendor", "change windows", "reopening", "patience"]
    scenario = with_on(names, {"tiers.L2.vendor": {"share": 0.5}, "demand.volume": "300 / week"})
    known, visits = plan(scenario), sample(scenario, 1, 0).visits
    expected = {
        Wait.USER: known.calendars["office"],
        Wait.REOPEN: known.calendars["office"],
        Wait.VENDOR: ALWAYS,
        Wait.CHANGE: known.calendars["windows"],
        Wait.REDIAL: ALWAYS,
    }
    for way in range(3):
        before = np.flatnonzero(visits.successor[way] != NONE)
        wait = visits.wait[visits.successor[way, before]]
        for kind, calendar in expected.items():
            if way == (Outcome.LEFT if kind == Wait.REDIAL else Outcome.DONE):
                found = visits.delay_calendar[way, before[wait == kind]]
                assert len(found)
                assert (found == calendar).all()


def test_mechanisms_of_the_strategy_are_real():
    """Every mechanism of the shared strategy gives a scenario by itself."""
    for name in ON:
        assert with_on([name]).name == "Generated"
