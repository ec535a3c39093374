"""Memory and time of a large replication are told before it is run."""

import tracemalloc

import pytest

from sim import outcome
from sim.cli.top import main
from sim.scenario.file import load
from sim.scenario.gallery import gallery
from sim.study import footprint as footprints
from sim.study.evaluate import replicate
from sim.study.footprint import PYTHON_BYTES, footprint

CLOSE = 1.35
"""Footprint and used memory differ by a factor of at most this."""


@pytest.fixture(scope="module")
def busy():
    """Return a desk of some 100,000 tickets in a year."""
    people = {f"tiers.L{tier}.staff.day": heads for tier, heads in ((1, 26), (2, 17), (3, 10))}
    return load(gallery()["in-house-desk"]).with_(
        {"demand.volume": "2000 / week", "period.length": "52 weeks", **people}, name="Busy"
    )


def test_memory_is_as_foretold(busy, monkeypatch):
    """From rehearsals of a few thousand tickets; what is traced in the run itself is the measure."""
    monkeypatch.setattr(footprints, "REHEARSED", (4_000, 12_000))
    told = footprint(busy, told_from=0)
    tracemalloc.start()
    done = replicate(busy)
    outcome.measure(done)
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert told.tickets == pytest.approx(len(done.workload.tickets), rel=0.1)
    assert used / CLOSE < told.memory - PYTHON_BYTES < used * CLOSE


def test_a_small_desk_is_not_rehearsed(busy, monkeypatch):
    """It is over before it could be told."""
    monkeypatch.setattr(footprints, "replicate", lambda *_, **__: pytest.fail("rehearsed"))
    assert footprint(busy) is None


@pytest.mark.parametrize("command", ["check", "run", "compare"])
def test_commands_say_it_before(command, tmp_path, monkeypatch, capsys):
    """With the numbers of tickets, bytes and seconds."""
    monkeypatch.setattr(footprints, "REHEARSED", (200, 600))
    monkeypatch.setattr(footprint, "__kwdefaults__", {"engine": "auto", "told_from": 0})
    file = tmp_path / "in-house-desk.yaml"
    file.write_text(gallery()["in-house-desk"].read_text("utf-8"), encoding="utf-8")
    more = ["--replications", "1", "--jobs", "1"] if command == "compare" else []
    assert main([command, str(file), *more]) == 0
    said = capsys.readouterr()
    text = said.out if command == "check" else said.err
    assert "One replication: about " in " ".join(text.split())
    assert "MiB of memory" in " ".join(text.split())
