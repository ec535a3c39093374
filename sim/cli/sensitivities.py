"""``tiersim sensitivity``: which input matters, and how much of it is enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from sim.cli.keeping import force_option, foresee
from sim.cli.reading import load_served
from sim.cli.saying import (
    engine_option,
    json_option,
    progress,
    say_engine,
    say_json,
    say_next,
    say_table,
    seed_option,
)
from sim.errors import StudyError
from sim.reading import pasted

if TYPE_CHECKING:
    from sim.scenario.model import Scenario
    from sim.study.inputs import Written
    from sim.study.sensitivity import Bar

Ranges = Mapping[str, tuple["Written", "Written"]]
DEFAULT_REPLICATIONS = 20


@click.command(short_help="Find out which input matters, and how much of it is enough.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--move",
    "moves",
    multiple=True,
    metavar="PATH=LOW:HIGH",
    help="An input and its range; those of the scenario's `search.move` if absent.",
)
@click.option("--metric", default="l1_share", show_default=True, help="What is to be moved.")
@click.option(
    "--method",
    type=click.Choice(["tornado", "morris", "sobol"]),
    default="tornado",
    show_default=True,
    help="One at a time, or all together (extra `sensitivity`).",
)
@click.option(
    "--break-even",
    metavar="PATH[=LOW:HIGH]",
    help="How much of this input makes up for what --instead changes.",
)
@click.option(
    "--instead",
    "changes",
    multiple=True,
    metavar="PATH=VALUE",
    help="With --break-even: the change that is to be made up for.",
)
@click.option(
    "--replications",
    type=click.IntRange(2, 10_000),
    default=DEFAULT_REPLICATIONS,
    show_default=True,
)
@seed_option
@click.option("--jobs", type=click.IntRange(1), help="Workers; every core if absent.")
@engine_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw the tornado here: .svg or .png, its numbers beside it.",
)
@force_option
@json_option
def sensitivity(  # noqa: PLR0917 - click passes options by name
    path: Path,
    moves: Sequence[str],
    metric: str,
    method: Literal["tornado", "morris", "sobol"],
    break_even: str | None,
    changes: Sequence[str],
    output: Path | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
    **options: Any,
) -> None:
    """Move inputs of the scenario in PATH over their ranges, on the same tickets.

    How good must documentation be to replace one at L2?

        tiersim sensitivity my-desk.yaml --break-even documentation.quality
        --instead tiers.L2.staff.day=3 --metric total_cost
    """
    from sim.study.sensitivity import stated_ranges  # noqa: PLC0415

    scenario = load_served(path)
    say_engine(options["engine"])
    if changes and break_even is None:
        raise StudyError("--instead goes with --break-even")
    if output is not None and (method != "tornado" or break_even is not None):
        raise StudyError("-o draws a tornado; it goes with neither --method nor --break-even")
    if output is not None:
        from sim.present.picture import chart_files  # noqa: PLC0415 - pictures are heavy

        foresee(*chart_files(output))
    if break_even is not None:
        _break_even(scenario, break_even, changes, metric, options, as_json=as_json)
    else:
        ranges = dict(map(_range, moves)) or stated_ranges(scenario)
        if method == "tornado":
            _tornado(scenario, ranges, metric, output, options, as_json=as_json)
        else:
            _together(scenario, ranges, metric, method, options, as_json=as_json)
    if not as_json:
        say_next(f"tiersim search {pasted(path)}", "the cheapest desk that keeps its promises")


def _tornado(
    scenario: Scenario,
    ranges: Ranges,
    metric: str,
    output: Path | None,
    options: dict[str, Any],
    *,
    as_json: bool,
) -> None:
    from sim.present import chart, inputs_table  # noqa: PLC0415
    from sim.study.sensitivity import tornado  # noqa: PLC0415

    with progress("replications", shown=not as_json) as advance:
        found = tornado(scenario, ranges, metric=metric, progress=advance, **options)
    written = [] if output is None else chart(found.study, "tornado", metric=metric).save(output)
    if as_json:
        say_json(
            {
                "scenario": scenario.name,
                "metric": metric,
                "bars": [_bar(bar) for bar in found.bars],
                "written": [str(one) for one in written],
            }
        )
        return
    rows = inputs_table.tornado_rows(found, scenario.costs.currency)
    title = f"{_title(scenario, metric)}; {options['replications']} replications, 95 % intervals"
    say_table(inputs_table.TORNADO, rows, title)
    click.echo(inputs_table.tornado_sentence(found))
    click.echo(inputs_table.ONE_AT_A_TIME)
    for one in written:
        click.echo(f"Written: {one}")


def _title(scenario: Scenario, metric: str) -> str:
    from sim.study.asked import words  # noqa: PLC0415

    return f"{scenario.name}: {words(metric).label} ({metric})"


def _together(
    scenario: Scenario,
    ranges: Ranges,
    metric: str,
    method: str,
    options: dict[str, Any],
    *,
    as_json: bool,
) -> None:
    from sim.present import inputs_table  # noqa: PLC0415
    from sim.study.screening import morris, sobol  # noqa: PLC0415

    found: Sequence[Any]
    with progress("replications", shown=not as_json) as advance:
        if method == "morris":
            found = morris(scenario, ranges, metric=metric, progress=advance, **options)
            headings, rows = inputs_table.MORRIS, inputs_table.screened_rows(found, metric)
        else:
            found = sobol(scenario, ranges, metric=metric, progress=advance, **options)
            headings, rows = inputs_table.SOBOL, inputs_table.share_rows(found)
    if as_json:
        inputs = [asdict(one) for one in found]
        say_json({"scenario": scenario.name, "metric": metric, "method": method, "inputs": inputs})
        return
    say_table(headings, rows, _title(scenario, metric))


def _break_even(
    scenario: Scenario,
    asked: str,
    changes: Sequence[str],
    metric: str,
    options: dict[str, Any],
    *,
    as_json: bool,
) -> None:
    from sim.present import inputs_table  # noqa: PLC0415
    from sim.scenario.wording import did_you_mean  # noqa: PLC0415
    from sim.study.sensitivity import break_even, stated_ranges  # noqa: PLC0415

    path, equals, _ = asked.partition("=")
    if equals:
        path, between = _range(asked)
    else:
        stated = stated_ranges(scenario)
        if path not in stated:
            hint = did_you_mean(path, stated)
            raise StudyError(
                f"no range is stated for {path}{hint}: write {path}=LOW:HIGH, or state one in `search.move`"
            )
        between = stated[path]
    if not changes:
        raise StudyError(
            "a break-even needs --instead PATH=VALUE: the change that is to be made up for"
        )
    changed = dict(map(_setting, changes))
    instead = scenario.with_(changed, name="instead")
    with progress("replications", shown=not as_json) as advance:
        found = break_even(
            scenario, instead, path, between, metric=metric, progress=advance, **options
        )
    if as_json:
        say_json(
            {
                "scenario": scenario.name,
                "metric": metric,
                "instead": changed,
                "input": path,
                "value": found.value,
                "low": found.low,
                "high": found.high,
            }
        )
        return
    shown = ", ".join(f"{key} {value}" for key, value in changed.items())
    click.echo(inputs_table.break_even_sentence(found, shown, scenario.costs.currency))


def _range(text: str) -> tuple[str, tuple[Written, Written]]:
    """Read ``documentation.quality=40 %:90 %``."""
    path, _, ends = text.partition("=")
    low, colon, high = ends.partition(":")
    if not (path and low.strip() and colon and high.strip()):
        raise StudyError(
            f"{text!r} is no input with a range; write for example 'documentation.quality=40 %:90 %'"
        )
    return path.strip(), (_value(low), _value(high))


def _setting(text: str) -> tuple[str, Written]:
    path, equals, value = text.partition("=")
    if not (path and equals and value.strip()):
        raise StudyError(f"{text!r} is no change; write for example 'tiers.L2.staff.day=3'")
    return path.strip(), _value(value)


def _value(text: str) -> Written:
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text.strip()


def _bar(bar: Bar) -> dict[str, Any]:
    def side(difference: Any) -> dict[str, Any]:
        estimate = difference.estimate
        return {"mean": estimate.mean, "low": estimate.low, "high": estimate.high}

    return {
        "input": bar.input.path,
        "from": bar.input.low,
        "to": bar.input.high,
        "at_from": side(bar.low),
        "at_to": side(bar.high),
    }
