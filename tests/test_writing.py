"""The one rule for files that are written: nothing there, or TierSim's and unchanged, else refused."""

import os
import re
import stat
from pathlib import Path

import pytest

from sim import reading, writing
from sim.errors import OutputError
from sim.writing import DAMAGED, RECORD


def _left(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file() and p.name != RECORD}


def test_what_tiersim_wrote_is_written_anew(tmp_path):
    """Twice the same place: no question, and the record knows both."""
    path = tmp_path / "deep" / "a.html"
    assert writing.write(path, "one", "a report").read_text() == "one"
    assert writing.write(path, b"two", "a report").read_bytes() == b"two"
    assert writing.write(path, lambda to: to.write_text("three"), "a report").read_text() == "three"
    assert _left(tmp_path / "deep") == {"a.html": b"three"}


@pytest.mark.parametrize("hand", ["written by hand", "changed by hand", "another thing"])
def test_what_is_others_is_refused_and_left(tmp_path, hand):
    """By hand, changed since, or another thing of TierSim's: each is told as what it is."""
    path = tmp_path / "a.csv"
    said = {
        "written by hand": "exists already, and was not written by TierSim",
        "changed by hand": "was changed since TierSim wrote it",
        "another thing": "was written by TierSim as something else than a chart",
    }
    if hand == "written by hand":
        path.write_text("mine")
    else:
        writing.write(path, "ours", "a study")
    if hand == "changed by hand":
        path.write_text("ours, and mine")
    before = _left(tmp_path)
    with pytest.raises(OutputError, match=rf"a\.csv {said[hand]}.*--force"):
        writing.write(path, "new", "a chart")
    with pytest.raises(OutputError, match=said[hand]):
        writing.check([(path, "a chart")])
    assert _left(tmp_path) == before
    with writing.command():
        writing.force()
        assert writing.check([(path, "a chart")]) == [path]
        writing.write(path, "new", "a chart")
    assert path.read_text() == "new"
    with pytest.raises(OutputError):
        writing.write(tmp_path / "b", "x", "y") and writing.write(path, "again", "a study")


def test_every_file_in_the_way_is_named(tmp_path):
    """What --force would replace is known before it is given."""
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(name)
    with pytest.raises(OutputError) as told:
        writing.check([(tmp_path / name, "x") for name in "abcd"])
    assert all(f"{tmp_path / name} exists already" in str(told.value) for name in "abc")
    assert "give --force to replace them" in str(told.value)


@pytest.mark.parametrize(
    "how", ["itself", "another spelling", "symlink", "hard link", "folder link"]
)
def test_an_input_is_never_an_output(tmp_path, how):
    """However it is spelt, and whatever is forced; also where TierSim wrote it."""
    source = writing.write(tmp_path / "in.yaml", "x", "a scenario")
    target = tmp_path / "out.yaml"
    if how == "itself":
        target = source
    elif how == "another spelling":
        target = tmp_path / "." / ".." / tmp_path.name / "in.yaml"
    elif how == "symlink":
        target.symlink_to(source)
    elif how == "hard link":
        target.hardlink_to(source)
    else:
        (tmp_path / "link").symlink_to(tmp_path)
        target = tmp_path / "link" / "in.yaml"
    with writing.command():
        reading.read(source)
        writing.force()
        with pytest.raises(OutputError, match="is read by this command"):
            writing.check([(target, "a scenario")])
        with pytest.raises(OutputError, match="is read by this command"):
            writing.write(target, "y", "a scenario")
    assert source.read_text() == "x"


@pytest.mark.parametrize("what", ["link", "dangling link", "folder", "pipe", "device"])
def test_only_ordinary_files_are_replaced(tmp_path, what):
    """Links are not followed nor replaced; a pipe is not waited for; a device stays one."""
    path, outside = tmp_path / "x", tmp_path / "outside"
    if what == "link":
        outside.write_text("mine")
        path.symlink_to(outside)
    elif what == "dangling link":
        path.symlink_to(outside)
    elif what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    else:
        path = "/dev/null"
    with writing.command():
        writing.force()
        with pytest.raises(OutputError, match=r"link|folder|no ordinary file"):
            writing.write(path, "new", "x")
    assert what != "link" or outside.read_text() == "mine"
    assert what != "dangling link" or not outside.exists()
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize("name", ["n" * 300, "a\0b", ".tiersim-written"])
def test_names_that_cannot_be(tmp_path, name):
    """A name that no file can have is told before any work, and leaves nothing."""
    for place in (tmp_path / name, tmp_path / "new folder" / name):
        with pytest.raises(OutputError):
            writing.check([(place, "x")])
        with pytest.raises(OutputError):
            writing.write(place, "y", "x")
    assert list(tmp_path.glob("*")) in ([], [tmp_path / "new folder"])


def test_a_check_leaves_nothing(tmp_path):
    """Folders that are made to see whether they can be are taken away again."""
    writing.check([(tmp_path / "a" / "b" / "c.csv", "x"), (tmp_path / "d.csv", "x")])
    assert list(tmp_path.iterdir()) == []


def test_two_outputs_are_not_one_file(tmp_path):
    """The second would be written over the first."""
    (tmp_path / "f").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "f")
    with pytest.raises(OutputError, match="named twice"):
        writing.check([(tmp_path / "f" / "a", "x"), (tmp_path / "link" / "a", "y")])


def test_nothing_is_lost_where_writing_fails(tmp_path):
    """Half a file is never seen, and none is left beside."""
    path = writing.write(tmp_path / "a", "whole", "x")

    def half(to):
        to.write_text("ha")
        raise OSError(28, os.strerror(28))

    with pytest.raises(OutputError, match="no space left"):
        writing.write(path, half, "x")
    assert _left(tmp_path) == {"a": b"whole"}


def test_companions_of_before_go_unless_somebody_has_changed_them(tmp_path):
    """What the last run wrote as the same thing, and this one did not."""
    kept, old, mine = (
        writing.write(tmp_path / n, n, "a chart") for n in ("1.svg", "2.svg", "3.svg")
    )
    study = writing.write(tmp_path / "study.csv", "x", "a study")
    mine.write_text("mine now")
    (tmp_path / "4.svg").write_text("never ours")
    writing.remove_others(tmp_path, "a chart", [kept])
    assert set(_left(tmp_path)) == {"1.svg", "3.svg", "4.svg", "study.csv"}
    assert not old.exists()
    assert writing.remove(study, "a chart") is False
    assert writing.remove(study, "a study") is True


@pytest.mark.parametrize("trap", ["link", "hard link", "folder", "pipe", "nonsense"])
def test_a_record_that_was_tampered_with_makes_nothing_ours(tmp_path, trap):
    """The record is no way out of the folder either; what it cannot say is others'."""
    outside = tmp_path / "outside"
    outside.write_text('{"name": "a", "what": "x", "checksum": "0"}\n[[[\n{"name": 1}\n\xff\n')
    before = outside.read_bytes()
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a").write_text("mine")
    record = folder / RECORD
    if trap == "link":
        record.symlink_to(outside)
    elif trap == "hard link":
        record.hardlink_to(outside)
    elif trap == "folder":
        record.mkdir()
    elif trap == "pipe":
        os.mkfifo(record)
    else:
        record.write_bytes(before)
    with pytest.raises(OutputError):
        writing.write(folder / "a", "new", "x")
    if trap != "nonsense":
        with pytest.raises(OutputError, match=re.escape(RECORD)):
            writing.write(folder / "b", "new", "x")
    assert (folder / "a").read_text() == "mine"
    assert outside.read_bytes() == before


def test_ends_of_lines_are_no_change(tmp_path):
    """An editor or git may save them otherwise."""
    path = writing.write(tmp_path / "a.yaml", "one\ntwo\n", "a scenario")
    path.write_bytes(b"one\r\ntwo\r\n")
    assert writing.write(path, "three\n", "a scenario").read_text() == "three\n"


def test_files_named_by_their_content(tmp_path):
    """The same is left as it is; what was damaged is moved aside, and kept."""
    path = writing.keep(tmp_path / "f" / "a.npz", b"content")
    written = path.stat().st_mtime_ns
    assert writing.keep(path, b"content").stat().st_mtime_ns == written
    path.write_bytes(b"torn")
    writing.keep(path, b"content")
    path.write_bytes(b"torn again")
    writing.keep(path, b"content")
    names = {"a.npz": b"content", f"a.npz{DAMAGED}": b"torn", f"a.npz{DAMAGED}2": b"torn again"}
    assert _left(tmp_path / "f") == names
    path.unlink()
    path.symlink_to(tmp_path / "outside")
    with pytest.raises(OutputError, match="link"):
        writing.keep(path, b"content")


def test_pipes_and_devices_are_not_read(tmp_path):
    """They may never end."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/zero", tmp_path):
        with pytest.raises(OSError, match=r"folder|no ordinary file"):
            reading.read(path)
