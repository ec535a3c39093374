# cython: language_level=3
"""What is still to happen: one binary heap keyed (time, rank, number), and delays in calendars.

Work completed, joining after a delay, patience that ends and thresholds reached are events;
arrivals and roster steps are sorted already and need none. What would happen at or after the end of
the period is never entered. An event that has been overtaken (its visit was parked, or taken up) is
not looked for: it is ignored when it is due.

Most often something is entered right after something is taken: an agent completes a visit and takes
up the next. So the first place is left *hollow* after taking, and whatever is entered next sinks
from there; only when the next instant comes first is the hollow filled with the last event.
"""

from libc.stdint cimport int32_t, int64_t
from libc.stdlib cimport realloc

from sim.engine.kernel_run cimport ALWAYS_OPEN, Event, Run

cdef enum:
    RANK_SHIFT = 32         # in an event's tie, the rank is above the number


cdef inline bint sooner(Event a, Event b) noexcept nogil:
    # Without a jump: which of two events is sooner cannot be predicted.
    return (a.at_ms < b.at_ms) | ((a.at_ms == b.at_ms) & (a.tie < b.tie))


cdef inline int64_t rank_of(Event event) noexcept nogil:
    return event.tie >> RANK_SHIFT


cdef inline int32_t number_of(Event event) noexcept nogil:
    return <int32_t>event.tie


cdef inline int64_t tie_of(int64_t rank, int32_t number) noexcept nogil:
    return rank << RANK_SHIFT | number


cdef inline void sink(Event* events, Py_ssize_t count, Event event) noexcept nogil:
    """Put an event in its place in a heap of which the first place is hollow.

    The hole goes to the bottom, where a later event most often belongs, and the event climbs from
    there.
    """
    cdef Py_ssize_t hole = 0, child = 1, last = count - 1
    while child < last:
        child += sooner(events[child + 1], events[child])
        events[hole] = events[child]
        hole = child
        child = 2 * hole + 1
    if child == last:
        events[hole] = events[child]
        hole = child
    climb(events, hole, event)


cdef inline void climb(Event* events, Py_ssize_t hole, Event event) noexcept nogil:
    """Put an event in its place, at the hole or above it."""
    while hole > 0 and sooner(event, events[(hole - 1) >> 1]):
        events[hole] = events[(hole - 1) >> 1]
        hole = (hole - 1) >> 1
    events[hole] = event


cdef inline void enter(Run* run, int64_t at_ms, int64_t rank, int32_t number) noexcept nogil:
    """Enter an event, unless it is due at the end of the period or later."""
    cdef Event event
    if at_ms >= run.end_ms:
        return
    event.at_ms = at_ms
    event.tie = tie_of(rank, number)
    if run.hollow:
        run.hollow = False
        sink(run.events, run.event_count, event)
    elif run.event_count < run.event_room or more_room(run):
        run.event_count += 1
        climb(run.events, run.event_count - 1, event)


cdef inline bint more_room(Run* run) noexcept nogil:
    cdef Event* larger = <Event*>realloc(run.events, 2 * run.event_room * sizeof(Event))
    if larger == NULL:
        run.out_of_memory = True
        return False
    run.events = larger
    run.event_room *= 2
    return True


cdef inline Event first_event(Run* run) noexcept nogil:
    """Return the first event; one at the end of the period when there is none."""
    cdef Event event
    cdef Event* events = run.events
    if not run.hollow:
        if run.event_count > 0:
            return events[0]
    elif run.event_count > 2:
        return events[1 + sooner(events[2], events[1])]
    elif run.event_count == 2:
        return events[1]
    event.at_ms = run.end_ms
    event.tie = 0
    return event


cdef inline void fill_hollow(Run* run) noexcept nogil:
    if run.hollow:
        run.hollow = False
        run.event_count -= 1
        if run.event_count > 0:
            sink(run.events, run.event_count, run.events[run.event_count])


cdef inline int32_t take_event(Run* run) noexcept nogil:
    """Take the first event away, and return its number."""
    fill_hollow(run)
    run.hollow = True
    return number_of(run.events[0])


cdef inline int32_t first_above(
    const int64_t* sorted_ms, int64_t ms, int32_t low, int32_t high
) noexcept nogil:
    """Return the first place from ``low`` whose time is above ``ms``; ``high`` when there is none."""
    cdef int32_t middle
    while low < high:
        middle = (low + high) >> 1
        if sorted_ms[middle] > ms:
            high = middle
        else:
            low = middle + 1
    return low


cdef inline int64_t over_ms(
    Run* run, int32_t calendar, int64_t from_ms, int64_t delay_ms
) noexcept nogil:
    """Tell when a delay is over that runs in a calendar alone; the end of the period if not before."""
    cdef int32_t spell, end
    if calendar == ALWAYS_OPEN or delay_ms == 0:
        return from_ms + delay_ms
    end = run.spell_first[calendar + 1]
    spell = first_above(run.close_ms, from_ms, run.spell_first[calendar], end)
    if spell == end:
        return run.end_ms
    # In the calendar's own open time, the delay is over at this point.
    delay_ms += run.opened_ms[spell] - (run.close_ms[spell] - max(from_ms, run.open_ms[spell]))
    spell = first_above(run.opened_ms, delay_ms - 1, spell, end)
    if spell == end:
        return run.end_ms
    return run.close_ms[spell] - (run.opened_ms[spell] - delay_ms)


cdef inline int32_t calendar_of_delay(Run* run, Py_ssize_t way) noexcept nogil:
    return ALWAYS_OPEN if run.delay_calendar == NULL else run.delay_calendar[way]


cdef inline int64_t follows_ms(Run* run, Py_ssize_t way, int64_t from_ms) noexcept nogil:
    """Tell when a successor joins; ``way`` is its place in the rows of ``successor``."""
    if run.delay_ms == NULL:
        return from_ms
    return over_ms(run, calendar_of_delay(run, way), from_ms, run.delay_ms[way])
