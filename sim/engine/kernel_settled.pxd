# cython: language_level=3
"""Where a visit's start is settled the moment it joins: plain first come, first served.

When every queue is served in order of coming, by one pool that serves nothing else, and nothing
depends on the state of the desk, later visits cannot change what becomes of an earlier one. So its
start is known when it joins: it is the multi-server recursion of Kiefer and Wolfowitz (1955),
``start = max(joined, earliest free agent)``. Only joining remains an event.

``free_from`` holds a heap for each pool, of its agents keyed (idle since, number), where a time to
come means that the agent works until then, or is away. The agent who has been idle longest is also
the one who is free first, so one key serves both. An agent may have left since; that is found out,
and set right, when it is first in the heap. ``presence`` is the one that its key refers to: from
``come_ms`` to ``leave_ms`` (which is ``until_ms``), and after an agent's last one there is one that
is never reached.

Each queue has its *crew*: where the heap of its pool begins, and how many agents are in it.
"""

from libc.stdint cimport int32_t, int64_t

from sim.engine.kernel_events cimport enter_joining, follows_ms, over_ms
from sim.engine.kernel_run cimport DONE, NOBODY, PROVIDED, RESOLVED, Run


cdef inline int64_t free_key(Run* run, int32_t agent, int64_t since_ms) noexcept nogil:
    # After the end of the period it does not matter when; and the key has room for no more.
    return (min(since_ms, run.end_ms) << run.agent_bits) | agent


cdef inline void climb_free(int64_t* keys, Py_ssize_t hole, int64_t key) noexcept nogil:
    """Put a key in its place in a heap, at the hole or above it."""
    while hole > 0 and key < keys[(hole - 1) >> 1]:
        keys[hole] = keys[(hole - 1) >> 1]
        hole = (hole - 1) >> 1
    keys[hole] = key


cdef inline void sink_free(int64_t* keys, Py_ssize_t count, int64_t key) noexcept nogil:
    """Put a key in its place in a heap of which the first place is hollow: see ``sink``."""
    cdef Py_ssize_t hole = 0, child = 1
    while child < count:
        child += keys[child + 1] < keys[child]
        keys[hole] = keys[child]
        hole = child
        child = 2 * hole + 1
    climb_free(keys, hole, key)


cdef inline void is_free_from(
    Run* run, int64_t* keys, int32_t count, int32_t agent, int64_t since_ms, int64_t there_ms
) noexcept nogil:
    """Note since when a pool's first agent is idle, who is to be there at ``there_ms``."""
    if run.until_ms[agent] <= there_ms:
        while run.leave_ms[run.presence[agent]] <= there_ms:
            run.presence[agent] += 1
        run.until_ms[agent] = run.leave_ms[run.presence[agent]]
        since_ms = max(since_ms, run.come_ms[run.presence[agent]])
    sink_free(keys, count, free_key(run, agent, since_ms))


cdef inline int64_t settled_end_ms(Run* run, int32_t queue, int32_t visit) noexcept nogil:
    """Settle start and agent of a visit that joins now; return when it will be done."""
    cdef int32_t agent, count = run.crew_of_queue[queue].count
    cdef int64_t since_ms, start_ms, done_ms
    cdef int64_t* keys = run.crew_of_queue[queue].free_from
    if count == PROVIDED:
        run.started_ms[visit] = run.now_ms
        return over_ms(run, run.calendar_of_queue[queue], run.now_ms, run.work_ms[visit])
    if count == 0:
        return run.end_ms
    while True:
        agent = <int32_t>(keys[0] & ((<int64_t>1 << run.agent_bits) - 1))
        since_ms = keys[0] >> run.agent_bits
        start_ms = max(run.now_ms, since_ms)
        if start_ms >= run.end_ms:
            return run.end_ms
        if start_ms < run.until_ms[agent]:
            break
        is_free_from(run, keys, count, agent, since_ms, start_ms)
    run.started_ms[visit] = run.taken_up_ms[visit] = start_ms
    run.agent[visit] = agent
    done_ms = start_ms + run.work_ms[visit]
    is_free_from(run, keys, count, agent, done_ms, done_ms)
    return done_ms


cdef inline void settle(Run* run, int32_t visit) noexcept nogil:
    """Settle all of a visit that joins now."""
    cdef int32_t ticket = run.ticket[visit], following = run.successor[visit]
    cdef int64_t end_ms = settled_end_ms(run, run.queue[visit], visit)
    run.joined_ms[visit] = run.now_ms
    if end_ms >= run.end_ms:
        return
    run.finished_ms[visit] = end_ms
    run.outcome[visit] = DONE
    if following == NOBODY:
        run.ended_ms[ticket] = end_ms
        run.ending[ticket] = RESOLVED
    else:
        enter_joining(run, follows_ms(run, visit, end_ms), following)
