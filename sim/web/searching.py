"""What would it take, on the page: a button that searches for a while, and the answer it comes to.

The search runs beside the page, in a thread of its own: whatever a reader moves meanwhile ends the
pass that watches it, not the search, and the next pass goes on watching.
"""

from __future__ import annotations

import html
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import Any, Final

import streamlit as st

from sim import writing
from sim.errors import StudyError
from sim.present.charts.searched import searched
from sim.present.search_answer import Told, tell
from sim.present.text import one_line
from sim.scenario.model import Scenario
from sim.scenario.search import Search
from sim.scenario.wording import listed
from sim.study.priced import unpriced
from sim.study.search import Found, search
from sim.units import SECOND
from sim.web import shown
from sim.web.answer import SEED
from sim.web.controls import COSTS
from sim.web.sheet import dark

SEARCH_S: Final = 30
"""As long as a reader waits; the next press goes on from what this one has seen."""
LOOK_S: Final = 0.3
"""Between two looks at how far it is."""
MOVED_ON: Final = (
    "This was searched around the desk as it was before you moved on; press again to search around it "
    "as it is now."
)


@dataclass
class Searching:
    """A search that is under way, or over.

    Attributes
    ----------
    scenario : Scenario
        The desk it is about.
    said : str
        The best so far.
    found : Found or None
    error : Exception or None
        What ended it, if it did not end well.
    over : Event
    """

    scenario: Scenario
    said: str = ""
    found: Found | None = None
    error: Exception | None = None
    over: threading.Event = field(default_factory=threading.Event)
    wanted: Callable[[], bool] = lambda: True
    """Tells whether its reader is still there: a search that nobody waits for ends."""
    _drawn: dict[bool, str] = field(default_factory=dict)

    def begin(self, folder: str) -> None:
        """Search beside the page, keeping desks that were simulated in a folder."""
        # Whoever stops the server need not wait for it.
        threading.Thread(target=self._run, args=(folder,), daemon=True).start()

    def _run(self, folder: str) -> None:
        asked = self.scenario.search or Search()
        asked = asked.model_copy(update={"time": SEARCH_S * SECOND})
        try:
            self.found = search(
                self.scenario, asked, seed=SEED, folder=folder, progress=self.progress
            )
        except Exception as error:  # noqa: BLE001 - raised again where the page can say it
            self.error = error
        finally:
            self.over.set()

    def progress(self, sentence: str) -> None:
        """Say the best so far; raises ``StudyError`` where nobody waits for it any more."""
        self.said = sentence
        if not self.wanted():
            raise StudyError("the search was left")

    def picture(self, found: Found, *, dark: bool) -> str:
        """Return the frontier, drawn once in each light."""
        if dark not in self._drawn:
            chart = searched(found, theme=shown.theme(dark=dark))
            self._drawn[dark] = shown.picture(chart, wide=True)
        return self._drawn[dark]


@st.cache_resource(show_spinner=False)
def _kept() -> TemporaryDirectory[str]:
    """Return where desks are kept that were simulated, for all readers of this server."""
    return writing.scratch()


def _watched(scenario: Scenario) -> Callable[[], bool]:
    """Return what tells, from another thread, whether this reader still waits for this search."""
    from streamlit.runtime import get_instance  # noqa: PLC0415 - of a page that is served
    from streamlit.runtime.scriptrunner import get_script_run_ctx  # noqa: PLC0415

    known = get_script_run_ctx()
    if known is None:
        return lambda: True
    reader = known.session_id
    _LATEST[reader] = scenario

    def wanted() -> bool:
        there = get_instance().is_active_session(reader)
        if not there:
            _LATEST.pop(reader, None)
        return there and _LATEST.get(reader) is scenario

    return wanted


_LATEST: Final[dict[str, Scenario]] = {}
"""What each reader searches around: whoever asks anew does not wait for the search before."""


def offer(scenario: Scenario, where: Any) -> None:
    """Offer a search around a desk; watch it, and show its answer, when it is asked for.

    Parameters
    ----------
    scenario : Scenario
        Its `search` says what may move; without one, every head count and the notes.
    where : container
    """
    memory = st.session_state
    with where:
        pressed = st.button(f"What would it take? Search for {SEARCH_S} seconds", key="search")
        said = st.empty()
        known: Searching | None = memory.get("searching")
        if pressed and (known is None or known.over.is_set() or known.scenario != scenario):
            known = memory.searching = Searching(scenario, wanted=_watched(scenario))
            known.begin(_kept().name)
        if known is None:
            return
        while not known.over.wait(LOOK_S):
            # Saying something also lets Streamlit end this pass when the reader moved on.
            said.html(shown.note(known.said or "Searching …"))
        if known.found is None:
            memory.searching = None
            free = unpriced(known.scenario)
            if isinstance(known.error, StudyError) and free:
                said.html(shown.note(no_price(free)))
            elif known.error is not None:
                raise known.error
            return
        said.html(_answer(tell(known.found, seed=SEED, quick=True)))
        st.html(known.picture(known.found, dark=dark()))
        if known.scenario != scenario:
            st.html(shown.note(MOVED_ON))


def no_price(free: Sequence[str]) -> str:
    """Say that a cheapest desk cannot be found while people are free, and where to change that."""
    return (
        f"No desk is the cheapest while the people of {listed(map(one_line, free))} cost nothing: "
        f"state what an hour of them costs under “{COSTS}”, then search."
    )


def _answer(told: Told) -> str:
    lines = "".join(f"<li>{html.escape(line)}</li>" for part in told.parts for line in part.lines)
    return (
        f'<div class="tiersim" id="search"><h2>{html.escape(told.headline)}</h2>'
        f"<ul>{lines}</ul></div>"
    )
