"""Who is there when: shifts, absence, breaks, vacancies, reserved time; see ``chance`` for alarms."""

import datetime as dt

import numpy as np
import pytest
from chance import share_fits

from scenarios import with_on
from sim.scenario.calendar import start_instant
from sim.units import DAY, HOUR, MINUTE, WEEK
from sim.workload.plan import plan
from sim.workload.roster import staff

NO_SHRINKAGE = {
    f"tiers.{tier}.{name}": 0 for tier in ("L1", "L2", "L3") for name in ("absence", "breaks")
}


def _presences(desk, agents=None):
    """Return agent, from and to of every presence."""
    order = np.argsort(desk.step_agent, kind="stable")
    agent, at, comes = desk.step_agent[order], desk.step_ms[order], desk.step_comes[order]
    assert comes.sum() * 2 == len(comes)
    rows = np.stack([agent[comes], at[comes], at[~comes]])
    return rows if agents is None else rows[:, np.isin(rows[0], agents)]


def _of_pool(desk, pool):
    return _presences(desk, np.flatnonzero(desk.agent_pool == pool))


def test_shifts_as_written():
    """Without shrinkage everybody is there in the hours of their shift, and only then."""
    desk = staff(with_on([], NO_SHRINKAGE), 1, 0)
    agent, start, end = _of_pool(desk, 0)
    assert sorted(set(agent)) == [0, 1]
    days = [day for day in range(14) if day % 7 < 5]
    mine = agent == 0
    assert start[mine].tolist() == [day * DAY + 8 * HOUR for day in days]
    assert end[mine].tolist() == [day * DAY + 17 * HOUR for day in days]


def test_absence_has_its_share():
    """A person misses the stated share of shifts, each by itself."""
    changes = {**NO_SHRINKAGE, "tiers.L1.absence": 0.2, "tiers.L1.staff": {"day": 50}}
    desk = staff(with_on([], {**changes, "period.length": "40 weeks"}), 1, 0)
    agent, start, _ = _of_pool(desk, 0)
    there = np.zeros((50, 280), bool)
    there[agent, start // DAY] = True
    there = there[:, np.arange(280) % 7 < 5]
    assert share_fits(~there.ravel(), 0.2)
    # One day says nothing of the next: both missed as often as the square of the share.
    assert share_fits((~there[:, ::2] & ~there[:, 1::2]).ravel(), 0.04)


@pytest.mark.parametrize("share", [0.02, 0.15, 0.5])
def test_breaks_have_their_share(share):
    """Breaks take the stated share of every shift, in pieces of about half an hour, spread over it."""
    changes = {**NO_SHRINKAGE, "tiers.L1.breaks": share, "tiers.L1.staff": {"day": 20}}
    desk = staff(with_on([], changes), 1, 0)
    agent, start, end = _of_pool(desk, 0)
    worked = np.zeros((20, 14))
    np.add.at(worked, (agent, start // DAY), end - start)
    worked = worked[:, np.arange(14) % 7 < 5]
    # Parts and pieces are rounded to a millisecond each.
    assert np.abs(worked - (1 - share) * 9 * HOUR).max() <= 40
    same = (agent[1:] == agent[:-1]) & (start[1:] // DAY == start[:-1] // DAY)
    gaps = (start[1:] - end[:-1])[same]
    assert gaps.max() <= 45 * MINUTE
    assert (gaps > 0).all()


def test_breaks_lie_anywhere():
    """A break lies anywhere in its part of the shift, one place as often as another."""
    heads, share, parts = 400, 0.2, 4
    changes = {**NO_SHRINKAGE, "tiers.L1.breaks": share, "tiers.L1.staff": {"day": heads}}
    desk = staff(with_on([], {**changes, "period.length": "1 d"}), 1, 0)
    _, start, end = _of_pool(desk, 0)
    part = 9 * HOUR // parts
    piece = share * part
    for place in np.arange(3, 9 * 60, 6) * MINUTE:
        at = 8 * HOUR + place
        away = heads - int(((start <= at) & (at < end)).sum())
        inside = place % part
        begins = min(inside, part - piece) - max(0, inside - piece)
        assert share_fits(np.arange(heads) < away, begins / (part - piece))


@pytest.mark.parametrize("names", [[], ["night shift"], ["around the clock"]])
def test_one_more_changes_nobody_else(names):
    """One more person leaves everybody else's days and breaks as they were."""
    heads = {"day": 2, "night": 1} if names == ["night shift"] else {"day": 2}
    few = staff(with_on(names, {"tiers.L1.staff": heads}), 1, 0)
    many = staff(with_on(names, {"tiers.L1.staff": {**heads, "day": 3}}), 1, 0)

    agent, start, end = _presences(many)
    # The third person of the day shift is new; those after are numbered one higher.
    others = agent != 2
    without = np.stack([agent - (agent > 2), start, end])[:, others]
    assert np.array_equal(without, _presences(few))
    assert not others.all()


def test_shifts_past_midnight():
    """A night shift runs to the next morning, and one under way when the period starts is there."""
    desk = staff(with_on(["night shift"], NO_SHRINKAGE), 1, 0)
    agent, start, end = _of_pool(desk, 0)
    night = agent == 1
    assert (start[night][0], end[night][0]) == (0, 6 * HOUR)
    assert (start[night][1], end[night][1]) == (22 * HOUR, 30 * HOUR)


def test_turns_around_the_clock():
    """A shift without end is worked in turns of a day, each with an absence of its own."""
    changes = {**NO_SHRINKAGE, "tiers.L1.absence": 0.3, "tiers.L1.staff": {"day": 40}}
    scenario = with_on(["around the clock"], {**changes, "period.length": "30 d"})
    agent, start, end = _of_pool(staff(scenario, 1, 0), 0)
    assert not (start % DAY).any()
    assert not (end % DAY).any()
    days = ((end - start) // DAY).sum()
    assert share_fits(np.arange(40 * 30) < days, 0.7)
    assert len(set(agent)) == 40


def test_other_zones():
    """A shift in another zone is there in its own local hours, on the scenario's clock."""
    desk = staff(with_on(["other zone"], NO_SHRINKAGE), 1, 0)
    _, start, end = _of_pool(desk, 0)
    # 08:00 in India is 02:30 UTC.
    assert set(start % DAY) == {2 * HOUR + 30 * MINUTE}
    assert set(end % DAY) == {11 * HOUR + 30 * MINUTE}


def test_clocks_change():
    """After the clock has skipped an hour shifts begin an hour earlier in elapsed time."""
    desk = staff(with_on(["time zone"], NO_SHRINKAGE), 1, 0)
    _, start, _ = _of_pool(desk, 0)
    by_day = sorted(set(start.tolist()))
    assert by_day[4] == 4 * DAY + 8 * HOUR
    assert by_day[5] == 7 * DAY + 7 * HOUR


def test_holidays():
    """On a holiday nobody is there, unless their shift says so."""
    _, start, _ = _of_pool(staff(with_on(["holidays"], NO_SHRINKAGE), 1, 0), 0)
    assert 2 not in set(start // DAY)
    _, start, end = _of_pool(
        staff(with_on(["holidays", "around the clock"], NO_SHRINKAGE), 1, 0), 0
    )
    assert (end - start).sum() == 2 * 14 * DAY


def test_vacancies_and_ramp_up():
    """A vacancy takes its people away from its first day; who follows works a growing part."""
    vacancy = {"shift": "day", "start": "2026-03-25", "until": "2026-03-30", "ramp_up": "10 d"}
    changes = {**NO_SHRINKAGE, "tiers.L1.vacancies": [{**vacancy, "starts_at": 0.5}]}
    desk = staff(with_on([], {**changes, "period.length": "4 weeks"}), 1, 0)
    agent, start, end = _of_pool(desk, 0)
    assert (agent == 0).sum() == 20
    start, length = start[agent == 1], (end - start)[agent == 1] / (9 * HOUR)
    day = start // DAY
    assert not ((day >= 2) & (day < 7)).any()
    since = (start - 7 * DAY) / (10 * DAY)
    meant = np.where(day < 7, 1, np.minimum(0.5 + 0.5 * since, 1))
    assert length == pytest.approx(meant, abs=1e-6)


def test_several_vacancies():
    """Two vacancies of one shift concern two people, as long as there are two."""
    one = {"shift": "day", "start": "2026-03-25"}
    both = {**NO_SHRINKAGE, "tiers.L1.vacancies": [one, {**one, "start": "2026-03-26"}]}
    agent, start, _ = _of_pool(staff(with_on([], both), 1, 0), 0)
    assert (start[agent == 0] // DAY).max() == 2
    assert (start[agent == 1] // DAY).max() == 1
    alone = {**both, "tiers.L1.staff": {"day": 1}}
    _, start, _ = _of_pool(staff(with_on([], alone), 1, 0), 0)
    assert (start // DAY).max() == 1


def test_vacancies_by_the_clock():
    """A vacancy begins at local midnight also after the clock has changed."""
    vacancy = {"shift": "day", "start": "2026-03-31"}
    names = ["time zone", "around the clock"]
    scenario = with_on(names, {**NO_SHRINKAGE, "tiers.L1.vacancies": [vacancy]})
    agent, _, end = _of_pool(staff(scenario, 1, 0), 0)
    zone = "Europe/Amsterdam"
    midnight = start_instant(dt.date(2026, 3, 31), zone) - start_instant(dt.date(2026, 3, 23), zone)
    # Turns of 24 h begin an hour after midnight once the clock has skipped an hour.
    assert end[agent == 1].max() - midnight / dt.timedelta(milliseconds=1) == HOUR


def test_reserved_time():
    """People spend the first part of each shift in the pool of projects, and are never in both."""
    changes = {**NO_SHRINKAGE, "tiers.L2.breaks": 0.2, "tiers.L2.absence": 0.1}
    scenario = with_on(["problems"], changes)
    desk, known = staff(scenario, 1, 0), plan(scenario)
    projects = len(known.pools) - 1
    assert known.pools[projects].name == "L2 projects"
    own, other = _of_pool(desk, 1), _of_pool(desk, projects)
    cut = 8 * HOUR + round(0.3 * 9 * HOUR)
    assert (other[2] % DAY <= cut).all()
    assert (own[1] % DAY >= cut).all()
    plain = staff(with_on([], changes), 1, 0)
    _, start, end = _of_pool(plain, 1)
    both = (own[2] - own[1]).sum() + (other[2] - other[1]).sum()
    assert both == (end - start).sum()


def test_on_call_is_there():
    """Who is on call is so for all of the shift: no absence, no breaks, no vacancy."""
    scenario = with_on(["on call"])
    desk, known = staff(scenario, 1, 0), plan(scenario)
    pool = next(n for n, p in enumerate(known.pools) if p.on_call)
    _, start, end = _of_pool(desk, pool)
    assert (end - start).sum() == 14 * 8 * HOUR
    service = known.pools[pool].serves[0]
    assert (service.after_ms, service.lowest_priority) == (20 * MINUTE, 0)


def test_nobody_on_staff():
    """A desk without people has no steps, and pools all the same."""
    none = {f"tiers.{tier}.staff": {"day": 0} for tier in ("L1", "L2", "L3")}
    desk = staff(with_on([], none), 1, 0)
    assert len(desk.agent_pool) == len(desk.step_ms) == 0
    assert len(desk.pools) == 3


def test_replications_can_be_rerun_alone():
    """A replication can be rerun alone: the same seed and replication give the same roster."""
    one, again, other = (staff(with_on([]), 1, replication) for replication in (3, 3, 4))
    assert np.array_equal(one.step_ms, again.step_ms)
    assert not np.array_equal(one.step_ms, other.step_ms)
    assert one.step_ms.max() <= 2 * WEEK
