"""``tiersim calibrate``: from a ticket export to a desk, and how well it predicts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.saying import json_option, say_engine, say_json, say_next
from sim.scenario.writing import write_whole

if TYPE_CHECKING:
    from sim.calibrate.check import Check
    from sim.calibrate.fit import Calibration

_DATE = click.DateTime(formats=["%Y-%m-%d"])
CHECK_REPLICATIONS = 10


@click.command(short_help="Fit a desk to a ticket export.")
@click.argument("export", type=click.Path(path_type=Path))
@click.option(
    "--as",
    "mapping",
    metavar="NAME|MAPPING",
    required=True,
    help="How to read it: servicenow, jira, zendesk, any, or a mapping file.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("client.yaml"),
    show_default=True,
)
@click.option("--first", type=_DATE, help="First day to fit; found in the export if absent.")
@click.option("--last", type=_DATE, help="Last day to fit.")
@click.option("--time-zone", metavar="ZONE", help="Of dates without a zone: Europe/Paris.")
@click.option("--predict", is_flag=True, help="Fit the first half, predict the second.")
@click.option(
    "--replications",
    type=click.IntRange(2, 1000),
    default=CHECK_REPLICATIONS,
    show_default=True,
    help="Of the check.",
)
@json_option
def calibrate(export: Path, mapping: str, output: Path, as_json: bool, **options: Any) -> None:  # noqa: FBT001 - click's
    """Fit a desk to EXPORT; write it as a commented scenario, and a report beside it.

    The report says how good the data are, where each number comes from (measured, fitted or
    assumed), and how the desk's figures compare with the export's own.
    """
    from sim.calibrate.check import check, predict  # noqa: PLC0415 - what computes comes late
    from sim.calibrate.fit import calibrate as fit  # noqa: PLC0415
    from sim.calibrate.read import read_export, write_set_aside  # noqa: PLC0415
    from sim.calibrate.write import write_scenario  # noqa: PLC0415

    say_engine("auto")
    data = read_export(export, mapping, time_zone=options["time_zone"])
    written: list[Path] = []
    if data.set_aside:
        beside = output.with_name(f"{output.stem}-set-aside.csv")
        written.append(write_set_aside(data.set_aside, beside))
    desk = fit(data, first=_day(options["first"]), last=_day(options["last"]), name=output.stem)
    checks = [check(desk, replications=options["replications"])]
    if options["predict"]:
        checks.append(predict(data, replications=options["replications"]))
    written.insert(0, write_scenario(desk, output))
    text = _report(desk, checks, len(data.set_aside))
    written.append(write_whole(output.with_name(f"{output.stem}-calibration.txt"), text))
    if as_json:
        say_json(_plain(desk, checks, written))
        return
    click.echo(text)
    for one in written:
        click.echo(f"Written: {one}")
    say_next(f"tiersim check {output}", "then options beside it: `extends: " + output.name + "`")


def _day(value: dt.datetime | None) -> dt.date | None:
    return None if value is None else value.date()


def _report(desk: Calibration, checks: list[Check], set_aside: int) -> str:
    """Put the data page, the sources of all numbers, and the checks into one text."""
    from sim.calibrate.write import parameter_rows  # noqa: PLC0415

    parts = ["THE DATA", str(desk.page)]
    if set_aside:
        parts.append(f"{set_aside:,} rows could not be used and are set aside, with reasons.")
    parts += ["", "WHAT WAS READ AND DECIDED", *desk.notices, "", "WHERE EACH NUMBER COMES FROM"]
    rows = parameter_rows(desk)
    width = max((len(row[0]) for row in rows), default=0)
    parts += [
        f"{row[0]:<{width}}  {row[1]}{f'  {row[2]}' if row[2] else ''}  {row[3]}: {row[4]}"
        for row in rows
    ]
    titles = ("HOW THE DESK COMPARES WITH THE EXPORT", "HOW WELL IT PREDICTS WEEKS IT HAS NOT SEEN")
    for title, one in zip(titles, checks, strict=False):
        parts += ["", title, str(one)]
    return "\n".join(parts) + "\n"


def _plain(desk: Calibration, checks: list[Check], written: list[Path]) -> dict[str, Any]:
    from sim.calibrate.write import parameter_rows  # noqa: PLC0415

    return {
        "findings": [str(finding) for finding in desk.page.findings],
        "notices": list(desk.notices),
        "parameters": [
            dict(zip(("path", "value", "interval", "origin", "why"), row, strict=True))
            for row in parameter_rows(desk)
        ],
        "checks": [[str(line) for line in one.lines] for one in checks],
        "outside": [[line.figure for line in one.outside()] for one in checks],
        "written": [str(one) for one in written],
    }
