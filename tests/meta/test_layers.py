"""The house: a ticket's data goes down one list of rooms, and never back up."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "sim"
ROOMS = [
    {"errors"},
    {"units"},
    {"limits"},
    {"borders"},
    {"reading"},
    {"writing"},
    {"apart"},
    {"scenario"},
    {"workload"},
    {"engine"},
    {"outcome"},
    {"theory"},
    {"study"},
    {"intake"},
    {"calibrate"},
    {"facts"},
    {"course"},
    {"present"},
    {"web"},
    {"cli"},
    {"__main__"},
]
"""From the first to the last; a file imports from the rooms above its own, and from its own."""
AREA = {name: place for place, names in enumerate(ROOMS) for name in names}
PUBLIC_DOOR = "__init__"
"""``sim/__init__.py`` hands out names of every room."""
LONGEST, LONG = 700, 500
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(path):
    """Return the room that a file of the package belongs to."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported(path):
    """List the rooms that a file imports from, with the line of each import."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            module = node.module or ""
            names = [f"sim.{alias.name}" for alias in node.names] if module == "sim" else [module]
        for name in names:
            parts = name.split(".")
            if parts[0] == "sim" and len(parts) > 1:
                yield parts[1], node.lineno


def test_every_room_is_in_the_list():
    """A new room has to say where it stands."""
    assert {room_of(path) for path in FILES} <= {*AREA, PUBLIC_DOOR}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_file_imports_only_from_above(path):
    """Imports inside functions and for types count too."""
    room = room_of(path)
    if room == PUBLIC_DOOR:
        return
    for other, line in imported(path):
        if other == "__version__":
            continue
        assert other in AREA, f"{path}:{line} imports sim.{other}, which is no room"
        fine = other == room or AREA[other] < AREA[room]
        assert fine, f"{path.name}:{line}: {room} stands above {other} and may not import it"


@pytest.mark.parametrize(
    "path",
    [*FILES, *sorted(PACKAGE.rglob("*.pyx")), *sorted((ROOT / "tests").rglob("*.py"))],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_a_file_tells_one_idea(path, record_property):
    """No file is longer than 700 lines; above 500 it is noted."""
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if lines > LONG:
        record_property("long", f"{path.name} has {lines} lines: think again")
    assert lines <= LONGEST


def test_there_is_no_room_for_leftovers():
    """A file named for nothing collects everything."""
    banned = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
    assert not [path for path in FILES if path.stem in banned or path.parent.name in banned]
