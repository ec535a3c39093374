"""What a reader looks at: the answer, base beside change, four charts, the film, files to take away."""

from __future__ import annotations

import time
from contextlib import closing
from functools import partial
from typing import Any, Final

import streamlit as st

from sim.errors import StudyError, TierSimError
from sim.present.answer import answer
from sim.present.charts import catalogue
from sim.present.picture import Chart
from sim.present.sentences import evidence_words
from sim.scenario.model import Scenario
from sim.study.priced import unpriced
from sim.study.study import Study
from sim.web import files, shown
from sim.web.answer import QUICK, SEED, SIZES, Desks

SEVERAL: Final = ("service levels", "L1 share", "frontier", "differences")
ALONE: Final = ("service levels", "L1 share", "resolution time", "utilisation")
"""Charts of base and change, and of a desk alone; the last one is wide."""
SLOW_S: Final = 1.5
"""Who waited so long for the quick answer gets its charts too."""

NO_FRONTIER: Final = (
    "Cost against service is drawn once it is known what an hour of each tier costs: state it under "
    "“What people cost”."
)
SAY_AFTER_S: Final = 0.3
"""What takes longer tells how far it is."""


@st.cache_resource(show_spinner=False)
def desks() -> Desks:
    """Return what was simulated, for all readers of this server."""
    return Desks()


class Sheet:
    """One pass over the page: each surer answer takes the place of the one before.

    Parameters
    ----------
    headline, top, right : containers
        For the answer in a sentence, for its reasons, and for all else beside the sliders.
    """

    def __init__(self, headline: Any, top: Any, right: Any) -> None:
        self._headline = headline
        with top:
            self._reasons = st.container()
            with st.container(horizontal=True, vertical_alignment="center"):
                self._said = st.container(width="content")
                self._button = st.empty()
        with right:
            self._beside = st.container()
            left, middle = st.columns(2, gap="medium")
            self._charts = [left, middle, middle, st.container()]
            self._film = st.container()
            self._files = st.container()
        self._slots: dict[str, Any] = {}
        self._drawn: dict[int, Chart] = {}

    def show(self, scenarios: list[Scenario]) -> None:
        """Show the answer, quick and then surer."""
        memory = st.session_state
        sizes = self._sizes(scenarios)
        if memory.stopped:
            self._button.button("Go on", on_click=_stop, kwargs={"stopped": False})
            if not sizes:
                self._say("Stopped before there was an answer.")
        elif len(sizes) > 1:
            self._button.button("Stop", on_click=_stop, kwargs={"stopped": True})
        for size in sizes:
            began = time.perf_counter()
            self._run(scenarios, size)
            study = desks().study(scenarios, size)
            found, last = answer(study), size == sizes[-1]
            self._put("headline", self._headline, shown.headline(found))
            self._put("reasons", self._reasons, shown.reasons(found))
            self._put("beside", self._beside, shown.beside(study))
            more = "." if last else "; more are under way …"
            self._say(f"{evidence_words(study)}{more}")
            slow = time.perf_counter() - began > SLOW_S
            if last and not memory.stopped:
                self._button.empty()
            if last or (not self._drawn and (size > QUICK or slow)):
                self._draw(scenarios, study)

    def _sizes(self, scenarios: list[Scenario]) -> list[int]:
        """Return how many replications the answers to come have."""
        begin = desks().size(scenarios)
        if st.session_state.stopped:
            return [begin] if begin else []
        return [size for size in SIZES if size >= begin]

    def _run(self, scenarios: list[Scenario], size: int) -> None:
        began = time.perf_counter()
        # A desk alone is shown by charts over time, which need its curves.
        alone = len(scenarios) == 1
        with closing(desks().run(scenarios, size, curves=alone)) as progress:
            for done, planned in progress:
                # Saying something also lets Streamlit end this pass when the reader moved on.
                if time.perf_counter() - began > SAY_AFTER_S or done == planned:
                    self._say(f"{done:,} of {planned:,} replications …")

    def _say(self, text: str) -> None:
        self._put("said", self._said, f'<div class="tiersim small" id="said">{text}</div>')

    def _put(self, name: str, where: Any, text: str) -> None:
        """Show a piece of HTML in place of what stood under this name."""
        self._slots[name] = self._slots.get(name, where).html(text)

    def _draw(self, scenarios: list[Scenario], study: Study) -> None:
        names = SEVERAL if len(scenarios) > 1 else ALONE
        first = not self._drawn
        for place, (name, column) in enumerate(zip(names, self._charts, strict=True)):
            try:
                chart = catalogue.chart(study, name, theme=shown.theme(dark=dark()))
            except (TierSimError, StudyError) as error:
                free = name == "frontier" and any(map(unpriced, scenarios))
                self._put(name, column, shown.note(NO_FRONTIER if free else str(error)))
                continue
            self._drawn[place] = chart
            self._put(name, column, shown.picture(chart, wide=place == len(names) - 1))
            if first:
                with column, st.container(horizontal=True):
                    for one in files.of_chart(partial(self._drawn.__getitem__, place), name):
                        take(one, tertiary=True)
        if first:
            with self._film:
                st.iframe(shown.film(scenarios[-1], SEED, dark=dark()))
            with self._files, st.container(horizontal=True):
                for one in files.downloads(desks(), scenarios):
                    take(one)


def take(one: files.Download, *, tertiary: bool = False) -> None:
    """Show a button that takes a file away."""
    st.download_button(
        one.label,
        one.make,
        one.name,
        one.type,
        key=f"take {one.name}",
        on_click="ignore",
        disabled=bool(one.missing),
        help=one.missing or None,
        type="tertiary" if tertiary else "secondary",
    )


def _stop(*, stopped: bool) -> None:
    st.session_state.stopped = stopped


def dark() -> bool:
    """Tell whether the reader's page is dark."""
    return st.context.theme.type == "dark"
