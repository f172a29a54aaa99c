"""Mutants: the source of a module with one small fault in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Final

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

MODULE: Final = "<module>"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault. `where` is the function or class that has it, `was` and `now` are the lines that differ."""

    path: Path
    where: str
    line: int
    was: str
    now: str
    source: str


def mutants(path: Path) -> Iterator[Mutant]:
    """Yield the mutants of a file, each once, in the order of their places."""
    wrapper = MetadataWrapper(cst.parse_module(path.read_text()))
    lines = wrapper.resolve(PositionProvider)
    seen = {None, _meaning(wrapper.module.code)}
    for node, where in _places(wrapper.module, MODULE, named=False):
        for faulty in _faults(node):
            source = wrapper.module.deep_replace(node, faulty).code
            meaning = _meaning(source)
            if meaning not in seen:
                seen.add(meaning)
                was, now = _difference(wrapper.module.code, source)
                yield Mutant(path, where, lines[node].start.line, was, now, source)


def _faults(node: Any) -> Iterator[Any]:  # noqa: ANN401  libcst is not there when types are checked
    """Yield what mutmut makes of a node, and conditions that always or never hold, which it leaves alone."""
    for kind, faults in mutation_operators:
        if isinstance(node, kind):
            yield from faults(node)
    if isinstance(node, cst.If | cst.CompIf):
        yield from (node.with_changes(test=cst.Name(fixed)) for fixed in ("True", "False"))
    if isinstance(node, cst.MatchCase) and node.guard:
        yield node.with_changes(guard=None)


def _places(node: Any, where: str, *, named: bool) -> Iterator[tuple[Any, str]]:  # noqa: ANN401
    """Yield every node where a fault can matter at run time, with the outermost function or method that has it."""
    if _is_promise(node) or _is_certain(node):
        return
    if isinstance(node, cst.FunctionDef | cst.ClassDef) and not named:
        where = node.name.value if where == MODULE else f"{where}.{node.name.value}"
        named = isinstance(node, cst.FunctionDef)
    yield node, where
    for child in node.children:
        yield from _places(child, where, named=named)


def _is_promise(node: Any) -> bool:  # noqa: ANN401
    """Types are never evaluated, and what a decorator here promises (frozen, slots) is the type checker's to hold."""
    alias = isinstance(node, cst.AnnAssign) and getattr(node.annotation.annotation, "value", None) == "TypeAlias"
    return alias or isinstance(node, cst.Annotation | cst.Decorator)


def _is_certain(node: Any) -> bool:  # noqa: ANN401
    """Any test notices `len(None)` and `isinstance(None, x)`, as mutmut has it, and none the name of a type."""
    return isinstance(node, cst.Call) and getattr(node.func, "value", None) in {"len", "isinstance", "NewType"}


def _meaning(source: str) -> str | None:
    try:
        return ast.dump(ast.parse(source))
    except SyntaxError:
        return None


def _difference(before: str, after: str) -> tuple[str, str]:
    old, new = before.splitlines(), after.splitlines()
    changes = [one for one in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if one[0] != "equal"]
    first, last = changes[0], changes[-1]
    return _joined(old[first[1] : last[2]]), _joined(new[first[3] : last[4]])


def _joined(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines)
