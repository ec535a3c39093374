"""What can be taken away from the page: each file is made when its button is pressed."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sim.errors import MissingExtraError
from sim.present import report, templates
from sim.present.picture import Chart
from sim.present.text import no_formula
from sim.present.theme import DEFAULT
from sim.scenario.file import dumps
from sim.scenario.model import Scenario
from sim.study.study import Study
from sim.web.answer import Desks

NEEDS: Final = {
    "pptx": ("pptx", "python-pptx", "The deck"),
    "xlsx": ("xlsxwriter", "XlsxWriter", "The workbook"),
}
"""Module, package and purpose of what an ending needs beside TierSim."""
TYPES: Final = {
    "yaml": "application/yaml",
    "html": "text/html",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "png": "image/png",
}
LABELS: Final = {
    "yaml": "Scenario (YAML)",
    "html": "Report (HTML)",
    "pptx": "Deck (PPTX)",
    "xlsx": "Workbook (XLSX)",
    "csv": "Figures (CSV)",
}


@dataclass(frozen=True)
class Download:
    """A file to be taken away.

    Attributes
    ----------
    label, name, type : str
    make : callable
        Makes it.
    missing : str
        How to install what is missing; empty where nothing is.
    """

    label: str
    name: str
    type: str
    make: Callable[[], bytes]
    missing: str = ""


def downloads(desks: Desks, scenarios: Sequence[Scenario]) -> list[Download]:
    """List the files that an answer can be taken away as, as sure as it is when they are asked for.

    Parameters
    ----------
    desks : Desks
    scenarios : sequence of Scenario
        The last one is written as YAML.
    """

    def written(kind: str) -> Callable[[], bytes]:
        return lambda: _report(whole(desks, scenarios, desks.size(scenarios)), kind)

    stem = templates.file_name(scenarios[-1].name) or "desk"
    makers: dict[str, Callable[[], bytes]] = {
        "yaml": lambda: dumps(scenarios[-1]).encode(),
        "html": written("html"),
        "pptx": written("pptx"),
        "xlsx": written("xlsx"),
        "csv": lambda: _table(desks.study(scenarios, desks.size(scenarios))),
    }
    return [
        Download(LABELS[kind], f"{stem}.{kind}", TYPES[kind], make, missing(kind))
        for kind, make in makers.items()
    ]


def missing(kind: str) -> str:
    """Say how to install what a kind of file needs; empty where it is there."""
    if kind not in NEEDS:
        return ""
    module, package, purpose = NEEDS[kind]
    if importlib.util.find_spec(module) is not None:
        return ""
    return str(MissingExtraError(package, "office", purpose))


def of_chart(chart: Callable[[], Chart], name: str) -> list[Download]:
    """List the files of a chart: its picture, and its numbers."""
    stem = templates.file_name(name)
    return [
        # A picture is taken away to a light page, whatever light the reader sits in.
        Download("PNG", f"{stem}.png", TYPES["png"], lambda: replace(chart(), theme=DEFAULT).png()),
        Download("CSV", f"{stem}.csv", TYPES["csv"], lambda: chart().csv().encode()),
    ]


def whole(desks: Desks, scenarios: Sequence[Scenario], size: int) -> Study:
    """Return a study with its curves, which only charts over time need."""
    for _ in desks.run(scenarios, size, curves=True):
        pass
    return desks.study(scenarios, size)


def _report(study: Study, kind: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="tiersim-") as folder:
        return report.write(study, Path(folder, f"report.{kind}")).read_bytes()


def _table(study: Study) -> bytes:
    table = study.table()
    for column in table.columns:
        table[column] = [no_formula(v) if isinstance(v, str) else v for v in table[column]]
    return bytes(table.to_csv(index=False, lineterminator="\n"), "utf-8")
