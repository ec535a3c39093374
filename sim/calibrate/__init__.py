"""From a real export: read, clean, replay, fit, check, and write a scenario.

::

    export = sim.calibrate.read_export("tickets.csv", "servicenow")
    desk = sim.calibrate.calibrate(export)
    sim.calibrate.misfit(desk)             # the export's figures beside the desk's

    read_export  data_page                 what the export holds, and how good it is
    calibrate  misfit  predict             a desk, and how well it reproduces the export
    write_scenario                         the desk as a file that says where its numbers come from
    replay_export                          the export's own tickets, on any desk
    as_export  write_sample                a simulated run as an export, when there is none

Names are loaded when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.calibrate.check import check as misfit
    from sim.calibrate.check import predict
    from sim.calibrate.datapage import data_page
    from sim.calibrate.fit import calibrate
    from sim.calibrate.mirror import mirror as as_export
    from sim.calibrate.replay import replay_export
    from sim.calibrate.sample import write_sample
    from sim.calibrate.write import write_scenario
    from sim.intake.read import read_export

_HOME = {
    "as_export": ("mirror", "mirror"),
    "calibrate": ("fit", "calibrate"),
    "data_page": ("datapage", "data_page"),
    "misfit": ("check", "check"),
    "predict": ("check", "predict"),
    "read_export": ("sim.intake.read", "read_export"),
    "replay_export": ("replay", "replay_export"),
    "write_sample": ("sample", "write_sample"),
    "write_scenario": ("write", "write_scenario"),
}
"""File and name there; no public name is that of a file, whose import would replace it."""

__all__ = [
    "as_export",
    "calibrate",
    "data_page",
    "misfit",
    "predict",
    "read_export",
    "replay_export",
    "write_sample",
    "write_scenario",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    file, called = _HOME[name]
    home = file if file.startswith("sim.") else f"{__name__}.{file}"
    value = getattr(importlib.import_module(home), called)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
