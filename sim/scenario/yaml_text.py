"""YAML text to plain mappings, lists and numbers, with the place of each.

Only the shapes of YAML 1.2 are read: no tags, no merge keys, nothing that makes an object. The
nodes are composed by ruamel.yaml and turned into plain values here, so that every key knows its
line, a key that stands twice is a fault instead of a silent loss, and a small file cannot grow
into a large tree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer, MaxDepthExceededError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from sim.errors import Fault, ScenarioError
from sim.limits import YAML_BYTES, YAML_DEEP, YAML_VALUES, size
from sim.scenario.wording import Path, dotted, shown

LONGEST_NUMBER: Final = 40
"""Digits; what is longer is kept as text, and refused where a number is due."""

_PLAIN_TAGS = {
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "value")
}
_MERGE_TAG = "tag:yaml.org,2002:merge"
# YAML 1.2, core schema (section 10.3.2)
_INT = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True)
class Place:
    """Where a key and its value stand: (line, column) from 1."""

    file: str
    key: tuple[int, int]
    value: tuple[int, int]


@dataclass
class Written:
    """What a file says.

    Attributes
    ----------
    tree : dict
        Its mapping.
    places : dict
        The place of everything in it.
    faults : list of Fault
        What is wrong with it as YAML.
    """

    tree: dict[str, Any]
    places: dict[Path, Place] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read_yaml(data: bytes, file: str, *, kind: str = "scenario") -> Written:
    """Read YAML.

    Parameters
    ----------
    data : bytes
        The file's content.
    file : str
        Its name, for messages.
    kind : str
        What it ought to be, for messages.

    Raises
    ------
    ScenarioError
        If it cannot be read at all: it is too large, no text, no YAML, empty, or no mapping.
        Faults that leave the rest readable are in the result.
    """
    text = _decoded(data, file, kind)
    yaml = YAML(typ="safe", pure=True)
    yaml.max_depth = YAML_DEEP
    yaml.Composer = _CountingComposer
    yaml.composer.warn_double_anchors = False
    try:
        node = yaml.compose(text)
    except MaxDepthExceededError as error:
        what = f"nested more than {YAML_DEEP} levels deep: no {kind} is"
        raise ScenarioError([_at(error.problem_mark, file, what)]) from None
    except _TooManyError as error:
        raise ScenarioError([_at(error.problem_mark, file, _MANY)]) from None
    except MarkedYAMLError as error:
        what = f"this is no YAML: {_problem(error)}"
        raise ScenarioError([_at(error.problem_mark or error.context_mark, file, what)]) from None
    except (YAMLError, ValueError, LookupError, AssertionError, TypeError, AttributeError) as error:
        # The last five are how ruamel.yaml fails on some texts that are no YAML.
        detail = next(iter(str(error).strip().splitlines()), "") or "it cannot be parsed"
        raise ScenarioError([Fault(f"this is no YAML: {detail}", file=file)]) from None
    if node is None:
        raise ScenarioError([Fault("the file is empty; `tiersim new` writes a start", file=file)])
    if not isinstance(node, MappingNode):
        what = f"a {kind} is a mapping of keys to values, as `name: My desk`"
        raise ScenarioError([_at(node.start_mark, file, what)])
    reader = _Reader(file)
    tree = reader.mapping(node, ())
    return Written(tree, reader.places, reader.faults)


def _decoded(data: bytes, file: str, kind: str) -> str:
    if len(data) > YAML_BYTES:
        what = f"the file is larger than {size(YAML_BYTES)}: no {kind} is"
        raise ScenarioError([Fault(what, file=file)])
    if b"\0" in data:
        raise ScenarioError([Fault("this is no text file", file=file)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ScenarioError([Fault("this is no text in UTF-8", file=file)]) from None


def _at(mark: Any, file: str, what: str) -> Fault:
    if mark is None:
        return Fault(what, file=file)
    return Fault(what, file=file, line=mark.line + 1, column=mark.column + 1)


def _problem(error: MarkedYAMLError) -> str:
    parts = [part for part in (error.context, error.problem) if part]
    return ", ".join(" ".join(part.split()) for part in parts) or "it cannot be parsed"


def _where(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


class _TooManyError(MarkedYAMLError):
    """A text of more keys and values than are read."""


class _CountingComposer(Composer):
    """Stops at so many nodes, before a text of a megabyte has become a tree of a million."""

    _nodes = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self._nodes += 1
        if self._nodes > YAML_VALUES:
            raise _TooManyError(problem_mark=self.parser.peek_event().start_mark)
        return super().compose_node(parent, index)


_MANY: Final = f"more than {YAML_VALUES:,} keys and values stand before this: no desk has so many"


class _Reader:
    """Turns nodes into plain values, and notes places and faults on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.places: dict[Path, Place] = {}
        self.faults: list[Fault] = []
        self.values = 0

    def fault(self, node: Node, path: Path, what: str) -> None:
        line, column = _where(node)
        self.faults.append(Fault(what, dotted(path), self.file, line, column))

    def value(self, node: Node, path: Path) -> Any:
        self.values += 1
        if self.values > YAML_VALUES or len(path) > YAML_DEEP:
            # Aliases grow a tree without growing the file, and may even hold themselves.
            what = f"more than {YAML_VALUES:,} values, or {YAML_DEEP} levels, once aliases are followed"
            raise ScenarioError([_at(node.start_mark, self.file, what)])
        if str(node.tag) not in _PLAIN_TAGS:
            self.fault(node, path, f"the tag {shown(str(node.tag))} is not allowed; leave it out")
            return None
        if isinstance(node, MappingNode):
            return self.mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.item(below, (*path, i)) for i, below in enumerate(node.value)]
        assert isinstance(node, ScalarNode)
        return _scalar(node)

    def item(self, node: Node, path: Path) -> Any:
        self.places[path] = Place(self.file, _where(node), _where(node))
        return self.value(node, path)

    def mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        if str(node.tag) not in _PLAIN_TAGS:
            self.fault(node, path, f"the tag {shown(str(node.tag))} is not allowed; leave it out")
        tree: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self.fault(key_node, path, f"a key is a word, not {_kind(key_node)}")
                continue
            key = str(key_node.value)
            here = (*path, key)
            if str(key_node.tag) == _MERGE_TAG:
                what = "merge keys are not used here; a what-if names its base by `extends`"
                self.fault(key_node, here, what)
            elif str(key_node.tag) not in _PLAIN_TAGS:
                self.fault(key_node, here, "a key has no tag")
            elif key in tree:
                first = self.places[here].key[0]
                self.fault(key_node, here, f"the key stands here again; first in line {first}")
            else:
                self.places[here] = Place(self.file, _where(key_node), _where(value_node))
                tree[key] = self.value(value_node, here)
        return tree


def _kind(node: Node) -> str:
    return "a mapping" if isinstance(node, MappingNode) else "a list"


def _scalar(node: ScalarNode) -> Any:
    text: str = node.value
    if node.style is not None or len(text) > LONGEST_NUMBER:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _OTHER_BASE.fullmatch(text):
        return int(text, base=0)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INFINITE.fullmatch(text):
        return float(text.replace(".", "", 1))
    return text
