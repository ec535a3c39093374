"""The report: what a study found, in one file that can be handed on.

By the ending of its name it becomes a page (``.html``), a paper (``.pdf``), slides (``.pptx``) or a
workbook (``.xlsx``). The page asks no other host, needs no script but for a film, prints, and follows
a reader's dark mode.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim import writing
from sim.errors import MissingExtraError, OutputError
from sim.present import report_tables as tables
from sim.present.answer import RULE, answer
from sim.present.assumptions import assumptions
from sim.present.charts.catalogue import standard
from sim.present.charts.searched import searched as searched_chart
from sim.present.inline_svg import Pictures, variables
from sim.present.picture import CHART, Chart
from sim.present.questions import answers
from sim.present.say import say
from sim.present.sentences import changed_words, footer
from sim.present.templates import environment, file_name, image, inline
from sim.present.text import one_line, plural
from sim.present.theme import DEFAULT, Theme
from sim.scenario.wording import did_you_mean
from sim.study.claims import first_line, promise_claim
from sim.study.listing import judged_together
from sim.study.periods import period_words
from sim.study.signs import Sign
from sim.study.study import Study

if TYPE_CHECKING:
    from sim.outcome.run import Run
    from sim.present.search_answer import Told

KINDS: Final = {
    ".html": "sim.present.report:html",
    ".htm": "sim.present.report:html",
    ".pdf": "sim.present.paper:pdf",
    ".pptx": "sim.present.deck:deck",
    ".xlsx": "sim.present.workbook:workbook",
}
NEEDS: Final = {
    ".pdf": ("weasyprint", "weasyprint", "pdf", "A PDF report"),
    ".pptx": ("pptx", "python-pptx", "office", "The deck"),
    ".xlsx": ("xlsxwriter", "XlsxWriter", "office", "The workbook"),
}
"""What an ending needs: its module; package, extra and purpose, where that is missing."""
REPORT: Final = "a report"
TEMPLATE: Final = "report.html.j2"
STRICT_TEMPLATE: Final = "strict.html.j2"


@dataclass(frozen=True)
class Asked:
    """What a report is asked to hold beside the study.

    Attributes
    ----------
    theme : Theme
    scenario : str or int or None
        Which scenario the charts of one scenario show; the one that the answer names if None.
    signs : sequence of Sign
        Of the first scenario, where they were looked for.
    run : Run or None
        A replication to be shown as an animation.
    strict : bool
        Whether the STRESS-DES check-list is filled.
    searched : Told or None
        What a search has to say, where the study is about the desk that it found.
    charts : sequence of Chart or None
        Those of ``charts_of``, where several files share them: each is then drawn once in a size.
    """

    theme: Theme = DEFAULT
    scenario: str | int | None = None
    signs: Sequence[Sign] = ()
    run: Run | None = None
    strict: bool = False
    searched: Told | None = None
    charts: Sequence[Chart] | None = None


def write(
    study: Study,
    path: str | Path,
    *,
    theme: Theme = DEFAULT,
    scenario: str | int | None = None,
    signs: Sequence[Sign] = (),
    run: Run | None = None,
    strict: bool = False,
    searched: Told | None = None,
) -> Path:
    """Write a report of a study; the ending of the name says what kind.

    Parameters
    ----------
    study : Study
    path : path
        ``.html``, ``.pdf`` (extra ``pdf``), ``.pptx`` or ``.xlsx`` (extra ``office``).
    theme : Theme
        See ``sim.present.load_theme``.
    scenario : str or int, optional
        Which scenario the charts of one scenario show; by default the one that the answer names.
    signs : sequence of Sign
        What ``sim.study.signs.signs`` found, to be shown too.
    run : Run, optional
        A replication to be shown as an animation (in ``.html``).
    strict : bool
        Fill the STRESS-DES check-list (in ``.html`` and ``.pdf``).
    searched : Told, optional
        What ``sim.present.search_answer.tell`` says of a search (in ``.html`` and ``.pdf``).

    Raises
    ------
    OutputError
        If the ending is another one, or the file cannot be written; no half of it is left.
    MissingExtraError
        If an optional package is missing.
    """
    return _write(study, Path(path), Asked(theme, scenario, signs, run, strict, searched))


def write_all(
    study: Study, paths: Iterable[str | Path], asked: Asked, *, charts_in: Path | None = None
) -> list[Path]:
    """Write several reports of a study, and its charts, each picture drawn once.

    Parameters
    ----------
    study : Study
    paths : iterable of path
        As for ``write``.
    asked : Asked
    charts_in : path, optional
        Where every chart is to stand as SVG, PNG and CSV too.

    Returns
    -------
    list of Path
        The files written, those of the charts last.
    """
    asked = replace(asked, charts=charts_of(study, asked))
    written = [_write(study, Path(path), asked) for path in paths]
    if charts_in is not None:
        written += _save_charts(charts_of(study, asked), charts_in, ("svg", "png"))
    return written


def _write(study: Study, path: Path, asked: Asked) -> Path:
    check_kind(path)
    module, function = KINDS[path.suffix.lower()].split(":")
    make = getattr(importlib.import_module(module), function)
    made: bytes = make(study, asked)
    return writing.write(path, made, REPORT)


def check_kind(path: Path) -> None:
    """Refuse a report that cannot be made, before anything is read or simulated for it.

    Raises
    ------
    OutputError
        If the name ends otherwise.
    MissingExtraError
        If an optional package is missing.
    """
    ending = path.suffix.lower()
    if ending not in KINDS:
        hint = did_you_mean(path.suffix, KINDS)
        raise OutputError(f"{path}: a report is written as .html, .pdf, .pptx or .xlsx{hint}")
    if ending in NEEDS:
        module, *missing = NEEDS[ending]
        if importlib.util.find_spec(module) is None:
            raise MissingExtraError(*missing)


def charts_of(study: Study, asked: Asked) -> list[Chart]:
    """Return the charts of a report."""
    if asked.charts is not None:
        return list(asked.charts)
    scenario = answer(study).best.name if asked.scenario is None else asked.scenario
    return list(standard(study, theme=asked.theme, scenario=scenario))


def save_charts(
    study: Study,
    folder: str | Path,
    *,
    theme: Theme = DEFAULT,
    scenario: str | int | None = None,
    kinds: Iterable[str] = ("svg", "png"),
) -> list[Path]:
    """Write every chart of a study into a folder, each with its numbers as CSV.

    Parameters
    ----------
    study : Study
    folder : path
        It is made if it does not exist.
    theme : Theme
    scenario : str or int, optional
        As for ``write``.
    kinds : iterable of {"svg", "png"}

    Returns
    -------
    list of Path
        The files written, the CSV files last of each chart.
    """
    return _save_charts(charts_of(study, Asked(theme, scenario)), Path(folder), kinds)


def _save_charts(charts: Iterable[Chart], folder: Path, kinds: Iterable[str]) -> list[Path]:
    written: dict[Path, None] = {}
    writing.make_folder(folder)
    for number, chart in enumerate(charts, 1):
        for kind in kinds:
            name = f"{number:02}-{file_name(chart.name)}.{kind}"
            written |= dict.fromkeys(chart.save(folder / name))
    # A chart that is no longer drawn would pass for one of this study.
    writing.remove_others(folder, CHART, written)
    return list(written)


def html(study: Study, asked: Asked) -> bytes:
    """Return the report as one HTML file."""
    return page(study, asked, paper=False).encode()


def page(study: Study, asked: Asked, *, paper: bool) -> str:
    """Fill the template.

    Parameters
    ----------
    study : Study
    asked : Asked
    paper : bool
        For a PDF: pictures stand as images, since its maker knows no picture that borrows letters
        from another, and what a page folds away is open.
    """
    pictures = Pictures(asked.theme)
    drawn = charts_of(study, asked)
    if asked.searched is not None:
        drawn.append(searched_chart(asked.searched.found, theme=asked.theme))
    shown = [image(chart) if paper else inline(pictures, chart) for chart in drawn]
    found = answer(study)
    return (
        environment()
        .get_template(TEMPLATE)
        .render(
            paper=paper,
            together=judged_together(study),
            title=", ".join(one_line(name) for name in study.names[:4])
            + (f" and {plural(len(study) - 4, 'more option')}" if len(study) > 4 else ""),  # noqa: PLR2004 - as many fit
            answer=found,
            rule=RULE,
            study=study,
            period=period_words(study[0].scenario),
            options=tables.options(study),
            levels=[tables.service_levels(result) for result in study],
            sentences=[
                [say(promise_claim(r, name), study) for name in r.scenario.service_levels]
                for r in study
            ],
            shares=tables.l1_shares(study),
            share_sentences=[say(first_line(result), study) for result in study],
            handovers=tables.handovers(study),
            tiers=[tables.tiers(result) for result in study],
            questions=answers(study, found.best.name),
            score=tables.score(study),
            signs=tables.signs_beside(study),
            tried=tables.signs_table(asked.signs, study[0].scenario.costs.currency)
            if asked.signs
            else None,
            searched=asked.searched,
            charts=shown,
            letters="" if paper else pictures.definitions(),
            dark=variables(asked.theme),
            colours=asked.theme.colours,
            logo=asked.theme.logo_uri(),
            changes=tables.changes(study),
            changed=[(result.name, changed_words(result)) for result in study],
            scenarios=[result.scenario for result in study],
            assumptions=assumptions(study[0].scenario),
            method=tables.method(study),
            definitions=tables.definitions(study),
            manifest=study.manifest,
            manifest_json=study.manifest.to_json(),
            footer=footer(study, brand=asked.theme.footer),
            animation=_animation(asked, paper=paper),
            strict=_strict(study) if asked.strict else "",
        )
    )


def _strict(study: Study) -> Any:
    """Return the check-list of the reporting standard."""
    from markupsafe import Markup  # noqa: PLC0415 - to write alone

    from sim.present import stress  # noqa: PLC0415 - only where it is asked for

    items = stress.checklist(study)
    filled = environment().get_template(STRICT_TEMPLATE)
    page_part = filled.render(
        source=stress.SOURCE,
        summary=stress.summary(items),
        gaps=stress.missing(items),
        items=items,
    )
    # The template has escaped what users wrote.
    return Markup(page_part)  # noqa: S704


def _animation(asked: Asked, *, paper: bool) -> Any:
    """Return the snippet that plays a replication; nothing where none is asked for."""
    if asked.run is None or paper:
        return ""
    from markupsafe import Markup  # noqa: PLC0415 - to write alone

    from sim.present.animation import animate  # noqa: PLC0415 - only where it is asked for

    # The snippet escapes what users wrote by itself.
    return Markup(animate(asked.run, theme=asked.theme).html())  # noqa: S704
