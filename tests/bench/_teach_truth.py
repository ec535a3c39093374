"""What twenty textbook queues must give: closed forms, or the chain solved. Times in minutes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

import numpy as np
from scipy import optimize, sparse
from scipy.sparse.linalg import spsolve

import sim

State = tuple[int, ...]
Moves = Callable[[State], Iterable[tuple[float, State]]]


def chain(start: State, moves: Moves, most: int) -> dict[State, float]:
    """Solve a Markov chain for its steady state; no coordinate goes beyond ``most``."""
    number, waiting, rows = {start: 0}, deque([start]), []
    while waiting:
        state = waiting.popleft()
        for rate, after in moves(state):
            if rate <= 0 or max(after) > most:
                continue
            if after not in number:
                number[after] = len(number)
                waiting.append(after)
            rows.append((number[state], number[after], rate))
    size = len(number)
    at, to, rate = map(np.array, zip(*rows, strict=True))
    q = sparse.coo_matrix((rate, (to, at)), (size, size)).tolil()
    q.setdiag(q.diagonal() - np.bincount(at, rate, size))
    q[0, :] = 1
    p = spsolve(q.tocsc(), np.eye(1, size)[0])
    return dict(zip(number, p, strict=True))


def mm(rate: float, work: float, people: int) -> float:
    """Mean wait of M/M/c."""
    return sim.theory.erlang_c(f"{rate} / h", f"{work} min", people).wait.mean.minutes


def mg1(rate: float, work: float, cv: float) -> float:
    """Mean wait of M/G/1 (Pollaczek and Khinchine)."""
    per_min = rate / 60
    return per_min * work**2 * (1 + cv**2) / 2 / (1 - per_min * work)


def blocked(rate: float, work: float, people: int, room: int) -> float:
    """Share turned away from M/M/c/K."""
    weight = [1.0]
    for n in range(1, people + room + 1):
        weight.append(weight[-1] * rate / 60 * work / min(n, people))
    return weight[-1] / sum(weight)


def erlang_gaps(rate: float, work: float, stages: int) -> float:
    """Mean wait of Ek/M/1: sigma = LST of the gaps at mu (1 - sigma)."""
    mu, per_min = 1 / work, rate / 60

    def off(sigma: float) -> float:
        return (stages * per_min / (stages * per_min + mu * (1 - sigma))) ** stages - sigma

    sigma = optimize.brentq(off, 0, 1 - 1e-9)
    return sigma * work / (1 - sigma)


def cobham_first(rates: tuple[float, ...], work: float, people: int) -> float:
    """Mean wait of the first class of a non-preemptive M/M/c (Cobham 1954)."""
    all_rate = sum(rates)
    whole = mm(all_rate, work, people)
    load = all_rate / 60 * work / people
    return whole * (1 - load) / (1 - rates[0] / 60 * work / people)


def batches(rate: float, work: float, size: float) -> float:
    """Mean wait of M^X/M/1 with geometric batches of a mean size."""
    per_min, square = rate / 60, size * (2 * size - 1)
    load = per_min * work
    number = load * (size + square) / (2 * size * (1 - load))
    return number / per_min - work


def shortest_first(rate: float, work: float) -> float:
    """Mean wait of M/M/1 that takes the shortest work first (Phipps 1956)."""
    at = np.linspace(0, 40 * work, 400_001)
    density = np.exp(-at / work) / work
    load = rate / 60 * np.concatenate([[0], np.cumsum((at * density)[1:] * np.diff(at))])
    wait = rate / 60 * work**2 / (1 - load) ** 2
    return float(np.sum((wait * density)[1:] * np.diff(at)))


def n_design(first: float, second: float, work: float) -> float:
    """Mean wait of all: A takes class 1; B takes class 2, then class 1. Rates an hour."""
    one, two, mu = first / 60, second / 60, 1 / work

    def moves(state: State) -> Iterable[tuple[float, State]]:
        q1, q2, a, b = state
        yield one, (q1, q2, 1, b) if not a else (q1, q2, a, 1) if not b else (q1 + 1, q2, a, b)
        yield two, (q1, q2, a, 1) if not b else (q1, q2 + 1, a, b)
        if a:
            yield mu, (q1 - 1, q2, 1, b) if q1 else (q1, q2, 0, b)
        if b:
            yield mu, (q1, q2 - 1, a, 1) if q2 else (q1 - 1, q2, a, 1) if q1 else (q1, q2, a, 0)

    p = chain((0, 0, 0, 0), moves, 80)
    return sum(share * (s[0] + s[1]) for s, share in p.items()) / (one + two)


def w_design(own: float, common: float, work: float) -> float:
    """Mean wait of all: A and B each take a class of their own, then a common one."""
    mine, both, mu = own / 60, common / 60, 1 / work

    def moves(state: State) -> Iterable[tuple[float, State]]:
        q, r, c, a, b = state
        yield mine, (q, r, c, 1, b) if not a else (q + 1, r, c, a, b)
        yield mine, (q, r, c, a, 1) if not b else (q, r + 1, c, a, b)
        yield (
            both,
            (q, r, c, 1, b) if not a else (q, r, c, a, 1) if not b else (q, r, c + 1, a, b),
        )
        if a:
            yield mu, (q - 1, r, c, 1, b) if q else (q, r, c - 1, 1, b) if c else (q, r, c, 0, b)
        if b:
            yield mu, (q, r - 1, c, a, 1) if r else (q, r, c - 1, a, 1) if c else (q, r, c, a, 0)

    p = chain((0, 0, 0, 0, 0), moves, 20)
    return sum(share * sum(s[:3]) for s, share in p.items()) / (2 * mine + both)


def two_rates(quiet: float, busy: float, work: float, people: int) -> float:
    """Mean wait over a day of twelve quiet and twelve busy hours, by the forward equations."""
    most, steps = 200, 40
    n = np.arange(most)
    leave = np.minimum(n, people) / work
    p, waiting, came = np.eye(1, most)[0], 0.0, 0.0
    for day in range(4):
        for minute in range(24 * 60):
            rate = (quiet if minute < 12 * 60 else busy) / 60
            for _ in range(steps):
                up, down = rate * p, leave * p
                up[-1] = 0
                change = -up - down
                change[1:] += up[:-1]
                change[:-1] += down[1:]
                p = p + change / steps
            if day == 3:
                waiting += float(p @ np.maximum(n - people, 0))
                came += rate
    return waiting / came
