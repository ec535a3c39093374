"""Kill -9 at chosen moments of writing: nothing that was finished is lost, whichever moment it is.

Files of the user stand in the folder all the while, and stay as they are.

Kills at random moments are in ``test_store``; with more of each, and with the workers of a cluster,
``python tests/bench kills``.
"""

import pytest
from killing import MOMENTS, finishes_the_same, kill, uninterrupted


@pytest.fixture(scope="module")
def whole():
    """Run the study that nobody kills."""
    return uninterrupted()


@pytest.mark.parametrize("moment", MOMENTS)
def test_kill_at_a_moment_of_writing(tmp_path, whole, moment):
    """Half a file, a file without its name, a file just named: each is there whole, or not at all."""
    at = 1 if "manifest" in moment else 7
    killed = kill(tmp_path / "study", moment=moment, at=at)
    assert killed.by_signal
    assert (killed.lost, killed.damaged) == (0, 0)
    assert killed.untouched
    if killed.kept or "just named" in moment:
        assert finishes_the_same(tmp_path / "study", whole)
    else:
        # Nothing was finished yet: the study begins anew in the same folder.
        assert not kill(tmp_path / "study").by_signal
        assert finishes_the_same(tmp_path / "study", whole)


def test_a_worker_is_killed(tmp_path, whole):
    """The study says so and ends; what was finished before is kept, and it goes on from there."""
    killed = kill(tmp_path / "study", how="processes", worker_dies_at=9)
    assert "memory runs out" in killed.said
    assert (killed.lost, killed.damaged, killed.lasted, killed.untouched) == (0, 0, True, True)
    assert finishes_the_same(tmp_path / "study", whole)
