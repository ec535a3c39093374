"""Providers, on-call staff, vacancies and overtime, on changed copies of the six tickets."""

import dataclasses

import numpy as np
import pytest

from sim.outcome import measure
from sim.outcome.facts import Facts
from sim.outcome.load import agents, overtime
from sim.outcome.run import Run
from sim.units import DAY, HOUR, MINUTE
from sim.workload.desk import ShiftEnd

MONTHS = 14 / (365 / 12)


def changed(six, changes, **parts):
    """Return the run with a changed scenario, or other parts."""
    return Run(
        six.scenario.with_(changes) if changes else six.scenario,
        parts.get("workload", six.workload),
        parts.get("desk", six.desk),
        parts.get("log", six.log),
        1,
        0,
        "by hand",
    )


def test_a_provider(six):
    """B, C and F came to L2, C twice for one price; the retainer is for two weeks of a month."""
    provider = {"price": 20, "retainer": 1000}
    run = changed(six, {"tiers.L2.staff": None, "tiers.L2.provider": provider})
    values = measure(run, curves=False).values
    assert values["provider_cost[L2]"] == pytest.approx((3 * 20 + 1000 * MONTHS) / 2)
    assert values["provider_cost"] == values["provider_cost[L2]"]
    assert np.isnan(values["staff_cost[L2]"])
    assert values["paid_hours[L2]"] == 0


def test_a_vacancy(six):
    """Nobody is paid for the second week at L2."""
    vacancy = [{"shift": "day", "start": "2026-01-12"}]
    values = measure(changed(six, {"tiers.L2.vacancies": vacancy}), curves=False).values
    assert values["paid_hours[L2]"] == 45 / 2
    filled = [{"shift": "day", "start": "2026-01-12", "until": "2026-01-14"}]
    values = measure(changed(six, {"tiers.L2.vacancies": filled}), curves=False).values
    assert values["paid_hours[L2]"] == (90 - 18) / 2


def test_call_outs(six):
    """Agent 2 worked seven times, never twice in a row without a gap; 90 hours of standing by."""
    on_call = {"staff": {"day": 1}, "priority": "P1", "call_out": 100, "standby": 5}
    first, second = six.desk.pools
    desk = dataclasses.replace(six.desk, pools=(first, dataclasses.replace(second, on_call=True)))
    values = measure(changed(six, {"tiers.L2.on_call": on_call}, desk=desk), curves=False).values
    assert values["call_outs"] == 7 / 2
    assert values["staff_cost[L2]"] == 45 * 50 + (90 * 5 + 7 * 100) / 2
    assert np.isnan(values["utilisation[L2]"])


def test_no_cost_stated(six):
    """Without any cost nothing is measured in money, rather than 0."""
    nothing = {f"tiers.{tier}.cost": 0 for tier in ("L1", "L2")}
    nothing |= {"costs.user_hour": 0, "service_levels.L1 response.credit": 0}
    values = measure(changed(six, nothing), curves=False).values
    for name in ("staff_cost", "cost_per_ticket", "lost_cost", "total_cost", "credits"):
        assert np.isnan(values[name]), name
    assert values["paid_hours"] == 135


def test_warm_up(six):
    """Tickets of the first week do not count, but their load in the second would."""
    workload = dataclasses.replace(six.workload, warm_up_ms=7 * DAY)
    run = changed(six, {"period.warm_up": "7 d"}, workload=workload)
    measures = measure(run)
    values = measures.values
    assert values["tickets"] == 2
    assert values["l1_share_all"] == 0
    assert np.isnan(values["l1_share"])
    # F 20 minutes of 45 hours; E is overtime from 17:00 on.
    assert values["utilisation[L2]"] == 20 / (45 * 60)
    assert values["overtime[L1]"] == 10 * MINUTE
    assert values["backlog[mean]"] == (3320 + 20) / 10080
    assert values["paid_hours"] == 135
    assert measures.curves["weekly[l1_share]"].shape == (1,)


def test_money_with_a_warm_up_by_hand(six):
    """Only the second week is paid, lacks two heads for two days, and has one call-out.

    The first week is the warm-up. Both heads of L1 are missing from Thursday 8 to Wednesday 14 January:
    of that Monday 12 and Tuesday 13 lie in the counted week, 2 x 18 hours. L2 is on call beside its
    shift; its agent is called out seven times, once (for F, Tuesday 13) in the counted week.
    """
    workload = dataclasses.replace(six.workload, warm_up_ms=7 * DAY)
    first, second = six.desk.pools
    desk = dataclasses.replace(six.desk, pools=(first, dataclasses.replace(second, on_call=True)))
    vacancy = {"shift": "day", "heads": 2, "start": "2026-01-08", "until": "2026-01-14"}
    on_call = {"staff": {"day": 1}, "priority": "P1", "call_out": 100, "standby": 5}
    changes = {
        "period.warm_up": "7 d",
        "tiers.L1.vacancies": [vacancy],
        "tiers.L2.on_call": on_call,
    }
    values = measure(changed(six, changes, workload=workload, desk=desk), curves=False).values
    # 2 x 45 less 2 x 18; E is 10 minutes of overtime at L1.
    assert values["paid_hours[L1]"] == 54
    l1 = (54 + 10 / 60 * 1.5) * 30
    assert values["staff_cost[L1]"] == pytest.approx(l1)
    assert values["call_outs"] == 1
    # 45 hours paid, 45 hours of standing by, one call-out.
    l2 = 45 * 50 + 45 * 5 + 100
    assert values["staff_cost[L2]"] == pytest.approx(l2)
    assert values["staff_cost"] == pytest.approx(l1 + l2)
    # E was answered in time: 100 % of the week.
    assert values["credits"] == 0
    # F alone is resolved in the counted week.
    assert values["cost_per_ticket"] == pytest.approx(l1 + l2)
    # Open in users' hours: E 20 minutes at half of its user's work, F 20 at a fifth.
    lost = (0.5 * 20 + 0.2 * 20) / 60 * 20
    assert values["lost_cost"] == pytest.approx(lost)
    assert values["total_cost"] == pytest.approx(l1 + l2 + lost)


def test_a_vacancy_all_in_the_warm_up_costs_nothing(six):
    """What is empty before counting begins is no saving, and one that is open for ever is one."""
    workload = dataclasses.replace(six.workload, warm_up_ms=7 * DAY)
    before = {"shift": "day", "heads": 2, "start": "2026-01-05", "until": "2026-01-12"}
    for vacancy, hours in ((before, 90), ({**before, "until": None}, 0)):
        changes = {"period.warm_up": "7 d", "tiers.L1.vacancies": [vacancy]}
        values = measure(changed(six, changes, workload=workload), curves=False).values
        assert values["paid_hours[L1]"] == hours


def test_a_provider_with_a_warm_up(six):
    """B and C came to L2 in the warm-up, F in the counted week; the retainer is for a week."""
    workload = dataclasses.replace(six.workload, warm_up_ms=7 * DAY)
    provider = {"price": 20, "retainer": 1000}
    changes = {"period.warm_up": "7 d", "tiers.L2.staff": None, "tiers.L2.provider": provider}
    values = measure(changed(six, changes, workload=workload), curves=False).values
    assert values["provider_cost[L2]"] == pytest.approx(20 + 1000 * MONTHS / 2)


def test_overtime_ends_when_the_next_shift_begins(six):
    """An agent who is still at it when the next shift begins is simply there again."""
    log = dataclasses.replace(six.log, finished_ms=six.log.finished_ms.copy())
    # C at L1 begins on Tuesday 08:05; let it last until Thursday 09:00.
    log.finished_ms[5] = 3 * DAY + 9 * HOUR
    stretches = overtime(Facts(changed(six, None, log=log)))
    mine = stretches.agent == 0
    assert (stretches.to_ms - stretches.from_ms)[mine].tolist() == [15 * HOUR] * 2


def test_a_pool_that_parks_has_no_overtime(six):
    """Work of a pool that parks ends with the shift; the log decides, not the sum."""
    parks = tuple(dataclasses.replace(p, shift_end=ShiftEnd.PARK) for p in six.desk.pools)
    run = changed(six, None, desk=dataclasses.replace(six.desk, pools=parks))
    assert agents(Facts(run)).overtime_ms.tolist() == [0, 0, 0]
