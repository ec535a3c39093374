"""The signs that a support model does not work, as a client reads them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from sim import outcome
from sim.present.numbers import NOTHING, interval, measured, written_change
from sim.scenario.wording import listed
from sim.study.asked import words
from sim.study.signs import Sign, Tried

HEADINGS: Final = ("sign", "measured", "a sign", "verdict")
LEVER_HEADINGS: Final = ("what was tried", "what it moves", "costs in a week", "helps")
MARKS: Final = {
    "shows": "✗",
    "does not show": "✓",
    "not yet known": "?",
    "not measured": "–",
}
_LEVERS_NAMED: Final = 3


def sign_rows(signs: Sequence[Sign], currency: str = "") -> list[tuple[str, ...]]:
    """Return the signs as a table, under ``HEADINGS``."""
    return [
        (
            sign.name,
            measured(sign.estimate, words(sign.metric, currency).write) + each(sign),
            threshold_words(sign, currency),
            f"{MARKS[sign.word]} {sign.word}",
        )
        for sign in signs
    ]


def each(sign: Sign) -> str:
    """Say what there are so many of a figure for, where it is a count: ``" per escalated ticket"``."""
    known = outcome.metric(sign.metric)
    if math.isnan(sign.estimate.mean) or not known.unit.startswith("per "):
        return ""
    return " per escalated ticket" if "escalated" in known.denominator else " per ticket"


def threshold_words(sign: Sign, currency: str = "") -> str:
    """Say from where on a figure is a sign."""
    side = "above" if sign.better == "lower" else "below"
    return f"{side} {words(sign.metric, currency).write(sign.threshold)}"


def lever_rows(sign: Sign, currency: str = "") -> list[tuple[str, ...]]:
    """Return what was tried against a sign, best first, under ``LEVER_HEADINGS``."""
    return [
        (
            tried.lever.name,
            written_change(sign.metric, tried.effect.estimate, currency),
            spent_words(tried, currency),
            "yes" if tried.helps else "not shown",
        )
        for tried in sign.tried
    ]


def spent_words(tried: Tried, currency: str = "") -> str:
    """Say what a lever costs in a week, lost time of users included; an estimate.

    The lever's own price, as training hours, is part of it.
    """
    if math.isnan(tried.cost.estimate.mean):
        return NOTHING
    low, high = (
        end + tried.lever.price for end in (tried.cost.estimate.low, tried.cost.estimate.high)
    )
    known = words("total_cost", currency)
    if low <= 0 <= high:
        return f"about nothing ({known.write_change(low)} to {known.write_change(high)})"
    way = "saves" if high < 0 else "costs"
    ends = sorted((abs(low), abs(high)))
    return f"{way} {known.write(abs(tried.spent))} ({interval(known.write, *ends)})"


def sign_sentences(sign: Sign, currency: str = "") -> Iterator[str]:
    """Say what a sign is, what it looks like here, and what moves it most for its money."""
    write = words(sign.metric, currency).write
    label = words(sign.metric, currency).label
    if sign.word == "not measured":
        yield f"{_upper(sign.name)}: not measured on this desk."
        return
    yield (
        f"{_upper(sign.name)}: {_verdict(sign)}. {label}: {measured(sign.estimate, write)}{each(sign)}; it "
        f"would be a sign {threshold_words(sign, currency)}."
    )
    if sign.word == "does not show":
        return
    figures = listed(
        f"{_label(name)} {measured(one, words(name, currency).write)}"
        for name, one in sign.evidence.items()
        if not math.isnan(one.mean)
    )
    yield (
        f"What it may mean: {sign.question}. Here: {figures}."
        if figures
        else (f"What it may mean: {sign.question}.")
    )
    helpful = [tried for tried in sign.tried if tried.helps]
    if not sign.tried:
        yield "Nothing was tried against it: no lever of this desk touches it."
    elif not helpful:
        names = listed(tried.lever.name for tried in sign.tried)
        yield f"Tried on the same tickets: {names}. None is shown to help."
    else:
        best, *others = helpful[:_LEVERS_NAMED]
        moved = written_change(sign.metric, best.effect.estimate, currency)
        if spent_words(best, currency) == NOTHING:
            yield f"What helps most: {best.lever.name}, which moves it by {moved}; no costs are stated."
        else:
            yield (
                f"What helps most for its money: {best.lever.name}, which moves it by {moved} and "
                f"{spent_words(best, currency)} a week."
            )
        if others:
            yield (
                "Also: "
                + "; ".join(
                    f"{one.lever.name}, {written_change(sign.metric, one.effect.estimate, currency)}"
                    + (
                        ""
                        if spent_words(one, currency) == NOTHING
                        else f", {spent_words(one, currency)} a week"
                    )
                    for one in others
                )
                + "."
            )


def _verdict(sign: Sign) -> str:
    if sign.word == "not yet known":
        return "not yet known whether it shows"
    return sign.word


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _label(metric: str) -> str:
    """Write a metric's label inside a sentence: ``bounces (returned)``."""
    label, _, variant = words(metric).label.partition(": ")
    lowered = label[:1].lower() + label[1:]
    return f"{lowered} ({variant})" if variant else lowered
