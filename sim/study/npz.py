"""Arrays from a file that anybody may have written: as many bytes as it has, and no more.

``numpy.load`` takes an archive at its word: a few kilobytes may unfold to gigabytes, and a header may
claim an array that is not there. What TierSim keeps is stored as it is, so that each member has to be
as long as its header says, and all of them together no longer than the file.
"""

from __future__ import annotations

import io
import math
import stat
import zipfile
from pathlib import Path
from typing import Any, Final

from numpy.lib import format as npy
from numpy.typing import NDArray

from sim.limits import size

_ENDING: Final = ".npy"
_HEADERS: Final = {
    (1, 0): npy.read_array_header_1_0,
    (2, 0): npy.read_array_header_2_0,
}


def read_bounded(path: Path, most: int) -> bytes:
    """Read an ordinary file of a limited size.

    Raises
    ------
    OSError
        If it is larger, or may never end, as a pipe.
    """
    known = path.stat()
    if not stat.S_ISREG(known.st_mode):
        raise OSError(f"{path.name} is no ordinary file")
    if known.st_size > most:
        raise OSError(f"it has {size(known.st_size)}, and at most {size(most)} are read")
    return path.read_bytes()


def unfold(packed: bytes) -> dict[str, NDArray[Any]]:
    """Read an archive as ``numpy.savez`` writes it, without pickles.

    Parameters
    ----------
    packed : bytes

    Returns
    -------
    dict of str to array

    Raises
    ------
    ValueError
        If it is compressed, larger inside than outside, or a header claims what is not there.
    zipfile.BadZipFile
        If it is no archive.
    """
    found = {}
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        members = archive.infolist()
        if sum(one.file_size for one in members) > len(packed):
            raise ValueError("it would unfold to more than it holds")
        for one in members:
            if one.compress_type != zipfile.ZIP_STORED:
                raise ValueError(f"{one.filename} is compressed")
            found[one.filename.removesuffix(_ENDING)] = _array(archive.read(one), one.filename)
    return found


def _array(member: bytes, name: str) -> NDArray[Any]:
    stream = io.BytesIO(member)
    version = npy.read_magic(stream)
    if version not in _HEADERS:
        raise ValueError(f"{name} has a format of its own")
    shape, _, dtype = _HEADERS[version](stream)
    due = math.prod(shape) * dtype.itemsize
    if dtype.hasobject or due != len(member) - stream.tell():
        raise ValueError(f"{name} is not as long as it says")
    stream.seek(0)
    array: NDArray[Any] = npy.read_array(stream, allow_pickle=False)
    return array
