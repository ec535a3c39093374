"""T3 as an analyst's script: SimPy the usual way, pandas for the figures, JSON on the screen."""

import json
import math
import random
import sys

import pandas as pd
import simpy

MEANS = (12.0, 60.0, 240.0)
AGENTS = (14, 18, 18)
ESCALATES, BOUNCES = 0.25, 0.05
SIGMA = math.sqrt(math.log(2))
RATE_PER_MIN = 0.85 * AGENTS[0] / MEANS[0] / (1 + ESCALATES * BOUNCES)


def main(tickets: int, seed: int) -> None:
    """Simulate some tickets, and print waits, times and utilisation by tier."""
    draw = random.Random(seed)
    env = simpy.Environment()
    tiers = [simpy.Resource(env, agents) for agents in AGENTS]
    mu = [math.log(mean) - SIGMA**2 / 2 for mean in MEANS]
    rows: list[tuple[int, int, float, float, float, float]] = []

    def work(number: int, arrived: float, tier: int):
        joined = env.now
        with tiers[tier].request() as request:
            yield request
            started = env.now
            yield env.timeout(draw.lognormvariate(mu[tier], SIGMA))
            rows.append((number, tier, arrived, joined, started, env.now))

    def ticket(number: int):
        arrived = env.now
        yield from work(number, arrived, 0)
        if draw.random() < ESCALATES:
            yield from work(number, arrived, 1)
            if draw.random() < BOUNCES:
                yield from work(number, arrived, 0)
                yield from work(number, arrived, 1)
            if draw.random() < ESCALATES:
                yield from work(number, arrived, 2)

    def arrivals():
        for number in range(tickets):
            yield env.timeout(draw.expovariate(RATE_PER_MIN))
            env.process(ticket(number))

    env.process(arrivals())
    env.run()
    columns = ["ticket", "tier", "arrived", "joined", "started", "finished"]
    visits = pd.DataFrame(rows, columns=columns)
    visits["wait"] = visits.started - visits.joined
    visits["touch"] = visits.finished - visits.started
    quantiles = [0.5, 0.9, 0.95]
    waits = visits.groupby("tier").wait.quantile(quantiles).unstack()  # noqa: PD010 - of a series
    waits["mean"] = visits.groupby("tier").wait.mean()
    waits["within 15 min"] = (visits.wait <= 15).groupby(visits.tier).mean()
    busy = visits.groupby("tier").touch.sum() / env.now / pd.Series(AGENTS)
    whole = visits.groupby("ticket").agg(
        arrived=("arrived", "first"), done=("finished", "max"), top=("tier", "max")
    )
    took = whole.done - whole.arrived
    figures = {
        "l1_share": float((whole.top == 0).mean()),
        "resolution": {"mean": took.mean(), **took.quantile(quantiles).to_dict()},
        "wait": waits.to_dict("index"),
        "utilisation": busy.to_dict(),
    }
    sys.stdout.write(json.dumps(figures, default=float) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
