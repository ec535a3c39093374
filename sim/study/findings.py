"""What the pictures of a study show, as claims: the same that the answer says, and no more."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.study.asked import HEADLINE
from sim.study.claim import Claim
from sim.study.claims import changes_in, is_clear, kept_by
from sim.study.study import Change, Study


def levels_finding(study: Study) -> Claim:
    """Say how many of the options surely keep every promise, and how many surely do not."""
    kept = [kept_by(result) for result in study]
    figures = (
        ("options", len(study)),
        ("keep", sum(bool(one.total) and len(one.met) == one.total for one in kept)),
        ("miss", sum(bool(one.missed) for one in kept)),
        ("open", sum(not one.missed and bool(one.open) for one in kept)),
        ("unjudged", sum(bool(one.unjudged) for one in kept)),
    )
    return Claim("levels", figures=figures)


def clearest(study: Study, changes: Sequence[Change] | None = None) -> Claim:
    """Say which difference from the first is the surest: the least adjusted p, then the most errors.

    What is better or worse comes before what is only higher or lower.
    """
    judged = study.changes() if changes is None else changes
    # A change that hangs on one replication is none to be named, however sure it looks.
    known = [one for one in judged if not one.difference.estimate.dominated]
    shown = [one for one in known if one.effect in ("better", "worse")]
    shown = shown or [one for one in known if one.effect in ("higher", "lower")]
    base = study[0].name
    if not shown:
        return Claim("no difference", (base,))
    most = max(shown, key=lambda one: (-one.p_adjusted, standardised(one)))
    return Claim(
        "clearest difference",
        (most.scenario, base),
        (most.metric,),
        (("difference", most.difference.estimate), ("p adjusted", most.p_adjusted)),
    )


def standardised(change: Change) -> float:
    """Return a difference in its standard errors; endless where it never varies."""
    estimate = change.difference.estimate
    error = estimate.standard_error
    return abs(estimate.mean) / error if error else math.inf


def share_changed(study: Study) -> Claim | None:
    """Say which option's change of the first line's share is the surest; None where none is shown."""
    if HEADLINE not in study[0].metrics:
        return None
    changes = [
        change
        for name, change in changes_in(study, HEADLINE).items()
        if is_clear(study, study[name], HEADLINE)
    ]
    return clearest(study, changes) if changes else None
