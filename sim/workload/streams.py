"""Random streams: one for each seed, replication and purpose.

A draw belongs to a ticket by its number: stream ``PRIORITY`` gives its i-th number to ticket i,
whatever happens to anybody. So another staffing changes no ticket, better notes change only what
notes touch (thresholds move, draws stay), and a larger volume leaves the draws of tickets numbered
alike as they were. Adding a purpose shifts no other; the numbers below are never given anew.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What a stream is for. Streams of a tier have the tier's position beside them."""

    ARRIVAL = 1
    """Gaps, in units of the expected number of arrivals (of batches, where they come in batches)."""
    BUSYNESS = 2
    """The gamma factor of each day."""
    TOPIC = 3
    PRIORITY = 4
    CHANNEL = 5
    DIFFICULTY = 6
    RUNBOOK = 7
    PATIENCE = 8
    REDIAL = 9
    PROBLEM = 10
    """Whether it is a symptom of a problem, and of which; two numbers a ticket."""
    SELF_SERVICE = 11
    CHASE = 12
    """Whether its user chases after each late update; one number an update."""
    SOLVES = 20
    """By tier: whether it can solve the ticket."""
    WORK = 21
    """By tier: touch time, as a standard normal."""
    NOTES = 22
    """By the tier escalated to: four fields, and being sent back; five numbers a ticket."""
    EXPLAIN = 23
    """By the tier escalated to: the user's wait to explain again, as a standard normal."""
    ASK = 24
    """By tier: whether it asks the user."""
    ANSWER = 25
    """By tier: the user's wait to answer, as a standard normal."""
    REOPEN = 26
    """By tier: whether the ticket comes back, and after how long; two numbers a ticket."""
    ROUTE = 27
    """By the tier escalated to: whether the criteria were clear, and which wrong team takes it."""
    VENDOR = 28
    """By tier: whether a vendor is needed, and whether it asks for data; two numbers a ticket."""
    VENDOR_ANSWER = 29
    """By tier: the vendor's wait, as a standard normal."""
    CHANGE = 30
    """By tier: whether a change window is needed."""
    EARLY = 31
    """By tier: whether it is closed too early, and comes back then; two numbers a ticket."""
    INTAKE = 32
    """By tier: how long a provider takes it in."""
    SETTLES = 33
    """By the tier escalated to: whether the sender solves after all what is sent back."""
    THROUGH = 34
    """By the tier escalated to: whether it goes through the first tier."""
    HANDS_BACK = 35
    """By tier: whether what is solved there goes back to the first tier."""
    CONFIRM = 36
    """Whether the user has to confirm a ticket that was handed back."""
    CONFIRMED = 37
    """How long that takes, as a standard normal."""
    PASSED_ON = 38
    """By tier: whether what is passed on has waited there."""
    LYING = 39
    """By tier and occasion: whether a ticket lies before it is taken up."""
    ABSENCE = 40
    """By pool and shift: one row of numbers for each person, one number for each shift worked."""
    BREAKS = 41
    """By pool and shift: where breaks lie; likewise."""
    LYING_FOR = 42
    """By tier and occasion: for how long it lies, as a standard normal."""
    FIRST_CONTACT = 43
    """By tier: whether a ticket is settled at once."""
    BATCH = 44
    """How many come at once: one number a batch."""
    LOT = 45
    """By tier, and behind them for what is no user's ticket: the order in a queue by lots."""
    INCIDENT = 50
    """By kind of incident: when it happens."""
    INCIDENT_WORK = 51
    """By kind and occurrence: the engineers' work."""
    LINKED = 52
    """By kind and occurrence: how many call, and when."""
    FIX = 60
    """By problem: the work of each attempt at a fix, and whether it holds."""


def stream(seed: int, replication: int, purpose: Purpose, *place: int) -> np.random.Generator:
    """Return the stream of a purpose.

    Parameters
    ----------
    seed, replication : int
        At least 0.
    purpose : Purpose
    *place : int
        The tier's position, or the pool's and the shift's.

    Examples
    --------
    >>> first = stream(2026, 0, Purpose.TOPIC).random(3)
    >>> bool((first == stream(2026, 0, Purpose.TOPIC).random(5)[:3]).all())
    True
    """
    key = (replication, int(purpose), *place)
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=key)))
