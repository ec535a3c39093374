"""Ranges of a search: they survive every way in which a scenario is written and changed."""

import sim

SEARCH = {"move": {"documentation.quality": {"from": "40 %", "to": "90 %", "step": "10 %"}}}


def test_ranges_survive_a_change_and_a_file(tmp_path):
    """``from`` and ``to`` stand in the file as they were written, and a what-if keeps them."""
    desk = sim.example("in-house-desk").with_({"search": SEARCH}, name="Ranges")
    more = desk.with_({"tiers.L1.staff.day": 7}, name="One more")
    assert more.search == desk.search
    sim.dump(desk, tmp_path / "desk.yaml")
    assert "from: 40 %" in (tmp_path / "desk.yaml").read_text(encoding="utf-8")
    assert sim.load(tmp_path / "desk.yaml") == desk
