"""``tiersim theory``: a table, reasons, and the same as JSON."""

import json
from pathlib import Path

import sim
from sim.cli.top import Exit, main
from sim.scenario.file import dump


def test_theory_stands_beside_simulation(tmp_path, monkeypatch, capsys):
    """A plain desk has rows, a real one has reasons; JSON holds both."""
    monkeypatch.chdir(tmp_path)
    dump(sim.one_queue(rate="12 / h", work="10 min", staff=3, length="3 weeks"), Path("plain.yaml"))
    assert main(["theory", "plain.yaml", "--replications", "3"]) == Exit.FINE
    out = capsys.readouterr().out
    assert "Erlang C" in out
    assert "Next: tiersim compare plain.yaml" in out
    dump(sim.example("in-house-desk"), Path("desk.yaml"))
    assert main(["theory", "desk.yaml", "--replications", "2", "--json"]) == Exit.FINE
    found = json.loads(capsys.readouterr().out)
    assert {row["formula"] for row in found["rows"]} == {"Load"}
    assert {one["queue"] for one in found["refused"]} == {"L1", "L2", "L3"}
