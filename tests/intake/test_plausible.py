"""Exports that could be real are read right, or refused: never read wrong."""

from __future__ import annotations

import pytest
from plausible import any_export, wrongs

SEEDS, A_TEST = 200, 20
"""The same for many more: ``python tests/bench plausible``."""
MOST_REFUSED = 0.1


@pytest.mark.parametrize("first", range(0, SEEDS, A_TEST))
def test_read_right_or_refused(first, tmp_path):
    """Tools, languages, forms of dates, separators, kinds of files and faults, drawn together."""
    refused = 0
    for seed in range(first, first + A_TEST):
        made, about = any_export(seed)
        path = tmp_path / made.name
        path.write_bytes(made.data)
        found = wrongs(path, made)
        assert not found, f"{about}: {found}"
        refused += found is None
    assert refused <= 4 * MOST_REFUSED * A_TEST, "what could be read is refused"
