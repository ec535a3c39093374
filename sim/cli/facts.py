"""``tiersim new --ask``: a desk from what somebody knows of theirs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim import writing
from sim.cli.saying import progress, say_json, say_next, say_table
from sim.errors import OutputError, UnitError
from sim.reading import pasted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.facts.conflicts import Conflict
    from sim.facts.infer import Inferred
    from sim.facts.questions import Question

NEW = "a new scenario"
"""What `tiersim new` calls the file that it writes."""


def ask_for_desk(path: Path, *, as_json: bool) -> int:
    """Ask, infer, show, and write the desk that somebody recognises as theirs; returns the exit code."""
    answers: dict[str, str] = {}
    while True:
        _ask_all(answers)
        click.echo(
            "Looking for the desk that does what you say; that takes up to some minutes.", err=True
        )
        found = _inferred(answers, path.stem)
        clash = _show(found, as_json=as_json)
        if as_json or _agreed(clash):
            break
        click.echo("Then answer again; Enter keeps what you said.\n")
    if as_json and clash is not None:
        return 2
    _write(found, clash, path)
    if not as_json:
        click.echo(f"Written: {path}")
        say_next(f"tiersim check {pasted(path)}", "what it implies; then options that extend it")
    return 0


def _agreed(clash: Conflict | None) -> bool:
    """Ask whether it is the desk, or is to be written although its facts do not agree."""
    question = (
        "Is this your desk?"
        if clash is None
        else "Write it all the same, with that as its caution?"
    )
    try:
        return click.confirm(question, default=clash is None, err=True)
    except click.Abort:
        raise OutputError(f"No answer came to: {question} Nothing is written.") from None


def _ask_all(answers: dict[str, str]) -> None:
    from sim.facts.questions import QUESTIONS  # noqa: PLC0415 - what computes comes late

    for question in QUESTIONS:
        answers[question.key] = _asked(question, answers.get(question.key, question.usual))


def _asked(question: Question, before: str) -> str:
    """Ask until the answer can be read."""
    while True:
        try:
            answer = click.prompt(
                f"{question.text}\n  ({question.example})",
                default=before or None,
                show_default=bool(before),
                err=True,
                prompt_suffix=" ",
            )
        except click.Abort:
            raise OutputError(f"No answer came to: {question.text} Nothing is written.") from None
        try:
            question.read(str(answer))
        except (UnitError, ValueError) as error:
            click.echo(f"  {_first_line(error)}", err=True)
            continue
        return str(answer)


def _first_line(error: Exception) -> str:
    """Return what is wrong, without what a checker of types says around it."""
    lines = [line.strip() for line in str(error).splitlines() if "Value error" in line]
    text = lines[0].split("Value error, ")[1].split(" [type=")[0] if lines else str(error)
    return text.splitlines()[0]


def _inferred(answers: Mapping[str, str], name: str) -> Inferred:
    from sim.facts.infer import infer  # noqa: PLC0415
    from sim.facts.questions import known_from  # noqa: PLC0415
    from sim.facts.stated import facts  # noqa: PLC0415

    return infer(facts(known_from(answers, name.replace("-", " ").capitalize() or "Our desk")))


def _show(found: Inferred, *, as_json: bool) -> Conflict | None:
    """Show the table, and what cannot be, or what is open; returns what cannot be."""
    from sim.facts import left_open  # noqa: PLC0415
    from sim.facts.conflicts import conflict  # noqa: PLC0415
    from sim.present import facts_words as words  # noqa: PLC0415
    from sim.study.compare import compare  # noqa: PLC0415

    study = compare([found.scenario()], replications=left_open.REPLICATIONS, curves=False)
    rows = words.today_rows(found, study[0])
    with progress("Changes tried", shown=not as_json) as bar:
        clash = conflict(found, progress=bar)
    open_rows = left_open.left_open(found) if clash is None else ()
    if as_json:
        say_json(
            {
                "today": [
                    dict(zip(("figure", "said", "does", "word"), row, strict=True)) for row in rows
                ],
                "conflict": None if clash is None else _plain(clash),
                "open": list(words.open_lines(open_rows)),
            }
        )
        return clash
    click.echo()
    say_table(words.HEADINGS, rows, "Is this your desk?")
    for line in words.conflict_lines(clash) if clash is not None else words.open_lines(open_rows):
        click.echo(line)
    click.echo()
    return clash


def _plain(clash: Conflict) -> dict[str, Any]:
    return {
        "missed": [{**asdict(fact), "does": does} for fact, does in clash.missed],
        "overloaded": [{"tier": tier, "load": load} for tier, load in clash.overloaded],
        "ways_out": [asdict(way) for way in clash.ways_out],
    }


def _write(found: Inferred, clash: Conflict | None, path: Path) -> None:
    from sim.present.facts_words import file_text  # noqa: PLC0415

    writing.write(path, file_text(found, clash), NEW)
