"""Running something that may want too much memory or time, in a process of its own."""

import re
import subprocess
import sys
from pathlib import Path

from sim.limits import MEMORY_BESIDE, MEMORY_TIMES

TIMEOUT_S = 90
"""No measure: only so that what never ends, ends. What is bounded takes a tenth of it, or less."""
_AFTER = """
import atexit
def _peak():
    import sys
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM"):
            print("peak", line.split()[1], file=sys.stderr)
atexit.register(_peak)
"""
_PEAK = re.compile(r"^peak (\d+)$", re.MULTILINE)


def peak_of(code, *words, timeout=TIMEOUT_S):
    """Run code in a fresh process; returns its exit code, what it said, and its memory's peak in bytes."""
    done = subprocess.run(
        [sys.executable, "-c", _AFTER + code, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        cwd=Path(__file__).parents[1],
    )
    found = _PEAK.search(done.stderr)
    assert found, f"it did not end by itself: exit code {done.returncode}\n{done.stderr[-2000:]}"
    said = done.stdout + _PEAK.sub("", done.stderr)
    return done.returncode, said, int(found[1]) * 1024


def command(*words, timeout=TIMEOUT_S):
    """Run a command of ``tiersim``; returns what ``peak_of`` does."""
    return peak_of("from sim.__main__ import main; main()", *words, timeout=timeout)


def assert_within(peak, size):
    """Memory of reading an input: the bound that is promised for every kind."""
    most = MEMORY_TIMES * size + MEMORY_BESIDE
    assert peak <= most, f"{peak / 1e6:,.0f} MB for an input of {size:,} bytes"
