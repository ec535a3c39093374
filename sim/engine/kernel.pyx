# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The rules of the desk over flat arrays: what happens between the first ticket and the end.

``play_on`` goes from instant to instant; at each it calls, in the order of the rule table
(``rules.py``), functions named after what the table says happens. Nothing in between is a Python
object, nothing is random, and the GIL is released.

What there is of a run is in ``kernel_run.pxd``; what is still to happen in ``kernel_events.pxd``;
waiting lines in ``kernel_lines.pxd``; agents in ``kernel_agents.pxd``; what becomes of tickets in
``kernel_tickets.pxd``; what is special about a visit in ``kernel_traits.pxd``; the shorter way where
the desk is plain in ``kernel_settled.pxd``.
"""

from libc.stdint cimport INT64_MAX, int8_t, int32_t, int64_t, uint8_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from sim.engine.kernel_agents cimport (
    LONGEST_SCALED_MS, becomes_idle, has_idle, idles_no_more, park, stir, stir_late, take_up, waits, waits_long,
    waits_no_more,
)
from sim.engine.kernel_columns cimport flags, numbers, read_desk, read_log, read_workload, times
from sim.engine.kernel_events cimport (
    enter, first_key, joins_now, key_of, over_ms, sort_joining, take_event, time_of,
)
from sim.engine.kernel_faults cimport (
    DURATION_BITS, FAULTLESS, fault_of_tickets, fault_of_visits,
)
from sim.engine.kernel_lines cimport (
    WORD_MASK, WORD_SHIFT, best_visit, is_in_set, lowest_bit, take_from_set, waits_since,
)
from sim.engine.kernel_run cimport (
    ABANDONED, ALWAYS_OPEN, ANY_CLASS, ANY_NUMBER, AS_USUAL, BY_AGENTS, BY_CLASS, CLOSED, COMPLETE, DISPATCH, DONE,
    EARLIEST_DUE, GAVE_UP, JOIN, LAST_COME, LEFT, LOSE, NEVER_YET, NO_INTERRUPTION, NOBODY, OPEN,
    PARK, PREVENTED, PROVIDED, RANDOM, RESOLVED, SHORTEST_WORK, UNRESOLVED, WAYS_ON, WITHDRAWN, Crew, Event, Run, Spell,
)
from sim.engine.kernel_settled cimport climb_free, free_key, settle
from sim.engine.kernel_tickets cimport (
    close_linked, follow, is_beside, is_provided, is_raised, schedule,
)
from sim.engine.kernel_traits cimport BEGINS, GIVES_UP, IMPATIENT, SIGNALS, has, note_traits

import numpy as np

from sim.engine.rules import Ending, Rank
from sim.workload.desk import (
    ANY_PRIORITY, NO_LIMIT, NO_PRE_EMPTION, NO_PROVIDER, USUAL_SPEED, Discipline, ShiftEnd,
)
from sim.workload.desk import LONGEST_SCALED_MS as LONGEST_SCALED
from sim.workload.journeys import ALWAYS, NEVER_MS, NONE, NOT_YET, SUCCESSORS, Outcome

cdef extern from *:
    """
    #ifndef KERNEL_SOURCES
    #define KERNEL_SOURCES 0LL
    #endif
    """
    const long long KERNEL_SOURCES

BUILT_FROM = KERNEL_SOURCES     # the fingerprint of kernel_sources.py, put in by setup.py

cdef enum:
    FIRST_ROOM = 256        # events and spells for which there is room at the start

assert (COMPLETE, JOIN, LOSE, DISPATCH) == (Rank.COMPLETE, Rank.JOIN, Rank.LOSE, Rank.DISPATCH)
assert (OPEN, RESOLVED, ABANDONED, UNRESOLVED, CLOSED, PREVENTED) == tuple(Ending)
assert (DONE, GAVE_UP, LEFT, WITHDRAWN) == tuple(Outcome)
assert (BY_CLASS, EARLIEST_DUE) == (Discipline.PRIORITY, Discipline.EARLIEST_DUE)
assert (LAST_COME, RANDOM) == (Discipline.LAST_COME, Discipline.RANDOM)
assert SHORTEST_WORK == Discipline.SHORTEST_WORK == len(Discipline) - 1
assert (PARK, NO_INTERRUPTION) == (ShiftEnd.PARK, NO_PRE_EMPTION)
assert (NOBODY, NEVER_YET, ALWAYS_OPEN) == (NONE, NOT_YET, ALWAYS)
assert WAYS_ON == SUCCESSORS
assert (ANY_NUMBER, AS_USUAL) == (NO_LIMIT, USUAL_SPEED)
assert LONGEST_SCALED_MS == LONGEST_SCALED
assert NEVER_MS.bit_length() == DURATION_BITS and (NEVER_MS + 1).bit_length() > DURATION_BITS
assert (BY_AGENTS, ANY_CLASS) == (NO_PROVIDER, ANY_PRIORITY)

FAULTS = (
    "visits are not numbered ticket by ticket",
    "a visit is to a queue that the desk does not have",
    "work of less than a millisecond, or without end",
    "a visit leads to one that is not a later visit of its ticket",
    "a visit of the main chain leads to a side visit, or the reverse",
    "a side visit resolves its ticket",
    "a ticket's first visit is not of its own main chain",
    "an arrival before the period",
    "a priority below zero",
)
"""What may be wrong with a workload, by the numbers of ``kernel_faults``."""

# ---- what happens at an instant, in the order of the rule table ----------------------------------


cdef inline bint completes_now(Run* run, int32_t visit) noexcept nogil:
    """Tell whether a completion still holds: the visit may have been parked since."""
    cdef int32_t agent = run.agent[visit]
    return is_provided(run, visit) or (
        agent != NOBODY
        and run.in_hand[agent] == visit
        and run.completes_ms[agent] == run.now_ms
    )


cdef inline void complete(Run* run, int32_t visit) noexcept nogil:
    cdef int32_t agent = run.agent[visit], outcome = DONE, signal
    if run.parking and not completes_now(run, visit):
        return
    if agent != NOBODY:
        run.in_hand[agent] = NOBODY
        # Whoever is in overtime goes.
        if run.present[agent]:
            becomes_idle(run, agent)
    if has(run, visit, GIVES_UP):
        outcome = GAVE_UP
    run.finished_ms[visit] = run.now_ms
    run.outcome[visit] = outcome
    if (
        has(run, visit, SIGNALS)
        and outcome == DONE
        and run.raises != NULL
        and run.raises[visit] != NOBODY
    ):
        signal = run.raises[visit]
        run.still_to_do[signal] -= 1
        if run.still_to_do[signal] == 0:
            run.reached[run.reached_count] = signal
            run.reached_count += 1
    follow(run, visit, outcome)


cdef void raise_signals(Run* run) noexcept nogil:
    cdef int32_t signal, visit, ticket, following
    while run.reached_count > 0:
        run.reached_count -= 1
        signal = run.reached[run.reached_count]
        visit = run.held[signal]
        while visit != NOBODY:
            following = run.behind[visit]
            joins_now(run, visit)
            visit = following
        ticket = run.linked[signal]
        while ticket != NOBODY:
            close_linked(run, ticket)
            ticket = run.linked_behind[ticket]


cdef void leave(Run* run, int32_t agent) noexcept nogil:
    cdef int32_t pool = run.pool_of_agent[agent]
    if not run.present[agent]:
        return
    run.present[agent] = False
    run.on_shift[pool] -= 1
    if run.in_hand[agent] == NOBODY:
        idles_no_more(run, agent)
    elif run.shift_end_of_pool[pool] == PARK:
        park(run, agent)


cdef void come(Run* run, int32_t agent) noexcept nogil:
    cdef int32_t pool = run.pool_of_agent[agent]
    if run.present[agent]:
        return
    run.present[agent] = True
    run.on_shift[pool] += 1
    if run.in_hand[agent] == NOBODY:
        becomes_idle(run, agent)
    else:
        # Still busy in overtime, so simply there again; but now the work may be interrupted.
        stir(run, pool)


cdef bint is_prevented(Run* run, int32_t ticket) noexcept nogil:
    """Tell whether a ticket that would arrive now does not, and end it then."""
    if is_raised(run, run.prevented_by, ticket) or is_raised(run, run.closes_on, ticket):
        run.ended_ms[ticket] = run.now_ms
        run.ending[ticket] = PREVENTED
        return True
    return False


cdef bint may_join(Run* run, int32_t visit) noexcept nogil:
    """Tell whether a visit joins now; hold it if the signal it awaits is not raised."""
    cdef int32_t ticket = run.ticket[visit], signal
    if run.ending[ticket] != OPEN:
        return False
    if is_beside(run, visit) and run.chain[visit] != run.times_resolved[ticket]:
        return False
    if not has(run, visit, SIGNALS) or run.awaits == NULL:
        return True
    if run.awaits[visit] == NOBODY or is_raised(run, run.awaits, visit):
        return True
    signal = run.awaits[visit]
    run.behind[visit] = run.held[signal]
    run.held[signal] = visit
    return False


cdef inline void join(Run* run, int32_t visit) noexcept nogil:
    cdef int32_t queue = run.queue[visit]
    cdef int64_t done_ms
    if (run.chain != NULL or run.still_to_do != NULL) and not may_join(run, visit):
        return
    run.joined_ms[visit] = run.now_ms
    if has(run, visit, BEGINS):
        begin_side_chain(run, visit)
    if run.calendar_of_queue[queue] != BY_AGENTS:
        run.started_ms[visit] = run.now_ms
        done_ms = over_ms(run, run.calendar_of_queue[queue], run.now_ms, run.work_ms[visit])
        enter(run, done_ms, COMPLETE, visit)
        return
    waits(run, visit, queue)


cdef void begin_side_chain(Run* run, int32_t visit) noexcept nogil:
    cdef int32_t calendar = ALWAYS_OPEN if run.side_calendar == NULL else run.side_calendar[visit]
    cdef int64_t at_ms = run.now_ms
    if run.side_delay_ms != NULL:
        at_ms = over_ms(run, calendar, run.now_ms, run.side_delay_ms[visit])
    schedule(run, run.side_visit[visit], at_ms, run.times_resolved[run.ticket[visit]])


cdef inline void lose(Run* run, int32_t visit) noexcept nogil:
    if run.started_ms[visit] != NEVER_YET or run.finished_ms[visit] != NEVER_YET:
        return
    run.finished_ms[visit] = run.now_ms
    run.outcome[visit] = LEFT
    waits_no_more(run, run.queue[visit], visit)
    follow(run, visit, LEFT)


cdef int32_t longest_waiting(
    Run* run, int32_t service, int32_t end, int32_t lowest
) noexcept nogil:
    """Return of the best visits of services the one that has waited longest, or NOBODY."""
    cdef int32_t found = NOBODY, visit
    while service < end:
        visit = best_visit(run, service, lowest)
        if visit != NOBODY and (
            found == NOBODY or waits_since(run, visit) < waits_since(run, found)
        ):
            found = visit
        service += 1
    return found


cdef inline int32_t offered(Run* run, int32_t pool, int32_t lowest) noexcept nogil:
    """Return the best visit of the first service of a pool that has one, or NOBODY."""
    cdef int32_t service = run.pool_first[pool], end = run.pool_first[pool + 1]
    cdef int32_t visit = NOBODY
    if run.by_wait[pool]:
        return longest_waiting(run, service, end, lowest)
    while visit == NOBODY and service < end:
        visit = best_visit(run, service, lowest)
        service += 1
    return visit


cdef inline void serve(Run* run, int32_t pool, int32_t lowest) noexcept nogil:
    """While a pool has an idle agent and is offered a visit, the agent takes it."""
    cdef int32_t visit, agent
    while has_idle(run, pool):
        visit = offered(run, pool, lowest)
        if visit == NOBODY:
            return
        agent = run.first_idle[pool]
        idles_no_more(run, agent)
        take_up(run, visit, agent)


cdef bint started_later(Run* run, int32_t a, int32_t b) noexcept nogil:
    """Tell whether visit a started after b, or at the same instant and has the higher number."""
    return run.started_ms[a] > run.started_ms[b] or (
        run.started_ms[a] == run.started_ms[b] and a > b
    )


cdef int32_t interruptible(Run* run, int32_t pool) noexcept nogil:
    """Return the agent of a pool whose work an urgent visit interrupts, or NOBODY."""
    cdef int32_t place, agent, visit, priority
    cdef int32_t found = NOBODY, least_urgent = NOBODY, least = run.pre_empts[pool]
    for place in range(run.member_first[pool], run.member_first[pool + 1]):
        agent = run.agent_of_member[place]
        visit = run.in_hand[agent]
        if visit == NOBODY or not run.present[agent]:
            continue
        priority = run.priority[run.ticket[visit]]
        if priority > least or (
            found != NOBODY and priority == least and started_later(run, visit, least_urgent)
        ):
            found, least_urgent, least = agent, visit, priority
    return found


cdef inline bint interrupts(Run* run, int32_t pool) noexcept nogil:
    return run.pre_empts[pool] != NO_INTERRUPTION and is_in_set(run.stirred, pool)


cdef void dispatch_urgent(Run* run) noexcept nogil:
    """Take the first two steps of DISPATCH."""
    cdef int32_t pool, visit, agent
    for pool in range(run.pool_count):
        if interrupts(run, pool):
            serve(run, pool, run.pre_empts[pool])
    for pool in range(run.pool_count):
        while interrupts(run, pool):
            visit = offered(run, pool, run.pre_empts[pool])
            agent = NOBODY if visit == NOBODY else interruptible(run, pool)
            if agent == NOBODY:
                break
            park(run, agent)
            take_up(run, visit, agent)


cdef bint takes_urgent(Run* run, int32_t pool) noexcept nogil:
    """Tell whether the first two steps of DISPATCH would give a pool something."""
    return (
        run.pre_empts[pool] != NO_INTERRUPTION
        and offered(run, pool, run.pre_empts[pool]) != NOBODY
        and (has_idle(run, pool) or interruptible(run, pool) != NOBODY)
    )


cdef inline void ask_pools(Run* run) noexcept nogil:
    """Take the last step of DISPATCH.

    A pool that is stirred meanwhile is still asked if its turn is to come, and else the next time.
    """
    cdef int32_t word, pool, bit
    cdef uint64_t bits
    for word in range(run.pool_words):
        bits = run.stirred[word]
        while bits != 0:
            bit = lowest_bit(bits)
            pool = (word << WORD_SHIFT) + bit
            take_from_set(run.stirred, pool)
            serve(run, pool, ANY_CLASS)
            if run.urgent_count > 0 and takes_urgent(run, pool):
                # What was given out brought an urgent visit forward: the first steps come again.
                stir(run, pool)
            bits = run.stirred[word] & (~<uint64_t>1 << bit)


cdef inline void dispatch(Run* run) noexcept nogil:
    while run.is_stirred:
        run.is_stirred = False
        if run.urgent_count > 0:
            dispatch_urgent(run)
        ask_pools(run)


# ---- from instant to instant ---------------------------------------------------------------------


cdef inline int32_t arriving(Run* run) noexcept nogil:
    """Return the next ticket to arrive."""
    return run.arrival_order[run.next_arrival] if run.arrival_order else run.next_arrival


cdef inline void note_next_arrival(Run* run) noexcept nogil:
    run.next_arrival_ms = run.end_ms
    if run.next_arrival < run.ticket_count:
        run.next_arrival_ms = run.arrival_ms[arriving(run)]


cdef inline void let_arrive(Run* run) noexcept nogil:
    """Let the next ticket arrive, if it does; its first visit joins now."""
    cdef int32_t ticket = arriving(run), visit = run.first_visit[ticket]
    run.next_arrival += 1
    note_next_arrival(run)
    if run.still_to_do != NULL and is_prevented(run, ticket):
        return
    joins_now(run, visit)


cdef inline void note_next_step(Run* run) noexcept nogil:
    run.next_step_ms = run.end_ms
    if run.next_step < run.step_count:
        run.next_step_ms = run.step_ms[run.next_step]


cdef void change_shifts(Run* run) noexcept nogil:
    # Steps are sorted so that, at one instant, all who leave are before all who come.
    while run.next_step_ms == run.now_ms:
        if run.step_comes[run.next_step]:
            come(run, run.step_agent[run.next_step])
        else:
            leave(run, run.step_agent[run.next_step])
        run.next_step += 1
        note_next_step(run)


cdef inline void gather_joining(Run* run) noexcept nogil:
    """Gather whatever joins now: what has arrived, and whose delay is over."""
    while run.next_arrival_ms == run.now_ms:
        let_arrive(run)
    while first_key(run) == key_of(run.now_ms, JOIN):
        joins_now(run, take_event(run))
    sort_joining(run)


cdef inline int32_t next_joining(Run* run) noexcept nogil:
    """Return the next visit of those gathered."""
    run.joined_count += 1
    return run.joining[run.joined_count - 1]


cdef inline void let_join_and_leave(Run* run) noexcept nogil:
    """Take JOIN, LOSE, and the thresholds that are reached, which are ranked as DISPATCH."""
    gather_joining(run)
    while run.joined_count < run.joining_count:
        join(run, next_joining(run))
    while first_key(run) == key_of(run.now_ms, LOSE):
        lose(run, take_event(run))
    while first_key(run) == key_of(run.now_ms, DISPATCH):
        stir_late(run, take_event(run))


cdef inline void note_waiting(Run* run) noexcept nogil:
    """Enter until when those wait who joined and were not taken up at once.

    Most are taken up at once: so this comes after DISPATCH. Patience is 1 ms at least.
    """
    cdef Py_ssize_t place
    cdef int32_t visit
    for place in range(run.joining_count):
        visit = run.joining[place]
        if (
            run.started_ms[visit] == NEVER_YET
            and run.outcome[visit] == NEVER_YET
            and run.joined_ms[visit] == run.now_ms
        ):
            if has(run, visit, IMPATIENT):
                enter(run, run.now_ms + run.patience_ms[visit], LOSE, visit)
            if run.thresholds:
                waits_long(run, visit)


cdef void turn_away(Run* run) noexcept nogil:
    """Turn away those who joined now and for whom there is no room; visits joined by number."""
    cdef Py_ssize_t place
    cdef int32_t visit, queue
    for place in range(run.joining_count - 1, -1, -1):
        visit = run.joining[place]
        queue = run.queue[visit]
        if (
            run.needs_room[visit]
            and run.room_of_queue[queue] != ANY_NUMBER
            and run.waiting[queue] > run.room_of_queue[queue]
            and run.started_ms[visit] == NEVER_YET
            and run.outcome[visit] == NEVER_YET
            and run.joined_ms[visit] == run.now_ms
        ):
            lose(run, visit)
    dispatch(run)


cdef void play_on(Run* run) noexcept nogil:
    """Go from instant to instant until the period ends."""
    cdef int64_t key
    note_next_arrival(run)
    note_next_step(run)
    while not run.out_of_memory:
        key = first_key(run)
        run.now_ms = min(time_of(key), min(run.next_arrival_ms, run.next_step_ms))
        if run.now_ms >= run.end_ms:
            return
        while key == key_of(run.now_ms, COMPLETE):
            complete(run, take_event(run))
            key = first_key(run)
        if run.reached_count > 0:
            raise_signals(run)
        if run.next_step_ms == run.now_ms:
            change_shifts(run)
        if (
            run.next_arrival_ms == run.now_ms
            or run.joining_count > 0
            or time_of(key) == run.now_ms
        ):
            let_join_and_leave(run)
        dispatch(run)
        if run.joining_count > 0:
            if run.needs_room != NULL:
                turn_away(run)
            if run.patience_ms != NULL or run.thresholds:
                note_waiting(run)
            run.joined_count = run.joining_count = 0


cdef void settle_on(Run* run) noexcept nogil:
    """Settle visits in order of their joining, until the period ends."""
    note_next_arrival(run)
    while not run.out_of_memory:
        run.now_ms = min(time_of(first_key(run)), run.next_arrival_ms)
        if run.now_ms >= run.end_ms:
            return
        gather_joining(run)
        while run.joined_count < run.joining_count:
            settle(run, next_joining(run))
        run.joined_count = run.joining_count = 0


# ---- in and out ----------------------------------------------------------------------------------


cdef object room(list kept, rows, fill, dtype=np.int32):
    column = np.full(rows, fill, dtype)
    kept.append(column)
    return column


cdef int make_agents_free(Run* run, dict flat, list kept) except -1:
    """Make what is needed where visits are settled as they join."""
    cdef int32_t queue, pool, place, first, agent
    run.come_ms = times(flat["come_ms"])
    run.leave_ms = times(flat["leave_ms"])
    run.presence = numbers(room(kept, run.agent_count, flat["first_presence"]))
    # Behind the heap of each pool there is one place for a child that is missing.
    run.free_from = times(
        room(kept, run.agent_count + run.pool_count, np.iinfo(np.int64).max, np.int64)
    )
    run.until_ms = times(room(kept, run.agent_count, flat["leave_ms"][flat["first_presence"]], np.int64))
    run.agent_bits = run.agent_count.bit_length()
    run.crew_of_queue = <Crew*>times(
        room(kept, run.queue_count * sizeof(Crew) // sizeof(int64_t), 0, np.int64)
    )
    for queue in range(run.queue_count):
        place = run.queue_first[queue]
        if run.calendar_of_queue[queue] != BY_AGENTS:
            run.crew_of_queue[queue].count = PROVIDED
        elif place < run.queue_first[queue + 1]:
            pool = run.pool_of_service[run.service_of_queue[place]]
            first = run.member_first[pool]
            run.crew_of_queue[queue].free_from = &run.free_from[first + pool]
            run.crew_of_queue[queue].count = run.member_first[pool + 1] - first
    for pool in range(run.pool_count):
        first = run.member_first[pool]
        for place in range(first, run.member_first[pool + 1]):
            agent = run.agent_of_member[place]
            climb_free(
                &run.free_from[first + pool],
                place - first,
                free_key(run, agent, run.come_ms[run.presence[agent]]),
            )
    return 0


cdef int make_room(Run* run, list kept, signal_count) except -1:
    """Make what the run needs to know while it goes on; ``kept`` keeps it alive."""
    cdef int32_t visits = run.visit_count, tickets = run.ticket_count, signals = run.signal_count
    cdef int32_t agents = run.agent_count, pools = run.pool_count, queues = run.queue_count
    cdef bint has_sides = run.side_visit != NULL or run.is_side != NULL
    cdef bint has_heaps = run.parking
    cdef int32_t queue, ticket
    for queue in range(queues):
        has_heaps |= run.discipline_of_queue[queue] >= EARLIEST_DUE
    run.vanishing = run.patience_ms != NULL or run.needs_room != NULL or run.closes_on != NULL or has_sides
    run.behind = numbers(room(kept, visits, NONE))
    if has_heaps:
        run.below = numbers(room(kept, visits, NONE))
    if run.parking:
        run.left_ms = times(room(kept, visits, 0, np.int64))
        run.waits_since_ms = times(room(kept, visits, 0, np.int64))
    if (
        has_sides
        or run.patience_ms != NULL
        or run.give_up_ms != NULL
        or run.delay_ms != NULL
        or run.awaits != NULL
        or run.raises != NULL
        or run.resolves != NULL
    ):
        run.traits = flags(room(kept, visits, 0, np.uint8))
        note_traits(run)
    if has_sides:
        run.chain = numbers(room(kept, visits, NOT_YET))
        run.times_resolved = numbers(room(kept, tickets, 0))
    if run.closes_on != NULL:
        run.closing = flags(room(kept, tickets, 0, np.uint8))
        run.linked_behind = numbers(room(kept, tickets, NONE))
    run.still_to_do = numbers(room(kept, signals, signal_count))
    run.held = numbers(room(kept, signals, NONE))
    run.linked = numbers(room(kept, signals, NONE))
    run.reached = numbers(room(kept, signals, NONE))
    # Tickets that close on a signal are threaded so that the first comes first.
    if run.closes_on != NULL:
        for ticket in range(tickets - 1, -1, -1):
            if run.closes_on[ticket] != NOBODY:
                run.linked_behind[ticket] = run.linked[run.closes_on[ticket]]
                run.linked[run.closes_on[ticket]] = ticket

    run.class_words = (run.class_count + WORD_MASK) >> WORD_SHIFT
    run.front = numbers(room(kept, 2 * queues * run.class_count, NONE))
    run.back = numbers(room(kept, 2 * queues * run.class_count, NONE))
    run.waiting = numbers(room(kept, queues, 0))
    run.occupied = <uint64_t*>times(room(kept, 2 * queues * run.class_words, 0, np.int64))

    run.in_hand = numbers(room(kept, agents, NONE))
    run.completes_ms = times(room(kept, agents, NOT_YET, np.int64))
    run.present = flags(room(kept, agents, 0, np.uint8))
    run.on_shift = numbers(room(kept, pools, 0))
    run.idle_since_ms = times(room(kept, agents + pools, NOT_YET, np.int64))
    run.idle_after = numbers(room(kept, agents + pools, np.arange(agents + pools)))
    run.first_idle = &run.idle_after[agents]
    run.idle_before = numbers(room(kept, agents + pools, np.arange(agents + pools)))
    run.pool_words = (pools + WORD_MASK) >> WORD_SHIFT
    run.stirred = <uint64_t*>times(room(kept, run.pool_words, 0, np.int64))
    return 0


def play(dict flat):
    """Play one replication from flat arrays; the arrays of its log are written to.

    Parameters
    ----------
    flat : dict
        What ``compiled_engine`` makes of a workload, a desk and an empty log, by the names of
        ``Run``'s members. With the presences of agents, visits are settled as they join.

    Returns
    -------
    visit, agent : int32 arrays
    from_ms, to_ms : int64 arrays
        The spells that ended in parking, in order of their ends.

    Raises
    ------
    ValueError
        If the workload breaks an invariant.
    MemoryError
        If there is no room for what is still to happen, or for interrupted spells.
    """
    cdef Run run
    cdef int32_t fault, place
    cdef list kept = []
    cdef bint settles = "come_ms" in flat
    memset(&run, 0, sizeof(Run))
    read_workload(&run, flat)
    read_desk(&run, flat)
    read_log(&run, flat)
    with nogil:
        fault = fault_of_visits(&run)
        if fault == FAULTLESS:
            fault = fault_of_tickets(&run)
    if fault != FAULTLESS:
        raise ValueError(FAULTS[fault])
    if settles:
        make_agents_free(&run, flat, kept)
    else:
        make_room(&run, kept, flat["signal_count"])
    run.event_room = run.joining_room = run.spell_room = FIRST_ROOM
    try:
        run.events = <Event*>malloc(FIRST_ROOM * sizeof(Event))
        run.joining = <int32_t*>malloc(FIRST_ROOM * sizeof(int32_t))
        run.spells = <Spell*>malloc(FIRST_ROOM * sizeof(Spell))
        if run.events == NULL or run.joining == NULL or run.spells == NULL:
            raise MemoryError
        for place in range(FIRST_ROOM):
            run.events[place].key = INT64_MAX
        with nogil:
            if settles:
                settle_on(&run)
            else:
                play_on(&run)
        if run.out_of_memory:
            raise MemoryError("no memory is left for what is still to happen")
        return interrupted(&run)
    finally:
        free(run.events)
        free(run.joining)
        free(run.spells)


cdef tuple interrupted(Run* run):
    """Return the columns of the interrupted spells."""
    visit, agent = np.empty((2, run.spell_count), np.int32)
    from_ms, to_ms = np.empty((2, run.spell_count), np.int64)
    cdef int32_t[::1] visits = visit, agents = agent
    cdef int64_t[::1] begins = from_ms, ends = to_ms
    cdef Py_ssize_t row
    for row in range(run.spell_count):
        visits[row], agents[row] = run.spells[row].visit, run.spells[row].agent
        begins[row], ends[row] = run.spells[row].from_ms, run.spells[row].to_ms
    return visit, agent, from_ms, to_ms
