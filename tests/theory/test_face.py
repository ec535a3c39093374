"""The room's door: names, what an import costs, and how results print themselves."""

import subprocess
import sys

import pytest

import sim.theory
from sim import theory
from sim.errors import TheoryError, UnitError
from sim.theory import Duration, ExponentialWait, MeanTime

RESULTS = {
    "erlang_b": lambda: theory.erlang_b("60 / h", "10 min", 12),
    "erlang_c": lambda: theory.erlang_c("60 / h", "10 min", 12),
    "erlang_a": lambda: theory.erlang_a("60 / h", "10 min", 12, "5 min"),
    "kimura": lambda: theory.kimura("60 / h", "10 min", 12, work_cv=1.5),
    "pollaczek_khinchine": lambda: theory.pollaczek_khinchine("4 / h", "10 min", 1.5),
    "priority_mmc": lambda: theory.priority_mmc({"P1": "9 / h", "P2": "9 / h"}, "10 min", 4),
    "jackson": lambda: theory.jackson({"L1": theory.Station("10 min", 12, "60 / h")}),
    "curve": lambda: theory.offered_load_curve([1.0, 2.0], "10 min"),
    "surge": lambda: theory.surge("90 / h", "10 min", 12, lasting="1 h", afterwards="6 / h"),
    "little": lambda: theory.little(rate="60 / h", number=3),
}


def test_every_name_is_handed_out():
    """All public names exist, are listed once, and lead to the file that is said to hold them."""
    assert sorted(theory.__all__) == sorted(theory._HOME)
    assert dir(theory) == sorted(theory.__all__)
    for name, home in theory._HOME.items():
        assert getattr(theory, name).__module__ == f"sim.theory.{home}"
    with pytest.raises(AttributeError, match="no attribute 'erlang_d'"):
        _ = theory.erlang_d


def test_no_file_hides_a_function():
    """No file has the name of a public name: its import would replace the function."""
    assert not set(theory._HOME.values()) & set(theory._HOME)


def test_import_brings_in_nothing_heavy():
    """The room loads without numpy and scipy, Erlang C without scipy, all without scipy.stats."""
    code = (
        "import sys, sim.theory as t\n"
        "assert 'numpy' not in sys.modules\n"
        "t.erlang_c('60 / h', '10 min', 12)\n"
        "assert 'scipy' not in sys.modules\n"
        "[getattr(t, name) for name in t.__all__]\n"
        "heavy = {'scipy.stats', 'scipy.optimize', 'pandas', 'matplotlib'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", RESULTS)
def test_results_print_themselves(name):
    """Every result reads as a title and aligned figures, without a trace of Python."""
    text = repr(RESULTS[name]())
    title, *figures = text.splitlines()
    assert title[0].isupper()
    assert figures
    assert all(line.startswith("  ") for line in figures)
    assert not any(sign in text for sign in ("(", "{", "object", "nan", "="))


def test_the_line_of_the_readme():
    """The example by which the public face is known gives its value."""
    wait = sim.theory.erlang_c(rate="60 / h", work="10 min", staff=12).wait
    assert repr(wait.mean) == "2.2 min"
    assert wait.mean.minutes == pytest.approx(2.2469, abs=6e-5)


@pytest.mark.parametrize(
    ("rate", "work"), [("60", "10 min"), (60, "10 min"), ("60 / h", "10"), ("60 / h", 10)]
)
def test_bare_numbers_are_refused(rate, work):
    """A rate or a time without its unit is an error, as everywhere in TierSim."""
    with pytest.raises(UnitError):
        theory.erlang_c(rate=rate, work=work, staff=12)


def test_durations():
    """A duration compares, converts and goes back in where a time is asked."""
    wait = Duration.of_hours(0.25)
    assert (wait.ms, wait.seconds, wait.minutes, wait.hours) == (900_000.0, 900.0, 15.0, 0.25)
    assert repr(Duration(float("inf"))) == "for ever"
    desk = theory.erlang_c("60 / h", "10 min", 12)
    assert desk.wait.within(wait) == desk.wait.within("15 min")
    assert theory.erlang_c("60 / h", Duration.of_hours(0.5), 31).load.work_h == 0.5


def test_times_print_what_is_known():
    """A time known in the mean only shows only the mean."""
    wait = Duration.of_hours(0.5)
    assert repr(MeanTime(wait)) == "mean 30 min"
    with pytest.raises(TheoryError, match="simulate it"):
        MeanTime(wait).percentile("95 %")
    assert repr(ExponentialWait(0.0, 6.0)) == "mean 0 min, p50 0 min, p95 0 min"
