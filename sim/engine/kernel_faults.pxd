# cython: language_level=3
"""What a workload must keep so that the kernel stays within its arrays and comes to an end.

The invariants are those of ``sim.workload.journeys``. They are looked at in one pass from the last
visit to the first, because a visit's ticket ends where that of the next visit begins.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t

from sim.engine.kernel_run cimport NOBODY, Run

cdef enum:
    FAULTLESS = -1
    UNORDERED = 0           # positions in kernel.FAULTS
    UNKNOWN_QUEUE = 1
    NO_WORK = 2
    MISLED = 3
    MIXED_CHAINS = 4
    SIDE_RESOLVES = 5
    MISPLACED_FIRST = 6
    TOO_EARLY = 7
    NEGATIVE_CLASS = 8

    DURATION_BITS = 61      # NEVER_MS is the longest duration: with it, sums stay inside 64 bits


cdef inline bint is_misled(int32_t following, int32_t visit, int32_t end) noexcept nogil:
    """Tell whether a visit leads to one that is not a later visit of its ticket, which ends at end."""
    return (following != NOBODY) & ((following <= visit) | (following >= end))


cdef inline bint is_no_work(int64_t work_ms) noexcept nogil:
    """Tell whether work is less than 1 ms, or longer than any duration."""
    return (<uint64_t>(work_ms - 1) >> DURATION_BITS) != 0


cdef inline int32_t fault_of_chains(Run* run, int32_t visit) noexcept nogil:
    """Look whether main chain and side chains are kept apart."""
    cdef uint8_t beside = run.is_side != NULL and run.is_side[visit]
    cdef int32_t way, following
    for way in range(3):
        following = run.successor[<Py_ssize_t>way * run.visit_count + visit]
        if following != NOBODY and run.is_side != NULL and run.is_side[following] != beside:
            return MIXED_CHAINS
    if run.side_visit != NULL and run.side_visit[visit] != NOBODY:
        if run.is_side == NULL or not run.is_side[run.side_visit[visit]]:
            return MIXED_CHAINS
    if beside and run.resolves != NULL and run.resolves[visit]:
        return SIDE_RESOLVES
    return FAULTLESS


cdef inline int32_t fault_of_visits(Run* run) noexcept nogil:
    cdef int32_t visits = run.visit_count, end = run.visit_count, ticket = run.ticket_count
    cdef int32_t visit, fault
    cdef bint may_give_up = run.give_up_ms != NULL, may_leave = run.patience_ms != NULL
    cdef const int32_t* done = run.successor
    cdef const int32_t* gave_up = done + visits
    cdef const int32_t* left = gave_up + visits
    for visit in range(visits - 1, -1, -1):
        if run.ticket[visit] != ticket:
            if not 0 <= run.ticket[visit] < ticket:
                return UNORDERED
            ticket, end = run.ticket[visit], visit + 1
        # One jump for all of a visit: this is looked at a million times, and holds.
        if (
            (<uint32_t>run.queue[visit] >= <uint32_t>run.queue_count)
            | is_no_work(run.work_ms[visit])
            | is_misled(done[visit], visit, end)
            | (may_give_up and is_misled(gave_up[visit], visit, end))
            | (may_leave and is_misled(left[visit], visit, end))
        ):
            if is_no_work(run.work_ms[visit]):
                return NO_WORK
            return MISLED if 0 <= run.queue[visit] < run.queue_count else UNKNOWN_QUEUE
        if run.side_visit != NULL and is_misled(run.side_visit[visit], visit, end):
            return MISLED
        if run.side_visit != NULL or run.is_side != NULL:
            fault = fault_of_chains(run, visit)
            if fault != FAULTLESS:
                return fault
    return FAULTLESS


cdef inline int32_t fault_of_tickets(Run* run) noexcept nogil:
    cdef int32_t ticket, first
    for ticket in range(run.ticket_count):
        first = run.first_visit[ticket]
        if not 0 <= first < run.visit_count or run.ticket[first] != ticket:
            return MISPLACED_FIRST
        if run.is_side != NULL and run.is_side[first]:
            return MISPLACED_FIRST
        if run.arrival_ms[ticket] < 0:
            return TOO_EARLY
        if run.priority[ticket] < 0:
            return NEGATIVE_CLASS
    return FAULTLESS
