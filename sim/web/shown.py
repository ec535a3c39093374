"""What the page shows as HTML: the verdict, base beside change, and pictures in the reader's light.

Whatever a user wrote is escaped here, or by Jinja.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from sim.present.animation import Film, animate
from sim.present.answer import Answer
from sim.present.inline_svg import dark_colours, variables
from sim.present.picture import Chart
from sim.present.say import band_words, goal_words, left, position, promise
from sim.present.sentences import MARKS, change, figure
from sim.present.templates import environment
from sim.present.text import kept_together, one_line
from sim.present.theme import DEFAULT, Colours, Theme
from sim.scenario.model import Scenario
from sim.study.asked import HEADLINE, level_metric, words
from sim.study.claims import cost_metric, left_unanswered
from sim.study.evaluate import replicate
from sim.study.result import Result
from sim.study.study import Study

FILM_LENGTH: Final = "3 d"
_MARKUP: Final = re.compile(r"([\\`*_\[\]<>$:~#|]|(?<=www)\.)")


def plain(text: str) -> str:
    r"""Write a user's text so that Streamlit's Markdown shows it as it is.

    Examples
    --------
    >>> print(plain("![x](http://example.org) $5"))
    !\[x\](http\://example.org) \$5
    """
    return _MARKUP.sub(r"\\\1", one_line(text))


@cache
def theme(*, dark: bool) -> Theme:
    """Return the theme of charts for the reader's light."""
    if not dark:
        return DEFAULT
    becomes = dark_colours(DEFAULT)
    known = DEFAULT.colours
    quiet = ("ink", "muted", "grid", "shade", "paper", "good", "bad", "unsure")
    colours = {name: becomes[getattr(known, name).lower()] for name in quiet}
    series = tuple(becomes[one.lower()] for one in known.series)
    return replace(DEFAULT, colours=Colours(series=series, **colours))


_STYLE: Final = """
<style>
[data-testid=stMainBlockContainer]{padding-top:3.4rem}
[data-testid=stStatusWidget]{display:none}
[data-testid=stHeader]{background:transparent}
.tiersim{line-height:1.45;overflow-wrap:anywhere}
.tiersim h1{font-size:1.05rem;opacity:.8;font-weight:600;margin:0;padding:0}
.tiersim h2{font-size:1.35rem;line-height:1.3;margin:0 0 .4rem;padding:0}
.tiersim .answer{border-left:5px solid #0072B2;padding:.1rem 0 .1rem .9rem}
.tiersim ul{margin:.2rem 0;padding-left:1.1rem}
.tiersim .small{font-size:.86rem;font-weight:400;opacity:.8}
.tiersim .for-phone{display:none}
.tiersim#whose{border-left:5px solid UNSURE;padding:.1rem 0 .1rem .9rem}
body:has(#busy) :is(#verdict,.st-key-reasons,.st-key-beside){display:none}
.tiersim table{border-collapse:collapse;width:100%;font-size:.92rem}
.tiersim th,.tiersim td{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0;border-bottom:1px solid rgba(128,128,128,.35);font-variant-numeric:tabular-nums}
.tiersim thead th{font-size:.82rem;opacity:.8}
.tiersim .now{font-weight:600}
.tiersim img{width:100%;height:auto;display:block}
@media (max-width:640px){
/* What a moved slider does stays in sight. */
[data-testid=stLayoutWrapper]:has(>.st-key-headline){position:sticky;top:0;z-index:9;background:PAPER;padding:.5rem 1.6rem .5rem 0}
.tiersim h2{font-size:1.05rem}
.tiersim .for-desk{display:none}.tiersim .for-phone{display:block}
.tiersim thead{display:none}.tiersim tr{display:block;padding:.4rem 0;border-bottom:2px solid rgba(128,128,128,.35)}
.tiersim tbody th,.tiersim tbody td{display:block;border:0;padding:.1rem 0}
.tiersim td[data-label]{display:grid;grid-template-columns:7rem 1fr;gap:.6rem}
.tiersim td[data-label]::before{content:attr(data-label);opacity:.8;font-size:.82rem}
}
</style>
"""


def style(*, dark: bool) -> str:
    """Return the style sheet of what is shown here, in the reader's light."""
    colours = theme(dark=dark).colours
    return _STYLE.replace("PAPER", colours.paper).replace("UNSURE", colours.unsure)


def headline(found: Answer) -> str:
    """Return the answer in one sentence."""
    return (
        '<div class="tiersim"><div class="answer" role="status" aria-live="polite">'
        f'<h2 id="verdict">{_text(found.headline)}</h2></div></div>'
    )


def whose(text: str) -> str:
    """Return a remark that stands above the answer, so that it is taken for nobody else's."""
    return f'<div class="tiersim" id="whose" role="status">{_text(text)}</div>'


def busy(text: str) -> str:
    """Return a remark in place of all that is shown of another desk; see the style sheet."""
    return f'<div class="tiersim" id="busy" role="status">{_text(text)}</div>'


def reasons(found: Answer) -> str:
    """Return what the answer gains, and how sure it is."""
    told = "".join(f"<li>{_text(sentence)}</li>" for sentence in found.sentences)
    return f'<div class="tiersim"><ul id="reasons">{told}</ul></div>'


def beside(study: Study) -> str:
    """Return the base beside the change: L1 share in its band, service levels, cost."""
    results = list(study)
    headings = ["", *(one_line(r.name) for r in results), *(["difference"] * (len(results) > 1))]
    metrics = [HEADLINE] * (HEADLINE in results[0].metrics)
    levels = dict.fromkeys(name for r in results for name in r.scenario.service_levels)
    metrics += [level_metric(name) for name in levels]
    cost = cost_metric(results)
    # Who gives work to a provider pays for it: staff alone would flatter the change.
    costs = ("staff_cost", "provider_cost", *([] if cost is None else [cost]))
    metrics += dict.fromkeys(metric for metric in costs if _paid(results, metric))
    rows = "".join(_row(study, metric, headings, levels) for metric in metrics)
    head = "".join(f'<th scope="col">{html.escape(one)}</th>' for one in headings)
    return (
        f'<div class="tiersim"><table id="beside"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _paid(results: Sequence[Result], metric: str) -> bool:
    """Tell whether any desk pays something of that kind."""
    return any(metric in r.metrics and r.estimate(metric).mean > 0 for r in results)


def _row(study: Study, metric: str, headings: list[str], levels: dict[str, None]) -> str:
    results = list(study)
    label = words(metric, results[0].scenario.costs.currency).label
    level = next((name for name in levels if level_metric(name) == metric), None)
    under = ""
    if level is not None:
        label = label.removeprefix("Service level: ")
        first = next(r for r in results if level in r.scenario.service_levels)
        under = promise(first.scenario.service_levels[level])
    elif metric == HEADLINE:
        under = f"healthy band {band_words(results[0].scenario.bands.healthy)}"
    cells = [_cell(result, metric, level) for result in results]
    if len(results) > 1:
        both = all(metric in r.metrics for r in results)
        cells.append(_text(change(results[1], metric)) if both else "–")
    told = "".join(
        f'<td data-label="{html.escape(name, quote=True)}"><span>{cell}</span></td>'
        for name, cell in zip(headings[1:], cells, strict=True)
    )
    small = f'<div class="small">{_text(under)}</div>' if under else ""
    return f'<tr><th scope="row">{_text(label)}{small}</th>{told}</tr>'


def _cell(result: Result, metric: str, level: str | None) -> str:
    if metric not in result.metrics:
        return "–"
    said = f'<span class="now">{_text(figure(result, metric))}</span>'
    if level is not None and level in result.scenario.service_levels:
        known = result.verdict(level)
        goal = goal_words(result.scenario.service_levels[level])
        gone = left(left_unanswered(result, level))
        said += f'<div class="small">{MARKS[known.word]} {_text(str(known))}, {_text(goal + gone)}</div>'
    elif metric == HEADLINE:
        band = result.scenario.bands.healthy
        where = position(result.estimate(metric), band.low, band.high)
        said += f'<div class="small">{_text(where)} the band</div>'
    return said


def note(text: str) -> str:
    """Return a remark, as in place of a chart that cannot be drawn."""
    return f'<div class="tiersim small">{_text(text)}</div>'


def picture(chart: Chart, *, wide: bool = False) -> str:
    """Return a chart as an image: the small drawing, which a phone and half a desk can read.

    Parameters
    ----------
    chart : Chart
    wide : bool
        Whether a desk gives it the whole width, and so the large drawing.
    """
    if not wide:
        return f'<div class="tiersim">{_image(chart, "phone", "")}</div>'
    both = _image(chart, "slide", "for-desk") + _image(chart, "phone", "for-phone")
    return f'<div class="tiersim">{both}</div>'


def _image(chart: Chart, size: str, kind: str) -> str:
    uri = base64.b64encode(chart.svg(size).encode()).decode()
    label = html.escape(f"{chart.title}. {chart.subtitle}", quote=True)
    return f'<img class="{kind}" alt="{label}" src="data:image/svg+xml;base64,{uri}">'


def film(scenario: Scenario, seed: int, *, dark: bool) -> str:
    """Return a page that plays some days of one replication."""
    shown: Film = animate(replicate(scenario, seed=seed), length=FILM_LENGTH)
    colours = theme(dark=dark).colours
    dyes = f":root{{{variables(DEFAULT)}}}" if dark else ""
    page = environment().from_string(
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title>'
        "<style>{{ dyes|safe }}body{margin:0;background:{{ paper }}}figure{margin:0!important;"
        "max-width:none!important}</style></head><body>{{ film|safe }}</body></html>"
    )
    # The film escapes what users wrote by itself.
    return page.render(title=shown.title, dyes=dyes, paper=colours.paper, film=shown.html())


def _text(text: str) -> str:
    return html.escape(kept_together(one_line(text)))
