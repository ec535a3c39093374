"""What a reader of a study has to know before its figures are trusted, as claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.study.alike import differing
from sim.study.claim import Claim
from sim.study.settling import too_short
from sim.study.trouble import hang_up, hanging, slow

if TYPE_CHECKING:
    from sim.study.study import Study


def cautions(study: Study) -> tuple[Claim, ...]:
    """List what to mind, the gravest first.

    Desks that cannot be judged; then those that are not like the first; queues that callers
    leave in numbers, that are slow to settle, or a warm-up that is too short; and differences that hang on one replication.
    """
    found = [one.trouble.claim(one.name) for one in study.results if one.trouble]
    found += differing(study.results)
    for result in study.results:
        if result.trouble:
            continue
        found += [one for one in (hang_up(result), slow(result) or too_short(result)) if one]
    found += hanging(study.results, study.metrics)
    return tuple(found)
