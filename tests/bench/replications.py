"""Replications that "is one more at L1 better than better notes?" takes, on common tickets and not.

``python tests/bench replications`` runs it and keeps ``results/bench/replications.csv`` and ``.md``.

The two desks of the gallery are played on common tickets, and once more on tickets of their own. From
the spread of the differences follows how many replications the t-test needs to see the difference
with a power of 90 % at the 5 % level: paired on common tickets, with two independent samples else
(noncentral t; Cohen 1988); and how many it takes to know the difference within a tenth of itself.
"""

from __future__ import annotations

import csv
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

import sim
from sim.scenario.gallery import gallery
from sim.study.asked import words

RESULTS = Path(__file__).parents[2] / "results" / "bench"
REPLICATIONS = 100
SEED, OTHER_SEED = 41, 42
POWER, ALARM = 0.9, 0.05
TENTH = 0.1
MOST = 10_000_000
METRICS = (
    "l1_share",
    "service_level[L1 response]",
    "service_level[L1 resolution]",
    "service_level[L2 resolution]",
    "total_cost",
)
COLUMNS = (
    "metric",
    "difference",
    "low",
    "high",
    "correlation",
    "common_tickets",
    "independent_tickets",
    "common_within_a_tenth",
    "independent_within_a_tenth",
    "times_fewer",
)


def needed(change: float, sd: float, *, paired: bool) -> int:
    """Return the replications of each desk with which a t-test sees a change.

    Parameters
    ----------
    change : float
        The true difference.
    sd : float
        Of the differences (paired), or of the difference of two independent replications.
    paired : bool
    """

    def sees(n: int) -> bool:
        freedom = n - 1 if paired else 2 * (n - 1)
        far = abs(change) * math.sqrt(n) / sd
        bar = stats.t.ppf(1 - ALARM / 2, freedom)
        return float(stats.nct.sf(bar, freedom, far)) >= POWER

    if sd == 0:
        return 2
    top = 2
    while not sees(top):
        top *= 2
        if top >= MOST:
            return MOST
    low = max(top // 2, 1)
    while top - low > 1:
        middle = (top + low) // 2
        low, top = (low, middle) if sees(middle) else (middle, top)
    return top


def within(change: float, sd: float, *, paired: bool) -> int:
    """Return the replications of each desk that give an interval of a tenth of the change."""
    n = 2
    while True:
        half = stats.t.ppf(1 - ALARM / 2, n - 1 if paired else 2 * (n - 1)) * sd / math.sqrt(n)
        if half <= TENTH * abs(change):
            return n
        n += 1


def rows() -> list[dict[str, Any]]:
    """Play both desks and work out the table."""
    files = gallery()
    more, notes = (sim.load(files[name]) for name in ("one-more-at-l1", "excellent-notes"))
    options = {"replications": REPLICATIONS, "metrics": METRICS, "curves": False}
    common = sim.compare([notes, more], seed=SEED, **options)
    apart = sim.compare(more, seed=OTHER_SEED, **options)
    found = []
    for metric in METRICS:
        paired = common[1].difference(metric)
        alone = common[0].values(metric), apart[0].values(metric)
        sd = math.sqrt(sum(float(np.var(values, ddof=1)) for values in alone))
        change = paired.estimate.mean
        together = needed(change, paired.estimate.sd, paired=True)
        separate = needed(change, sd, paired=False)
        known = within(change, paired.estimate.sd, paired=True)
        known_apart = within(change, sd, paired=False)
        found.append(
            dict(
                zip(
                    COLUMNS,
                    (
                        metric,
                        change,
                        paired.estimate.low,
                        paired.estimate.high,
                        paired.correlation,
                        together,
                        separate,
                        known,
                        known_apart,
                        known_apart / known,
                    ),
                    strict=True,
                )
            )
        )
    return found


def markdown(found: list[dict[str, Any]]) -> str:
    """Write the table."""
    lines = [
        "# Is one more at L1 better than excellent notes?",
        "",
        (
            "Replications of each desk with which the difference is seen (90 % power, 5 % level), and with "
            "which it is known within a tenth of itself, on common tickets and on independent ones; written "
            "by `python tests/bench replications`."
        ),
        f"The spread is that of {REPLICATIONS} replications.",
        "",
        "| figure | one more at L1 against excellent notes | seen: common | seen: independent | within a tenth: common | within a tenth: independent | times fewer |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in found:
        known = words(row["metric"], "EUR")
        write = known.write_change
        change = f"{write(row['difference'])} ({write(row['low'])} to {write(row['high'])})"
        lines.append(
            f"| {known.label} | {change} | {row['common_tickets']:,} | "
            f"{row['independent_tickets']:,} | {row['common_within_a_tenth']:,} | "
            f"{row['independent_within_a_tenth']:,} | {row['times_fewer']:.1f} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run the bench and keep its tables."""
    found = rows()
    RESULTS.mkdir(parents=True, exist_ok=True)
    with (RESULTS / "replications.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)
    text = markdown(found)
    (RESULTS / "replications.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
