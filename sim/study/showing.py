"""The way from a study to its pictures and documents.

``study.chart(...)`` and ``study.report(...)`` are what a user types, but pictures are made by
``sim.present``, which stands above this room and reads studies. So that the rooms still import
downwards alone, nothing of it is imported here: the name is looked up when somebody asks.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.borders import Drawing

if TYPE_CHECKING:
    from sim.study.claim import Claim

PRESENT = "sim.present"


class Shown:
    """What hands itself to ``sim.present``."""

    def chart(self, what: str, **options: Any) -> Any:
        """Draw a chart of this; see ``sim.present.chart``."""
        return importlib.import_module(PRESENT).chart(self, what, **options)

    def plot(self, metric: str | None = None) -> Any:
        """Draw a metric of each scenario with its interval; see ``sim.present.plots``."""
        return importlib.import_module(f"{PRESENT}.plots").plot_study(self, metric)

    def report(self, path: str | Path, **options: Any) -> Any:
        """Write a report about this, by the ending of its name; see ``sim.present.write``."""
        return importlib.import_module(PRESENT).write(self, path, **options)

    def __rich__(self) -> Any:
        return Drawing(importlib.import_module(f"{PRESENT}.terminal").study_table(self))


def said(claim: Claim) -> str:
    """Put a claim into words; see ``sim.present.say``."""
    told: str = importlib.import_module(f"{PRESENT}.say").say(claim)
    return told
