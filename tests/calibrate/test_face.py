"""The room's door: what ``sim.calibrate`` hands out."""

from pathlib import Path

import pytest

import sim.calibrate


def test_every_name_is_handed_out():
    """All public names exist, are listed once, and are documented."""
    assert sorted(sim.calibrate.__all__) == sorted(sim.calibrate._HOME) == dir(sim.calibrate)
    for name in sim.calibrate.__all__:
        assert getattr(sim.calibrate, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'fitt'"):
        _ = sim.calibrate.fitt


def test_no_file_hides_a_function():
    """No file has the name of a public name: its import would replace the function."""
    files = {path.stem for path in Path(sim.calibrate.__file__).parent.glob("*.py")}
    assert not files & set(sim.calibrate.__all__)
