"""Running the course's notebooks, and storing what they show.

``python tests/notebook_execution.py notebooks/01-*.ipynb`` runs notebooks and stores them with their
outputs, kept small; without a name it does so for all.
"""

import base64
import hashlib
import io
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("[0-9]*.ipynb"))
LONGEST_S = 120
"""The course promises that no notebook takes longer."""
COLOURS = 48
"""A chart needs no more, and is a third as large."""
STORED = "executed_source_sha256"
"""In a notebook's metadata: the source that its stored outputs come from."""
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def read(path):
    """Read a notebook."""
    return nbformat.read(path, as_version=4)


def source_hash(notebook):
    """Fingerprint the code of a notebook: changed words need no new run."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256("\0".join(code).encode()).hexdigest()


def run(notebook, *, also=()):
    """Run a notebook in a kernel of its own.

    Parameters
    ----------
    notebook : NotebookNode
        It is left as it is.
    also : sequence of str
        Cells to run after the last.

    Returns
    -------
    NotebookNode
        A copy with outputs.
    """
    copy = nbformat.from_dict(notebook)
    for source in also:
        copy.cells.append(nbformat.v4.new_code_cell(source))
    client = NotebookClient(
        copy,
        timeout=LONGEST_S,
        kernel_name="python3",
        resources={"metadata": {"path": str(FOLDER)}},
        record_timing=False,
        coalesce_streams=True,
    )
    return client.execute()


def texts(notebook):
    """List what the code cells of a notebook say in words, cell by cell."""
    return [
        _ADDRESS.sub("", "".join(_text(output) for output in cell.outputs))
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def _text(output):
    if output.output_type == "stream":
        return output.text
    return output.get("data", {}).get("text/plain", "")


def warnings_of(notebook):
    """List what a notebook wrote to its error stream."""
    return [
        output.text
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stderr"
    ]


def store(path):
    """Run a notebook, and write it back with its outputs."""
    notebook = run(read(path))
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            _make_small(output)
    notebook.metadata["tiersim"] = {STORED: source_hash(notebook)}
    notebook.metadata["language_info"] = {"name": "python"}
    nbformat.validate(notebook)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def _make_small(output):
    """Keep one picture of a chart, of few colours."""
    data = output.get("data", {})
    if "image/png" in data:
        data.pop("image/svg+xml", None)
        picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
        out = io.BytesIO()
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
            out, "PNG", optimize=True
        )
        data["image/png"] = base64.b64encode(out.getvalue()).decode()


if __name__ == "__main__":
    for named in map(Path, sys.argv[1:] or NOTEBOOKS):
        store(named)
        sys.stdout.write(f"{named.name}: {named.stat().st_size / 1000:,.0f} kB\n")
