"""What a Compose file declares for one service, in a form that is equal when nothing of it has changed."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from yaml.nodes import MappingNode, Node, ScalarNode

from platformctl.catalog.source import SourceFile, read_tree
from platformctl.errors import InputInvalid

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain]"
ReadFile: TypeAlias = Callable[[str], SourceFile | None]
"""Returns a file by its path from the folder of the catalog, or None."""

_NAMED: Final = ("configs", "secrets", "networks", "volumes")
"""Sections beside the services whose entries a service uses by name."""

_MAX_EXTENDS: Final = 20


@dataclass(frozen=True, slots=True)
class Service:
    """One service: `value` is all that is declared for it, `files` what it takes from other files.

    A file stands for all that is below it, where it is a folder. Paths start from the catalog's folder.
    """

    value: str
    files: frozenset[str]


def read_service(file: str, name: str, read: ReadFile) -> Service | None:
    """Read a service, with what it extends; None where that cannot be read."""
    parts: list[Plain] = []
    files: set[str] = set()
    for _ in range(_MAX_EXTENDS):
        document = _document(file, read)
        service = _entry(document, "services", name)
        if not isinstance(service, dict):
            return None
        named: dict[str, dict[str, Plain]] = {section: _used(document, section, service) for section in _NAMED}
        parts.append([service, {**named}])
        files.update(_files(file, document, service, named))
        extended = service.get("extends")
        if extended is None:
            return Service(json.dumps(parts, sort_keys=True), frozenset(files))
        file, name = _extended(file, extended)
        files.add(file)
    return None


def _document(file: str, read: ReadFile) -> dict[str, Plain]:
    source = read(file)
    try:
        plain = _plain(read_tree(source, tags=True).root) if source else {}
    except InputInvalid:
        return {}
    return plain if isinstance(plain, dict) else {}


def _plain(node: Node) -> Plain:
    """Return a node without styles and places: merges are written out, and a tag such as !reset stays as an entry."""
    tag = node.tag if node.tag.startswith("!") else ""
    if isinstance(node, ScalarNode):
        return f"{tag} {node.value}" if tag else str(node.value)
    if isinstance(node, MappingNode):
        return {**_mapping(node), tag: tag} if tag else _mapping(node)
    return [*(_plain(child) for child in node.value), *([tag] if tag else [])]


def _mapping(node: MappingNode) -> dict[str, Plain]:
    own: dict[str, Plain] = {}
    merged: dict[str, Plain] = {}
    for key, value in node.value:
        if key.value == "<<":
            sources = [value] if isinstance(value, MappingNode) else value.value
            for source in reversed(sources):
                merged.update(_mapping(source) if isinstance(source, MappingNode) else {})
        else:
            own[str(key.value)] = _plain(value)
    return {**merged, **own}


def _entry(document: Mapping[str, Plain], section: str, name: str) -> Plain | None:
    entries = document.get(section)
    return entries.get(name) if isinstance(entries, dict) else None


def _used(document: Mapping[str, Plain], section: str, service: Mapping[str, Plain]) -> dict[str, Plain]:
    """Return the entries of a section that a service uses."""
    names = {_source(use) for use in _items(service.get(section))}
    return {name: entry for name in sorted(names) if (entry := _entry(document, section, name)) is not None}


def _source(use: Plain) -> str:
    """Return what `db:/data`, `{source: db, target: /data}` or a plain name refers to."""
    if isinstance(use, dict):
        return str(use.get("source", ""))
    return use.split(":")[0] if isinstance(use, str) else ""


def _items(value: Plain | None) -> list[Plain]:
    """Return the entries of a list; of a mapping its keys, of a single text that text."""
    if isinstance(value, list):
        return value
    return list(value) if isinstance(value, dict) else [value] if value else []


def _files(
    file: str, document: Mapping[str, Plain], service: Mapping[str, Plain], named: Mapping[str, dict[str, Plain]]
) -> Iterator[str]:
    """Yield the paths of what a service takes from other files."""
    folder = posixpath.dirname(file)
    paths = [
        *_paths(service.get("env_file")),
        *_paths(service.get("label_file")),
        *(path for include in _items(document.get("include")) for path in _included(include)),
        *(path for use in _items(service.get("volumes")) if (path := _source(use)).startswith(".")),
        *(path for each in named.values() for entry in each.values() for path in _file_of(entry)),
    ]
    if "$" in json.dumps([service, named]):
        paths.append(".env")
    yield from (posixpath.normpath(posixpath.join(folder, path)) for path in paths)


def _file_of(entry: Plain) -> list[str]:
    file = entry.get("file") if isinstance(entry, dict) else None
    return [file] if isinstance(file, str) else []


def _paths(value: Plain | None) -> Iterator[str]:
    """Yield the paths of `a`, `[a, {path: b}]`."""
    for item in _items(value):
        path = item.get("path") if isinstance(item, dict) else item
        yield from (each for each in _items(path) if isinstance(each, str))


def _included(include: Plain) -> Iterator[str]:
    yield from _paths([include])
    if isinstance(include, dict):
        yield from _paths(include.get("env_file"))


def _extended(file: str, extended: Plain) -> tuple[str, str]:
    """Return the file and the name of the service that is extended."""
    if not isinstance(extended, dict):
        return file, str(extended)
    other = extended.get("file")
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(file), other)) if isinstance(other, str) else file
    return beside, str(extended.get("service", ""))
