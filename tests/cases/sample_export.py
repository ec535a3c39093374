"""The export that travels with the gallery: simulated tickets of its base desk, in ServiceNow's columns.

``PYTHONPATH=tests python -m cases.sample_export`` writes ``scenarios/sample-export.csv.gz``. No row of
anybody's real export went into it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from sim.calibrate.mirror import Rehearsal
from sim.calibrate.sample import write_sample
from sim.intake.export import Export
from sim.scenario.gallery import example, folder

FILE = "sample-export.csv.gz"
FIRST = dt.date(2026, 1, 5)
WEEKS = 6
SEED = 7
TEAMS = ("Service Desk", "Specialists", "Engineers")
"""What the base's tiers are called: an export names teams, and finding the first line is due."""


def sample() -> Export:
    """Run the base for some weeks without a holiday, none before them either."""
    base = example()
    changes = {
        "period.start": FIRST.isoformat(),
        "period.length": f"{WEEKS} weeks",
        "period.warm_up": 0,
        "holidays": [day.isoformat() for day in base.holidays if day >= FIRST],
    }
    desk = base.with_(changes, name=base.name)
    (run,) = Rehearsal(desk).runs(1, seed=SEED)
    return replace(run, teams=TEAMS)


def main() -> Path:
    """Write the file."""
    return write_sample(sample(), folder() / FILE)


if __name__ == "__main__":
    main()
