"""One replication as a film: tickets as dots that move through the tiers.

It is one piece of HTML, SVG and a little script that plays in a report, on the page and in a
notebook, without a server. What is drawn is the log: when each visit joined, started and finished.
"""

from __future__ import annotations

import hashlib
import html as escaping
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sim import writing
from sim.errors import OutputError, TierSimError
from sim.present.text import one_line, plural, shortened
from sim.present.theme import DEFAULT, Theme
from sim.scenario.calendar import hour_of_week
from sim.study.periods import period_words
from sim.units import DAY, HOUR, MINUTE, WEEK, duration_ms
from sim.workload.desk import NO_PROVIDER
from sim.workload.journeys import NOT_YET

if TYPE_CHECKING:
    from sim.outcome import Run

TEMPLATE: Final = "animation.html.j2"
MOST_VISITS: Final = 12_000
"""Visits that a film holds: a browser draws so many, and the file stays small."""
SECONDS: Final = 60
"""How long a film lasts at the speed it starts with."""
_LENGTHS: Final = (WEEK, DAY, HOUR)
"""What is shown if nobody says how much: the longest that a film holds."""


@dataclass(frozen=True, eq=False)
class Film:
    """A stretch of one replication, ready to be played.

    Attributes
    ----------
    run : Run
    from_ms, to_ms : int
        The stretch, since the start of the period.
    theme : Theme
    """

    run: Run
    from_ms: int
    to_ms: int
    theme: Theme = DEFAULT

    @cached_property
    def story(self) -> dict[str, Any]:
        """Return what is played, as numbers.

        Returns
        -------
        dict
            ``visits``: rows of ticket, tier, joined and finished (minutes since the start of the
            film; null for what did not happen in the period), whether the ticket was resolved by
            it, then when each spell of work began and ended; ``staff``: for each tier how many
            agents are there, at each change.
        """
        run, rows = self.run, self.rows
        log, visits = run.log, run.workload.visits
        tier_of = np.array([queue.tier for queue in run.desk.queues] or [0])
        done = log.finished_ms
        if len(rows) > MOST_VISITS:
            raise TierSimError(
                f"{len(rows):,} visits fall into this stretch; a film shows at most "
                f"{MOST_VISITS:,}: choose a shorter one"
            )
        last = np.ones(len(visits), np.bool_)
        last[:-1] = visits.ticket[1:] != visits.ticket[:-1]
        ends = visits.successor[0] == NOT_YET
        if len(visits.resolves):
            ends = ends | visits.resolves
        spells = self._spells(rows)
        found = [
            [
                int(visits.ticket[row]),
                int(tier_of[visits.queue[row]]),
                self._minute(log.joined_ms[row]),
                self._minute(done[row]),
                int(bool(ends[row]) and int(log.outcome[row]) == 0),
                *spells.get(int(row), ()),
            ]
            for row in rows
        ]
        tiers = [shortened(name, 18) for name in run.scenario.tiers]
        return {
            "tiers": tiers,
            "visits": found,
            "staff": [self._staff(tier) for tier in range(len(tiers))],
            "length": round((self.to_ms - self.from_ms) / MINUTE, 1),
            "clock": self._clock(),
        }

    @cached_property
    def rows(self) -> NDArray[np.intp]:
        """Return the visits that fall into the stretch."""
        log, visits = self.run.log, self.run.workload.visits
        made = (log.joined_ms != NOT_YET) & (log.joined_ms < self.to_ms)
        made &= (log.finished_ms == NOT_YET) | (log.finished_ms >= self.from_ms)
        if len(visits.is_side):
            made &= ~visits.is_side
        return np.flatnonzero(made)

    def _spells(self, rows: NDArray[np.intp]) -> dict[int, list[float | None]]:
        """Return when somebody worked on each visit; with a provider, from its start to its end."""
        log = self.run.log
        spell = log.spells()
        found: dict[int, list[float | None]] = {}
        for at in np.flatnonzero(np.isin(spell.visit, rows)):
            begun, ended = self._minute(spell.from_ms[at]), self._minute(spell.to_ms[at])
            found.setdefault(int(spell.visit[at]), []).extend((begun, ended))
        for row in rows:
            if int(row) not in found and log.started_ms[row] != NOT_YET:
                taken = self._minute(log.started_ms[row]), self._minute(log.finished_ms[row])
                found[int(row)] = list(taken)
        return found

    def _minute(self, at_ms: Any) -> float | None:
        return None if at_ms == NOT_YET else round((int(at_ms) - self.from_ms) / MINUTE, 1)

    def _staff(self, tier: int) -> list[list[float]]:
        """Return how many agents of a tier are there, at the start and at every change."""
        desk = self.run.desk
        if any(q.tier == tier and q.calendar != NO_PROVIDER for q in desk.queues):
            return []
        pools = [n for n, pool in enumerate(desk.pools) if pool.tier == tier and not pool.on_call]
        own = np.isin(desk.agent_pool[desk.step_agent], pools)
        at_ms = desk.step_ms[own]
        there: NDArray[np.int64] = np.cumsum(np.where(desk.step_comes[own], 1, -1))
        before = int(np.searchsorted(at_ms, self.from_ms, side="right"))
        found = [[0.0, float(there[before - 1]) if before else 0.0]]
        for at in range(before, len(at_ms)):
            if at_ms[at] >= self.to_ms:
                break
            minute = float(self._minute(at_ms[at]) or 0.0)
            if found[-1][0] == minute:
                found[-1][1] = float(there[at])
            else:
                found.append([minute, float(there[at])])
        return found

    def _clock(self) -> list[int]:
        """Return the hour of the local week of each hour of the film, for its clock."""
        period = self.run.scenario.period
        hours = hour_of_week(period.start, period.length, period.time_zone)
        first = self.from_ms // HOUR
        return [int(hour) for hour in hours[first : -(-self.to_ms // HOUR)]]

    def html(self) -> str:
        """Return the piece of HTML; every name in it is escaped."""
        from sim.present.templates import environment  # noqa: PLC0415 - pictures are heavy

        story = json.dumps(self.story, separators=(",", ":"))
        # Inside a script only this could end it.
        safe = (
            story.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        )
        name = hashlib.sha256(safe.encode()).hexdigest()[:8]
        return (
            environment()
            .get_template(TEMPLATE)
            .render(
                name=f"film-{name}",
                story=safe,
                seconds=SECONDS,
                tiers=self.story["tiers"],
                colours=self.theme.colours,
                series=[self.theme.series(n) for n in range(len(self.story["tiers"]))],
                title=self.title,
                about=self.about,
            )
        )

    @property
    def title(self) -> str:
        """What the film shows."""
        tickets = len({visit[0] for visit in self.story["visits"]})
        return f"{one_line(self.run.scenario.name)}: {plural(tickets, 'ticket')} on their way"

    @property
    def about(self) -> str:
        """Which replication it is."""
        run = self.run
        days = (self.to_ms - self.from_ms) / DAY
        return (
            f"One replication of {period_words(run.scenario)}: replication {run.replication} of seed "
            f"{run.seed}, {days:g} days from day {self.from_ms // DAY + 1}. It shows how things happen; "
            "how sure the figures are needs many replications."
        )

    def page(self) -> str:
        """Return a whole HTML page that plays the film."""
        title = escaping.escape(self.title)
        return (
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{title}</title></head><body>{self.html()}</body></html>"
        )

    def save(self, path: str | Path) -> Path:
        """Write a page that plays the film; the name ends in ``.html``."""
        path = Path(path)
        if path.suffix.lower() not in (".html", ".htm"):
            raise OutputError(f"{path}: a film is written as .html")
        text = self.page().encode()
        return writing.write(path, text, "a film")

    def _repr_html_(self) -> str:
        return self.html()

    def __repr__(self) -> str:
        return f"<film: {self.title}>"


def animate(
    run: Run,
    *,
    start: str | int | None = None,
    length: str | int | None = None,
    theme: Theme = DEFAULT,
) -> Film:
    """Make a film of one replication.

    Parameters
    ----------
    run : Run
    start : str or int (ms), optional
        From when on, since the start of the period: ``"14 d"``; the end of the warm-up if absent.
    length : str or int (ms), optional
        How long a stretch is shown; if absent a week, of a busy desk a day or an hour. It is cut at
        the end of the period.
    theme : Theme

    Raises
    ------
    TierSimError
        If nothing is left to be shown, or too much.
    """
    from_ms = run.workload.warm_up_ms if start is None else _ms(start)
    end_ms = run.workload.end_ms
    if end_ms <= from_ms or (length is not None and _ms(length) <= 0):
        raise TierSimError("the film begins after the end of the period")
    lengths = _LENGTHS if length is None else (_ms(length),)
    films = (Film(run, from_ms, min(from_ms + one, end_ms), theme) for one in lengths)
    film = next(films)
    while len(film.rows) > MOST_VISITS:
        shorter = next(films, None)
        if shorter is None:
            break
        film = shorter
    return film


def _ms(value: str | int) -> int:
    return duration_ms(value) if isinstance(value, str) else value
