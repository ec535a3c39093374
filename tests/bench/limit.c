/* The same heap algorithm for plain first-come tiers, in C: the limit for the compiled engine.
 *
 * A binary heap of events keyed (time, rank, visit), a first-in line per queue, and one heap of idle
 * agents per queue keyed (idle since, number). Nothing else: no shifts, classes, patience or signals.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { COMPLETE = 0, JOIN = 4, RANK_SHIFT = 32, SPARE_EVENTS = 4096 };

typedef struct { int64_t at, tie; } Event;      /* tie: rank above, visit below */
typedef struct { int64_t since; int32_t agent; } Idle;

static Event *events;
static int64_t waiting_events;

static int sooner(Event a, Event b) { return (a.at < b.at) | ((a.at == b.at) & (a.tie < b.tie)); }

static void push(int64_t at, int64_t rank, int32_t visit) {
    Event e = {at, rank << RANK_SHIFT | visit};
    int64_t hole = waiting_events++;
    while (hole > 0 && sooner(e, events[(hole - 1) >> 1])) {
        events[hole] = events[(hole - 1) >> 1];
        hole = (hole - 1) >> 1;
    }
    events[hole] = e;
}

/* Sink the hole to a leaf, then let the last event rise: fewer comparisons than sinking it. */
static int32_t pop(void) {
    int32_t visit = (int32_t)events[0].tie;
    int64_t last = --waiting_events, hole = 0, child = 1;
    Event moved = events[last];
    while (child < last) {
        child += sooner(events[child + 1], events[child]);
        events[hole] = events[child];
        hole = child;
        child = 2 * hole + 1;
    }
    while (hole > 0 && sooner(moved, events[(hole - 1) >> 1])) {
        events[hole] = events[(hole - 1) >> 1];
        hole = (hole - 1) >> 1;
    }
    events[hole] = moved;
    return visit;
}

static int before(Idle a, Idle b) {
    return a.since < b.since || (a.since == b.since && a.agent < b.agent);
}

static void rest(Idle *heap, int *size, Idle e) {
    int hole = (*size)++;
    while (hole > 0 && before(e, heap[(hole - 1) >> 1])) {
        heap[hole] = heap[(hole - 1) >> 1];
        hole = (hole - 1) >> 1;
    }
    heap[hole] = e;
}

static int32_t call(Idle *heap, int *size) {
    int32_t agent = heap[0].agent;
    int last = --*size, hole = 0, child = 1;
    Idle moved = heap[last];
    while (child < last) {
        if (child + 1 < last && before(heap[child + 1], heap[child])) child++;
        if (!before(heap[child], moved)) break;
        heap[hole] = heap[child];
        hole = child;
        child = 2 * hole + 1;
    }
    heap[hole] = moved;
    return agent;
}

int run(int64_t tickets, const int64_t *arrival, const int32_t *first, int64_t visits,
        const int32_t *ticket, const int32_t *queue, const int64_t *work, const int32_t *successor,
        size_t queues, const int32_t *agents_of, int64_t *ended, int8_t *ending, int64_t *joined,
        int64_t *started, int64_t *finished, int64_t *taken_up, int8_t *outcome, int32_t *agent) {
    memset(ended, 255, 8 * tickets);
    memset(ending, 0, tickets);
    memset(joined, 255, 8 * visits);
    memset(started, 255, 8 * visits);
    memset(finished, 255, 8 * visits);
    memset(taken_up, 255, 8 * visits);
    memset(outcome, 255, visits);
    memset(agent, 255, 4 * visits);
    int agents = 0, number = 0;
    for (size_t q = 0; q < queues; q++) agents += agents_of[q];
    events = malloc(sizeof(Event) * (2 * agents + SPARE_EVENTS));
    waiting_events = 0;
    Idle **idle = malloc(queues * sizeof *idle);
    int *idle_count = calloc(queues, sizeof(int));
    int32_t *pool = malloc(4 * agents), *next = malloc(4 * visits);
    int32_t *head = malloc(4 * queues), *tail = malloc(4 * queues);
    for (size_t q = 0; q < queues; q++) {
        head[q] = -1;
        idle[q] = malloc(agents_of[q] * sizeof(Idle));
        for (int i = 0; i < agents_of[q]; i++) {
            pool[number] = q;
            rest(idle[q], idle_count + q, (Idle){0, number++});
        }
    }
    int64_t i = 0;
    while (i < tickets || waiting_events) {
        int64_t now = i < tickets ? arrival[i] : INT64_MAX;
        if (waiting_events && events[0].at < now) now = events[0].at;
        unsigned touched = 0;
        while (waiting_events && events[0].at == now && (events[0].tie >> RANK_SHIFT) == COMPLETE) {
            int32_t v = pop(), a = agent[v], s = successor[v];
            rest(idle[pool[a]], idle_count + pool[a], (Idle){now, a});
            touched |= 1u << pool[a];
            finished[v] = now;
            outcome[v] = 0;
            if (s < 0) {
                ended[ticket[v]] = now;
                ending[ticket[v]] = 1;
            } else {
                push(now, JOIN, s);
            }
        }
        for (;;) {
            int32_t v;
            int joins = waiting_events && events[0].at == now;
            int arrives = i < tickets && arrival[i] == now;
            if (arrives && !(joins && (int32_t)events[0].tie < first[i])) v = first[i++];
            else if (joins) v = pop();
            else break;
            int q = queue[v];
            joined[v] = now;
            next[v] = -1;
            if (head[q] < 0) head[q] = v;
            else next[tail[q]] = v;
            tail[q] = v;
            touched |= 1u << q;
        }
        for (size_t q = 0; q < queues; q++) {
            if (!(touched >> q & 1)) continue;
            while (idle_count[q] && head[q] >= 0) {
                int32_t v = head[q];
                head[q] = next[v];
                agent[v] = call(idle[q], idle_count + q);
                started[v] = taken_up[v] = now;
                push(now + work[v], COMPLETE, v);
            }
        }
    }
    for (size_t q = 0; q < queues; q++) free(idle[q]);
    free(idle); free(idle_count); free(pool); free(next); free(head); free(tail); free(events);
    return 0;
}
