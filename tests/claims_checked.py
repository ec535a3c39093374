"""Claims worked out again from replications, by other code than that which made them.

Nothing here imports estimates, verdicts, changes or rankings: intervals, adjustments and the rule of
the answer are written again, from the definitions in the documentation.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from scipy import stats

MONEY = ("total_cost", "staff_cost", "cost_per_ticket", "provider_cost")


def is_share(metric):
    """Tell shares from other metrics of the made studies."""
    return metric in ("l1_share", "abandonment") or metric.startswith(("service_level[", "left_"))


def column(result, metric):
    """Return the values of a metric, one a replication; NaN where there is none."""
    return np.array([one.values.get(metric, math.nan) for one in result.replications])


@functools.cache
def quantile(level, n):
    """Return Student's quantile for an interval of n values."""
    return float(stats.t.ppf((1 + level) / 2, n - 1))


def skewness(values):
    """Return Fisher's G1: the biased skewness, times √(n (n - 1)) / (n - 2)."""
    n, away = len(values), values - values.mean()
    third, second = (away**3).mean(), (away**2).mean()
    return float(third / second**1.5 * math.sqrt(n * (n - 1)) / (n - 2))


def interval(values, level):
    """Mean, low, high, n and the deviation of the kept values, skewness minded (Johnson, Hazen)."""
    kept = values[~np.isnan(values)]
    n = len(kept)
    if n == 0:
        return math.nan, math.nan, math.nan, 0, math.nan, 0.0
    mean = math.fsum(kept) / n
    if n == 1 or np.ptp(kept) == 0:
        ends = (math.nan, math.nan) if n == 1 else (mean, mean)
        return mean, *ends, n, 0.0, 0.0
    sd = kept.std(ddof=1)
    skew = skewness(kept) if n >= 3 else 0.0
    t = quantile(level, n)
    lean = (1 + 18 / max(n, 10)) * min(1, n / 10) ** 2 * abs(skew) / (6 * math.sqrt(n))
    far = t + lean * (1 + 2 * t * t)
    below, above = (far, t) if skew < 0 else (t, far)
    error = sd / math.sqrt(n)
    return mean, mean - below * error, mean + above * error, n, sd, skew


def estimate(result, metric, level):
    """Return mean, low and high of a metric of a scenario."""
    values = column(result, metric)
    mean, low, high, n, sd, _ = interval(values, level)
    if not is_share(metric) or n < 2:
        return mean, low, high
    if sd > 0:
        return mean, max(0.0, low), min(1.0, high)
    total = sum(
        one.counts[metric]
        for one, v in zip(result.replications, values, strict=True)
        if not math.isnan(v)
    )
    hits, tail = mean * total, (1 - level) / 2
    low = stats.beta.ppf(tail, hits, total - hits + 1) if hits > 0 else 0.0
    high = stats.beta.ppf(1 - tail, hits + 1, total - hits) if hits < total else 1.0
    return mean, min(low, mean), max(high, mean)


def difference(result, other, metric, level):
    """Return mean, low, high, p, error and whether one pair dominates, of a paired difference."""
    gaps = column(result, metric) - column(other, metric)
    mean, low, high, n, sd, skew = interval(gaps, level)
    if n < 2:
        return mean, low, high, math.nan, math.nan, False
    if sd == 0:
        return mean, low, high, (1.0 if mean == 0 else 0.0), 0.0, False
    error = sd / math.sqrt(n)
    lean = (1 + 18 / max(n, 10)) * min(1, n / 10) ** 2 * abs(skew) / (6 * math.sqrt(n))
    size, towards = abs(mean) / error, mean * skew < 0

    def covers(x):
        return x + (lean * (1 + 2 * x * x) if towards else 0.0)

    a, b = 0.0, size + 1.0
    for _ in range(200):
        middle = (a + b) / 2
        a, b = (middle, b) if covers(middle) < size else (a, middle)
    p = 2 * stats.t.sf(a if covers(0.0) < size else 0.0, n - 1)
    return mean, low, high, p, error, n >= 10 and abs(skew) > 0.8 * math.sqrt(n)


def holm(ps):
    """Adjust p-values step by step, the smallest first; NaN are no tests."""
    known = sorted((p, i) for i, p in enumerate(ps) if not math.isnan(p))
    found, least = [math.nan] * len(ps), 0.0
    for rank, (p, i) in enumerate(known):
        least = max(least, min(1.0, p * (len(known) - rank)))
        found[i] = least
    return found


def verdict(result, level_name, level):
    """Return met, missed or open for a promise of a desk that can be judged."""
    goal = result.scenario.service_levels[level_name].goal
    metric = f"service_level[{level_name}]"
    _, low, high = estimate(result, metric, level)
    if low >= goal:
        return "met"
    return "missed" if high < goal else "not yet known"


def measured(result, metric):
    """Tell whether any replication has a metric."""
    return any(metric in one.values for one in result.replications)


def free_tiers(scenario):
    """Tell which tiers' work nobody pays for, as far as the scenario says."""
    found = []
    for name, tier in scenario.tiers.items():
        provided = tier.provider is not None and tier.provider.price + tier.provider.retainer > 0
        if tier.cost == 0 and not provided:
            found.append(name)
    return found


def unlike(a, b, metric):
    """Tell why money of two scenarios is not compared."""
    found = []
    if a.scenario.costs.currency != b.scenario.costs.currency:
        found.append("currency")
    if metric == "total_cost" and a.scenario.costs.user_hour != b.scenario.costs.user_hour:
        found.append("price of users' time")
    if free_tiers(a.scenario) != free_tiers(b.scenario):
        found.append("prices")
    fields = ("start", "length", "warm_up", "time_zone")
    if any(getattr(a.scenario.period, f) != getattr(b.scenario.period, f) for f in fields):
        found.append("period")
    pairs = zip(a.replications, b.replications, strict=True)
    if any(one.tickets != two.tickets for one, two in pairs):
        found.append("arrivals")
    return tuple(found)


COSTS = ("total_cost", "staff_cost")
OVER = ("overloaded", "just over")
OF_ANY = ("cannot cope", "hangs on one", "base unjudged", "unlike", "first line", "no difference")
"""Claims that may be about a desk that is not judged."""


class Checked:
    """A study whose claims are checked."""

    def __init__(self, study, kinds):
        """Take a study and the kind of desk of each option."""
        self.study, self.level = study, study.level
        self.by_name = {result.name: result for result in study}
        self.kinds = dict(zip(self.by_name, kinds, strict=True))
        self.base = study.results[0]
        self.trouble = {name: self._trouble(name) for name in self.by_name}
        self.sound = [r for r in study if not self.trouble[r.name]]
        self.verdicts = {
            r.name: {n: verdict(r, n, self.level) for n in r.scenario.service_levels}
            for r in self.sound
        }
        self._judged, self._differences = {}, {}

    def _trouble(self, name):
        if self.kinds[name] in OVER:
            return "cannot cope"
        result = self.by_name[name]
        levels = [f"service_level[{n}]" for n in result.scenario.service_levels]
        for metric in ("l1_share", *levels, *COSTS):
            if measured(result, metric):
                mean, low, high = estimate(result, metric, self.level)
                *_, n, sd, skew = interval(column(result, metric), self.level)
                far = n >= 10 and sd > 0 and abs(skew) > 0.8 * math.sqrt(n)
                if far and (high - low) / 2 > 0.01 * abs(mean):
                    return "hangs on one"
        return ""

    def words(self, name, word):
        """List the promises of an option with a verdict."""
        return tuple(n for n, v in self.verdicts[name].items() if v == word)

    def keeps(self, name):
        """Tell whether an option surely keeps all of some promises."""
        found = self.verdicts[name].values()
        return bool(found) and all(one == "met" for one in found)

    def same(self, told, metric, result):
        """Compare an estimate that is told with the one worked out here."""
        mean, low, high = estimate(result, metric, self.level)
        close(told.mean, mean)
        close(told.low, low)
        close(told.high, high)

    def apart(self, told, one, other, metric, sign=1):
        """Compare a difference that is told with the one worked out here."""
        mean, low, high, *_ = difference(self.by_name[one], self.by_name[other], metric, self.level)
        if sign < 0:
            mean, low, high = -mean, -high, -low
        close(told.mean, mean)
        close(told.low, low)
        close(told.high, high)

    def gap(self, name, metric):
        """Return the difference of an option from the first, worked out once."""
        if (name, metric) not in self._differences:
            found = difference(self.by_name[name], self.base, metric, self.level)
            self._differences[name, metric] = found
        return self._differences[name, metric]

    def judged(self, metric):
        """Return Holm's p of each option's change in a metric, in the family that it belongs to."""
        family = "asked" if metric in self.study.metrics else metric
        if family not in self._judged:
            self._judged[family] = self._judge(metric)
        return self._judged[family]

    def _judge(self, metric):
        asked = [metric] if metric not in self.study.metrics else list(self.study.metrics)
        pairs, ps = [], []
        for result in self.study.results[1:]:
            for one in asked:
                if not (measured(result, one) and measured(self.base, one)):
                    continue
                sound = not (self.trouble[result.name] or self.trouble[self.base.name])
                unlike_money = one in MONEY and unlike(result, self.base, one)
                p = self.gap(result.name, one)[3]
                pairs.append((result.name, one))
                ps.append(p if sound and not unlike_money else math.nan)
        return dict(zip(pairs, holm(ps), strict=True))

    def shown(self, name, metric):
        """Tell whether a change is shown."""
        p = self.judged(metric).get((name, metric), math.nan)
        return not math.isnan(p) and p <= 1 - self.level

    def cheaper_all(self, best, others, cost):
        """Tell whether an option is shown to be cheaper than each other, shared out among them."""
        for other in others:
            mean, _, _, p, *_ = difference(
                self.by_name[other], self.by_name[best], cost, self.level
            )
            if not (mean > 0 and p <= (1 - self.level) / len(others) * (1 + 1e-9)):
                return False
        return True

    def check(self, claim):
        """Check a claim; each kind has its own way."""
        for name in claim.of:
            assert name in self.by_name
            if claim.kind not in OF_ANY:
                assert not self.trouble[name], (claim, self.trouble[name])
        getattr(self, "_" + claim.kind.replace(",", "").replace(" ", "_").replace("-", "_"))(claim)

    def _cannot_cope(self, claim):
        assert self.trouble[claim.of[0]] == "cannot cope"
        assert all(load >= 1 for _, load in claim.figures)

    def _hangs_on_one(self, claim):
        assert self.trouble[claim.of[0]] == "hangs on one"

    def _figure_hangs_on_one(self, claim):
        result = self.by_name[claim.of[0]]
        for metric in claim.what:
            assert metric.partition("[")[2].removesuffix("]") not in result.scenario.service_levels
            *_, n, _, skew = interval(column(result, metric), self.level)
            assert n >= 10
            assert abs(skew) > 0.8 * math.sqrt(n)

    def _change_hangs_on_one(self, claim):
        for metric in claim.what:
            *_, far = difference(*map(self.by_name.get, claim.of), metric, self.level)
            assert far

    def _many_hang_up(self, claim):
        assert self.kinds[claim.of[0]] == "leavers"
        self.same(claim["abandoned"], "abandonment", self.by_name[claim.of[0]])

    def _slow_to_settle(self, claim):
        assert 0.9 <= claim["load"] < 1

    def _unlike(self, claim):
        assert claim.of[1] == self.base.name
        assert claim.rests == unlike(self.by_name[claim.of[0]], self.base, "staff_cost") != ()

    def _kept(self, claim):
        name = claim.of[0]
        missed, unsure = self.words(name, "missed"), self.words(name, "not yet known")
        assert claim.what == missed + unsure
        assert (claim["met"], claim["missed"]) == (len(self.words(name, "met")), len(missed))
        assert claim["total"] == len(self.verdicts[name])

    def _promise(self, claim):
        (name,), (promise,) = claim.of, claim.what
        assert claim.rests[0] == self.verdicts[name][promise]
        self.same(claim["share"], f"service_level[{promise}]", self.by_name[name])
        left = f"left_unanswered[{promise}]"
        gone = (
            measured(self.by_name[name], left)
            and estimate(self.by_name[name], left, self.level)[0] > 0
        )
        assert (claim.get("left") is not None) == gone
        if gone:
            self.same(claim["left"], left, self.by_name[name])
        assert claim["goal"] == self.by_name[name].scenario.service_levels[promise].goal

    def _first_line(self, claim):
        assert bool(claim.rests) == bool(self.trouble[claim.of[0]])
        if claim.figures:
            self.same(claim["share"], "l1_share", self.by_name[claim.of[0]])

    def _one_keeps(self, claim):
        assert [r.name for r in self.sound if self.keeps(r.name)] == list(claim.of)
        others = [r.name for r in self.study if r.name != claim.of[0]]
        if claim.rests:
            assert all(not self.trouble[n] for n in others)
            assert all(self.words(n, "missed") or not self.verdicts[n] for n in others)
        if claim.what:
            self.same(claim["cost"], claim.what[0], self.by_name[claim.of[0]])

    def _several_keep(self, claim):
        assert [r.name for r in self.sound if self.keeps(r.name)] == list(claim.of)
        if claim.what:
            first, *others = map(self.by_name.get, claim.of)
            assert claim.rests == tuple(
                dict.fromkeys(w for other in others for w in unlike(other, first, claim.what[0]))
            )

    def _cheapest(self, claim):
        (name,), (cost,) = claim.of, claim.what
        keep = [r.name for r in self.sound if self.keeps(r.name)]
        assert claim["keep"] == len(keep) > 1
        assert name in keep
        assert not any(unlike(self.by_name[n], self.by_name[name], cost) for n in keep)
        assert self.cheaper_all(name, [n for n in keep if n != name], cost)
        self.same(claim["cost"], cost, self.by_name[name])

    def _no_clear_difference(self, claim):
        keep = [r.name for r in self.sound if self.keeps(r.name)]
        assert set(claim.of) <= set(keep)
        assert len(claim.of) > 1
        for name in keep:
            assert not self.cheaper_all(name, [n for n in keep if n != name], claim.what[0])

    def _none_surely_keeps(self, _):
        assert not any(self.keeps(r.name) for r in self.sound)

    def _not_yet_known(self, claim):
        assert claim.what == self.words(claim.of[0], "not yet known") != ()
        if claim.figures:
            assert 1 <= claim["from"] <= claim["to"]

    def _promises_nothing(self, _):
        assert not any(self.verdicts[r.name] for r in self.sound)

    def _fewer(self, one, other):
        worst = len(self.words(one, "missed")) + len(self.words(one, "not yet known"))
        return worst < len(self.words(other, "missed"))

    def _rivals(self):
        promising = [r.name for r in self.sound if self.verdicts[r.name]]
        assert not any(self.keeps(name) for name in promising)
        return [n for n in promising if not any(self._fewer(o, n) for o in promising if o != n)]

    def _closest(self, claim):
        assert self._rivals() == list(claim.of)
        name = claim.of[0]
        assert claim.what == self.words(name, "missed") + self.words(name, "not yet known")
        assert claim["missed"] == len(self.words(name, "missed"))

    def _tie(self, claim):
        assert set(claim.of) <= set(self._rivals())
        assert len(claim.of) > 1

    def _tie_surely_keeps_most(self, claim):
        self._tie(claim)
        kept = {n: len(self.words(n, "met")) for n in self._rivals()}
        first = kept.pop(claim.of[0])
        assert first == claim["met"]
        assert all(first > other for other in kept.values())

    def _tie_cheapest(self, claim):
        self._tie(claim)
        name, *others = claim.of
        assert not any(unlike(self.by_name[n], self.by_name[name], claim.what[0]) for n in others)
        assert self.cheaper_all(name, others, claim.what[0])

    def _gains(self, claim):
        name, base = claim.of
        assert base == self.base.name
        assert bool(claim.rests) == ("arrivals" not in unlike(self.by_name[name], self.base, "x"))
        for metric in claim.what:
            assert self.shown(name, metric)
            assert not self.gap(name, metric)[-1], "it hangs on one replication"
            self.apart(claim[metric], name, base, metric)

    def _cheaper(self, claim):
        name, base = claim.of
        cost, count = claim.rests[0], int(claim["missed"])
        assert base == self.base.name
        assert self.shown(name, cost)
        assert claim["saving"].mean > 0
        self.apart(claim["saving"], name, base, cost, sign=-1)
        kept = self.words(base, "met")
        assert claim.what[:count] == tuple(n for n in self.words(name, "missed") if n in kept)
        unsure = self.words(name, "not yet known")
        assert claim.what[count:] == tuple(n for n in unsure if n in kept)

    def _none_cheaper(self, claim):
        base, *others = claim.of
        assert base == self.base.name
        for name in others:
            mean = self.gap(name, claim.what[0])[0]
            assert not (self.shown(name, claim.what[0]) and mean < 0)

    def _no_costs(self, _):
        def whole(metric):
            return all(not np.isnan(column(r, metric)).all() for r in self.study)

        priced = all(r.scenario.costs.user_hour for r in self.study)
        provided = any(np.nan_to_num(column(r, "provider_cost")).mean() > 0 for r in self.study)
        assert not (priced and whole("total_cost"))
        assert not whole("cost_per_ticket" if provided else "staff_cost")

    def _base_unjudged(self, claim):
        assert claim.of[0] == self.base.name
        assert self.trouble[self.base.name]

    def _next(self, claim):
        name, best = claim.of
        assert self.keeps(name)
        assert self.keeps(best)
        self.apart(claim["dearer"], name, best, claim.what[0])
        rivals = [r for r in self.sound if self.keeps(r.name) and r.name != best]
        rivals = [r for r in rivals if not unlike(r, self.by_name[best], claim.what[0])]
        means = {r.name: estimate(r, claim.what[0], self.level)[0] for r in rivals}
        assert means[name] == min(means.values())

    def _misses(self, claim):
        assert claim.what == self.words(claim.of[0], "missed") != ()

    def _more_miss(self, claim):
        missing = [r for r in self.sound if self.words(r.name, "missed")]
        assert claim["options"] == len(missing) - 3

    def _levels(self, claim):
        count = dict(claim.figures)
        assert count["options"] == len(self.study)
        assert count["keep"] == sum(self.keeps(r.name) for r in self.sound)
        assert count["miss"] == sum(bool(self.words(r.name, "missed")) for r in self.sound)
        troubled = [r for r in self.study if self.trouble[r.name] and r.scenario.service_levels]
        assert count["unjudged"] == len(troubled)

    def _clearest_difference(self, claim):
        (name, base), (metric,) = claim.of, claim.what
        assert base == self.base.name
        judged = self.judged(metric)
        mine = judged[name, metric]
        assert mine <= 1 - self.level
        self.apart(claim["difference"], name, base, metric)
        for (other, one), p in judged.items():
            far = self.gap(other, one)[-1]
            undirected = one == "l1_share" != metric
            if not far and p < mine and not undirected:
                assert p > mine * (1 - 1e-6), (other, one, p, mine)

    def _no_difference(self, _):
        for result in self.study.results[1:]:
            for metric in self.study.metrics:
                if not (measured(result, metric) and measured(self.base, metric)):
                    continue
                assert self.gap(result.name, metric)[-1] or not self.shown(result.name, metric)


def close(told, own):
    """Compare two numbers; NaN is like NaN."""
    if math.isnan(own):
        assert math.isnan(told)
        return
    assert told == np.float64(own) or abs(told - own) <= 1e-9 * max(1.0, abs(own)), (told, own)
