"""A known desk, calibrated on its own exports: what comes out, and how often intervals hold.

``python tests/bench round_trip`` runs it and keeps ``results/bench/round_trip.md``.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from calibrate.round_trip import (
    ABSENCE,
    BREAKS,
    HOURS,
    NOT_TOLD,
    PEOPLE,
    WEEKS,
    WORK_MIN,
    Row,
    calibrated,
    rows,
    waits,
)

from sim.scenario.model import Scenario
from sim.units import format_share

RESULTS = Path(__file__).parents[2] / "results" / "bench"
EXPORTS = 20
ABOUT = (
    f"{WEEKS} weeks of a desk whose numbers are known are simulated, written as an export, read and "
    "calibrated. Of the first export: the true number, the fitted one, its 95 % interval; of all "
    "exports: how often the interval holds the true number (19 of 20 are meant to)."
)
NOTE = (
    "Waits on others are measured where the states name them, as here; elsewhere a short wait looks like "
    "a longer touch time, and share and mean are told only together."
)
LONG_MS = 60_000
HOUR_MS = 3_600_000


def _shown(value: float) -> str:
    """Write a number of the table: a share, a rate, or hours."""
    return f"{value / HOUR_MS:.1f} h" if value > LONG_MS else f"{value:.3f}"


def _line(row: Row, inside: int) -> str:
    low, high = _shown(row.low), _shown(row.high)
    values = f"{_shown(row.true)} | {_shown(row.fitted)} | {low} to {high}"
    return f"| `{row.path}` | {values} | {inside} of {EXPORTS} |"


def _measured(desks: list[Scenario]) -> Iterator[str]:
    """Write what is measured without an interval: the true number, and what 20 exports gave."""
    for name, people in PEOPLE.items():
        heads = sorted(desk.tiers[name].staff[f"{name} day"] for desk in desks)
        work = sorted(desk.tiers[name].work / LONG_MS for desk in desks)
        half = len(desks) // 2
        yield f"| `tiers.{name}.staff` | {people} | {heads[0]} to {heads[-1]}, mostly {heads[half]} |"
        yield (
            f"| `tiers.{name}.work` | {WORK_MIN[name]:g} min | {work[0]:.1f} to {work[-1]:.1f} min, "
            f"half of them at least {work[half]:.1f} min |"
        )
        for field, true in (("absence", ABSENCE), ("breaks", BREAKS[name])):
            share = sorted(getattr(desk.tiers[name], field) for desk in desks)
            yield (
                f"| `tiers.{name}.{field}` | {format_share(true)} | {format_share(share[0])} to "
                f"{format_share(share[-1])}, half of them at least {format_share(share[half])} |"
            )
    for name, hours in HOURS.items():
        found = sum(_week(desk, name) == hours for desk in desks)
        week = ", ".join(f"{days} {times}" for days, times in hours.items())
        yield f"| `hours.{name}` | {week} | found in {found} of {len(desks)} |"


def _week(desk: Scenario, name: str) -> dict[str, str]:
    """Return named hours as a file holds them; none where the desk has none."""
    hours = desk.model_dump(mode="json", by_alias=True)["hours"].get(name, {})
    return {days: times for days, times in hours.items() if isinstance(times, str)}


def main() -> None:
    """Calibrate on as many exports, and write the page."""
    inside: Counter[str] = Counter()
    shown: list[Row] = []
    desks: list[Scenario] = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1, EXPORTS + 1):
            calibration = calibrated(seed, Path(folder))
            table = [*rows(calibration), *waits(calibration)]
            inside.update(row.path for row in table if row.inside)
            shown = shown or table
            desks.append(calibration.scenario)
    text = [
        "# A known desk comes out of its own export",
        "",
        ABOUT,
        "",
        "| parameter | true | fitted | interval | holds it |",
        "|---|---|---|---|---|",
        *(_line(row, inside[row.path]) for row in shown),
        "",
        NOTE,
        "",
        "Measured where states show who works on what, as here; the desk assumes them elsewhere:",
        "",
        "| parameter | true | of all exports |",
        "|---|---|---|",
        *_measured(desks),
        "",
        "Not told by any export, and said to be assumed:",
        "",
        *(f"- `{path}`: {why}" for path, why in NOT_TOLD.items()),
    ]
    path = RESULTS / "round_trip.md"
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    sys.stdout.write("\n".join(text) + "\n")
