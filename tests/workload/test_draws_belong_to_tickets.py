"""What a change of scenario leaves as it was: draws belong to tickets, not to what happens."""

from dataclasses import fields

import numpy as np
import pytest

from scenarios import with_on
from sim.workload.journeys import NONE, Kind, Origin, Outcome
from sim.workload.roster import staff
from sim.workload.sample import sample

VOLUME = {"demand.volume": "300 / week"}
EVERYTHING = [
    "patience",
    "asks users",
    "reopening",
    "closed early",
    "poor notes",
    "unclear criteria",
    "teams",
    "runbooks",
    "time-box",
    "vendor",
    "change windows",
]


def _same(one, other, *, but=()):
    """Tell in which columns two tables differ."""
    return [
        f.name
        for f in fields(one)
        if f.name not in but and not np.array_equal(getattr(one, f.name), getattr(other, f.name))
    ]


def _head(table, rows):
    """Return the first rows of a table."""
    columns = {f.name: getattr(table, f.name) for f in fields(table)}
    return type(table)(**{n: c[..., :rows] if c.size else c for n, c in columns.items()})


@pytest.mark.parametrize(
    "changes",
    [
        {"tiers.L1.staff": {"day": 9}},
        {"tiers.L1.staff": {"day": 1, "night": 2}, "tiers.L3.staff": {"day": 0}},
        {"tiers.L1.absence": 0.5, "tiers.L1.breaks": 0},
        {"tiers.L1.at_shift_end": "park", "tiers.L1.order": "first come"},
        {"tiers.L3.pre_empts": "P1", "tiers.L3.also_serves": {"L1": "30 min"}},
        {"shifts.day": {"Mon-Sat": "07:00-19:00"}},
        {"tiers.L1.cost": 100, "costs": {"user_hour": 50}},
    ],
)
def test_staff_changes_no_ticket(changes):
    """Another staffing, roster, order or price meets exactly the same tickets."""
    base, other = (sample(with_on(EVERYTHING, {**VOLUME, **more}), 1, 0) for more in ({}, changes))
    assert not _same(base.tickets, other.tickets)
    assert not _same(base.visits, other.visits)


def test_tickets_change_no_roster():
    """Other demand and other notes meet the same people on the same days."""
    base = staff(with_on([], VOLUME), 1, 0)
    other = staff(with_on(["poor notes", "incidents", "updates", "patience"]), 1, 0)
    assert not _same(base, other, but=("queues", "pools", "calendar_open_ms", "calendar_close_ms"))


def test_notes_change_what_they_touch():
    """Better notes leave who comes, when, how hard, and all work of the first tier as they were."""
    quality = {
        name: {**VOLUME, "documentation.quality": q} for name, q in (("bad", 0.3), ("good", 0.9))
    }
    bad, good = (sample(with_on(["asks users", "reopening"], q), 1, 0) for q in quality.values())
    assert not _same(bad.tickets, good.tickets, but=("first_visit",))

    def first_tier(workload):
        """Return the plain work of the first visits, and of what follows an answer there."""
        visits = workload.visits
        here = (visits.queue == 0) & np.isin(visits.kind, (Kind.WORK, Kind.CONTINUE))
        return visits.ticket[here], (visits.work_ms - visits.writing_ms)[here]

    for one, other in zip(first_tier(bad), first_tier(good), strict=True):
        # Writing is added before rounding.
        assert np.abs(one - other).max() <= 1
    # A field that is complete with poor notes is complete with better ones.
    notes = [w.visits.notes[w.visits.notes != NONE] for w in (bad, good)]
    assert len(notes[0]) == len(notes[1])
    assert (notes[0] & notes[1] == notes[0]).all()
    assert (notes[0] != notes[1]).any()


def test_runbooks_change_no_other_tier():
    """Runbooks raise who is solved at the first tier; work at the second stays for those who come."""
    without, with_them = (
        sample(with_on(names, {**VOLUME, "demand.hardness": 0}), 1, 0)
        for names in ([], ["runbooks"])
    )

    def second(workload):
        visits = workload.visits
        here = visits.queue == 1
        return dict(zip(visits.ticket[here].tolist(), visits.work_ms[here].tolist(), strict=True))

    before, after = second(without), second(with_them)
    assert set(after) < set(before)
    assert all(after[ticket] == before[ticket] for ticket in after)


@pytest.mark.parametrize("factor", [0.5, 3])
def test_volume_keeps_tickets_numbered_alike(factor):
    """With more or fewer tickets, those of the same number are of the same kind and go the same way."""
    names = [*EVERYTHING, "self-service", "problems"]
    base = sample(with_on(names, {"demand.volume": "300 / week"}), 1, 0)
    other = sample(with_on(names, {"demand.volume": f"{300 * factor:g} / week"}), 1, 0)
    few, many = sorted((base, other), key=lambda w: (w.tickets.origin == Origin.USER).sum())
    users = int((few.tickets.origin == Origin.USER).sum())
    visits = int(np.searchsorted(few.visits.ticket, users))
    assert users > 100
    heads = [(_head(w.tickets, users), _head(w.visits, visits)) for w in (few, many)]
    assert not _same(heads[0][0], heads[1][0], but=("arrival_ms",))
    assert not _same(heads[0][1], heads[1][1])
    # Time is stretched: the same gaps, at another rate of the same hours.
    assert (heads[0][0].arrival_ms >= heads[1][0].arrival_ms).all()


def test_longer_period_begins_alike():
    """A longer period begins with the same tickets."""
    short, long = (
        sample(with_on(["busyness"], {**VOLUME, "period.length": length}), 1, 0)
        for length in ("2 weeks", "5 weeks")
    )
    count, visits = len(short.tickets), len(short.visits)
    assert not _same(short.tickets, _head(long.tickets, count))
    assert not _same(short.visits, _head(long.visits, visits))


@pytest.mark.parametrize(
    ("name", "alone"),
    [
        ("updates", {"side_visit", "side_delay_ms", "side_calendar", "is_side"}),
        ("problems", set()),
        ("incidents", set()),
        ("self-service", set()),
        ("runbooks age", {"runbook"}),
    ],
)
def test_what_is_added_leaves_journeys(name, alone):
    """Updates, problems, incidents and self-service leave what users' tickets do as it was."""
    names = [n for n in EVERYTHING if n not in {"teams", "runbooks"}]
    changes = {**VOLUME, "topics.account.runbook": 0}
    if name == "runbooks age":
        # Nobody has a runbook: upkeep is work beside the tickets, and nothing else.
        changes |= {"knowledge.ages": "3 weeks", "knowledge.upkeep": {"tier": "L2", "time": "2 h"}}
        base, other = with_on(names, VOLUME), with_on(names, changes)
    else:
        base, other = with_on(names, VOLUME), with_on([*names, name], VOLUME)
    base, other = sample(base, 1, 0), sample(other, 1, 0)
    count = len(base.tickets)
    mine = other.visits.ticket < count
    if other.visits.is_side.size:
        mine &= ~other.visits.is_side
    assert mine.sum() == len(base.visits)
    number = np.cumsum(mine) - 1
    for column in fields(base.visits):
        before, after = getattr(base.visits, column.name), getattr(other.visits, column.name)
        if column.name in alone or not before.size:
            continue
        after = after[..., mine]
        if column.name == "successor":
            after = np.where(after == NONE, NONE, number[after])
        assert np.array_equal(before, after), column.name
    but = {"first_visit", "problem", "prevented_by", "closes_on", "origin"}
    assert not _same(base.tickets, _head(other.tickets, count), but=but)


def test_vendors_leave_earlier_tiers():
    """A vendor at the second tier changes nothing that the first tier does."""
    base, other = (sample(with_on(names, VOLUME), 1, 0).visits for names in ([], ["vendor"]))
    first = [v.work_ms[v.queue == 0] for v in (base, other)]
    assert np.array_equal(*first)
    assert len(other) > len(base)


def test_more_ability_takes_nobody_up():
    """A more able tier solves all that it solved before, and some more."""
    solved = []
    for ability in (0.4, 0.5):
        visits = sample(with_on([], {**VOLUME, "tiers.L1.ability": ability}), 1, 0).visits
        here = visits.queue == 0
        ends = visits.successor[Outcome.DONE, here] == NONE
        solved.append(set(visits.ticket[here][ends].tolist()))
    assert solved[0] < solved[1]
