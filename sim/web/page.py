"""The page itself: Streamlit runs this file from top to bottom whenever something is moved.

In one pass it reads what is asked, shows a quick answer, draws, and then shows the same answer with
more replications. Whatever a reader moves meanwhile ends the pass at its next sign of life, and
begins another.
"""

from __future__ import annotations

import logging
from typing import Final

import streamlit as st

from sim.errors import ConservationError, ExportError, ScenarioError, TierSimError
from sim.web import shown
from sim.web.controls import choose, from_address, move, to_address
from sim.web.searching import offer
from sim.web.sheet import Sheet, dark

LOG: Final = logging.getLogger("sim.web")
MOST_FAULTS: Final = 30
REFUSED: Final = {
    ScenarioError: "This scenario cannot be used",
    ExportError: "This ticket export cannot be used",
}
NOT_YOURS: Final = "This is not about “{file}”, which is not used: what follows is “{desk}”."
NOT_DONE: Final = "That did not work"


def main() -> None:
    """Show the page; whatever goes wrong becomes a sentence."""
    st.set_page_config(page_title="TierSim", layout="wide")
    st.html(shown.style(dark=dark()))
    try:
        _page()
    except ConservationError as error:
        _bug(error)
    except TierSimError as error:
        refuse(error)
    except Exception as error:  # noqa: BLE001 - the one place where a bug becomes a message
        _bug(error)


def refuse(error: TierSimError) -> None:
    """Say what cannot be done, every fault on a line of its own."""
    faults = [str(one) for one in getattr(error, "faults", ())] or [str(error)]
    lines = [shown.plain(fault) for fault in faults[:MOST_FAULTS]]
    if len(faults) > MOST_FAULTS:
        lines.append(f"and {len(faults) - MOST_FAULTS} more")
    what = next((said for kind, said in REFUSED.items() if isinstance(error, kind)), NOT_DONE)
    st.error(f"**{what}**\n\n" + "\n".join(f"- {line}" for line in lines))


def _bug(error: Exception) -> None:
    LOG.error("a bug in TierSim", exc_info=error)
    st.error(
        "This is a bug in TierSim, not in your input. Please report it to the project's issues, "
        "with what the terminal shows that runs `tiersim web`."
    )


def _page() -> None:
    st.html('<div class="tiersim"><h1>TierSim: what would it take?</h1></div>')
    asked = from_address(refuse)
    headline, top = st.container(key="headline"), st.container(key="reasons")
    told = headline.empty()
    left, right = st.columns([1, 2.6], gap="large")

    def busy(text: str) -> None:
        told.html(shown.busy(text))

    with left:
        asked, unused = choose(asked, refuse, busy)
        base = asked.base()
        asked = move(asked, base)
        change = asked.changed(base)
        to_address(asked)
    told.empty()
    if unused:
        told.html(shown.whose(NOT_YOURS.format(file=unused, desk=base.name)))
    right = right.container(key="beside")
    Sheet(headline, top, right).show([base] if change is None else [base, change])
    offer(base if change is None else change, right)


if __name__ == "__main__":
    main()
