"""JUnit XML, as CI systems read it: suites of cases, and what each came to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from platformctl.render.printable import MAX_LINE, printable

Tag: TypeAlias = Literal["failure", "error", "skipped"]
_MAX_LINE = 1000


@dataclass(frozen=True, slots=True)
class Case:
    """What a CI counts. Without a tag it passed; `message` is what lists show, `details` what stands behind it."""

    classname: str
    name: str
    tag: Tag | None = None
    reason: str = ""
    message: str = ""
    details: tuple[str, ...] = ()
    output: tuple[str, ...] = ()
    duration_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Suite:
    """Cases that belong together. `timestamp` is ISO 8601."""

    name: str
    hostname: str
    timestamp: str
    cases: tuple[Case, ...]
    duration_ms: int
    output: tuple[str, ...] = ()


def to_xml(suites: Sequence[Suite]) -> str:
    """Return one document. It keeps to what Jenkins' schema of JUnit allows, the strictest of those in use."""
    cases = [case for suite in suites for case in suite.cases]
    time = _time(sum(suite.duration_ms for suite in suites))
    root = Element("testsuites", {"tests": str(len(cases)), **_counts(cases, "failure", "error"), "time": time})
    for suite in suites:
        _add_suite(root, suite)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _add_suite(root: Element, suite: Suite) -> None:
    counts = {"tests": str(len(suite.cases)), **_counts(suite.cases, "failure", "error", "skipped")}
    element = SubElement(root, "testsuite", {"name": _legal(suite.name), **counts, "time": _time(suite.duration_ms)})
    if suite.timestamp:
        element.set("timestamp", suite.timestamp)
    element.set("hostname", _legal(suite.hostname))
    for case in suite.cases:
        _add_case(element, case)
    _add_output(element, suite.output)


def _add_case(suite: Element, case: Case) -> None:
    element = SubElement(suite, "testcase", {"classname": _legal(case.classname), "name": _legal(case.name)})
    if case.duration_ms is not None:
        element.set("time", _time(case.duration_ms))
    if case.tag is not None:
        told = SubElement(element, case.tag, {"message": _legal(f"{case.reason}: {case.message}", _MAX_LINE)})
        if case.tag != "skipped":
            told.set("type", _legal(case.reason))
            told.text = _text(case.details)
    _add_output(element, case.output)


def _add_output(element: Element, lines: tuple[str, ...]) -> None:
    if lines:
        SubElement(element, "system-out").text = _text(lines)


def _counts(cases: Iterable[Case], *tags: Tag) -> dict[str, str]:
    found = [case.tag for case in cases]
    return {
        {"failure": "failures", "error": "errors", "skipped": "skipped"}[tag]: str(found.count(tag)) for tag in tags
    }


def _time(duration_ms: int) -> str:
    return f"{duration_ms / 1000:.3f}"


def _text(lines: Iterable[str]) -> str:
    return "\n".join(_legal(line, _MAX_LINE) for line in lines)


def _legal(text: str, limit: int = MAX_LINE) -> str:
    """Spell what XML 1.0 has no character for; the markup is escaped by the library."""
    return "".join(
        one if one not in "\ufffe\uffff" else one.encode("unicode_escape").decode() for one in printable(text, limit)
    )
