"""The page of limits says what the code holds."""

from pathlib import Path

from sim.limits import as_markdown

ROOT = Path(__file__).parents[2]


def test_the_page_of_limits_is_current():
    """After a change of a limit, write it anew as its second line says."""
    assert (ROOT / "scenarios" / "LIMITS.md").read_text(encoding="utf-8") == as_markdown()
