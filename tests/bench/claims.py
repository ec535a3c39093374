"""Every claim of a hundred thousand made studies, checked: the long form of ``tests/study/test_claims.py``.

    python tests/bench/claims.py --count 100000 --first 2000

Prints how many studies and claims were checked, of which kinds of desks, and each that did not hold.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from claims_made import remembered
from claims_surfaces import hold

from sim.study import trouble

EACH = 5000


def main() -> int:
    """Check, and return 1 if any claim did not hold."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--count", type=int, default=100_000)
    asked.add_argument("--first", type=int, default=2000)
    given = asked.parse_args()
    trouble.implied = remembered
    began, claims, failed = time.perf_counter(), 0, 0
    for number, seed in enumerate(range(given.first, given.first + given.count), 1):
        try:
            claims += hold(seed)
        except Exception as error:  # noqa: BLE001 - all that goes wrong is what is looked for
            failed += 1
            sys.stdout.write(f"study {seed}: {type(error).__name__}: {error}\n")
        if number % EACH == 0 or number == given.count:
            took = time.perf_counter() - began
            sys.stdout.write(
                f"{number:,} studies, {claims:,} claims, {failed} failed, {took:,.0f} s\n"
            )
            sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
