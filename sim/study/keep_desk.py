"""Writing a desk that was found: a what-if of a few lines that extends the base."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from sim import writing
from sim.scenario.change import differences
from sim.study.search import Found

FOUND: Final = "a desk that was found"


def write_desk(found: Found, base: Path, output: Path) -> Path:
    """Write the best desk of a search (or the nearest) as a scenario file.

    Parameters
    ----------
    found : Found
    base : path
        The file that the search was asked of.
    output : path

    Returns
    -------
    Path
    """
    desk = found.scenario()
    tree: dict[str, Any] = {
        "extends": os.path.relpath(base, output.parent).replace(os.sep, "/"),
        "name": desk.name,
        "lesson": f"Found by search: {found.space.name(found.best or found.nearest)}.",
    }
    for path, (_, value) in differences(found.space.base, desk).items():
        place = tree
        *parents, last = path.split(".")
        for key in parents:
            place = place.setdefault(key, {})
        place[last] = value
    text = io.StringIO()
    yaml = YAML()
    yaml.width = 100
    yaml.dump(tree, text)
    return writing.write(output, text.getvalue(), FOUND)
