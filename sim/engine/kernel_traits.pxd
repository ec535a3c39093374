# cython: language_level=3
"""What is special about a visit, in one byte each.

Most visits have none of what their columns could tell, and a desk has so many columns that they
do not stay near the processor. A byte a visit does, and spares looking them up.
"""

from libc.stdint cimport int32_t, uint8_t

from sim.engine.kernel_run cimport NOBODY, WAYS_ON, Run

cdef enum:
    IMPATIENT = 1           # it may leave
    BOXED = 2               # a time-box may hold
    GIVES_UP = 4            # the time-box will run out first: settled when it is taken up
    BESIDE = 8              # it belongs to a side chain
    RESOLVES = 16
    BEGINS = 32             # a side chain begins with it
    SIGNALS = 64            # it awaits or raises a signal
    DELAYS = 128            # on some way there is a delay before its successor


cdef inline bint has(Run* run, int32_t visit, uint8_t trait) noexcept nogil:
    return run.traits != NULL and run.traits[visit] & trait != 0


cdef inline void note_traits(Run* run) noexcept nogil:
    """Fill ``traits``, which are all zero."""
    cdef int32_t visit
    cdef Py_ssize_t way
    # Column by column, without a jump, so that each loop is one of vectors.
    if run.patience_ms != NULL:
        for visit in range(run.visit_count):
            run.traits[visit] |= IMPATIENT * (run.patience_ms[visit] < run.end_ms)
    if run.give_up_ms != NULL:
        for visit in range(run.visit_count):
            run.traits[visit] |= BOXED * (run.give_up_ms[visit] != NOBODY)
    if run.is_side != NULL:
        for visit in range(run.visit_count):
            run.traits[visit] |= BESIDE * (run.is_side[visit] != 0)
    if run.resolves != NULL:
        for visit in range(run.visit_count):
            run.traits[visit] |= RESOLVES * (run.resolves[visit] != 0)
    if run.side_visit != NULL:
        for visit in range(run.visit_count):
            run.traits[visit] |= BEGINS * (run.side_visit[visit] != NOBODY)
    if run.awaits != NULL:
        for visit in range(run.visit_count):
            run.traits[visit] |= SIGNALS * (run.awaits[visit] != NOBODY)
    if run.raises != NULL:
        for visit in range(run.visit_count):
            run.traits[visit] |= SIGNALS * (run.raises[visit] != NOBODY)
    if run.delay_ms != NULL:
        for way in range(WAYS_ON):
            for visit in range(run.visit_count):
                run.traits[visit] |= DELAYS * (
                    run.delay_ms[way * run.visit_count + visit] != 0
                )
