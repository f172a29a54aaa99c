"""A text as it stands in a file, and YAML as it is read from one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode

from platformctl.catalog.tree import MAX_DEPTH, YamlTree, line_of, problems_of, scalars
from platformctl.errors import InputInvalid, Problem

MAX_BYTES: Final = 1024 * 1024
"""A larger file is refused unread: a thousand lines of manifest are a hundred times smaller."""

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE: Final[re.Pattern[str]] = yaml.reader.Reader.NON_PRINTABLE
_STANDARD_TAG: Final = "tag:yaml.org,2002:"

_HINTS: Final = {
    "cannot start any token": "put the value in quotes",
    "mapping values are not allowed": "check the indentation, and put a value that holds ': ' in quotes",
    "could not determine a constructor": "put the value in quotes",
    "tab character": "indent with spaces",
    "undefined alias": "put a value that begins with * in quotes",
    "expected <document start>": "check the indentation",
    "expected key": "check the indentation",
}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file's name as the user would write it, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class YamlDocument(YamlTree):
    """A YAML text as plain data, which also knows on which line each value stands."""

    data: Any


def read_yaml(source: SourceFile) -> YamlDocument:
    """Read one YAML document of plain values.

    Raises:
        InputInvalid: read_tree says why, or a value has a tag or cannot be read.
    """
    tree = read_tree(source, tags=False)
    loader = _Loader("")
    try:
        return YamlDocument(tree.file, tree.root, loader.construct_document(tree.root))
    except yaml.YAMLError as error:
        raise InputInvalid([_yaml_problem(source.name, source.content, error)]) from None
    except ValueError:
        raise InputInvalid(_unreadable(source.name, tree.root)) from None
    finally:
        loader.dispose()


def read_tree(source: SourceFile, *, tags: bool) -> YamlTree:
    """Read one YAML document without making data of it; `tags` says whether its values may have tags.

    Raises:
        InputInvalid: the text is too large, not UTF-8, not YAML, empty, no mapping, repeats a key or unfolds too far.
    """
    text = decoded(source)
    try:
        _check_events(source.name, text, tags=tags)
        root = _mapping(source.name, yaml.compose(text, Loader=_Loader))
    except yaml.YAMLError as error:
        raise InputInvalid([_yaml_problem(source.name, source.content, error)]) from None
    problems = problems_of(source.name, root)
    if problems:
        raise InputInvalid(problems)
    return YamlTree(source.name, root)


def decoded(source: SourceFile) -> str:
    """Return a file's text.

    Raises:
        InputInvalid: it is too large, not UTF-8, or holds control characters.
    """
    if len(source.content) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1024} KiB; split it or check that it is the right file"
        raise InputInvalid([Problem(source.name, 0, message)])
    try:
        text = source.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.content.count(b"\n", 0, error.start) + 1
        raise InputInvalid([Problem(source.name, line, "the file is not UTF-8 text; save it as UTF-8")]) from None
    found = _UNPRINTABLE.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise InputInvalid(
            [Problem(source.name, line, f"the character {found[0]!r} cannot stand in a text; remove it")]
        )
    return text


def _check_events(file: str, text: str, *, tags: bool) -> None:
    """Walk the events before the tree is built: the C composer recurses, and a deep enough text would end Python."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise InputInvalid([Problem(file, line_of(event), f"values are nested more than {MAX_DEPTH} deep")])
        tag = None if tags else getattr(event, "tag", None)
        if tag:
            shown = repr(tag.replace(_STANDARD_TAG, "!!")[:80])
            raise InputInvalid([Problem(file, line_of(event), f"the tag {shown} is not known here; leave it out")])


def _mapping(file: str, root: Node | None) -> MappingNode:
    if isinstance(root, MappingNode):
        return root
    if root is None or (isinstance(root, ScalarNode) and not root.value):
        raise InputInvalid([Problem(file, 0, "the file is empty; its first line should be schema: …")])
    raise InputInvalid([Problem(file, line_of(root), "the file should hold keys and values, such as schema: …")])


def _unreadable(file: str, root: MappingNode) -> list[Problem]:
    """Name the numbers and dates that only look like some, such as 2024-99-01."""
    return [
        Problem(file, line_of(node), f"{node.value[:40]!r} is no number and no day that there is; a text needs quotes")
        for node in scalars(root)
        if not _is_readable(node)
    ]


def _is_readable(node: ScalarNode) -> bool:
    loader = _Loader("")
    try:
        loader.construct_document(node)
    except ValueError:
        return False
    finally:
        loader.dispose()
    return True


def _yaml_problem(file: str, content: bytes, error: yaml.YAMLError) -> Problem:
    """Give the place of the problem; a text that ends too early ends on its last line, not below it."""
    mark, began = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    line = min(mark.line + 1, len(content.splitlines()) or 1) if mark else 0
    what = getattr(error, "problem", None) or "the text cannot be read"
    if "another document" in what:
        return Problem(file, line, "a second YAML document begins here; a file holds one")
    context = getattr(error, "context", None)
    context = None if context == "while scanning for the next token" else context
    where = f" {context}" if context else ""
    since = f" that begins on line {began.line + 1}" if context and began and began.line + 1 < line else ""
    hint = "".join(f"; {hint}" for sign, hint in _HINTS.items() if sign in what)
    return Problem(file, line, f"this is not valid YAML: {what}{where}{since}{hint}")
