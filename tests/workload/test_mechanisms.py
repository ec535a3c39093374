"""Each mechanism against the shares and distributions that it states; see ``chance`` for alarms."""

import numpy as np
import pytest
from chance import follows, mean_fits, share_fits
from scipy import integrate, special, stats

from scenarios import with_on
from sim.scenario.waiting import Answers
from sim.units import DAY, HOUR, LONGEST_MS, MINUTE, WEEK
from sim.workload.draws import Draws, delay, exponential, lognormal, work
from sim.workload.journeys import NEVER_MS, NONE, Kind, Origin, Outcome, Wait
from sim.workload.laws import from_normal
from sim.workload.plan import plan
from sim.workload.sample import sample, usable_runbooks
from sim.workload.stages import DATA, REASON, STEPS, SUMMARY
from sim.workload.streams import Purpose

VOLUME = {"demand.volume": "4000 / week", "period.length": "4 weeks", "documentation.writing": 0}
PLAIN = {**VOLUME, "demand.hardness": 0}


def _drawn(names, changes, seed=1):
    return sample(with_on(names, {**VOLUME, **changes}), seed, 0)


# ---- distributions ---------------------------------------------------------------------------


@pytest.mark.parametrize("cv", [0.0, 0.3, 1.0, 1.4])
def test_lognormal_has_its_mean_and_variation(cv):
    """Touch times have the stated mean and coefficient of variation, and are lognormal."""
    normal = np.random.default_rng(1).standard_normal(200_000)
    values = lognormal(np.full(len(normal), 7.0), cv, normal)
    if cv == 0:
        assert (values == 7).all()
        return
    sigma = np.log1p(cv**2) ** 0.5
    assert follows(values, stats.lognorm(sigma, scale=7 * np.exp(-(sigma**2) / 2)))
    assert mean_fits(values, 7)
    assert values.std() / values.mean() == pytest.approx(cv, rel=0.05)


@pytest.mark.parametrize("cv", [0.0, 0.3, 1.0, 3.0])
@pytest.mark.parametrize("law", ["lognormal", "gamma", "Weibull"])
def test_answers_have_their_mean_and_variation(law, cv):
    """Whatever the law, waits have the stated mean and variation, and keep who waits longest."""
    normal = np.random.default_rng(1).standard_normal(400_000)
    answers = Answers(answers_in="7 h", answers_cv=cv, answers_law=law)
    values = from_normal(answers.law(), 7.0, normal)
    if cv == 0:
        assert (values == 7).all()
        return
    assert mean_fits(values, 7)
    assert values.std() / values.mean() == pytest.approx(cv, rel=0.1)
    assert (np.diff(values[np.argsort(normal)]) >= 0).all()
    if cv == 1 and law != "lognormal":
        assert follows(values[:100_000], stats.expon(scale=7))


def test_answers_of_a_shape_that_was_seen():
    """Quantiles seen come out in proportion, whatever their unit, with the mean that is stated."""
    normal = np.random.default_rng(1).standard_normal(200_000)
    answers = Answers(answers_in="7 h", answers_shape=(0, 1, 2, 10))
    values = from_normal(answers.law(), 7.0, normal)
    assert mean_fits(values, 7)
    quarters = np.quantile(values, (1 / 3, 2 / 3)) / 7
    assert quarters == pytest.approx(np.array([1, 2]) / (8 / 3), rel=0.02)


@pytest.mark.parametrize(
    ("shape", "law", "says"),
    [
        ((1,), "lognormal", "two quantiles"),
        ((0, 0), "lognormal", "above 0"),
        ((2, 1), "lognormal", "shortest to the longest"),
        ((1, 2), "gamma", "`answers_law`, `answers_shape` or"),
    ],
)
def test_shapes_that_are_none(shape, law, says):
    """A shape that cannot be one is refused with the reason."""
    with pytest.raises(ValueError, match=says):
        Answers(answers_in="1 h", answers_shape=shape, answers_law=law)


def test_exponential_has_its_mean():
    """Exponential delays follow their distribution."""
    values = exponential(5.0, np.random.default_rng(1).random(100_000))
    assert follows(values, stats.expon(scale=5))


def test_times_are_whole_and_bounded():
    """Work is at least a millisecond, delays at least none, and neither passes the latest time."""
    extreme = np.array([0.0, 0.4, 0.5, 1.5, 2.5, 1e30, np.inf])
    assert work(extreme)[:5].tolist() == [1, 1, 1, 2, 2]
    assert delay(extreme)[:5].tolist() == [0, 0, 0, 2, 2]
    for late in (*work(extreme)[5:], *delay(extreme)[5:]):
        assert LONGEST_MS < late <= NEVER_MS


@pytest.mark.parametrize(("mean", "spread"), [(0.3, 0.1), (0.5, 0.25), (0.05, 0.04), (0.9, 0.05)])
def test_difficulty_is_beta(mean, spread):
    """A topic's difficulties follow the Beta distribution of its mean and spread, inside (0, 1)."""
    topics = {"one": {"share": 1, "difficulty": mean, "spread": spread}}
    hard = _drawn([], {"topics": topics}).tickets.difficulty
    size = mean * (1 - mean) / spread**2 - 1
    beta = stats.beta(mean * size, (1 - mean) * size)
    # The table of quantiles bends the tails by less than a step; a coarser test than exact.
    assert beta.std() == pytest.approx(spread)
    assert mean_fits(hard, mean)
    assert follows(hard, beta)
    assert ((hard > 0) & (hard < 1)).all()


def test_difficulty_without_spread():
    """Without spread every ticket of a topic is as hard as the topic."""
    topics = {"one": {"share": 1, "difficulty": 0.4, "spread": 0}}
    assert (_drawn([], {"topics": topics}).tickets.difficulty == np.float32(0.4)).all()


# ---- ability and work ------------------------------------------------------------------------


def _solved_first(workload):
    """Tell which tickets the first tier solves, where nothing else happens there."""
    visits = workload.visits
    last = workload.tickets.first_visit
    return visits.successor[Outcome.DONE, last] == NONE


@pytest.mark.parametrize("ability", [0.2, 0.4, 0.55])
def test_success_is_logistic(ability):
    """A tier solves a ticket of a difficulty with the logistic chance of Rasch (1960)."""
    topics = {"one": {"share": 1, "difficulty": 0.4, "spread": 0}}
    found = _drawn([], {"topics": topics, "tiers.L1.ability": ability})
    assert share_fits(_solved_first(found), 1 / (1 + np.exp(-(ability - 0.4) / 0.1)))


def test_success_falls_with_difficulty():
    """In every band of difficulty the share solved is the mean of the curve over the band."""
    found = _drawn([], {})
    hard = found.tickets.difficulty.astype(float)
    chance = 1 / (1 + np.exp(-(0.45 - hard) / 0.1))
    solved = _solved_first(found)
    for low in np.arange(0.1, 0.9, 0.1):
        band = (hard >= low) & (hard < low + 0.1)
        spread = np.sqrt((chance * (1 - chance))[band].sum())
        # Sums of independent draws: normal, at five standard deviations (6e-7).
        assert abs(solved[band].sum() - chance[band].sum()) < 5 * spread


def test_work_by_topic_and_tier():
    """Work solved at a tier has the tier's mean, or the topic's own, and grows with difficulty."""
    own = {"topics.network.work": {"L1": "30 min"}, "tiers.L1.finds_out_after": 1}
    found = _drawn([], {**own, "demand.hardness": 0})
    first = found.visits.work_ms[found.tickets.first_visit] / MINUTE
    assert mean_fits(first[found.tickets.topic < 2], 12)
    assert mean_fits(first[found.tickets.topic == 2], 30)
    harder = _drawn([], {**own, "demand.hardness": 5})
    hard = harder.tickets.difficulty.astype(float) - np.array([0.3, 0.5, 0.7])[harder.tickets.topic]
    assert (1 + 5 * hard < 0.2).any()
    ratio = harder.visits.work_ms[harder.tickets.first_visit] / MINUTE / first
    assert np.allclose(ratio, np.maximum(1 + 5 * hard, 0.2), rtol=1e-3)


def test_finding_out_takes_its_part():
    """Work that a tier cannot finish ends after its part; the last tier takes that part longer."""
    base, other = (
        _drawn([], {**PLAIN, "tiers.L1.finds_out_after": part, "tiers.L3.finds_out_after": 0})
        for part in (1, 0.25)
    )
    first = base.tickets.first_visit
    solved = _solved_first(base)
    ratio = other.visits.work_ms[first] / base.visits.work_ms[first]
    assert (ratio[solved] == 1).all()
    assert np.allclose(ratio[~solved], 0.25, rtol=1e-3)
    alone = {"tiers.L2": None, "tiers.L3": None, "tiers.L1.finds_out_after": 0.5}
    short, long = (
        _drawn([], {**PLAIN, **alone, "tiers.L1.ability": ability}) for ability in (3, -1)
    )
    assert (_solved_first(short) & _solved_first(long)).all()
    assert np.allclose(long.visits.work_ms / short.visits.work_ms, 1.5, rtol=1e-3)


def test_runbooks_lift_and_save():
    """A usable runbook raises the first tier's chance by its lift and saves its part of the time."""
    topics = {"one": {"share": 1, "difficulty": 0.4, "spread": 0, "runbook": 0.6}}
    notes = {"documentation.runbooks": 0.5}
    found = _drawn([], {**PLAIN, "topics": topics, **notes, "tiers.L1.finds_out_after": 1})
    first = found.tickets.first_visit
    used = found.visits.runbook[first]
    assert share_fits(used, 0.6 * 0.5)
    solved = _solved_first(found)
    assert share_fits(solved[used], 1 / (1 + np.exp(-(0.45 + 0.15 - 0.4) / 0.1)))
    assert share_fits(solved[~used], 1 / (1 + np.exp(-(0.45 - 0.4) / 0.1)))
    minutes = found.visits.work_ms[first] / MINUTE
    assert mean_fits(minutes[used], 12 * 0.75)
    assert mean_fits(minutes[~used], 12)


@pytest.mark.parametrize("hours_a_week", [0, 1, 4, 40])
def test_runbooks_age_as_their_equation_says(hours_a_week):
    """The share of usable runbooks follows its differential equation, and never passes 1."""
    upkeep = {"tier": "L2", "time": f"{hours_a_week} h"}
    aging = {"knowledge.ages": "10 weeks", "knowledge.library": 40, "knowledge.upkeep": upkeep}
    scenario = with_on([], {**aging, "documentation.runbooks": 0.7})
    weeks = np.linspace(0, 60, 13)
    restored = hours_a_week / 1.5 / 40

    def change(_, share):
        return np.where(share >= 1, np.minimum(restored - 0.1 * share, 0), restored - 0.1 * share)

    exact = integrate.solve_ivp(change, (0, 60), [0.7], t_eval=weeks, max_step=0.02).y[0]
    found = usable_runbooks(scenario, (weeks * WEEK).astype(np.int64))
    # The solver steps a little over the cap before it sees it.
    assert found == pytest.approx(np.minimum(exact, 1), abs=2e-3)


# ---- escalations -----------------------------------------------------------------------------


def test_fields_of_notes_have_their_shares():
    """Each field comes complete as often as it says, independently of the others."""
    shares = {"summary": 0.9, "steps": 0.7, "data": 0.5, "reason": 0.3}
    fields = {f"documentation.{name}": share for name, share in shares.items()}
    found = _drawn([], fields)
    notes = found.visits.notes[found.visits.notes != NONE]
    for bit, share in zip((SUMMARY, STEPS, DATA, REASON), shares.values(), strict=True):
        assert share_fits(notes & bit != 0, share)
    assert share_fits(notes == SUMMARY | STEPS | DATA | REASON, np.prod(list(shares.values())))


def test_missing_notes_cost_what_they_say():
    """Steps missing repeats the earlier work, data missing adds diagnosis; complete notes nothing."""
    part = {"tiers.L2.finds_out_after": 1, "documentation.steps_repeated": 0.5}
    part |= {"documentation.summary": 1, "documentation.reason": 1, "tiers.L3": None}
    good = _drawn([], {**PLAIN, **part})
    bad = _drawn([], {**PLAIN, **part, "documentation.steps": 0, "documentation.data": 0})
    before = good.visits.work_ms[good.visits.queue == 0]
    sent = np.isin(
        good.visits.ticket[good.visits.queue == 0], good.visits.ticket[good.visits.queue == 1]
    )
    mine, theirs = good.visits.work_ms[good.visits.queue == 1], bad.visits
    rework = theirs.rework_ms[theirs.queue == 1]
    # The last tier's base is what it takes for a ticket that it can solve at once.
    base = _base_ms(with_on([], {**PLAIN, **part}), 1)[good.visits.ticket[good.visits.queue == 1]]
    assert np.allclose(rework, 0.5 * before[sent] + 0.3 * base, atol=2)
    assert np.abs(theirs.work_ms[theirs.queue == 1] - mine - rework).max() <= 2


def _base_ms(scenario, tier):
    """Work out the touch time of solved tickets at a tier, from its stream."""
    users = len(sample(scenario, 1, 0).tickets)
    normal = Draws(1, 0, users).normal(Purpose.WORK, tier)
    known = plan(scenario)
    return lognormal(float(known.work_ms[tier, 0]), 1.0, normal)


def test_sent_back_for_want_of_a_reason():
    """Without a reason a ticket is sent back as often as stated; the sender completes it."""
    found = _drawn([], {"documentation.reason": 0.4, "documentation.sent_back": 0.6}).visits
    handed = found.notes != NONE
    assert share_fits(found.kind[handed] == Kind.RETURNED, 0.6 * 0.6)
    looks = np.flatnonzero(found.kind == Kind.RETURNED)
    completes = found.successor[Outcome.DONE, looks]
    assert (found.kind[completes] == Kind.COMPLETE_NOTES).all()
    assert (found.queue[completes] == found.queue[looks] - 1).all()
    assert (found.queue[found.successor[Outcome.DONE, completes]] == found.queue[looks]).all()


def test_explaining_again():
    """Without a summary the receiver asks, and waits for the user a lognormal time."""
    found = _drawn([], {"documentation.summary": 0.25}).visits
    handed = found.notes != NONE
    assert share_fits(found.kind[handed] == Kind.CLARIFY, 0.75)
    asks = np.flatnonzero(found.kind == Kind.CLARIFY)
    assert (found.work_ms[asks] == 10 * MINUTE).all()
    sigma = np.log1p(1.5**2) ** 0.5
    wait = found.delay_ms[Outcome.DONE, asks] / HOUR
    assert follows(wait, stats.lognorm(sigma, scale=3 * np.exp(-(sigma**2) / 2)))


def test_unclear_criteria_with_teams():
    """A wrong team gets the stated share of escalations, each other team as often, and sends it on."""
    teams = {
        name: {"staff": {"day": 1}, "topics": [topic]}
        for name, topic in (("a", "account"), ("b", "software"), ("c", "network"))
    }
    changes = {"tiers.L2.staff": None, "tiers.L2.teams": teams, "routing.clarity": 0.7}
    found = _drawn([], changes).visits
    at_second = (found.notes != NONE) & np.isin(found.queue, (1, 2, 3))
    wrong = found.kind[at_second] == Kind.MISROUTED
    assert share_fits(wrong, 0.3)
    looks = np.flatnonzero(at_second & (found.kind == Kind.MISROUTED))
    right = found.queue[found.successor[Outcome.DONE, looks]]
    assert (found.queue[looks] != right).all()
    skipped = (found.queue[looks] - right) % 3
    assert share_fits(skipped == 1, 0.5)


def test_unclear_criteria_with_one_team():
    """Where a tier is one team, an escalation with unclear criteria goes back to the sender."""
    found = _drawn([], {"routing.clarity": 0.7}).visits
    assert share_fits(found.kind[found.notes != NONE] == Kind.RETURNED, 0.3)


def test_a_sender_may_solve_what_comes_back():
    """The stated share of tickets sent back ends with the sender, and asks nothing of anybody."""
    shares = {"documentation.reason": 0, "documentation.sent_back": 0.5}
    found = _drawn([], {**shares, "documentation.sender_solves": 0.3}).visits
    completes = np.flatnonzero(found.kind == Kind.COMPLETE_NOTES)
    assert share_fits(found.successor[Outcome.DONE, completes] == NONE, 0.3)
    assert (found.successor[1:, completes] == NONE).all()


def test_escalations_through_the_first_tier():
    """The stated share of escalations from L2 is looked at in L1's queue, and none from L1."""
    found = _drawn([], {"routing.through_first": 0.3}).visits
    handed = found.notes != NONE
    to_last = handed & (found.queue != 1)
    assert share_fits(found.kind[to_last] == Kind.MISROUTED, 0.3)
    looks = np.flatnonzero(found.kind == Kind.MISROUTED)
    assert (found.queue[looks] == 0).all()
    assert (found.queue[found.successor[Outcome.DONE, looks]] == 2).all()


def test_a_tier_sends_back_its_own_share():
    """A tier that states its own share sends that back; the others what the notes say."""
    shares = {"documentation.reason": 0, "documentation.sent_back": 0.5}
    found = _drawn([], {**shares, "tiers.L3.sends_back": 0.2}).visits
    handed = found.notes != NONE
    for queue, share in ((1, 0.5), (2, 0.2)):
        own = handed & (found.queue == queue)
        assert share_fits(found.kind[own] == Kind.RETURNED, share)


def test_tickets_that_the_first_tier_owns_go_through_it():
    """Those that came in there do at their own share, those that came in behind it at the other."""
    shares = {"routing.through_first": 0.1, "routing.owned_through_first": 0.4}
    drawn = _drawn([], {**shares, "topics.software.goes_to": "L2"})
    found = drawn.visits
    to_last = (found.notes != NONE) & (found.queue != 1)
    begins = np.append(True, np.diff(found.ticket) != 0)
    owned = np.isin(found.ticket, found.ticket[begins & (found.queue == 0)])
    assert share_fits(found.kind[to_last & owned] == Kind.MISROUTED, 0.4)
    assert share_fits(found.kind[to_last & ~owned] == Kind.MISROUTED, 0.1)


def test_handing_back_to_be_closed():
    """Of what a tier solves, its share is closed by L1; of that, a share once the user confirms."""
    shares = {"tiers.L2.hands_back": 0.4, "routing.confirms": 0.25, "routing.closing": "8 min"}
    found = _drawn([], shares).visits
    ends = found.successor[Outcome.DONE]
    solved = np.flatnonzero((found.queue == 1) & ((ends == NONE) | (found.queue[ends] == 0)))
    assert share_fits(ends[solved] != NONE, 0.4)
    closes = ends[solved][ends[solved] != NONE]
    assert (found.kind[closes] == Kind.CLOSING).all()
    asks = ends[closes] != NONE
    assert share_fits(asks, 0.25)
    assert (found.wait[ends[closes[asks]]] == Wait.USER).all()
    assert set(found.work_ms[found.kind == Kind.CLOSING]) == {4 * MINUTE, 8 * MINUTE}
    assert (ends[ends[closes[asks]]] == NONE).all()


# ---- waiting ---------------------------------------------------------------------------------


def test_users_are_asked():
    """A tier asks its share of users, and each answers in a lognormal time."""
    found = _drawn([], {"tiers.L1.asks_user": 0.35})
    asked = found.visits.successor[Outcome.DONE, found.tickets.first_visit]
    asked = np.where(asked != NONE, found.visits.wait[asked] == Wait.USER, np.False_)
    assert share_fits(asked, 0.35)


def test_answers_by_tier():
    """A tier may be answered by a law of its own; who waits longer than whom stays."""
    asked = {"tiers.L1.asks_user": 1, "tiers.L2.asks_user": 1, "users.answers_cv": 0}
    other = {"answers_in": "9 h", "answers_cv": 0}
    found = _drawn([], asked | {"users.answers_in": "2 h", "tiers.L2.user_answers": other}).visits
    follows = found.successor[Outcome.DONE]
    asks = follows != NONE
    asks[asks] = found.wait[follows[asks]] == Wait.USER
    for queue, hours in ((0, 2), (1, 9)):
        waited = found.delay_ms[Outcome.DONE, asks & (found.queue == queue)]
        assert set(waited / HOUR) == {hours}


def test_vendors():
    """A vendor is needed for its share of what a tier solves, and asks for data that is missing."""
    vendor = {"share": 0.5, "answers_in": "1 d", "answers_cv": 0, "info_requests": 0.3}
    found = _drawn([], {"tiers.L2.vendor": vendor, "documentation.data": 0.4}).visits
    ends = found.successor[Outcome.DONE]
    worked = (found.queue == 1) & (found.kind == Kind.WORK)
    onwards = np.where(ends != NONE, found.queue[ends], NONE)
    waits = np.where(ends != NONE, found.wait[ends], Wait.NOTHING)
    solved = worked & ((ends == NONE) | (onwards == 1))
    assert share_fits(waits[solved] == Wait.VENDOR, 0.5)
    rounds = found.delay_ms[Outcome.DONE][worked & (waits == Wait.VENDOR)] / DAY
    assert set(rounds) == {1, 2}
    assert share_fits(rounds == 2, 0.6 * 0.3)


def test_waits_before_passing_on():
    """Of what a tier passes on, a share has waited there, by a distribution of its own."""
    also = {"share": 0.3, "answers_in": "6 h", "answers_cv": 2, "answers_law": "Weibull"}
    vendor = {"share": 0.5, "answers_in": "1 d", "answers_cv": 0, "passed_on": also}
    found = _drawn([], {"tiers.L1.vendor": vendor}).visits
    ends = found.successor[Outcome.DONE]
    worked = np.flatnonzero((found.queue == 0) & (found.kind == Kind.WORK))
    waits = (ends[worked] != NONE) & (found.wait[ends[worked]] == Wait.VENDOR)
    final = np.where(waits, ends[worked], worked)
    escalates = (ends[final] != NONE) & (found.queue[ends[final]] == 1)
    assert share_fits(waits[escalates], 0.3)
    assert share_fits(waits[~escalates], 0.5)
    hours = found.delay_ms[Outcome.DONE, worked[escalates & waits]] / HOUR
    # A Weibull distribution of exponent 0.5427 varies twice its mean.
    power = 0.54270
    assert follows(hours, stats.weibull_min(power, scale=6 / special.gamma(1 + 1 / power)))
    assert set(found.delay_ms[Outcome.DONE, worked[~escalates & waits]]) == {DAY}


def test_change_windows():
    """Fixes of a share of solved tickets wait for a window, and take their own work there."""
    found = _drawn([], {"tiers.L3.change": {"share": 0.3, "hours": "windows", "work": "25 min"}})
    visits = found.visits
    worked = np.flatnonzero((visits.queue == 2) & (visits.wait == Wait.NOTHING))
    after = visits.successor[Outcome.DONE, worked]
    assert share_fits(after != NONE, 0.3)
    after = after[after != NONE]
    assert (visits.wait[after] == Wait.CHANGE).all()
    assert (visits.work_ms[after] == 25 * MINUTE).all()


def test_providers_take_in():
    """Escalations to a provider wait an exponential intake; missing data sends a question back."""
    provider = {"hours": "office", "intake": "2 h", "info_requests": 0.8}
    changes = {"tiers.L3.staff": None, "tiers.L3.provider": provider, "documentation.data": 0.5}
    visits = _drawn([], changes).visits
    comes = np.flatnonzero((visits.queue == 2) & (visits.notes != NONE))
    assert (visits.wait[comes] == Wait.INTAKE).all()
    led = np.full(len(visits), NONE)
    way = visits.successor[Outcome.DONE]
    led[way[way != NONE]] = np.flatnonzero(way != NONE)
    intake = visits.delay_ms[Outcome.DONE, led[comes]]
    assert follows(intake, stats.expon(scale=2 * HOUR))
    lacks = visits.notes[comes] & DATA == 0
    after = visits.successor[Outcome.DONE, comes]
    asked = np.where(after != NONE, visits.wait[after] == Wait.USER, np.False_)
    assert share_fits(asked[lacks], 0.8)
    assert not asked[~lacks].any()


def test_patience_and_redialling():
    """Callers have exponential patience, a share of them calls again; portals never leave."""
    phone = {"share": 0.6, "patience": "10 min", "redials": 0.5, "redial_after": "20 min"}
    found = _drawn([], {"channels.phone": phone})
    visits, first = found.visits, found.tickets.first_visit
    caller = found.tickets.channel == 0
    assert (visits.patience_ms[first[~caller]] == NEVER_MS).all()
    assert follows(visits.patience_ms[first[caller]], stats.expon(scale=10 * MINUTE))
    again = visits.successor[Outcome.LEFT, first]
    assert share_fits(again[caller] != NONE, 0.5)
    assert not (again[~caller] != NONE).any()
    calls = again[again != NONE]
    assert (visits.kind[calls] == Kind.REDIAL).all()
    assert (visits.work_ms[calls] == visits.work_ms[first[again != NONE]]).all()
    after = visits.delay_ms[Outcome.LEFT, first[again != NONE]]
    assert follows(after, stats.expon(scale=20 * MINUTE))
    assert follows(visits.patience_ms[calls], stats.expon(scale=10 * MINUTE))


def test_coming_back():
    """A share of solved tickets comes back after an exponential time, with a part of the work."""
    found = _drawn([], {**PLAIN, "tiers.L1.reopens": 0.25, "users.reopened_work": 0.5})
    visits, first = found.visits, found.tickets.first_visit
    after = visits.successor[Outcome.DONE, first]
    solved = (after == NONE) | (visits.queue[after] == 0)
    back = solved & (after != NONE)
    assert share_fits(back[solved], 0.25)
    assert visits.resolves[first[back]].all()
    assert not visits.resolves[first[~back]].any()
    assert follows(visits.delay_ms[Outcome.DONE, first[back]], stats.expon(scale=2 * DAY))
    assert np.allclose(visits.work_ms[after[back]], visits.work_ms[first[back]] / 2, atol=1)


def test_closing_early():
    """A share of what a tier cannot solve is closed all the same, and most of that comes back."""
    base = _drawn([], {})
    could = _solved_first(base)
    early = {"tiers.L1.closes_early": 0.4, "tiers.L1.early_comes_back": 0.7}
    found = _drawn([], early)
    visits, first = found.visits, found.tickets.first_visit
    after = visits.successor[Outcome.DONE, first]
    stays = after == NONE
    back = np.where(after != NONE, visits.kind[after] == Kind.REOPENED, np.False_)
    assert stays[could].all()
    assert share_fits((stays | back)[~could], 0.4)
    assert share_fits(back[~could & (stays | back)], 0.7)
    # What comes back is escalated then.
    again = visits.successor[Outcome.DONE, after[back]]
    assert (visits.queue[again] == 1).all()


def test_time_boxes():
    """What takes longer than the short box may be given up, at the cost of its notes."""
    box = {"tiers.L1.time_box": "15 min", "tiers.L1.short_box": "5 min"}
    scenario = with_on([], {**VOLUME, **box, "documentation.writing": "8 min"})
    found = sample(scenario, 1, 0).visits
    queue = plan(scenario).queues[0]
    assert (queue.box_ms, queue.short_box_ms) == (15 * MINUTE, 5 * MINUTE)
    touch = found.work_ms - found.writing_ms
    here = found.queue == 0
    may = found.give_up_ms != NONE
    assert (may[here] == (touch[here] > 5 * MINUTE)).all()
    assert not may[~here].any()
    assert (found.give_up_ms[may] == 8 * MINUTE).all()
    assert (found.queue[found.successor[Outcome.GAVE_UP, may]] == 1).all()
    alone = with_on(["short box alone"])
    assert plan(alone).queues[1].box_ms == NEVER_MS
    assert plan(alone).queues[1].short_box_ms == 20 * MINUTE
    assert (sample(alone, 1, 0).visits.give_up_ms != NONE).any()


# ---- problems, self-service, incidents -------------------------------------------------------


def test_self_service():
    """A share of a topic's users find the answer: a signal raised from the start keeps them away."""
    found = _drawn(["self-service"], {})
    stopped = found.tickets.prevented_by != NONE
    mine = found.tickets.topic == 0
    assert share_fits(stopped[mine], 0.4)
    assert not stopped[~mine].any()
    assert (found.signal_count[found.tickets.prevented_by[stopped]] == 0).all()


def test_problems_are_unequal():
    """A share of tickets are symptoms, the k-th problem of them in proportion to k^-c."""
    problems = {"count": 6, "share": 0.3, "tier": "L3", "concentration": 1.5}
    found = _drawn([], {"problems": problems})
    problem = found.tickets.problem
    assert share_fits(problem != NONE, 0.3)
    weight = np.arange(1, 7) ** -1.5
    for k in range(6):
        assert share_fits(problem[problem != NONE] == k, weight[k] / weight.sum())
    assert (found.tickets.prevented_by == NONE).all()


def test_fixes_hold_with_their_chance():
    """An attempt holds with its chance; the last of a problem's attempts raises its signal."""
    problems = {"count": 2000, "share": 0.3, "tier": "L3", "reserved": 0.2, "success": 0.4}
    scenario = with_on([], {"problems": {**problems, "fix": "16 h"}})
    found = sample(scenario, 1, 0)
    fixes = found.visits.kind == Kind.FIX
    attempts = np.bincount(found.visits.ticket[fixes])
    attempts = attempts[attempts > 0]
    assert len(attempts) == 2000
    for k in (1, 2, 3):
        assert share_fits(attempts == k, 0.4 * 0.6 ** (k - 1))
    raised = found.visits.raises[fixes]
    assert share_fits(raised != NONE, (raised != NONE).mean())
    # One signal a problem that is ever fixed, raised by its last attempt alone.
    assert len(np.unique(raised[raised != NONE])) == (raised != NONE).sum()
    onwards = found.visits.successor[Outcome.DONE, fixes]
    assert (onwards[raised != NONE] == NONE).all()
    assert mean_fits(found.visits.work_ms[fixes] / HOUR, 16)
    symptom = found.tickets.problem[found.tickets.origin == Origin.USER]
    by = found.tickets.prevented_by[found.tickets.origin == Origin.USER]
    assert (by[symptom == NONE] == NONE).all()
    assert (by[symptom != NONE] != NONE).any()


def test_incidents_strike_at_their_rate():
    """Incidents are a Poisson process, each with its engineers, closing, and review."""
    outage = {
        "rate": "3 / week",
        "priority": "P1",
        "topic": "network",
        "engineers": {"L1": 1, "L2": 2},
    }
    outage |= {"review": "1 h", "linked": 0}
    found = sample(
        with_on([], {"incidents": {"outage": outage}, "period.length": "150 weeks"}), 1, 0
    )
    origin = found.tickets.origin
    start = found.tickets.arrival_ms[origin == Origin.INCIDENT]
    assert follows(np.diff(start), stats.expon(scale=WEEK / 3))
    assert (origin == Origin.CREW).sum() == 2 * len(start)
    assert (origin == Origin.PROJECT).sum() == len(start)
    assert (found.signal_count == 3).all()
    raises = np.bincount(found.visits.raises[found.visits.raises != NONE])
    assert (raises == 3).all()
    assert (np.bincount(found.visits.awaits[found.visits.awaits != NONE]) == 2).all()


def test_incident_on_a_day():
    """An incident on a stated day starts at its hour of the local clock, also in summer time."""
    outage = {
        "on": ["2026-03-24", "2026-03-31"],
        "at": "10 h",
        "priority": "P1",
        "topic": "network",
    }
    outage |= {"engineers": {"L1": 1}}
    scenario = with_on(["time zone"], {"incidents": {"outage": outage}})
    found = sample(scenario, 1, 0)
    start = found.tickets.arrival_ms[found.tickets.origin == Origin.INCIDENT]
    # The night of 29 March is an hour short.
    assert start.tolist() == [DAY + 10 * HOUR, 8 * DAY + 9 * HOUR]


def test_surge_of_callers():
    """Callers about an incident are Poisson in number, exponential in time, and linked to it."""
    outage = {"rate": "4 / week", "priority": "P1", "topic": "network", "engineers": {"L2": 1}}
    outage |= {"linked": 30, "linked_over": "2 h"}
    found = sample(
        with_on([], {"incidents": {"outage": outage}, "period.length": "60 weeks"}), 1, 0
    )
    tickets = found.tickets
    starts = tickets.arrival_ms[tickets.origin == Origin.INCIDENT]
    linked = tickets.origin == Origin.LINKED
    calls = np.bincount(tickets.closes_on[linked], minlength=len(starts))
    # The last incident may lose callers to the end of the period.
    assert mean_fits(calls[:-1], 30)
    after = tickets.arrival_ms[linked] - starts[tickets.closes_on[linked]]
    assert follows(after[tickets.closes_on[linked] < len(starts) - 1], stats.expon(scale=2 * HOUR))
    held = found.visits.awaits[tickets.first_visit[linked] + 1]
    assert (held == tickets.closes_on[linked]).all()
