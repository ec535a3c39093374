# cython: language_level=3
"""What the kernel keeps of one replication, and the constants of the rule table.

``a_of_b`` holds a for each b. A pointer is NULL where nobody has the thing, so that what cannot
happen in a run costs a branch that is never taken. Where rows differ in length they are laid end to
end: the services of pool p are ``pool_first[p]`` up to ``pool_first[p + 1]``, and so on.
"""

from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t, uint64_t

# The compiler needs these as constants; kernel.pyx holds them to the tables that they name.
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
    WAYS_ON = 3             # SUCCESSORS: outcomes that have one

    BY_CLASS = 0            # Discipline.PRIORITY
    EARLIEST_DUE = 2        # from here on visits do not stand in order of joining
    LAST_COME = 3
    RANDOM = 4
    SHORTEST_WORK = 5
    PARK = 1                # ShiftEnd.PARK

    NOBODY = -1             # NONE
    NEVER_YET = -1          # NOT_YET
    ALWAYS_OPEN = -1        # ALWAYS
    BY_AGENTS = -2          # NO_PROVIDER
    NO_INTERRUPTION = -1    # NO_PRE_EMPTION
    ANY_NUMBER = -1         # NO_LIMIT
    AS_USUAL = 1000         # USUAL_SPEED
    ANY_CLASS = 127         # ANY_PRIORITY
    PROVIDED = -1

cdef struct Event:
    int64_t key             # the time, then the rank
    int32_t number          # of a visit or, for a threshold, of a queue

cdef struct Spell:
    int32_t visit
    int32_t agent
    int64_t from_ms
    int64_t to_ms

cdef struct Crew:
    int64_t* free_from      # see kernel_settled
    int32_t count           # of agents; PROVIDED for a provider's queue

cdef struct Run:
    # The workload: tickets, visits, signals.
    int32_t ticket_count
    int32_t visit_count
    int32_t signal_count
    int32_t class_count
    int64_t end_ms
    const int64_t* arrival_ms
    const int32_t* arrival_order            # NULL: in order of number
    const int32_t* first_visit
    const int8_t* priority
    const int64_t* due_ms
    const int32_t* prevented_by
    const int32_t* closes_on
    const int32_t* ticket
    const int32_t* queue
    const int64_t* work_ms
    const int32_t* successor                # row after row: of DONE, GAVE_UP, LEFT
    const int64_t* delay_ms
    const int8_t* delay_calendar
    const int64_t* patience_ms
    const int64_t* give_up_ms
    const int32_t* awaits
    const int32_t* raises
    const uint8_t* resolves
    const uint8_t* is_side
    const int32_t* side_visit
    const int64_t* lot
    const uint8_t* needs_room
    const int64_t* side_delay_ms
    const int8_t* side_calendar

    # The desk.
    int32_t queue_count
    int32_t pool_count
    int32_t agent_count
    int32_t step_count
    const int32_t* pool_first               # services, in the pool's order of preference
    const int32_t* queue_of_service
    const int32_t* pool_of_service
    const int32_t* lowest_of_service
    const int64_t* after_of_service_ms
    const int32_t* queue_first              # services again, by queue
    const int32_t* service_of_queue
    const int32_t* crew_first               # pools whose agents count for a queue's pressure
    const int32_t* pool_of_crew
    const int32_t* calendar_of_queue
    const int64_t* pressure_of_queue
    const int64_t* box_of_queue_ms
    const int64_t* short_box_of_queue_ms
    const int8_t* discipline_of_queue
    const int64_t* room_of_queue
    const uint8_t* by_class                 # whether a queue's classes wait in lines of their own
    const int8_t* shift_end_of_pool
    const int32_t* pre_empts
    const uint8_t* by_wait
    const int32_t* member_first             # agents, by pool
    const int32_t* agent_of_member
    const int32_t* pool_of_agent
    const int32_t* speed_of_agent
    const int64_t* step_ms
    const int32_t* step_agent
    const uint8_t* step_comes
    const int32_t* spell_first              # open spells, by calendar
    const int64_t* open_ms
    const int64_t* close_ms
    const int64_t* opened_ms                # the calendar's open time up to the end of the spell
    bint pre_emption
    bint parking
    bint thresholds                         # some service has after_ms > 0
    bint vanishing                          # visits may leave or be withdrawn

    # The log.
    int64_t* ended_ms
    int8_t* ending
    int64_t* joined_ms
    int64_t* started_ms
    int64_t* finished_ms
    int8_t* outcome
    int32_t* agent
    int64_t* taken_up_ms
    Spell* spells                           # interrupted ones, in order of their ends
    Py_ssize_t spell_count
    Py_ssize_t spell_room

    # Where the run stands.
    int64_t now_ms
    int32_t next_arrival
    int32_t next_step
    int64_t next_arrival_ms
    int64_t next_step_ms
    bint out_of_memory
    Event* events                           # see kernel_events
    Py_ssize_t event_count
    Py_ssize_t event_room
    bint hollow
    int32_t* joining                        # visits that join now, and how many of them have
    Py_ssize_t joining_count
    Py_ssize_t joining_room
    Py_ssize_t joined_count

    # Visits.
    int32_t* behind                         # see kernel_lines
    int32_t* below
    int64_t* left_ms                        # work left of a parked visit, and since when it waits
    int64_t* waits_since_ms
    uint8_t* traits                         # see kernel_traits
    int32_t* chain                          # how often the ticket had been resolved when the side
                                            # chain began; NEVER_YET: the visit is not scheduled
    # Tickets.
    int32_t* times_resolved
    uint8_t* closing                        # ends, as CLOSED, when the visit in hand completes
    int32_t* linked_behind

    # Signals.
    int32_t* still_to_do                    # visits; at zero or below, the signal is raised
    int32_t* held                           # the last visit held for it
    int32_t* linked                         # the first ticket that closes on it
    int32_t* reached                        # those reached at this instant
    int32_t reached_count

    # Lines, see kernel_lines.
    int32_t* front
    int32_t* back
    int32_t* waiting                        # how many, by queue
    int32_t least_urgent                    # the last class for which some pool pre-empts
    int32_t urgent_count                    # how many of the classes up to it wait
    uint64_t* occupied
    int32_t class_words

    # Agents, see kernel_agents.
    int32_t* in_hand
    int64_t* completes_ms
    uint8_t* present
    int32_t* on_shift                       # how many, by pool
    int64_t* idle_since_ms
    int32_t* idle_after
    int32_t* idle_before
    int32_t* first_idle                     # by pool: where the rings begin, in idle_after
    uint64_t* stirred
    bint is_stirred
    int32_t pool_words

    # Agents where visits are settled as they join, see kernel_settled.
    const int64_t* come_ms
    const int64_t* leave_ms
    int32_t* presence
    int64_t* until_ms                       # when the agent leaves who is there, by that presence
    int64_t* free_from
    Crew* crew_of_queue
    int32_t agent_bits
