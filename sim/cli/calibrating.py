"""``tiersim calibrate``: from a ticket export to a desk, and how well it predicts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim import reading, writing
from sim.borders import unsteered
from sim.cli.keeping import ends_in, force_option, foresee
from sim.cli.saying import json_option, say_engine, say_json, say_next
from sim.errors import ExportError
from sim.reading import pasted

if TYPE_CHECKING:
    from sim.calibrate.check import Check, Line
    from sim.calibrate.fit import Calibration
    from sim.intake.export import Export

_DATE = click.DateTime(formats=["%Y-%m-%d"])
CHECK_REPLICATIONS = 10
WORST = 8
"""Figures that the screen shows; the reports have all."""


@click.command(short_help="Fit a desk to a ticket export.")
@click.argument("export", type=click.Path(path_type=Path))
@click.option(
    "--as",
    "mapping",
    metavar="NAME|MAPPING",
    help="How to read it: servicenow, jira, zendesk, any, or a mapping file. Guessed if absent.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("client.yaml"),
    show_default=True,
    help="Write the scenario here; one that was changed by hand is not written over.",
)
@click.option("--first", type=_DATE, help="First day to fit; found in the export if absent.")
@click.option("--last", type=_DATE, help="Last day to fit.")
@click.option("--time-zone", metavar="ZONE", help="Of dates without a zone: Europe/Paris.")
@click.option(
    "--holidays",
    metavar="DATES",
    callback=lambda _context, _option, given: _days(given),
    help="Days off, in the weeks to come too: 2026-12-25,2026-12-26.",
)
@click.option(
    "--predict/--no-predict",
    default=True,
    help="Also fit the first half of the weeks and predict the second.  [default: predict]",
)
@click.option(
    "--replications",
    type=click.IntRange(2, 1000),
    default=CHECK_REPLICATIONS,
    show_default=True,
    help="Of the check.",
)
@force_option
@click.option(
    "--anonymous",
    is_flag=True,
    help="Name teams, topics, channels, priorities and states by numbers and meanings in all that is written; "
    "the key is a file of its own.",
)
@json_option
def calibrate(export: Path, mapping: str | None, output: Path, **options: Any) -> None:
    """Fit a desk to EXPORT; write it as a commented scenario, and reports beside it.

    The reports (HTML and text) say how well it predicts, how good the data are, and where each
    number comes from: measured, fitted or assumed. Also written: how the export was read, as a
    mapping file for --as; rows that cannot be used, with reasons; and a sample, simulated tickets
    without any name of the client's.
    """
    from sim.calibrate.check import check  # noqa: PLC0415
    from sim.calibrate.fit import calibrate as fit  # noqa: PLC0415
    from sim.calibrate.found import save_found  # noqa: PLC0415
    from sim.calibrate.lines import find_lines  # noqa: PLC0415
    from sim.calibrate.sample import SAMPLE, sample_of  # noqa: PLC0415
    from sim.calibrate.write import CALIBRATED, write_scenario  # noqa: PLC0415
    from sim.intake.anonymous import KEY, anonymised  # noqa: PLC0415
    from sim.intake.aside import SET_ASIDE, write_set_aside  # noqa: PLC0415 - what computes comes late
    from sim.intake.guess import guess_mapping  # noqa: PLC0415
    from sim.intake.mapping import MAPPING  # noqa: PLC0415
    from sim.intake.read import read_export  # noqa: PLC0415
    from sim.intake.untrusted import read_apart  # noqa: PLC0415
    from sim.present.calibration import FITTED_REPORT, write_calibration  # noqa: PLC0415
    from sim.present.fitted_words import statement  # noqa: PLC0415
    from sim.scenario.file import SUFFIXES  # noqa: PLC0415

    def beside(ending: str) -> Path:
        return output.with_name(f"{output.stem}-{ending}")

    ends_in(output, SUFFIXES, "a scenario file")
    for given in (export, mapping):
        if given is not None:
            reading.note(given)
    places = [
        (output, CALIBRATED),
        (beside("calibration.html"), FITTED_REPORT),
        (beside("calibration.txt"), FITTED_REPORT),
        (beside("set-aside.csv"), SET_ASIDE),
        (beside("sample.csv.gz"), SAMPLE),
        (beside("key.csv"), KEY),
    ]
    # How the export was read may have been corrected by hand: then it is left as it is.
    found = (beside("mapping.yaml"), MAPPING)
    theirs = writing.stands(*found)
    foresee(*places, *([] if theirs else [found]))
    first, last = _day(options["first"]), _day(options["last"])
    if first is not None and last is not None and first > last:
        raise ExportError(f"--first {first} lies after --last {last}: give the earlier day first")
    say_engine("auto")
    guessed = ""
    if mapping is None:
        mapping, guessed = read_apart(guess_mapping, export)
        if not options["as_json"]:
            click.echo(f"{guessed}\n`--as` says otherwise.", err=True)
    data = read_apart(
        read_export,
        export,
        mapping,
        time_zone=options["time_zone"],
        holidays=options["holidays"],
    )
    if data.unread and not guessed and not options["as_json"]:
        click.echo(data.notices[0], err=True)

    written: list[Path] = []
    read, theirs_alone = data, []
    if options["anonymous"]:
        data, key = anonymised(data)
        theirs_alone = [key.write(beside("key.csv"))]
        guessed = ""
    if data.set_aside:
        written.append(write_set_aside(data.set_aside, beside("set-aside.csv")))
    desk = fit(data, first=first, last=last, name=output.stem)
    checks = [check(desk, replications=options["replications"])]
    ahead, unpredicted = _prediction(data, options)
    checks += ahead
    desk = desk.told(statement(checks, unpredicted)[0])
    written.insert(0, write_scenario(desk, output))
    text = _report(desk, checks, unpredicted, guessed)
    written.append(
        write_calibration(
            desk,
            checks,
            beside("calibration.html"),
            scenario_file=output.name,
            unpredicted=unpredicted,
        )
    )
    written.append(writing.write(beside("calibration.txt"), unsteered(text), FITTED_REPORT))
    if not theirs:
        whose = find_lines(read) if options["anonymous"] else desk.lines
        kept = save_found(read, whose, found[0])
        (theirs_alone if options["anonymous"] else written).append(kept)
    if len(data.events):
        written.append(sample_of(desk, beside("sample.csv.gz")))
    for path, what in places:
        # What an earlier calibration wrote and this one has none of would pass for its own.
        if path not in (*written, *theirs_alone):
            writing.remove(path, what)
    if options["as_json"]:
        say_json(_plain(desk, checks, [*written, *theirs_alone], unpredicted))
        return
    click.echo(_short(desk, checks, unpredicted))
    for one in written:
        click.echo(f"Written: {one}")
    for one in theirs_alone:
        click.echo(f"Written, with the client's names, to be kept to yourself: {one}")
    if theirs:
        again = (
            ""
            if mapping == str(found[0])
            else f"; to read the export by it: --as {pasted(found[0])}"
        )
        click.echo(f"Left as it is, since it was changed by hand: {found[0]}{again}")
    say_next(
        f"tiersim check {pasted(output)}", "then options beside it: `extends: " + output.name + "`"
    )


def _short(desk: Calibration, checks: list[Check], unpredicted: str) -> str:
    """Say how well it does, what is furthest off, and what to know about the data."""
    from sim.present.fitted_words import line_words, statement  # noqa: PLC0415 - what computes comes late

    headline, sentences = statement(checks, unpredicted)
    parts = [headline, *(f"- {sentence}" for sentence in sentences)]
    shown = checks[-1]
    worst = shown.outside()[:WORST]
    if worst:
        whose = "of the trial desk, in weeks it had not seen" if shown.ahead else "of the desk"
        parts += ["", f"Furthest off, {whose}:"]
        parts += [f"- {line_words(line)}" for line in worst]
    parts += ["", "The data:", *(f"- {one.about}: {one.text}" for one in desk.page.findings)]
    return "\n".join([*parts, "", "Read and decided:", *(f"- {one}" for one in desk.notices), ""])


def _prediction(export: Export, options: dict[str, Any]) -> tuple[list[Check], str]:
    """Predict the second half of the weeks fitted; returns why not, where that cannot be."""
    from sim.calibrate.check import predict  # noqa: PLC0415 - what computes comes late

    if not options["predict"]:
        return [], "it was not asked for (--no-predict)."
    try:
        first, last = _day(options["first"]), _day(options["last"])
        found = predict(export, first=first, last=last, replications=options["replications"])
    except ExportError as error:
        return [], str(error)
    return [found], ""


def _days(given: str | None) -> tuple[dt.date, ...]:
    """Read days divided by commas."""
    found = []
    for part in (given or "").split(","):
        try:
            found += [dt.date.fromisoformat(part.strip())] if part.strip() else []
        except ValueError:
            raise click.BadParameter(
                f"{part.strip()!r} is no date; write days as 2026-12-25, with commas between"
            ) from None
    return tuple(found)


def _day(value: dt.datetime | None) -> dt.date | None:
    return None if value is None else value.date()


def _report(desk: Calibration, checks: list[Check], unpredicted: str, guessed: str) -> str:
    """Put how well it does, the data page and the sources of all numbers into one text."""
    from sim.calibrate.write import parameter_rows  # noqa: PLC0415
    from sim.present.figure_names import LEGEND  # noqa: PLC0415
    from sim.present.fitted_words import check_words, statement  # noqa: PLC0415

    headline, sentences = statement(checks, unpredicted)
    parts = [headline, *(f"- {sentence}" for sentence in sentences)]
    titles = {
        True: "HOW WELL A TRIAL DESK PREDICTS WEEKS IT HAS NOT SEEN",
        False: "HOW THE DESK IN THE FILE COMPARES WITH THE EXPORT",
    }
    for one in sorted(checks, key=lambda one: not one.ahead):
        parts += ["", titles[one.ahead], check_words(one)]
    parts += ["", "WHAT THE FIGURES MEAN", *(f"{word}: {meaning}" for word, meaning in LEGEND)]
    parts += ["", "THE DATA", str(desk.page)]
    parts += ["", "WHAT WAS READ AND DECIDED", *([guessed] if guessed else []), *desk.notices]
    parts += ["", "WHERE EACH NUMBER COMES FROM"]
    rows = parameter_rows(desk)
    width = max((len(row[0]) for row in rows), default=0)
    parts += [
        f"{row[0]:<{width}}  {row[1]}{f'  {row[2]}' if row[2] else ''}  {row[3]}: {row[4]}"
        for row in rows
    ]
    return "\n".join(parts) + "\n"


def _plain(
    desk: Calibration, checks: list[Check], written: list[Path], unpredicted: str
) -> dict[str, Any]:
    from sim.calibrate.write import parameter_rows  # noqa: PLC0415
    from sim.present.fitted_words import statement  # noqa: PLC0415

    headline, sentences = statement(checks, unpredicted)
    return {
        "answer": [headline, *sentences],
        "findings": [
            {"about": one.about, "text": one.text, "serious": one.serious}
            for one in desk.page.findings
        ],
        "notices": list(desk.notices),
        "parameters": [
            dict(zip(("path", "value", "interval", "origin", "why"), row, strict=True))
            for row in parameter_rows(desk)
        ],
        "checks": [
            {
                "first": f"{one.window.first}",
                "last": f"{one.window.last}",
                "predicted": one.ahead,
                "figures": [_figure(line) for line in one.lines],
                "right_if_the_desk_were": dict(
                    zip(("mean", "low", "high"), one.if_right, strict=True)
                ),
            }
            for one in checks
        ],
        "written": [str(one) for one in written],
    }


def _figure(line: Line) -> dict[str, Any]:
    return {
        "figure": line.figure,
        "about": line.about,
        "unit": line.unit,
        "real": line.real,
        "simulated": line.simulated,
        "low": line.low,
        "high": line.high,
        "noise": line.noise,
        "off": line.off,
        "outside": line.outside,
        "weeks_fitted": line.fitted,
    }
