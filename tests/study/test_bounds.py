"""Study folders that somebody made to be large: as many bytes are read as there are."""

import hashlib
import io
import os
import zipfile

import numpy as np
import pytest

import sim
from sim.errors import StudyError
from sim.limits import KEPT_BYTES, MANIFEST_BYTES
from sim.study.replication import Replication
from sim.study.store import CHECKSUM_DIGITS, MANIFEST, Store, damage, pack, unpack

KEPT = Replication({"l1_share": 0.7}, {"l1_share": 9.0}, {"b": np.zeros(30_000)}, "abc")


def folded(packed, method=zipfile.ZIP_DEFLATED):
    """Compress what is kept."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(out, "w", method) as new:
        for one in old.infolist():
            new.writestr(one.filename, old.read(one))
    return out.getvalue()


def claiming(packed, length):
    """Let a header claim more than follows it."""
    known, other = b"'shape': (30000,)", f"'shape': ({length},)".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.infolist():
            content = old.read(one)
            if known in content:
                gone = len(other) - len(known)
                content = content.replace(known + b", }" + b" " * gone, other + b", }")
            new.writestr(one.filename, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (folded(pack(KEPT)), "unfold to more than it holds"),
        (folded(pack(KEPT), zipfile.ZIP_LZMA), "unfold to more than it holds"),
        (claiming(pack(KEPT), 400_000_000), "not as long as it says"),
        (claiming(pack(KEPT), 10**18), "not as long as it says"),
        (pack(KEPT)[:-100], "not a zip file"),
    ],
)
def test_a_kept_replication_is_as_long_as_its_file(made, why):
    """Archives that unfold, and headers that claim what is not there, are refused before either."""
    assert unpack(pack(KEPT)).differences(KEPT) == []
    with pytest.raises(StudyError, match=why):
        unpack(made)


@pytest.fixture
def folder(tmp_path):
    """Keep a short study."""
    desk = sim.example().with_({"period.length": "3 weeks", "period.warm_up": "1 week"}, name="S")
    sim.compare([desk], replications=2, folder=tmp_path)
    return tmp_path


def test_a_file_that_is_too_large_is_named(folder):
    """It is not read to find out."""
    with (folder / MANIFEST).open("ab") as file:
        file.truncate(MANIFEST_BYTES + 1)
    with pytest.raises(StudyError, match="cannot be read: it has 16 MiB"):
        Store(folder).read_manifest()
    digest = hashlib.sha256(b"").hexdigest()[:CHECKSUM_DIGITS]
    with (folder / "replications" / f"000009-0.{digest}.npz").open("wb") as file:
        file.truncate(KEPT_BYTES + 1)
    (large,) = Store(folder).read()[1]
    assert "at most 64 MiB are read" in damage(large)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_what_never_ends_is_not_begun(folder):
    """A pipe in a study's folder is no file of it."""
    digest = hashlib.sha256(b"").hexdigest()[:CHECKSUM_DIGITS]
    os.mkfifo(folder / "replications" / f"000009-0.{digest}.npz")
    (pipe,) = Store(folder).read()[1]
    assert "is no ordinary file" in damage(pipe)
    (folder / MANIFEST).unlink()
    os.mkfifo(folder / MANIFEST)
    with pytest.raises(StudyError, match="is no ordinary file"):
        Store(folder).read_manifest()
