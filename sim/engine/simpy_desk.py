"""The desk of the SimPy engine: agents, their teams, and who takes what.

A ``Team`` is a pool at work; the ``Floor`` holds lines, teams and agents, and dispatches. The stories
of tickets are in ``sim.engine.simpy_engine``, the rules in ``sim.engine.rules``.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from heapq import heappop

from sim.engine.rules import Rank
from sim.engine.simpy_clock import Clock, Moment
from sim.engine.simpy_line import Entry, Line, Record, Rule, Visit
from sim.errors import TierSimError
from sim.workload.desk import ANY_PRIORITY, NO_LIMIT, Desk, Pool, ShiftEnd, at_speed
from sim.workload.journeys import NONE, NOT_YET, Outcome

COMPLETE, DISPATCH, LOSE = Rank.COMPLETE, Rank.DISPATCH, Rank.LOSE
GAVE_UP, LEFT = Outcome.GAVE_UP, Outcome.LEFT
PERMILLE = 1000


class Agent:
    """Somebody who works on one visit at a time."""

    __slots__ = ("idle_since_ms", "number", "on_shift", "team", "visit")

    visit: Visit | None

    def __init__(self, number: int, team: Team) -> None:
        self.number = number
        self.team = team
        self.on_shift = False
        self.idle_since_ms = NOT_YET
        self.visit = None


class Serving:
    """One line that a team serves, up to a class, once its best visit has waited long enough."""

    __slots__ = ("after_ms", "bands", "by_wait", "wake_ms")

    def __init__(self, bands: tuple[list[Entry], ...], after_ms: int, *, by_wait: bool) -> None:
        self.bands = bands
        self.after_ms = after_ms
        self.by_wait = by_wait
        self.wake_ms = NOT_YET

    def head(self) -> Visit | None:
        """Return the best visit, whether or not it has waited long enough."""
        best = None
        for band in self.bands:
            while band and band[0][-1].turn is None:
                heappop(band)
            if band and (best is None or band[0] < best):
                best = band[0]
        return None if best is None else best[-1]


class Team:
    """A pool at work.

    Attributes
    ----------
    idle : list
        (idle since, number, agent) of those who are, sorted.
    on_shift : int
        How many are there, idle or busy, and not in overtime.
    serves, urgent : list of Serving
        What it serves; and within that the urgent visits alone (empty: it does not pre-empt).
    """

    def __init__(self, pool: Pool, lines: list[Line]) -> None:
        self.parks = pool.shift_end is ShiftEnd.PARK
        self.pre_empts = pool.pre_empts
        self.agents: list[Agent] = []
        self.lines: list[Line] = []
        self.idle: list[tuple[int, int, Agent]] = []
        self.on_shift = 0
        self.serves = [
            Serving(
                lines[service.queue].up_to(service.lowest_priority),
                service.after_ms,
                by_wait=pool.by_wait,
            )
            for service in pool.serves
        ]
        self.urgent = [
            Serving(lines[service.queue].up_to(limit), service.after_ms, by_wait=pool.by_wait)
            for service, limit in zip(pool.serves, urgent_limits(pool), strict=False)
        ]
        self.swings = any(service.after_ms for service in pool.serves)

    def victim(self, urgent: Visit) -> Agent | None:
        """Return the agent whose visit is to be parked for an urgent one."""
        limit = max(urgent.priority, self.pre_empts)
        found, worst = None, (limit, 0, 0)
        for agent in self.agents:
            visit = agent.visit
            if visit is not None and agent.on_shift and visit.priority > limit:
                rank = (visit.priority, visit.started_ms, visit.number)
                if rank > worst:
                    found, worst = agent, rank
        return found


def urgent_limits(pool: Pool) -> list[int]:
    """Return the class up to which each of a pool's services holds urgent visits."""
    if pool.pre_empts < 0:
        return []
    return [min(service.lowest_priority, pool.pre_empts) for service in pool.serves]


class Floor:
    """All lines, teams and agents of the desk, and who takes what."""

    def __init__(self, desk: Desk, clock: Clock, record: Record) -> None:
        self.clock = clock
        self.record = record
        limits: list[set[int]] = [set() for _ in desk.queues]
        for pool in desk.pools:
            for service in pool.serves:
                limits[service.queue].add(service.lowest_priority)
            for service, limit in zip(pool.serves, urgent_limits(pool), strict=False):
                limits[service.queue].add(limit)
        self.lines = [Line(queue, asked) for queue, asked in zip(desk.queues, limits, strict=True)]
        self.teams = [Team(pool, self.lines) for pool in desk.pools]
        for team, pool in zip(self.teams, desk.pools, strict=True):
            for service in pool.serves:
                line = self.lines[service.queue]
                if team not in line.teams:
                    line.teams.append(team)
                    team.lines.append(line)
                is_always = service.after_ms == 0 and service.lowest_priority == ANY_PRIORITY
                if is_always and team not in line.always:
                    line.always.append(team)
        self.agents = [
            Agent(number, self.teams[pool]) for number, pool in enumerate(desk.agent_pool.tolist())
        ]
        for agent in self.agents:
            agent.team.agents.append(agent)
        self.pre_empting = [team for team in self.teams if team.urgent]
        self.swinging = [team for team in self.teams if team.swings]
        self.is_plain = not self.pre_empting and not self.swinging
        self.waiting = 0
        self.asked_ms = NOT_YET
        self.rule: Rule | None = None
        self.came: list[Visit] = []
        """Those that joined at this instant, and may find no room."""
        self.speeds: list[int] = desk.agent_speed.tolist()

    # What stories ask of the desk.

    def wait(self, visit: Visit) -> Moment:
        """Put a visit in its line; return its turn."""
        visit.since_ms = self.clock.now_ms
        visit.line.add(visit)
        self.waiting += 1
        visit.turn = turn = Moment(self.clock)
        if visit.needs_room and visit.line.queue.room != NO_LIMIT:
            self.came.append(visit)
            self.ask()
            return turn
        for team in visit.line.teams:
            if team.idle or team.urgent:
                self.ask()
                break
        return turn

    def lose_at(self, visit: Visit, leaves_ms: int) -> None:
        """Have a visit leave then, unless somebody has taken it up by then."""

        def leave(_: Moment) -> None:
            if visit.turn is not None and visit.started_ms == NOT_YET:
                self.remove(visit, LEFT)

        visit.leaves_ms = leaves_ms
        self.clock.call(leaves_ms, LOSE, leave)

    def remove(self, visit: Visit, outcome: Outcome) -> None:
        """End a visit that waits."""
        turn, visit.turn = visit.turn, None
        assert turn is not None
        visit.line.waiting -= 1
        self.waiting -= 1
        self.ask()
        turn.happen(outcome)

    def free(self, agent: Agent) -> None:
        """Let an agent whose work is done wait for the next, or go home from overtime."""
        agent.visit = None
        if agent.on_shift:
            self.idle(agent)

    # What rosters ask of it.

    def come(self, agent: Agent) -> None:
        """Have an agent there; one still in overtime is on shift again, and may be interrupted."""
        if not agent.on_shift:
            agent.on_shift = True
            agent.team.on_shift += 1
            if agent.visit is None:
                self.idle(agent)
            elif agent.team.urgent:
                self.ask()

    def leave(self, agent: Agent) -> None:
        """Have an agent go, park what is in hand, or stay in overtime to finish it."""
        if not agent.on_shift:
            return
        agent.on_shift = False
        team = agent.team
        team.on_shift -= 1
        if agent.visit is None:
            del team.idle[bisect_left(team.idle, (agent.idle_since_ms, agent.number))]
        elif team.parks:
            self.park(agent)

    # Who takes what.

    def idle(self, agent: Agent) -> None:
        """Let an agent wait for work."""
        agent.idle_since_ms = now = self.clock.now_ms
        team = agent.team
        insort(team.idle, (now, agent.number, agent))
        for line in team.lines:
            if line.waiting:
                self.ask()
                break

    def ask(self) -> None:
        """Ask for this instant's dispatch."""
        now = self.clock.now_ms
        if self.asked_ms != now:
            self.asked_ms = now
            self.clock.call(now, DISPATCH, self.dispatch)

    def dispatch(self, _: Moment) -> None:
        """Give out visits until no agent can take anything."""
        self.asked_ms = self.clock.now_ms
        self.give_out()
        if self.came and self.turn_away():
            self.give_out()
        for team in self.swinging:
            self.wake(team)

    def give_out(self) -> None:
        """Take the steps of a dispatch until nobody takes anything."""
        while self.waiting and self.dispatch_once() and not self.is_plain:
            pass

    def turn_away(self) -> bool:
        """Turn away those for whom there is no room; tell whether there were any."""
        came, self.came = sorted(self.came, key=lambda visit: -visit.number), []
        turned = False
        for visit in came:
            is_new = visit.turn is not None and visit.started_ms == NOT_YET
            if is_new and visit.line.waiting > visit.line.queue.room:
                self.remove(visit, LEFT)
                turned = True
        return turned

    def dispatch_once(self) -> bool:
        """Take the three steps of a dispatch; tell whether anybody took anything."""
        taken = False
        for team in self.pre_empting:
            while team.idle and (visit := self.ready(team.urgent)):
                self.take_up(team.idle.pop(0)[-1], visit)
                taken = True
        for team in self.pre_empting:
            while (visit := self.ready(team.urgent)) and (agent := team.victim(visit)):
                self.park(agent)
                self.take_up(agent, visit)
                taken = True
        for team in self.teams:
            while team.idle and (visit := self.choose(team)):
                self.take_up(team.idle.pop(0)[-1], visit)
                taken = True
        return taken

    def choose(self, team: Team) -> Visit | None:
        """Return what the next agent of a team takes: by a rule of one's own, where there is one."""
        if self.rule is None:
            return self.ready(team.serves)
        now = self.clock.now_ms
        may: list[Visit] = []
        for serving in team.serves:
            for *_, visit in sorted(entry for band in serving.bands for entry in band):
                waits = visit.turn is not None and now - visit.since_ms >= serving.after_ms
                if waits and visit not in may:
                    may.append(visit)
        if not may:
            return None
        chosen = self.rule(list(may), now, team.idle[0][1])
        if chosen is not None and chosen not in may:
            raise TierSimError(
                "The rule returned what does not wait; it chooses from what it is given."
            )
        return chosen

    def ready(self, servings: list[Serving]) -> Visit | None:
        """Return the best visit of the first service that has one, or of the longest wait."""
        now = self.clock.now_ms
        longest = None
        for serving in servings:
            visit = serving.head()
            if visit is not None and now - visit.since_ms >= serving.after_ms:
                if not serving.by_wait:
                    return visit
                if longest is None or visit.since_ms < longest.since_ms:
                    longest = visit
        return longest

    def wake(self, team: Team) -> None:
        """Dispatch again when a visit that an agent could take has waited long enough."""
        if not team.idle and not team.urgent:
            return
        for serving in (*team.urgent, *team.serves):
            visit = serving.head()
            if visit is not None:
                wake_ms = visit.since_ms + serving.after_ms
                if wake_ms > self.clock.now_ms and wake_ms != serving.wake_ms:
                    serving.wake_ms = wake_ms
                    self.clock.call(wake_ms, DISPATCH, self.dispatch)

    def is_pressed(self, line: Line) -> bool:
        """Tell whether so many wait in a line that the short time-box holds."""
        on_shift = sum(team.on_shift for team in line.always)
        return PERMILLE * line.waiting > line.queue.pressure_permille * on_shift

    def take_up(self, agent: Agent, visit: Visit) -> None:
        """Let an agent begin to work on the best visit of a line."""
        now = self.clock.now_ms
        line = visit.line
        if visit.band[0][-1] is visit:
            heappop(visit.band)
        line.waiting -= 1
        self.waiting -= 1
        agent.visit, visit.agent = visit, agent
        if visit.started_ms == NOT_YET:
            visit.started_ms = self.record.started_ms[visit.number] = now
            if self.speeds:
                visit.left_ms = at_speed(visit.left_ms, self.speeds[agent.number])
            if visit.give_up_ms != NONE:
                queue = line.queue
                limit_ms = queue.short_box_ms if self.is_pressed(line) else queue.box_ms
                if visit.left_ms > limit_ms:
                    visit.left_ms = max(limit_ms + visit.give_up_ms, 1)
                    visit.ends_as = GAVE_UP
        visit.taken_up_ms = self.record.taken_up_ms[visit.number] = now
        self.record.agent[visit.number] = agent.number
        visit.work = self.clock.at(now + visit.left_ms, COMPLETE, visit.ends_as)
        turn, visit.turn = visit.turn, None
        assert turn is not None
        turn.happen()

    def park(self, agent: Agent) -> None:
        """Put what an agent has in hand back to the front of its line."""
        now = self.clock.now_ms
        visit = agent.visit
        assert visit is not None
        agent.visit = None
        visit.left_ms -= now - visit.taken_up_ms
        record, number = self.record, visit.number
        record.interrupted.append((number, visit.taken_up_ms, now, agent.number))
        record.agent[number] = NONE
        record.taken_up_ms[number] = NOT_YET
        visit.work.happen()
