"""Exports that could be real: each is read right or refused, never read wrong.

``python tests/bench plausible`` draws 200,000 of them (``TIERSIM_PLAUSIBLE`` says another number, or
``TIERSIM_PLAUSIBLE_SECONDS`` how long), each from a tool, a language, a form of dates, a separator and
faults (``tests/plausible.py``), holds what is read against what was written, and keeps
``results/bench/plausible.md``. Whatever is read wrong is named by its seed.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from plausible import FAULTS, FORMS, any_export, tools, wrongs

RESULTS = Path(__file__).parents[2] / "results" / "bench"
CASES = int(os.environ.get("TIERSIM_PLAUSIBLE", "200000"))
SECONDS = float(os.environ.get("TIERSIM_PLAUSIBLE_SECONDS", "inf"))
CORES = int(os.environ.get("TIERSIM_PLAUSIBLE_CORES", os.cpu_count() or 1))
FIRST = 1_000_000
"""Seeds from here on: those of the tests are others."""
PORTION = 250
SHOWN = 20


def _some(first: int) -> tuple[Counter[str], list[str]]:
    """Try a portion of the cases."""
    count, wrong = Counter[str](), []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + PORTION):
            made, about = any_export(seed)
            path = Path(folder, made.name)
            path.write_bytes(made.data)
            try:
                found = wrongs(path, made)
            except Exception as error:  # noqa: BLE001 - a finding, whatever it is
                found = [repr(error)[:200]]
            count["refused" if found is None else "wrong" if found else "right"] += 1
            wrong += [f"{about}: {', '.join(found)}"] if found else []
    return count, wrong


def main() -> None:
    """Try all cases, or as many as the time allows, and keep the table."""
    begin, count, wrong = time.monotonic(), Counter[str](), list[str]()
    portions = iter(range(FIRST, FIRST + CASES, PORTION))
    with ProcessPoolExecutor(CORES) as pool:
        while time.monotonic() - begin < SECONDS and (
            some := [first for _, first in zip(range(CORES), portions, strict=False)]
        ):
            for part, bad in pool.map(_some, some):
                count += part
                wrong += bad
            sys.stdout.write(f"{dict(count)} {time.monotonic() - begin:.0f} s\n")
            sys.stdout.flush()
    about = (
        f"`python tests/bench plausible`, {dt.datetime.now(dt.UTC):%Y-%m-%d}: {count.total():,} of "
        f"{CASES:,} exports asked for, drawn from {len(tools())} tools in seven languages, "
        f"{len(FORMS)} forms of dates besides the tools' own, and up to three of {len(FAULTS)} faults each."
    )
    lines = [
        "# Exports that could be real",
        "",
        about,
        "",
        "| read right | refused | read wrong |",
        "|---|---|---|",
        f"| {count['right']:,} | {count['refused']:,} | {count['wrong']:,} |",
        "",
        *(f"- {one}" for one in wrong[:SHOWN]),
    ]
    RESULTS.mkdir(parents=True, exist_ok=True)
    text = "\n".join(lines).rstrip() + "\n"
    (RESULTS / "plausible.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
