"""One public door: what ``sim`` hands out, and that it costs nothing until it is used."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import sim

PACKAGE = Path(sim.__file__).parent
HEAVY = {"pandas", "scipy", "matplotlib", "pydantic", "numpy", "rich", "ruamel", "joblib", "simpy"}


@pytest.mark.parametrize("name", sim.__all__)
def test_every_public_name_is_handed_out(name):
    """A name in ``__all__`` is there, and has a docstring of its own."""
    value = getattr(sim, name)
    assert value.__doc__
    assert name in dir(sim)


def test_the_lists_agree():
    """``__all__``, the table of homes and what a type checker sees are one list."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.asname or alias.name
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == set(sim.__all__) == set(sim._HOMES)
    assert sim.__all__ == sorted(sim.__all__)


def test_an_unknown_name_is_an_attribute_error():
    """Looking for a name that is not there fails as in any module."""
    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        _ = sim.lod


def loaded(code):
    """List the heavy packages that a fresh process has loaded after running some code."""
    watch = f"import sys, json; print(json.dumps(sorted({HEAVY!r} & set(sys.modules))))"
    run = [sys.executable, "-c", f"{code}\n{watch}"]
    done = subprocess.run(run, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_importing_the_package_brings_nothing():
    """``import sim`` is free."""
    assert loaded("import sim") == []


def test_help_brings_nothing():
    """``tiersim --help`` loads click, and nothing that computes or draws."""
    assert loaded("from sim.cli.top import main; main(['--help'])") == []


def test_loading_a_scenario_brings_no_pandas():
    """A scenario is read without what only tables and pictures need."""
    code = (
        "import sim; from sim.scenario.gallery import gallery; sim.load(gallery()['in-house-desk'])"
    )
    assert not {"pandas", "scipy", "matplotlib", "joblib", "simpy"} & set(loaded(code))
