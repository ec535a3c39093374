"""The lower bounds of ``pyproject.toml``, as the constraints with which exactly these are installed.

``python tests/installs/lower_bounds.py > lowest.txt`` writes them.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEVELOPERS = ("test", "distances")
"""Extras that are not for those who use TierSim; their newest releases are pinned and tried."""
_BOUND = re.compile(r"([A-Za-z0-9._-]+)>=([0-9.]+)")


def lower_bounds(project: Path = ROOT / "pyproject.toml") -> dict[str, str]:
    """Return the lowest release that is said to do, by package, of all that a user may install.

    Raises
    ------
    ValueError
        If something that is asked for has no lower bound.
    """
    said = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    extras = said["optional-dependencies"]
    asked = list(said["dependencies"])
    for name, packages in extras.items():
        asked += packages if name not in (*DEVELOPERS, "all") else []
    bounds = {}
    for one in asked:
        match = _BOUND.match(one)
        if match is None:
            raise ValueError(f"no lower bound: {one}")
        bounds[match[1]] = match[2]
    return bounds


if __name__ == "__main__":
    sys.stdout.writelines(f"{name}=={version}\n" for name, version in lower_bounds().items())
