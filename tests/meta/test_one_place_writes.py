"""One place writes files: whatever else would touch the disk is found by reading the code."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "sim"
WRITERS = {"writing.py", "study/lock.py", "apart.py"}
"""The rule; the lock, which writes a process number into a file that it has made sure of; and what hands
work to a process of its own, in a temporary folder that it has made and nobody else knows."""
PATH_METHODS = {
    *("write_text", "write_bytes", "mkdir", "unlink", "rmdir", "touch", "chmod"),
    *("symlink_to", "hardlink_to", "symlink", "makedirs", "removedirs", "rmtree"),
    *("truncate", "mkstemp", "mkdtemp", "NamedTemporaryFile", "TemporaryDirectory"),
}
FILE_MAKERS = {"to_csv", "to_parquet", "to_excel", "to_json", "to_pickle", "savefig", "savez"}
FILE_MAKERS |= {"save", "savetxt", "savez_compressed", "write_pdf", "Workbook"}
BORROWED = {"to"}
"""What a function that is handed to ``writing.write`` calls the path that it is given."""
FILES = sorted(p for p in PACKAGE.rglob("*.py") if p.relative_to(PACKAGE).as_posix() not in WRITERS)


def _names_in_memory(tree):
    """Return the names that stand for texts and bytes in memory, not for files."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.annotation is not None:
            yield from [node.arg] * (ast.unparse(node.annotation) in {"BinaryIO", "TextIO"})
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            made = ast.unparse(node.value.func)
            if made in {"io.BytesIO", "io.StringIO", "BytesIO", "StringIO"}:
                yield from (one.id for one in node.targets if isinstance(one, ast.Name))


def _opens_to_write(call):
    modes = [*call.args, *(word.value for word in call.keywords if word.arg == "mode")]
    texts = [one.value for one in modes if isinstance(one, ast.Constant)]
    return any(isinstance(t, str) and len(t) <= 3 and set(t) & set("wax+") for t in texts)


def _writes(call, memory):
    """Tell whether a call writes to a file that is not one that ``writing`` has given."""
    func = call.func
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    owner = func.value if isinstance(func, ast.Attribute) else None
    place = ast.unparse(owner) if owner is not None else ""
    if place in BORROWED or place == "writing":
        return False
    first = ast.unparse(call.args[0]) if call.args else ""
    if name == "open":
        flags = " ".join(map(ast.unparse, call.args[1:]))
        return first != "os.devnull" and (
            _opens_to_write(call) or any(f"O_{one}" in flags for one in ("WR", "RDWR", "CREAT"))
        )
    if name in {"replace", "rename", "remove", "link"}:
        # A path is moved to one place; a text has one part replaced by another.
        return place in {"os", "shutil"} or (
            name in {"replace", "rename"} and len(call.args) == 1 and not call.keywords
        )
    if name in FILE_MAKERS:
        is_text = name in {"to_csv", "to_json", "write_pdf"} and not call.args
        saved_by_us = name == "save" and (place == "tables" or place.endswith(("chart", "done")))
        chart = name == "save" and isinstance(owner, ast.Call)
        return not (first in {*BORROWED, *memory} or is_text or saved_by_us or chart)
    return name in PATH_METHODS or place == "shutil"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_one_place_writes(path):
    """Every file goes by the rule of ``sim.writing``, or it may be somebody's that is lost."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    memory = set(_names_in_memory(tree))
    found = [
        f"{path.name}:{node.lineno}: {ast.unparse(node.func)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _writes(node, memory)
    ]
    assert not found


def test_the_scan_finds_what_writes():
    """A scan that finds nothing anywhere would be no guard."""
    for line in (
        "open(path, 'w')",
        "path.open(mode='ab')",
        "os.open(path, os.O_WRONLY)",
        "path.write_text(text)",
        "path.unlink()",
        "beside.replace(path)",
        "os.replace(a, b)",
        "shutil.copy(a, b)",
        "frame.to_csv(path)",
        "figure.savefig(path)",
        "tempfile.mkstemp()",
        "np.save(path, array)",
    ):
        assert _writes(ast.parse(line).body[0].value, set()), line
    for line in (
        "text.replace('a', 'b')",
        "open(path)",
        "to.write_bytes(x)",
        "frame.to_csv(index=False)",
    ):
        assert not _writes(ast.parse(line).body[0].value, set()), line
