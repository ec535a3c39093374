"""What the page is asked, and how the address bar holds it.

::

    ?desk=in-house-desk&change={"tiers.L1.staff.day":7}

A desk of the gallery stands there by its name, a desk of the user's own whole: its YAML, compressed.
So a link shows somebody else the same page. What an address says is checked like a file: it may come
from anywhere.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from sim.errors import ScenarioError, TierSimError
from sim.limits import LINK_CHANGE_CHARACTERS, LINK_CHARACTERS, LINK_UNFOLDED_BYTES, size
from sim.scenario.file import dumps
from sim.scenario.gallery import BASE, example
from sim.scenario.model import Scenario
from sim.web.upload import read_scenario

CHANGED: Final = "Your change"
"""What the changed desk is called."""


@dataclass(frozen=True)
class Asked:
    """A desk, and what is changed in it.

    Attributes
    ----------
    desk : str
        Name in the gallery; empty for a desk of the user's own.
    own : str
        YAML of a desk of the user's own.
    changes : dict
        As for ``Scenario.with_``.
    """

    desk: str = BASE
    own: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)

    def base(self) -> Scenario:
        """Return the desk as it is.

        Raises
        ------
        ScenarioError
            If it cannot be used.
        """
        return _read(self.desk, self.own)

    def changed(self, base: Scenario) -> Scenario | None:
        """Return the desk with its changes; None where they come to nothing."""
        if not self.changes:
            return None
        name = CHANGED if base.name != CHANGED else f"{CHANGED} (2)"
        other = base.with_(self.changes, name=name)
        return None if other.model_copy(update={"name": base.name}) == base else other


@lru_cache(maxsize=16)
def _read(desk: str, own: str) -> Scenario:
    """Read a desk once, not at every move of a slider."""
    return read_scenario(own.encode(), "desk.yaml") if own else example(desk)


def to_params(asked: Asked) -> dict[str, str]:
    """Write what is asked into the parameters of an address.

    Raises
    ------
    TierSimError
        If a desk is too large for a link.

    Examples
    --------
    >>> to_params(Asked(changes={"tiers.L1.staff.day": 7}))
    {'desk': 'in-house-desk', 'change': '{"tiers.L1.staff.day":7}'}
    """
    found = {"desk": asked.desk}
    if asked.own:
        text = asked.own.encode()
        packed = base64.urlsafe_b64encode(zlib.compress(text, 9)).decode()
        if len(packed) > LINK_CHARACTERS or len(text) > LINK_UNFOLDED_BYTES:
            raise TierSimError(
                f"this desk is too large for a link: {len(packed):,} characters for "
                f"{size(len(text))}, at most {LINK_CHARACTERS:,} for {size(LINK_UNFOLDED_BYTES)}. "
                "Download the scenario, and share the file"
            )
        found = {"own": packed}
    if asked.changes:
        found["change"] = json.dumps(asked.changes, separators=(",", ":"))
    return found


def from_params(params: Mapping[str, str]) -> Asked:
    """Read what an address asks.

    Raises
    ------
    TierSimError
        If it holds something else than a link of this page.

    Examples
    --------
    >>> from_params({"desk": "poor-notes"}).desk
    'poor-notes'
    """
    changes = _changes(params["change"]) if "change" in params else {}
    if "own" in params:
        return Asked("", _unpacked(params["own"]), changes)
    return Asked(params.get("desk", BASE), "", changes)


def _changes(text: str) -> dict[str, Any]:
    wrong = ScenarioError("the address holds changes that cannot be read: the link is incomplete")
    if len(text) > LINK_CHANGE_CHARACTERS:
        raise _too_long("changes", len(text), LINK_CHANGE_CHARACTERS)
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        raise wrong from None
    if not isinstance(tree, dict):
        raise wrong
    return tree


def _unpacked(packed: str) -> str:
    wrong = ScenarioError("the address holds a desk that cannot be read: the link is incomplete")
    if len(packed) > LINK_CHARACTERS:
        raise _too_long("a desk", len(packed), LINK_CHARACTERS)
    try:
        unfold = zlib.decompressobj()
        # No more than this is unfolded, whatever the link says.
        data = unfold.decompress(base64.urlsafe_b64decode(packed), LINK_UNFOLDED_BYTES)
        if unfold.unconsumed_tail:
            raise ScenarioError(
                f"the address unfolds to a desk of more than {size(LINK_UNFOLDED_BYTES)}: no link of "
                "this page does"
            )
        if not unfold.eof:
            raise wrong
        return data.decode()
    except (binascii.Error, ValueError, zlib.error):
        raise wrong from None


def _too_long(what: str, found: int, most: int) -> ScenarioError:
    return ScenarioError(
        f"the address holds {what} of {found:,} characters; at most {most:,} are read"
    )


def own_desk(scenario: Scenario) -> Asked:
    """Make a desk that was read from a file what is asked."""
    return Asked("", dumps(scenario))
