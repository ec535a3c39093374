"""``python -m sim`` is the command ``tiersim``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command, and leave with its exit code."""
    from sim.cli.top import main as run  # noqa: PLC0415 - importing this module costs nothing

    sys.exit(run())


if __name__ == "__main__":
    main()
