"""Every metric on six tickets, worked out by hand; the tickets A to F are told in ``conftest``."""

import math

import pytest

from sim.outcome import families, handovers, load, money, resolution, service, times
from sim.units import HOUR, MINUTE, WEEK

NAN = math.nan
H = 60  # minutes

# id: value, denominator. Where the unit is a duration the value is in minutes.
SHARES = {
    # A is resolved by L1 alone; B and C left it. D was abandoned, E is open at L1: undecided.
    "l1_share": (1 / 3, 3),
    # F came in at L2 and is one more.
    "l1_share_all": (1 / 4, 4),
    # Of A, B, C and F, resolved, L1 had only A last.
    "l1_share_last": (1 / 4, 4),
    # A did not come back.
    "l1_share_reopen_adjusted": (1 / 3, 3),
    # A and F; B, C and E had a first visit that did not solve it; nobody took D up.
    "first_contact_share": (2 / 5, 5),
    # A of A, B, C (D and E undecided).
    "resolution_rate[L1]": (1 / 3, 3),
    # B, C and F came to L2, which resolved all.
    "resolution_rate[L2]": (1, 3),
    "resolved_share[L1]": (1 / 4, 4),
    "resolved_share[L2]": (3 / 4, 4),
    # C came back.
    "reopen_share": (1 / 4, 4),
    "reopen_share[L1]": (0, 1),
    "reopen_share[L2]": (1 / 3, 3),
    # D.
    "abandonment": (1 / 6, 6),
    "tickets": (6, 1),
    "tickets[resolved]": (4, 1),
    "tickets[open]": (1, 1),
    "tickets[abandoned]": (1, 1),
    "tickets[unresolved]": (0, 1),
    # B and C.
    "escalated_share": (2 / 6, 6),
    # B 1; C L1-L2, L2-L1, L1-L2; coming back to the same queue is none.
    "hops": (4 / 6, 6),
    # Nobody left anything lying: of the six, five came to L1 and three to L2.
    "left_lying": (0, 6),
    "left_lying[L1]": (0, 5),
    "left_lying[L2]": (0, 3),
    # C was sent back once.
    "bounces": (1 / 6, 6),
    "bounces[returned]": (1 / 6, 6),
    "bounces[misrouted]": (0, 6),
    "bounced_share": (1 / 2, 2),
    # B lacked the summary, C the reason.
    "documented_share": (0, 2),
    "documented_share[summary]": (1 / 2, 2),
    "documented_share[steps]": (1, 2),
    "documented_share[data]": (1, 2),
    "documented_share[reason]": (1 / 2, 2),
    # B.
    "reexplains": (1 / 2, 2),
}

TIMES = {
    # From creation to the first start: A 0, B 20, C Mon 16:50 to Tue 08:05 = 915, E 5, F 0.
    "response[mean]": (188, 5),
    "response[p50]": (5, 5),
    "response[p90]": (915, 5),
    "response[p95]": (915, 5),
    # In office hours C waited 10 min on Monday and 5 on Tuesday.
    "response[mean, business hours]": (8, 5),
    "response[p90, business hours]": (20, 5),
    # A and F are P1.
    "response[priority P1, mean]": (0, 2),
    "response[priority P2, p50]": (20, 3),
    "resolution[priority P1, mean]": (15, 2),
    "resolution[priority P2, mean]": ((310 + 1030) / 2, 2),
    # From arrival at the tier. L1: A 0, B 20, C 915, E 5.
    "response[L1, mean]": (235, 4),
    "response[L1, p50]": (5, 4),
    # L2: B 30, C 0, F 0.
    "response[L2, mean]": (10, 3),
    "response[L2, p90]": (30, 3),
    # A 10, B 310, C Mon 16:50 to Tue 10:00 = 1030 (not to its second end), F 20.
    "resolution[mean]": (342.5, 4),
    "resolution[p50]": (20, 4),
    "resolution[p90]": (1030, 4),
    "resolution[L1, mean]": (10, 1),
    "resolution[L2, mean]": ((310 + 1030 + 20) / 3, 3),
    # C: 10 min on Monday, 120 on Tuesday.
    "resolution[L2, mean, business hours]": ((310 + 130 + 20) / 3, 3),
    # From creation until L2 takes it up: B 60, C Mon 16:50 to Tue 08:25 = 935.
    "escalation[mean]": (497.5, 2),
    "escalation[p50]": (60, 2),
    "escalation[L2, p95]": (935, 2),
    "escalation[mean, business hours]": ((60 + 35) / 2, 2),
    # B: clarifying 10 and 15 of its work; C: look 5, completing notes 8.
    "rework": (38 / 2, 2),
    # B 3, and C 5 to write it up when the time-box ran out.
    "writing": (8 / 2, 2),
    # E: 10 min past 17:00, in two weeks.
    "overtime": (10 / 2, 2),
    "overtime[L1]": (10 / 2, 2),
    "overtime[L2]": (0, 2),
    # L1 response: B 5 min over, D 10 over when it hung up.
    "breach_time[L1 response]": (7.5, 2),
    "breach_time[L1 resolution]": (NAN, 0),
    # L2 resolution without the pause: B 280 min against 240.
    "breach_time[L2 resolution, no pauses]": (40, 1),
    # B 190 against 60, C 1030 against 60; D left before it was late.
    "breach_time[any resolution]": ((130 + 970) / 2, 2),
}

LEVELS = {
    # A 0, B 20 late, C 10 + 5 = 15 min of office hours: just met, D left after 25: late, E 5.
    "service_level[L1 response]": (3 / 5, 5),
    "service_level[L1 response, no pauses]": (3 / 5, 5),
    "breaches[L1 response]": (2, 1),
    "service_left_out[L1 response]": (0, 1),
    # A, and D, which left; B and C went on to L2. E had 20 open minutes: not late, left out.
    "service_level[L1 resolution]": (1 / 2, 2),
    "service_left_out[L1 resolution]": (1, 1),
    # From arrival at L2: B 280 less 120 for the user, C 95, F 20, target 240.
    "service_level[L2 resolution]": (1, 3),
    "service_level[L2 resolution, no pauses]": (2 / 3, 3),
    # From creation, all hours, target 60: A 10, B 190 late, C 1030 late, D left, F 20; E (30 before
    # it waits for the user) is left out ...
    "service_level[any resolution]": (2 / 5, 5),
    "service_left_out[any resolution]": (1, 1),
    # ... but without pauses E is late: it runs from Friday 16:40 to the end of Sunday.
    "service_level[any resolution, no pauses]": (2 / 6, 6),
    # By priority: A is P1; B late, C met, D late, E met are P2.
    "service_level[L1 response, priority P1]": (1, 1),
    "service_level[L1 response, priority P2]": (2 / 4, 4),
    "breaches[L1 response, priority P2]": (2, 1),
    # D, of A, B, C, D, E at L1; of A, D, E there for good; of all six.
    "left_unanswered[L1 response]": (1 / 5, 5),
    "left_unanswered[L1 resolution]": (1 / 3, 3),
    "left_unanswered[any resolution]": (1 / 6, 6),
    # C: from Mon 16:50 to Tue 08:25 = 10 + 25 office minutes, late; F 0. B is about software.
    "service_level[hardware by creation]": (1 / 2, 2),
    # First week A met, B late, C met, D late: 50 % < 60 %. Second week: E met.
    "weeks_met[L1 response]": (1 / 2, 2),
    # Only the first week has tickets that can be judged: A met, D did not.
    "weeks_met[L1 resolution]": (0, 1),
    "weeks_met[any resolution]": (1 / 2, 2),
}

STAFF = {
    # Two agents, ten days of nine hours. A 10, B 10, C 20 + 8, E 15 before 17:00.
    "utilisation[L1]": (63 / (2 * 10 * 9 * H), 2 * 10 * 9 * HOUR),
    # B 10 + 20 + 40, C 5 + 60 + 30, F 20.
    "utilisation[L2]": (185 / (10 * 9 * H), 10 * 9 * HOUR),
    "staffed[L1]": (2 * 90 / 336, 2 * WEEK),
    "staffed[L2]": (90 / 336, 2 * WEEK),
    # Open minutes: A 10, B 310, C 1030 + 30, D 25, E 7 h 20 + 48 h = 3320, F 20; of 20160.
    "backlog[mean]": (4745 / 20160, 2 * WEEK),
    # L1: A 10, B 30, C 935 + 18, D 25, E 3320.
    "backlog[L1, mean]": (4338 / 20160, 2 * WEEK),
    # L2: B 280, C 5 + 72 + 30, F 20.
    "backlog[L2, mean]": (407 / 20160, 2 * WEEK),
    "backlog[end]": (1, 1),
    "backlog[L1, end]": (1, 1),
    "backlog[L2, end]": (0, 1),
}

# L1: 2 heads x 45 h x 30 and 10 min of overtime x 1.5 in two weeks.
L1_COST = 2 * 45 * 30 + 10 / 60 * 1.5 * 30 / 2
L2_COST = 45 * 50
# L1 response: 10 percentage points short in the first week.
CREDITS = 10 * 10 / 2
# Office minutes open x share of work stopped: A 10, B 310, D 25, E 20 at 50 %; C 130 + 30, F 20
# at 20 %.
LOST_MINUTES = 0.5 * (10 + 310 + 25 + 20) + 0.2 * (130 + 30 + 20)
MONEY = {
    "paid_hours": (135, 2),
    "paid_hours[L1]": (90, 2),
    "paid_hours[L2]": (45, 2),
    "staff_cost": (L1_COST + L2_COST, 2),
    "staff_cost[L1]": (L1_COST, 2),
    "staff_cost[L2]": (L2_COST, 2),
    "provider_cost": (0, 2),
    "credits": (CREDITS, 2),
    "credits[L1 response]": (CREDITS, 2),
    "credits[L1 resolution]": (NAN, 2),
    "call_outs": (0, 2),
    "cost_per_ticket": ((L1_COST + L2_COST + CREDITS) * 2 / 4, 4),
    "lost_hours": (LOST_MINUTES / 60 / 6, 6),
    "lost_cost": (LOST_MINUTES / 60 * 20 / 2, 2),
    "total_cost": (L1_COST + L2_COST + CREDITS + LOST_MINUTES / 60 * 20 / 2, 2),
}


def check(measured, name, value, out_of, scale=1):
    """Compare a value and its denominator."""
    assert measured.values[name] == pytest.approx(value * scale, nan_ok=True, rel=1e-12)
    assert measured.counts[name] == out_of


@pytest.mark.parametrize("name", [*SHARES, *LEVELS, *STAFF, *MONEY])
def test_a_value_and_its_denominator(measured, name):
    """Each number is the one that follows from its definition."""
    check(measured, name, *(SHARES | LEVELS | STAFF | MONEY)[name])


@pytest.mark.parametrize("name", TIMES)
def test_a_time_and_its_denominator(measured, name):
    """Each time is the one that follows from its definition."""
    check(measured, name, *TIMES[name], scale=MINUTE)


def test_every_family_is_worked_out_by_hand():
    """A metric without an expectation here would be one that nobody checked."""
    expected = {name.partition("[")[0] for name in [*SHARES, *TIMES, *LEVELS, *STAFF, *MONEY]}
    here = {module.__name__ for module in (resolution, times, service, handovers, load, money)}
    assert {m.key for m in families() if m.compute.__module__ in here} == expected
