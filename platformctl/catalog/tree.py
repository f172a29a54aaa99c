"""YAML as a tree of nodes: the places of values, and what makes a tree unfit to become data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from yaml.events import Event
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from platformctl.errors import Problem

Loc: TypeAlias = tuple[str | int, ...]
"""The address of a value: keys and indexes from the top of the file."""

MAX_DEPTH: Final = 50
MAX_NODES: Final = 100_000
"""Aliases counted as often as they are used, so that a few lines cannot unfold into gigabytes."""

_MAX_KEY: Final = 80


@dataclass(frozen=True, slots=True)
class YamlTree:
    """A YAML text as nodes, which know on which line each value stands."""

    file: str
    root: MappingNode

    def line(self, loc: Loc) -> int:
        """Return the line of the value at `loc`, or of the nearest value around it. Lines count from 1."""
        return line_of(self._nearest(loc))

    def key_line(self, loc: Loc) -> int:
        """Return the line of the key at the end of `loc`, which for a nested value stands above the value."""
        for key, _ in _pairs(self._nearest(loc[:-1])):
            if key.value == str(loc[-1]):
                return line_of(key)
        return self.line(loc)

    def path(self, loc: Loc) -> Loc:
        """Return the part of `loc` that the text has. A checker names its own steps between them, such as variants."""
        return tuple(part for part, _ in self._steps(loc))

    def problem(self, loc: Loc, message: str) -> Problem:
        """Return a problem with the value at `loc`."""
        return Problem(self.file, self.line(loc), message)

    def keys(self, *loc: str) -> list[str] | None:
        """Return the keys of the mapping at `loc`, with those that `<<` merges in; None where there is no mapping."""
        found: Node | None = self.root
        for part in loc:
            found = _child(found, part)
        return sorted({key.value for key, _ in _merged(found)}) if isinstance(found, MappingNode) else None

    def _nearest(self, loc: Loc) -> Node:
        return [self.root, *(node for _, node in self._steps(loc))][-1]

    def _steps(self, loc: Loc) -> Iterator[tuple[str | int, Node]]:
        node: Node = self.root
        for part in loc:
            found = _child(node, part)
            if found is not None:
                node = found
                yield part, found


def line_of(node: Node | Event) -> int:
    """Return the line that a node or an event begins on, counted from 1."""
    mark = node.start_mark
    return int(mark.line) + 1 if mark else 0


def scalars(root: Node) -> Iterator[ScalarNode]:
    """Yield every single value and key, each once."""
    return (node for node in _nodes(root, set()) if isinstance(node, ScalarNode))


def problems_of(file: str, root: MappingNode) -> list[Problem]:
    """Say why a tree cannot become data: it is too deep, too large or inside itself, or its keys are no use."""
    sizes: dict[int, _Size] = {}
    try:
        total = _measure(root, sizes, set())
    except _InsideItself as error:
        return [Problem(file, error.line, "an alias puts this value into itself; write the value out")]
    if total.depth > MAX_DEPTH:
        return [Problem(file, 0, f"with its aliases written out, values are nested more than {MAX_DEPTH} deep")]
    if total.nodes > MAX_NODES:
        return [Problem(file, 0, f"with its aliases written out, the file holds more than {MAX_NODES} values")]
    return [problem for node in _nodes(root, set()) for problem in _key_problems(file, node)]


@dataclass(frozen=True, slots=True)
class _Size:
    nodes: int
    depth: int


class _InsideItself(Exception):
    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def _measure(node: Node, sizes: dict[int, _Size], path: set[int]) -> _Size:
    """Measure what is below a node as if every alias were written out.

    Text order visits an anchor before its aliases, so that this recurses no deeper than the text is nested.
    """
    if id(node) in path:
        raise _InsideItself(line_of(node))
    if id(node) not in sizes:
        path.add(id(node))
        below = [_measure(child, sizes, path) for child in _children(node)]
        path.discard(id(node))
        depth = 1 + max((size.depth for size in below), default=-1)
        sizes[id(node)] = _Size(1 + sum(size.nodes for size in below), depth)
    return sizes[id(node)]


def _key_problems(file: str, node: Node) -> Iterator[Problem]:
    lines: dict[str, int] = {}
    for key in _keys(node):
        if not isinstance(key, ScalarNode):
            yield Problem(file, line_of(key), "a key should be a text, not a list or a mapping")
        elif key.value in lines and key.value != "<<":
            said = f"the key {key.value[:_MAX_KEY]!r} stands here again; it first stands on line {lines[key.value]}"
            yield Problem(file, line_of(key), said)
        else:
            lines[key.value] = line_of(key)


def _nodes(node: Node, seen: set[int]) -> Iterator[Node]:
    if id(node) not in seen:
        seen.add(id(node))
        yield node
        for child in _children(node):
            yield from _nodes(child, seen)


def _keys(node: Node) -> list[Node]:
    return [key for key, _ in node.value] if isinstance(node, MappingNode) else []


def _pairs(node: Node | None) -> list[tuple[ScalarNode, Node]]:
    if not isinstance(node, MappingNode):
        return []
    return [(key, value) for key, value in node.value if isinstance(key, ScalarNode)]


def _merged(node: Node) -> Iterator[tuple[ScalarNode, Node]]:
    for key, value in _pairs(node):
        if key.value != "<<":
            yield key, value
        else:
            for source in _children(value) if isinstance(value, SequenceNode) else [value]:
                yield from _merged(source)


def _children(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [child for pair in node.value for child in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []


def _child(node: Node | None, part: str | int) -> Node | None:
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        found: Node = node.value[part]
        return found
    return next((value for key, value in _pairs(node) if key.value == str(part)), None)
