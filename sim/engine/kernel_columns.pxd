# cython: language_level=3, boundscheck=False, wraparound=False
"""Where the columns of a workload, a desk and a log begin, for the kernel.

This is the one place that knows both the names that ``compiled_engine`` gives and those of ``Run``.
Whoever calls keeps the columns alive.
"""

from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t

from sim.engine.kernel_run cimport NO_INTERRUPTION, PARK, Run


cdef inline int64_t* times(column) except? NULL:
    """Return where a column of int64 begins; NULL when it is empty. The caller keeps it alive."""
    cdef const int64_t[::1] rows = column
    return <int64_t*>&rows[0] if rows.shape[0] else NULL


cdef inline int32_t* numbers(column) except? NULL:
    """As ``times``, for int32."""
    cdef const int32_t[::1] rows = column
    return <int32_t*>&rows[0] if rows.shape[0] else NULL


cdef inline int8_t* codes(column) except? NULL:
    """As ``times``, for int8."""
    cdef const int8_t[::1] rows = column
    return <int8_t*>&rows[0] if rows.shape[0] else NULL


cdef inline uint8_t* flags(column) except? NULL:
    """As ``times``, for uint8."""
    cdef const uint8_t[::1] rows = column
    return <uint8_t*>&rows[0] if rows.shape[0] else NULL


cdef inline int read_workload(Run* run, dict flat) except -1:
    run.ticket_count, run.visit_count = len(flat["arrival_ms"]), len(flat["ticket"])
    run.signal_count, run.class_count = len(flat["signal_count"]), flat["class_count"]
    run.end_ms = flat["end_ms"]
    run.arrival_ms = times(flat["arrival_ms"])
    run.arrival_order = numbers(flat["arrival_order"])
    run.first_visit = numbers(flat["first_visit"])
    run.priority = codes(flat["priority"])
    run.due_ms = times(flat["due_ms"])
    run.prevented_by = numbers(flat["prevented_by"])
    run.closes_on = numbers(flat["closes_on"])
    run.ticket = numbers(flat["ticket"])
    run.queue = numbers(flat["queue"])
    run.work_ms = times(flat["work_ms"])
    run.successor = numbers(flat["successor"])
    run.delay_ms = times(flat["delay_ms"])
    run.delay_calendar = codes(flat["delay_calendar"])
    run.patience_ms = times(flat["patience_ms"])
    run.give_up_ms = times(flat["give_up_ms"])
    run.awaits = numbers(flat["awaits"])
    run.raises = numbers(flat["raises"])
    run.resolves = flags(flat["resolves"])
    run.is_side = flags(flat["is_side"])
    run.side_visit = numbers(flat["side_visit"])
    run.side_delay_ms = times(flat["side_delay_ms"])
    run.side_calendar = codes(flat["side_calendar"])
    run.lot = times(flat["lot"])
    run.needs_room = flags(flat["needs_room"])
    return 0


cdef inline int read_desk(Run* run, dict flat) except -1:
    cdef int32_t row
    run.queue_count, run.pool_count = len(flat["by_class"]), len(flat["pre_empts"])
    run.agent_count, run.step_count = len(flat["pool_of_agent"]), len(flat["step_ms"])
    run.pool_first = numbers(flat["pool_first"])
    run.queue_of_service = numbers(flat["queue_of_service"])
    run.pool_of_service = numbers(flat["pool_of_service"])
    run.lowest_of_service = numbers(flat["lowest_of_service"])
    run.after_of_service_ms = times(flat["after_of_service_ms"])
    run.queue_first = numbers(flat["queue_first"])
    run.service_of_queue = numbers(flat["service_of_queue"])
    run.crew_first = numbers(flat["crew_first"])
    run.pool_of_crew = numbers(flat["pool_of_crew"])
    run.calendar_of_queue = numbers(flat["calendar_of_queue"])
    run.pressure_of_queue = times(flat["pressure_of_queue"])
    run.box_of_queue_ms = times(flat["box_of_queue_ms"])
    run.short_box_of_queue_ms = times(flat["short_box_of_queue_ms"])
    run.discipline_of_queue = codes(flat["discipline_of_queue"])
    run.room_of_queue = times(flat["room_of_queue"])
    run.by_class = flags(flat["by_class"])
    run.shift_end_of_pool = codes(flat["shift_end_of_pool"])
    run.pre_empts = numbers(flat["pre_empts"])
    run.by_wait = flags(flat["by_wait"])
    run.member_first = numbers(flat["member_first"])
    run.agent_of_member = numbers(flat["agent_of_member"])
    run.pool_of_agent = numbers(flat["pool_of_agent"])
    run.speed_of_agent = numbers(flat["speed_of_agent"])
    run.step_ms = times(flat["step_ms"])
    run.step_agent = numbers(flat["step_agent"])
    run.step_comes = flags(flat["step_comes"])
    run.spell_first = numbers(flat["spell_first"])
    run.open_ms = times(flat["open_ms"])
    run.close_ms = times(flat["close_ms"])
    run.opened_ms = times(flat["opened_ms"])
    for row in range(run.pool_count):
        run.pre_emption |= run.pre_empts[row] != NO_INTERRUPTION
        run.least_urgent = max(run.least_urgent, run.pre_empts[row])
        run.parking |= run.pre_emption or run.shift_end_of_pool[row] == PARK
    for row in range(run.pool_first[run.pool_count]):
        run.thresholds |= run.after_of_service_ms[row] > 0
    return 0


cdef inline int read_log(Run* run, dict log) except -1:
    run.ended_ms = times(log["ended_ms"])
    run.ending = codes(log["ending"])
    run.joined_ms = times(log["joined_ms"])
    run.started_ms = times(log["started_ms"])
    run.finished_ms = times(log["finished_ms"])
    run.outcome = codes(log["outcome"])
    run.agent = numbers(log["agent"])
    run.taken_up_ms = times(log["taken_up_ms"])
    return 0
