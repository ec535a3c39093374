"""The rules of the desk. Both engines read this table; neither has its own.

At one instant everything that happens is taken in the order of ``Rank``, each rank completely
before the next. Inside a rank the order does not matter, because waiting lines and idle agents are
sorted by what they hold, never by who was scheduled first.

::

    COMPLETE   work ends: the visit ends, its successor is scheduled after its delay (even if 0)
    SIGNAL     signals raised by the work completed close tickets and let held visits join
    LEAVE      agents leave: idle ones go; busy ones finish in overtime, or park what is in hand
    COME       agents come
    JOIN       visits join their queue; a ticket whose signal is raised by now is prevented
    LOSE       patience ends: those still waiting leave
    DISPATCH   until no agent can take anything

An instant's DISPATCH comes once, after all the rest. Its three steps are repeated until no agent
takes anything, so that dispatching once more would change nothing:

1. *Urgent, idle agents.* For each pool that pre-empts, in order: while it has an idle agent and one
   of its services has an urgent visit (``priority <= pre_empts``), the agent takes the best one of
   the first such service.
2. *Urgent, busy agents.* For each pool that pre-empts, in order: while one of its services has an
   urgent visit, and an agent of the pool has a visit in hand that is less urgent than it and not
   urgent itself, the least urgent and then latest started (then highest numbered) such visit is
   parked, and its agent takes the urgent one. "Latest started" is by ``started_ms``. An agent in
   overtime is not asked.
3. *The rest.* For each pool, in order: while it has an idle agent and one of its services has a
   visit, the agent takes the best one of the first such service.

*Best visit* of a service: of the visits in its queue that wait, with ``priority <=
lowest_priority``: parked ones first; then by the discipline's key (PRIORITY: class, then time of
joining; FIRST_COME: time of joining; EARLIEST_DUE: the ticket's ``due_ms``; LAST_COME: time of
joining, the latest first; RANDOM: the visit's ``lot``; SHORTEST_WORK: its ``work_ms``); then visit
number. The service has it only when that best visit has waited for ``after_ms``, counted from joining or from
being parked. The instant at which it has is an instant of its own. In steps 1 and 2 the best visit
is sought among the urgent ones alone: neither a parked nor an earlier visit hides an urgent one.

*First service*: in the pool's order; where it goes ``by_wait``, the one whose best visit has waited
longest, of those that have one (then in the pool's order).

*Idle agents*: idle longest first, then lowest number. An agent who comes is idle since then.

*Taking up a visit for the first time* settles its work. Without a time-box it is ``work_ms``. With
one (``give_up_ms != NONE``) the limit is the queue's ``box_ms``, or ``short_box_ms`` when, the visit
itself not counted, ``1000 * waiting > pressure_permille * agents on shift``. Those waiting include
the parked. Those on shift are the agents, idle or busy and not in overtime, of all pools (each once)
that serve the queue with ``after_ms == 0`` and ``ANY_PRIORITY``. Work beyond the limit ends at
``limit + give_up_ms`` (but not before 1 ms) as GAVE_UP.

*Parking* keeps what was done, to the millisecond; ``started_ms`` stays. *Overtime*: an agent whose
shift ended in the middle of work, under FINISH, goes when the work completes. If the next shift
begins before that, the agent is simply there again. An agent whose step to come finds it present,
or whose step to leave finds it gone, ignores it.

*Joining.* A visit joins at its arrival, or when its delay after the predecessor's end is over *and*
the signal it awaits is raised, whichever is later. A delay runs in its calendar. If its ticket has
ended, or it belongs to a side chain that has stopped, it is withdrawn instead, and is not in the
log. A visit with a side chain schedules that chain's first visit when it joins. No visit is scheduled
twice: a side chain that leads to one that was scheduled before stops there. In a provider's
queue a visit starts when it joins and is done after ``work_ms`` of the provider's calendar; no
agent, no patience, no time-box, no spell (``taken_up_ms`` is ``NOT_YET``); it is in hand till then.
Whether a ticket is prevented is asked at its arrival alone, even if its first visit is held.

*Turning away.* When no agent can take anything, those that ``needs_room``, joined at this instant and
wait in a queue where more than its ``room`` wait, leave, the highest number first, until no more
than that wait (parked ones count). They are over as LEFT at once. Then DISPATCH comes once more.

*Speed.* Where agents have speeds, whoever takes a visit up first settles how long its work takes:
``work_ms * 1000 / speed``, rounded (half up), at least 1 ms; a time-box is held against that. Who goes
on with parked work takes as long as was left.

*Leaving.* A visit that has never been taken up leaves at ``joined_ms + patience_ms``, which is at
least 1 ms after joining: an agent who is idle when it joins takes it up at any patience. When an
agent is free at the very instant of leaving, it has left all the same (LOSE comes before DISPATCH). A parked visit
never leaves. After LEFT a delay of 0 counts as 1 ms, so that nothing joins after LOSE.

*Ends.* A visit of the main chain without a successor ends its ticket: DONE resolved it, GAVE_UP
leaves it unresolved, LEFT abandons it. A visit that ``resolves`` is of the main chain. When a ticket
ends or is resolved, its side chains begun so far stop: side visits that wait are withdrawn (but one
whose patience ends at that very instant leaves), those to come do not join, and one in hand is
completed. The visit after a reopening may begin a side chain anew.

*Signals.* A signal whose count of visits DONE is reached is raised, for good (a count of 0: from the
start). Of the tickets that ``closes_on`` it, have arrived and are open, one with a visit of the main
chain in hand ends, as CLOSED, when that visit completes, even if it is parked meanwhile (a visit
parked at that moment is not in hand); any other ends now, its waiting visits withdrawn. A ticket
that arrives later than the signal it closes on is PREVENTED.

*The end of the period.* What would happen at or after ``end_ms`` does not. A visit that waits or is
in hand then stays so in the log.
"""

from __future__ import annotations

from enum import IntEnum


class Rank(IntEnum):
    """The order of what happens at one instant."""

    COMPLETE = 0
    SIGNAL = 1
    LEAVE = 2
    COME = 3
    JOIN = 4
    LOSE = 5
    DISPATCH = 6


class Ending(IntEnum):
    """How a ticket ended."""

    OPEN = 0
    RESOLVED = 1
    ABANDONED = 2
    """Its caller left, and did not come back."""
    UNRESOLVED = 3
    """Given up, with nobody to escalate to."""
    CLOSED = 4
    """Closed with the incident that it is linked to."""
    PREVENTED = 5
    """Its problem was fixed before it could arrive."""
