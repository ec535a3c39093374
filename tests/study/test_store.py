"""Nothing is lost on the way: kills, full disks, flipped bits, other studies in the folder."""

import contextlib
import errno
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from sim.errors import OutputError, StudyError
from sim.study import manifest as manifests
from sim.study.compare import compare
from sim.study.keep import read, resume, verify
from sim.study.replication import Replication
from sim.study.store import FOLDER, LOCK, MANIFEST, Store, pack, unpack

HERE = Path(__file__).parent
SLOW = """
import sys, time
sys.path.insert(0, {here!r})
from dataclasses import dataclass
from conftest import Coin
from sim.scenario.model import Scenario
from sim.study.compare import compare
import json

class Slow(Coin):
    def __call__(self, scenario, seed, replication):
        time.sleep(0.004)
        return super().__call__(scenario, seed, replication)

scenarios = [Scenario.model_validate(one) for one in json.loads({scenarios!r})]
compare(scenarios, seed=3, replications=60, folder={folder!r}, evaluate=Slow(), jobs=1,
        progress=lambda done, planned: print(done, flush=True))
"""


def _same(one, other):
    pairs = zip(one, other, strict=True)
    return all(
        mine.differences(theirs) == []
        for a, b in pairs
        for mine, theirs in zip(a.replications, b.replications, strict=True)
    )


def _files(folder):
    return sorted((folder / FOLDER).glob("*.npz"))


def test_every_bit_survives():
    """Denormals, infinities, NaN, minus zero, and integers of curves come back as they went."""
    odd = Replication(
        values={"a": 5e-324, "b": float("nan"), "c": -0.0, "é[L1, p90]": 0.1 + 0.2},
        counts={"a": float("inf")},
        curves={"x/y": np.array([[1.5, np.nan]]), "n": np.arange(3)},
        tickets="abc",
    )
    back = unpack(pack(odd))
    assert odd.differences(back) == []
    assert list(back.values) == list(odd.values)
    assert odd.differences(Replication({"a": 5e-324})) != []
    assert pack(odd) == pack(back)


def test_no_pickle_is_read(tmp_path):
    """A folder from somewhere else runs no code."""
    np.savez(tmp_path / "evil.npz", values=np.array([print], dtype=object))
    with pytest.raises(StudyError, match="cannot be read"):
        unpack((tmp_path / "evil.npz").read_bytes())


def test_study_read_back_is_the_study(tmp_path, desk, more, coin):
    """What is kept gives the same figures, table and notes without running anything."""
    study = compare([desk, more], replications=6, folder=tmp_path / "s", evaluate=coin())
    back = read(tmp_path / "s")
    assert _same(study, back)
    assert repr(back) == repr(study)
    assert back.manifest == study.manifest


def test_killing_at_any_moment_loses_nothing(tmp_path, desk, more, coin):
    """Five kills -9 at seeded moments: what was reported finished is there, the rest is run."""
    folder = tmp_path / "study"
    scenarios = json.dumps([s.model_dump(mode="json") for s in (desk, more)])
    script = SLOW.format(here=str(HERE), scenarios=scenarios, folder=str(folder))
    rng = random.Random(17)
    reported = 0
    for _ in range(5):
        child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        with child:
            first = child.stdout.readline()
            time.sleep(rng.uniform(0.0, 0.08))
            child.send_signal(signal.SIGKILL)
            rest = child.stdout.read().split("\n")
        lines = [int(line) for line in [first.strip(), *rest] if line]
        reported = max([reported, *lines])
        assert len(_files(folder)) >= reported
        assert (folder / LOCK).exists()
    assert 5 <= reported < 120
    kept = {path.name: path.stat().st_mtime_ns for path in _files(folder)}
    study = resume(folder, evaluate=coin())
    assert {name: (folder / FOLDER / name).stat().st_mtime_ns for name in kept} == kept
    assert _same(study, compare([desk, more], seed=3, replications=60, evaluate=coin()))
    assert list((folder / FOLDER).glob(".tiersim-*.part")) == []


def test_resuming_runs_only_what_is_missing(tmp_path, desk, coin):
    """A longer study takes up a shorter one; one replication is run again to compare."""
    runs = []

    def counting(scenario, seed, replication):
        runs.append(replication)
        return coin()(scenario, seed, replication)

    compare(desk, replications=5, folder=tmp_path, evaluate=counting)
    longer = compare(desk, replications=8, folder=tmp_path, evaluate=counting)
    assert runs == [0, 1, 2, 3, 4, 0, 5, 6, 7]
    assert _same(longer, compare(desk, replications=8, evaluate=coin()))


def test_an_option_joins_a_study(tmp_path, desk, more, coin):
    """What the others have finished is kept, and the figures are those of one study."""
    runs = []

    def counting(scenario, seed, replication):
        runs.append((scenario.name, replication))
        return coin()(scenario, seed, replication)

    best = desk.with_({"tiers.L1.staff.day": 9}, name="Best")
    compare(desk, replications=3, folder=tmp_path, evaluate=counting)
    runs.clear()
    joined = compare([desk, more, best], replications=3, folder=tmp_path, evaluate=counting)
    again = [(desk.name, 0)]  # to see whether it still comes out the same
    assert runs == again + [(one.name, n) for n in range(3) for one in (more, best)]
    assert _same(joined, compare([desk, more, best], replications=3, evaluate=coin()))
    assert _same(joined, read(tmp_path))
    assert verify(tmp_path, count=9, evaluate=coin()).sound


def test_options_keep_their_places(tmp_path, desk, more, coin):
    """Files are named by place: fewer scenarios, or others before them, are refused with the way out."""
    best = desk.with_({"tiers.L1.staff.day": 9}, name="Best")
    study = compare([desk, more], replications=3, folder=tmp_path, evaluate=coin())
    first = (
        f"name its scenarios first, all of them and in their order ({desk.name!r}, {more.name!r})"
    )
    for others in ([desk], [more, desk], [desk, best, more]):
        with pytest.raises(StudyError, match=re.escape(first)):
            compare(others, replications=3, folder=tmp_path, evaluate=coin())
    with pytest.raises(StudyError, match=f"{more.name!r} is there, and not named now"):
        compare(best, replications=3, folder=tmp_path, evaluate=coin())
    assert _same(study, read(tmp_path))


def test_another_study_does_not_get_in(tmp_path, desk, more, coin, monkeypatch):
    """Another scenario, seed or version is refused, and the message says what differs."""
    compare(desk, replications=3, folder=tmp_path, evaluate=coin())

    def refused(match, scenarios=desk, **options):
        with pytest.raises(StudyError, match=match):
            compare(scenarios, replications=3, folder=tmp_path, evaluate=coin(), **options)

    refused(r"tiers\.L1\.staff\.day \(6 there, 7 now\)", more)
    refused("seed 1 there, 2 now", seed=2)
    refused("curves", curves=False)
    monkeypatch.setattr(manifests, "version", lambda: "9.9")
    refused(r"tiersim \S+ there, 9\.9 now")
    with pytest.raises(StudyError, match=r"9\.9"):
        verify(tmp_path, evaluate=coin())
    monkeypatch.undo()
    renamed = desk.with_({"about": "the same desk"}, name="Another name")
    assert len(compare(renamed, replications=3, folder=tmp_path, evaluate=coin())) == 1


def test_changed_code_is_noticed(tmp_path, desk, coin):
    """Figures that come out otherwise than before are not mixed with those of before."""
    compare(desk, replications=3, folder=tmp_path, evaluate=coin())
    with pytest.raises(StudyError, match="now comes out otherwise"):
        compare(desk, replications=4, folder=tmp_path, evaluate=coin(response=0.5))


def test_two_runs_in_one_folder_do_not_mix(tmp_path, desk, coin):
    """The second is told who is there; what a killed run leaves behind locks nobody out."""
    with Store(tmp_path), pytest.raises(StudyError, match=f"process {os.getpid()}"):
        compare(desk, replications=3, folder=tmp_path, evaluate=coin())
    (tmp_path / LOCK).write_text("999999\n")
    assert compare(desk, replications=3, folder=tmp_path, evaluate=coin()).replications == 3


def test_verify_finds_a_flipped_bit(tmp_path, desk, more, coin):
    """One bit in one file, wherever it is, is found; so is a figure that was changed with care."""
    compare([desk, more], replications=3, folder=tmp_path, evaluate=coin())
    sound = verify(tmp_path, count=6, evaluate=coin())
    assert sound.sound
    assert (sound.files, len(sound.recomputed)) == (6, 6)
    victim = _files(tmp_path)[3]
    content = victim.read_bytes()
    for place in (0, len(content) // 2, len(content) - 1):
        flipped = bytearray(content)
        flipped[place] ^= 4
        victim.write_bytes(flipped)
        found = verify(tmp_path, evaluate=coin())
        assert "does not match its checksum" in repr(found)
    victim.unlink()
    forged = unpack(content)
    forged.values["wait"] *= 1 + 2**-52
    with Store(tmp_path) as store:
        store.write(next(task for task, _, path in _tasks(content, victim)), forged)
    assert "values.wait" in verify(tmp_path, count=6, evaluate=coin()).faults[0]


def _tasks(content, victim):
    victim.write_bytes(content)
    with_victim = list(Store(victim.parent.parent).files())
    victim.unlink()
    return [entry for entry in with_victim if entry[2] == victim]


def test_damaged_file_is_computed_again(tmp_path, desk, coin):
    """After a power failure: the study is whole, and says what happened."""
    study = compare(desk, replications=4, folder=tmp_path, evaluate=coin())
    _files(tmp_path)[2].write_bytes(b"torn")
    with pytest.raises(StudyError, match="damaged"):
        read(tmp_path)
    again = resume(tmp_path, evaluate=coin())
    assert _same(study, again)
    assert "1 damaged file was found" in again.notes[0]


def test_study_under_way_can_be_read(tmp_path, desk, more, coin):
    """Of an unfinished study, what every scenario has is shown, and called unfinished."""
    compare([desk, more], replications=6, folder=tmp_path, evaluate=coin())
    _files(tmp_path)[-2].unlink()
    study = read(tmp_path)
    assert study.replications == 5
    assert "not finished" in study.notes[0]
    assert "1 of 6 replications is not whole" in repr(verify(tmp_path, evaluate=coin()))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_full_or_read_only_disk_is_one_message(tmp_path, desk, coin, monkeypatch, code):
    """The message names the folder, the reason and the way on; nothing half written is left."""
    written = Path.write_bytes

    def fails(path, content):
        if "000003" in path.name:
            written(path, content[:10])
            raise OSError(code, os.strerror(code))
        return written(path, content)

    monkeypatch.setattr(Path, "write_bytes", fails)
    with pytest.raises(OutputError, match=r"cannot be written: .*resume"):
        compare(desk, replications=6, folder=tmp_path, evaluate=coin(), jobs=1)
    monkeypatch.undo()
    assert len(_files(tmp_path)) == 3
    assert list((tmp_path / FOLDER).glob(".tiersim-*.part")) == []
    assert resume(tmp_path, evaluate=coin()).replications == 6


def test_folder_that_cannot_be(tmp_path, desk, coin):
    """A file in the way is told before anything is run."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        compare(desk, folder=tmp_path / "file" / "study", evaluate=coin())


def test_folder_without_a_study(tmp_path, desk, coin):
    """Nothing there, no manifest, or one that is not ours: each is told."""
    with pytest.raises(StudyError, match="holds no study"):
        resume(tmp_path)
    compare(desk, replications=2, folder=tmp_path, evaluate=coin())
    text = (tmp_path / MANIFEST).read_text()
    (tmp_path / MANIFEST).unlink()
    with pytest.raises(StudyError, match="no manifest"):
        compare(desk, replications=2, folder=tmp_path, evaluate=coin())
    for broken in ("", "[]", "{", '{"format": 99}', "\x00"):
        (tmp_path / MANIFEST).write_text(broken)
        with pytest.raises(StudyError, match="manifest"):
            read(tmp_path)
    (tmp_path / MANIFEST).write_text(text.replace('"day": 6', '"day": 60'))
    with pytest.raises(StudyError, match="does not match its own hash"):
        read(tmp_path)


def test_manifest_that_was_changed_is_one_message(tmp_path, desk, coin):
    """Whatever stands where the manifest is read, the answer is a sentence and no traceback."""
    compare(desk, replications=2, folder=tmp_path, evaluate=coin())
    tree = json.loads((tmp_path / MANIFEST).read_text())
    one = tree["scenarios"][0]
    for change in (
        {"scenarios": [{**one, "scenario": {**one["scenario"], "demand": {"volume": "many"}}}]},
        {"scenarios": [{"name": "Desk", "hash": one["hash"]}]},
        {"scenarios": [1]},
        {"seed": "1"},
        {"seed": -1},
        {"replications": 2.5},
        {"asked": []},
        {"asked": {**tree["asked"], "level": "sure"}},
        {"asked": {}},
        {"versions": None},
    ):
        (tmp_path / MANIFEST).write_text(json.dumps({**tree, **change}))
        for look in (read, resume):
            with pytest.raises(StudyError, match="manifest"):
                look(tmp_path, **({} if look is read else {"evaluate": coin()}))
    (tmp_path / MANIFEST).write_text("[" * 100_000)
    with pytest.raises(StudyError, match="manifest"):
        read(tmp_path)


def test_bytes_that_are_no_replication():
    """An archive cut anywhere, empty, packed otherwise or claiming to be huge: one kind of error."""
    whole = pack(Replication({"a": 1.0}, {"a": 2.0}, {"x": np.arange(3.0)}, "abc"))
    for content in (b"", b"PK", *(whole[:at] for at in range(0, len(whole), 97))):
        with pytest.raises(StudyError, match="cannot be read"):
            unpack(content)
    rng = random.Random(5)
    for _ in range(300):
        changed = bytearray(whole)
        for _ in range(3):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        with contextlib.suppress(StudyError):
            unpack(bytes(changed))
