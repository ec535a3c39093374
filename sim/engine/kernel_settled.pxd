# cython: language_level=3
"""Where a visit's start is settled the moment it joins: plain first come, first served.

When every queue is served first come, first served by one pool that serves nothing else, and nothing
depends on the state of the desk, later visits cannot change what becomes of an earlier one. So its
start is known when it joins: it is the multi-server recursion of Kiefer and Wolfowitz (1955),
``start = max(joined, earliest free agent)``. Only joining remains an event.

``free_from`` holds a heap for each pool, of its agents keyed (idle since, number), where a time to
come means that the agent works until then, or is away. The agent who has been idle longest is also
the one who is free first, so one key serves both. An agent may have left since; that is found out,
and set right, when it is first in the heap. ``presence`` is the one that its key refers to: from
``come_ms`` to ``leave_ms``, and after an agent's last one there is one that is never reached.
"""

from libc.stdint cimport int32_t, int64_t

from sim.engine.kernel_events cimport enter, follows_ms, number_of, over_ms, sink
from sim.engine.kernel_run cimport BY_AGENTS, DONE, JOIN, NOBODY, RESOLVED, Event, Run


cdef inline void is_free_from(
    Run* run, Event* agents, int32_t count, int64_t since_ms, int64_t there_ms
) noexcept nogil:
    """Note since when the first agent of a pool's heap is idle who is to be there at ``there_ms``."""
    cdef Event event
    event.tie = agents[0].tie
    while run.leave_ms[run.presence[event.tie]] <= there_ms:
        run.presence[event.tie] += 1
    event.at_ms = max(since_ms, run.come_ms[run.presence[event.tie]])
    sink(agents, count, event)


cdef inline int64_t settled_end_ms(Run* run, int32_t queue, int32_t visit) noexcept nogil:
    """Settle start and agent of a visit that joins now; return when it will be done."""
    cdef int32_t place, pool, agent, count
    cdef int64_t start_ms, done_ms
    cdef Event* agents
    if run.calendar_of_queue[queue] != BY_AGENTS:
        run.started_ms[visit] = run.now_ms
        return over_ms(run, run.calendar_of_queue[queue], run.now_ms, run.work_ms[visit])
    place = run.queue_first[queue]
    if place == run.queue_first[queue + 1]:
        return run.end_ms
    pool = run.pool_of_service[run.service_of_queue[place]]
    agents = &run.free_from[run.member_first[pool]]
    count = run.member_first[pool + 1] - run.member_first[pool]
    if count == 0:
        return run.end_ms
    while True:
        agent = number_of(agents[0])
        start_ms = max(run.now_ms, agents[0].at_ms)
        if start_ms >= run.end_ms:
            return run.end_ms
        if start_ms < run.leave_ms[run.presence[agent]]:
            break
        is_free_from(run, agents, count, agents[0].at_ms, start_ms)
    run.started_ms[visit] = run.taken_up_ms[visit] = start_ms
    run.agent[visit] = agent
    done_ms = start_ms + run.work_ms[visit]
    is_free_from(run, agents, count, done_ms, done_ms)
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
        enter(run, follows_ms(run, visit, end_ms), JOIN, following)
