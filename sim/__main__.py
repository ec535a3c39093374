"""``python -m sim`` is the command ``tiersim``."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run the command, and leave with its exit code."""
    # Nothing that happens to be installed beside has a say in how a scenario is read; and looking
    # for such plugins goes through every package there is, at every start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    from sim.cli.top import main as run  # noqa: PLC0415 - importing this module costs nothing

    code = run()
    # What is left goes with the process: searching it for cycles takes a fifth of a short command.
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
