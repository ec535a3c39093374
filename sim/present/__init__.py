"""What people look at: charts, report, deck, workbook, terminal. It computes nothing itself."""

from __future__ import annotations

from sim.present.charts.catalogue import chart, names, standard
from sim.present.picture import Chart
from sim.present.report import save_charts, write
from sim.present.theme import Theme, load_theme

__all__ = [
    "Chart",
    "Theme",
    "chart",
    "load_theme",
    "names",
    "save_charts",
    "standard",
    "write",
]
