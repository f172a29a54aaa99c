"""A text as it stands in a file, and the place of every value in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from platformctl.errors import InputInvalid, Problem

Loc: TypeAlias = tuple[str | int, ...]
"""The address of a value: keys and indexes from the top of the file."""

MAX_BYTES: Final = 1024 * 1024
"""A larger file is refused unread: a thousand lines of manifest are a hundred times smaller."""

MAX_DEPTH: Final = 50
MAX_NODES: Final = 100_000
"""Aliases counted as often as they are used, so that a few lines cannot unfold into gigabytes."""

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file's name as the user would write it, and its bytes."""

    name: str
    content: bytes


class YamlDocument:
    """A YAML text as plain data, which also knows on which line each value stands."""

    def __init__(self, file: str, root: Node, data: object) -> None:
        self.file = file
        self.data = data
        self._root = root

    def line(self, loc: Loc) -> int:
        """Return the line of the value at `loc`, or of the nearest value around it. Lines count from 1."""
        node = self._root
        for part in loc:
            found = _child(node, part)
            if found is None:
                continue
            node = found
        return int(node.start_mark.line) + 1

    def key_line(self, loc: Loc) -> int:
        """Return the line of the key at the end of `loc`, which for a nested value stands above the value."""
        node = self._root
        for part in loc[:-1]:
            node = _child(node, part) or node
        for key, _ in _pairs(node):
            if key.value == str(loc[-1]):
                return int(key.start_mark.line) + 1
        return self.line(loc)

    def problem(self, loc: Loc, message: str) -> Problem:
        """Return a problem with the value at `loc`."""
        return Problem(self.file, self.line(loc), message)


def read_yaml(source: SourceFile) -> YamlDocument:
    """Read one YAML document.

    Raises:
        InputInvalid: the text is too large, not UTF-8, not YAML, empty, no mapping, repeats a key or unfolds too far.
    """
    text = _decode(source)
    try:
        loader = _Loader(text)
        try:
            root = _checked(source.name, loader.get_single_node())
            data = loader.construct_document(root)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise InputInvalid([_yaml_problem(source.name, error)]) from None
    except ValueError as error:
        raise InputInvalid([Problem(source.name, 0, f"a value cannot be read: {error}")]) from None
    return YamlDocument(source.name, root, data)


def _decode(source: SourceFile) -> str:
    if len(source.content) > MAX_BYTES:
        raise InputInvalid(
            [
                Problem(
                    source.name,
                    0,
                    f"the file is larger than {MAX_BYTES // 1024} KiB; split it or check that it is the right file",
                )
            ]
        )
    try:
        text = source.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.content.count(b"\n", 0, error.start) + 1
        raise InputInvalid([Problem(source.name, line, "the file is not UTF-8 text; save it as UTF-8")]) from None
    _check_depth(source.name, text)
    return text


def _check_depth(file: str, text: str) -> None:
    """Walk the events before the tree is built: the C composer recurses, and a deep enough text would end Python."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH:
                line = event.start_mark.line + 1 if event.start_mark else 0
                raise InputInvalid([Problem(file, line, f"values are nested more than {MAX_DEPTH} deep")])
    except yaml.YAMLError as error:
        raise InputInvalid([_yaml_problem(file, error)]) from None


def _checked(file: str, root: Node | None) -> MappingNode:
    if root is None:
        raise InputInvalid([Problem(file, 0, "the file is empty; its first line should be schema: …")])
    if not isinstance(root, MappingNode):
        raise InputInvalid(
            [Problem(file, root.start_mark.line + 1, "the file should hold keys and values, such as schema: …")]
        )
    if _size(root, {}, set()) > MAX_NODES:
        raise InputInvalid([Problem(file, 0, f"the file unfolds to more than {MAX_NODES} values")])
    repeats = list(_repeats(file, root, set()))
    if repeats:
        raise InputInvalid(repeats)
    return root


def _size(node: Node, sizes: dict[int, int], path: set[int]) -> int:
    """Count the values below a node as if every alias were written out; a node inside itself counts as too many."""
    if id(node) in path:
        return MAX_NODES + 1
    if id(node) not in sizes:
        path.add(id(node))
        sizes[id(node)] = 1 + sum(_size(child, sizes, path) for child in _children(node))
        path.discard(id(node))
    return sizes[id(node)]


def _repeats(file: str, node: Node, seen: set[int]) -> Iterator[Problem]:
    if id(node) in seen:
        return
    seen.add(id(node))
    lines: dict[str, int] = {}
    for key, _ in _pairs(node):
        line = key.start_mark.line + 1
        if key.value in lines and key.value != "<<":
            yield Problem(
                file,
                line,
                f"the key {key.value[:80]!r} stands here again; it first stands on line {lines[key.value]}",
            )
        lines.setdefault(key.value, line)
    for child in _children(node):
        yield from _repeats(file, child, seen)


def _pairs(node: Node) -> list[tuple[ScalarNode, Node]]:
    if not isinstance(node, MappingNode):
        return []
    return [(key, value) for key, value in node.value if isinstance(key, ScalarNode)]


def _children(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [child for pair in node.value for child in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []


def _child(node: Node, part: str | int) -> Node | None:
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        found: Node = node.value[part]
        return found
    return next((value for key, value in _pairs(node) if key.value == str(part)), None)


def _yaml_problem(file: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark else 0
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "the text cannot be read"
    return Problem(file, line, f"this is not valid YAML: {what}")
