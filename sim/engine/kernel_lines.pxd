# cython: language_level=3
"""Where visits wait, and which of them is the best.

A queue has a *group* of lines, one for each class, and a second group for what is parked: group
``queue_count + queue``. ``occupied`` is the set of the classes of a group whose line has a front.
Where no rule tells the classes of a queue apart (``by_class`` is false), all stand in the line of
class 0, and the set is not kept.

A line of first come is a list threaded through ``behind``. A line of another order, or of parked
visits, is a pairing heap: ``below`` a visit hangs a list, threaded through ``behind``, of heaps
whose first visits it goes before. So a visit costs the same memory wherever it waits.

A visit that leaves or is withdrawn is not looked for in its line: it is dropped when it comes to
the front, and ``finished_ms`` tells. ``waiting`` counts without such visits.
"""

from libc.stdint cimport int8_t, int32_t, int64_t, uint32_t, uint64_t

from sim.engine.kernel_run cimport (
    BY_CLASS, EARLIEST_DUE, LAST_COME, NEVER_YET, NOBODY, RANDOM, Run,
)

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
    int32_t lowest_bit(uint64_t word) noexcept nogil

cdef enum:
    WORD_SHIFT = 6          # a set is made of words of 64 bits
    WORD_MASK = 63


cdef inline void put_in_set(uint64_t* words, int32_t member) noexcept nogil:
    words[member >> WORD_SHIFT] |= <uint64_t>1 << (member & WORD_MASK)


cdef inline void take_from_set(uint64_t* words, int32_t member) noexcept nogil:
    words[member >> WORD_SHIFT] &= ~(<uint64_t>1 << (member & WORD_MASK))


cdef inline bint is_in_set(const uint64_t* words, int32_t member) noexcept nogil:
    return words[member >> WORD_SHIFT] >> (member & WORD_MASK) & 1


cdef inline int32_t next_in_set(
    const uint64_t* words, int32_t word_count, int32_t start
) noexcept nogil:
    """Return the lowest member that is at least ``start``, or NOBODY."""
    cdef int32_t word = start >> WORD_SHIFT
    cdef uint64_t bits
    if word >= word_count:
        return NOBODY
    bits = words[word] & (~<uint64_t>0 << (start & WORD_MASK))
    while bits == 0:
        word += 1
        if word == word_count:
            return NOBODY
        bits = words[word]
    return (word << WORD_SHIFT) + lowest_bit(bits)


cdef inline int32_t class_in(Run* run, int32_t queue, int32_t visit) noexcept nogil:
    return run.priority[run.ticket[visit]] if run.by_class[queue] else 0


cdef inline bint is_urgent(Run* run, int32_t visit) noexcept nogil:
    """Tell whether some pool interrupts its work for a visit."""
    return run.pre_emption and run.priority[run.ticket[visit]] <= run.least_urgent


cdef inline bint is_heap(Run* run, int32_t queue, int32_t group) noexcept nogil:
    return group >= run.queue_count or run.discipline_of_queue[queue] >= EARLIEST_DUE


cdef inline int64_t place_of(Run* run, int32_t queue, int32_t visit) noexcept nogil:
    """Return the key by which a visit is served, when parking and class do not decide."""
    cdef int8_t discipline = run.discipline_of_queue[queue]
    if discipline < EARLIEST_DUE:
        return run.joined_ms[visit]
    if discipline == EARLIEST_DUE:
        return run.due_ms[run.ticket[visit]]
    if discipline == LAST_COME:
        return -run.joined_ms[visit]
    if discipline == RANDOM:
        return run.lot[visit]
    return run.work_ms[visit]


cdef inline bint goes_before(Run* run, int32_t queue, int32_t a, int32_t b) noexcept nogil:
    """Tell whether visit a goes before b, when parking and class do not decide."""
    cdef int64_t key_a = place_of(run, queue, a), key_b = place_of(run, queue, b)
    return key_a < key_b or (key_a == key_b and a < b)


cdef inline int32_t meld(Run* run, int32_t queue, int32_t a, int32_t b) noexcept nogil:
    """Make one pairing heap of two, and return its first visit."""
    if a == NOBODY:
        return b
    if b == NOBODY:
        return a
    if goes_before(run, queue, b, a):
        a, b = b, a
    run.behind[b] = run.below[a]
    run.below[a] = b
    return a


cdef inline int32_t meld_below(Run* run, int32_t queue, int32_t first) noexcept nogil:
    """Make one pairing heap of those below a visit, first in pairs, then of all pairs."""
    cdef int32_t left = run.below[first], right, rest, pairs = NOBODY
    while left != NOBODY:
        right = run.behind[left]
        rest = NOBODY if right == NOBODY else run.behind[right]
        left = meld(run, queue, left, right)
        run.behind[left] = pairs
        pairs = left
        left = rest
    first = NOBODY
    while pairs != NOBODY:
        rest = run.behind[pairs]
        first = meld(run, queue, first, pairs)
        pairs = rest
    return first


cdef inline void line_up(Run* run, int32_t queue, int32_t group, int32_t visit) noexcept nogil:
    """Put a visit into its line of the group."""
    cdef int32_t cls = class_in(run, queue, visit)
    cdef int32_t line = group * run.class_count + cls
    run.behind[visit] = NOBODY
    if is_heap(run, queue, group):
        run.below[visit] = NOBODY
        run.front[line] = meld(run, queue, run.front[line], visit)
    else:
        # Visits join in order of time, and at one instant in order of number: see ``play_on``.
        if run.front[line] == NOBODY:
            run.front[line] = visit
        else:
            run.behind[run.back[line]] = visit
        run.back[line] = visit
    if run.by_class[queue]:
        put_in_set(&run.occupied[group * run.class_words], cls)
    run.waiting[queue] += 1
    run.urgent_count += is_urgent(run, visit)


cdef inline int32_t drop_front(Run* run, int32_t queue, int32_t group, int32_t cls) noexcept nogil:
    """Take the first visit out of its line, and return the one that is first now."""
    cdef int32_t line = group * run.class_count + cls
    cdef int32_t first = run.front[line]
    first = meld_below(run, queue, first) if is_heap(run, queue, group) else run.behind[first]
    run.front[line] = first
    if first == NOBODY and run.by_class[queue]:
        take_from_set(&run.occupied[group * run.class_words], cls)
    return first


cdef inline int32_t first_of_line(
    Run* run, int32_t queue, int32_t group, int32_t cls
) noexcept nogil:
    """Return the first visit of a line that still waits, or NOBODY."""
    cdef int32_t visit = run.front[group * run.class_count + cls]
    if run.vanishing:
        while visit != NOBODY and run.outcome[visit] != NEVER_YET:
            visit = drop_front(run, queue, group, cls)
    return visit


cdef inline int32_t best_of_group(
    Run* run, int32_t queue, int32_t group, int32_t lowest
) noexcept nogil:
    """Return the best visit of a class up to ``lowest`` in one group of lines, or NOBODY."""
    cdef const uint64_t* occupied
    cdef int32_t best = NOBODY, visit, cls
    if not run.by_class[queue]:
        return first_of_line(run, queue, group, 0)
    occupied = &run.occupied[group * run.class_words]
    cls = next_in_set(occupied, run.class_words, 0)
    while cls != NOBODY and cls <= lowest:
        visit = first_of_line(run, queue, group, cls)
        if visit != NOBODY:
            if run.discipline_of_queue[queue] == BY_CLASS:
                return visit
            if best == NOBODY or goes_before(run, queue, visit, best):
                best = visit
        cls = next_in_set(occupied, run.class_words, cls + 1)
    return best


cdef inline int64_t waits_since(Run* run, int32_t visit) noexcept nogil:
    """Return since when a visit waits: joining, or being parked."""
    if run.parking and run.started_ms[visit] != NEVER_YET:
        return run.waits_since_ms[visit]
    return run.joined_ms[visit]


cdef inline int32_t best_visit(Run* run, int32_t service, int32_t lowest) noexcept nogil:
    """Return the best visit of a service that has waited long enough for it, or NOBODY."""
    cdef int32_t queue = run.queue_of_service[service], best = NOBODY
    if run.waiting[queue] == 0:
        return NOBODY
    lowest = min(lowest, run.lowest_of_service[service])
    if run.parking:
        best = best_of_group(run, queue, run.queue_count + queue, lowest)
    if best == NOBODY:
        best = best_of_group(run, queue, queue, lowest)
    if (
        best != NOBODY
        and run.after_of_service_ms[service] > 0
        and run.now_ms - waits_since(run, best) < run.after_of_service_ms[service]
    ):
        return NOBODY
    return best
