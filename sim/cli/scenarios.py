"""``tiersim new``, ``check`` and ``schema``: before anything is simulated."""

from __future__ import annotations

import re
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim import reading, writing
from sim.cli.facts import NEW
from sim.cli.keeping import ends_in, force_option, foresee
from sim.cli.saying import json_option, say_json, say_next, say_table
from sim.errors import Fault, OutputError, ScenarioError
from sim.reading import pasted

if TYPE_CHECKING:
    from sim.scenario.model import Scenario
    from sim.study.implied import Implied
    from sim.study.settling import Settling
    from sim.study.study import Study

WARM_UP_REPLICATIONS = 12
MEANINGS = (
    "Tickets that come: share of all tickets. Asked: work that comes to the queue. There: hours that its "
    "own people are there for tickets (shifts less absence, breaks, vacancies and time for permanent "
    "fixes). Utilisation: asked out of there, over the whole period, what becomes overtime included; "
    "that of a run or a study is of work on shift alone, in its counted period. All of it is arithmetic on means; nothing was simulated for it."
)
"""What the columns of a checked scenario mean."""
_MODELINE = re.compile(r"^# yaml-language-server:.*\n")
_TOP_KEY = re.compile(r"^([a-z_]+):", re.MULTILINE)


@click.command(short_help="Write a scenario to start from.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--what-if", is_flag=True, help="Write one that extends the base beside it.")
@click.option(
    "--ask",
    is_flag=True,
    help="Ask what you know of your desk, show what such a desk does, and write that.",
)
@force_option
@json_option
def new(path: Path, what_if: bool, ask: bool, as_json: bool) -> int:  # noqa: FBT001 - click passes flags by name
    """Write a commented scenario to PATH: a desk for 1,850 users, to be changed into yours.

    With --ask it is made from what you know: tickets, heads, hours, times, shares.
    """
    from sim.scenario.file import SUFFIXES  # noqa: PLC0415
    from sim.scenario.gallery import BASE, gallery  # noqa: PLC0415

    ends_in(path, SUFFIXES, "a scenario file")
    if ask and what_if:
        raise OutputError("--ask makes a desk of its own, and --what-if one that extends another")
    if ask:
        from sim.cli.facts import ask_for_desk  # noqa: PLC0415 - what computes comes late

        foresee((path, NEW))
        return ask_for_desk(path, as_json=as_json)
    text = gallery()[BASE].read_text(encoding="utf-8")
    contents = {path: commented(text)}
    if what_if:
        base = path.with_name(f"{BASE}.yaml")
        contents[path] = _WHAT_IF.format(base=base.name)
        if not base.exists():
            contents[base] = commented(text)
    foresee(*((place, NEW) for place in contents))
    written = [writing.write(place, content, NEW) for place, content in contents.items()]
    if as_json:
        say_json({"written": [str(one) for one in written]})
        return 0
    for one in written:
        click.echo(f"Written: {one}")
    say_next(f"tiersim check {pasted(path)}", "change it, then look for faults")
    return 0


_WHAT_IF = """\
# A what-if gives only what differs from the scenario that it extends.
extends: {base}
name: One more at L1
lesson: What do you expect? Write it down before you look.

tiers: {{L1: {{staff: {{day: 7}}}}}}
"""


def commented(text: str) -> str:
    """Put above each part of a scenario what it is about."""
    from sim.scenario.model import Scenario  # noqa: PLC0415

    head = (
        "# A scenario: a service desk, what it is asked, and what it has promised.\n"
        "# `tiersim check` finds slips; what is left out has a default (see `tiersim schema`).\n\n"
    )

    def with_comment(match: re.Match[str]) -> str:
        field = Scenario.model_fields.get(match[1])
        about = field.description if field is not None else None
        if field is not None and not about:
            about = (field.annotation.__doc__ or "").splitlines()[0]
        return f"# {about}\n{match[0]}" if about else match[0]

    return head + _TOP_KEY.sub(with_comment, _MODELINE.sub("", text))


@click.command(short_help="Find every fault; say what a scenario implies.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--warm-up",
    is_flag=True,
    help="Simulate too, to see whether the stated warm-up is long enough.",
)
@click.option(
    "--welch",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write Welch's plot of the warm-up there (.svg or .png), of the first of PATHS.",
)
@force_option
@json_option
def check(paths: tuple[Path, ...], warm_up: bool, welch: Path | None, as_json: bool) -> int:  # noqa: FBT001 - click passes flags by name
    """Find every fault in the files, and say what each scenario implies before any simulation."""
    from sim.scenario.file import base_of, load  # noqa: PLC0415
    from sim.study.footprint import footprint  # noqa: PLC0415
    from sim.study.foretold import foretold  # noqa: PLC0415
    from sim.study.implied import implied  # noqa: PLC0415
    from sim.study.second_looks import option_doubts, paid_lunch  # noqa: PLC0415

    faults: list[Fault] = []
    found: list[tuple[Path, Implied]] = []
    seen: dict[Path, Settling] = {}
    warm_up |= welch is not None
    if welch is not None:
        from sim.present.picture import chart_files  # noqa: PLC0415 - pictures are heavy

        for path in paths:
            reading.note(path)
        foresee(*chart_files(welch))
    for path in paths:
        try:
            scenario = load(path)
            known = implied(scenario)
        except ScenarioError as error:
            faults += error.faults
            continue
        faults += [Fault(what, key, str(path)) for key, what in known.errors]
        asked_back = [*foretold(scenario, known), *paid_lunch(scenario)]
        extended = base_of(path)
        if extended is not None:
            asked_back += option_doubts(load(extended), scenario)
        large = None if known.errors else footprint(scenario)
        if large is not None:
            asked_back += (large.sentence(),)
        known = replace(known, sentences=(*known.sentences, *asked_back))
        found.append((path, known))
        if warm_up and not known.errors:
            study, seen[path] = _filling_up(scenario)
            if welch is not None and path == paths[0]:
                study.chart("warm up").save(welch)
    if as_json:
        say_json(
            {
                "faults": [asdict(fault) for fault in faults],
                "scenarios": [
                    {
                        "file": str(path),
                        **known.plain(),
                        **({"warm_up": seen[path].plain()} if path in seen else {}),
                    }
                    for path, known in found
                ],
            }
        )
        return 2 if faults else 0
    for path, known in found:
        _say_implied(path, known)
        if path in seen:
            _say_settling(path, seen[path], welch if path == paths[0] else None)
    if found:
        click.echo(MEANINGS)
    sys.stdout.flush()
    for fault in faults:
        click.echo(str(fault), err=True)
    if faults:
        several = f"{len(faults)} faults" if len(faults) > 1 else "1 fault"
        click.echo(f"tiersim: {several}", err=True)
        return 2
    files = " ".join(map(pasted, paths))
    if len(paths) > 1:
        say_next(f"tiersim compare {files}", "what the desks differ in")
    else:
        say_next(f"tiersim run {files}", "play it once")
    return 0


def _say_implied(path: Path, known: Implied) -> None:
    faults = len(known.errors)
    verdict = (
        f"{faults} fault{'s' if faults > 1 else ''}, see below" if faults else "no fault found"
    )
    click.echo(f"{path}: {known.scenario}: {verdict}.")
    say_table(known.HEADINGS, known.rows())
    for sentence in known.sentences:
        click.echo(f"  {sentence}")
    click.echo()


def _filling_up(scenario: Scenario) -> tuple[Study, Settling]:
    """Simulate some replications, and look how the desk fills up."""
    from sim.study.compare import compare  # noqa: PLC0415 - what computes is imported when needed
    from sim.study.settling import settling  # noqa: PLC0415

    study = compare(scenario, replications=WARM_UP_REPLICATIONS, metrics=())
    return study, settling(study[0])


def _say_settling(path: Path, seen: Settling, welch: Path | None) -> None:
    from sim.study.showing import said  # noqa: PLC0415 - what computes is imported when needed

    rows = [
        (
            f"{number + 1}{' (warm-up)' if number < seen.stated else ''}",
            f"{backlog:,.1f}",
            "holiday" if number in seen.left_out else "",
        )
        for number, backlog in enumerate(seen.weeks)
    ]
    say_table(
        ("week", "open tickets", ""),
        rows,
        f"Open tickets, on average over the week and {WARM_UP_REPLICATIONS} replications: the desk fills up",
    )
    click.echo(f"  {said(seen.claim())}")
    if welch is None:
        click.echo(f"  Welch's plot of it: tiersim check {pasted(path)} --welch warm-up.svg")
    else:
        click.echo(f"  Welch's plot of it is in {welch}.")
    click.echo()


@click.command(short_help="Write the JSON Schema of scenario files.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file; printed if absent.")
@click.option(
    "--reference", "page", flag_value="reference", help="A page for reading, in Markdown, instead."
)
@click.option(
    "--mapping",
    "page",
    flag_value="mapping",
    help="The page about mapping files of exports instead.",
)
@force_option
def schema(output: Path | None, page: str | None) -> None:
    """Write the JSON Schema of scenario files, which lets an editor complete and check them."""
    from sim.intake.mapping_page import mapping_text  # noqa: PLC0415
    from sim.scenario.reference import reference_text  # noqa: PLC0415
    from sim.scenario.schema import schema_text  # noqa: PLC0415

    makers = {None: schema_text, "reference": reference_text, "mapping": mapping_text}
    text = makers[page]()
    if output is None:
        click.echo(text, nl=False)
        return
    foresee((output, page or "a schema"))
    writing.write(output, text, page or "a schema")
    click.echo(f"Written: {output}")
    if page is None:
        click.echo(f"First line of a scenario: # yaml-language-server: $schema={output.name}")
    if page == "mapping":
        say_next("tiersim calibrate export.csv", "how an export is read is written beside it")
    else:
        say_next("tiersim new my-desk.yaml", "a scenario to start from")
