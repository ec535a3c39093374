# cython: language_level=3
"""What is still to happen: a binary heap of events, and delays in calendars.

Work completed, joining after a delay, patience that ends and thresholds reached are events;
arrivals and roster steps are sorted already and need none. What would happen at or after the end of
the period is never entered. An event that has been overtaken (its visit was parked, or taken up) is
not looked for: it is ignored when it is due.

The heap is keyed by time and rank. Inside a rank the order does not matter, but for JOIN: whatever
joins at an instant is gathered in ``joining``, and joins in order of visit number, so that waiting
lines are sorted by being appended to.

Most often something is entered right after something is taken: an agent completes a visit and takes
up the next. So the first place is left *hollow* after taking, and whatever is entered next sinks
from there; only when the next event comes first is the hollow filled with the last one. Hollow and
unused places hold the latest key of all, so that neither they nor a missing child need a question.
"""

from libc.stdint cimport INT64_MAX, int32_t, int64_t
from libc.stdlib cimport qsort, realloc

from sim.engine.kernel_run cimport ALWAYS_OPEN, JOIN, Event, Run

cdef enum:
    RANK_BITS = 3           # in an event's key, the rank is below the time


cdef inline int64_t key_of(int64_t at_ms, int64_t rank) noexcept nogil:
    return at_ms << RANK_BITS | rank


cdef inline int64_t first_key(Run* run) noexcept nogil:
    """Return the key of the first event; one later than all when there is none."""
    # Without asking for the hollow, because it cannot be predicted.
    return min(run.events[0].key, min(run.events[1].key, run.events[2].key))


cdef inline int64_t time_of(int64_t key) noexcept nogil:
    return key >> RANK_BITS


cdef inline void climb(Event* events, Py_ssize_t hole, Event event) noexcept nogil:
    """Put an event in its place, at the hole or above it."""
    while hole > 0 and event.key < events[(hole - 1) >> 1].key:
        events[hole] = events[(hole - 1) >> 1]
        hole = (hole - 1) >> 1
    events[hole] = event


cdef inline void sink(Event* events, Py_ssize_t count, Event event) noexcept nogil:
    """Put an event in its place in a heap of which the first place is hollow.

    The hole goes to the bottom, where a later event most often belongs, and the event climbs from
    there.
    """
    cdef Py_ssize_t hole = 0, child = 1
    while child < count:
        # Without a jump: which of two events is sooner cannot be predicted.
        child += events[child + 1].key < events[child].key
        events[hole] = events[child]
        hole = child
        child = 2 * hole + 1
    climb(events, hole, event)


cdef inline void enter(Run* run, int64_t at_ms, int64_t rank, int32_t number) noexcept nogil:
    """Enter an event, unless it is due at the end of the period or later."""
    cdef Event event
    if at_ms >= run.end_ms:
        return
    event.key = key_of(at_ms, rank)
    event.number = number
    if run.hollow:
        run.hollow = False
        sink(run.events, run.event_count, event)
    elif run.event_count + 2 < run.event_room or more_events(run):
        run.event_count += 1
        climb(run.events, run.event_count - 1, event)


cdef inline bint more_events(Run* run) noexcept nogil:
    cdef Py_ssize_t place
    cdef Event* larger = <Event*>realloc(run.events, 2 * run.event_room * sizeof(Event))
    if larger == NULL:
        run.out_of_memory = True
        return False
    for place in range(run.event_room, 2 * run.event_room):
        larger[place].key = INT64_MAX
    run.events = larger
    run.event_room *= 2
    return True


cdef inline int32_t take_event(Run* run) noexcept nogil:
    """Take the first event away, and return its number."""
    cdef Event last
    if run.hollow:
        run.event_count -= 1
        last = run.events[run.event_count]
        run.events[run.event_count].key = INT64_MAX
        sink(run.events, run.event_count, last)
    run.hollow = True
    run.events[0].key = INT64_MAX
    return run.events[0].number


cdef inline void enter_joining(Run* run, int64_t at_ms, int32_t visit) noexcept nogil:
    """Let a visit join at that time, which may be now."""
    if at_ms == run.now_ms:
        joins_now(run, visit)
    else:
        enter(run, at_ms, JOIN, visit)


cdef inline void joins_now(Run* run, int32_t visit) noexcept nogil:
    """Gather a visit that joins now; where some have joined already, in its place behind them."""
    cdef Py_ssize_t place = run.joining_count
    if place == run.joining_room and not more_joining(run):
        return
    run.joining_count += 1
    while place > run.joined_count > 0 and run.joining[place - 1] > visit:
        run.joining[place] = run.joining[place - 1]
        place -= 1
    run.joining[place] = visit


cdef inline bint more_joining(Run* run) noexcept nogil:
    cdef int32_t* larger = <int32_t*>realloc(run.joining, 2 * run.joining_room * sizeof(int32_t))
    if larger == NULL:
        run.out_of_memory = True
        return False
    run.joining = larger
    run.joining_room *= 2
    return True


cdef inline int compare_numbers(const void* a, const void* b) noexcept nogil:
    cdef int32_t first = (<const int32_t*>a)[0], second = (<const int32_t*>b)[0]
    return (first > second) - (first < second)


cdef inline void sort_joining(Run* run) noexcept nogil:
    """Sort what joins now by visit number; it mostly is one visit, or sorted."""
    cdef Py_ssize_t place
    for place in range(1, run.joining_count):
        if run.joining[place - 1] > run.joining[place]:
            qsort(run.joining, run.joining_count, sizeof(int32_t), compare_numbers)
            return


cdef inline int32_t first_above(
    const int64_t* sorted_ms, int64_t ms, int32_t low, int32_t high
) noexcept nogil:
    """Return the first place from ``low`` whose time is above ``ms``; ``high`` for none."""
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
    """Tell when a delay is over that runs in a calendar alone; at the latest, the period's end."""
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
