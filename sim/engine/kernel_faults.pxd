# cython: language_level=3
"""What a workload must keep so that the kernel stays within its arrays and comes to an end.

The invariants are those of ``sim.workload.journeys``. They are looked at before every run, so each
pass over the visits is kept to a few comparisons, without a jump where everybody has the column.
"""

from libc.stdint cimport int32_t, uint32_t, uint64_t

from sim.engine.kernel_run cimport DONE, NOBODY, WAYS_ON, Run

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


cdef inline int32_t fault_of_numbers(Run* run) noexcept nogil:
    """Look at the columns that every visit has."""
    cdef int32_t visit, last = run.visit_count - 1
    cdef uint32_t unordered = 0, unknown = 0
    cdef uint64_t work = 0
    if run.visit_count == 0:
        return FAULTLESS
    # Column by column, so that each loop is one of vectors.
    for visit in range(1, run.visit_count):
        unordered |= run.ticket[visit] < run.ticket[visit - 1]
    if unordered or run.ticket[0] < 0 or run.ticket[last] >= run.ticket_count:
        return UNORDERED
    for visit in range(run.visit_count):
        unknown |= <uint32_t>run.queue[visit] >= <uint32_t>run.queue_count
    if unknown:
        return UNKNOWN_QUEUE
    for visit in range(run.visit_count):
        work |= <uint64_t>(run.work_ms[visit] - 1)
    # Below 1 ms, or longer than any duration.
    return NO_WORK if work >> DURATION_BITS else FAULTLESS


cdef inline int32_t fault_of_way(Run* run, const int32_t* following) noexcept nogil:
    """Look whether visits lead to later visits of their ticket, if to any."""
    cdef int32_t visit, end = run.visit_count, ticket = NOBODY
    cdef bint misled = False
    # From the last to the first, because a ticket ends where the next one begins.
    for visit in range(run.visit_count - 1, -1, -1):
        end = end if run.ticket[visit] == ticket else visit + 1
        ticket = run.ticket[visit]
        misled |= (following[visit] != NOBODY) & (
            (following[visit] <= visit) | (following[visit] >= end)
        )
    return MISLED if misled else FAULTLESS


cdef inline int32_t fault_of_chains(Run* run) noexcept nogil:
    """Look whether main chain and side chains are kept apart."""
    cdef int32_t visit, way, following
    cdef bint beside, mixed = False
    for visit in range(run.visit_count):
        beside = run.is_side != NULL and run.is_side[visit]
        for way in range(WAYS_ON):
            following = run.successor[<Py_ssize_t>way * run.visit_count + visit]
            if run.is_side != NULL:
                mixed |= (following != NOBODY) & (run.is_side[max(following, 0)] != beside)
        if run.side_visit != NULL and run.side_visit[visit] != NOBODY:
            if run.is_side == NULL or not run.is_side[run.side_visit[visit]]:
                return MIXED_CHAINS
        if beside and run.resolves != NULL and run.resolves[visit]:
            return SIDE_RESOLVES
    return MIXED_CHAINS if mixed else FAULTLESS


cdef inline int32_t fault_of_visits(Run* run) noexcept nogil:
    cdef bint has_sides = run.side_visit != NULL or run.is_side != NULL
    cdef bint ends_otherwise = run.give_up_ms != NULL or run.patience_ms != NULL
    cdef int32_t way, fault = fault_of_numbers(run)
    for way in range(WAYS_ON):
        if fault == FAULTLESS and (way == DONE or ends_otherwise or has_sides):
            fault = fault_of_way(run, run.successor + <Py_ssize_t>way * run.visit_count)
    if fault == FAULTLESS and run.side_visit != NULL:
        fault = fault_of_way(run, run.side_visit)
    if fault == FAULTLESS and has_sides:
        fault = fault_of_chains(run)
    return fault


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
