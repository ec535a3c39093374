"""What can be taken away from the page: each file is made when its button is pressed."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sim import writing
from sim.borders import cells
from sim.errors import ExportError, MissingExtraError
from sim.present import report, templates
from sim.present.picture import Chart
from sim.present.theme import DEFAULT
from sim.scenario.file import dumps
from sim.scenario.model import Scenario
from sim.study.study import Study
from sim.web.answer import Desks

if TYPE_CHECKING:
    from sim.web.upload import Fitted

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


def of_export(fitted: Fitted) -> list[Download]:
    """List what ``tiersim calibrate`` writes, for a desk that was fitted here.

    The report also says how well the desk predicts, which takes a while.
    """
    from sim.calibrate.found import save_found  # noqa: PLC0415
    from sim.calibrate.write import write_scenario  # noqa: PLC0415
    from sim.intake.aside import write_set_aside  # noqa: PLC0415 - only for an export

    export, desk = fitted.export, fitted.desk
    stem = templates.file_name(desk.scenario.name) or "desk"
    aside = export.set_aside
    makers: dict[str, tuple[str, Callable[[Path], object]]] = {
        f"{stem}-mapping.yaml": (
            "How it was read (YAML)",
            lambda to: save_found(export, desk.lines, to),
        ),
        f"{stem}-commented.yaml": ("Desk, commented (YAML)", lambda to: write_scenario(desk, to)),
        f"{stem}-calibration.html": ("How well it fits (HTML)", lambda to: _fit_report(fitted, to)),
    }
    if aside:
        label = f"Rows set aside: {len(aside):,} (CSV)"
        makers[f"{stem}-set-aside.csv"] = (label, lambda to: write_set_aside(aside, to))
    return [
        Download(label, name, TYPES[name.rpartition(".")[2]], partial(_written, name, write))
        for name, (label, write) in makers.items()
    ]


def _written(name: str, write: Callable[[Path], object]) -> bytes:
    with writing.scratch() as folder:
        file = Path(folder, name)
        write(file)
        return file.read_bytes()


def _fit_report(fitted: Fitted, to: Path) -> None:
    from sim.calibrate.check import check, predict  # noqa: PLC0415 - only for an export
    from sim.present.calibration import write_calibration  # noqa: PLC0415

    desk = fitted.desk
    checks, unpredicted = [check(desk)], ""
    try:
        checks.append(predict(fitted.export))
    except ExportError as error:
        unpredicted = str(error)
    name = templates.file_name(desk.scenario.name) or "desk"
    write_calibration(
        desk, checks, to, scenario_file=f"{name}-commented.yaml", unpredicted=unpredicted
    )


def whole(desks: Desks, scenarios: Sequence[Scenario], size: int) -> Study:
    """Return a study with its curves, which only charts over time need."""
    for _ in desks.run(scenarios, size, curves=True):
        pass
    return desks.study(scenarios, size)


def _report(study: Study, kind: str) -> bytes:
    return _written(f"report.{kind}", lambda to: report.write(study, to))


def _table(study: Study) -> bytes:
    return bytes(cells(study.table()).to_csv(index=False, lineterminator="\n"), "utf-8")
