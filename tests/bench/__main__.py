"""``python tests/bench``: run every bench of this folder, or those named; each keeps its result."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def main(names: list[str]) -> None:
    """Run benches by name; all if none is named."""
    known = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))
    unknown = set(names) - set(known)
    if unknown:
        sys.exit(f"no bench {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    # A bench imports its neighbours by their own names, as tests do.
    sys.path.insert(0, str(FOLDER.parent))
    for name in names or known:
        sys.stdout.write(f"--- {name}\n")
        sys.stdout.flush()
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
