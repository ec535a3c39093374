# cython: language_level=3
"""Agents: who is idle, who takes up what, and what happens to work in hand.

The idle agents of a pool are a ring threaded through ``idle_after`` and ``idle_before``, longest
idle first; behind the agents these arrays have one place per pool, where its ring begins and ends.
Time only goes forward, so whoever becomes idle belongs at the end of the ring, but for ties.

``stirred`` is the set of pools for whom something has changed since they were last asked, and
``is_stirred`` tells whether there may be any. Invariant: no agent of another pool can take
anything.
"""

from libc.stdint cimport int32_t, int64_t
from libc.stdlib cimport realloc

from sim.engine.kernel_events cimport enter
from sim.engine.kernel_lines cimport class_in, drop_front, is_urgent, line_up, put_in_set
from sim.engine.kernel_run cimport (
    AS_USUAL, COMPLETE, DISPATCH, NEVER_YET, NO_INTERRUPTION, NOBODY, Run, Spell,
)
from sim.engine.kernel_traits cimport BOXED, GIVES_UP, has

cdef enum:
    PERMILLE = 1000

cdef extern from *:
    """
    #define LONGEST_SCALED_MS (1LL << 50)
    """
    int64_t LONGEST_SCALED_MS


cdef inline void stir(Run* run, int32_t pool) noexcept nogil:
    put_in_set(run.stirred, pool)
    run.is_stirred = True


cdef inline bint has_idle(Run* run, int32_t pool) noexcept nogil:
    return run.first_idle[pool] < run.agent_count


cdef inline bint is_asked_for(Run* run, int32_t pool) noexcept nogil:
    """Tell whether anything waits in the queues that a pool serves."""
    cdef int32_t service
    for service in range(run.pool_first[pool], run.pool_first[pool + 1]):
        if run.waiting[run.queue_of_service[service]] > 0:
            return True
    return False


cdef inline void becomes_idle(Run* run, int32_t agent) noexcept nogil:
    cdef int32_t pool = run.pool_of_agent[agent]
    cdef int32_t end = run.agent_count + pool
    cdef int32_t before = run.idle_before[end], after = end
    while before != end and run.idle_since_ms[before] == run.now_ms and before > agent:
        after, before = before, run.idle_before[before]
    run.idle_since_ms[agent] = run.now_ms
    run.idle_before[agent], run.idle_after[agent] = before, after
    run.idle_after[before] = run.idle_before[after] = agent
    if is_asked_for(run, pool):
        stir(run, pool)


cdef inline void idles_no_more(Run* run, int32_t agent) noexcept nogil:
    run.idle_after[run.idle_before[agent]] = run.idle_after[agent]
    run.idle_before[run.idle_after[agent]] = run.idle_before[agent]


cdef inline void waits(Run* run, int32_t visit, int32_t group) noexcept nogil:
    """Let a visit wait from now on, and tell the pools that serve its queue at once."""
    cdef int32_t queue = run.queue[visit], place, service, pool
    line_up(run, queue, group, visit)
    for place in range(run.queue_first[queue], run.queue_first[queue + 1]):
        service = run.service_of_queue[place]
        if run.after_of_service_ms[service] > 0:
            continue
        pool = run.pool_of_service[service]
        if has_idle(run, pool) or run.pre_empts[pool] != NO_INTERRUPTION:
            stir(run, pool)


cdef inline void waits_long(Run* run, int32_t visit) noexcept nogil:
    """Enter when a visit that waits since now is to be served by other pools too."""
    cdef int32_t queue = run.queue[visit], place, service
    for place in range(run.queue_first[queue], run.queue_first[queue + 1]):
        service = run.service_of_queue[place]
        if (
            run.after_of_service_ms[service] > 0
            and run.priority[run.ticket[visit]] <= run.lowest_of_service[service]
        ):
            enter(run, run.now_ms + run.after_of_service_ms[service], DISPATCH, queue)


cdef inline void stir_late(Run* run, int32_t queue) noexcept nogil:
    """Ask again the pools that serve a queue only after a while."""
    cdef int32_t place, service
    if run.waiting[queue] == 0:
        return
    for place in range(run.queue_first[queue], run.queue_first[queue + 1]):
        service = run.service_of_queue[place]
        if run.after_of_service_ms[service] > 0:
            stir(run, run.pool_of_service[service])


cdef inline void waits_no_more(Run* run, int32_t queue, int32_t visit) noexcept nogil:
    """Count one fewer. The visit that is best now may have waited past a threshold."""
    run.waiting[queue] -= 1
    run.urgent_count -= is_urgent(run, visit)
    if run.thresholds:
        stir_late(run, queue)


cdef inline bint is_pressed(Run* run, int32_t queue) noexcept nogil:
    """Tell whether so many wait in a queue that the short time-box holds."""
    cdef int64_t there = 0
    cdef int32_t place
    for place in range(run.crew_first[queue], run.crew_first[queue + 1]):
        there += run.on_shift[run.pool_of_crew[place]]
    return <int64_t>PERMILLE * run.waiting[queue] > run.pressure_of_queue[queue] * there


cdef inline int64_t at_speed(int64_t work_ms, int64_t speed) noexcept nogil:
    """``sim.workload.desk.at_speed``."""
    if work_ms > LONGEST_SCALED_MS:
        return work_ms
    return max((work_ms * AS_USUAL + speed // 2) // speed, 1)


cdef inline int64_t settled_work_ms(
    Run* run, int32_t queue, int32_t visit, int32_t agent
) noexcept nogil:
    """Settle the work of a visit that an agent takes up for the first time."""
    cdef int64_t work_ms = run.work_ms[visit], limit_ms
    if run.speed_of_agent != NULL:
        work_ms = at_speed(work_ms, run.speed_of_agent[agent])
    if not has(run, visit, BOXED):
        return work_ms
    limit_ms = run.box_of_queue_ms[queue]
    if is_pressed(run, queue):
        limit_ms = run.short_box_of_queue_ms[queue]
    if work_ms <= limit_ms:
        return work_ms
    run.traits[visit] |= GIVES_UP
    return max(limit_ms + run.give_up_ms[visit], 1)


cdef inline void take_up(Run* run, int32_t visit, int32_t agent) noexcept nogil:
    """Let an agent, who is not idle any more, work on the best visit of a queue."""
    cdef int32_t queue = run.queue[visit], group = queue
    cdef int64_t work_ms
    cdef bint was_parked = run.parking and run.started_ms[visit] != NEVER_YET
    if was_parked:
        group += run.queue_count
    drop_front(run, queue, group, class_in(run, queue, visit))
    waits_no_more(run, queue, visit)
    if was_parked:
        work_ms = run.left_ms[visit]
    else:
        run.started_ms[visit] = run.now_ms
        work_ms = settled_work_ms(run, queue, visit, agent)
    run.agent[visit] = agent
    run.taken_up_ms[visit] = run.now_ms
    run.in_hand[agent] = visit
    run.completes_ms[agent] = run.now_ms + work_ms
    enter(run, run.now_ms + work_ms, COMPLETE, visit)


cdef inline void park(Run* run, int32_t agent) noexcept nogil:
    """Put what an agent has in hand back into its queue; the agent is left with nothing."""
    cdef int32_t visit = run.in_hand[agent]
    cdef Spell* spell
    if run.spell_count == run.spell_room and not more_spells(run):
        return
    spell = &run.spells[run.spell_count]
    run.spell_count += 1
    spell.visit, spell.agent = visit, agent
    spell.from_ms, spell.to_ms = run.taken_up_ms[visit], run.now_ms
    run.left_ms[visit] = run.completes_ms[agent] - run.now_ms
    run.waits_since_ms[visit] = run.now_ms
    run.taken_up_ms[visit] = NEVER_YET
    run.agent[visit] = NOBODY
    run.in_hand[agent] = NOBODY
    waits(run, visit, run.queue_count + run.queue[visit])
    if run.thresholds:
        waits_long(run, visit)


cdef inline bint more_spells(Run* run) noexcept nogil:
    cdef Spell* larger = <Spell*>realloc(run.spells, 2 * run.spell_room * sizeof(Spell))
    if larger == NULL:
        run.out_of_memory = True
        return False
    run.spells = larger
    run.spell_room *= 2
    return True
