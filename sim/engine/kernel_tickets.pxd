# cython: language_level=3
"""What becomes of a ticket after a visit, and what is withdrawn when it ends or is resolved.

The visits of a ticket are side by side, so those that wait are found by looking at all of them.
"""

from libc.stdint cimport int8_t, int32_t, int64_t

from sim.engine.kernel_agents cimport waits_no_more
from sim.engine.kernel_events cimport calendar_of_delay, enter_joining, follows_ms, over_ms
from sim.engine.kernel_run cimport (
    ABANDONED, BY_AGENTS, CLOSED, DONE, GAVE_UP, LEFT, NEVER_YET, NOBODY, OPEN, RESOLVED,
    UNRESOLVED, WITHDRAWN, Run,
)
from sim.engine.kernel_traits cimport BESIDE, DELAYS, IMPATIENT, RESOLVES, has


cdef inline bint is_beside(Run* run, int32_t visit) noexcept nogil:
    """Tell whether a visit belongs to a side chain."""
    return has(run, visit, BESIDE)


cdef inline bint is_raised(Run* run, const int32_t* signal_of, int32_t row) noexcept nogil:
    """Tell whether the signal that a column names for a row is raised."""
    return (
        signal_of != NULL and signal_of[row] != NOBODY and run.still_to_do[signal_of[row]] <= 0
    )


cdef inline bint is_provided(Run* run, int32_t visit) noexcept nogil:
    return run.calendar_of_queue[run.queue[visit]] != BY_AGENTS


cdef inline bint is_in_hand(Run* run, int32_t visit) noexcept nogil:
    """Tell whether somebody works on a visit that is not finished."""
    return run.taken_up_ms[visit] != NEVER_YET or (
        run.started_ms[visit] != NEVER_YET and is_provided(run, visit)
    )


cdef inline bint leaves_now(Run* run, int32_t visit) noexcept nogil:
    """Tell whether the patience of a visit that waits ends at this instant."""
    return (
        has(run, visit, IMPATIENT)
        and run.started_ms[visit] == NEVER_YET
        and run.patience_ms[visit] == run.now_ms - run.joined_ms[visit]
    )


cdef inline int32_t lowest_visit(Run* run, int32_t ticket) noexcept nogil:
    cdef int32_t visit = run.first_visit[ticket]
    while visit > 0 and run.ticket[visit - 1] == ticket:
        visit -= 1
    return visit


cdef inline void withdraw_waiting(Run* run, int32_t ticket) noexcept nogil:
    """Withdraw what waits: side visits, and if the ticket is being closed the main one too."""
    cdef int32_t visit = lowest_visit(run, ticket)
    while visit < run.visit_count and run.ticket[visit] == ticket:
        if (
            run.joined_ms[visit] != NEVER_YET
            and run.finished_ms[visit] == NEVER_YET
            and not is_in_hand(run, visit)
            and not (is_beside(run, visit) and leaves_now(run, visit))
        ):
            run.outcome[visit] = WITHDRAWN
            run.finished_ms[visit] = run.now_ms
            waits_no_more(run, run.queue[visit], visit)
        visit += 1


cdef inline void end_ticket(Run* run, int32_t ticket, int8_t ending) noexcept nogil:
    run.ended_ms[ticket] = run.now_ms
    run.ending[ticket] = ending
    if run.is_side != NULL or ending == CLOSED:
        withdraw_waiting(run, ticket)


cdef inline void close_linked(Run* run, int32_t ticket) noexcept nogil:
    """Close a ticket whose signal is raised, now or when what is in hand completes."""
    cdef int32_t visit = lowest_visit(run, ticket)
    # Arrivals of this very instant are still to come: they will be prevented.
    if run.arrival_ms[ticket] >= run.now_ms or run.ending[ticket] != OPEN:
        return
    while visit < run.visit_count and run.ticket[visit] == ticket:
        if (
            run.finished_ms[visit] == NEVER_YET
            and is_in_hand(run, visit)
            and not is_beside(run, visit)
        ):
            run.closing[ticket] = True
            return
        visit += 1
    end_ticket(run, ticket, CLOSED)


cdef inline void schedule(Run* run, int32_t visit, int64_t at_ms, int32_t chain) noexcept nogil:
    """Let a visit join then; ``chain`` as in ``Run``. The main chain never comes to one twice."""
    if is_beside(run, visit):
        if run.chain[visit] != NEVER_YET:
            return
        run.chain[visit] = chain
    enter_joining(run, at_ms, visit)


cdef inline void follow(Run* run, int32_t visit, int32_t outcome) noexcept nogil:
    """Let the ticket go on after a visit."""
    cdef Py_ssize_t way = <Py_ssize_t>outcome * run.visit_count + visit
    cdef int32_t ticket = run.ticket[visit], following = run.successor[way]
    cdef int32_t chain = 0
    cdef int64_t joins_ms
    if is_beside(run, visit):
        if following == NOBODY:
            return
        chain = run.chain[visit]
    elif run.closing != NULL and run.closing[ticket]:
        end_ticket(run, ticket, CLOSED)
        return
    elif following == NOBODY:
        end_ticket(
            run,
            ticket,
            RESOLVED if outcome == DONE else UNRESOLVED if outcome == GAVE_UP else ABANDONED,
        )
        return
    elif outcome == DONE and run.chain != NULL and has(run, visit, RESOLVES):
        # Side chains begun so far stop; one that begins after a reopening is another.
        run.times_resolved[ticket] += 1
        withdraw_waiting(run, ticket)
    if outcome == LEFT and (run.delay_ms == NULL or run.delay_ms[way] == 0):
        # So that nothing joins after LOSE.
        joins_ms = over_ms(run, calendar_of_delay(run, way), run.now_ms, 1)
    elif has(run, visit, DELAYS):
        joins_ms = follows_ms(run, way, run.now_ms)
    else:
        joins_ms = run.now_ms
    schedule(run, following, joins_ms, chain)
