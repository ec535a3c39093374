"""The course: every notebook runs, says what it is stored with, and knows its own answers."""

import re

import notebook_execution as course
import pytest

from sim.course.checking import EXERCISES

LARGEST = 200_000
"""Bytes of a notebook with its pictures; a course is read in a browser."""
CHECKS = """
from sim.course.checking import EXERCISES as _exercises


def _wrong(value):
    if isinstance(value, str):
        return value + "?"
    return value + 1000 if isinstance(value, int | float) else 1000


for _name, _found in {calls}:
    _found = [eval(_found)] if _found else []
    _right = _exercises[_name].answer(*_found)
    _right = min(_right) if isinstance(_right, set) else _right
    if callable(_right):  # what a student builds
        sim.check(_name, sim.one_queue(**{built}))
        sim.check(_name, sim.one_queue(**({built} | {"staff": 3})))
        continue
    if not isinstance(_right, int | float | str):  # the notebook has used the name again since
        continue
    sim.check(_name, _right, *_found)
    sim.check(_name, _wrong(_right), *_found)
"""
"""What a student may answer: the right thing, and something else."""
BUILT = {
    "rate": "20 / h",
    "work": "6 min",
    "staff": 2,
    "work_law": "exponential",
    "room": 4,
}
"""The desk of exercise 11.1."""
_CALL = re.compile(r'^sim\.check\("([\d.]+)", answer(?:, (.+))?\)$', re.MULTILINE)
_IMPORT = re.compile(r"^\s*(?:from|import)\s+([\w.]+)", re.MULTILINE)
ALLOWED = {"math", "numpy", "pathlib", "sim", "tempfile"}


def code_of(notebook):
    """Return the code cells."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def asked(notebook):
    """List the exercises that a notebook checks, and what of its own it gives the check."""
    return [call for cell in code_of(notebook) for call in _CALL.findall(cell.source)]


def named(path):
    """Name a case by its notebook."""
    return path.stem


every_notebook = pytest.mark.parametrize("path", course.NOTEBOOKS, ids=named)


def test_they_are_numbered():
    """The course is complete, and its parts are numbered in order."""
    found = [path.name[:2] for path in course.NOTEBOOKS]
    assert found == [f"{n:02}" for n in range(1, 12)]


@every_notebook
def test_it_runs_and_says_what_is_stored(path):
    """Nothing fails or warns; words and numbers are those that a reader sees in the stored file.

    Every answer that the notebook computes is accepted by its own check, and a wrong one is not.
    Where only the numbers differ: ``python tests/notebook_execution.py`` stores them anew.
    """
    stored = course.read(path)
    calls = asked(stored)
    chapter = f"{int(path.name[:2])}."
    assert [name for name, _ in calls] == [n for n in EXERCISES if n.startswith(chapter)]
    done = course.run(
        stored, also=[CHECKS.replace("{calls}", repr(calls)).replace("{built}", repr(BUILT))]
    )
    assert course.warnings_of(done) == []
    *said, answers = course.texts(done)
    assert said == course.texts(stored), (
        "stored outputs are old: python tests/notebook_execution.py"
    )
    exercises = answers.splitlines()
    assert 4 <= len(exercises) <= 8
    assert all(line.endswith(": right.") for line in exercises[::2])
    assert all(": not yet. " in line for line in exercises[1::2])


@every_notebook
def test_it_is_stored_as_it_was_run(path):
    """Its outputs come from the code beside them, in order, without errors or traces of a machine."""
    notebook = course.read(path)
    assert notebook.metadata["tiersim"][course.STORED] == course.source_hash(notebook)
    cells = code_of(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert course.warnings_of(notebook) == []
    text = path.read_text(encoding="utf-8")
    assert len(text) <= LARGEST
    assert not re.search(r"/home/|/root/|/work/|/tmp/|[A-Z]:\\\\Users", text)


@every_notebook
def test_it_is_made_for_a_class(path):
    """It opens with its question, ends with exercises, shows pictures, and needs only ``sim``."""
    notebook = course.read(path)
    assert notebook.cells[0].cell_type == "markdown"
    assert "**The question: " in notebook.cells[0].source
    words = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert "## Exercises" in words[-5:] or any(
        text.startswith("## Exercises") for text in words[-5:]
    )
    pictures = [
        output
        for cell in code_of(notebook)
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    assert len(pictures) >= 2
    source = "\n".join(cell.source for cell in code_of(notebook))
    assert {name.split(".")[0] for name in _IMPORT.findall(source)} <= ALLOWED
    assert "sim" in _IMPORT.findall(source)
    assert not re.search(r"(?:from|import)\s+sim\.", source), "a student types `import sim` alone"
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


def test_the_course_has_a_table_of_contents():
    """Every notebook is in the table of ``notebooks/README.md``."""
    table = (course.FOLDER / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in course.NOTEBOOKS if path.name not in table] == []
