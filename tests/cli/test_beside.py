"""``compare --metric``: any registered metric, refused at once if there is none, judged apart."""

import json

import pytest
from click.testing import CliRunner

import sim
from sim.cli.studies import compare as command
from sim.errors import StudyError
from sim.scenario.file import dumps
from sim.study.beside import beside_rows, check_known

SHORT = {"period.length": "3 weeks", "period.warm_up": "1 week"}
BASE = sim.example("in-house-desk").with_(SHORT, name="Base")
MORE = BASE.with_({"tiers.L1.staff.day": 7}, name="More")


def test_what_is_shown_beside_changes_no_verdict():
    """The adjusted p-values of what is asked are the same to the bit, with it and without."""
    plain = sim.compare([BASE, MORE], replications=4, jobs=1)
    with_it = sim.compare(
        [BASE, MORE], replications=4, jobs=1, beside=("hops", "backlog[L2, mean]")
    )
    assert [c.p_adjusted for c in plain.changes()] == [c.p_adjusted for c in with_it.changes()]
    assert [(r.scenario, r.metric) for r in beside_rows(with_it)] == [
        ("Base", "hops"), ("More", "hops"),
        ("Base", "backlog[L2, mean]"), ("More", "backlog[L2, mean]"),
    ]  # fmt: skip
    (p,) = [
        r.p_adjusted for r in beside_rows(with_it) if (r.scenario, r.metric) == ("More", "hops")
    ]
    assert p == with_it["More"].difference("hops").p


@pytest.mark.parametrize(
    ("metric", "hint"),
    [("hop", "did you mean 'hops'"), ("backlog[L2]", "of that kind there are backlog[mean]")],
)
def test_an_unknown_metric_is_refused_with_what_was_meant(metric, hint):
    """Before anything is simulated for long."""
    with pytest.raises(StudyError, match="--metric: there is no metric") as refused:
        check_known((metric,), [BASE])
    assert hint in str(refused.value)


def test_it_can_be_asked_for_more_than_once(tmp_path):
    """Both stand on the screen and in the JSON."""
    path = tmp_path / "desk.yaml"
    path.write_text(dumps(BASE), encoding="utf-8")
    options = ["--replications", "2", "--metric", "hops", "--metric", "rework", "--json"]
    found = CliRunner().invoke(command, [str(path), *options], standalone_mode=False)
    assert found.exception is None, found.exception
    told = json.loads(found.output)
    assert [row["metric"] for row in told["beside"]] == ["hops", "rework"]
    assert told["answer"]["claims"][0]["kind"] in ("kept", "promise")
