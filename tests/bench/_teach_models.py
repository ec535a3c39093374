"""Twenty textbook queues, each written in TierSim, in Ciw and in plain SimPy.

A text sets ``value``, in minutes or as a share, for one ``seed``, after a week of warm-up.
What is imported is not counted. ``simpy`` texts that differ in a number or two come from templates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench import _teach_truth as truth

import sim


@dataclass(frozen=True)
class Model:
    """One queue: what it must give, and three ways to say it."""

    name: str
    truth: Callable[[], float]
    tiersim: str
    ciw: str
    simpy: str


def tiersim(asked: str, value: str = "waits().wait_min.mean()") -> str:
    """Write one queue in TierSim."""
    return f'desk = sim.one_queue({asked}, length="27 weeks")\nvalue = sim.run(desk, seed=seed).{value}'


EXP = 'work_law="exponential"'
LOST = "waits().left.mean()"


def ciw(network: str, value: str = "mean(r.waiting_time for r in records)") -> str:
    """Write a network in Ciw."""
    return f"""\
ciw.seed(seed)
network = ciw.create_network(
{network}
)
queue = ciw.Simulation(network)
queue.simulate_until_max_time(HORIZON)
records = [r for r in queue.get_all_records() if r.arrival_date > WARM]
value = {value}"""


def ciw_queue(gaps: str, work: str, people: int, more: str = "", value: str = "") -> str:
    """Write one queue in Ciw."""
    text = f"""\
    arrival_distributions=[{gaps}],
    service_distributions=[{work}],
    number_of_servers=[{people}],"""
    text += f"\n    {more}," if more else ""
    return ciw(text, value) if value else ciw(text)


def exponential(per: str) -> str:
    """Write Ciw's exponential distribution of a rate."""
    return f"ciw.dists.Exponential({per})"


def simpy_queue(
    gap: str = "rng.expovariate(5 / 60)",
    work: str = "rng.expovariate(1 / 10)",
    desk: str = "simpy.Resource(env, 1)",
    many: str = "",
) -> str:
    """Write one first-come queue in SimPy."""
    comes = "        env.process(customer(env, desk))"
    if many:
        comes = f"        for _ in range({many}):\n            env.process(customer(env, desk))"
    return f"""\
def customer(env, desk):
    arrived = env.now
    with desk.request() as turn:
        yield turn
        if arrived > WARM:
            waits.append(env.now - arrived)
        yield env.timeout({work})
def source(env, desk):
    while True:
        yield env.timeout({gap})
{comes}
rng, waits, env = random.Random(seed), [], simpy.Environment()
env.process(source(env, {desk}))
env.run(HORIZON)
value = mean(waits)"""


SIMPY_ROOM = """\
def customer(env, desk):
    if env.now > WARM:
        lost.append(len(desk.queue) >= 3 and desk.count == 2)
    if len(desk.queue) >= 3 and desk.count == 2:
        return
    with desk.request() as turn:
        yield turn
        yield env.timeout(rng.expovariate(1 / 10))
def source(env, desk):
    while True:
        yield env.timeout(rng.expovariate(15 / 60))
        env.process(customer(env, desk))
rng, lost, env = random.Random(seed), [], simpy.Environment()
env.process(source(env, simpy.Resource(env, 2)))
env.run(HORIZON)
value = mean(lost)"""
SIMPY_PATIENCE = """\
def customer(env, desk):
    arrived = env.now
    with desk.request() as turn:
        found = yield turn | env.timeout(rng.expovariate(1 / 5))
        if arrived > WARM:
            lost.append(turn not in found)
        if turn in found:
            yield env.timeout(rng.expovariate(1 / 10))
def source(env, desk):
    while True:
        yield env.timeout(rng.expovariate(60 / 60))
        env.process(customer(env, desk))
rng, lost, env = random.Random(seed), [], simpy.Environment()
env.process(source(env, simpy.Resource(env, 10)))
env.run(HORIZON)
value = mean(lost)"""
SIMPY_CLASSES = """\
def customer(env, desk, rank):
    arrived = env.now
    with desk.request(priority=rank) as turn:
        yield turn
        if arrived > WARM and rank == 0:
            waits.append(env.now - arrived)
        yield env.timeout(rng.expovariate(1 / 12))
def source(env, desk):
    while True:
        yield env.timeout(rng.expovariate(30 / 60))
        rank = rng.choices((0, 1, 2), (6, 14, 10))[0]
        env.process(customer(env, desk, rank))
rng, waits, env = random.Random(seed), [], simpy.Environment()
env.process(source(env, simpy.PriorityResource(env, 7)))
env.run(HORIZON)
value = mean(waits)"""
SIMPY_PREEMPTION = """\
def customer(env, desk, rank):
    arrived, left, begun = env.now, rng.expovariate(1 / 10), False
    while left > 0:
        with desk.request(priority=rank) as turn:
            yield turn
            if not begun and arrived > WARM and rank == 0:
                waits.append(env.now - arrived)
            begun, since = True, env.now
            try:
                yield env.timeout(left)
                left = 0
            except simpy.Interrupt:
                left -= env.now - since
def source(env, desk):
    while True:
        yield env.timeout(rng.expovariate(5 / 60))
        env.process(customer(env, desk, int(rng.random() < 0.4)))
rng, waits, env = random.Random(seed), [], simpy.Environment()
env.process(source(env, simpy.PreemptiveResource(env, 1)))
env.run(HORIZON)
value = mean(waits)"""


def simpy_two(first: str, second: str, people: tuple[int, int], share: float, rate: str) -> str:
    """Write two stations in SimPy, of which a share goes on to the second."""
    goes = "" if share == 1 else f"    if rng.random() >= {share}:\n        return\n"
    return f"""\
def customer(env, first, second):
    with first.request() as turn:
        yield turn
        yield env.timeout(rng.expovariate(1 / {first}))
{goes}    arrived = env.now
    with second.request() as turn:
        yield turn
        if arrived > WARM:
            waits.append(env.now - arrived)
        yield env.timeout(rng.expovariate(1 / {second}))
def source(env, first, second):
    while True:
        yield env.timeout(rng.expovariate({rate} / 60))
        env.process(customer(env, first, second))
rng, waits, env = random.Random(seed), [], simpy.Environment()
desks = [simpy.Resource(env, n) for n in {people}]
env.process(source(env, *desks))
env.run(HORIZON)
value = mean(waits)"""


def simpy_lines(agents: str, arrivals: str, work: str, key: str = "") -> str:
    """Write agents who take from several lines in SimPy; ``key`` picks from a line."""
    take = "queue.pop(0)" if not key else f"queue.pop({key})"
    return f"""\
def agent(env, own):
    while True:
        queue = next((lines[n] for n in own if lines[n]), None)
        if queue is None:
            idle.append((own, env.event()))
            yield idle[-1][1]
            continue
        arrived, work = {take}
        if arrived > WARM:
            waits.append(env.now - arrived)
        yield env.timeout(work)
def source(env, line, rate):
    while True:
        yield env.timeout(rng.expovariate(rate / 60))
        lines[line].append((env.now, rng.expovariate(1 / {work})))
        able = [one for one in idle if line in one[0]]
        if able:
            one = min(able, key=lambda one: agents.index(one[0]))
            idle.remove(one)
            one[1].succeed()
rng, waits, idle, env = random.Random(seed), [], [], simpy.Environment()
agents, rates = {agents}, {arrivals}
lines = [[] for _ in rates]
for own in agents:
    env.process(agent(env, own))
for line, rate in enumerate(rates):
    env.process(source(env, line, rate))
env.run(HORIZON)
value = mean(waits)"""


SPLIT = """\
whole = sim.one_queue(rate="60 / h", work="10 min", staff=12, work_law="exponential", length="27 weeks")
half = sim.one_queue(rate="30 / h", work="10 min", staff=6, work_law="exponential", length="27 weeks")
means = [sim.run(desk, seed=seed).waits().wait_min.mean() for desk in (half, whole)]
value = means[0] - means[1]"""


def skilled(rate: str, staff: int, shares: dict[str, float], teams: str) -> str:
    """Write teams of one tier, each with its topic and what it also serves."""
    topics = {name: {"share": one, "difficulty": 0.1, "spread": 0} for name, one in shares.items()}
    return f"""\
desk = sim.one_queue(rate="{rate}", work="10 min", staff={staff}, work_law="exponential", length="27 weeks")
topics = {topics}
teams = {teams}
desk = desk.with_({{"topics": topics, "tiers.L1.staff": None, "tiers.L1.teams": teams}})
value = sim.run(desk, seed=seed).waits().wait_min.mean()"""


def two_tiers(rate: str, works: tuple[str, str], people: tuple[int, int], ability: float) -> str:
    """Write two tiers, of which the first passes on what it cannot solve."""
    return f"""\
desk = sim.one_queue(rate="{rate}", work="{works[0]}", staff={people[0]}, work_law="exponential", length="27 weeks")
second = {{"ability": 3, "work": "{works[1]}", "work_law": "exponential", "absence": 0, "breaks": 0,
          "reopens": 0, "staff": {{"round the clock": {people[1]}}}}}
desk = desk.with_({{"tiers.L2": second, "tiers.L1.ability": {ability}, "tiers.L1.finds_out_after": 1,
                   "documentation": {{"quality": 1, "writing": 0}}}})
value = sim.run(desk, seed=seed).waits("L2").wait_min.mean()"""


NETWORK = """\
    arrival_distributions=[ciw.dists.Exponential({rate} / 60), None],
    service_distributions=[ciw.dists.Exponential(1 / {a}), ciw.dists.Exponential(1 / {b})],
    number_of_servers={people},
    routing=[[0.0, {share}], [0.0, 0.0]],"""
AT_SECOND = "mean(r.waiting_time for r in records if r.node == 2)"
ALONE = 'rate="5 / h", work="10 min", staff=1, work_law="exponential"'
BASE = "ciw.dists.Exponential(5 / 60)"
TEN = "ciw.dists.Exponential(1 / 10)"
CLASSES = """\
    arrival_distributions={"a": [ciw.dists.Exponential(6 / 60)], "b": [ciw.dists.Exponential(24 / 60)]},
    service_distributions={"a": [ciw.dists.Exponential(1 / 12)], "b": [ciw.dists.Exponential(1 / 12)]},
    priority_classes={"a": 0, "b": 1},
    number_of_servers=[7],"""
PREEMPTING = """\
    arrival_distributions={"a": [ciw.dists.Exponential(3 / 60)], "b": [ciw.dists.Exponential(2 / 60)]},
    service_distributions={"a": [ciw.dists.Exponential(1 / 10)], "b": [ciw.dists.Exponential(1 / 10)]},
    priority_classes=({"a": 0, "b": 1}, ["resume"]),
    number_of_servers=[1],"""
OF_A = 'mean(r.waiting_time for r in records if r.customer_class == "a")'
FIRST_CLASS = "waits().query(\"priority == 'P1'\").wait_min.mean()"

MODELS = (
    Model(
        "M/M/1", lambda: truth.mm(5, 10, 1), tiersim(ALONE), ciw_queue(BASE, TEN, 1), simpy_queue()
    ),
    Model(
        "M/M/c",
        lambda: truth.mm(60, 10, 12),
        tiersim(f'rate="60 / h", work="10 min", staff=12, {EXP}'),
        ciw_queue(exponential("60 / 60"), TEN, 12),
        simpy_queue(gap="rng.expovariate(60 / 60)", desk="simpy.Resource(env, 12)"),
    ),
    Model(
        "M/M/c/K",
        lambda: truth.blocked(15, 10, 2, 3),
        tiersim(f'rate="15 / h", work="10 min", staff=2, room=3, {EXP}', LOST),
        ciw_queue(
            exponential("15 / 60"),
            TEN,
            2,
            "queue_capacities=[3]",
            'mean(r.record_type == "rejection" for r in records)',
        ),
        SIMPY_ROOM,
    ),
    Model(
        "M/M/c+M",
        lambda: sim.theory.erlang_a("60 / h", "10 min", 10, patience="5 min").abandonment,
        tiersim(f'rate="60 / h", work="10 min", staff=10, patience="5 min", {EXP}', LOST),
        ciw_queue(
            exponential("60 / 60"),
            TEN,
            10,
            "reneging_time_distributions=[ciw.dists.Exponential(1 / 5)]",
            'mean(r.record_type == "renege" for r in records)',
        ),
        SIMPY_PATIENCE,
    ),
    Model(
        "M/D/1",
        lambda: truth.mg1(5, 10, 0),
        tiersim('rate="5 / h", work="10 min", staff=1, work_law="deterministic"'),
        ciw_queue(BASE, "ciw.dists.Deterministic(10)", 1),
        simpy_queue(work="10"),
    ),
    Model(
        "M/G/1, lognormal, cv 1.5",
        lambda: truth.mg1(4, 10, 1.5),
        tiersim('rate="4 / h", work="10 min", staff=1, work_cv=1.5'),
        ciw_queue(
            exponential("4 / 60"),
            "ciw.dists.Lognormal(math.log(10) - math.log(3.25) / 2, math.log(3.25) ** 0.5)",
            1,
        ),
        simpy_queue(
            gap="rng.expovariate(4 / 60)",
            work="rng.lognormvariate(math.log(10) - math.log(3.25) / 2, math.log(3.25) ** 0.5)",
        ),
    ),
    Model(
        "G/M/1, gaps of two stages",
        lambda: truth.erlang_gaps(5, 10, 2),
        tiersim(f'{ALONE}, arrivals="Erlang", arrivals_cv=0.5**0.5'),
        ciw_queue("ciw.dists.Erlang(10 / 60, 2)", TEN, 1),
        simpy_queue(gap="rng.gammavariate(2, 6)"),
    ),
    Model(
        "M/E4/1",
        lambda: truth.mg1(5, 10, 0.5),
        tiersim('rate="5 / h", work="10 min", staff=1, work_law="Erlang", work_cv=0.5'),
        ciw_queue(BASE, "ciw.dists.Erlang(0.4, 4)", 1),
        simpy_queue(work="rng.gammavariate(4, 2.5)"),
    ),
    Model(
        "priorities, M/M/c",
        lambda: truth.cobham_first((6, 24), 12, 7),
        tiersim(
            f'rate="30 / h", work="12 min", staff=7, {EXP}, priorities={{"P1": 0.2, "P2": 0.8}}',
            FIRST_CLASS,
        ),
        ciw(CLASSES, OF_A),
        SIMPY_CLASSES,
    ),
    Model(
        "priorities with pre-emption, M/M/1",
        lambda: truth.mm(3, 10, 1),
        tiersim(f'{ALONE}, priorities={{"P1": 0.6, "P2": 0.4}}, pre_empts="P1"', FIRST_CLASS),
        ciw(PREEMPTING, OF_A),
        SIMPY_PREEMPTION,
    ),
    Model(
        "tandem",
        lambda: truth.mm(5, 8, 1),
        two_tiers("5 / h", ("10 min", "8 min"), (1, 1), -1),
        ciw(NETWORK.format(rate=5, a=10, b=8, people=[1, 1], share=1.0), AT_SECOND),
        simpy_two("10", "8", (1, 1), 1, "5"),
    ),
    Model(
        "Jackson network, 30 % go on",
        lambda: truth.mm(18, 35, 13),
        two_tiers("60 / h", ("10 min", "35 min"), (12, 13), 0.18473),
        ciw(NETWORK.format(rate=60, a=10, b=35, people=[12, 13], share=0.3), AT_SECOND),
        simpy_two("10", "35", (12, 13), 0.3, "60"),
    ),
    Model(
        "pooled and split",
        lambda: truth.mm(30, 10, 6) - truth.mm(60, 10, 12),
        SPLIT,
        """\
means = []
for rate, people in ((30, 6), (60, 12)):
    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate / 60)],
        service_distributions=[ciw.dists.Exponential(1 / 10)],
        number_of_servers=[people],
    )
    queue = ciw.Simulation(network)
    queue.simulate_until_max_time(HORIZON)
    records = [r for r in queue.get_all_records() if r.arrival_date > WARM]
    means.append(mean(r.waiting_time for r in records))
value = means[0] - means[1]""",
        """\
def customer(env, desk):
    arrived = env.now
    with desk.request() as turn:
        yield turn
        if arrived > WARM:
            waits.append(env.now - arrived)
        yield env.timeout(rng.expovariate(1 / 10))
def source(env, desk, rate):
    while True:
        yield env.timeout(rng.expovariate(rate / 60))
        env.process(customer(env, desk))
means = []
for rate, people in ((30, 6), (60, 12)):
    rng, waits, env = random.Random(seed), [], simpy.Environment()
    env.process(source(env, simpy.Resource(env, people), rate))
    env.run(HORIZON)
    means.append(mean(waits))
value = means[0] - means[1]""",
    ),
    Model(
        "N-design",
        lambda: truth.n_design(6, 3, 10),
        skilled(
            "9 / h",
            2,
            {"one": 6 / 9, "two": 3 / 9},
            '{"a": {"staff": {"round the clock": 1}, "topics": ["one"]},\n'
            '         "b": {"staff": {"round the clock": 1}, "topics": ["two"], "also_serves": {"a": 0}}}',
        ),
        "",
        simpy_lines("[(0,), (1, 0)]", "(6, 3)", "10"),
    ),
    Model(
        "W-design",
        lambda: truth.w_design(2.5, 3, 10),
        skilled(
            "8 / h",
            2,
            {"one": 2.5 / 8, "two": 2.5 / 8, "common": 3 / 8},
            '{"a": {"staff": {"round the clock": 1}, "topics": ["one"], "also_serves": {"c": 0}},\n'
            '         "b": {"staff": {"round the clock": 1}, "topics": ["two"], "also_serves": {"c": 0}},\n'
            '         "c": {"staff": {}, "topics": ["common"]}}',
        ),
        "",
        simpy_lines("[(0, 2), (1, 2)]", "(2.5, 2.5, 3)", "10"),
    ),
    Model(
        "time-varying rate",
        lambda: truth.two_rates(6, 18, 10, 4),
        """\
desk = sim.one_queue(rate="12 / h", work="10 min", staff=4, work_law="exponential", length="27 weeks")
desk = desk.with_({"demand.profile": {"Mon-Sun": {"00-12": 1, "12-24": 3}}})
value = sim.run(desk, seed=seed).waits().wait_min.mean()""",
        """\
class Daily(ciw.dists.Distribution):
    def sample(self, t=None, ind=None):
        now = t
        while True:
            now += random.expovariate(18 / 60)
            if now % 1440 >= 720 or random.random() < 1 / 3:
                return now - t
"""
        + ciw_queue("Daily()", TEN, 4),
        """\
def customer(env, desk):
    arrived = env.now
    with desk.request() as turn:
        yield turn
        if arrived > WARM:
            waits.append(env.now - arrived)
        yield env.timeout(rng.expovariate(1 / 10))
def source(env, desk):
    while True:
        yield env.timeout(rng.expovariate(18 / 60))
        if env.now % 1440 >= 720 or rng.random() < 1 / 3:
            env.process(customer(env, desk))
rng, waits, env = random.Random(seed), [], simpy.Environment()
env.process(source(env, simpy.Resource(env, 4)))
env.run(HORIZON)
value = mean(waits)""",
    ),
    Model(
        "batches, geometric of mean 2",
        lambda: truth.batches(4, 10, 2),
        tiersim(f'rate="4 / h", work="10 min", staff=1, batch=2, {EXP}'),
        ciw_queue(
            exponential("2 / 60"), TEN, 1, "batching_distributions=[ciw.dists.Geometric(0.5)]"
        ),
        simpy_queue(
            gap="rng.expovariate(2 / 60)",
            many="1 + int(math.log(1 - rng.random()) / math.log(0.5))",
        ),
    ),
    Model(
        "last come first served",
        lambda: truth.mm(5, 10, 1),
        tiersim(f'{ALONE}, order="last come"'),
        ciw_queue(BASE, TEN, 1, "service_disciplines=[ciw.disciplines.LIFO]"),
        simpy_lines("[(0,)]", "(5,)", "10", "-1"),
    ),
    Model(
        "shortest work first",
        lambda: truth.shortest_first(5, 10),
        tiersim(f'{ALONE}, order="shortest work"'),
        "",
        simpy_lines("[(0,)]", "(5,)", "10", "min(range(len(queue)), key=lambda n: queue[n][1])"),
    ),
    Model(
        "two sites that help each other",
        lambda: truth.mm(9, 10, 2),
        skilled(
            "9 / h",
            2,
            {"one": 0.5, "two": 0.5},
            '{"a": {"staff": {"round the clock": 1}, "topics": ["one"], "also_serves": {"b": 0}},\n'
            '         "b": {"staff": {"round the clock": 1}, "topics": ["two"], "also_serves": {"a": 0}}}',
        ),
        "",
        simpy_lines("[(0, 1), (1, 0)]", "(4.5, 4.5)", "10"),
    ),
)
