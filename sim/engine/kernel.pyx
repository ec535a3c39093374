# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False, nonecheck=False
"""The rules of the desk over flat arrays: what happens between the first ticket and the end.

``Run`` holds one replication. Its methods are named after what the rule table (``rules.py``) says
happens, and are called in its order by ``play``, which goes from one instant to the next. Nothing
in it is a Python object, nothing is random, and the GIL is released for the whole run.

Where things wait
    *Events* (work completed, joining after a delay, patience that ends, thresholds reached) are in
    one binary heap keyed (time, rank, number). Arrivals and roster steps are sorted already, so a
    pointer walks over each. What would happen at or after the end of the period is never entered.
    An event that has been overtaken (the visit was parked, or taken up) is ignored when it is due.

    *Visits* wait in lines. A line belongs to one queue and one class (or to all classes, where no
    rule tells them apart), and parked visits have lines of their own. A line of first come is a
    list threaded through ``behind``; a line of earliest due, or of parked visits, is a pairing heap
    threaded through ``behind`` and ``below``. A visit that leaves or is withdrawn stays in its line
    until it comes to the front; ``finished_ms`` tells.

    *Idle agents* of a pool are a ring threaded through ``idle_after`` and ``idle_before``. Time only
    goes forward, so whoever becomes idle belongs at its end, but for ties at the same instant.
"""

cimport cython
from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t, uint64_t
from libc.stdlib cimport free, malloc, realloc

import numpy as np

from sim.engine.rules import Ending, Rank
from sim.workload.desk import ANY_PRIORITY, NO_PRE_EMPTION, NO_PROVIDER, Discipline, ShiftEnd
from sim.workload.journeys import ALWAYS, NONE, NOT_YET, Outcome

cdef extern from *:
    """
    #if defined(_MSC_VER)
    #include <intrin.h>
    static int lowest_bit(unsigned long long word) {
        unsigned long bit;
        _BitScanForward64(&bit, word);
        return (int)bit;
    }
    #else
    #define lowest_bit(word) __builtin_ctzll(word)
    #endif
    """
    int lowest_bit(uint64_t word) noexcept nogil

# The compiler needs these as constants; the assertions below hold them to the tables they name.
cdef enum:
    COMPLETE = 0
    JOIN = 4
    LOSE = 5
    DISPATCH = 6

    OPEN = 0
    RESOLVED = 1
    ABANDONED = 2
    UNRESOLVED = 3
    CLOSED = 4
    PREVENTED = 5

    DONE = 0
    GAVE_UP = 1
    LEFT = 2
    WITHDRAWN = 3

    BY_CLASS = 0            # Discipline.PRIORITY
    EARLIEST_DUE = 2
    PARK = 1

    NOBODY = -1             # NONE
    NEVER_YET = -1          # NOT_YET
    ALWAYS_OPEN = -1        # ALWAYS
    BY_AGENTS = -2          # NO_PROVIDER
    NO_INTERRUPTION = -1    # NO_PRE_EMPTION
    ANY_CLASS = 127         # ANY_PRIORITY

    RANK_SHIFT = 32         # an event's tie holds its number, and above these bits its rank
    WORD_BITS = 64
    PERMILLE = 1000
    FIRST_ROOM = 256        # events and spells for which there is room at the start

assert (COMPLETE, JOIN, LOSE, DISPATCH) == (Rank.COMPLETE, Rank.JOIN, Rank.LOSE, Rank.DISPATCH)
assert (OPEN, RESOLVED, ABANDONED, UNRESOLVED, CLOSED, PREVENTED) == tuple(Ending)
assert (DONE, GAVE_UP, LEFT, WITHDRAWN) == tuple(Outcome)
assert (BY_CLASS, EARLIEST_DUE) == (Discipline.PRIORITY, Discipline.EARLIEST_DUE)
assert (PARK, NO_INTERRUPTION) == (ShiftEnd.PARK, NO_PRE_EMPTION)
assert (NOBODY, NEVER_YET, ALWAYS_OPEN) == (NONE, NOT_YET, ALWAYS)
assert (BY_AGENTS, ANY_CLASS) == (NO_PROVIDER, ANY_PRIORITY)

cdef struct Event:
    int64_t at_ms
    int64_t tie

cdef struct Spell:
    int32_t visit
    int32_t agent
    int64_t from_ms
    int64_t to_ms


cdef inline bint sooner(Event a, Event b) noexcept nogil:
    # Without a jump: which of two events is sooner cannot be predicted.
    return (a.at_ms < b.at_ms) | ((a.at_ms == b.at_ms) & (a.tie < b.tie))


cdef inline int32_t next_in_set(
    const uint64_t* words, Py_ssize_t word_count, Py_ssize_t start
) noexcept nogil:
    """Return the lowest member of a set of bits that is at least ``start``, or NOBODY."""
    cdef Py_ssize_t word = start // WORD_BITS
    cdef uint64_t bits
    if word >= word_count:
        return NOBODY
    bits = words[word] & (<uint64_t>-1 << (start % WORD_BITS))
    while bits == 0:
        word += 1
        if word == word_count:
            return NOBODY
        bits = words[word]
    return <int32_t>(word * WORD_BITS + lowest_bit(bits))


cdef inline int32_t first_above(
    const int64_t[::1] sorted_ms, int64_t ms, int32_t low, int32_t high
) noexcept nogil:
    """Return the first place from ``low`` whose time is above ``ms``; ``high`` when there is none."""
    cdef int32_t middle
    while low < high:
        middle = low + (high - low) // 2
        if sorted_ms[middle] > ms:
            high = middle
        else:
            low = middle + 1
    return low


@cython.final
cdef class Run:
    """One replication, from flat arrays.

    Parameters
    ----------
    flat : dict
        What ``compiled_engine`` makes of a workload and a desk, by the names of the public
        attributes below. The log's arrays come filled with "not yet", and are written to.
    """

    # The workload. An array is empty where nobody has the thing.
    cdef public const int64_t[::1] arrival_ms, due_ms
    cdef public const int32_t[::1] arrival_order, first_visit, prevented_by, closes_on
    cdef public const int8_t[::1] priority
    cdef public const int32_t[::1] ticket, queue, awaits, raises, side_visit
    cdef public const int64_t[::1] work_ms, patience_ms, give_up_ms, side_delay_ms
    cdef public const uint8_t[::1] resolves, is_side
    cdef public const int8_t[::1] side_calendar
    cdef public const int32_t[:, ::1] successor
    cdef public const int64_t[:, ::1] delay_ms
    cdef public const int8_t[:, ::1] delay_calendar
    cdef public const int32_t[::1] signal_count
    cdef public int64_t end_ms

    # The desk. ``a_of_b`` holds a for each b; the services of pool p are ``pool_first[p]`` up to
    # ``pool_first[p + 1]``, in its order of preference, and likewise for the other ``_first``.
    cdef public const int32_t[::1] pool_first, queue_of_service, pool_of_service, lowest_of_service
    cdef public const int64_t[::1] after_of_service_ms
    cdef public const int32_t[::1] queue_first, service_of_queue
    cdef public const int32_t[::1] crew_first, pool_of_crew
    cdef public const int32_t[::1] calendar_of_queue
    cdef public const int64_t[::1] pressure_of_queue
    cdef public const int64_t[::1] box_of_queue_ms, short_box_of_queue_ms
    cdef public const int8_t[::1] discipline_of_queue, shift_end_of_pool
    cdef public const uint8_t[::1] by_class
    cdef public const int32_t[::1] pre_empts, member_first, agent_of_member, pool_of_agent
    cdef public const int64_t[::1] step_ms
    cdef public const int32_t[::1] step_agent
    cdef public const uint8_t[::1] step_comes
    cdef public const int32_t[::1] spell_first
    cdef public const int64_t[::1] open_ms, close_ms, opened_ms
    cdef public int32_t class_count

    # The log.
    cdef public int64_t[::1] ended_ms, joined_ms, started_ms, finished_ms, taken_up_ms
    cdef public int8_t[::1] ending, outcome
    cdef public int32_t[::1] agent

    # What can happen in this run; what cannot costs a branch that is never taken.
    cdef bint has_sides, has_patience, has_boxes, has_delays, has_signals
    cdef bint pre_emption, parking, thresholds, vanishing
    cdef Py_ssize_t ticket_count, pool_count, queue_count, agent_count, step_count, class_words

    # Where the run stands.
    cdef int64_t now_ms
    cdef Py_ssize_t next_arrival, next_step
    cdef bint out_of_memory
    cdef Event* events
    cdef Py_ssize_t event_count, event_room
    cdef Spell* spells
    cdef Py_ssize_t spell_count, spell_room

    # Of visits. ``left_ms`` is the work left of a parked one. ``chain`` is how often the ticket had
    # been resolved when the side chain of a visit began; NEVER_YET before the visit is scheduled.
    cdef int32_t[::1] behind, below, chain
    cdef int64_t[::1] left_ms, waits_since_ms
    cdef uint8_t[::1] gives_up
    # Of tickets. ``closing``: it ends, as CLOSED, when the visit in hand completes.
    cdef int32_t[::1] times_resolved, linked_behind
    cdef uint8_t[::1] closing
    # Of signals: visits still to be done, visits held for it, tickets that close on it; and the
    # signals reached at this instant.
    cdef int32_t[::1] still_to_do, held, linked, reached
    cdef Py_ssize_t reached_count
    # Of groups of lines: one group per queue, then one per queue for what is parked there. Line
    # ``group * class_count + class`` has a front and a back; ``occupied`` is the set of the classes
    # of a group whose line has a front.
    cdef int32_t[::1] front, back, waiting
    cdef uint64_t[::1] occupied
    # Of agents. Behind the agents, the ring of idle agents has one place per pool: its two ends.
    cdef int32_t[::1] in_hand, idle_after, idle_before, on_shift
    cdef int64_t[::1] idle_since_ms, completes_ms
    cdef uint8_t[::1] present
    # Of pools: the set of those for whom something has changed since they were last asked, and of
    # those who pre-empt, since they were last asked for urgent visits.
    # Invariant: after DISPATCH both are empty, and no agent can take anything.
    cdef uint64_t[::1] stirred, stirred_urgent
    cdef Py_ssize_t pool_words

    def __cinit__(self, flat):
        self.events = <Event*>malloc(FIRST_ROOM * sizeof(Event))
        self.spells = <Spell*>malloc(FIRST_ROOM * sizeof(Spell))
        self.event_room = self.spell_room = FIRST_ROOM
        if self.events == NULL or self.spells == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.events)
        free(self.spells)

    def __init__(self, flat):
        for name, value in flat.items():
            setattr(self, name, value)
        visits, tickets = len(self.ticket), len(self.arrival_ms)
        queues, pools, agents = len(self.by_class), len(self.pre_empts), len(self.pool_of_agent)
        signals = len(self.signal_count)
        self.ticket_count, self.queue_count, self.pool_count = tickets, queues, pools
        self.agent_count, self.step_count = agents, len(self.step_ms)

        self.has_sides = len(self.side_visit) > 0 or len(self.is_side) > 0
        self.has_patience = len(self.patience_ms) > 0
        self.has_boxes = len(self.give_up_ms) > 0
        self.has_delays = len(self.delay_ms) > 0 and self.delay_ms.shape[1] > 0
        self.has_signals = signals > 0
        self.pre_emption = any(cap != NO_PRE_EMPTION for cap in self.pre_empts)
        self.parking = self.pre_emption or any(end == PARK for end in self.shift_end_of_pool)
        self.thresholds = any(after > 0 for after in self.after_of_service_ms)
        self.vanishing = self.has_patience or self.has_sides or self.has_signals

        self.behind = np.full(visits, NONE, np.int32)
        in_heaps = self.parking or any(rule == EARLIEST_DUE for rule in self.discipline_of_queue)
        self.below = np.full(visits if in_heaps else 0, NONE, np.int32)
        self.left_ms = np.empty(visits if self.parking else 0, np.int64)
        self.waits_since_ms = np.empty(visits if self.parking else 0, np.int64)
        self.gives_up = np.zeros(visits if self.has_boxes else 0, np.uint8)
        self.chain = np.full(visits if self.has_sides else 0, NOT_YET, np.int32)
        self.times_resolved = np.zeros(tickets if self.has_sides else 0, np.int32)

        self.closing = np.zeros(tickets if self.has_signals else 0, np.uint8)
        self.linked_behind = np.full(len(self.closes_on), NONE, np.int32)
        self.still_to_do = np.array(self.signal_count, np.int32)
        self.held, self.linked = np.full((2, signals), NONE, np.int32)
        self.reached = np.empty(signals, np.int32)

        self.class_words = (self.class_count + WORD_BITS - 1) // WORD_BITS
        self.front, self.back = np.full((2, 2 * queues * self.class_count), NONE, np.int32)
        self.occupied = np.zeros(2 * queues * self.class_words, np.uint64)
        self.waiting = np.zeros(queues, np.int32)

        self.in_hand = np.full(agents, NONE, np.int32)
        self.idle_after, self.idle_before = np.tile(
            np.arange(agents + pools, dtype=np.int32), (2, 1)
        )
        self.idle_since_ms = np.full(agents + pools, NOT_YET, np.int64)
        self.completes_ms = np.empty(agents, np.int64)
        self.present = np.zeros(agents, np.uint8)
        self.on_shift = np.zeros(pools, np.int32)
        self.pool_words = (pools + WORD_BITS - 1) // WORD_BITS
        self.stirred = np.zeros(self.pool_words, np.uint64)
        self.stirred_urgent = np.zeros(self.pool_words, np.uint64)

    # ---- events -------------------------------------------------------------------------------

    cdef inline void enter(self, int64_t after_ms, int64_t rank, int32_t number) noexcept nogil:
        """Enter an event that is due ``after_ms`` from now; after the end nothing is."""
        cdef Event event
        cdef Py_ssize_t hole = self.event_count
        if after_ms >= self.end_ms - self.now_ms:
            return
        if hole == self.event_room and not self.make_room_for_events():
            return
        self.event_count += 1
        event.at_ms = self.now_ms + after_ms
        event.tie = rank << RANK_SHIFT | number
        while hole > 0 and sooner(event, self.events[(hole - 1) >> 1]):
            self.events[hole] = self.events[(hole - 1) >> 1]
            hole = (hole - 1) >> 1
        self.events[hole] = event

    cdef bint make_room_for_events(self) noexcept nogil:
        cdef Event* larger = <Event*>realloc(self.events, 2 * self.event_room * sizeof(Event))
        if larger == NULL:
            self.out_of_memory = True
            return False
        self.events = larger
        self.event_room *= 2
        return True

    cdef inline int32_t take_event(self) noexcept nogil:
        """Take the first event away, and return its number."""
        cdef int32_t number = <int32_t>self.events[0].tie
        cdef Py_ssize_t hole = 0, child = 1, last = self.event_count - 1
        cdef Event* events = self.events
        cdef Event moved = events[last]
        self.event_count = last
        # The hole sinks to the bottom, where the last event most often belongs anyway.
        while child < last:
            child += sooner(events[child + 1], events[child])
            events[hole] = events[child]
            hole = child
            child = 2 * hole + 1
        while hole > 0 and sooner(moved, events[(hole - 1) >> 1]):
            events[hole] = events[(hole - 1) >> 1]
            hole = (hole - 1) >> 1
        events[hole] = moved
        return number

    cdef inline bint due(self, int64_t rank) noexcept nogil:
        """Tell whether the first event is due now, and of this rank."""
        return (
            self.event_count > 0
            and self.events[0].at_ms == self.now_ms
            and self.events[0].tie >> RANK_SHIFT == rank
        )

    cdef inline int64_t next_instant_ms(self) noexcept nogil:
        cdef int64_t at_ms = self.end_ms
        if self.event_count > 0 and self.events[0].at_ms < at_ms:
            at_ms = self.events[0].at_ms
        if self.next_arrival < self.ticket_count:
            at_ms = min(at_ms, self.arrival_ms[self.arriving()])
        if self.next_step < self.step_count:
            at_ms = min(at_ms, self.step_ms[self.next_step])
        return at_ms

    cdef inline int32_t arriving(self) noexcept nogil:
        """Return the next ticket to arrive."""
        if self.arrival_order.shape[0]:
            return self.arrival_order[self.next_arrival]
        return <int32_t>self.next_arrival

    cdef inline void schedule(
        self, int32_t visit, int64_t delay_ms, int calendar, int32_t chain
    ) noexcept nogil:
        """Let a visit join after a delay; ``chain`` as in the attribute of that name."""
        if self.has_sides:
            if self.chain[visit] != NEVER_YET:
                return
            self.chain[visit] = chain
        self.enter(self.open_hours(calendar, delay_ms), JOIN, visit)

    cdef inline int64_t open_hours(self, int calendar, int64_t delay_ms) noexcept nogil:
        """Return how long a delay takes from now when it runs in a calendar alone."""
        cdef int64_t left_ms = self.end_ms - self.now_ms
        cdef int32_t spell, end
        if calendar == ALWAYS_OPEN or delay_ms == 0 or delay_ms >= left_ms:
            return delay_ms
        end = self.spell_first[calendar + 1]
        spell = first_above(self.close_ms, self.now_ms, self.spell_first[calendar], end)
        if spell == end:
            return left_ms
        # In the calendar's own open time, the delay is over at this point.
        delay_ms += self.opened_ms[spell] - (
            self.close_ms[spell] - max(self.now_ms, self.open_ms[spell])
        )
        spell = first_above(self.opened_ms, delay_ms - 1, spell, end)
        if spell == end:
            return left_ms
        return self.close_ms[spell] - (self.opened_ms[spell] - delay_ms) - self.now_ms

    # ---- waiting lines ------------------------------------------------------------------------

    cdef inline int32_t class_in(self, int32_t queue, int32_t visit) noexcept nogil:
        return self.priority[self.ticket[visit]] if self.by_class[queue] else 0

    cdef inline bint is_heap(self, int32_t queue, Py_ssize_t group) noexcept nogil:
        return group >= self.queue_count or self.discipline_of_queue[queue] == EARLIEST_DUE

    cdef inline void line_up(self, int32_t queue, Py_ssize_t group, int32_t visit) noexcept nogil:
        """Put a visit into its line of the group."""
        cdef int32_t cls = self.class_in(queue, visit)
        cdef Py_ssize_t line = group * self.class_count + cls
        self.behind[visit] = NOBODY
        if self.is_heap(queue, group):
            self.below[visit] = NOBODY
            self.front[line] = self.meld(queue, self.front[line], visit)
        elif self.front[line] == NOBODY:
            self.front[line] = self.back[line] = visit
        else:
            # Visits join in order of time, and at one instant in order of number (``play``).
            self.behind[self.back[line]] = visit
            self.back[line] = visit
        self.occupied[group * self.class_words + cls // WORD_BITS] |= (
            <uint64_t>1 << (cls % WORD_BITS)
        )
        self.waiting[queue] += 1

    cdef inline int32_t drop_front(
        self, int32_t queue, Py_ssize_t group, int32_t cls
    ) noexcept nogil:
        """Take the first visit out of its line, and return the one that is first now."""
        cdef Py_ssize_t line = group * self.class_count + cls
        cdef int32_t first = self.front[line]
        first = self.meld_below(queue, first) if self.is_heap(queue, group) else self.behind[first]
        self.front[line] = first
        if first == NOBODY:
            self.occupied[group * self.class_words + cls // WORD_BITS] &= ~(
                <uint64_t>1 << (cls % WORD_BITS)
            )
        return first

    cdef inline bint ahead(self, int32_t queue, int32_t a, int32_t b) noexcept nogil:
        """Tell whether a goes before b, both in one class or in a queue that knows none."""
        cdef int64_t key_a, key_b
        if self.discipline_of_queue[queue] == EARLIEST_DUE:
            key_a, key_b = self.due_ms[self.ticket[a]], self.due_ms[self.ticket[b]]
        else:
            key_a, key_b = self.joined_ms[a], self.joined_ms[b]
        return key_a < key_b or (key_a == key_b and a < b)

    cdef inline int32_t meld(self, int32_t queue, int32_t a, int32_t b) noexcept nogil:
        """Make one pairing heap of two, and return its first visit."""
        if a == NOBODY:
            return b
        if b == NOBODY:
            return a
        if self.ahead(queue, b, a):
            a, b = b, a
        self.behind[b] = self.below[a]
        self.below[a] = b
        return a

    cdef int32_t meld_below(self, int32_t queue, int32_t first) noexcept nogil:
        """Make one pairing heap of those below its first visit, and return their first."""
        cdef int32_t left = self.below[first], right, rest, pairs = NOBODY
        while left != NOBODY:
            right = self.behind[left]
            rest = NOBODY if right == NOBODY else self.behind[right]
            left = self.meld(queue, left, right)
            self.behind[left] = pairs
            pairs = left
            left = rest
        first = NOBODY
        while pairs != NOBODY:
            rest = self.behind[pairs]
            self.behind[pairs] = NOBODY
            first = self.meld(queue, first, pairs)
            pairs = rest
        return first

    cdef inline int32_t best_of_group(
        self, int32_t queue, Py_ssize_t group, int32_t lowest
    ) noexcept nogil:
        """Return the best visit of a class up to ``lowest`` in one group of lines, or NOBODY."""
        cdef const uint64_t* occupied = &self.occupied[group * self.class_words]
        cdef int32_t best = NOBODY, visit
        cdef int32_t cls = next_in_set(occupied, self.class_words, 0)
        while cls != NOBODY and cls <= lowest:
            visit = self.front[group * self.class_count + cls]
            if self.vanishing:
                while visit != NOBODY and self.finished_ms[visit] != NEVER_YET:
                    visit = self.drop_front(queue, group, cls)
            if visit != NOBODY:
                if self.discipline_of_queue[queue] == BY_CLASS or not self.by_class[queue]:
                    return visit
                if best == NOBODY or self.ahead(queue, visit, best):
                    best = visit
            cls = next_in_set(occupied, self.class_words, cls + 1)
        return best

    cdef inline int32_t best_visit(self, Py_ssize_t service, int32_t lowest) noexcept nogil:
        """Return the best visit of a service that has waited long enough for it, or NOBODY."""
        cdef int32_t queue = self.queue_of_service[service], best = NOBODY
        cdef int64_t since_ms
        if self.waiting[queue] == 0:
            return NOBODY
        lowest = min(lowest, self.lowest_of_service[service])
        if self.parking:
            best = self.best_of_group(queue, self.queue_count + queue, lowest)
        if best == NOBODY:
            best = self.best_of_group(queue, queue, lowest)
        if best != NOBODY and self.after_of_service_ms[service] > 0:
            since_ms = self.joined_ms[best]
            if self.started_ms[best] != NEVER_YET:
                since_ms = self.waits_since_ms[best]
            if self.now_ms - since_ms < self.after_of_service_ms[service]:
                return NOBODY
        return best

    cdef inline void waits(self, int32_t visit, Py_ssize_t group) noexcept nogil:
        """Let a visit wait from now on, where those who may take it up will see it."""
        cdef int32_t queue = self.queue[visit], service, place
        self.line_up(queue, group, visit)
        for place in range(self.queue_first[queue], self.queue_first[queue + 1]):
            service = self.service_of_queue[place]
            if self.after_of_service_ms[service] == 0:
                self.stir(self.pool_of_service[service])
            elif self.priority[self.ticket[visit]] <= self.lowest_of_service[service]:
                self.enter(self.after_of_service_ms[service], DISPATCH, queue)

    cdef inline void waits_no_more(self, int32_t queue) noexcept nogil:
        """Count one fewer. Whoever is best now may have waited past a threshold."""
        self.waiting[queue] -= 1
        if self.thresholds:
            self.stir_late(queue)

    # ---- agents -------------------------------------------------------------------------------

    cdef inline void stir(self, Py_ssize_t pool) noexcept nogil:
        self.stirred[pool // WORD_BITS] |= <uint64_t>1 << (pool % WORD_BITS)
        if self.pre_emption and self.pre_empts[pool] != NO_INTERRUPTION:
            self.stirred_urgent[pool // WORD_BITS] |= <uint64_t>1 << (pool % WORD_BITS)

    cdef void stir_late(self, int32_t queue) noexcept nogil:
        """Ask the pools that serve a queue after a while only."""
        cdef int32_t place
        for place in range(self.queue_first[queue], self.queue_first[queue + 1]):
            if self.after_of_service_ms[self.service_of_queue[place]] > 0:
                self.stir(self.pool_of_service[self.service_of_queue[place]])

    cdef inline void becomes_idle(self, int32_t agent) noexcept nogil:
        cdef int32_t pool = self.pool_of_agent[agent]
        cdef int32_t end = <int32_t>self.agent_count + pool, before = self.idle_before[end]
        # Idle longest first, then lowest number.
        while before > agent and before != end and self.idle_since_ms[before] == self.now_ms:
            before = self.idle_before[before]
        self.idle_since_ms[agent] = self.now_ms
        self.idle_before[agent], self.idle_after[agent] = before, self.idle_after[before]
        self.idle_before[self.idle_after[agent]] = agent
        self.idle_after[before] = agent
        self.stir(pool)

    cdef inline void idles_no_more(self, int32_t agent) noexcept nogil:
        self.idle_after[self.idle_before[agent]] = self.idle_after[agent]
        self.idle_before[self.idle_after[agent]] = self.idle_before[agent]

    cdef inline void take_up(self, int32_t visit, int32_t agent) noexcept nogil:
        """Let an agent work on the best visit of a queue."""
        cdef int32_t queue = self.queue[visit]
        cdef int64_t work_ms
        if self.started_ms[visit] == NEVER_YET:
            self.drop_front(queue, queue, self.class_in(queue, visit))
            self.waits_no_more(queue)
            self.started_ms[visit] = self.now_ms
            work_ms = self.work_settled_ms(visit)
        else:
            self.drop_front(queue, self.queue_count + queue, self.class_in(queue, visit))
            self.waits_no_more(queue)
            work_ms = self.left_ms[visit]
        self.agent[visit] = agent
        self.taken_up_ms[visit] = self.now_ms
        self.in_hand[agent] = visit
        self.completes_ms[agent] = self.now_ms + work_ms
        self.enter(work_ms, COMPLETE, visit)
        if self.pre_emption:
            # What was just taken up may be interrupted.
            self.stir(self.pool_of_agent[agent])

    cdef inline int64_t work_settled_ms(self, int32_t visit) noexcept nogil:
        """Settle the work of a visit that is taken up for the first time."""
        cdef int32_t queue = self.queue[visit]
        cdef int64_t work_ms = self.work_ms[visit], limit_ms
        if not self.has_boxes or self.give_up_ms[visit] == NOBODY:
            return work_ms
        limit_ms = self.box_of_queue_ms[queue]
        if self.under_pressure(queue):
            limit_ms = self.short_box_of_queue_ms[queue]
        if work_ms <= limit_ms:
            return work_ms
        self.gives_up[visit] = True
        return max(limit_ms + self.give_up_ms[visit], 1)

    cdef bint under_pressure(self, int32_t queue) noexcept nogil:
        cdef int64_t there = 0
        cdef int32_t place
        for place in range(self.crew_first[queue], self.crew_first[queue + 1]):
            there += self.on_shift[self.pool_of_crew[place]]
        return <int64_t>PERMILLE * self.waiting[queue] > self.pressure_of_queue[queue] * there

    cdef void park(self, int32_t agent) noexcept nogil:
        """Put what an agent has in hand back into its queue; the agent is left with nothing."""
        cdef int32_t visit = self.in_hand[agent]
        cdef Spell* spell
        if self.spell_count == self.spell_room and not self.make_room_for_spells():
            return
        spell = &self.spells[self.spell_count]
        self.spell_count += 1
        spell.visit, spell.agent = visit, agent
        spell.from_ms, spell.to_ms = self.taken_up_ms[visit], self.now_ms
        self.left_ms[visit] = self.completes_ms[agent] - self.now_ms
        self.waits_since_ms[visit] = self.now_ms
        self.taken_up_ms[visit] = NEVER_YET
        self.agent[visit] = NOBODY
        self.in_hand[agent] = NOBODY
        self.waits(visit, self.queue_count + self.queue[visit])

    cdef bint make_room_for_spells(self) noexcept nogil:
        cdef Spell* larger = <Spell*>realloc(self.spells, 2 * self.spell_room * sizeof(Spell))
        if larger == NULL:
            self.out_of_memory = True
            return False
        self.spells = larger
        self.spell_room *= 2
        return True

    # ---- tickets ------------------------------------------------------------------------------

    cdef inline bint belongs_to_side(self, int32_t visit) noexcept nogil:
        return self.is_side.shape[0] > 0 and self.is_side[visit]

    cdef inline bint is_raised(self, const int32_t[::1] signal_of, int32_t number) noexcept nogil:
        """Tell whether the signal that a column names for a row is raised."""
        return (
            signal_of.shape[0] > 0
            and signal_of[number] != NOBODY
            and self.still_to_do[signal_of[number]] <= 0
        )

    cdef inline bint is_in_hand(self, int32_t visit) noexcept nogil:
        return self.taken_up_ms[visit] != NEVER_YET or (
            self.started_ms[visit] != NEVER_YET
            and self.calendar_of_queue[self.queue[visit]] != BY_AGENTS
        )

    cdef inline void end_ticket(self, int32_t ticket, int8_t how) noexcept nogil:
        self.ended_ms[ticket] = self.now_ms
        self.ending[ticket] = how
        if self.has_sides or how == CLOSED:
            self.withdraw_waiting(ticket)

    cdef inline int32_t lowest_visit(self, int32_t ticket) noexcept nogil:
        cdef int32_t visit = self.first_visit[ticket]
        while visit > 0 and self.ticket[visit - 1] == ticket:
            visit -= 1
        return visit

    cdef void withdraw_waiting(self, int32_t ticket) noexcept nogil:
        """Withdraw the visits of a ticket that wait: side visits, unless the ticket was closed."""
        cdef int32_t visit = self.lowest_visit(ticket)
        while visit < self.ticket.shape[0] and self.ticket[visit] == ticket:
            if (
                self.joined_ms[visit] != NEVER_YET
                and self.finished_ms[visit] == NEVER_YET
                and not self.is_in_hand(visit)
                and not (self.belongs_to_side(visit) and self.leaves_now(visit))
            ):
                self.outcome[visit] = WITHDRAWN
                self.finished_ms[visit] = self.now_ms
                self.waits_no_more(self.queue[visit])
            visit += 1

    cdef inline bint leaves_now(self, int32_t visit) noexcept nogil:
        """Tell whether the patience of a visit that waits ends at this instant."""
        return (
            self.has_patience
            and self.started_ms[visit] == NEVER_YET
            and self.patience_ms[visit] == self.now_ms - self.joined_ms[visit]
        )

    cdef void close_linked(self, int32_t ticket) noexcept nogil:
        """Close a ticket whose signal was raised, now or when what is in hand completes."""
        cdef int32_t visit = self.lowest_visit(ticket)
        # Arrivals of this very instant are still to come: they will be prevented.
        if self.arrival_ms[ticket] >= self.now_ms or self.ending[ticket] != OPEN:
            return
        while visit < self.ticket.shape[0] and self.ticket[visit] == ticket:
            if (
                self.finished_ms[visit] == NEVER_YET
                and self.is_in_hand(visit)
                and not self.belongs_to_side(visit)
            ):
                self.closing[ticket] = True
                return
            visit += 1
        self.end_ticket(ticket, CLOSED)

    cdef inline void follow(self, int32_t visit, int8_t outcome) noexcept nogil:
        """Let the ticket go on after a visit."""
        cdef int32_t ticket = self.ticket[visit], following = self.successor[outcome, visit]
        cdef int32_t chain = 0
        cdef int64_t delay_ms = 0
        cdef int calendar = ALWAYS_OPEN
        if self.has_sides and self.belongs_to_side(visit):
            if following == NOBODY:
                return
            chain = self.chain[visit]
        elif self.has_signals and self.closing[ticket]:
            self.end_ticket(ticket, CLOSED)
            return
        elif following == NOBODY:
            self.end_ticket(
                ticket,
                RESOLVED if outcome == DONE else UNRESOLVED if outcome == GAVE_UP else ABANDONED,
            )
            return
        elif self.has_sides and outcome == DONE and self.resolves.shape[0] and self.resolves[visit]:
            # Side chains begun so far stop; one that begins after a reopening is another.
            self.times_resolved[ticket] += 1
            self.withdraw_waiting(ticket)
        if self.has_delays:
            delay_ms = self.delay_ms[outcome, visit]
            if self.delay_calendar.shape[1]:
                calendar = self.delay_calendar[outcome, visit]
        if outcome == LEFT and delay_ms == 0:
            delay_ms = 1
        self.schedule(following, delay_ms, calendar, chain)

    # ---- what happens at an instant, in the order of the rule table -----------------------------

    cdef inline void complete(self, int32_t visit) noexcept nogil:
        cdef int32_t agent = self.agent[visit]
        cdef int8_t outcome = DONE
        if self.parking and not self.completes_now(visit):
            return
        if agent != NOBODY:
            self.in_hand[agent] = NOBODY
            # Whoever is in overtime goes.
            if self.present[agent]:
                self.becomes_idle(agent)
        if self.has_boxes and self.gives_up[visit]:
            outcome = GAVE_UP
        self.finished_ms[visit] = self.now_ms
        self.outcome[visit] = outcome
        if self.raises.shape[0] and outcome == DONE and self.raises[visit] != NOBODY:
            self.still_to_do[self.raises[visit]] -= 1
            if self.still_to_do[self.raises[visit]] == 0:
                self.reached[self.reached_count] = self.raises[visit]
                self.reached_count += 1
        self.follow(visit, outcome)

    cdef inline bint completes_now(self, int32_t visit) noexcept nogil:
        """Tell whether a completion still holds: the visit may have been parked since."""
        cdef int32_t agent = self.agent[visit]
        if self.calendar_of_queue[self.queue[visit]] != BY_AGENTS:
            return True
        return (
            agent != NOBODY
            and self.in_hand[agent] == visit
            and self.completes_ms[agent] == self.now_ms
        )

    cdef void raise_signals(self) noexcept nogil:
        cdef int32_t signal, visit, ticket, following
        while self.reached_count > 0:
            self.reached_count -= 1
            signal = self.reached[self.reached_count]
            visit = self.held[signal]
            while visit != NOBODY:
                following = self.behind[visit]
                self.enter(0, JOIN, visit)
                visit = following
            ticket = self.linked[signal]
            while ticket != NOBODY:
                self.close_linked(ticket)
                ticket = self.linked_behind[ticket]

    cdef void leave(self, int32_t agent) noexcept nogil:
        if not self.present[agent]:
            return
        self.present[agent] = False
        self.on_shift[self.pool_of_agent[agent]] -= 1
        if self.in_hand[agent] == NOBODY:
            self.idles_no_more(agent)
        elif self.shift_end_of_pool[self.pool_of_agent[agent]] == PARK:
            self.park(agent)

    cdef void come(self, int32_t agent) noexcept nogil:
        if self.present[agent]:
            return
        self.present[agent] = True
        self.on_shift[self.pool_of_agent[agent]] += 1
        # Whoever is still busy in overtime is simply there again, and may be interrupted.
        if self.in_hand[agent] == NOBODY:
            self.becomes_idle(agent)
        else:
            self.stir(self.pool_of_agent[agent])

    cdef inline void arrive(self, int32_t ticket) noexcept nogil:
        if self.has_signals and (
            self.is_raised(self.prevented_by, ticket) or self.is_raised(self.closes_on, ticket)
        ):
            self.ended_ms[ticket] = self.now_ms
            self.ending[ticket] = PREVENTED
            return
        if self.has_sides:
            self.chain[self.first_visit[ticket]] = 0
        self.join(self.first_visit[ticket])

    cdef inline void join(self, int32_t visit) noexcept nogil:
        cdef int32_t ticket = self.ticket[visit], queue = self.queue[visit], side
        cdef int calendar = ALWAYS_OPEN
        if (self.has_sides or self.has_signals) and not self.may_join(visit):
            return
        self.joined_ms[visit] = self.now_ms
        if self.side_visit.shape[0] and self.side_visit[visit] != NOBODY:
            side = self.side_visit[visit]
            if self.side_calendar.shape[0]:
                calendar = self.side_calendar[visit]
            self.schedule(
                side,
                self.side_delay_ms[visit] if self.side_delay_ms.shape[0] else 0,
                calendar,
                self.times_resolved[ticket],
            )
        if self.calendar_of_queue[queue] != BY_AGENTS:
            self.started_ms[visit] = self.now_ms
            self.enter(
                self.open_hours(self.calendar_of_queue[queue], self.work_ms[visit]), COMPLETE, visit
            )
            return
        self.waits(visit, queue)
        if self.has_patience:
            self.enter(self.patience_ms[visit], LOSE, visit)

    cdef bint may_join(self, int32_t visit) noexcept nogil:
        """Tell whether a visit joins now; hold it if it awaits a signal that is not raised."""
        cdef int32_t ticket = self.ticket[visit], signal
        if self.ending[ticket] != OPEN:
            return False
        if (
            self.has_sides
            and self.belongs_to_side(visit)
            and self.chain[visit] != self.times_resolved[ticket]
        ):
            return False
        if (
            self.awaits.shape[0]
            and self.awaits[visit] != NOBODY
            and not self.is_raised(self.awaits, visit)
        ):
            signal = self.awaits[visit]
            self.behind[visit] = self.held[signal]
            self.held[signal] = visit
            return False
        return True

    cdef inline void lose(self, int32_t visit) noexcept nogil:
        if self.started_ms[visit] != NEVER_YET or self.finished_ms[visit] != NEVER_YET:
            return
        self.finished_ms[visit] = self.now_ms
        self.outcome[visit] = LEFT
        self.waits_no_more(self.queue[visit])
        self.follow(visit, LEFT)

    cdef inline void dispatch(self) noexcept nogil:
        cdef int32_t pool = next_in_set(&self.stirred[0], self.pool_words, 0)
        while pool != NOBODY:
            if self.pre_emption:
                self.dispatch_urgent()
            pool = next_in_set(&self.stirred[0], self.pool_words, 0)
            while pool != NOBODY:
                self.stirred[pool // WORD_BITS] &= ~(<uint64_t>1 << (pool % WORD_BITS))
                self.serve(pool, ANY_CLASS)
                pool = next_in_set(&self.stirred[0], self.pool_words, pool + 1)
            pool = next_in_set(&self.stirred[0], self.pool_words, 0)
            if pool == NOBODY and self.pre_emption:
                # Whoever was stirred while the rest was given out looks for urgent visits again.
                pool = next_in_set(&self.stirred_urgent[0], self.pool_words, 0)

    cdef void dispatch_urgent(self) noexcept nogil:
        """Take the first two steps of DISPATCH."""
        cdef int32_t pool, visit, agent
        for pool in range(self.pool_count):
            if self.interrupts_now(pool):
                self.serve(pool, self.pre_empts[pool])
        for pool in range(self.pool_count):
            if not self.interrupts_now(pool):
                continue
            self.stirred_urgent[pool // WORD_BITS] &= ~(<uint64_t>1 << (pool % WORD_BITS))
            visit = self.offered(pool, self.pre_empts[pool])
            while visit != NOBODY:
                agent = self.least_urgent(pool)
                if agent == NOBODY:
                    break
                self.park(agent)
                self.take_up(visit, agent)
                visit = self.offered(pool, self.pre_empts[pool])

    cdef inline bint interrupts_now(self, Py_ssize_t pool) noexcept nogil:
        """Tell whether a pool pre-empts, and something has changed for it."""
        return self.stirred_urgent[pool // WORD_BITS] >> (pool % WORD_BITS) & 1

    cdef inline void serve(self, int32_t pool, int32_t lowest) noexcept nogil:
        """While a pool has an idle agent and is offered a visit, the agent takes it."""
        cdef Py_ssize_t end = self.agent_count + pool
        cdef int32_t visit, agent
        while self.idle_after[end] != end:
            visit = self.offered(pool, lowest)
            if visit == NOBODY:
                return
            agent = self.idle_after[end]
            self.idles_no_more(agent)
            self.take_up(visit, agent)

    cdef inline int32_t offered(self, int32_t pool, int32_t lowest) noexcept nogil:
        """Return the best visit of the first service that has one, or NOBODY."""
        cdef int32_t visit
        cdef Py_ssize_t service
        for service in range(self.pool_first[pool], self.pool_first[pool + 1]):
            visit = self.best_visit(service, lowest)
            if visit != NOBODY:
                return visit
        return NOBODY

    cdef int32_t least_urgent(self, int32_t pool) noexcept nogil:
        """Return the agent whose visit in hand is interrupted first, or NOBODY."""
        cdef int32_t place, agent, visit, found = NOBODY, interrupted = NOBODY
        cdef int32_t priority, least = self.pre_empts[pool]
        for place in range(self.member_first[pool], self.member_first[pool + 1]):
            agent = self.agent_of_member[place]
            visit = self.in_hand[agent]
            if visit == NOBODY or not self.present[agent]:
                continue
            priority = self.priority[self.ticket[visit]]
            if priority > least or (
                found != NOBODY and priority == least and self.later(visit, interrupted)
            ):
                found, interrupted, least = agent, visit, priority
        return found

    cdef inline bint later(self, int32_t a, int32_t b) noexcept nogil:
        """Tell whether visit a started later than b, or at the same time and its number is higher."""
        return self.started_ms[a] > self.started_ms[b] or (
            self.started_ms[a] == self.started_ms[b] and a > b
        )

    cdef void play_on(self) noexcept nogil:
        """Go from instant to instant until the period ends."""
        cdef int32_t ticket
        self.now_ms = self.next_instant_ms()
        while self.now_ms < self.end_ms and not self.out_of_memory:
            while self.due(COMPLETE):
                self.complete(self.take_event())
            if self.reached_count > 0:
                self.raise_signals()
            # Steps are sorted: at one instant, LEAVE comes before COME.
            while (
                self.next_step < self.step_count and self.step_ms[self.next_step] == self.now_ms
            ):
                if self.step_comes[self.next_step]:
                    self.come(self.step_agent[self.next_step])
                else:
                    self.leave(self.step_agent[self.next_step])
                self.next_step += 1
            # Whatever joins does so in order of visit number, so that lines stay sorted.
            while (
                self.next_arrival < self.ticket_count
                and self.arrival_ms[self.arriving()] == self.now_ms
            ):
                ticket = self.arriving()
                if self.due(JOIN) and <int32_t>self.events[0].tie < self.first_visit[ticket]:
                    self.join(self.take_event())
                else:
                    self.next_arrival += 1
                    self.arrive(ticket)
            while self.due(JOIN):
                self.join(self.take_event())
            while self.due(LOSE):
                self.lose(self.take_event())
            while self.due(DISPATCH):
                self.stir_late(self.take_event())
            self.dispatch()
            self.now_ms = self.next_instant_ms()

    def play(self):
        """Run to the end of the period; the log's arrays are written to.

        Returns
        -------
        visit, agent : int32 arrays
        from_ms, to_ms : int64 arrays
            The spells that ended in parking, in order of their ends.

        Raises
        ------
        MemoryError
            If there is no room for the events or the interrupted spells.
        """
        cdef int32_t ticket
        cdef Py_ssize_t place
        # Tickets that close on a signal are threaded from the last to the first.
        for ticket in range(<int32_t>self.closes_on.shape[0] - 1, -1, -1):
            if self.closes_on[ticket] != NOBODY:
                self.linked_behind[ticket] = self.linked[self.closes_on[ticket]]
                self.linked[self.closes_on[ticket]] = ticket
        with nogil:
            self.play_on()
        if self.out_of_memory:
            raise MemoryError("there is no memory left for what is still to happen")
        visit, agent = np.empty((2, self.spell_count), np.int32)
        from_ms, to_ms = np.empty((2, self.spell_count), np.int64)
        cdef int32_t[::1] visits = visit, agents = agent
        cdef int64_t[::1] begins = from_ms, ends = to_ms
        for place in range(self.spell_count):
            visits[place], agents[place] = self.spells[place].visit, self.spells[place].agent
            begins[place], ends[place] = self.spells[place].from_ms, self.spells[place].to_ms
        return visit, agent, from_ms, to_ms
