"""Why the first line resolves less than it should, as a client reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sim.present.numbers import measured, written_change
from sim.present.sentences import written
from sim.present.text import one_line, shortened
from sim.study.asked import words
from sim.study.causes import Split

HEADINGS: Final = ("cause", "accounts for", "of the gap", "what was mended")
_CHANGES_SHOWN: Final = 3
_SMALL: Final = 0.005
"""Points of a share (half of one) below which shares of a gap say nothing."""


def split_rows(split: Split) -> list[tuple[str, ...]]:
    """Return the causes as a table, the largest first, under ``HEADINGS``."""
    ordered = sorted(split.parts.items(), key=lambda item: -item[1].mean)
    return [
        (
            cause,
            written_change(split.metric, part),
            f"{round(100 * part.mean / split.gap)} %" if abs(split.gap) > _SMALL else "–",
            shortened(_changes(split.changes[cause]), 90),
        )
        for cause, part in ordered
    ]


def _changes(changes: dict[str, object]) -> str:
    shown = [f"{path} {written(value)}" for path, value in changes.items()]
    more = len(shown) - _CHANGES_SHOWN
    return "; ".join(shown[:_CHANGES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def split_sentences(split: Split, name: str, healthy: str) -> Iterator[str]:
    """Say how large the gap is, and what accounts for it.

    Parameters
    ----------
    split : Split
    name, healthy : str
        Of the desk, and of the one whose values were taken over.
    """
    write = words(split.metric).write
    yield (
        f"{one_line(name)}: {words(split.metric).label.lower()}, {measured(split.as_is, write)}. With "
        f"the training, documentation and staffing of {one_line(healthy)} at the first line it would "
        f"be {measured(split.healthy, write)}."
    )
    if abs(split.gap) <= _SMALL:
        yield "There is no gap worth splitting."
        return
    ordered = sorted(split.parts.items(), key=lambda item: -item[1].mean)
    cause, part = ordered[0]
    if not part.low > 0:
        yield "No cause is shown to account for it: more replications are needed."
    else:
        yield f"Most of the gap is {cause}: {written_change(split.metric, part)}."
    for cause, part in ordered[1:]:
        if part.low <= 0 <= part.high:
            yield f"Of {cause} no effect is shown: {written_change(split.metric, part)}."
        else:
            yield f"{cause.capitalize()}: {written_change(split.metric, part)}."
    yield "The parts add up to the gap; each is what a cause adds on average over all orders of mending."
