"""What would it take, on the page: a button that searches for a while, and the answer it comes to."""

from __future__ import annotations

import html
import tempfile
from typing import Any, Final

import streamlit as st

from sim.present.charts.searched import searched
from sim.present.search_answer import Told, tell
from sim.scenario.model import Scenario
from sim.scenario.search import Search
from sim.study.search import search
from sim.units import SECOND
from sim.web import shown
from sim.web.answer import SEED
from sim.web.sheet import dark

SEARCH_S: Final = 30
"""As long as a reader waits; the next press goes on from what this one has seen."""


@st.cache_resource(show_spinner=False)
def _kept() -> tempfile.TemporaryDirectory[str]:
    """Return where desks are kept that were simulated, for all readers of this server."""
    return tempfile.TemporaryDirectory(prefix="tiersim-search-")


def offer(scenario: Scenario, where: Any) -> None:
    """Offer a search around a desk; search, and show the answer, when it is asked for.

    Parameters
    ----------
    scenario : Scenario
        Its `search` says what may move; without one, every head count and the notes.
    where : container
    """
    with where:
        pressed = st.button(f"What would it take? Search for {SEARCH_S} seconds", key="search")
        said = st.empty()
        if not pressed:
            return
        asked = (scenario.search or Search()).model_copy(update={"time": SEARCH_S * SECOND})

        def tell_so_far(sentence: str) -> None:
            said.html(shown.note(sentence))

        found = search(
            scenario,
            asked,
            seed=SEED,
            folder=_kept().name,
            progress=tell_so_far,
        )
        said.html(_answer(tell(found, seed=SEED, quick=True)))
        chart = searched(found, theme=shown.theme(dark=dark()))
        st.html(shown.picture(chart, wide=True))


def _answer(told: Told) -> str:
    lines = "".join(f"<li>{html.escape(line)}</li>" for part in told.parts for line in part.lines)
    return (
        f'<div class="tiersim" id="search"><h2>{html.escape(told.headline)}</h2>'
        f"<ul>{lines}</ul></div>"
    )
