"""From which sources the kernel is built: how one of another commit is known.

``setup.py`` runs this file by itself and compiles the number into the extension, so that it imports
nothing of TierSim.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

DIGITS = 15
"""Of the fingerprint, in hexadecimal: they fit into a C ``long long``."""


def fingerprint(folder: Path = Path(__file__).parent) -> int:
    """Return a number that tells the kernel's sources from any others; 0 where they are not kept.

    Parameters
    ----------
    folder : path
        Where ``kernel.pyx`` is, and what it includes.

    Examples
    --------
    >>> fingerprint() == fingerprint(Path(__file__).parent)
    True
    """
    sources = sorted(folder.glob("kernel*.p[yx][xd]"))
    whole = sha256()
    for path in sources:
        content = path.read_bytes()
        whole.update(f"{path.name} {len(content)} ".encode() + content)
    return int(whole.hexdigest()[:DIGITS], 16) if sources else 0
