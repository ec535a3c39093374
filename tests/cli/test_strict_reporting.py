"""``tiersim report --strict-reporting``: the STRESS-DES check-list, and what it cannot fill."""

import json
from pathlib import Path

import pytest

import sim
from sim.cli.top import Exit, main
from sim.present import stress
from sim.scenario.gallery import folder

SMALL = """\
extends: in-house-desk.yaml
name: Three <weeks>
period: {length: 3 weeks, warm_up: 1 week}
"""


@pytest.fixture(scope="module")
def study():
    """Compare a short desk with another."""
    desk = sim.example("in-house-desk").with_(
        {"period.length": "3 weeks", "period.warm_up": "1 week"}, name="Three weeks"
    )
    more = desk.with_({"tiers.L1.staff.day": 7}, name="One more")
    return sim.compare([desk, more], replications=2, jobs=1)


def test_every_item_of_the_check_list_is_there(study):
    """Twenty items, one in five parts, in their order; none is without a word."""
    items = stress.checklist(study)
    assert [item.number for item in items] == [
        "1.1",
        "1.2",
        "1.3",
        "2.1",
        "2.2",
        "2.3",
        "2.4",
        "2.5.1",
        "2.5.2",
        "2.5.3",
        "2.5.4",
        "2.5.5",
        "3.1",
        "3.2",
        "3.3",
        "3.4",
        "4.1",
        "4.2",
        "4.3",
        "5.1",
        "5.2",
        "5.3",
        "5.4",
        "6.1",
    ]
    assert all(item.filled or item.missing for item in items)
    assert stress.summary(items).startswith(f"{sum(not i.missing for i in items)} of 24 items")


def test_what_only_an_author_knows_is_listed(study):
    """Decision, sources, hardware, address; and why an option was chosen that does not say so."""
    gaps = " ".join(stress.missing(stress.checklist(study)))
    for part in ("1.1", "3.1", "4.3", "5.4", "6.1", "why “One more” was chosen"):
        assert part in gaps


def test_a_precision_is_a_reason():
    """Replications until the answer is sure enough need no other justification."""
    desk = sim.one_queue(rate="12 / h", work="10 min", staff=3, length="3 weeks")
    sure = sim.compare(desk, precision="50 %", jobs=1)
    (item,) = (item for item in stress.checklist(sure) if item.number == "4.3")
    assert item.word == "filled"


def test_report_and_markdown_are_written(tmp_path, monkeypatch, capsys):
    """A section in the page, a file beside it, the gaps on screen; what a user wrote is escaped."""
    monkeypatch.chdir(tmp_path)
    base = folder() / "in-house-desk.yaml"
    Path("in-house-desk.yaml").write_text(base.read_text(encoding="utf-8"), encoding="utf-8")
    Path("desk.yaml").write_text(SMALL, encoding="utf-8")
    made = ["compare", "desk.yaml", "--replications", "2", "--jobs", "1", "-o", "study"]
    assert main(made) == Exit.FINE
    capsys.readouterr()
    assert (
        main(["report", "study", "--jobs", "1", "--no-charts", "--strict-reporting"]) == Exit.FINE
    )
    assert "Still to be written, by you:" in capsys.readouterr().out
    page = Path("study/report.html").read_text(encoding="utf-8")
    assert 'id="reporting"' in page
    assert "Three &lt;weeks&gt;: " in page
    text = Path("study/stress-des.md").read_text(encoding="utf-8")
    assert text.startswith("# STRESS-DES check-list")
    assert main(["report", "study", "--jobs", "1", "--no-charts", "--json"]) == Exit.FINE
    assert json.loads(capsys.readouterr().out)["still_to_be_written"] == []
    assert 'id="reporting"' not in Path("study/report.html").read_text(encoding="utf-8")
